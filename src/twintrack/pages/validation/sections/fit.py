"""How well it fits: each series before and after learning."""

from __future__ import annotations

from typing import Any

from twintrack.formats import MISSING, share
from twintrack.pages.blocks import Block, Cell, Figure, Key, Panel, Row, Section, Table
from twintrack.pages.validation.drawing import (
    EXPECTED,
    OBSERVED,
    PRIOR,
    SAID,
    SPAN,
    axis_title,
    layout_of,
    log_axis,
    observed_dots,
    upright_bars,
)
from twintrack.pages.validation.statements import covered, error, inside, listed, tone
from twintrack.pages.validation.view import Computed, ValidationView, number

PERSISTENT = 0.3
"""Autocorrelation of residuals from which on they are said to persist."""
THEIL = ("bias", "variation", "covariation")
"""The parts of an error, after Theil."""


def blocks(view: ValidationView) -> list[Block]:
    """Give sentences, a panel for each series, and a row for each."""
    return [*_sentences(view), _figure(view), _table(view)]


def _sentences(view: ValidationView) -> list[Block]:
    """How well it fits."""
    fit = view["fit"]
    counted = [item for item in fit["series"] if not item["bound"]]
    worse = [item["name"] for item in counted if item["error"] >= item["error_prior"]]
    parts = [(item, max(THEIL, key=item["theil"].__getitem__)) for item in counted if item["theil"]]
    biased = [item["name"] for item, largest in parts if largest == "bias"]
    correlated = [item for item in counted if item["autocorrelation"] is not None]
    persistent = [item["name"] for item in correlated if item["autocorrelation"] > PERSISTENT]
    missed = [item["name"] for item in counted if item["inside_expected"] < 0.9 * len(item["points"])]
    bounds = [
        view.claim("fit_bound", "fit", name=view.series(item["name"]), below=share(item["below"]))
        for item in fit["series"]
        if item["bound"]
    ]
    return [
        covered(view, "fit_coverage", "fit"),
        view.claim(
            "fit_published",
            "fit",
            published=view.count(fit["published"]["inside"], fit["published"]["points"]),
        ),
        listed(view, "fit_missed", missed, len(counted), "fit"),
        listed(view, "fit_worse", worse, len(counted), "fit"),
        listed(view, "fit_biased", biased, len(parts), "fit"),
        listed(view, "fit_persistent", persistent, len(correlated), "fit", limit=number(PERSISTENT)),
        *bounds,
    ]


def _figure(view: ValidationView) -> Figure:
    """Small multiples: each series with what was said before and after learning."""
    texts = view.texts
    panels = [_panel(view, item) for item in view["fit"]["series"]]
    keys = [
        Key(texts("key_observed"), OBSERVED, "ring"),
        Key(texts("key_prior"), PRIOR),
        Key(texts("key_expected"), EXPECTED),
        Key(texts("key_said"), SAID),
    ]
    return view.figure("fit_figure", panels, "fit", keys, note="fit_figure_note")


def _panel(view: ValidationView, item: Computed) -> Panel:
    name, points = item["name"], item["points"]
    factor = 100.0 if view.percent(name) else 1.0
    times = [point["time"] for point in points]
    traces = [
        upright_bars(times, [point[key] for point in points], colour, factor)
        for key, colour in (("prior", PRIOR), ("expected", EXPECTED), ("posterior", SAID))
    ]
    traces.append(observed_dots(points, factor))
    logarithmic = view.history(name).scale == "log"
    vertical: dict[str, Any] = {"title": axis_title(view.unit(name))}
    if logarithmic:
        vertical |= log_axis([point["prior"] for point in points], [p["observed"] for p in points])
    across = {"range": list(SPAN), "dtick": 2, "tick0": 2016, "showgrid": False}
    layout = layout_of(across, vertical)
    values = "; ".join(
        f"{point['time']:.1f}: {view.value(name, point['observed'])} ({view.band(name, point['posterior'])})"
        for point in points
    )
    title = view.series(name)
    alt = view.texts("fit_alt", series=title, values=values)
    return view.plot(f"fit-{name}", traces, layout, title, alt)


def _table(view: ValidationView) -> Table:
    """How each series is met."""
    rows: list[Row] = []
    for item in view["fit"]["series"]:
        count, theil = len(item["points"]), item["theil"] or {}
        counts = [item[f"inside_{key}"] for key in ("said", "expected", "published")]
        rows.append(
            [
                view.series_cell(item["name"], bound=item["bound"]),
                str(count),
                *(MISSING if item["bound"] else inside(found, count) for found in counts),
                error(item["error_prior"]),
                Cell(error(item["error"]), tone=tone(item["error"] < item["error_prior"])),
                error(item["bias"]),
                *(share(theil[key]) if theil else MISSING for key in THEIL),
                error(item["autocorrelation"]),
                *_miss(item),
            ]
        )
    keys = ["series", "points", "inside_said", "inside_expected", "inside_published", "error_prior"]
    keys += ["error", "bias", *(f"theil_{part}" for part in THEIL), "autocorrelation"]
    keys += ["miss_size", "miss_persistence", "miss_walk"]
    head = view.head(*keys)
    return view.table("fit_table", head, rows, "fit", style="dense", note="fit_table_note")


def _miss(item: Computed) -> list[str]:
    """Tell the model's own error, which a bound does not have."""
    miss = item["miss"]
    if not miss:
        return [MISSING] * 3
    return [error(miss["size"]), error(miss["persistence"]), error(miss["walk"])]


SECTION = Section("fit", 40, blocks)
