"""Every outcome over time: levels with their bands, and what each strategy has more than the reference."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from twintrack import charts
from twintrack.formats import date, number, signed
from twintrack.pages.blocks import Block, Figure, Note, Panel, Section
from twintrack.pages.report.data import LEADER, ReportData
from twintrack.pages.report.view import ReportView, csv

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


FILE = "time_paths.csv"
MOST_POINTS = 30
"""Times that a line is drawn through; the file has all."""


def blocks(view: ReportView) -> list[Block]:
    """Give a figure for each outcome."""
    figures = [_figure(view, place, name) for place, name in enumerate(view.data.outcomes)]
    aside = Note(view.texts("no_script"), "note", aside=True)
    return [view.told("paths_intro"), *view.rest(FILE), aside, *figures]


def _figure(view: ReportView, place: int, name: str) -> Figure:
    """Give a panel for each scenario; all panels of an outcome share their axis."""
    outcome, texts = view.data.model.outcomes[name], view.texts
    bands, leader = _bands(view, name).sel(strategy=view.data.drawn), _leader(view, name)
    shown = np.concatenate([bands.to_numpy().ravel(), [] if leader is None else leader.to_numpy().ravel()])
    logarithmic = not outcome.format.endswith("%") and charts.wants_log_axis(shown)
    limits = charts.limits(shown, logarithmic=logarithmic)
    note = texts(f"better_{outcome.better}") + (f"; {texts('log_axis')}" if logarithmic else "")
    panels = [
        *(_levels(view, place, name, one, limits, logarithmic) for one in view.data.first_scenarios),
        *_all_differences(view, place, name),
    ]
    reference = "" if leader is None else texts("leader")
    keys = view.legend(reference, charts.REFERENCE_COLOUR)
    title, unit = view.of(outcome.title), view.unit(outcome.unit)
    return Figure("paths", title, panels, view.basis(FILE), keys, f"({note})", unit, "paths")


def _thinned(values: xr.DataArray) -> xr.DataArray:
    """Give every n-th time, so that few enough points are left to draw; the last one stays."""
    number = values.sizes["time"]
    step = -(-number // MOST_POINTS)
    return values.isel(time=slice((number - 1) % step, None, step))


def _leader(view: ReportView, name: str) -> xr.DataArray | None:
    """The leader's counterpart of an outcome: medians by scenario and time, None where there is none."""
    if LEADER.format(name) not in view.data.bands:
        return None
    return _bands(view, LEADER.format(name)).sel(percentile=50, strategy=view.data.reference)


def _bands(view: ReportView, name: str) -> xr.DataArray:
    """Percentiles of an outcome in the unit of the page."""
    return view.factor(name) * view.data.bands[name]


def _levels(
    view: ReportView, place: int, name: str, scenario: str, limits: tuple[float, float], logarithmic: bool
) -> Panel:
    outcome, leader, reference = view.data.model.outcomes[name], _leader(view, name), None
    if leader is not None:
        style = charts.Style(charts.REFERENCE_COLOUR, "dot")
        reference = charts.Line(
            view.texts("leader"), style, _thinned(leader.sel(scenario=scenario)).to_numpy()
        )
    bands = _thinned(_bands(view, name).sel(scenario=scenario))
    panel = charts.Panel(
        times=bands["time"].to_numpy(),
        lines=_lines(view, bands, view.data.drawn),
        unit=view.unit(outcome.unit),
        number_format=outcome.format,
        divergence=view.data.divergence,
        divergence_label=view.texts("divergence"),
        history_label=view.texts("history"),
        reference=reference,
        limits=limits,
        logarithmic=logarithmic,
    )
    middle = bands.sel(percentile=50)
    alt = view.texts(
        "figure_alt",
        outcome=view.of(outcome.title),
        scenario=view.scenario(scenario),
        start=date(float(middle["time"][0])),
        end=date(float(middle["time"][-1])),
        values=_at_end(view, view.data.drawn, lambda one: number(_last(middle, one), outcome.format)),
    )
    chart = f"path-{place}-{scenario}"
    return view.draw(chart, charts.panel_figure(panel), view.scenario(scenario), alt, "path")


def _all_differences(view: ReportView, place: int, name: str) -> list[Panel]:
    if view.data.untouched(name):
        return []
    scale = 100.0 if view.data.model.outcomes[name].format.endswith("%") else view.factor(name)
    bands = scale * view.data.against_reference[name].sel(strategy=view.data.drawn)
    limits = charts.limits(bands.to_numpy(), logarithmic=False)
    return [
        _differences(view, place, name, _thinned(bands.sel(scenario=scenario)), limits)
        for scenario in view.data.scenarios
    ]


def _differences(
    view: ReportView, place: int, name: str, bands: xr.DataArray, limits: tuple[float, float]
) -> Panel:
    outcome, scenario = view.data.model.outcomes[name], str(bands["scenario"].item())
    reference = view.strategy(view.data.reference)
    others = [strategy for strategy in view.data.drawn if strategy != view.data.reference]
    style = charts.Style(charts.BASELINE_COLOUR, "solid")
    panel = charts.Panel(
        times=bands["time"].to_numpy(),
        lines=_lines(view, bands, others),
        unit=view.difference_unit(name),
        number_format="+,.3~r",
        divergence=view.data.divergence,
        divergence_label="",
        history_label=view.texts("history"),
        reference=charts.Line(reference, style, np.zeros(bands.sizes["time"])),
        limits=limits,
    )
    title = view.texts("difference_title", scenario=view.scenario(scenario), baseline=reference)
    middle, spec = bands.sel(percentile=50), outcome.format.replace("%", "f")
    alt = view.texts(
        "difference_alt",
        outcome=view.of(outcome.title),
        title=title,
        end=date(float(middle["time"][-1])),
        values=_at_end(view, others, lambda one: signed(_last(middle, one), spec)),
    )
    return view.draw(f"difference-{place}-{scenario}", charts.panel_figure(panel), title, alt, "difference")


def _lines(view: ReportView, bands: xr.DataArray, strategies: list[str]) -> list[charts.Line]:
    return [
        charts.Line(view.strategy(strategy), view.look[strategy], middle, low, high)
        for strategy in strategies
        for low, middle, high in [bands.sel(strategy=strategy).transpose("percentile", "time").to_numpy()]
    ]


def _last(middle: xr.DataArray, strategy: str) -> float:
    return float(middle.sel(strategy=strategy).isel(time=-1))


def _at_end(view: ReportView, strategies: list[str], value: Callable[[str], str]) -> str:
    return "; ".join(
        view.texts("figure_value", strategy=view.strategy(one), value=value(one)) for one in strategies
    )


def _data(data: ReportData) -> pd.DataFrame:
    import pandas as pd

    parts = []
    for name in data.bands.data_vars:
        frame = data.bands[name].rename("value").to_dataframe()["value"].unstack("percentile")
        frame.columns = pd.Index([f"p{level:g}" for level in frame.columns])
        parts.append(pd.concat({str(name): frame}, names=["outcome"]))
    table = pd.concat(parts)
    units = {str(name): values.attrs["units"] for name, values in data.own.items()}
    table.insert(0, "unit", [units[name] for name in table.index.get_level_values("outcome")])
    return table


SECTION = Section(
    "paths",
    120,
    blocks,
    files={FILE: csv(_data)},
    title=lambda view: view.texts("paths_told"),
    folded=True,
)
