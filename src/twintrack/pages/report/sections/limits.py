"""What the report cannot tell."""

from __future__ import annotations

from twintrack.pages.blocks import Block, Items, Section
from twintrack.pages.report.view import ReportView

LIMITS = ("model", "worlds", "strategies", "regret", "equal", "forecast")


def blocks(view: ReportView) -> list[Block]:
    """Give the limits; two of them depend on where worlds come from and on whether a strategy waits."""
    waits = any(plan.switch for plan in view.data.strategies.values())
    special = {
        "worlds": f"worlds_{view.data.origin}",
        "strategies": "strategies_switch" if waits else "strategies",
    }
    return [Items([view.texts(f"limit_{special.get(key, key)}", **view.values) for key in LIMITS])]


SECTION = Section("limits", 110, blocks)
