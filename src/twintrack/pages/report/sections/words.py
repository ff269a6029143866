"""What each word of the page means: the comparison, results, levers and assumptions, with their equations."""

from __future__ import annotations

from collections.abc import Sequence

from twintrack.pages.blocks import Block, Heading, Note, Section
from twintrack.pages.glossary import METHODS, Term, Terms
from twintrack.pages.report.sections.decisions import FILE, differing
from twintrack.pages.report.view import DATA, ReportView

RESULTS, PARAMETERS = "results.csv", "worlds.csv"


def blocks(view: ReportView) -> list[Block]:
    """Give a list for each kind of word; assumptions are those that sections before this one name."""
    lists = {
        "methods": [view.glossary.method(name) for name in METHODS],
        "outcomes": [view.glossary.outcome(name, f"{DATA}/{RESULTS}") for name in view.data.outcomes],
        "levers": [view.glossary.lever(name, f"{DATA}/{FILE}") for name in differing(view.data)],
        "parameters": _parameters(view),
    }
    found: list[Block] = [Note(view.texts("words_intro"), "note")]
    for key, terms in lists.items():
        if terms:
            found += [Heading(view.texts(f"words_{key}")), Terms(terms)]
    return found


def _parameters(view: ReportView) -> Sequence[Term]:
    return [view.glossary.parameter(name, f"{DATA}/{PARAMETERS}") for name in view.named]


def title(view: ReportView) -> str:
    """Count the words."""
    counts = (METHODS, view.data.outcomes, differing(view.data), view.named)
    return view.texts("words_title", count=sum(map(len, counts)))


SECTION = Section("words", 175, blocks, title=title, folded=True)
