"""Test 5, extreme conditions: the model stays possible where its inputs are not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from field_tests.bounds import amounts, infinite, negative, outside
from field_tests.laboratory import (
    CORNERS,
    Laboratory,
    Saved,
    random_corners,
)
from field_tests.laboratory import (
    extreme_conditions as conditions,
)
from field_tests.names_zh import named
from twintrack.calibration.field_results import Evidence, FieldTest, Text, at_most, columns, told

if TYPE_CHECKING:
    from twintrack.equations import Equations
    from twintrack.equations.structure import Array
    from twintrack.model import Model

FURTHER: Mapping[str, Mapping[str, float]] = {
    "nobody adopts": {
        "person_innovation": 0.0,
        # Not quite nobody: problems of practice are counted against those of the start.
        "organisation_use_at_start": 1e-9,
    },
    "a million times the run cost": {"initial_run_cost": 0.0485e6},
    "a millionth of compute per money": {"initial_hardware_price_performance": 4e16},
}
"""Conditions beside those of the laboratory."""

NOTHING = 1e-6
"""A flow of less than this share of its central course is none.

People who are left after the first years, and what a door lets through before it is shut, are not quite none.
"""

CHECKS = ("infinite", "negative", "outside")

MOST_GAIN = 100.0
"""Research that a thousand times the money may bring, in multiples."""


ZERO: Mapping[str, tuple[str, str]] = {
    "no adoption, no users": ("nobody adopts", "adoption_rate"),
    "no people, no research": ("no talent", "creation"),
    "no chips, no largest run": ("no chips", "largest_run"),
    "no chips, no accelerators bought": ("no chips", "accelerator_purchases"),
    "no public money, no public research": ("no public money", "public_research_money"),
    "all doors closed, no imitation from 2028": ("total decoupling", "imitation_growth"),
}
"""Zero in, nothing out: the condition, and the variable of the home country that must then be nothing."""


def extreme_conditions(model: Model) -> FieldTest:
    """Run extreme conditions and random corners of the world, and look for what cannot be."""
    laboratory = Laboratory(model.equations)
    runs = laboratory.runs({"central": {}, **conditions(model), **FURTHER})
    corners = random_corners(model, laboratory)
    found = _violations(model, {**runs, **{f"corners: {course}": saved for course, saved in corners.items()}})
    totals = {check: sum(len(case[check]) for case in found.values()) for check in CHECKS}
    central = runs["central"]
    at_home = partial(_at_home, model.equations)
    flows = {
        what: _late(at_home(runs[case], name), at_home(central, name), _start(central, name))
        for what, (case, name) in ZERO.items()
    }
    richer = runs["a thousand times the research money"]
    gain = _largest(at_home(richer, "research_scale"), at_home(central, "research_scale"))
    broken = sum(1 for value in flows.values() if value > NOTHING)
    measures = (
        told(Text("Extreme conditions run", "极端条件个数"), len(runs) - 1),
        told(
            Text(
                "Random corners of the prior ranges, by four courses of action",
                "先验区间的随机角点（四种行动）",
            ),
            CORNERS,
        ),
        at_most(Text("Numbers that are not finite", "非有限的数值"), totals["infinite"], 0),
        at_most(Text("Amounts below zero", "低于零的存量"), totals["negative"], 0),
        at_most(Text("Shares outside 0 to 1", "超出0至1的份额"), totals["outside"], 0),
        at_most(Text("Flows that go on without their input", "缺少输入仍持续的流量"), broken, 0),
        at_most(
            Text("Research from a thousand times the money", "千倍资金带来的研究倍数"),
            gain,
            MOST_GAIN,
            "times",
        ),
    )
    violations = sum(totals.values()) + broken
    where = "; ".join(name for by in found.values() for names in by.values() for name in names) or "-"
    return FieldTest(
        5,
        "extreme_conditions",
        Text("Extreme conditions", "极端条件"),
        Text(
            f"{len(runs) - 1} extreme conditions and {CORNERS} random corners of the prior's ranges;"
            f" violations: {violations}"
            f" ({where}). A thousand times the research money brings {gain:.1f} times the research.",
            f"{len(runs) - 1}种极端条件与先验区间的{CORNERS}个随机角点中，违例{violations}处（{where}）。"
            f"千倍研究资金带来{gain:.1f}倍的研究规模。",
        ),
        measures,
        _tables(found, flows),
        "pytest tests/model/test_extremes.py tests/model/test_sector_extremes.py",
    )


Found = Mapping[str, Mapping[str, list[str]]]
"""By condition and check the variables that fail."""


def _violations(model: Model, runs: Mapping[str, Saved]) -> Found:
    """Look in every run for what cannot be."""
    stocks = amounts(model.equations)
    checks: dict[str, Callable[[Saved], list[str]]] = {
        "infinite": infinite,
        "negative": lambda saved: negative(saved, stocks),
        "outside": outside,
    }
    return {case: {check: look(saved) for check, look in checks.items()} for case, saved in runs.items()}


def _tables(found: Found, flows: Mapping[str, float]) -> tuple[Evidence, ...]:
    return (
        Evidence(
            Text("Violations by condition", "各条件下的违例"),
            columns(
                "condition|条件",
                "not finite|非有限",
                "below zero|低于零",
                "shares outside|份额越界",
                "which|变量",
            ),
            tuple(
                (
                    named(case),
                    *(len(names) for names in by.values()),
                    "; ".join(name for names in by.values() for name in names),
                )
                for case, by in found.items()
            ),
        ),
        Evidence(
            Text("Zero in, nothing out: flow over its central course", "零输入、零流出：流量与中心情形之比"),
            columns("what|对象", "condition|条件", "variable|变量", "ratio|比值"),
            tuple((named(what), named(ZERO[what][0]), ZERO[what][1], value) for what, value in flows.items()),
        ),
    )


def _at_home(equations: Equations, saved: Saved, name: str) -> Array:
    """Give the values of a variable; of the home country where it is one by country."""
    axes = equations.variables[name].elements
    return saved[name][:, axes[0].index("home")] if axes and "home" in axes[0] else saved[name]


def _largest(values: Array, central: Array) -> float:
    """Give the largest value over that of the central world."""
    return float(np.abs(values).max() / np.abs(central).max())


def _start(central: Saved, name: str) -> int:
    """Give the saved time from which a flow must be nothing: doors close by 2028, all else at once."""
    return int(np.searchsorted(central["calendar_year"], 2028)) if name == "imitation_growth" else 0


def _late(values: Array, central: Array, start: int) -> float:
    """Give a flow's largest value over the central one, from a saved time on."""
    return _largest(values[start:], central[start:])
