"""The thin face of the engines: names as in the file, tables of one run, datasets of many."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from twintrack.engines import Simulator
from twintrack.errors import EquationError, InputError

MODEL = """{UTF-8}
region: North, South Bay ~~|
other <-> region ~~|
Infectious[region] = INTEG(infection[region] - Infectious[region]/duration, start[region]) ~ person ~ |
start[region] = 1, 2 ~ person ~|
infection[region] = infectivity*Infectious[region]*(1 - Infectious[region]/100) ~~|
infectivity = 0.5 ~~|
duration = 4 ~~|
total = SUM(Infectious[region!]) ~ person ~|
pairs[region, other] = start[region]*10 + start[other] ~~|
"my $ name" = Time*2 ~~|
table((0,0),(1,1)) ~~|
FINAL TIME = 10 ~~|
INITIAL TIME = 0 ~~|
SAVEPER = TIME STEP*4 ~~|
TIME STEP = 1/4 ~~|
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "sir.mdl"
    path.write_text(MODEL, encoding="utf-8")
    return path


def test_a_run_is_a_table_with_the_columns_of_pysd(path: Path) -> None:
    frame = Simulator(path).run()
    assert frame.index.name == "time" and frame.index.tolist() == list(range(11))
    assert list(frame)[:3] == ["Infectious[North]", "Infectious[South Bay]", "start[North]"]
    assert {"my $ name", "pairs[North,South Bay]", "FINAL TIME"} <= set(frame) and "table" not in frame
    np.testing.assert_allclose(frame["total"], frame["Infectious[North]"] + frame["Infectious[South Bay]"])


def test_what_is_given_replaces_equations(path: Path) -> None:
    model = Simulator(path)
    given = {"start[south_bay]": 7, "My $ Name": {0: 1.0, 10: 3.0}}
    frame = model.run(given, infectivity=0.3, duration=pd.Series([4.0, 8.0], index=[2, 6]))
    assert frame["start[North]"].unique().tolist() == [1] and frame["start[South Bay]"][0] == 7
    assert frame["Infectious[South Bay]"][0] == 7
    assert frame["my $ name"].tolist() == [1 + 0.2 * i for i in range(11)]
    assert frame["duration"].tolist() == [4, 4, 4, 5, 6, 7, 8, 8, 8, 8, 8]
    assert model.run(
        {"infection": [0.0, 1.0]}, outputs=["infection[North]"], engine="native"
    ).columns.tolist() == ["infection[North]"]


def test_a_batch_is_a_dataset(path: Path) -> None:
    model = Simulator(path)
    values = {"infectivity": np.linspace(0.1, 0.5, 20), "start[North]": np.arange(20.0), "duration": 3.0}
    found = model.batch(values, outputs=["total", "infectious", "pairs", "Infectious[North]"])
    assert found["Infectious"].dims == ("time", "region", "run")
    assert found["pairs"].dims == ("time", "region", "other", "run") and found.sizes["run"] == 20
    assert found["total"].attrs == {"units": "person"}
    seven = {"infectivity": values["infectivity"][7], "start[North]": 7.0, "duration": 3.0}
    alone = model.run(seven, time_step=0.25)
    np.testing.assert_allclose(found["total"].sel(run=7), alone["total"], rtol=1e-12)
    np.testing.assert_allclose(
        found["Infectious"].sel(run=7, region="South Bay"), alone["Infectious[South Bay]"], rtol=1e-12
    )
    same = model.batch(values, outputs=["total"], engine="numpy")
    np.testing.assert_allclose(same["total"], found["total"], rtol=1e-12)


def test_a_variable_may_be_called_as_a_dimension_is(tmp_path: Path) -> None:
    path = tmp_path / "model.mdl"
    text = 'c: a, b ~~|\nrun[c] = INTEG(run[c], x) ~~|\nx = 1 ~~|\n"C" = 2 ~~|\n'
    path.write_text(text + MODEL[MODEL.index("FINAL TIME") :], encoding="utf-8")
    found = Simulator(path).batch({"x": np.array([1.0, 2.0])}, ["run", "C"])
    assert dict(found["run"].sizes) == {"time": 11, "c": 2, "run_2": 2}
    np.testing.assert_array_equal(found["run"].isel(time=0, c=0), [1, 2])
    assert set(found.data_vars) == {"run", "C"}


def test_faults_are_told_together(path: Path) -> None:
    model = Simulator(path)
    with pytest.raises(InputError) as raised:
        model.run({"infectivty": 1, "start[East]": 2, "infection[North]": 3, "duration": "long", "total": {}})
    text = str(raised.value)
    assert 'did you mean "infectivity"?' in text
    assert 'there is no element "east"' in text
    assert "an element can be given for a constant only" in text
    assert len(raised.value.faults) == 5
    with pytest.raises(InputError, match="table is a lookup"):
        model.run(outputs=["table"])
    with pytest.raises(InputError, match="start has 1 subscripts, 2 are given"):
        model.run(outputs=["start[a,b]"])
    with pytest.raises(InputError, match="the numbers of runs differ: infectivity has 3, duration has 4"):
        model.batch({"infectivity": np.ones(3), "duration": np.ones(4)})
    with pytest.raises(InputError, match="does not go evenly"):
        model.run(time_step=0.3)
    with pytest.raises(EquationError, match="cannot be read"):
        Simulator(path.with_name("none.mdl"))


def test_long_runs_of_large_models_are_compiled(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from twintrack.engines import choosing, simulator

    model = Simulator(path)
    made: list[str] = []
    original = simulator.batch_engine_of
    monkeypatch.setattr(
        simulator,
        "batch_engine_of",
        lambda equations, name: (made.append(name), original(equations, name))[1],
    )
    model.run(outputs=["total"])
    monkeypatch.setattr(choosing, "MANY_OPERATIONS", 100)
    model.run(outputs=["total"])
    assert made == ["numpy", "native"]


def test_what_takes_minutes_to_compile_is_computed_without(tmp_path: Path) -> None:
    file = tmp_path / "ranks.mdl"
    file.write_text(
        "{UTF-8}\nr: (e1-e1000) ~~|\nk = 1 ~~|\ns[r] = INTEG(k, r) ~~|\nplace[r] = VECTOR RANK(s[r], 1) ~~|\n"
        "INITIAL TIME = 0 ~~|\nFINAL TIME = 20 ~~|\nTIME STEP = 0.25 ~~|\nSAVEPER = 20 ~~|\n",
        encoding="utf-8",
    )
    found = Simulator(file).batch({"k": np.linspace(0, 1, 300)}, outputs=["place"])["place"]
    np.testing.assert_array_equal(found[-1, :, 7], np.arange(1, 1001))


def test_what_takes_long_to_compile_is_told_once_to_those_who_ask_for_it(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from twintrack.engines import simulator

    monkeypatch.setattr(simulator, "compiling_seconds", lambda equations: 240.0)
    model = Simulator(path)
    model.run(outputs=["total"])
    model.run(outputs=["total"], engine="numpy")
    assert not caplog.messages
    for _ in range(2):
        model.run(outputs=["total"], engine="native")
    (told,) = caplog.messages
    assert "compiling this model takes about 4 minutes" in told


def test_all_faults_of_what_is_given_and_asked_are_told_at_once(path: Path) -> None:
    with pytest.raises(InputError) as caught:
        Simulator(path).run({"infectivty": 1.0}, outputs=["totl"], time_step=0.3)
    told = str(caught.value)
    assert "infectivty" in told and 'did you mean "total"' in told and "SAVEPER" in told


def test_the_horizon_and_what_is_saved_can_be_given(path: Path) -> None:
    model = Simulator(path)
    whole, short = model.run(), model.run({"FINAL TIME": 4, "SAVEPER": 0.5})
    assert short.index.tolist() == [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4] and short["FINAL TIME"].unique() == [4]
    pd.testing.assert_series_equal(short["total"].loc[[0, 1, 2, 3, 4]], whole["total"].loc[[0, 1, 2, 3, 4]])
    assert model.batch({"final time": 2}, outputs=["total"]).sizes["time"] == 3
    with pytest.raises(InputError, match="SAVEPER"):
        model.run({"SAVEPER": 0.3})
    with pytest.raises(InputError, match="takes one number"):
        model.run({"FINAL TIME": {0: 3}})


def test_an_unknown_engine_is_told(path: Path) -> None:
    with pytest.raises(InputError, match='did you mean "numpy"'):
        Simulator(path).batch({}, engine="numpi")  # type: ignore[arg-type]
