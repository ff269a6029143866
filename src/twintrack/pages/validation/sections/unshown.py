"""What the page does not show."""

from __future__ import annotations

from twintrack.pages.blocks import Block, Items, Section
from twintrack.pages.validation.statements import RECOVERED
from twintrack.pages.validation.view import ValidationView

LIMITS = ("same_years", "definitions", "structure", "policy", "future", "judgement")


def blocks(view: ValidationView) -> list[Block]:
    """Give the limits; whether intervals are too narrow depends on what was recovered."""
    recovery = view["recovery"]
    narrow = recovery["told_inside"] < 0.9 - RECOVERED
    keys = [*(["narrow"] if narrow else []), *LIMITS]
    return [Items([view.texts(f"limits_{key}") for key in keys])]


SECTION = Section("unshown", 110, blocks)
