"""Test 11, sensitivity analysis: do numbers, modes of behaviour and advice change among plausible worlds?

Numbers: partial rank correlation of final outcomes with world parameters (Marino et al. 2008, Journal of
Theoretical Biology 254(1)), in a Latin hypercube. Behaviour: worlds in which an outcome's course is of
another class than in the central world. Advice: worlds in which another strategy is best.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from field_tests.modes import MODES, modes
from field_tests.names_zh import named
from field_tests.workbench import COMPARED, JUDGED, SEED, best, workbench
from twintrack.calibration.field_results import (
    Evidence,
    FieldTest,
    Measure,
    Text,
    at_least,
    columns,
    told,
)
from twintrack.equations.structure import Array

if TYPE_CHECKING:
    from twintrack.model import Model

WORLDS = 2000
TOP = 10
SHAPED = (
    "capability_gap",
    "frontier_gap_months",
    "adoption_rate",
    "ai_enabled_output",
    "own_origin_share",
    "domestic_stack_share",
)
"""Outcomes whose course over time matters."""

LEAST_OVERLAP = 0.7
"""Share of the ten strongest parameters that both halves of the worlds must find."""

LEAST_SAME_MODE = 0.7
LEAST_SAME_BEST = 0.7
"""Share of worlds that must agree with the central one for behaviour, or advice, to count as robust."""


def sensitivity_analysis(model: Model) -> FieldTest:
    """Run the compared strategies in the same worlds and look at all three kinds of sensitivity."""
    bench = workbench(model)
    worlds = model.sample_worlds(WORLDS, SEED)
    baseline = bench.run("baseline", worlds)
    numerical = _numerical(model, worlds.to_numpy(np.float64), list(worlds.columns), baseline)
    changed = _changed_modes(model, baseline)
    advice = _advice(model)
    measures = _measures(numerical, changed, advice)
    least = min(same for _, same, _ in advice.values())
    bent = min(same for _, same, _ in changed.values())
    first = numerical["capability_index"][0][0][0]
    return FieldTest(
        11,
        "sensitivity_analysis",
        Text("Sensitivity analysis", "敏感性分析"),
        Text(
            f"In {WORLDS} worlds of the prior the best strategy of the central world stays best in"
            f" {least:.0%} or more, by outcome; courses keep their class in {bent:.0%} or more. Capability"
            f" hangs most on {first}.",
            f"在{WORLDS}个先验世界中，按各结果衡量，中心世界的最优战略至少在{least:.0%}的世界仍最优；走势类别至少在{bent:.0%}的世界不变。"
            f"能力最依赖{first}。",
        ),
        measures,
        _tables(numerical, changed, advice),
        "pytest tests/validation/test_sensitivity_analysis.py",
    )


Numerical = Mapping[str, tuple[list[tuple[str, float]], float]]
"""By outcome the strongest parameters, and the share of them that both halves of the worlds find."""

Shares = Mapping[str, tuple[str, float, str]]
"""By outcome what holds in the central world, the share of worlds with the same, and what others have."""


def _measures(numerical: Numerical, changed: Shares, advice: Shares) -> tuple[Measure, ...]:
    measures: list[Measure] = [told(Text("Worlds of the prior", "先验世界数"), WORLDS)]
    measures += [
        at_least(
            Text(
                f"{name}: strongest parameters found again by the other half",
                f"{name}：另一半样本再次找到的最强参数",
            ),
            overlap,
            LEAST_OVERLAP,
            "share",
        )
        for name, (_, overlap) in numerical.items()
    ]
    measures += [
        at_least(
            Text(f"{name}: course of the central world's class", f"{name}：与中心世界同类的走势"),
            same,
            LEAST_SAME_MODE,
            "share of worlds",
        )
        for name, (_, same, _) in changed.items()
    ]
    measures += [
        at_least(
            Text(f"Best by {name} as in the central world", f"{name}：最优战略与中心世界相同"),
            same,
            LEAST_SAME_BEST,
            "share of worlds",
        )
        for name, (_, same, _) in advice.items()
    ]
    return tuple(measures)


def _tables(numerical: Numerical, changed: Shares, advice: Shares) -> tuple[Evidence, ...]:
    return (
        Evidence(
            Text("Strongest parameters: partial rank correlation", "最强参数：偏秩相关"),
            columns("outcome|结果", "parameter|参数", "correlation|相关系数"),
            tuple((name, it, value) for name, (top, _) in numerical.items() for it, value in top),
        ),
        Evidence(
            Text("Classes of behaviour", "行为类别"),
            columns("outcome|结果", "central world|中心世界", "same class|同类比例", "others|其他类别"),
            tuple((name, named(mode), same, others) for name, (mode, same, others) in changed.items()),
        ),
        Evidence(
            Text("Best strategy", "最优战略"),
            columns("outcome|结果", "central world|中心世界", "same|相同比例", "others|其他战略"),
            tuple((name, first, same, others) for name, (first, same, others) in advice.items()),
        ),
    )


def partial_rank_correlations(parameters: Array, outcome: Array) -> Array:
    """Give the partial rank correlation of each parameter with an outcome.

    `parameters` of shape (worlds, parameters), `outcome` of shape (worlds,). From the inverse of the
    correlation matrix of all ranks; worlds must outnumber parameters by more than two.
    """
    from scipy.stats import rankdata

    ranks = rankdata(np.column_stack([parameters, outcome]), axis=0)
    inverse = np.linalg.inv(np.corrcoef(ranks, rowvar=False))
    diagonal = np.sqrt(np.diag(inverse))
    found: Array = -inverse[:-1, -1] / (diagonal[:-1] * diagonal[-1])
    return found


def _numerical(model: Model, parameters: Array, names: list[str], run: dict[str, Array]) -> Numerical:
    """Give the strongest parameters of each headline outcome, and how many both halves of the worlds find."""
    found = {}
    half = len(parameters) // 2
    for name in model.headline:
        ends = run[name][-1]
        values = partial_rank_correlations(parameters, ends)
        halves = [
            partial_rank_correlations(parameters[part], ends[part])
            for part in (slice(half), slice(half, None))
        ]
        tops = [set(np.argsort(-np.abs(item))[:TOP]) for item in halves]
        top = [(names[place], float(values[place])) for place in np.argsort(-np.abs(values))[:TOP]]
        found[name] = (top, len(tops[0] & tops[1]) / TOP)
    return found


def _changed_modes(model: Model, run: dict[str, Array]) -> Shares:
    """Give each outcome's class in the central world, the share of worlds with the same, and the others."""
    central = workbench(model).run("baseline")
    found = {}
    for name in SHAPED:
        here, there = int(modes(central[name])[0]), modes(run[name])
        others = Counter(MODES[place] for place in there if place != here)
        found[name] = (MODES[here], float(np.mean(there == here)), _told(others, len(there)))
    return found


def _advice(model: Model) -> Shares:
    """Give the best strategy of the central world by outcome, the share of worlds it is best in, others."""
    bench = workbench(model)
    central, many = bench.finals(COMPARED, None), bench.finals(COMPARED, model.sample_worlds(WORLDS, SEED))
    found = {}
    for name in JUDGED:
        here, there = int(best(model, name, central[name])[0]), best(model, name, many[name])
        others = Counter(COMPARED[place] for place in there if place != here)
        found[name] = (COMPARED[here], float(np.mean(there == here)), _told(others, len(there)))
    return found


def _told(counts: Counter[str], of: int) -> str:
    return ", ".join(f"{name} {count / of:.0%}" for name, count in counts.most_common())
