"""What the report was made from, with what, and how to make it again."""

from __future__ import annotations

from twintrack.formats import date, today
from twintrack.pages.blocks import Block, Fact, Facts, Section, sections_in
from twintrack.pages.builder import versions
from twintrack.pages.report.files import Inputs
from twintrack.pages.report.view import DATA, ReportView
from twintrack.runs.asked import replaced_files
from twintrack.version import __version__

HASH_DIGITS = 12
LIBRARIES = ("llvmlite", "numpy", "pysd", "xarray", "plotly")


def blocks(view: ReportView) -> list[Block]:
    """Give a list of facts."""
    data, texts = view.data, view.texts
    ensemble, grid = data.definition.ensemble, data.model.equations.time
    runs = 2 * len(data.strategies) * len(data.scenarios) * ensemble.worlds
    told: dict[str, dict[str, object]] = {
        "model": {"hash": data.model.equations.hash[:HASH_DIGITS]},
        "report": {"path": view.source, "hash": Inputs([data.source]).hash[:HASH_DIGITS]},
        "inputs": {"hash": view.inputs.hash[:HASH_DIGITS], "count": len(view.inputs.files)},
        "worlds": {
            "worlds": f"{ensemble.worlds:,}",
            "seed": ensemble.seed,
            "origin": texts(f"provenance_{data.origin}", hash=data.posterior_digest[:HASH_DIGITS]),
            "runs": f"{runs:,}",
        },
        "time": {"start": date(grid.initial), "end": date(grid.final), "step": f"{grid.step:g}"},
    }
    values = {key: texts(f"provenance_{key}_value", **filled) for key, filled in told.items()}
    if replaced := list(replaced_files(data.model, data.strategies.values())):
        told_files = [texts("provenance_replaced_value", own=own, hidden=hidden) for own, hidden in replaced]
        values["replaced"] = texts("list_semicolon").join(told_files)
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


def _told(view: ReportView) -> str:
    return view.texts(
        "provenance_told",
        version=__version__,
        hash=view.data.model.equations.hash[:HASH_DIGITS],
        seed=view.data.definition.ensemble.seed,
    )


SECTION = Section("provenance", 180, blocks, title=_told, folded=True)
