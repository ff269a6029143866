"""A picture first: every series before and after learning and what comes next; forecasts of the past."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from twintrack.pages.blocks import Block, Figure, Key, Panel, Section
from twintrack.pages.numbers import Scale
from twintrack.pages.validation.drawing import (
    AHEAD,
    EXPECTED,
    NEXT,
    OBSERVED,
    PRIOR,
    SAID,
    layout_of,
    log_axis,
    observed_dots,
    upright_bars,
)
from twintrack.pages.validation.view import Computed, ValidationView

TINY = {"l": 34, "r": 6, "t": 4, "b": 22}
"""Margins of the small panels."""
ENDS = {"p05": 0, "p50": 2, "p95": 4}
"""Places of the quantiles of a forecast from a past year."""
STEP = 0.24
"""Years between the bars of forecasts of one date, which stand side by side."""


def blocks(view: ValidationView) -> list[Block]:
    """Give the two figures."""
    return [_series(view), _ahead(view)]


def _series(view: ValidationView) -> Figure:
    """Each series: observed, before and after learning, and what is expected of the coming years."""
    coming: dict[str, list[Computed]] = {}
    for item in view["projection"]["series"]:
        coming.setdefault(item["series"], []).append(item)
    panels = [_panel(view, item, coming.get(item["name"], [])) for item in view["fit"]["series"]]
    keys = [
        Key(view.texts("key_observed"), OBSERVED, "ring"),
        Key(view.texts("key_prior"), PRIOR),
        Key(view.texts("key_expected"), EXPECTED),
        Key(view.texts("key_said"), SAID),
        Key(view.texts("key_next"), NEXT),
    ]
    part = "fit,projection"
    return view.figure("fit_figure", panels, part, keys, note="fit_figure_note", series=len(panels))


def _panel(view: ValidationView, item: Computed, coming: Sequence[Computed]) -> Panel:
    name, points = item["name"], item["points"]
    bands = [*(point["prior"] for point in points), *(one["expected"] for one in coming)]
    shown = _ends(bands) + [point["observed"] for point in points]
    scale = view.axis_scale(name, shown)
    factor = scale.factor
    times = [point["time"] for point in points]
    traces = [
        upright_bars(times, [point[key] for point in points], colour, factor)
        for key, colour in (("prior", PRIOR), ("expected", EXPECTED), ("posterior", SAID))
    ]
    after = [view.time(one["year"], one["reading"]) for one in coming]
    traces += [
        upright_bars(after, [one["expected"] for one in coming], NEXT, factor),
        upright_bars(after, [one["said"] for one in coming], SAID, factor),
        observed_dots(points, factor),
    ]
    layout = _layout(view, name, [factor * value for value in shown], [*times, *after])
    values = _told(
        view, name, [(point["time"], point["observed"], point["posterior"]) for point in points], scale
    )
    alt = view.texts("fit_alt", series=view.series(name), values=values)
    title = _title(view, name, scale.unit, bound=item["bound"])
    return view.plot(f"fit-{name}", traces, layout, title, alt, style="tiny")


def _ahead(view: ValidationView) -> Figure:
    """Each series of which something was known: forecasts from past years beside what came."""
    found: dict[str, list[Computed]] = {}
    for item in view["lookahead"]["predictions"]:
        if item["known"]:
            found.setdefault(item["series"], []).append(item)
    panels = [_forecasts(view, name, items) for name, items in found.items()]
    years = sorted({item["horizon"] for items in found.values() for item in items})
    keys = [
        Key(view.texts("key_observed"), OBSERVED, "ring"),
        Key(view.texts("key_prior"), PRIOR),
        *(Key(view.texts("key_ahead", years=year), AHEAD[year - 1]) for year in years),
    ]
    return view.figure("ahead_figure", panels, "lookahead", keys, note="ahead_figure_note")


def _forecasts(view: ValidationView, name: str, items: Sequence[Computed]) -> Panel:
    last = {item["year"]: item for item in sorted(items, key=lambda item: -item["horizon"])}
    prior = [_band(item, "prior") for item in last.values()]
    bands = [*prior, *(_band(item, "learnt") for item in items)]
    shown = _ends(bands) + [item["observed"] for item in items]
    scale = view.axis_scale(name, shown)
    factor = scale.factor
    traces = [upright_bars(list(last), prior, PRIOR, factor)]
    for years in sorted({item["horizon"] for item in items}):
        some = [item for item in items if item["horizon"] == years]
        times = [item["year"] + STEP * (years - 2) for item in some]
        learnt = [_band(item, "learnt") for item in some]
        traces.append(upright_bars(times, learnt, AHEAD[years - 1], factor))
    points = [{**item, "time": item["year"], "low": None, "high": None} for item in last.values()]
    traces.append(observed_dots(points, factor))
    layout = _layout(view, name, [factor * value for value in shown], list(last))
    values = _told(
        view,
        name,
        [(item["year"], item["observed"], _band(item, "learnt")) for item in last.values()],
        scale,
    )
    alt = view.texts("ahead_alt", series=view.series(name), values=values)
    return view.plot(f"ahead-{name}", traces, layout, _title(view, name, scale.unit), alt, style="tiny")


def _band(item: Computed, member: str) -> Computed:
    return {key: item["quantiles"][member][place] for key, place in ENDS.items()}


def _ends(bands: Iterable[Computed]) -> list[float]:
    return [band[end] for band in bands for end in ("p05", "p95")]


def _told(
    view: ValidationView, name: str, points: Iterable[tuple[float, float, Computed]], scale: Scale
) -> str:
    """Write what a panel shows: dates with what was observed and the band beside it."""
    return "; ".join(
        f"{time:.1f}: {view.value(name, observed, scale=scale)} ({view.band(name, band, scale)})"
        for time, observed, band in points
    )


def _title(view: ValidationView, name: str, unit: str, *, bound: bool = False) -> str:
    title = view.series(name)
    told = view.texts("titled", title=title, unit=unit) if unit else title
    return view.texts("titled", title=told, unit=view.texts("bound")) if bound else told


def _layout(
    view: ValidationView,
    name: str,
    values: Sequence[float],
    times: Iterable[float],
) -> dict[str, Any]:
    """Give the axes of a small panel: few labels, logarithmic where errors are proportional."""
    vertical: dict[str, Any] = {"nticks": 4}
    if view.history(name).scale == "log":
        vertical |= log_axis(values)
    places = list(times)
    start, end = min(places), max(places)
    across = {
        "range": [start - 0.7, end + 0.7],
        "dtick": 4 if end - start > 5 else 2 if end - start > 1 else 1,
        "tickangle": 0,
        "tick0": 2016,
        "tickformat": "d",
        "showgrid": False,
    }
    layout = layout_of(across, vertical)
    return {**layout, "margin": TINY, "font": {**layout["font"], "size": 10}}


SECTION = Section("picture", 5, blocks)
