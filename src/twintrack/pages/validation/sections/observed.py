"""What was observed: each series with its definition and source, and every observation."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence

from twintrack.pages.blocks import Block, Cell, Claim, Fact, Facts, Fold, Row, Section, Table
from twintrack.pages.validation.statements import together
from twintrack.pages.validation.view import Computed, ValidationView, number

CSV = "observations.csv"


def blocks(view: ValidationView) -> list[Block]:
    """Give sentences, every observation in a file, and the series behind a fold."""
    data = Facts([Fact(view.texts("provenance_data"), [CSV], "link")])
    fold = Fold(view.texts("observed_fold"), [*_conflicts(view), _series(view)])
    return [*together(view, _sentences(view)), data, fold]


def _sentences(view: ValidationView) -> list[Claim]:
    """What was observed."""
    learnt, bounds = view["calibration"], view["fit"]["bounds"]
    intro = view.claim(
        "observed_intro",
        "fit",
        series=learnt["series"],
        observations=learnt["observations"],
        counted=view["fit"]["said"]["points"],
    )
    told = view.claim("observed_bounds", "fit", names=view.series_list(bounds))
    found = view["fit"]["conflicts"]
    names = {one[place]["series"] for one in found["conflicts"] for place in ("first", "second")}
    conflicts = view.claim(
        "observed_conflicts" if names else "observed_conflicts_none",
        "fit",
        compared=found["compared"],
        count=len(found["conflicts"]),
        names=view.series_list(sorted(names)),
    )
    return [intro, *([told] if bounds else []), conflicts]


def _conflicts(view: ValidationView) -> list[Table]:
    """Series of one variable whose intervals for one year lie apart; no table where there are none."""
    rows: list[Row] = [
        [
            str(item["year"]),
            *(cell for place in ("first", "second") for cell in _told(view, item[place])),
            number(item["apart"]),
        ]
        for item in view["fit"]["conflicts"]["conflicts"]
    ]
    head = view.head("year", "series", "observed", "other_series", "observed", "apart")
    table = view.table("conflicts_table", head, rows, "fit", note="conflicts_table_note")
    return [table] if rows else []


def _told(view: ValidationView, told: Computed) -> tuple[Cell, str]:
    """Name a series, and give its value with its interval."""
    name = told["series"]
    value, low, high = (view.value(name, told[key]) for key in ("value", "low", "high"))
    return view.series_cell(name), f"{value} ({low} – {high})"


def _series(view: ValidationView) -> Table:
    """Every series: what is counted, how often, in which years, from where."""
    rows: list[Row] = []
    for item in view["fit"]["series"]:
        history = view.history(item["name"])
        sources = {key.strip() for point in history.points for key in point.source.split(";")}
        years = [math.ceil(point["time"]) - 1 for point in item["points"]]
        rows.append(
            [
                view.series_cell(item["name"]),
                view.of(history.definition),
                str(len(years)),
                _years(years),
                ", ".join(sorted(sources)),
            ]
        )
    head = view.head("series", "definition", "points", "years", "sources")
    return view.table("series_table", head, rows, "fit", style="prose definitions")


def _years(years: Sequence[int]) -> str:
    return f"{min(years)}" if min(years) == max(years) else f"{min(years)}–{max(years)}"


def observations_csv(view: ValidationView) -> str:
    """Give every observation as CSV: series, when it holds, value, interval, unit and source."""
    file = io.StringIO()
    write = csv.writer(file, lineterminator="\n")
    write.writerow(["series", "year", "value", "low", "high", "unit", "source"])
    for item in view["fit"]["series"]:
        history = view.history(item["name"])
        for point, source in zip(item["points"], history.points, strict=True):
            ends = ["" if point[key] is None else f"{point[key]:.6g}" for key in ("low", "high")]
            when, value = f"{point['year']:.8g}", f"{point['observed']:.6g}"
            write.writerow([item["name"], when, value, *ends, history.unit, source.source])
    return file.getvalue()


SECTION = Section("observed", 85, blocks, files={CSV: observations_csv})
