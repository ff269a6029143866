"""Long and deep equations run, and what no program could read is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from twintrack.engines import Simulator
from twintrack.errors import EquationError

pytestmark = pytest.mark.slow
CONTROL = "".join(
    f"{name} = {value} ~~|\n"
    for name, value in (("INITIAL TIME", 0), ("FINAL TIME", 1), ("TIME STEP", 1), ("SAVEPER", 1))
)
DEEP = {
    "sum": ("+".join(["x"] * 300), 300.0),
    "brackets": ("(" * 200 + "x" + ")" * 200, 1.0),
    "conditions": ("IF THEN ELSE(x>0," * 80 + "3" + ",0)" * 80, 3.0),
    "functions": ("MAX(x," * 250 + "2" + ")" * 250, 2.0),
}


def _model(folder: Path, equation: str) -> Path:
    path = folder / "small.mdl"
    path.write_text(f"x = 1 ~~|\ny = {equation} ~~|\n{CONTROL}", encoding="utf-8")
    return path


@pytest.mark.parametrize("name", DEEP)
def test_deep_equations_run(name: str, tmp_path: Path) -> None:
    equation, value = DEEP[name]
    simulator = Simulator(_model(tmp_path, equation))
    assert simulator.run()["y"].tolist() == [value, value]
    assert simulator.run(engine="native")["y"].tolist() == [value, value]


def test_what_python_cannot_nest_is_told_where_the_engine_was_asked_for(tmp_path: Path) -> None:
    simulator = Simulator(_model(tmp_path, DEEP["functions"][0]))
    with pytest.raises(EquationError, match="nested too deeply for the numpy engine"):
        simulator.run(engine="numpy")


@pytest.mark.parametrize(
    ("equation", "told"),
    [
        ("(" * 2000 + "x" + ")" * 2000, "brackets are nested 2000 deep"),
        ("1" * 400, "too large a number"),
        ("1e999", "too large a number"),
    ],
)
def test_what_cannot_be_read_has_its_line(equation: str, told: str, tmp_path: Path) -> None:
    path = _model(tmp_path, equation)
    with pytest.raises(EquationError) as caught:
        Simulator(path)
    assert str(caught.value).startswith(f"{path}:2: y: ") and told in str(caught.value)
