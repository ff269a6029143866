"""Regression on date: a line is found again, and intervals cover what they say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from twintrack.calibration.trend import bootstrap_growth, fit_trend, left_out_growth, middle_share
from twintrack.errors import InputError

SETS = 2000
SLOPE, LEVEL = 0.4, 5.0
DATES = np.concatenate([np.linspace(2016, 2019, 12), np.linspace(2019.2, 2024, 33)])


def scattered(errors: np.ndarray) -> np.ndarray:
    """Values around a line that is at 10**LEVEL in 2020, with errors in OOM."""
    return np.asarray(10 ** (LEVEL + SLOPE * (DATES - 2020) + errors))


def simulated(seed: int, scale: np.ndarray | float = 0.7) -> list[np.ndarray]:
    errors = np.random.default_rng(seed).normal(size=(SETS, len(DATES))) * scale
    return [scattered(row) for row in errors]


def coverage(inside: list[bool]) -> float:
    return float(np.mean(inside))


def chance(level: float) -> float:
    """Three standard deviations of a share of SETS."""
    return 3 * math.sqrt(level * (1 - level) / SETS)


def test_a_line_without_scatter_is_found_again() -> None:
    trend = fit_trend(DATES, scattered(np.zeros(len(DATES))))
    assert trend.runs == 45
    assert trend.slope == pytest.approx(SLOPE, rel=1e-12)
    assert trend.growth == pytest.approx(10**SLOPE, rel=1e-12)
    assert trend.r_squared == pytest.approx(1)
    assert [trend.slope_error, trend.robust_error, trend.residual_sd] == pytest.approx([0, 0, 0], abs=1e-7)
    assert trend.at(2020) == pytest.approx(1e5) and trend.at(2021) == pytest.approx(10**5.4)
    assert trend.reaches(1e9) == pytest.approx(2030)
    assert trend.reaches(1e9, offset=0.8) == pytest.approx(2028)
    assert trend.reach_interval(1e9) == pytest.approx((2030, 2030), abs=1e-6)
    assert trend.reach_from(2023, 1e7, 1e9) == (pytest.approx(2028), pytest.approx((2028, 2028), abs=1e-6))


def test_the_unit_of_values_moves_the_level_only() -> None:
    values = simulated(1)[0]
    one, thousandth = fit_trend(DATES, values), fit_trend(DATES, values / 1000)
    assert thousandth.at(2021) == pytest.approx(one.at(2021) / 1000)
    assert thousandth.growth_interval() == pytest.approx(one.growth_interval())
    assert thousandth.reach_interval(1e6) == pytest.approx(one.reach_interval(1e9))


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_intervals_of_growth_cover_at_their_rate(level: float) -> None:
    fitted = [fit_trend(DATES, values) for values in simulated(2)]
    for error in ("ordinary", "robust"):
        intervals = [trend.growth_interval(level, error) for trend in fitted]
        inside = [low <= 10**SLOPE <= high for low, high in intervals]
        assert coverage(inside) == pytest.approx(level, abs=chance(level) + 0.005 * (error == "robust"))


def test_the_robust_interval_covers_where_scatter_differs_and_the_ordinary_one_does_not() -> None:
    scale = np.where(DATES < 2018, 2.0, 0.3)
    fitted = [fit_trend(DATES, values) for values in simulated(3, scale)]
    robust, ordinary = (
        coverage(
            [low <= SLOPE <= high for low, high in (trend.slope_interval(0.95, error) for trend in fitted)]
        )
        for error in ("robust", "ordinary")
    )
    assert robust == pytest.approx(0.95, abs=0.03)
    assert ordinary < 0.88


def test_the_dates_at_which_the_line_reaches_a_value_cover_the_true_one() -> None:
    fitted = [fit_trend(DATES, values) for values in simulated(4)]
    for level in (0.9, 0.95):
        intervals = [trend.reach_interval(1e8, level) for trend in fitted]
        inside = [low <= 2027.5 <= high for low, high in intervals]
        assert coverage(inside) == pytest.approx(level, abs=chance(level))


def test_ends_of_the_dates_lie_on_the_confidence_band_of_the_line() -> None:
    trend = fit_trend(DATES, simulated(5)[0])
    t = stats.t.ppf(0.975, 43)
    for date in trend.reach_interval(1e9):
        distance = date - trend.middle
        band = t * trend.residual_sd * math.sqrt(1 / 45 + distance**2 / trend.date_spread)
        assert abs(math.log10(trend.at(date)) - 9) == pytest.approx(band)


def test_a_slope_that_may_be_nought_reaches_nothing_for_sure() -> None:
    trend = fit_trend([2016, 2017, 2018, 2019], [1e5, 2e6, 1e4, 3e5])
    assert trend.reach_interval(1e9) == (-math.inf, math.inf)
    assert trend.reach_from(2020, 1e6, 1e9)[1][1] == math.inf
    assert fit_trend([2016, 2017, 2018], [1e5, 1e5, 1e5]).reaches(1e9) == math.inf


def test_errors_are_those_of_their_formulas() -> None:
    values = simulated(6)[0]
    trend = fit_trend(DATES, values)
    line = stats.linregress(DATES, np.log10(values))
    assert (trend.slope, trend.slope_error) == (line.slope, line.stderr)
    design = np.column_stack([np.ones_like(DATES), DATES - 2020])
    bread = np.linalg.inv(design.T @ design)
    residuals = np.log10(values) - design @ bread @ design.T @ np.log10(values)
    leverage = np.diag(design @ bread @ design.T)
    meat = design.T @ np.diag((residuals / (1 - leverage)) ** 2) @ design
    assert trend.robust_error == pytest.approx(math.sqrt((bread @ meat @ bread)[1, 1]), rel=1e-9)
    assert trend.residual_sd == pytest.approx(math.sqrt(residuals @ residuals / 43), rel=1e-9)


def test_each_point_is_left_out_in_turn() -> None:
    values = simulated(7)[0]
    growth = left_out_growth(DATES, values)
    assert growth.shape == (45,)
    assert growth[3] == fit_trend(np.delete(DATES, 3), np.delete(values, 3)).growth


def test_the_bootstrap_spreads_as_the_robust_error_does_and_has_a_seed() -> None:
    values = simulated(8)[0]
    trend = fit_trend(DATES, values)
    growth = bootstrap_growth(DATES, values, draws=6000)
    assert growth.shape == (6000,)
    assert np.log10(growth).std() == pytest.approx(trend.robust_error, rel=0.15)
    assert np.median(growth) == pytest.approx(trend.growth, rel=0.03)
    assert np.array_equal(growth, bootstrap_growth(DATES, values, draws=6000))
    assert not np.array_equal(growth, bootstrap_growth(DATES, values, draws=6000, seed=2))
    shuffled = np.random.default_rng(0).permutation(45)
    again = bootstrap_growth(DATES[shuffled], values[shuffled], draws=6000)
    np.testing.assert_allclose(growth, again, rtol=1e-9)


def test_blocks_keep_neighbours_together() -> None:
    alike = scattered(np.repeat(np.random.default_rng(9).normal(size=9), 5))
    pairs, blocks = (np.log(bootstrap_growth(DATES, alike, block=block)).std() for block in (1, 5))
    assert blocks > 1.3 * pairs
    opposed = scattered(np.resize([1.0, -1.0], 45))
    pairs, blocks = (np.log(bootstrap_growth(DATES, opposed, block=block)).std() for block in (1, 4))
    assert blocks < 0.7 * pairs


def test_the_middle_share_is_between_quantiles() -> None:
    assert middle_share(np.arange(101.0), 0.9) == pytest.approx((5, 95))


@pytest.mark.parametrize(
    ("dates", "values", "fault"),
    [
        ([2016, 2017], [1, 2], "a trend needs 3 points or more, not all at one date"),
        ([2016, 2016, 2016], [1, 2, 3], "a trend needs 3 points or more, not all at one date"),
        ([2016, 2017, 2018], [1, 2], "3 dates and 2 values are no pairs"),
        ([2016, 2017, 2018], [1, 0, 2], "dates must be finite, and values finite and above 0"),
        ([2016, 2017, np.nan], [1, 1, 2], "dates must be finite, and values finite and above 0"),
        ([2016], [-1], "not all at one date\ntrend: dates must be finite"),
    ],
)
@pytest.mark.parametrize("work", [fit_trend, bootstrap_growth])
def test_what_makes_no_line_is_refused(
    work: object, dates: list[float], values: list[float], fault: str
) -> None:
    with pytest.raises(InputError, match=fault):
        work(dates, values)  # type: ignore[operator]
