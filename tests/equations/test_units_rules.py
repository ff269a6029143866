"""Every rule of the unit check, on a model that keeps it and one that breaks it."""

from __future__ import annotations

from pathlib import Path

import pytest
from units_helpers import RULES, write_model

from twintrack.equations import load_equations
from twintrack.equations.units import check_units


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_lets_pass_what_keeps_it(rule: str, tmp_path: Path) -> None:
    assert check_units(load_equations(write_model(tmp_path, RULES[rule][0]))).faults == ()


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_finds_what_breaks_it_and_nothing_else(rule: str, tmp_path: Path) -> None:
    _, offender, reason = RULES[rule]
    faults = check_units(load_equations(write_model(tmp_path, offender))).faults
    assert [fault.variable for fault in faults] == ["x"]
    assert reason in faults[0].reason
    assert faults[0].severity == "error"


UNKNOWN_TO_SIMLIN = {"cube", "product over a range", "time of a delay", "forecast", "no unit"}
"""Rules about functions or texts that Simlin cannot read."""

UNCHECKED_BY_SIMLIN = {
    "comparison",
    "comparison inside logic",
    "condition of a sample",
    "modulo",
    "quantum",
    "negative power",
    "exponent",
    "variable power",
    "step",
    "ramp",
    "pulse",
    "pulses",
    "table inside",
    "active initial",
    "missing",
}
"""Rules that Simlin lacks: it lets the offenders pass."""


@pytest.mark.parametrize("rule", sorted(RULES.keys() - UNKNOWN_TO_SIMLIN))
def test_simlin_agrees_where_it_has_the_rule(rule: str, tmp_path: Path) -> None:
    """An independent unit check, of pysimlin."""
    simlin = pytest.importorskip("simlin")
    keeps, breaks, _ = RULES[rule]

    def issues(text: str) -> int:
        return len(simlin.load(write_model(tmp_path, text)).check())

    assert issues(keeps) == 0
    assert (issues(breaks) > 0) == (rule not in UNCHECKED_BY_SIMLIN)
