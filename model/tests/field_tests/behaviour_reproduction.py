"""Test 7, behaviour reproduction: how far the model's courses are from what was observed.

What was learnt by past years is held against points that came later, and against rivals: the last value, the
last growth, a line through all values, and the prior. What the model says counts as it is: no fitted error
carries the last miss on. A fit to the observations that were learnt from is judged beside it. Errors are on
the scale of a series: logarithms, logits of shares, or the unit itself. Theil's parts are those of Sterman
(1984, Dynamica 10(2)).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from field_tests.workbench import SEED
from twintrack.calibration.field_results import (
    Evidence,
    FieldTest,
    Measure,
    Text,
    at_least,
    at_most,
    columns,
    told,
)
from twintrack.calibration.field_tests import Fit
from twintrack.calibration.scoreboard import SURE
from twintrack.calibration.skill import sign_test
from twintrack.calibration.target import prepare_target
from twintrack.calibration.unseen import RIVALS, Unseen, unseen
from twintrack.inputs.history import LEARNT_UNTIL

if TYPE_CHECKING:
    from twintrack.model import Model

LARGEST_ERROR = 0.25
"""Root mean square error on logarithms or logits: about a quarter off. Of a plain number it is this part of
twice the discrepancy that the history gives to its series."""

LEAST_UNEQUAL_COVARIATION = 0.5
"""Theil's part of the error that is neither bias nor wrong amplitude."""

LEAST_COVERAGE = 0.8
"""Share of observations inside the band of 90 % of the worlds."""

SCALES = {
    "log": Text("error on logarithms", "对数尺度误差"),
    "logit": Text("error on logits", "对数几率尺度误差"),
}
"""What an error is called; on any other scale it is one in the unit of the series."""

UNSEEN = Text("Unseen points of ", "未学习的点，")
LEARNT = Text("Learnt points of ", "已学习的点，")

RIVAL_NAMES: Mapping[str, Text] = {
    "prior": Text("the prior", "先验"),
    "last": Text("the last value", "最后一个值"),
    "growth": Text("the last growth", "最近一次增长"),
    "trend": Text("the trend", "趋势线"),
}


def behaviour_reproduction(
    model: Model, fit: Fit | None = None, later: Unseen | None = None, workers: int | None = 1
) -> FieldTest:
    """Judge later points that were not learnt from, and a fit where one is given.

    `fit` maps each series to figures of what the model says at the points that were learnt from: "error" (a
    number) on its "scale", with the "unit" of a plain number and what its limit is measured by ("size");
    "theil" (the parts "bias", "variation" and "covariation", which sum to 1) and "coverage" (share of
    observations in the 90 % band of the worlds, without a fitted error). Each may be missing or None.
    `later` is computed where it is not given.
    """
    if later is None:
        later = unseen(prepare_target(model, LEARNT_UNTIL + 1), SEED, workers)
    measures = _unseen_measures(later)
    for series, figures in (fit or {}).items():
        measures += _fit_measures(series, figures)
    judged = [measure for measure in measures if measure.passed is not None]
    within = sum(1 for measure in judged if measure.passed)
    skills = {rival: later.skill(rival) for rival in RIVALS}
    en = ", ".join(f"{skills[rival]:.0%} against {RIVAL_NAMES[rival].en}" for rival in RIVALS)
    zh = "、".join(f"相对{RIVAL_NAMES[rival].zh}为{skills[rival]:.0%}" for rival in RIVALS)
    return FieldTest(
        7,
        "behaviour_reproduction",
        Text("Behaviour reproduction", "行为再现"),
        Text(
            f"Worlds of the prior, weighed by what was complete at {len(later.origins)} past origins, were"
            f" held against {later.points} later points in {len(later.series)} series without any fitted"
            f" error. Their skill (1 less their CRPS over a rival's) is {en}; {later.covered:.0%} of the"
            f" points lie in their 90 % bands."
            f" {within} of {len(judged)} figures are within their limits. The priors were written when these"
            f" years were known, so that even points that were not learnt from are no blind test.",
            f"先验世界按{len(later.origins)}个过去时点已有的数据加权，不加任何拟合误差，与{len(later.series)}个序列中其后的{later.points}个点比较。"
            f"其技巧（1减去其CRPS与对手CRPS之比）{zh}；{later.covered:.0%}的点落在90%区间内。{len(judged)}项指标中{within}项在限值内。"
            f"先验写定时这些年份已为人所知，因此即使未用于学习的点也不算盲测。",
        ),
        tuple(measures),
        (_unseen_table(later), *((_fit_table(fit),) if fit else ())),
        "twintrack validate --only field_tests",
    )


def _unseen_measures(later: Unseen) -> list[Measure]:
    """Judge skill, the chance of it, coverage, and the error of each series."""
    found = [
        told(Text("Later points predicted", "预测的后期点数"), later.points),
        told(Text("Runs of the prior that were weighed", "加权的先验运行数"), later.runs),
        told(Text("Fewest effective worlds at an origin", "各时点有效世界数的最小值"), later.effective),
    ]
    for rival in RIVALS:
        en, zh = RIVAL_NAMES[rival].en, RIVAL_NAMES[rival].zh
        found.append(
            at_least(
                Text(f"Unseen points: skill against {en}", f"未学习的点：相对{zh}的技巧"),
                later.skill(rival),
                0.0,
            )
        )
        won, series = later.won(rival), len(later.series)
        found.append(
            at_most(
                Text(
                    f"Unseen points: chance that {won} of {series} series are better than {en} by luck",
                    f"未学习的点：{series}个序列中{won}个优于{zh}纯属偶然的概率",
                ),
                sign_test(won, series - won) if 2 * won > series else 1.0,
                SURE,
            )
        )
    name = Text("Unseen points: coverage of the 90 % band", "未学习的点：90%区间覆盖率")
    found.append(at_least(name, later.covered, LEAST_COVERAGE, "share"))
    return found + [
        _error(item.name, item.scale, item.unit_name, item.error, item.unit, unseen_points=True)
        for item in later.series
    ]


def _fit_measures(series: str, figures: Mapping[str, Any]) -> list[Measure]:
    found: list[Measure] = []
    error, theil, coverage = (figures.get(key) for key in ("error", "theil", "coverage"))
    if error is not None:
        found.append(
            _error(series, figures["scale"], figures["unit"], error, figures["size"], unseen_points=False)
        )
    if theil is not None:
        name = Text(f"{LEARNT.en}{series}: unequal covariation", f"{LEARNT.zh}{series}：不等协变部分")
        found.append(at_least(name, theil["covariation"], LEAST_UNEQUAL_COVARIATION))
    if coverage is not None:
        name = Text(f"{LEARNT.en}{series}: coverage of the 90 % band", f"{LEARNT.zh}{series}：90%区间覆盖率")
        found.append(at_least(name, coverage, LEAST_COVERAGE, "share"))
    return found


def _error(series: str, scale: str, unit: str, error: float, size: float, *, unseen_points: bool) -> Measure:
    """Judge an error on the scale of its series, and call it by that scale."""
    what = SCALES.get(scale, Text("error", "误差"))
    before = UNSEEN if unseen_points else LEARNT
    name = Text(f"{before.en}{series}: {what.en}", f"{before.zh}{series}：{what.zh}")
    return at_most(name, error, LARGEST_ERROR * size, "1" if scale in SCALES else unit)


def _scale(scale: str, unit: str) -> Text | str:
    return {"log": Text("logarithms", "对数"), "logit": Text("logits", "对数几率")}.get(scale, unit)


def _unseen_table(later: Unseen) -> Evidence:
    """Give the scores on the scales of the series."""
    return Evidence(
        Text("Points that were not learnt from: CRPS by series", "未用于学习的点：各序列的CRPS"),
        columns(
            "series|序列",
            "scale|尺度",
            "points|点数",
            "in the 90 % band|在90%区间内",
            "root mean square error|均方根误差",
            "learnt|学习后",
            *(f"{RIVAL_NAMES[rival].en}|{RIVAL_NAMES[rival].zh}" for rival in RIVALS),
        ),
        tuple(
            (
                item.name,
                _scale(item.scale, item.unit_name),
                item.points,
                item.inside,
                item.error,
                item.crps["learnt"],
                *(item.crps[rival] for rival in RIVALS),
            )
            for item in later.series
        ),
    )


def _fit_table(fit: Fit) -> Evidence:
    parts = ("bias", "variation", "covariation")
    return Evidence(
        Text("The fit by series, without a fitted error", "各序列拟合情况（不含拟合误差）"),
        columns(
            "series|序列",
            "scale|尺度",
            "error|误差",
            "bias|偏差部分",
            "variation|幅度部分",
            "covariation|协变部分",
            "coverage|覆盖率",
        ),
        tuple(
            (
                series,
                _scale(figures.get("scale", ""), figures.get("unit", "")),
                figures.get("error"),
                *((figures.get("theil") or {}).get(part) for part in parts),
                figures.get("coverage"),
            )
            for series, figures in fit.items()
        ),
    )
