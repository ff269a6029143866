"""The figures of a report: time paths with bands, and what decides who wins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from twintrack.decisions import robustness
from twintrack.presentation import figures
from twintrack.presentation.formats import date, number, share, signed
from twintrack.presentation.report_data import LEADER
from twintrack.presentation.report_tables import parameter_value

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from twintrack.presentation.report_data import ReportData
    from twintrack.presentation.report_tables import Tables
    from twintrack.presentation.texts import Texts

MOST_PARAMETERS = 10
MOST_IN_THIRDS = 5
MOST_DRIVERS = 3
"""Outcomes whose deciding parameters are shown: the first ranked ones of the report that a choice touches."""


@dataclass(frozen=True)
class Drawings:
    """Draws the figures of a report in one language; `drawn` collects them by the id that the page uses."""

    data: ReportData
    texts: Texts
    tables: Tables
    drawn: dict[str, Any]

    def paths(self) -> list[dict[str, Any]]:
        """One entry per outcome, with a panel per scenario; all panels of an outcome share their axis."""
        return [self._path(place, name) for place, name in enumerate(self.data.outcomes)]

    def _path(self, place: int, name: str) -> dict[str, Any]:
        outcome = self.data.model.outcomes[name]
        bands = self.data.bands[name]
        leader = self._leader(name)
        shown = np.concatenate(
            [bands.to_numpy().ravel(), [] if leader is None else leader.to_numpy().ravel()]
        )
        logarithmic = not outcome.format.endswith("%") and figures.wants_log_axis(shown)
        limits = figures.limits(shown, logarithmic=logarithmic)
        return {
            "id": f"path-{place}",
            "title": self.texts.of(outcome.title),
            "unit": self.texts.unit(outcome.unit),
            "better": outcome.better,
            "logarithmic": logarithmic,
            "reference": "" if leader is None else self.texts("leader"),
            "panels": [
                *(
                    self._levels(place, name, scenario, limits, logarithmic)
                    for scenario in self.data.scenarios
                ),
                *self._all_differences(place, name),
            ],
        }

    def _leader(self, name: str) -> xr.DataArray | None:
        """The leader's counterpart of an outcome: medians by scenario and time, None where there is none."""
        bands = self.data.bands.get(LEADER.format(name))
        return None if bands is None else bands.sel(percentile=50, strategy=self.data.reference)

    def _levels(
        self, place: int, name: str, scenario: str, limits: tuple[float, float], logarithmic: bool
    ) -> dict[str, Any]:
        outcome = self.data.model.outcomes[name]
        leader = self._leader(name)
        reference = None
        if leader is not None:
            style = figures.Style(figures.REFERENCE_COLOUR, "dot")
            reference = figures.Line(self.texts("leader"), style, leader.sel(scenario=scenario).to_numpy())
        bands = self.data.bands[name].sel(scenario=scenario)
        panel = figures.Panel(
            times=bands["time"].to_numpy(),
            lines=self._lines(bands, list(self.data.strategies)),
            unit=self.texts.unit(outcome.unit),
            number_format=outcome.format,
            divergence=self.data.divergence,
            divergence_label=self.texts("divergence"),
            history_label=self.texts("history"),
            reference=reference,
            limits=limits,
            logarithmic=logarithmic,
        )
        title = self.tables.scenario(scenario)
        return self._drawn(f"path-{place}-{scenario}", panel, title, self._alt(name, scenario))

    def _all_differences(self, place: int, name: str) -> list[dict[str, Any]]:
        scale = 100.0 if self.data.model.outcomes[name].format.endswith("%") else 1.0
        bands = scale * self.data.against_reference[name]
        if self.data.untouched(name):
            return []
        limits = figures.limits(bands.to_numpy(), logarithmic=False)
        return [
            self._differences(place, name, scenario, bands.sel(scenario=scenario), limits)
            for scenario in self.data.scenarios
        ]

    def _differences(
        self, place: int, name: str, scenario: str, bands: xr.DataArray, limits: tuple[float, float]
    ) -> dict[str, Any]:
        reference = self.tables.strategy(self.data.reference)
        others = [strategy for strategy in self.data.strategies if strategy != self.data.reference]
        zero = figures.Line(
            reference, figures.Style(figures.BASELINE_COLOUR, "solid"), np.zeros(bands.sizes["time"])
        )
        panel = figures.Panel(
            times=bands["time"].to_numpy(),
            lines=self._lines(bands, others),
            unit=self.tables.difference_unit(name),
            number_format="+,.3~r",
            divergence=self.data.divergence,
            divergence_label="",
            history_label=self.texts("history"),
            reference=zero,
            limits=limits,
        )
        title = self.texts("difference_title", scenario=self.tables.scenario(scenario), baseline=reference)
        alt = self._difference_alt(name, bands.sel(percentile=50), title, others)
        return self._drawn(f"difference-{place}-{scenario}", panel, title, alt)

    def _lines(self, bands: xr.DataArray, strategies: list[str]) -> list[figures.Line]:
        look = figures.styles(list(self.data.strategies))
        return [
            figures.Line(self.tables.strategy(strategy), look[strategy], middle, low, high)
            for strategy in strategies
            for low, middle, high in [bands.sel(strategy=strategy).transpose("percentile", "time").to_numpy()]
        ]

    def _drawn(self, chart: str, panel: figures.Panel, title: str, alt: str) -> dict[str, Any]:
        self.drawn[chart] = figures.panel_figure(panel)
        return {"id": chart, "title": title, "alt": alt, "kind": chart.split("-")[0]}

    def _difference_alt(self, name: str, middle: xr.DataArray, title: str, strategies: list[str]) -> str:
        end = middle["time"].to_numpy()[-1]
        spec = self.data.model.outcomes[name].format.replace("%", "f")
        values = "; ".join(
            self.texts(
                "figure_value",
                strategy=self.tables.strategy(strategy),
                value=signed(float(middle.sel(strategy=strategy, time=end)), spec),
            )
            for strategy in strategies
        )
        outcome = self.texts.of(self.data.model.outcomes[name].title)
        return self.texts("difference_alt", outcome=outcome, title=title, end=date(end), values=values)

    def _alt(self, name: str, scenario: str) -> str:
        outcome = self.data.model.outcomes[name]
        middle = self.data.bands[name].sel(scenario=scenario, percentile=50)
        start, end = (float(middle["time"][place]) for place in (0, -1))
        values = [
            self.texts(
                "figure_value",
                strategy=self.tables.strategy(strategy),
                value=number(float(middle.sel(strategy=strategy, time=end)), outcome.format),
            )
            for strategy in self.data.strategies
        ]
        return self.texts(
            "figure_alt",
            outcome=self.texts.of(outcome.title),
            scenario=self.tables.scenario(scenario),
            start=date(start),
            end=date(end),
            values="; ".join(values),
        )

    def drivers(self) -> list[dict[str, Any]]:
        """For the first ranked outcomes: the parameters that the contenders' difference goes with."""
        return [self._driver(place, name) for place, name in enumerate(self.decided())]

    def decided(self) -> list[str]:
        """The outcomes that `drivers` shows."""
        scenario, year = next(iter(self.data.scenarios)), self.data.last_year
        touched = [
            name
            for name in self.data.ranked
            if not robustness.same_for_all(self.data.at(name, scenario, year))
        ]
        return touched[:MOST_DRIVERS]

    def _driver(self, place: int, name: str) -> dict[str, Any]:
        outcome = self.data.model.outcomes[name]
        values = self.data.at(name, next(iter(self.data.scenarios)), self.data.last_year)
        first, second = robustness.contenders(values, outcome.better)
        difference = robustness.paired_difference(values, outcome.better, first, second)
        correlations = robustness.rank_correlations(difference, self.data.worlds).head(MOST_PARAMETERS)
        labels = [self._parameter(str(parameter)) for parameter in correlations.index]
        names = {"first": self.tables.strategy(first), "second": self.tables.strategy(second)}
        chart = f"driver-{place}"
        noise = robustness.noise_level(len(self.data.worlds))
        axis = self.texts("drivers_axis")
        # Many strategies share colours: two that differ are taken then.
        look = figures.styles([first, second] if self.data.many else list(self.data.strategies))
        colours = (look[first].colour, look[second].colour)
        sizes = [signed(size, ".2f") for size in correlations]
        bars = figures.bar_figure(labels, correlations.tolist(), colours, noise, axis)
        # The minus sign of the axis, not a hyphen.
        self.drawn[chart] = bars.update_traces(text=sizes)
        top = str(correlations.index[0])
        columns = self._columns(values, outcome.better)
        pairs = zip(labels, sizes, strict=True)
        title = self.texts.of(outcome.title)
        return {
            "id": chart,
            "title": self.texts("drivers_title", outcome=title, **names),
            "sides": self.texts("drivers_sides", **names),
            "alt": self.texts(
                "drivers_alt",
                outcome=title,
                values="; ".join(f"{label} {size}" for label, size in pairs),
                **names,
            ),
            "tercile_caption": self.texts("tercile_caption", parameter=labels[0], outcome=title),
            "unit": self.texts.unit(self.data.model.world[top].unit),
            "columns": [self.tables.strategy(strategy) for strategy in columns],
            "others": len(columns) < len(self.data.strategies),
            "terciles": self._terciles(values, outcome.better, top, columns),
        }

    def _columns(self, values: pd.DataFrame, better: str) -> list[str]:
        """The strategies that the table of thirds shows: of many, those that are best most often."""
        if not self.data.many:
            return list(self.data.strategies)
        shares = robustness.share_best(values, better).sort_values(ascending=False, kind="stable")
        return [str(strategy) for strategy in shares.index[:MOST_IN_THIRDS]]

    def _terciles(
        self, values: pd.DataFrame, better: str, parameter: str, columns: list[str]
    ) -> list[dict[str, Any]]:
        table = robustness.share_best_by_third(values, better, self.data.worlds[parameter])
        rest = [strategy for strategy in self.data.strategies if strategy not in columns]
        return [
            {
                "title": self.texts(f"tercile_{third}"),
                "range": f"{parameter_value(row['from'])} – {parameter_value(row['to'])}",
                "cells": [
                    *(share(row[strategy]) for strategy in columns),
                    *([share(row[rest].sum())] if rest else []),
                ],
            }
            for third, row in table.iterrows()
        ]

    def _parameter(self, name: str) -> str:
        return self.texts.of(self.data.model.world[name].title)
