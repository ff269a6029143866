"""Growth of the cost of frontier training runs, reproduced from the table of dated runs.

The published figure, 2.4-fold a year (Cottier et al. 2024, arXiv:2405.21015), is the slope of log10 cost on
date over 45 runs that were among the ten largest of their time. `fit_cost_growth` repeats it, `variants`
shows what it depends on, `envelope_by_year` how far the trend of all these runs lies below the costliest one,
and `cost_growth_prior` makes of it the spread that model/world.yaml gives `cost_growth_factor`.

Costs are USD of 2023: amortised hardware and energy of the final training run, not of all development.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from twintrack.calibration.trend import (
    Interval,
    Trend,
    bootstrap_growth,
    fit_trend,
    left_out_growth,
    middle_share,
)
from twintrack.errors import Fault, InputError
from twintrack.inputs.frontier_runs import FrontierDefinition, FrontierRun

BILLION = 1e9
"""USD of 2023."""

WINDOW = 2016
"""First year of the model; the one run before it has much leverage on the published line."""

ALPHAGO = ("AlphaGo Master", "AlphaGo Zero")
"""Two runs of a game player, far above all others of their time and of another kind."""

BLOCK = 5
"""Neighbours by date that the block bootstrap keeps together: about the runs of a year."""

Runs = Sequence[FrontierRun]
Cost = Callable[[FrontierRun], float | None]


@dataclass(frozen=True)
class EnvelopeYear:
    """The costliest run of a year beside the trend's value in mid-year, both in USD of 2023."""

    year: int
    runs: int
    costliest: str
    cost: float
    trend: float

    @property
    def share(self) -> float:
        """The trend as a share of the costliest run."""
        return self.trend / self.cost


@dataclass(frozen=True)
class Envelope:
    """A line with the trend's slope through the runs that set a record from WINDOW on.

    `offset` is how far it lies above the trend, in OOM.
    """

    records: tuple[str, ...]
    offset: float

    @property
    def factor(self) -> float:
        """Cost on the line through the records over cost on the trend."""
        return float(10**self.offset)


@dataclass(frozen=True)
class CostGrowthPrior:
    """Standard deviations of the natural logarithm of the growth factor, and their sum in quadrature.

    `sampling` is the robust standard error of the published regression. `definitions` is the standard
    deviation between the definitions of the frontier, the published one among them.
    """

    growth: float
    sampling: float
    definitions: float

    @property
    def spread(self) -> float:
        """Standard deviation of the natural logarithm of the growth factor."""
        return math.hypot(self.sampling, self.definitions)

    def interval(self, median: float) -> Interval:
        """Give the growth factors between which the middle 95 % of the lognormal prior lie."""
        from scipy.special import ndtri

        factor = math.exp(float(ndtri(0.975)) * self.spread)
        return median / factor, median * factor


def regression_runs(runs: Iterable[FrontierRun]) -> list[FrontierRun]:
    """Give the runs of the published regression, by date."""
    return sorted((run for run in runs if run.in_regression), key=lambda run: run.date)


def fit_cost_growth(runs: Iterable[FrontierRun], cost: Cost = lambda run: run.cost_usd2023) -> Trend:
    """Fit the trend of `cost` to those runs that have one. Raises InputError when fewer than three do."""
    known = [(run.decimal_date, value) for run in runs if (value := cost(run)) is not None]
    return fit_trend([date for date, _ in known], [value for _, value in known])


def record_runs(runs: Iterable[FrontierRun]) -> list[FrontierRun]:
    """Give the runs that cost more than any before them, by date; the first one counts."""
    records: list[FrontierRun] = []
    for run in sorted(runs, key=lambda run: run.date):
        if not records or _cost(run) > _cost(records[-1]):
            records.append(run)
    return records


def costliest_of_years(runs: Iterable[FrontierRun], each: int) -> list[FrontierRun]:
    """Give the `each` costliest runs of every calendar year, the costliest of a year first."""
    years: dict[int, list[FrontierRun]] = {}
    for run in runs:
        years.setdefault(run.date.year, []).append(run)
    return [run for year in sorted(years) for run in sorted(years[year], key=_cost, reverse=True)[:each]]


def variants(runs: Iterable[FrontierRun]) -> dict[str, Trend]:
    """Fit the trend to other choices of runs or of cost; the first is the published one."""
    used = regression_runs(runs)
    late = [run for run in used if run.date.year >= WINDOW]
    records = record_runs(used)
    return {
        "published": fit_cost_growth(used),
        "from_2016": fit_cost_growth(late),
        "without_alphago": fit_cost_growth(run for run in used if run.model not in ALPHAGO),
        "cloud_rental": fit_cost_growth(used, lambda run: run.cloud_cost_usd2023),
        "acquisition": fit_cost_growth(used, lambda run: run.acquisition_cost_usd2023),
        "records": fit_cost_growth(records),
        "records_from_2016": fit_cost_growth(record_runs(late)),
        "costliest_of_year_from_2016": fit_cost_growth(costliest_of_years(late, 1)),
        "three_costliest_of_year_from_2016": fit_cost_growth(costliest_of_years(late, 3)),
        "five_costliest_of_year_from_2016": fit_cost_growth(costliest_of_years(late, 5)),
    }


def growth_without_each(runs: Iterable[FrontierRun]) -> dict[str, float]:
    """Give the growth factor without each run of the regression in turn, by the name of the run left out."""
    used = regression_runs(runs)
    growth = left_out_growth([run.decimal_date for run in used], [_cost(run) for run in used])
    return {run.model: float(value) for run, value in zip(used, growth, strict=True)}


def bootstrap_interval(runs: Iterable[FrontierRun], block: int = 1) -> Interval:
    """Give the middle 95 % of growth factors of resampled runs; see `trend.bootstrap_growth`."""
    used = regression_runs(runs)
    dates, costs = [run.decimal_date for run in used], [_cost(run) for run in used]
    return middle_share(bootstrap_growth(dates, costs, block=block))


def envelope_by_year(runs: Iterable[FrontierRun], trend: Trend) -> list[EnvelopeYear]:
    """Set the trend in the middle of each year beside the year's costliest run."""
    used = regression_runs(runs)
    costliest = costliest_of_years(used, 1)
    return [
        EnvelopeYear(
            year=run.date.year,
            runs=sum(other.date.year == run.date.year for other in used),
            costliest=run.model,
            cost=_cost(run),
            trend=trend.at(run.date.year + 0.5),
        )
        for run in costliest
    ]


def envelope(runs: Iterable[FrontierRun], trend: Trend) -> Envelope:
    """Put a line with the trend's slope through the runs that set a record from WINDOW on."""
    records = record_runs(run for run in regression_runs(runs) if run.date.year >= WINDOW)
    if not records:
        raise InputError(Fault("cost growth", f"no run of the regression is dated {WINDOW} or later"))
    above = [math.log10(_cost(run) / trend.at(run.decimal_date)) for run in records]
    return Envelope(tuple(run.model for run in records), float(np.mean(above)))


def billion_dates(runs: Iterable[FrontierRun]) -> dict[str, tuple[float, Interval]]:
    """Give when a run of a billion USD comes, with intervals of probability 95 %, as decimal years.

    `trend`: the line itself, by Fieller's theorem. `records`: the line of equal slope through the records,
    likewise, its offset taken as given. `costliest`: the costliest run of the regression, growing on with the
    trend's slope; the interval is that of the slope alone.
    """
    used = regression_runs(runs)
    trend = fit_cost_growth(used)
    offset = envelope(used, trend).offset
    top = max(used, key=_cost)
    return {
        "trend": (trend.reaches(BILLION), trend.reach_interval(BILLION)),
        "records": (trend.reaches(BILLION, offset), trend.reach_interval(BILLION / 10**offset)),
        "costliest": trend.reach_from(top.decimal_date, _cost(top), BILLION),
    }


def cost_growth_prior(
    runs: Iterable[FrontierRun], definitions: Iterable[FrontierDefinition]
) -> CostGrowthPrior:
    """Combine what chance leaves open with what the choice of a frontier leaves open.

    The sampling error is the robust one (HC3): early runs scatter more than late ones, and a bootstrap agrees
    with it. Both parts are added as if they were independent. They are not quite: what small selections
    differ by is partly chance, so that the sum is rather too wide than too narrow.
    """
    trend = fit_cost_growth(regression_runs(runs))
    growth = [trend.growth, *(entry.growth_factor for entry in definitions)]
    if len(growth) < 2:
        raise InputError(
            Fault("cost growth", "a spread between definitions needs one besides the regression")
        )
    return CostGrowthPrior(
        growth=trend.growth,
        sampling=trend.robust_error * math.log(10),
        definitions=float(np.std(np.log(growth), ddof=1)),
    )


def cost_growth_summary(runs: Runs, definitions: Sequence[FrontierDefinition] = ()) -> dict[str, Any]:
    """Give all results as a dictionary that JSON can hold; dates that are never reached are None.

    `prior` is None without `definitions`, growth under other definitions of the frontier.
    """
    trend = fit_cost_growth(regression_runs(runs))
    without = growth_without_each(runs)
    low, high = min(without, key=without.__getitem__), max(without, key=without.__getitem__)
    records = envelope(runs, trend)
    prior = cost_growth_prior(runs, definitions) if definitions else None
    return {
        "unit": "USD of 2023, amortised hardware and energy of the final training run",
        "variants": {name: _trend_entry(fitted) for name, fitted in variants(runs).items()},
        "leave_one_out": {
            "lowest": {"without": low, "growth": without[low]},
            "highest": {"without": high, "growth": without[high]},
        },
        "bootstrap": {
            "pairs_95": list(bootstrap_interval(runs)),
            "blocks_95": list(bootstrap_interval(runs, block=BLOCK)),
            "block": BLOCK,
        },
        "envelope_by_year": [
            {**vars(entry), "share": entry.share} for entry in envelope_by_year(runs, trend)
        ],
        "envelope": {
            "records": list(records.records),
            "offset_oom": records.offset,
            "factor": records.factor,
        },
        "billion": {
            name: {"date": _finite(date), "interval_95": [_finite(end) for end in interval]}
            for name, (date, interval) in billion_dates(runs).items()
        },
        "definitions": {entry.definition: entry.growth_factor for entry in definitions},
        "prior": prior
        and {"sampling": prior.sampling, "definitions": prior.definitions, "spread": prior.spread},
    }


def _trend_entry(trend: Trend) -> dict[str, Any]:
    return {
        "runs": trend.runs,
        "slope_oom_per_year": trend.slope,
        "slope_error": trend.slope_error,
        "robust_error": trend.robust_error,
        "r_squared": trend.r_squared,
        "residual_sd_oom": trend.residual_sd,
        "growth": trend.growth,
        "growth_90": list(trend.growth_interval(0.9)),
        "growth_95": list(trend.growth_interval(0.95)),
        "growth_95_robust": list(trend.growth_interval(0.95, "robust")),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _cost(run: FrontierRun) -> float:
    """Give the cost of a run of the regression, all of which have one."""
    if run.cost_usd2023 is None:
        raise InputError(Fault(f"run {run.model}", "has no cost; leave it out of the regression"))
    return run.cost_usd2023
