"""What it expects next: each series in the years after the last observation."""

from __future__ import annotations

from twintrack.calibration.fit import Band
from twintrack.calibration.projection import Projection, table
from twintrack.pages.blocks import Block, Cell, Fact, Facts, Fold, Row, Section, Table
from twintrack.pages.validation.view import Computed, ValidationView

CSV = "projection.csv"


def blocks(view: ValidationView) -> list[Block]:
    """Give a sentence, the file, and a table behind a fold."""
    data = Facts([Fact(view.texts("provenance_data"), [CSV], "link")])
    return [*_sentences(view), data, Fold(view.texts("projection_fold"), [_table(view)])]


def _sentences(view: ValidationView) -> list[Block]:
    """What is expected of the years after the last observation."""
    years = sorted({item["year"] for item in view["projection"]["series"]})
    names = view.texts.join([str(year) for year in years])
    return [view.claim("projection_intro", "projection", years=names)]


def _table(view: ValidationView) -> Table:
    """What is expected of the coming years."""
    years = sorted({item["year"] for item in view["projection"]["series"]})
    found = {(item["series"], item["year"]): item for item in view["projection"]["series"]}
    rows: list[Row] = []
    for name in dict.fromkeys(item["series"] for item in view["projection"]["series"]):
        items = [found[name, year] for year in years]
        reading = view.texts(f"reading {items[0]['reading']}")
        row: list[str | Cell] = [view.series_cell(name, bound=name in view["fit"]["bounds"]), reading]
        for item in items:
            row.append(Cell(view.value(name, item["expected"]["p50"]), view.band(name, item["expected"])))
            row.append(Cell(view.value(name, item["said"]["p50"]), view.band(name, item["said"])))
        rows.append(row)
    head: list[str | Cell] = list(view.head("series", "reading"))
    for year in years:
        head += [Cell(str(year), view.texts(f"col_{key}")) for key in ("expected", "said")]
    return view.table(
        "projection_table", head, rows, "projection", style="plain projected", note="projection_note"
    )


def projection_csv(section: Computed) -> str:
    """Give the projections of a section as CSV: series, year, p05, p50, p95, unit."""
    return table(
        Projection(**{**item, "expected": Band(**item["expected"]), "said": Band(**item["said"])})
        for item in section["series"]
    )


SECTION = Section("projection", 80, blocks, files={CSV: lambda view: projection_csv(view["projection"])})
