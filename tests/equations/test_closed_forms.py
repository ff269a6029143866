"""Formulas of how much time has passed: which are found, and what is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from twintrack.equations import load_equations
from twintrack.equations.closed_forms import ClosedForm, closed_forms

START = """{UTF-8}
side : one, other ~ ~ |
growth = 0.1 ~ 1/Year ~ |
pace[side] = 0.1, 0.2 ~ 1/Year ~ |
settled = 0.1 ~ 1/Year ~ |
year = 1 ~ Year ~ |
stock = INTEG(settled, 1) ~ Dmnl ~ |
clock = Time/year ~ Dmnl ~ |
elapsed = clock-INITIAL TIME/year ~ Dmnl ~ |
ln growth = LN(1+growth*year) ~ Dmnl ~ |
weight = MIN(1, MAX(0, elapsed/10)) ~ Dmnl ~ |
history = WITH LOOKUP(clock, ([(0,0)-(9,9)],(0,0),(9,9))) ~ Dmnl ~ |
grown = stock*(1+growth) ~ Dmnl ~ |
INITIAL TIME = 0 ~ Year ~ |
FINAL TIME = 4 ~ Year ~ |
TIME STEP = 1 ~ Year ~ |
SAVEPER = 1 ~ Year ~ |
"""


def found(folder: Path, equation: str, parameters: tuple[str, ...] = ("growth", "pace")) -> list[ClosedForm]:
    path = folder / "model.mdl"
    path.write_text(START + equation, encoding="utf-8")
    return closed_forms(load_equations(path), parameters)


@pytest.mark.parametrize(
    "formula",
    [
        "EXP(growth*(Time-INITIAL TIME))",
        "EXP(-LN(growth)*(Time-2)/year)",
        "MIN(1, stock+growth*(Time-INITIAL TIME))",
        "(1+growth)^(Time-2)",
        "stock*settled*growth*elapsed",
        "elapsed/growth",
        "EXP(ln growth*elapsed)",
        "growth*EXP(settled*Time)",
        "(stock+growth)*elapsed",
        "growth*clock*weight",
        "RAMP(growth, 1, 3)",
        "INTEG(stock*EXP(-growth*Time), 0)",
        "SMOOTH(growth*Time, year)",
        "IF THEN ELSE(stock>1, growth*Time, 0)",
        "SUM(pace[side!]*Time)",
        "WITH LOOKUP(growth*Time, ([(0,0)-(9,9)],(0,0),(9,9)))",
        "EXP(growth*MIN(10, MAX(0, elapsed)))",
        "IF THEN ELSE(growth*Time>1, 1, 0)",
    ],
)
def test_a_parameter_that_is_joined_with_the_time_is_found(tmp_path: Path, formula: str) -> None:
    (form,) = found(tmp_path, f"level = {formula} ~ Dmnl ~ |\n")

    parameter = "pace" if "pace" in formula else "growth"
    assert form == ClosedForm("level", START.count("\n") + 1, parameter)


@pytest.mark.parametrize(
    "formula",
    [
        "EXP(settled*Time)",
        "growth+Time/year",
        "INTEG(growth, 0)",
        "INTEG(settled, growth*Time)",
        "INITIAL(growth*Time)",
        "growth*weight+(1-weight)*history",
        "growth*history",
        "IF THEN ELSE(Time>=growth*20, growth, 0)",
        "growth*IF THEN ELSE(Time>=2, 1, 0)",
        "STEP(growth, 2)",
        "WITH LOOKUP(Time+growth, ([(0,0)-(9,9)],(0,0),(9,9)))",
        "grown*EXP(-settled*Time)",
        "growth*(stock-elapsed)",
    ],
)
def test_what_says_when_and_not_how_long_is_no_closed_form(tmp_path: Path, formula: str) -> None:
    assert found(tmp_path, f"level = {formula} ~ Dmnl ~ |\n") == []


def test_other_constants_do_not_count(tmp_path: Path) -> None:
    assert found(tmp_path, "level = EXP(growth*Time) ~ Dmnl ~ |\n", ("pace",)) == []


def test_the_line_is_that_of_the_equation_of_an_element(tmp_path: Path) -> None:
    (form,) = found(tmp_path, "level[one] = 1 ~ Dmnl ~ |\nlevel[other] = growth*Time ~ Dmnl ~ |\n")

    assert form.line == START.count("\n") + 2
