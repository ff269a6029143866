"""What the growth of frontier cost means, and how sure it is."""

from __future__ import annotations

import numpy as np

from twintrack.calibration.cost_growth import fit_cost_growth, regression_runs
from twintrack.charts import COLOURS, TEXT_COLOUR
from twintrack.formats import MISSING, share
from twintrack.pages.blocks import Block, Claim, Figure, Fold, Key, Row, Section, Table
from twintrack.pages.validation.drawing import NAIVE, SPAN, axis_title, layout_of, line_trace
from twintrack.pages.validation.statements import pair, together
from twintrack.pages.validation.view import ValidationView, number


def blocks(view: ValidationView) -> list[Block]:
    """Give sentences, growth with every run counted once, and the regression; other choices are folded."""
    counted = _counted(view)
    tables = [*counted[1:], _variants(view), _envelope(view)]
    told = [*together(view, _sentences(view)), *counted[:1]]
    return [*told, _figure(view), Fold(view.texts("cost_fold"), tables)]


def _sentences(view: ValidationView) -> list[Claim]:
    """What 2.4 means and how sure it is."""
    section = view["cost_growth"]
    trend, variants = section["variants"]["published"], section["variants"]
    growth = [variant["growth"] for variant in variants.values()]
    last = section["envelope_by_year"][-1]
    found = [
        view.claim(
            "cost_published",
            "cost_growth",
            runs=trend["runs"],
            growth=number(trend["growth"]),
            interval=pair(trend["growth_90"]),
            robust=pair(trend["growth_95_robust"]),
            explained=share(trend["r_squared"]),
        ),
        view.claim(
            "cost_variants",
            "cost_growth",
            variants=len(variants),
            low=number(min(growth)),
            high=number(max(growth)),
        ),
        view.claim(
            "cost_envelope",
            "cost_growth",
            factor=number(section["envelope"]["factor"]),
            year=last["year"],
            share=share(last["share"]),
        ),
    ]
    return [*found, *_prior_of_growth(view)]


def _prior_of_growth(view: ValidationView) -> list[Claim]:
    prior = view["cost_growth"]["prior"]
    after = {item["name"]: item for item in view["identification"]["parameters"]}
    item = after.get("cost_growth_factor")
    found: list[Claim] = []
    if prior is not None:
        values = {key: number(prior[key]) for key in ("sampling", "definitions", "spread")}
        found.append(view.claim("cost_prior", "cost_growth", **values))
    if item is not None:
        key = "cost_posterior_before" if item["as_before"] else "cost_posterior"
        values = {
            "median": number(item["median"]),
            "interval": pair((item["low"], item["high"])),
            "contraction": share(item["contraction"]),
        }
        found.append(view.claim(key, "identification", **values))
    return found


def _counted(view: ValidationView) -> list[Block]:
    """What is known of the growth factor when every training run counts once, beside what was learnt."""
    counted = view["cost_growth"]["counted"]
    if counted is None:
        return []
    growth = counted["growth"]
    values = {
        f"{name}{part}": text
        for name, item in growth.items()
        for part, text in (("", number(item["median"])), ("_interval", pair((item["low"], item["high"]))))
    }
    rows: list[Row] = [
        [
            view.texts(f"variant_counted_{name}"),
            str(item["observations"]),
            number(item["median"]),
            pair((item["low"], item["high"])),
            MISSING if item["effective"] is None else f"{item['effective']:.0f}",
        ]
        for name, item in growth.items()
    ]
    head = view.head("learnt_from", "observations", "median", "interval", "effective")
    told = view.claim("cost_once", "cost_growth", runs=len(counted["runs"]), **values)
    return [told, view.table("counted_table", head, rows, "cost_growth")]


def _figure(view: ValidationView) -> Figure:
    """The regression: dated runs, their trend with its 90 % band, and the line through the records."""
    runs = regression_runs(view.model.inputs.frontier_runs)
    trend, texts = fit_cost_growth(runs), view.texts
    section = view["cost_growth"]
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
    panel = view.plot("cost", traces, layout, "", alt, style="wide")
    keys = [
        Key(texts("key_run"), TEXT_COLOUR, "ring"),
        Key(texts("key_record"), NAIVE, "diamond"),
        Key(texts("key_trend"), COLOURS[0], "line"),
        Key(texts("key_records_line"), NAIVE, "line"),
    ]
    return view.figure("cost_figure", [panel], "cost_growth", keys, runs=len(runs))


def _variants(view: ValidationView) -> Table:
    """The growth of cost under other choices of runs."""
    rows: list[Row] = [
        [
            view.texts(f"variant_{name}"),
            str(item["runs"]),
            number(item["growth"]),
            pair(item["growth_90"]),
            pair(item["growth_95_robust"]),
            share(item["r_squared"]),
        ]
        for name, item in view["cost_growth"]["variants"].items()
    ]
    head = view.head("variant", "runs", "growth", "interval", "robust", "explained")
    return view.table("variants_table", head, rows, "cost_growth")


def _envelope(view: ValidationView) -> Table:
    """How far the trend lies below the costliest run of each year."""
    rows: list[Row] = [
        [
            str(item["year"]),
            str(item["runs"]),
            item["costliest"],
            number(item["cost"] / 1e6),
            number(item["trend"] / 1e6),
            number(item["share"]) if item["share"] > 1 else share(item["share"]),
        ]
        for item in view["cost_growth"]["envelope_by_year"]
    ]
    head = view.head("year", "runs", "costliest", "cost", "trend", "trend_share")
    return view.table("envelope_table", head, rows, "cost_growth")


SECTION = Section("cost_growth", 70, blocks)
