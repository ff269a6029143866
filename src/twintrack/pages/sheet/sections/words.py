"""What each result of the sheet means, with its equation."""

from __future__ import annotations

from twintrack.pages.blocks import Block, Section
from twintrack.pages.glossary import Terms
from twintrack.pages.sheet.view import DATA, SheetView

RESULTS = "values_by_world.csv"
WORDS = ("future", "scenario", "tie", "median", "range")


def blocks(view: SheetView) -> list[Block]:
    """Give the words of the comparison, then its results."""
    glossary = view.glossary
    terms = [glossary.method(name) for name in WORDS]
    terms += [glossary.outcome(name, f"{DATA}/{RESULTS}") for name in view.data.compared.outcomes]
    return [Terms(terms)]


SECTION = Section("words_of_sheet", 55, blocks, folded=True)
