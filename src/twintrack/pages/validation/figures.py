"""The figures of the page on validation: plotly figures, drawn as those of reports are.

Bands at single dates are upright bars, one inside the other, so that they can be told apart without colour:
the widest and palest is the prior, the narrowest and darkest what the model says after learning.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from twintrack.calibration.agreement import AGREED
from twintrack.calibration.cost_growth import fit_cost_growth, regression_runs
from twintrack.charts import COLOURS, TEXT_COLOUR
from twintrack.formats import share
from twintrack.pages.validation.drawing import (
    EXPECTED,
    MOST_BARS,
    NAIVE,
    OBSERVED,
    PRIOR,
    REACH,
    SAID,
    axis_title,
    colour_of,
    layout_of,
    line_trace,
    log_axis,
    lying_bars,
    named_rows,
    observed_dots,
    ratio,
    upright_bars,
    upright_line,
)
from twintrack.pages.validation.view import Figure, Key, Panel, Section, View, number
from twintrack.pages.validation.words import shifted

SPAN = (2015.6, 2025.4)
"""Years that the panels of observed series show."""


@dataclass(frozen=True)
class Figures:
    """Draws figures in the language of a view, into its `drawn`."""

    view: View

    def learning(self) -> Figure:
        """How the populations went from the prior to the posterior: power, effective size, acceptance."""
        members = self.view["calibration"]["settings"]["settings"]["members"]
        measures: dict[str, Callable[[Section], float]] = {
            "power": lambda stage: float(stage["power"]),
            "effective": lambda stage: float(stage["effective"]) / members,
            "accepted": lambda stage: float(stage["accepted"][-1]),
        }
        panels = [self._steps(name, measure) for name, measure in measures.items()]
        title, command = self.view.texts("learning_figure"), self.view.command("calibration")
        count = len(self.view["calibration"]["stages"])
        keys = [
            Key(self.view.texts("population_number", number=place + 1), colour_of(place), "line")
            for place in range(count)
        ]
        return Figure(title, panels, command, keys)

    def _steps(self, name: str, measure: Callable[[Section], float]) -> Panel:
        stages = self.view["calibration"]["stages"]
        traces = [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": list(range(1, len(population) + 1)),
                "y": [measure(stage) for stage in population],
                "marker": {"size": 5, "symbol": place},
                "line": {"color": colour_of(place), "width": 1.6},
                "name": self.view.texts("population_number", number=place + 1),
                "showlegend": False,
            }
            for place, population in enumerate(stages)
        ]
        log = {"type": "log", "dtick": 1} if name == "power" else {"tickformat": ".0%", "rangemode": "tozero"}
        title = self.view.texts(f"panel_{name}")
        layout = layout_of({"title": axis_title(self.view.texts("col_step")), "dtick": 2}, {**log})
        last = self.view.texts.join([number(measure(population[-1])) for population in stages])
        return self._draw(f"learning-{name}", traces, layout, title, f"{title}: {last}")

    def agreement(self) -> Figure:
        """How far the median of each population is from that of all, for every outcome and year."""
        items = self.view["calibration"]["agreement"]
        labels = [f"{self.view.outcome(item['outcome'])}, {item['year']:g}" for item in items]
        places = list(range(len(items)))
        count = len(items[0]["deviations"])
        traces = [
            {
                "type": "scatter",
                "mode": "markers",
                "x": [item["deviations"][one] for item in items],
                "y": places,
                "marker": {"size": 7, "color": colour_of(one), "symbol": one},
                "text": labels,
                "hovertemplate": "%{text}: %{x:.3f}<extra></extra>",
                "showlegend": False,
            }
            for one in range(count)
        ]
        largest = max(abs(value) for item in items for value in item["deviations"])
        reach = 1.15 * max(AGREED, largest)
        across = {"range": [-reach, reach], "title": axis_title(self.view.texts("agreement_axis"))}
        layout = layout_of(across, named_rows(labels))
        layout["shapes"] = [upright_line(value, dash="dash") for value in (-AGREED, AGREED)]
        title = self.view.texts("agreement_figure", limit=number(AGREED))
        alt = f"{title}. {self.view.texts('agreement_alt', largest=number(largest))}"
        panel = self._draw("agreement", traces, layout, "", alt, style="rows")
        keys = [
            Key(self.view.texts("population_number", number=place + 1), colour_of(place), "dot")
            for place in range(count)
        ]
        return Figure(title, [panel], self.view.command("calibration"), keys)

    def fit(self) -> Figure:
        """Small multiples: each series with what was said before and after learning."""
        texts = self.view.texts
        panels = [self._series(item) for item in self.view["fit"]["series"]]
        keys = [
            Key(texts("key_observed"), OBSERVED, "ring"),
            Key(texts("key_prior"), PRIOR),
            Key(texts("key_expected"), EXPECTED),
            Key(texts("key_said"), SAID),
        ]
        return Figure(texts("fit_figure"), panels, self.view.command("fit"), keys, texts("fit_figure_note"))

    def _series(self, item: Section) -> Panel:
        name, points = item["name"], item["points"]
        factor = 100.0 if self.view.percent(name) else 1.0
        times = [point["time"] for point in points]
        traces = [
            upright_bars(times, [point[key] for point in points], colour, factor)
            for key, colour in (("prior", PRIOR), ("expected", EXPECTED), ("posterior", SAID))
        ]
        traces.append(observed_dots(points, factor))
        logarithmic = self.view.history(name).scale == "log"
        vertical: dict[str, Any] = {"title": axis_title(self.view.unit(name))}
        if logarithmic:
            vertical |= log_axis([point["prior"] for point in points], [p["observed"] for p in points])
        across = {"range": list(SPAN), "dtick": 2, "tick0": 2016, "showgrid": False}
        layout = layout_of(across, vertical)
        values = "; ".join(
            f"{point['time']:.1f}: {self.view.value(name, point['observed'])}"
            f" ({self.view.band(name, point['posterior'])})"
            for point in points
        )
        title = self.view.series(name)
        alt = self.view.texts("fit_alt", series=title, values=values)
        return self._draw(f"fit-{name}", traces, layout, title, alt)

    def years(self) -> Figure:
        """Each held-out point: what was predicted over what was observed."""
        rows = [
            (item, point)
            for item in self.view["years"]["series"]
            if not item["bound"]
            for point in item["points"]
        ]
        labels = [
            f"{self.view.series(item['name'])}, {self.view.when(item['name'], point['year'])}"
            for item, point in rows
        ]
        places = list(range(len(rows)))
        traces = [
            lying_bars([ratio(point[key], point["observed"]) for _, point in rows], colour)
            for key, colour in (("prior", PRIOR), ("expected", EXPECTED), ("said", SAID))
        ]
        traces += [
            self._marks(rows, lambda point: point["expected"]["p50"], SAID, "circle", "key_middle"),
            self._marks(
                rows, lambda point: point["prior"]["p50"], "#5c656e", "line-ns-open", "key_prior_middle"
            ),
            self._marks(rows, lambda point: point["naive"], NAIVE, "diamond", "key_naive"),
        ]
        end = float(np.log10(REACH))
        across = {
            "type": "log",
            "range": [-end, end],
            "tickvals": [0.01, 0.1, 0.5, 1, 2, 10, 100],
            "ticktext": ["1/100", "1/10", "1/2", "1", "2", "10", "100"],
            "title": axis_title(self.view.texts("years_axis")),
        }
        layout = layout_of(across, named_rows(labels))
        layout["shapes"] = [upright_line(1.0)]
        texts = self.view.texts
        title = texts("years_figure", year=f"{self.view['years']['from']:g}")
        alt = texts("years_alt", title=title, points=len(places))
        panel = self._draw("years", traces, layout, "", alt, style="tall")
        keys = [
            Key(texts("key_prior"), PRIOR),
            Key(texts("key_expected"), EXPECTED),
            Key(texts("key_said"), SAID),
            Key(texts("key_middle"), SAID, "dot"),
            Key(texts("key_prior_middle"), "#5c656e", "line"),
            Key(texts("key_naive"), NAIVE, "diamond"),
        ]
        return Figure(title, [panel], self.view.command("years"), keys, texts("years_figure_note"))

    def _marks(
        self,
        rows: Sequence[tuple[Section, Section]],
        middle: Callable[[Section], float | None],
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
            "name": self.view.texts(label),
            "hovertemplate": "%{x:.3g}",
            "showlegend": False,
        }

    def learnt(self) -> Figure:
        """The parameters that history says most about: how much narrower, and how far moved."""
        items = [item for item in self.view["identification"]["parameters"] if not item["as_before"]]
        items = items[:MOST_BARS]
        labels = [self.view.parameter(item["name"]) for item in items]
        narrower = [item["contraction"] for item in items]
        moved = [item["moved"] for item in items]
        texts = self.view.texts
        panels = [
            self._lengths("contraction", labels, narrower, [share(value) for value in narrower], (0.0, 1.15)),
            self._lengths("moved", labels, moved, [shifted(value) for value in moved], (-1.6, 1.6)),
        ]
        return Figure(texts("learnt_figure"), panels, self.view.command("identification"))

    def _lengths(
        self,
        name: str,
        labels: Sequence[str],
        values: Sequence[float],
        words: Sequence[str],
        least: tuple[float, float],
    ) -> Panel:
        largest = 1.3 * max(map(abs, values), default=0.0)
        across = {
            "range": [min(least[0], -largest) if least[0] < 0 else 0.0, max(least[1], largest)],
            "title": axis_title(self.view.texts(f"{name}_axis")),
        }
        trace = {
            "type": "bar",
            "orientation": "h",
            "x": list(values),
            "y": list(range(len(values))),
            "marker": {"color": [COLOURS[0] if value >= 0 else COLOURS[1] for value in values]},
            "text": list(words),
            "textposition": "outside",
            "cliponaxis": False,
            "hoverinfo": "skip",
            "showlegend": False,
        }
        if name == "contraction":
            across["tickformat"] = ".0%"
        layout = {**layout_of(across, named_rows(labels)), "bargap": 0.35}
        title = self.view.texts(f"panel_{name}")
        alt = f"{title}: " + "; ".join(f"{label} {word}" for label, word in zip(labels, words, strict=True))
        return self._draw(f"learnt-{name}", [trace], layout, title, alt, style="bars")

    def cost_growth(self) -> Figure:
        """The regression: dated runs, their trend with its 90 % band, and the line through the records."""
        runs = regression_runs(self.view.model.inputs.frontier_runs)
        trend, texts = fit_cost_growth(runs), self.view.texts
        section = self.view["cost_growth"]
        dates = np.linspace(min(run.decimal_date for run in runs) - 0.2, SPAN[1], 60)
        middle = np.array([trend.at(date) for date in dates]) / 1e6
        # The standard error of the line itself grows away from the mean date.
        t = np.log10(section["variants"]["published"]["growth_90"][1] / trend.growth) / trend.slope_error
        away = (dates - trend.middle) ** 2 / trend.date_spread
        reach = t * trend.residual_sd * np.sqrt(1 / trend.runs + away)
        records = set(section["envelope"]["records"])
        traces = [
            {
                "type": "scatter",
                "mode": "lines",
                "x": [*dates, *dates[::-1]],
                "y": [*(middle * 10**reach), *(middle / 10**reach)[::-1]],
                "fill": "toself",
                "fillcolor": "rgba(0,114,178,0.18)",
                "line": {"width": 0},
                "hoverinfo": "skip",
                "showlegend": False,
            },
            line_trace(dates, middle, COLOURS[0], "solid"),
            line_trace(dates, middle * section["envelope"]["factor"], NAIVE, "dash"),
        ]
        for chosen, colour, symbol in ((False, TEXT_COLOUR, "circle-open"), (True, NAIVE, "diamond")):
            some = [run for run in runs if (run.model in records) == chosen]
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "x": [run.decimal_date for run in some],
                    "y": [(run.cost_usd2023 or np.nan) / 1e6 for run in some],
                    "text": [run.model for run in some],
                    "hovertemplate": "%{text}: %{y:.3g}<extra></extra>",
                    "marker": {"size": 7, "color": colour, "symbol": symbol},
                    "showlegend": False,
                }
            )
        vertical = {"type": "log", "dtick": 1, "title": axis_title(texts("cost_axis"))}
        layout = layout_of({"showgrid": False, "dtick": 1, "tickformat": "d"}, vertical)
        title = texts("cost_figure", runs=len(runs))
        alt = texts(
            "cost_alt", title=title, growth=number(trend.growth), factor=number(section["envelope"]["factor"])
        )
        panel = self._draw("cost", traces, layout, "", alt, style="wide")
        keys = [
            Key(texts("key_run"), TEXT_COLOUR, "ring"),
            Key(texts("key_record"), NAIVE, "diamond"),
            Key(texts("key_trend"), COLOURS[0], "line"),
            Key(texts("key_records_line"), NAIVE, "line"),
        ]
        return Figure(title, [panel], self.view.command("cost_growth"), keys)

    def _draw(
        self,
        chart: str,
        traces: Sequence[dict[str, Any]],
        layout: dict[str, Any],
        title: str,
        alt: str,
        style: str = "small",
    ) -> Panel:
        import plotly.graph_objects as go

        self.view.drawn[chart] = go.Figure(list(traces), layout)
        return Panel(chart, title, alt, style)
