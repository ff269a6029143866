"""Each lever over its range, all else as today: what it moves, in how many worlds, and where it is best."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

import numpy as np
import pandas as pd

from question.answers import Answer
from question.felt.spreads import FELT, SIGNS, STRONG, Yardstick, medians, simulated
from twintrack.decisions.levels import best_level
from twintrack.decisions.robustness import ROUNDING
from twintrack.equations.structure import Array
from twintrack.formats import number
from twintrack.inputs.strategies import BASELINE
from twintrack.model import Model

LEVELS = 9
"""Levels at which a lever is tried, its ends among them, at equal distances."""
NEARLY_ALL = 0.9
"""From this share of worlds on an outcome counts as improved."""
INDEX = "index"
"""The kind of lever that has no price of its own: from 0, nothing is done, to 1, all is."""
DOORS = "doors"
"""The group of levers that open the country to the outside."""


@dataclass(frozen=True)
class LeverEffects:
    """What one lever does.

    Attributes:
        lever: Its name.
        levels: What it is set to, in rising order.
        values: Outcomes, shape (levels, outcomes, years, worlds).
    """

    lever: str
    levels: Array
    values: Array


def index_levers(model: Model, *, doors: bool = True) -> list[str]:
    """Give the levers of kind index, with or without those that are doors."""
    found = [name for name, lever in model.levers.items() if lever.kind == INDEX]
    return [name for name in found if doors or model.lever_table.group_of(name) != DOORS]


def levels_of(model: Model, name: str) -> Array:
    """Give the levels at which a lever is tried, from one end of its range to the other."""
    lever = model.levers[name]
    return np.linspace(lever.low, lever.high, LEVELS)


def lever_runs(model: Model, worlds: pd.DataFrame) -> Iterator[LeverEffects]:
    """Set each lever to one level after another from the start of policies, and simulate the worlds."""
    for name in model.levers:
        levels = levels_of(model, name)
        plans = {
            f"level {place}": model.strategy(BASELINE, **{name: float(at)}) for place, at in enumerate(levels)
        }
        yield LeverEffects(name, levels, np.stack(list(simulated(model, plans, worlds).values())))


def lever_table(model: Model, worlds: pd.DataFrame, stick: Yardstick) -> pd.DataFrame:
    """Give a row for each lever and outcome.

    Columns: `lever`, `kind`, `group`, `outcome`; `better`, "higher", "lower" or "neutral"; `headline` and
    `cost`, whether the outcome is one; `year`, the one in which the lever moves it most; `span`, the median
    over worlds of how far the outcome moves over all levels, in spreads; `gain`, the median of the highest
    level's lead over the lowest, in spreads, more being better; `improved` and `worsened`, the shares of
    worlds in which that lead is above and below zero (what is closer than a relative 1e-6 is equal);
    `interior`, the share of worlds in which the best level is not at an end, and `best`, the median of the
    best level over the worlds that the lever moves, in the year with the largest such share of those in which
    it moves the outcome by a twentieth. For outcomes without a direction `gain` is the plain
    difference, and the last four are NaN.
    """
    return pd.DataFrame(
        [row for effects in lever_runs(model, worlds) for row in _rows(model, stick, effects)]
    )


def lever_summary(table: pd.DataFrame) -> pd.DataFrame:
    """Give a row for each lever, from `lever_table`.

    Columns: `lever`, `kind`, `group`; `moves`, the outcome that it moves most, cost apart, with `span`;
    `strong`, whether that is a quarter of a spread; `felt`, how many outcomes it moves by a twentieth, cost
    apart; `at_no_price`: "high" where the highest level is better than the lowest for all of these that have
    a direction in more than nine worlds of ten, "low" where it is worse for all, else ""; `interior`, the
    largest share of worlds with a best level inside over headline outcomes that it moves by a twentieth, with
    `headline` and the median of the `best` level (NaN and "" where there is none).
    """
    return pd.DataFrame([_summary(rows) for _, rows in table.groupby("lever", sort=False)])


def lever_answers(table: pd.DataFrame) -> list[Answer]:
    """Give counts, and a table with a row for each lever."""
    summary = lever_summary(table)
    index = summary[summary["kind"] == INDEX]
    counts = [
        ("levers", str(len(summary))),
        (
            f"move an outcome by {STRONG:g} of its spread, cost apart",
            _names(summary, summary["strong"], False),
        ),
        (
            f"improve all that they move by {FELT:g}, cost apart",
            _names(summary, summary["at_no_price"] == "high"),
        ),
        ("the same at their lowest level", _names(summary, summary["at_no_price"] == "low")),
        ("index levers", str(len(index))),
        (
            "with a best level inside in most worlds, for some headline",
            _names(index, index["interior"] >= 0.5),
        ),
        ("in one world of ten at least", str(int((index["interior"] >= 0.1).sum()))),
    ]
    header = (
        "lever",
        "kind",
        "moves most",
        "spreads",
        "felt outcomes",
        "no price at",
        "best inside",
        "of",
        "best",
    )
    rows = [
        (
            row["lever"],
            row["kind"],
            row["moves"],
            number(row["span"], ".2f"),
            str(row["felt"]),
            row["at_no_price"],
            number(row["interior"], ".2f"),
            row["headline"],
            f"{row['best']:g}" if isfinite(row["best"]) else "",
        )
        for row in summary.to_dict("records")
    ]
    return [Answer("Levers", ("what", "how many"), counts), Answer("Each lever", header, rows)]


def _names(summary: pd.DataFrame, chosen: pd.Series[bool], told: bool = True) -> str:
    """Count levers, and name those that are chosen, or else the others."""
    names = summary["lever"][chosen if told else ~chosen]
    count = str(int(chosen.sum()))
    if not len(names):
        return count
    return f"{count}: {', '.join(names)}" if told else f"{count}, all but {', '.join(names)}"


def _rows(model: Model, stick: Yardstick, effects: LeverEffects) -> Iterator[dict[str, object]]:
    spans = medians(stick.effects(np.ptp(effects.values, axis=0)))
    lever = model.levers[effects.lever]
    for row, name in enumerate(stick.outcomes):
        at = int(spans[row].argmax())
        better = model.outcomes[name].better
        yield {
            "lever": effects.lever,
            "kind": lever.kind,
            "group": model.lever_table.group_of(effects.lever),
            "outcome": name,
            "better": better,
            "headline": name in model.headline,
            "cost": row in stick.costs,
            "year": int(stick.years[at]),
            "span": float(spans[row, at]),
            **_ends(effects.values[:, row, at], better, stick.spread[row, at]),
            **_best_of_years(effects.values[:, row], better, effects.levels, spans[row]),
        }


def _ends(values: Array, better: str, spread: float) -> dict[str, float]:
    """Compare the highest level with the lowest; `values` have the shape (levels, worlds)."""
    low, high = values[0], values[-1]
    near = ROUNDING * np.maximum(np.abs(high), np.abs(low))
    lead = np.where(np.abs(high - low) <= near, 0.0, high - low) * SIGNS.get(better, 1.0)
    shares = {"improved": float((lead > 0).mean()), "worsened": float((lead < 0).mean())}
    told = shares if better in SIGNS else dict.fromkeys(shares, np.nan)
    return {"gain": float(medians(lead) / spread), **told}


def _best_of_years(values: Array, better: str, levels: Array, spans: Array) -> dict[str, float]:
    """Find the best level in the year that has it inside in most worlds, of those in which the lever is felt.

    `values` have the shape (levels, years, worlds), `spans` (years,). A lever that is felt in no year is
    judged in the one in which it moves most.
    """
    felt = np.flatnonzero(spans >= FELT) if spans.max() >= FELT else [int(spans.argmax())]
    found = [_best(values[:, year], better, levels) for year in felt]
    return max(found, key=lambda best: np.nan_to_num(best["interior"], nan=-1.0))


def _best(values: Array, better: str, levels: Array) -> dict[str, float]:
    """Find the best level; `values` have the shape (levels, worlds)."""
    if better not in SIGNS:
        return {"interior": np.nan, "best": np.nan}
    best = best_level(pd.DataFrame(values.T, columns=levels), better)
    some = best.interior * best.worlds / values.shape[1] if best.worlds else 0.0
    return {"interior": some, "best": best.median}


def _summary(rows: pd.DataFrame) -> dict[str, object]:
    first = rows.iloc[0]
    others = rows[~rows["cost"]]
    most = max(others.to_dict("records"), key=lambda row: row["span"])
    felt = others[others["span"] >= FELT]
    directed = felt[felt["better"] != "neutral"]
    found: dict[str, object] = {name: first[name] for name in ("lever", "kind", "group")}
    found |= {"moves": most["outcome"], "span": float(most["span"]), "strong": bool(most["span"] >= STRONG)}
    found |= {"felt": len(felt), "at_no_price": _at_no_price(directed)}
    inside = directed[directed["headline"] & directed["interior"].notna()]
    if inside.empty:
        return found | {"interior": np.nan, "headline": "", "best": np.nan}
    top = max(inside.to_dict("records"), key=lambda row: row["interior"])
    return found | {
        "interior": float(top["interior"]),
        "headline": top["outcome"],
        "best": float(top["best"]),
    }


def _at_no_price(moved: pd.DataFrame) -> str:
    """Tell at which end of a lever all outcomes that it moves are better in nearly all worlds."""
    if moved.empty:
        return ""
    if (moved["improved"] > NEARLY_ALL).all():
        return "high"
    return "low" if (moved["worsened"] > NEARLY_ALL).all() else ""
