"""Test 3, dimensional consistency: both sides of every equation have the same unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twintrack.calibration.field_results import FieldTest, Text, at_most, told
from twintrack.equations.units import check_units

if TYPE_CHECKING:
    from twintrack.model import Model

LARGEST_SHARE_OF_WARNINGS = 0.05


def dimensional_consistency(model: Model) -> FieldTest:
    """Run the unit check of all equations."""
    report = check_units(model.equations)
    faults, warnings = len(report.faults), len(report.warnings)
    measures = (
        told(Text("Equations checked", "检查的方程"), report.checked),
        told(Text("Different units", "不同单位"), len(report.units)),
        at_most(Text("Equations whose units do not agree", "单位不一致的方程"), faults, 0),
        at_most(
            Text(
                "Warnings: numbers inside equations, constants that only change a unit",
                "警告：方程内的数字、仅换算单位的常数",
            ),
            warnings / report.checked,
            LARGEST_SHARE_OF_WARNINGS,
            "per equation",
        ),
    )
    return FieldTest(
        3,
        "dimensional_consistency",
        Text("Dimensional consistency", "量纲一致性"),
        Text(
            f"{report.checked} equations in {len(report.units)} units: {faults} do not agree;"
            f" {warnings} warnings.",
            f"{report.checked}个方程、{len(report.units)}种单位：不一致{faults}个，警告{warnings}条。",
        ),
        measures,
        command="twintrack model units",
    )
