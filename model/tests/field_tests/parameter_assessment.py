"""Test 4, parameter assessment: what each parameter stands on, and where it lies in its range."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from twintrack.calibration.field_results import (
    Evidence,
    FieldTest,
    Text,
    at_least,
    at_most,
    columns,
    told,
)
from twintrack.worlds.sampling import FIXED

if TYPE_CHECKING:
    from twintrack.equations import Variable
    from twintrack.inputs.world import WorldParameter
    from twintrack.model import Model

GRADES = {"high": "高", "medium": "中", "low": "低", "assumption": "假设"}
DRAWS = ("breakthrough_draw",)
"""Chance, not knowledge: how long a world waits for a breakthrough."""

LARGEST_SHARE_OF_ASSUMPTIONS = 0.5
EDGE = 0.05
"""A central value nearer to an end than this share of the range lies at the edge."""

WIDEST = 10.0
"""High end over low end from which a positive range spans more than an order of magnitude."""


def parameter_assessment(model: Model) -> FieldTest:
    """Sort the uncertain parameters by confidence, and look where central values lie in their ranges."""
    uncertain = {
        name: item
        for name, item in model.world.items()
        if item.distribution != FIXED and not name.startswith(DRAWS)
    }
    counts: Counter[str] = Counter(item.confidence for item in uncertain.values())
    share = counts["assumption"] / len(uncertain)
    outside = [name for name, item in uncertain.items() if not 0 <= position(item) <= 1]
    edge = [name for name, item in uncertain.items() if not EDGE <= position(item) <= 1 - EDGE]
    wide = [name for name, item in uncertain.items() if item.low > 0 and item.high / item.low >= WIDEST]
    unsaid = [name for name, item in uncertain.items() if not item.reason]
    constants = [
        variable
        for variable in model.equations.variables.values()
        if variable.kind == "constant" and variable.name not in model.levers
    ]
    assumed = [variable for variable in constants if "assumption" in variable.source]
    measures = (
        told(
            Text("Uncertain parameters, without chance draws", "不确定参数（不含随机抽取）"), len(uncertain)
        ),
        at_most(
            Text("Share that rests on judgement alone", "仅凭判断的比例"),
            share,
            LARGEST_SHARE_OF_ASSUMPTIONS,
        ),
        at_most(Text("Central values outside their range", "中心值在区间之外"), len(outside), 0),
        at_most(Text("Central values at the edge of their range", "中心值在区间边缘"), len(edge), 0),
        at_most(Text("Ranges without a stated reason", "区间未说明理由"), len(unsaid), 0),
        told(Text("Ranges of an order of magnitude or more", "跨一个数量级以上的区间"), len(wide)),
        told(Text("Constants of the model in all", "模型常数总数"), len(constants)),
        told(
            Text("Share of these with an assumption in the source", "其中来源含假设的比例"),
            len(assumed) / len(constants),
        ),
        at_least(
            Text("Constants whose source is named", "注明来源的常数"), _sourced(constants), 1.0, "share"
        ),
    )
    return FieldTest(
        4,
        "parameter_assessment",
        Text("Parameter assessment", "参数评价"),
        Text(
            f"{share:.0%} of {len(uncertain)} uncertain parameters rest on judgement alone."
            f" {len(edge)} central values lie at the edge of their range, and {len(wide)}"
            f" ranges span a factor of ten or more.",
            f"{len(uncertain)}个不确定参数中有{share:.0%}仅凭判断。{len(edge)}个中心值位于区间边缘，"
            f"{len(wide)}个区间跨度达十倍以上。",
        ),
        measures,
        _tables(uncertain, counts, edge),
        "twintrack list world",
    )


def _tables(
    uncertain: Mapping[str, WorldParameter], counts: Counter[str], edge: Sequence[str]
) -> tuple[Evidence, ...]:
    return (
        Evidence(
            Text("Parameters by confidence", "按可信度分类的参数"),
            columns("confidence|可信度", "parameters|个数", "share|比例"),
            tuple((Text(it, zh), counts[it], counts[it] / len(uncertain)) for it, zh in GRADES.items()),
        ),
        Evidence(
            Text("Central values at the edge", "位于边缘的中心值"),
            columns("parameter|参数", "value|中心值", "low|下限", "high|上限"),
            tuple((it, uncertain[it].value, uncertain[it].low, uncertain[it].high) for it in edge),
        ),
    )


def position(parameter: WorldParameter) -> float:
    """Give where the central value lies in its range: 0 at the low end, 1 at the high end.

    On a scale of logarithms where the parameter is drawn from one.
    """
    from math import log

    scale = log if parameter.distribution in ("loguniform", "lognormal") else float
    low, high, value = (scale(number) for number in (parameter.low, parameter.high, parameter.value))
    return (value - low) / (high - low)


def _sourced(constants: Sequence[Variable]) -> float:
    return sum(1 for variable in constants if variable.source) / len(constants)
