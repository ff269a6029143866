"""Growth of frontier training cost: published figures come out of the table, and the prior out of them."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from twintrack.calibration.cost_growth import (
    billion_dates,
    bootstrap_interval,
    cost_growth_prior,
    cost_growth_summary,
    costliest_of_years,
    envelope,
    envelope_by_year,
    fit_cost_growth,
    growth_without_each,
    record_runs,
    regression_runs,
    variants,
)
from twintrack.calibration.trend import Trend
from twintrack.errors import InputError
from twintrack.inputs.frontier_runs import FrontierDefinition, FrontierRun
from twintrack.model import Model
from twintrack.worlds.sampling import quantiles

Runs = tuple[FrontierRun, ...]
Definitions = tuple[FrontierDefinition, ...]


@pytest.fixture(scope="module")
def trend(runs: Runs) -> Trend:
    return fit_cost_growth(regression_runs(runs))


def test_the_tables_hold_the_published_regression(runs: Runs, definitions: Definitions) -> None:
    assert len(runs) == 64
    assert (runs[0].date.year, runs[-1].date.year) == (2015, 2023)
    assert {key for run in runs for key in run.source} == {"cottier2024", "epochcosts2024"}
    assert [entry.definition for entry in definitions][:2] == ["top_1", "top_3"]


def test_the_published_regression_is_reproduced(trend: Trend) -> None:
    """Published: 2.4 a year, 95 % 2.0 to 3.1, 90 % 2.0 to 2.9."""
    assert trend.runs == 45
    assert trend.slope == pytest.approx(0.3888, abs=5e-5)
    assert trend.slope_error == pytest.approx(0.0476, abs=5e-5)
    assert trend.r_squared == pytest.approx(0.61, abs=5e-3)
    assert trend.residual_sd == pytest.approx(0.71, abs=5e-3)
    assert trend.growth == pytest.approx(2.45, abs=5e-3)
    assert trend.growth_interval(0.95) == pytest.approx((1.96, 3.05), abs=5e-3)
    assert trend.growth_interval(0.90) == pytest.approx((2.04, 2.94), abs=5e-3)


@pytest.mark.parametrize(
    ("variant", "runs_used", "growth", "low", "high"),
    [
        ("from_2016", 44, 2.27, 1.81, 2.85),
        ("without_alphago", 43, 2.78, 2.26, 3.42),
        ("cloud_rental", 40, 2.59, 2.09, 3.21),
        ("acquisition", 37, 2.47, 2.04, 2.99),
    ],
)
def test_known_variants_are_reproduced(
    runs: Runs, variant: str, runs_used: int, growth: float, low: float, high: float
) -> None:
    fitted = variants(runs)[variant]
    assert fitted.runs == runs_used
    assert fitted.growth == pytest.approx(growth, abs=5e-3)
    assert fitted.growth_interval() == pytest.approx((low, high), abs=5e-3)


def test_the_first_variant_is_the_published_regression(runs: Runs, trend: Trend) -> None:
    assert next(iter(variants(runs).items())) == ("published", trend)


def test_leaving_out_the_one_run_of_2015_is_the_regression_from_2016(runs: Runs) -> None:
    without = growth_without_each(runs)
    assert len(without) == 45
    assert without["DeepSpeech2 (English)"] == pytest.approx(variants(runs)["from_2016"].growth)
    assert min(without, key=without.__getitem__) == "DeepSpeech2 (English)"
    assert 2.2 < min(without.values()) < max(without.values()) < 2.7


def test_the_scatter_is_wider_than_the_ordinary_error_says(runs: Runs, trend: Trend) -> None:
    low, high = trend.growth_interval(0.95)
    for wider in (
        trend.growth_interval(0.95, "robust"),
        bootstrap_interval(runs),
        bootstrap_interval(runs, block=5),
    ):
        assert wider[0] < low < high < wider[1]


def test_records_rise_and_each_is_the_costliest_to_its_date(runs: Runs) -> None:
    used = regression_runs(runs)
    records = record_runs(used)
    costs = [run.cost_usd2023 or 0 for run in records]
    assert costs == sorted(set(costs))
    for run in records:
        assert max(other.cost_usd2023 or 0 for other in used if other.date <= run.date) == run.cost_usd2023
    assert records[-1].model == "GPT-4"


def test_the_costliest_of_each_year_are_chosen(runs: Runs) -> None:
    used = regression_runs(runs)
    three = costliest_of_years(used, 3)
    assert [run.model for run in three if run.date.year == 2023] == [
        "GPT-4",
        "Gemini 1.0 Ultra",
        "Inflection-2",
    ]
    assert sum(run.date.year == 2018 for run in three) == 1
    assert costliest_of_years(used, 1) == costliest_of_years(three, 1)


def test_the_trend_of_2023_is_a_tenth_of_the_costliest_run(runs: Runs, trend: Trend) -> None:
    years = {entry.year: entry for entry in envelope_by_year(runs, trend)}
    last = years[2023]
    assert list(years) == list(range(2015, 2024))
    assert last.costliest == "GPT-4"
    assert (last.trend, last.cost) == pytest.approx((3.6e6, 40.6e6), abs=5e4)
    assert last.share == pytest.approx(0.089, abs=5e-4)
    assert sum(entry.runs for entry in years.values()) == 45


def test_the_line_through_the_records_has_the_slope_of_the_trend(runs: Runs, trend: Trend) -> None:
    line = envelope(runs, trend)
    above = [
        math.log10((run.cost_usd2023 or 0) / (line.factor * trend.at(run.decimal_date)))
        for run in runs
        if run.model in line.records
    ]
    assert len(above) == 8
    assert np.mean(above) == pytest.approx(0, abs=1e-12)
    assert line.factor == pytest.approx(10**line.offset)
    assert line.factor > 5


def test_when_a_run_of_a_billion_comes(runs: Runs, trend: Trend) -> None:
    dates = billion_dates(runs)
    date, interval = dates["costliest"]
    assert date == pytest.approx(2026.8, abs=0.05)
    assert interval == pytest.approx((2026.1, 2028.0), abs=0.05)
    assert dates["trend"][0] - dates["records"][0] == pytest.approx(
        envelope(runs, trend).offset / trend.slope
    )
    for date, (low, high) in dates.values():
        assert low < date < high


@pytest.fixture
def exact() -> Runs:
    """Runs on a line of threefold growth a year; a constant share of each is a record."""
    return tuple(
        FrontierRun.model_validate(
            {
                "model": f"m{number}",
                "date": f"{2016 + number // 2}-{'01' if number % 2 == 0 else '07'}-01",
                "organisation": "a",
                "country": "b",
                "compute_flop": 1e20,
                "cost_usd2023": 1e5 * 3 ** (number / 2),
                "cloud_cost_usd2023": 2e5 * 3 ** (number / 2),
                "acquisition_cost_usd2023": 3e5 * 3 ** (number / 2),
                "in_regression": "1",
                "source": ("s",),
            }
        )
        for number in range(12)
    )


def test_a_made_up_line_is_found_by_every_variant(exact: Runs) -> None:
    found = variants(exact)
    assert {name: trend.growth for name, trend in found.items()} == pytest.approx(dict.fromkeys(found, 3.0))
    assert envelope(exact, found["published"]).factor == pytest.approx(1)
    assert bootstrap_interval(exact) == pytest.approx((3, 3))


def test_the_prior_adds_both_parts_in_quadrature(runs: Runs, definitions: Definitions, trend: Trend) -> None:
    prior = cost_growth_prior(runs, definitions)
    growth = [trend.growth, *(entry.growth_factor for entry in definitions)]
    assert len(growth) == 7
    assert prior.sampling == pytest.approx(trend.robust_error * math.log(10))
    assert prior.definitions == pytest.approx(np.std(np.log(growth), ddof=1))
    assert prior.spread**2 == pytest.approx(prior.sampling**2 + prior.definitions**2)


def test_the_world_has_the_prior_that_the_regression_gives(
    model: Model, runs: Runs, definitions: Definitions
) -> None:
    parameter = model.world["cost_growth_factor"]
    prior = cost_growth_prior(runs, definitions)
    assert parameter.distribution == "lognormal"
    assert parameter.spread == round(prior.spread, 2)
    assert (parameter.low, parameter.high) == pytest.approx(prior.interval(parameter.value), rel=5e-3)
    low, high = fit_cost_growth(regression_runs(runs)).growth_interval(0.9)
    assert low < parameter.value < high
    assert quantiles(parameter, 0.5) == pytest.approx(parameter.value, rel=1e-9)


def test_the_range_holds_every_definition_and_every_published_interval(
    model: Model, runs: Runs, definitions: Definitions
) -> None:
    parameter = model.world["cost_growth_factor"]
    ends = [entry.growth_factor for entry in definitions]
    for name in ("published", "from_2016", "without_alphago", "cloud_rental", "acquisition"):
        ends += variants(runs)[name].growth_interval(0.95)
    assert parameter.low < min(ends) and max(ends) < parameter.high


def test_the_summary_holds_all_of_it_and_is_json(runs: Runs, definitions: Definitions, trend: Trend) -> None:
    summary = cost_growth_summary(runs, definitions)
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary
    assert summary["variants"]["published"]["growth"] == trend.growth
    assert summary["variants"]["published"]["growth_95"] == list(trend.growth_interval())
    assert set(summary["variants"]) == set(variants(runs))
    assert summary["leave_one_out"]["lowest"]["without"] == "DeepSpeech2 (English)"
    assert summary["bootstrap"]["pairs_95"] == list(bootstrap_interval(runs))
    assert summary["envelope_by_year"][-1]["share"] == envelope_by_year(runs, trend)[-1].share
    assert summary["billion"]["costliest"]["date"] == billion_dates(runs)["costliest"][0]
    assert summary["prior"]["spread"] == cost_growth_prior(runs, definitions).spread
    assert cost_growth_summary(runs)["prior"] is None


def test_dates_never_reached_are_none_in_the_summary(exact: Runs) -> None:
    costs = [1.01**number * 1e6 * 30 ** (number % 2) for number in range(len(exact))]
    flat = tuple(
        run.model_copy(update={"cost_usd2023": cost}) for run, cost in zip(exact, costs, strict=True)
    )
    assert cost_growth_summary(flat)["billion"]["trend"]["interval_95"] == [None, None]


def test_what_cannot_be_fitted_is_refused(runs: Runs) -> None:
    with pytest.raises(InputError, match="needs 3 points"):
        fit_cost_growth(runs[:1])
    with pytest.raises(InputError, match=r"ResNet-152 \(ImageNet\): has no cost"):
        record_runs(runs)
    with pytest.raises(InputError, match="needs one besides the regression"):
        cost_growth_prior(runs, ())
