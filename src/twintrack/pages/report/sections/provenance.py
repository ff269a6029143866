"""What the report was made from, with what, and how to make it again."""

from __future__ import annotations

from twintrack.pages.blocks import Block, Section, sections_in
from twintrack.pages.making import HASH_DIGITS, Made, facts
from twintrack.pages.report.view import DATA, ReportView
from twintrack.version import __version__


def blocks(view: ReportView) -> list[Block]:
    """Give a list of facts."""
    data, drawn = view.data, view.data.definition.ensemble
    made = Made(
        model=data.model,
        source=data.source,
        inputs=view.inputs,
        plans=list(data.strategies.values()),
        worlds=drawn.worlds,
        seed=drawn.seed,
        origin=data.origin,
        digest=data.posterior_digest,
        runs=2 * len(data.strategies) * len(data.scenarios) * drawn.worlds,
        command=view.command,
        files=[f"{DATA}/{name}" for section in sections_in(__package__) for name in section.files],
    )
    return [facts(made, view.texts)]


def _told(view: ReportView) -> str:
    return view.texts(
        "provenance_told",
        version=__version__,
        hash=view.data.model.equations.hash[:HASH_DIGITS],
        seed=view.data.definition.ensemble.seed,
    )


SECTION = Section("provenance", 180, blocks, title=_told, folded=True)
