"""Translation: kinds, axes, constants, links and time; faults with their lines; the cache."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from twintrack.equations import Equations, load_equations, translate
from twintrack.errors import EquationError, InputError

DATA = Path(__file__).parents[1] / "data"
CONTROL = "FINAL TIME = 4 ~ ~ |\nINITIAL TIME = 0 ~ ~ |\nSAVEPER = 0.5 ~ ~ |\nTIME STEP = 0.25 ~ ~ |\n"


@pytest.fixture(scope="module")
def arrays() -> Equations:
    return load_equations(DATA / "arrays.mdl")


def write(folder: Path, text: str) -> Path:
    path = folder / "model.mdl"
    path.write_text("{UTF-8}\n" + text + CONTROL, encoding="utf-8")
    return path


def faults(folder: Path, text: str) -> str:
    with pytest.raises(EquationError) as raised:
        load_equations(write(folder, text))
    return str(raised.value)


def test_variables_are_described(arrays: Equations) -> None:
    knowledge = arrays.variables["knowledge"]
    assert (knowledge.kind, knowledge.dims, knowledge.shape) == ("stock", ("route", "stage"), (4, 3))
    assert knowledge.labels[4] == "knowledge[lean,applied]"
    assert (knowledge.units, knowledge.group, knowledge.line) == ("papers", "Knowledge", 23)
    assert knowledge.source == "epoch_2024; oecd_2023"
    assert knowledge.equation.startswith("Knowledge[route,stage]= INTEG (")
    kinds = {
        name: arrays.variables[name].kind for name in ("growth_effect", "share", "time_step", "sensitivity")
    }
    assert kinds == {
        "growth_effect": "lookup",
        "share": "auxiliary",
        "time_step": "control",
        "sensitivity": "constant",
    }
    assert arrays.variables["research"].equation.count("\n") == 1, "both equations are shown"
    assert arrays.variables["budget_base"].labels == ["budget_base"]


def test_constants_have_their_values(arrays: Equations) -> None:
    np.testing.assert_array_equal(arrays.defaults["lifetime"], [12, 7, 4])
    np.testing.assert_array_equal(arrays.defaults["initial_knowledge"][1], [4, 5, 6])
    assert arrays.defaults["cost_factor"].shape == ()
    assert "share" not in arrays.defaults


def test_links_between_variables(arrays: Equations) -> None:
    assert arrays.causes("knowledge") == ("research", "ageing", "initial_knowledge")
    assert arrays.causes("arrival") == ("order",)
    assert arrays.uses("budget") == ("effort", "order", "momentum")
    assert arrays.uses("growth_effect") == ("budget",)
    with pytest.raises(EquationError, match='did you mean "knowledge"'):
        arrays.causes("knowlege")


def test_the_time_grid(arrays: Equations) -> None:
    time = arrays.time
    assert (time.steps, int(time.saved_index[1]), len(time.saved)) == (384, 8, 49)
    assert time.times[-1] == time.saved[-1] == 2040
    finer = time.with_step(0.03125)
    assert (finer.steps, int(finer.saved_index[1])) == (768, 16)
    np.testing.assert_array_equal(finer.saved, time.saved)
    with pytest.raises(InputError, match="SAVEPER"):
        time.with_step(0.2)


def test_every_unknown_construct_is_told_at_once(tmp_path: Path) -> None:
    text = faults(
        tmp_path,
        "a = GET TIME VALUE(2, 1, 3) ~ ~ |\n\nb = 1 + NO SUCH FUNCTION(1, 2) + colour ~ ~ |\n"
        "c = MIN(1) ~ ~ |\n",
    )
    path = tmp_path / "model.mdl"
    assert f"{path}:2: a: the computer's clock is not read" in text
    assert f"{path}:4: b: this function is not understood (NO SUCH FUNCTION)" in text
    assert f"{path}:4: b: no variable of this name (colour)" in text
    assert f"{path}:5: c: 2 arguments are needed, 1 are given (MIN)" in text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = 1 + * 2 ~ ~ |\n", ":2: a: not understood"),
        ("Time = 3 ~ ~ |\n", ":2: time: this is the clock of every model"),
        ("a = 1 ~ ~ |\ntime = a ~ ~ |\n", ":3: time: this is the clock of every model"),
        ("a = b + 1 ~ ~ |\nb = c ~ ~ |\nc = a*2 ~ ~ |\n", "without a stock between: a -> b -> c -> a"),
        ("a = INTEG(1, b) ~ ~ |\nb = a + 1 ~ ~ |\n", "initial values need each other: a -> b -> a"),
        ("r: x, y ~ ~ |\na[r] = 1, 2 ~ ~ |\nb = a[z] ~ ~ |\n", 'a has no element "z"'),
        ("r: x, y ~ ~ |\na[r] = 1, 2 ~ ~ |\nb = a[r] ~ ~ |\n", 'sum over it with "r!"'),
        ("r: x, y ~ ~ |\na[r] = 1, 2 ~ ~ |\nb = a[r!] ~ ~ |\n", "reduce it with SUM"),
        ("r: x, y ~ ~ |\na[r] = 1, 2 ~ ~ |\nb = a ~ ~ |\n", "a has 1 subscripts, 0 are given"),
        ("r: x, y ~ ~ |\na[r] = 1, 2, 3 ~ ~ |\n", "3 numbers are given for 2 elements"),
        (
            "r: x, y, z ~ ~ |\na[x] = 1 ~ ~ |\na[z] = 1 ~ ~ |\nb[r] = a[r] ~ ~ |\n",
            ":5: b: an element has no equation (a[y])",
        ),
        ("r: x, y ~ ~ |\na[r] = 1 ~ ~ |\na[y] = 2 ~ ~ |\n", ":4: a: an element is defined twice (a[y])"),
        ("r: x, y ~ ~ |\na[q] = 1 ~ ~ |\n", "no subscript range holds these (q)"),
        (
            "a = GET XLS DATA('f', 't', 'A', 'B2') ~ ~ |\n",
            'there is no file "f" beside the model; put it there, or correct the name (GET XLS DATA)',
        ),
        ("a = 1 ~ ~ |\nA = 2 ~ ~ |\n", "defined twice"),
    ],
)
def test_faults_name_variable_and_reason(text: str, message: str, tmp_path: Path) -> None:
    assert message in faults(tmp_path, text)


def test_a_missing_time_step_is_told_and_an_uneven_one_noted(tmp_path: Path) -> None:
    path = tmp_path / "model.mdl"
    path.write_text("{UTF-8}\na = 1 ~ ~ |\n", encoding="utf-8")
    with pytest.raises(EquationError, match="initial_time: this control variable is missing"):
        load_equations(path)
    path.write_text("{UTF-8}\n" + CONTROL.replace("0.25", "0.3"), encoding="utf-8")
    assert "0.3 does not go evenly" in load_equations(path).notes[0]


def test_a_run_whose_end_would_not_be_saved_is_told(tmp_path: Path) -> None:
    path = tmp_path / "model.mdl"
    for longer in ("1e300", "1000"):
        control = re.sub(r"(SAVEPER\s*=\s*)[^~|]*", rf"\g<1>{longer} ", CONTROL)
        path.write_text("{UTF-8}\na = 1 ~ ~ |\n" + control, encoding="utf-8")
        with pytest.raises(EquationError, match="is longer than the run"):
            load_equations(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(EquationError, match="cannot be read"):
        load_equations(tmp_path / "none.mdl")


def test_a_stored_translation_is_used_until_the_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINTRACK_CACHE", str(tmp_path / "cache"))
    path = write(tmp_path, "a = 1 ~ ~ |\n")
    first = load_equations(path)
    with monkeypatch.context() as patched:
        patched.setattr(translate, "translate", lambda *_: pytest.fail("translated again"))
        assert load_equations(path).defaults["a"] == first.defaults["a"]
    write(tmp_path, "a = 2 ~ ~ |\n")
    assert load_equations(path).defaults["a"] == 2
    assert load_equations(path).hash != first.hash
    for stored in (tmp_path / "cache" / "equations").iterdir():
        stored.write_bytes(b"damaged")
    assert load_equations(path).defaults["a"] == 2


def test_a_warm_start_does_not_import_pysd() -> None:
    load_equations(DATA / "arrays.mdl")
    script = (
        "import sys; from pathlib import Path; from twintrack.equations import load_equations; "
        f"load_equations(Path({str(DATA / 'arrays.mdl')!r})); sys.exit('pysd' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_nothing_is_written_beside_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINTRACK_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "model"
    folder.mkdir()
    load_equations(write(folder, "a = 1 ~ ~ |\n"))
    assert [item.name for item in folder.iterdir()] == ["model.mdl"]
