"""How the page was made, and how to make it again."""

from __future__ import annotations

from twintrack.pages.blocks import Block, Section, sections_in
from twintrack.pages.making import Made, facts
from twintrack.pages.sheet.view import DATA, SheetView, csv

WORLDS = "worlds.csv"


def blocks(view: SheetView) -> list[Block]:
    """Give a list of facts."""
    data, drawn = view.data, view.data.definition.ensemble
    made = Made(
        model=data.model,
        source=data.source,
        inputs=view.inputs,
        plans=[data.reference, data.plan],
        worlds=drawn.worlds,
        seed=drawn.seed,
        origin=data.compared.origin,
        digest=data.posterior_digest,
        runs=2 * drawn.worlds,
        command=view.command,
        files=[f"{DATA}/{name}" for section in sections_in(__package__) for name in section.files],
    )
    return [facts(made, view.texts)]


SECTION = Section(
    "sheet_made",
    60,
    blocks,
    folded=True,
    files={WORLDS: csv(lambda data: data.compared.worlds.rename_axis("world").reset_index())},
)
