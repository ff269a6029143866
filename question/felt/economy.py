"""Whether the economy of the model is sound: users gain what they pay, nothing jumps, and estimates fit in.

The gain is that of users at home by AI of both kinds; what they pay for it is part of that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from question.answers import Answer
from twintrack.decisions.robustness import ROUNDING
from twintrack.equations.structure import Array
from twintrack.formats import number
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.history import HistoryPoint, read_history
from twintrack.inputs.strategies import BASELINE
from twintrack.model import Model
from twintrack.runs.experiment import Experiment

PAID, GAINED, SHARE = "paid_by_users", "gained_by_users", "ai_output_share"
OUTPUT = "base_gdp[home_market]"
"""Output without generative AI."""
MOVING = (PAID, GAINED, "ai_enabled_output", "ai_industry_size", "capability_index", "organisation_adoption")
"""What must not jump where policies start."""
PLANS = (BASELINE, "catchup_explore_open")
"""Strategies whose start is looked at: one in which no lever moves, and one in which many do."""
AROUND = 3.0
"""Years before and after the start of policies that are called typical."""
JUMP = 2.0
"""A change that is so many times the typical one is called a jump."""
REVENUE = "ai_industry_size"
"""Core revenue, of which each publisher has a series."""
MODEL = "the model"
BAND = (5, 50, 95)
"""Percent of worlds below which the ends and the middle of a band lie."""


@dataclass(frozen=True)
class Estimate:
    """A published estimate of what AI adds to output.

    Attributes:
        source: Name of the citation.
        low: Its low end, a share of output.
        high: Its high end.
        what: What it is an estimate of.
    """

    source: str
    low: float
    high: float
    what: str


ESTIMATES = (
    Estimate("acemoglu2024", 0.009, 0.012, "output in ten years"),
    Estimate("chui2023", 0.025, 0.044, "world output a year, when uses are carried out"),
    Estimate("briggs2023", 0.07, 0.07, "world output over ten years"),
    Estimate("pwc2017", 0.26, 0.26, "output of China in 2030"),
)
"""What was published by 2024."""


@dataclass(frozen=True)
class Paths:
    """Variables by strategy and name in every saved year, shape (years, worlds)."""

    years: Array
    values: Mapping[tuple[str, str], Array]


def paths(model: Model, worlds: pd.DataFrame) -> Paths:
    """Simulate the worlds under `PLANS`, as far as the model has them."""
    plans = [name for name in PLANS if name in model.strategies]
    outputs = list(dict.fromkeys((*MOVING, SHARE, OUTPUT)))
    results = Experiment(plans, [CENTRAL], worlds, outputs=outputs, times="yearly", model=model).dataset()
    values = {
        (plan, name): results[name]
        .squeeze("scenario")
        .sel(strategy=plan)
        .transpose("time", "world")
        .to_numpy()
        for plan in plans
        for name in outputs
    }
    return Paths(results["time"].to_numpy(), values)


def payment_table(found: Paths) -> pd.DataFrame:
    """Give a row for each strategy: whether users gain what they pay.

    Columns: `strategy`; `share`, of worlds in which they pay no more than they gain in every year; `worst`,
    the largest ratio of what they pay to what they gain, over worlds and years; `year` of it; `middle`, the
    median over worlds of the largest ratio over years.
    """
    rows = []
    for plan in _plans(found):
        paid, gained = found.values[plan, PAID], found.values[plan, GAINED]
        fair = paid <= gained * (1 + ROUNDING)
        ratio = np.where(gained > 0, paid / np.where(gained > 0, gained, 1), np.where(paid > 0, np.inf, 0))
        rows.append(
            {
                "strategy": plan,
                "share": float(fair.all(axis=0).mean()),
                "worst": float(ratio.max()),
                "year": int(found.years[ratio.max(axis=1).argmax()]),
                "middle": float(np.median(ratio.max(axis=0))),
            }
        )
    return pd.DataFrame(rows)


def jump_table(found: Paths, start: float) -> pd.DataFrame:
    """Give a row for each strategy and variable: how it changes where policies start.

    Columns: `strategy`; `variable`; `at_start`, the median over worlds of the larger of the relative changes
    in the year before `start` and in the year after it; `typical`, that of the median change in the three
    years before and after; `ratio` and `worst`, the median and the 95 % point over worlds of the first over
    the second.
    """
    near = np.abs(found.years[1:] - 0.5 - start) < AROUND
    at = np.abs(found.years[1:] - 0.5 - start) < 1
    rows = []
    for (plan, name), values in found.values.items():
        if name not in MOVING:
            continue
        before = np.where(values[:-1] == 0, np.nan, np.abs(values[:-1]))
        changes = np.abs(np.diff(values, axis=0)) / before
        largest, typical = changes[at].max(axis=0), np.median(changes[near], axis=0)
        ratio = np.where(
            typical > 0, largest / np.where(typical > 0, typical, 1), np.where(largest > 0, np.inf, 1)
        )
        told = {"at_start": np.nanmedian(largest), "typical": np.nanmedian(typical)}
        told |= {"ratio": np.nanmedian(ratio), "worst": np.nanpercentile(ratio, 95)}
        rows.append({"strategy": plan, "variable": name, **{key: float(v) for key, v in told.items()}})
    return pd.DataFrame(rows)


def revenue_table(model: Model, found: Paths) -> pd.DataFrame:
    """Give a row for each observation of core revenue, against what users gain in the model.

    Columns: `series`; `year`; `observed` with `low` and `high` (NaN where none are told); `gained_5`,
    `gained_50`, `gained_95` over worlds, the mean of that year; `above`, the share of worlds that gain less
    than is observed; `conflict`: "yes" where most worlds do, "within the interval" where they do and do not
    at its low end, else "no".
    """
    history = read_history(model.content / "model" / "history" / "series.yaml")
    rows = [
        {"series": series.name, **_revenue_row(found, point)}
        for series in history.values()
        if series.variable == REVENUE
        for point in series.points
    ]
    return pd.DataFrame(rows).sort_values("year", kind="stable", ignore_index=True)


def band_table(found: Paths) -> pd.DataFrame:
    """Give bands of output added by AI in the last year, and the place of each estimate in the first one.

    Columns: `source`, for the first two rows "the model", for generative AI and for AI of both kinds; `what`;
    `low`, `high`, and for the model `middle`; `below`, the share of worlds that lie below the middle of the
    estimate.
    """
    share, gained, output = (found.values[BASELINE, name][-1] for name in (SHARE, GAINED, OUTPUT))
    rows: list[dict[str, object]] = []
    for kinds, last in {"generative AI": share, "AI of both kinds": gained / output}.items():
        low, middle, high = np.percentile(last, BAND)
        told = {"what": f"{kinds}, {found.years[-1]:.0f}, 5 to 95 % of worlds", "below": np.nan}
        rows.append({"source": MODEL, **told, "low": low, "middle": middle, "high": high})
    for one in ESTIMATES:
        below = float((share < (one.low + one.high) / 2).mean())
        rows.append(
            {"source": one.source, "what": one.what, "low": one.low, "high": one.high, "below": below}
        )
    return pd.DataFrame(rows)


def reaches(table: pd.DataFrame) -> list[bool]:
    """Tell of each band of `band_table` whether it reaches from the lowest estimate to the highest."""
    own = table["source"] == MODEL
    low, high = table["low"][~own].min(), table["high"][~own].max()
    return [bool(row["low"] <= low and row["high"] >= high) for row in table[own].to_dict("records")]


def economy_tables(
    model: Model, worlds: pd.DataFrame, prior: pd.DataFrame
) -> tuple[pd.DataFrame, list[Answer]]:
    """Give all tables in one, with a column `table`, and the answers; the band is that of prior worlds."""
    found = paths(model, worlds)
    wide = found if prior is worlds else paths(model, prior)
    tables = {
        "payment": payment_table(found),
        "jump": jump_table(found, model.policy_start),
        "revenue": revenue_table(model, found),
        "band": band_table(wide),
    }
    answers = [
        _payment_answer(tables["payment"]),
        _jump_answer(tables["jump"]),
        _revenue_answer(tables["revenue"]),
        _band_answer(tables["band"], len(prior)),
    ]
    return pd.concat([table.assign(table=name) for name, table in tables.items()]), answers


def _plans(found: Paths) -> Iterator[str]:
    yield from dict.fromkeys(plan for plan, _ in found.values)


def _revenue_row(found: Paths, point: HistoryPoint) -> dict[str, object]:
    gained = found.values[BASELINE, GAINED]
    at = int(np.searchsorted(found.years, point.year))
    year = (gained[at] + gained[at + 1]) / 2
    above = float((year < point.value).mean())
    low = point.value if point.low is None else point.low
    conflict = "no" if above <= 0.5 else "yes"
    if conflict == "yes" and (year < low).mean() <= 0.5:
        conflict = "within the interval"
    band = {f"gained_{share}": float(np.percentile(year, share)) for share in BAND}
    ends = {"low": point.low or np.nan, "high": point.high or np.nan}
    return {
        "year": int(point.year),
        "observed": point.value,
        **ends,
        **band,
        "above": above,
        "conflict": conflict,
    }


def _payment_answer(table: pd.DataFrame) -> Answer:
    header = ("strategy", "share of worlds in all years", "largest ratio paid", "in", "median of it")
    rows = [
        (
            row["strategy"],
            number(row["share"], ".3f"),
            number(row["worst"], ".2f"),
            str(row["year"]),
            number(row["middle"], ".2f"),
        )
        for row in table.to_dict("records")
    ]
    return Answer("Users pay no more than they gain", header, rows)


def _jump_answer(table: pd.DataFrame) -> Answer:
    header = (
        "strategy",
        "variable",
        "change at the start",
        "typical",
        "times typical",
        "in 95 % below",
        "jumps",
    )
    rows = [
        (
            row["strategy"],
            row["variable"],
            *(number(row[key], ".1%") for key in ("at_start", "typical")),
            *(number(row[key], ".2f") for key in ("ratio", "worst")),
            "yes" if row["worst"] >= JUMP else "no",
        )
        for row in table.to_dict("records")
    ]
    return Answer("Changes where policies start", header, rows)


def _revenue_answer(table: pd.DataFrame) -> Answer:
    header = (
        "series",
        "year",
        "observed",
        "interval",
        "users gain, median",
        "5 to 95 %",
        "gain less in",
        "conflict",
    )
    rows = [
        (
            row["series"],
            str(row["year"]),
            number(row["observed"], ".0f"),
            f"{number(row['low'], '.0f')} to {number(row['high'], '.0f')}",
            number(row["gained_50"], ".0f"),
            f"{number(row['gained_5'], '.0f')} to {number(row['gained_95'], '.0f')}",
            number(row["above"], ".2f"),
            row["conflict"],
        )
        for row in table.to_dict("records")
    ]
    return Answer("Core revenue observed, against what users gain, bn CNY", header, rows)


def _band_answer(table: pd.DataFrame, worlds: int) -> Answer:
    header = ("source", "what", "low", "high", "worlds below its middle")
    rows = [
        (
            row["source"],
            row["what"],
            number(row["low"], ".1%"),
            number(row["high"], ".1%"),
            number(row["below"], ".2f"),
        )
        for row in table.to_dict("records")
    ]
    whole = iter("yes" if told else "no" for told in reaches(table))
    reach = [next(whole, "") for _ in rows]
    return Answer(
        f"Output that AI adds in {worlds:,} prior worlds, against estimates",
        (*header, "reaches from the lowest to the highest"),
        [(*row, told) for row, told in zip(rows, reach, strict=True)],
    )
