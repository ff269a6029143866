"""Skill on what was not seen: later years left out, and one series left out at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from twintrack.formats import MISSING
from twintrack.pages.blocks import Block, Cell, Claim, Figure, Fold, Heading, Key, Row, Section, Table
from twintrack.pages.validation.drawing import (
    EXPECTED,
    NAIVE,
    PRIOR,
    REACH,
    SAID,
    axis_title,
    layout_of,
    lying_bars,
    named_rows,
    ratio,
    upright_line,
)
from twintrack.pages.validation.statements import (
    covered,
    error,
    inside,
    listed,
    together,
    tone,
)
from twintrack.pages.validation.view import Computed, ValidationView


def blocks(view: ValidationView) -> list[Block]:
    """Give a paragraph on either; where rivals are beaten, a figure and tables are folded."""
    texts = view.texts
    years, others = _years(view), _left_out(view)
    folded = [
        Heading(texts("years_heading")),
        *together(view, years[2:]),
        _figure(view),
        _held_out(view, "years"),
        Heading(texts("left_out_heading")),
        *together(view, others[2:]),
        _held_out(view, "series"),
    ]
    told = together(view, [*years[:2], *others[:2]])
    return [*told, view.note("years_caveat"), Fold(texts("skill_fold"), folded)]


def _years(view: ValidationView) -> list[Claim]:
    """Whether the later years were predicted."""
    years = view["years"]
    values = {"year": f"{years['from']:g}", "members": f"{years['settings']['members']:,}"}
    return [
        view.claim("years_how", "years", points=years["said"]["points"], **values),
        covered(view, "years_coverage", "years"),
        *_beaten(view, "years"),
    ]


def _left_out(view: ValidationView) -> list[Claim]:
    """Whether the other series tell what one shows."""
    section = view["series"]
    return [
        view.claim("series_how", "series", members=f"{section['settings']['members']:,}"),
        covered(view, "years_coverage", "series"),
        *_beaten(view, "series"),
    ]


def _beaten(view: ValidationView, name: str) -> list[Claim]:
    """Say where predictions beat their rivals and where they do not."""
    section = view[name]
    counted = [item for item in section["series"] if not item["bound"]]
    scored = [item["name"] for item in counted if item["name"] not in section["beats_prior_crps"]]
    worse = [item["name"] for item in counted if item["name"] not in section["beats_prior"]]
    naive = [
        item["name"]
        for item in counted
        if item["error_naive"] is not None and item["name"] not in section["beats_naive"]
    ]
    found = [
        listed(view, "beats_prior", worse, section["compared"], name),
        listed(view, "beats_prior_score", scored, section["compared"], name),
    ]
    if section["compared_naive"]:
        found.append(listed(view, "beats_naive", naive, section["compared_naive"], name))
    return found


def _figure(view: ValidationView) -> Figure:
    """Each held-out point: what was predicted over what was observed."""
    rows = [
        (item, point) for item in view["years"]["series"] if not item["bound"] for point in item["points"]
    ]
    labels = [
        f"{view.series(item['name'])}, {view.when(item['name'], point['year'])}" for item, point in rows
    ]
    places = list(range(len(rows)))
    traces = [
        lying_bars([ratio(point[key], point["observed"]) for _, point in rows], colour)
        for key, colour in (("prior", PRIOR), ("expected", EXPECTED), ("said", SAID))
    ]
    traces += [
        _marks(view, rows, lambda point: point["expected"]["p50"], SAID, "circle", "key_middle"),
        _marks(
            view, rows, lambda point: point["prior"]["p50"], "#5c656e", "line-ns-open", "key_prior_middle"
        ),
        _marks(view, rows, lambda point: point["naive"], NAIVE, "diamond", "key_naive"),
    ]
    end = float(np.log10(REACH))
    across = {
        "type": "log",
        "range": [-end, end],
        "tickvals": [0.01, 0.1, 0.5, 1, 2, 10, 100],
        "ticktext": ["1/100", "1/10", "1/2", "1", "2", "10", "100"],
        "title": axis_title(view.texts("years_axis")),
    }
    layout = layout_of(across, named_rows(labels))
    layout["shapes"] = [upright_line(1.0)]
    texts, year = view.texts, f"{view['years']['from']:g}"
    title = texts("years_figure", year=year)
    alt = texts("years_alt", title=title, points=len(places))
    panel = view.plot("years", traces, layout, "", alt, style="tall")
    keys = [
        Key(texts("key_prior"), PRIOR),
        Key(texts("key_expected"), EXPECTED),
        Key(texts("key_said"), SAID),
        Key(texts("key_middle"), SAID, "dot"),
        Key(texts("key_prior_middle"), "#5c656e", "line"),
        Key(texts("key_naive"), NAIVE, "diamond"),
    ]
    return view.figure("years_figure", [panel], "years", keys, note="years_figure_note", year=year)


def _marks(
    view: ValidationView,
    rows: Sequence[tuple[Computed, Computed]],
    middle: Callable[[Computed], float | None],
    colour: str,
    symbol: str,
    label: str,
) -> dict[str, Any]:
    found = [(place, middle(point), point["observed"]) for place, (_, point) in enumerate(rows)]
    shown = [(place, value / observed) for place, value, observed in found if value is not None]
    shown = [(place, times) for place, times in shown if times > 0]
    marker: dict[str, Any] = {"size": 7, "color": colour, "symbol": symbol}
    if symbol.startswith("line"):
        marker["line"] = {"width": 2, "color": colour}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [float(np.clip(times, 1 / REACH, REACH)) for _, times in shown],
        "y": [place for place, _ in shown],
        "marker": marker,
        "name": view.texts(label),
        "hovertemplate": "%{x:.3g}",
        "showlegend": False,
    }


def _held_out(view: ValidationView, name: str) -> Table:
    """How well the held-out points of each series were predicted: section "years" or "series"."""
    rows: list[Row] = []
    naive = name == "years"
    for item in view[name]["series"]:
        count = len(item["points"])
        known = [str(item["known"])] if naive else []
        rivals = [error(item["error_naive"])] if naive else []
        better = not item["bound"] and item["error"] < item["error_prior"]
        rows.append(
            [
                view.series_cell(item["name"], bound=item["bound"]),
                *known,
                str(count),
                *(
                    MISSING if item["bound"] else inside(item[key], count)
                    for key in ("inside_said", "inside_expected")
                ),
                Cell(error(item["error"]), tone="" if item["bound"] else tone(better)),
                error(item["error_prior"]),
                *rivals,
                error(item["crps"]),
                error(item["crps_prior"]),
            ]
        )
    keys = ["series", *(["known"] if naive else []), "held_points", "inside_said", "inside_expected"]
    keys += ["error_mean", "error_mean_prior", *(["error_naive"] if naive else []), "crps", "crps_prior"]
    label = "years_table" if naive else "left_out_table"
    return view.table(label, view.head(*keys), rows, name, style="dense", note="held_out_note")


SECTION = Section("skill", 50, blocks)
