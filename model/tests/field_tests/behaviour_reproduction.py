"""Test 7, behaviour reproduction: how far the model's courses are from what was observed.

The figures come from a fit; this module only judges them. Log errors and Theil's parts are those of Sterman
(1984, Dynamica 10(2)).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from twintrack.calibration.field_results import (
    Evidence,
    FieldTest,
    Measure,
    Text,
    at_least,
    at_most,
    columns,
    status_of,
    told,
)
from twintrack.calibration.field_tests import Fit

if TYPE_CHECKING:
    from twintrack.model import Model

LARGEST_LOG_ERROR = 0.25
"""Root mean square of the difference of logarithms: about a quarter off."""

LEAST_UNEQUAL_COVARIATION = 0.5
"""Theil's part of the error that is neither bias nor wrong amplitude."""

LEAST_COVERAGE = 0.8
"""Share of observations inside the band of 90 % of the worlds."""


def behaviour_reproduction(model: Model, fit: Fit | None = None) -> FieldTest:
    """Judge a fit.

    `fit` maps each series to its "log_error" (a number), "theil" (the parts "bias", "variation" and
    "covariation", which sum to 1) and "coverage" (share of observations in the 90 % band); each may be
    missing or None. Without a fit the test is not done.
    """
    measures: list[Measure] = [told(Text("Series compared", "比较的序列"), len(fit or {}))]
    for series, figures in (fit or {}).items():
        measures += _measures(series, figures)
    judged = [measure for measure in measures if measure.passed is not None]
    within = sum(1 for measure in judged if measure.passed)
    if judged:
        en = f"Of {len(judged)} figures on {len(fit or {})} series, {within} are within their limits."
        zh = f"{len(fit or {})}个序列的{len(judged)}项指标中，{within}项在限值内。"
    else:
        en, zh = "No fit was given, so that nothing is judged.", "未提供拟合结果，因此不作判断。"
    return FieldTest(
        7,
        "behaviour_reproduction",
        Text("Behaviour reproduction", "行为再现"),
        status_of(measures),
        Text(en, zh),
        tuple(measures),
        (_table(fit),) if fit else (),
        "twintrack validate --only field_tests",
    )


def _measures(series: str, figures: Mapping[str, Any]) -> list[Measure]:
    found: list[Measure] = []
    error, theil, coverage = (figures.get(key) for key in ("log_error", "theil", "coverage"))
    if error is not None:
        found.append(at_most(Text(f"{series}: log error", f"{series}：对数误差"), error, LARGEST_LOG_ERROR))
    if theil is not None:
        name = Text(f"{series}: unequal covariation", f"{series}：不等协变部分")
        found.append(at_least(name, theil["covariation"], LEAST_UNEQUAL_COVARIATION))
    if coverage is not None:
        name = Text(f"{series}: coverage of the 90 % band", f"{series}：90%区间覆盖率")
        found.append(at_least(name, coverage, LEAST_COVERAGE))
    return found


def _table(fit: Fit) -> Evidence:
    parts = ("bias", "variation", "covariation")
    return Evidence(
        Text("The fit by series", "各序列拟合情况"),
        columns(
            "series|序列",
            "log error|对数误差",
            "bias|偏差部分",
            "variation|幅度部分",
            "covariation|协变部分",
            "coverage|覆盖率",
        ),
        tuple(
            (
                series,
                figures.get("log_error"),
                *((figures.get("theil") or {}).get(part) for part in parts),
                figures.get("coverage"),
            )
            for series, figures in fit.items()
        ),
    )
