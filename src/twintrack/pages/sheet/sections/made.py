"""How the page was made, and how to make it again."""

from __future__ import annotations

from twintrack.formats import today
from twintrack.pages.blocks import Block, Fact, Facts, Section, sections_in
from twintrack.pages.builder import versions
from twintrack.pages.sheet.view import DATA, SheetView, csv

DIGITS = 12
WORLDS = "worlds.csv"
LIBRARIES = ("llvmlite", "numpy", "pysd", "xarray")


def blocks(view: SheetView) -> list[Block]:
    """Give a list of facts."""
    data, texts = view.data, view.texts
    drawn = data.definition.ensemble
    told: dict[str, dict[str, object]] = {
        "model": {"hash": data.model.equations.hash[:DIGITS]},
        "inputs": {"hash": view.inputs.hash[:DIGITS], "count": len(view.inputs.files)},
        "worlds": {
            "worlds": f"{drawn.worlds:,}",
            "seed": drawn.seed,
            "origin": texts(f"provenance_{data.compared.origin}", hash=data.posterior_digest[:DIGITS]),
            "runs": f"{2 * drawn.worlds:,}",
        },
    }
    values = {key: texts(f"provenance_{key}_value", **filled) for key, filled in told.items()}
    values |= {"versions": versions(LIBRARIES), "date": today()}
    files = [f"{DATA}/{name}" for section in sections_in(__package__) for name in section.files]
    return [
        Facts(
            [
                *(Fact(texts(f"provenance_{key}"), [value]) for key, value in values.items()),
                Fact(texts("provenance_command"), [view.command], "code"),
                Fact(texts("provenance_data"), files, "link"),
            ]
        )
    ]


SECTION = Section(
    "sheet_made",
    60,
    blocks,
    folded=True,
    files={WORLDS: csv(lambda data: data.compared.worlds.rename_axis("world").reset_index())},
)
