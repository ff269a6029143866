"""The unit check of a model: where, what and only once; warnings; what time is measured in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from units_helpers import CONTROL, GIVEN, write_model

from twintrack.equations import load_equations
from twintrack.equations.units import UnitFault, UnitReport, check_units

Check = Callable[[str], UnitReport]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Checks equations beside those that are given."""

    def check(text: str) -> UnitReport:
        return check_units(load_equations(write_model(tmp_path, text)))

    return check


def test_a_fault_says_where_it_is_and_what_clashes(check: Check) -> None:
    (fault,) = check("\nx =\n\tmoney +\\\n\t\tstaff\n\t~ CNY ~ |").faults
    assert fault == UnitFault(
        where=fault.where,
        variable="x",
        equation="x = money + staff",
        reason="adds CNY (money) and persons (staff)",
        units=("CNY", "persons"),
    )
    assert fault.where.endswith("model.mdl:13")


def test_each_equation_of_an_array_is_told_by_itself(check: Check) -> None:
    text = "x y[scale] = money ~ CNY ~ |\nx y[lean] = IF THEN ELSE(costs[lean] = 3,\n  staff, staff) ~ ~ |"
    (fault,) = check(text).faults
    assert fault.equation == "x y[lean] = IF THEN ELSE(costs[lean] = 3, staff, staff)"
    assert fault.where.endswith("model.mdl:13")
    assert fault.units == ("CNY", "persons")


def test_what_offends_is_told_once_and_not_again_above(check: Check) -> None:
    inside = check("x = MAX(money + staff, delay)*rate - share ~ Dmnl ~ |").faults
    assert [fault.reason for fault in inside] == ["adds CNY (money) and persons (staff)"]
    above = check("bare = 3 ~ ~ |\nx = bare + money ~ persons ~ |\ny = EXP(x/staff) ~ Dmnl ~ |").faults
    assert [(fault.variable, fault.reason[:19]) for fault in above] == [("bare", "the unit is missing")]


def test_faults_stand_in_the_order_of_the_file(check: Check) -> None:
    faults = check("a = money ~ persons ~ |\nb = money ~ ~ |\nc = staff ~ CNY ~ |").faults
    assert [fault.variable for fault in faults] == ["a", "b", "c"]


def test_independent_faults_of_one_equation_are_all_told(check: Check) -> None:
    faults = check("x = EXP(money) + LN(staff) ~ CNY ~ |").faults
    assert [fault.units for fault in faults] == [("Dmnl", "CNY"), ("Dmnl", "persons"), ("CNY", "Dmnl")]


def test_a_construct_that_stands_twice_in_its_formula_is_told_once(check: Check) -> None:
    faults = check("x = SMOOTH(money + staff, delay) ~ 1/Year ~ |").faults
    assert [fault.reason for fault in faults] == ["adds CNY (money) and persons (staff)"]


def test_parts_of_equations_are_written_as_in_vensim(check: Check) -> None:
    def shown(part: str) -> str:
        (fault,) = check(f"x = share + {part} ~ Dmnl ~ |").faults
        return fault.reason.removeprefix("adds Dmnl (share) and CNY (").removesuffix(")")

    parts = (
        "-(costs[scale] - 2) * (1 + share)^2",
        "DELAY1I(VMAX(costs[route!]), delay, 3)",
        "IF THEN ELSE(share > 0.5 :AND: Time < 2, money, 0)",
        "FORECAST(money, delay, 2) / (share / (share * 2))",
        "money * (1 + TREND(money, delay, 0.1) * delay)",
        "(table(share) - SMOOTH(money, delay)) * share",
    )
    written = (
        "-(costs[scale] - 2) * (1 + share) ^ 2",
        "DELAY(VMAX(costs[route!]), delay, 3)",
        "IF THEN ELSE(share > 0.5 :AND: (Time < 2), money, 0)",
        "FORECAST(money, delay, 2) / (share / (share * 2))",
        "money * (1 + TREND(money, delay, 0.1) * delay)",
        "(table(share) - SMOOTH(money, delay, money)) * share",
    )
    assert tuple(map(shown, parts)) == written
    assert shown("MAX(money, MAX(2 * money, MAX(3 * money, MAX(4 * money, 5 * money))))").endswith("...")


def test_numbers_inside_equations_are_warned_of(check: Check) -> None:
    def reasons(text: str) -> list[str]:
        return [warning.reason for warning in check(text).warnings]

    harmless = (
        "x = 1 - share + 0*share - share^2 + share^0.5 ~ Dmnl ~ |",
        "x = 12.5 ~ Dmnl ~ |",
        "x = 1/64 ~ Dmnl ~ |",
        "x[route] = 3, 4 ~ Dmnl ~ |",
        "x = SMOOTH3(share, delay) + ELMCOUNT(route) - DELAY N(share, delay, share, 4) ~ Dmnl ~ |",
        "x[route] = IF THEN ELSE(route = lean, share, 0) ~ Dmnl ~ |",
        "level 2 = share ~ Dmnl ~ |",
    )
    assert [reasons(text) for text in harmless] == [[] for _ in harmless]
    assert reasons("x = 0.25*share + MAX(-7, share) + 0.25 ~ Dmnl ~ |") == [
        "numbers stand in the equation: 0.25, -7; give constants of their own"
    ]
    assert reasons("x = INTEG(rent, 50) ~ CNY ~ |") == [
        "a number stands in the equation: 50; give constants of their own"
    ]
    assert reasons("x = share^1.7 ~ Dmnl ~ |") == [
        "a number stands in the equation: 1.7; give constants of their own"
    ]


def test_lookups_of_quantities_and_constants_that_only_change_units_are_warned_of(check: Check) -> None:
    report = check("x = table(staff) ~ CNY ~ |\none person = 1 ~ persons ~ |\none = 1 ~ Dmnl ~ |")
    assert report.faults == ()
    assert [(warning.variable, warning.units) for warning in report.warnings] == [
        ("x", ("persons",)),
        ("one_person", ("persons",)),
    ]


def test_control_variables_are_in_the_unit_of_time(check: Check, tmp_path: Path) -> None:
    path = tmp_path / "clock.mdl"
    path.write_text(GIVEN + CONTROL.replace("0.5 ~ Year", "0.5 ~ months"), encoding="utf-8")
    (fault,) = check_units(load_equations(path)).faults
    assert (fault.variable, fault.units) == ("saveper", ("Year", "months"))
    path.write_text(GIVEN + CONTROL.replace("INITIAL TIME = 0 ~ Year", "INITIAL TIME = 0 ~ days"), "utf-8")
    assert [fault.variable for fault in check_units(load_equations(path)).faults] == ["initial_time"]
    path.write_text(GIVEN.replace("Year", "days") + CONTROL.replace("Year", "days"), encoding="utf-8")
    assert check_units(load_equations(path)).faults == ()


def test_what_was_looked_at_is_counted(check: Check) -> None:
    report = check("x[scale] = 2 ~ people ~ |\nx[lean] = 3 ~ ~ |")
    assert report.checked == 15
    assert report.units == ("Year", "CNY", "persons", "CNY/Year", "m*m", "1/Year", "Dmnl")
