"""What was observed: each series with its definition and source, and every observation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from twintrack.formats import MISSING
from twintrack.pages.blocks import Block, Row, Section, Table
from twintrack.pages.validation.view import ValidationView

_DIGITS = 5
"""Of observations as they are published."""


def blocks(view: ValidationView) -> list[Block]:
    """Give sentences and two tables."""
    return [*_sentences(view), _series(view), _points(view)]


def _sentences(view: ValidationView) -> list[Block]:
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
    return [intro, *([told] if bounds else [])]


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


def _points(view: ValidationView) -> Table:
    """Every observation with its interval and source."""
    rows: list[Row] = []
    for item in view["fit"]["series"]:
        name = item["name"]
        for point, source in zip(item["points"], view.history(name).points, strict=True):
            ends = "" if point["low"] is None else f"{_value(view, name, point, 'low')} – "
            interval = f"{ends}{_value(view, name, point, 'high')}" if ends else MISSING
            observed = _value(view, name, point, "observed")
            rows.append(
                [
                    view.series_cell(name),
                    view.when(name, point["year"]),
                    observed,
                    interval,
                    source.source,
                ]
            )
    head = view.head("series", "date", "observed", "interval", "sources")
    return view.table("points_table", head, rows, "fit", folded=True)


def _years(years: Sequence[int]) -> str:
    return f"{min(years)}" if min(years) == max(years) else f"{min(years)}–{max(years)}"


def _value(view: ValidationView, series: str, point: Mapping[str, Any], key: str) -> str:
    return view.value(series, point[key], _DIGITS)


SECTION = Section("observed", 20, blocks)
