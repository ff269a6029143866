"""What each strategy decides: its levers, where they are not those of the reference, and when it switches."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from twintrack.formats import date, plain, share
from twintrack.inputs.paths import TimePath
from twintrack.pages.blocks import Block, Cell, Items, Row, Section, Table
from twintrack.pages.numbers import table_factor
from twintrack.pages.report.data import ReportData
from twintrack.pages.report.view import ReportView, csv, frame_of

if TYPE_CHECKING:
    import pandas as pd

FILE = "decisions.csv"


def blocks(view: ReportView) -> list[Block]:
    """Give a column for each strategy and a row for each lever, or a row for each of many strategies."""
    if view.data.many:
        return [view.told("decisions_many_intro", usual=usual_years(view)), strategies_table(view)]
    told = [
        Cell(view.strategy(name), f": {_told(view, name)}", swatch=view.look[name].colour)
        for name in view.data.strategies
    ]
    return [view.told("decisions_intro"), Items(told, "descriptions"), levers_table(view)]


def levers_table(view: ReportView) -> Table:
    """Give a row for each lever that a strategy sets differently from the reference, its paths in words."""
    data, texts = view.data, view.texts
    rows: list[Row] = []
    if any(plan.switch for plan in data.strategies.values()):
        rows.append([texts("switch"), *(_goes_over(view, name) for name in data.strategies)])
    for name in differing(data):
        lever = data.model.levers[name]
        title = Cell(view.of(lever.title), view.unit(lever.unit), href=view.leads_to(name))
        rows.append([title, *(_setting(view, strategy, name) for strategy in data.strategies)])
    head: Row = [texts("lever"), *map(view.coloured, data.strategies)]
    return view.table("decisions_caption", head, rows, FILE, "decisions")


def strategies_table(view: ReportView) -> Table:
    """Give a row for each strategy: what it is, and each lever that it sets otherwise than the reference."""
    data, texts = view.data, view.texts
    reference = data.strategies[data.reference].paths
    usual = f", {usual_years(view)}"

    def factor(lever: str) -> float:
        return table_factor(data.model.levers[lever].unit, texts)

    rows: list[Row] = []
    for name, plan in data.strategies.items():
        levers = [
            f"{view.of(lever.title)} {path_in_words(plan.paths[key], factor(key)).removesuffix(usual)}"
            for key, lever in data.model.levers.items()
            if plan.paths[key] != reference[key]
        ]
        told = [texts("list_semicolon").join(levers), _switch(view, name)]
        rows.append([view.strategy(name), Cell(view.of(plan.description), "\n".join(filter(None, told)))])
    head = [texts("strategy"), texts("strategy_told")]
    return view.table("decisions_heading", head, rows, FILE, "strategies")


def usual_years(view: ReportView) -> str:
    """The years between which a lever moves that a strategy gives as one number."""
    table = view.data.model.lever_table
    return f"{date(table.policy_start)}–{date(table.policy_start + table.ramp_years)}"


def differing(data: ReportData) -> list[str]:
    """Name the levers that a strategy sets differently from the reference, before or after its switch."""
    return [name for name in data.model.levers if _differs(data, name)]


def _differs(data: ReportData, lever: str) -> bool:
    reference = data.strategies[data.reference].paths[lever]
    return any(
        plan.paths[lever] != reference or (plan.switch is not None and plan.switch.paths[lever] != reference)
        for plan in data.strategies.values()
    )


def _setting(view: ReportView, strategy: str, lever: str) -> Cell:
    """Say what a strategy does with a lever, and what after its switch where that is something else."""
    plan, reference = view.data.strategies[strategy], view.data.strategies[view.data.reference]
    path, factor = plan.paths[lever], table_factor(view.data.model.levers[lever].unit, view.texts)
    same = path == reference.paths[lever] and strategy != view.data.reference
    text = view.texts("as_baseline") if same else path_in_words(path, factor)
    if plan.switch is None or plan.switch.paths[lever] == path:
        return Cell(text, tone="as-baseline" if same else "")
    later = path_in_words(TimePath.constant(plan.switch.paths[lever].values[-1]), factor)
    return Cell(view.texts("after_switch", before=text, after=later))


def _told(view: ReportView, strategy: str) -> str:
    """Say what a strategy is, and when it switches where it does."""
    told = [view.of(view.data.strategies[strategy].description), _switch(view, strategy)]
    return view.texts("sentence_space").join(filter(None, told))


def _goes_over(view: ReportView, strategy: str) -> str:
    """Say to what a strategy switches; when is told above the table, where there is room for it."""
    switch = view.data.strategies[strategy].switch
    if switch is None:
        return view.texts("switch_none")
    return view.texts("switch_to", to=view.of(view.data.model.strategy(switch.to).title))


def _switch(view: ReportView, strategy: str) -> str:
    """Say when a strategy switches, to what, and in how many worlds; empty where it never does."""
    switch = view.data.strategies[strategy].switch
    if switch is None:
        return ""
    worlds = switches_of(view, strategy)
    years = "switch_year" if switch.for_years == 1 else "switch_years"
    return view.texts(
        f"switch_on_{switch.outcome}",
        to=view.of(view.data.model.strategy(switch.to).title),
        below=plain(switch.below),
        years=view.texts(years, count=plain(switch.for_years)),
        worlds=view.texts.join(worlds),
    )


def switches_of(view: ReportView, strategy: str) -> list[str]:
    """Say for each scenario in what share of worlds a strategy has switched, and when."""
    return [
        _in_worlds(view, view.data.switch_times(strategy, scenario), view.scenario(scenario))
        for scenario in view.data.scenarios
    ]


def _in_worlds(view: ReportView, times: np.ndarray, scenario: str) -> str:
    """Say in what share of worlds a switch has come, and when; NaN stands for a world without."""
    moved = times[np.isfinite(times)]
    if not moved.size:
        return view.texts("switch_never", scenario=scenario)
    years = np.floor(moved)
    first, last = date(years.min()), date(years.max())
    key = "switch_worlds" if first != last else "switch_worlds_at"
    told = {"first": first, "last": last, "half": date(float(np.quantile(years, 0.5, method="lower")))}
    return view.texts(key, share=share(len(moved) / len(times)), scenario=scenario, **told)


def path_in_words(path: TimePath, factor: float = 1.0) -> str:
    """Write a lever's path as its values, times a factor, and the years between which it moves.

    0.8 for ever is "0.8"; a ramp is "0.8 → 0.95, 2026–2028"; several follow each other after semicolons.
    """
    knots = path.knots
    if len(knots) == 1:
        return plain(factor * knots[0][1])
    moves = []
    for (start, before), (end, after) in itertools.pairwise(knots):
        if before != after:
            when = date(start) if start == end else f"{date(start)}–{date(end)}"
            moves.append(f"{plain(factor * before)} → {plain(factor * after)}, {when}")
    return "; ".join(moves)


def _data(data: ReportData) -> pd.DataFrame:
    reference = data.strategies[data.reference].paths
    phases = [(plan.name, "start", plan.paths) for plan in data.strategies.values()]
    phases += [
        (plan.name, "after_switch", plan.switch.paths) for plan in data.strategies.values() if plan.switch
    ]
    rows: list[dict[str, object]] = []
    for name, lever in data.model.levers.items():
        if all(paths[name] == reference[name] for _, _, paths in phases):
            continue
        rows.extend(
            {"lever": name, "unit": lever.unit, "strategy": strategy, "phase": phase}
            | {"time": time, "value": value}
            for strategy, phase, paths in phases
            for time, value in paths[name].knots
        )
    empty = dict.fromkeys(("lever", "unit", "strategy", "phase", "time", "value"))
    return frame_of(rows or [empty])


SECTION = Section("decisions", 170, blocks, files={FILE: csv(_data)}, folded=True)
