"""From levers and worlds to the arrays of an engine."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twintrack import Experiment
from twintrack.errors import InputError
from twintrack.inputs.paths import DatedPath, TimePath
from twintrack.model import Model
from twintrack.runs.arrays import WorldArrays, along_time, lever_series, place_of

TIMES = np.array([2016.0, 2028.0, 2040.0])


@pytest.fixture(scope="module")
def arrays(model: Model) -> WorldArrays:
    """World parameters of the model; the frontier's cost growth is always dated."""
    return WorldArrays(model.equations, model.world, ["cost_growth_factor"])


def test_the_central_world_is_that_of_the_model_file(model: Model, arrays: WorldArrays) -> None:
    given = arrays.inputs({}, TIMES)
    assert list(given.series) == ["cost_growth_factor"]
    assert given.series["cost_growth_factor"].tolist() == [model.world["cost_growth_factor"].value] * 3
    for name, values in given.constants.items():
        np.testing.assert_allclose(values, model.equations.defaults[name], rtol=1e-12)


def test_elements_fill_their_place_and_leave_the_rest(model: Model, arrays: WorldArrays) -> None:
    usual = model.equations.defaults["route_ceiling"]
    values = arrays.inputs({"route_ceiling[lean]": 11.0}, TIMES).constants["route_ceiling"]
    assert values.tolist() == [usual[0], 11.0, *usual[2:]]
    assert arrays.inputs({}, TIMES).constants["route_ceiling"].tolist() == usual.tolist()


def test_a_dated_element_makes_a_series_of_the_whole_array(model: Model, arrays: WorldArrays) -> None:
    path = TimePath.through([(2016.0, 10.0), (2040.0, 20.0)])
    given = arrays.inputs({"route_ceiling[lean]": path}, TIMES)
    assert "route_ceiling" not in given.constants
    series = given.series["route_ceiling"]
    assert series.shape == (3, 5)
    assert series[:, 1].tolist() == [10.0, 15.0, 20.0]
    assert (series[:, 0] == model.equations.defaults["route_ceiling"][0]).all()


def test_worlds_are_the_last_axis_and_overrides_win_over_draws(arrays: WorldArrays) -> None:
    draws = {
        "route_ceiling[scale]": np.array([12.0, 14.0]),
        "cost_growth_factor": np.array([1.7, 2.9]),
        "discount_rate": np.array([0.01, 0.05]),
    }
    given = arrays.inputs({"discount_rate": 0.02}, TIMES, draws, 2)
    assert given.constants["route_ceiling"].shape == (5, 2)
    assert given.constants["route_ceiling"][0].tolist() == [12.0, 14.0]
    assert given.constants["discount_rate"].tolist() == [0.02, 0.02]
    assert given.series["cost_growth_factor"].tolist() == [[1.7, 2.9]] * 3


def test_before_its_first_date_a_dated_value_leaves_every_world_its_own(arrays: WorldArrays) -> None:
    draws = {name: np.array([12.0, 14.0]) for name in ("route_ceiling[scale]", "discount_rate")}
    dated = {
        "route_ceiling[scale]": DatedPath.on(TimePath.constant(10.0), [(2028.0, 20.0)]),
        "discount_rate": DatedPath.on(TimePath.constant(0.03), [(2034.0, 0.03), (2040.0, 0.06)]),
    }

    series = arrays.inputs(dated, TIMES, draws, 2).series

    assert series["route_ceiling"][:, 0].tolist() == [[12.0, 14.0], [20.0, 20.0], [20.0, 20.0]]
    assert series["discount_rate"].tolist() == [[12.0, 14.0], [12.0, 14.0], [0.06, 0.06]]


def test_levers_enter_each_step_as_their_mean_over_it() -> None:
    paths = {
        "a": TimePath.constant(0.5),
        "b": TimePath.through([(2016.0, 0.0), (2040.0, 1.0)]),
        "between": TimePath.through([(2030.0, 0.0), (2030.0, 6.0), (2032.0, 6.0), (2032.0, 0.0)]),
    }
    series = lever_series(paths, TIMES)
    assert {name: values.tolist() for name, values in series.items()} == {
        "a": [0.5] * 3,
        "b": [0.25, 0.75, 1.0],
        "between": [0.0, 1.0, 0.0],
    }


def test_dated_world_parameters_hold_from_the_first_step_not_before_their_date(arrays: WorldArrays) -> None:
    dated = DatedPath.on(TimePath.constant(2.4), [(2030.0, 1.8)])
    series = arrays.inputs({"cost_growth_factor": dated}, TIMES).series["cost_growth_factor"]
    assert series.tolist() == [2.4, 2.4, 1.8]


def test_places_of_variables_and_elements(model: Model) -> None:
    assert place_of(model.equations, "knowledge[home,lean,industrial]") == ("knowledge", (0, 1, 2))
    assert place_of(model.equations, "knowledge") == ("knowledge", ())
    assert along_time(np.arange(24).reshape(2, 4, 3), (1, 2)).tolist() == [5, 17]
    for wrong in ("knowledge[lean]", "knowledge[home,lean,late]"):
        with pytest.raises(ValueError):
            place_of(model.equations, wrong)
    with pytest.raises(KeyError):
        place_of(model.equations, "wisdom")


WORLD = "title: x, unit: m, range: [1, 3], value: 2, distribution: uniform, source: y, confidence: low"
LEVER = "title: x, unit: 1, range: [0, 1], baseline: 0.5, kind: share, source: y"
OUTCOME = "title: x, unit: m, better: lower"


@pytest.mark.parametrize(
    ("file", "head", "entry", "told"),
    [
        (
            "world",
            "parameters:",
            f"pase: {{{WORLD}}}",
            'no constant of the model "pase"; did you mean "pace"?',
        ),
        ("world", "parameters:", f"pace[home]: {{{WORLD}}}", '"pace[home]" is not one of the elements pace'),
        ("world", "parameters:", f"policy_switch: {{{WORLD}}}", "is of the kind stock, not a constant"),
        ("levers", "levers:", f"a_share: {{{LEVER}}}", 'no constant of the model "a_share"'),
        ("outcomes", "outcomes:", f"joy: {{{OUTCOME}}}", 'no variable of the model "joy"'),
    ],
)
def test_a_table_that_names_what_the_model_does_not_have_is_told_by_every_run(
    small_content: Path, tmp_path: Path, file: str, head: str, entry: str, told: str
) -> None:
    root = tmp_path / "content"
    shutil.copytree(small_content, root)
    path = root / "model" / f"{file}.yaml"
    text = path.read_text(encoding="utf-8").replace(f"{head}\n", f"{head}\n  {entry}\n", 1)
    path.write_text(text, encoding="utf-8")
    works: tuple[Callable[[Model], Any], ...] = (
        Model.run,
        lambda model: Experiment("baseline", worlds=2, prior=True, model=model).dataset(),
    )
    for work in works:
        with pytest.raises(InputError) as caught:
            work(Model(root))
        message = str(caught.value)
        assert f"{file}.yaml:" in message and told in message
