"""Test 12, system improvement: whether decisions became better by the model. It takes forecasts and time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from twintrack.calibration.field_results import FieldTest, Measure, Text, at_least, told

if TYPE_CHECKING:
    from twintrack.model import Model


def system_improvement(model: Model, scores: Mapping[str, float] | None = None) -> FieldTest:
    """Judge dated forecasts that were registered before the event.

    `scores` gives for each one that came due its skill: 1 minus its score (CRPS or Brier) over that of a
    simple reference, so that above zero is better than the reference. Without any the test is not done.
    """
    found = dict(scores or {})
    measures: list[Measure] = [
        told(Text("Registered forecasts that came due", "已到期的登记预测"), len(found))
    ]
    measures += [
        at_least(Text(f"Skill of {name}", f"{name}的预测技巧"), value, 0.0) for name, value in found.items()
    ]
    return FieldTest(
        12,
        "system_improvement",
        Text("System improvement", "系统改进"),
        Text(
            f"{len(found)} registered forecasts have come due. Evidence would be dated forecasts, registered"
            f" before the event and scored against a simple reference, and decisions that were taken with the"
            f" model and turned out better; neither can be had before the model is used.",
            f"已到期的登记预测为{len(found)}项。证据应当是事前登记、注明日期并与简单基准比较评分的预测，以及借助模型作出且结果更好的决策；"
            f"模型使用之前二者都无法取得。",
        ),
        tuple(measures),
        command="twintrack validate --only field_tests",
    )
