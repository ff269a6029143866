"""The question, and how to read the page."""

from __future__ import annotations

from twintrack.pages.blocks import Block, Heading, Items, Section
from twintrack.pages.report.view import ReportView

GUIDE = (1, 2, 3, 4, 5, 6)
"""Lines of the reading guide, by number."""


def blocks(view: ReportView) -> list[Block]:
    """Give the question and the guide."""
    lines = [view.texts(f"guide_{line}", **view.values) for line in GUIDE]
    return [
        view.note("question"),
        Heading(view.texts("guide_heading")),
        Items(lines, "guide", ordered=True),
    ]


SECTION = Section("question", 10, blocks)
