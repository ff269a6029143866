"""Measures of skill agree with what is known of them in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from twintrack.calibration.skill import (
    autocorrelation,
    crps,
    extrapolated,
    inside,
    interval_score,
    on_the_trend,
    ranks,
    sign_test,
    theil,
    weighted_interval,
    weighted_interval_score,
)

TIMES = np.array([2017.0, 2018.0, 2020.0, 2021.0])


def test_theil_splits_the_error_as_by_hand() -> None:
    said, observed = np.array([1.0, 2.0, 6.0]), np.array([2.0, 2.0, 2.0])
    found = theil(said, observed)
    assert found is not None
    # Errors -1, 0 and 4: their mean square is 17 / 3. Means are 3 and 2; deviations of what is said are
    # -2, -1 and 3, so that its variance is 14 / 3, and the observations have none.
    assert found.mse == pytest.approx(17 / 3)
    assert (found.bias, found.variation, found.covariation) == pytest.approx((3 / 17, 14 / 17, 0.0))


@pytest.mark.parametrize("seed", range(3))
def test_theil_shares_sum_to_one(seed: int) -> None:
    said, observed = np.random.default_rng(seed).standard_normal((2, 9))
    found = theil(said, observed)
    assert found is not None and found.bias + found.variation + found.covariation == pytest.approx(1)
    assert found.mse == pytest.approx(np.mean((said - observed) ** 2))


def test_theil_names_a_shift_a_stretch_and_a_want_of_correlation() -> None:
    observed = np.array([0.0, 1.0, 2.0, 3.0])
    shifted, stretched = theil(observed + 5, observed), theil(3 * (observed - 1.5) + 1.5, observed)
    turned = theil(observed[::-1], observed)
    assert shifted is not None and shifted.bias == pytest.approx(1)
    assert stretched is not None and stretched.variation == pytest.approx(1)
    assert turned is not None and turned.covariation == pytest.approx(1)


def test_theil_of_too_few_points_or_none_missed() -> None:
    assert theil(np.zeros(2), np.ones(2)) is None
    perfect = theil(np.arange(3.0), np.arange(3.0))
    assert perfect is not None and (perfect.mse, perfect.bias, perfect.variation) == (0, 0, 0)


def test_autocorrelation_of_residuals_is_about_zero_not_their_mean() -> None:
    assert autocorrelation(TIMES, np.full(4, 0.3)) == pytest.approx(1)
    assert autocorrelation(TIMES, np.array([1.0, -1, 1, -1])) == pytest.approx(-1)
    # Neighbours: 1*2 + 2*0 + 0*1 = 2; squares of both ends: (1+4+0) + (4+0+1) = 10.
    assert autocorrelation(TIMES, np.array([1.0, 2, 0, 1])) == pytest.approx(2 * 2 / 10)
    assert autocorrelation(TIMES[:3], np.ones(3)) is None and autocorrelation(TIMES, np.zeros(4)) is None


def test_autocorrelation_of_a_long_persistent_series_is_its_persistence() -> None:
    stream, values = np.random.default_rng(4), [0.0]
    for _ in range(20_000):
        values.append(0.7 * values[-1] + stream.standard_normal())
    assert autocorrelation(np.arange(20_001.0), np.array(values)) == pytest.approx(0.7, abs=0.02)


def test_crps_of_a_normal_sample_is_the_closed_form() -> None:
    sample = stats.norm(1, 2).ppf((np.arange(4000) + 0.5) / 4000)
    observed = np.array([1.0, 4.0, -3.0])
    place = (observed - 1) / 2
    normal = stats.norm
    # Gneiting and Raftery (2007), eq. 22.
    wanted = 2 * (place * (2 * normal.cdf(place) - 1) + 2 * normal.pdf(place) - 1 / np.sqrt(np.pi))
    shuffled = np.random.default_rng(2).permutation(sample)
    assert crps(np.tile(shuffled, (3, 1)), observed) == pytest.approx(wanted, abs=2e-3)


def test_crps_of_a_point_is_the_absolute_error_and_a_sample_is_not_weighted_by_order() -> None:
    assert crps(np.full((2, 7), 3.0), np.array([1.0, 5.5])) == pytest.approx([2, 2.5])
    # Of 0 and 2 against 1: half of |0-1| + |2-1| is 1; half of the mean |X - X'| = 1 is a half.
    assert crps(np.array([[2.0, 0.0]]), np.array([1.0])) == pytest.approx([0.5])


def test_what_lies_inside_the_middle_90_percent_and_where() -> None:
    sample = np.tile(np.linspace(0, 100, 101), (4, 1))
    observed = np.array([4.9, 5.0, 95.0, 95.1])
    assert inside(sample, observed).tolist() == [False, True, True, False]
    assert ranks(sample, np.array([-1.0, 0.5, 50.5, 200])) == pytest.approx([0, 1 / 101, 51 / 101, 1])


def test_growth_goes_on_from_the_last_two_values() -> None:
    wanted = np.array([2022.0, 2025.0])
    found = extrapolated(TIMES, np.array([9.0, 9.0, 4.0, 6.0]), wanted)
    assert found is not None and found.tolist() == [8, 14]
    uneven = extrapolated(TIMES[:3], np.array([9.0, 3.0, 4.0]), wanted)
    assert uneven is not None and uneven.tolist() == [5, 6.5]  # half a unit a year


def test_a_single_value_is_held_and_without_any_nothing_is_said() -> None:
    held = extrapolated(TIMES[:1], np.array([7.0]), np.array([2022.0, 2030.0]))
    assert held is not None and held.tolist() == [7, 7]
    assert extrapolated(TIMES[:0], np.empty(0), TIMES) is None


def test_an_interval_is_scored_by_its_width_and_by_what_it_misses() -> None:
    low, high = np.array([1.0, 1.0, 1.0]), np.array([3.0, 3.0, 3.0])
    found = interval_score(low, high, np.array([2.0, 0.5, 4.0]), 0.8)
    assert found == pytest.approx([2, 2 + 10 * 0.5, 2 + 10 * 1])


def test_the_interval_score_favours_the_true_quantiles() -> None:
    observed = np.random.default_rng(1).standard_normal(200_000)
    means = [
        interval_score(np.full(len(observed), -wide), np.full(len(observed), wide), observed, 0.9).mean()
        for wide in (1.4, 1.645, 1.9)
    ]
    assert means[1] == min(means)


def test_the_weighted_interval_score_of_a_single_number_is_its_error() -> None:
    said, observed = np.array([2.0, 5.0]), np.array([3.0, 1.0])
    intervals = {level: (said, said) for level in (0.5, 0.8, 0.9)}
    assert weighted_interval_score(said, intervals, observed) == pytest.approx([1, 4], rel=1e-12)
    assert crps(np.repeat(said[:, None], 7, axis=1), observed) == pytest.approx([1, 4], rel=1e-12)


def test_many_intervals_make_the_crps() -> None:
    sample = np.sort(np.random.default_rng(2).gamma(2, size=(1, 4001)))
    observed = np.array([3.1])
    levels = np.arange(1, 200) / 200
    intervals = {
        float(level): tuple(np.quantile(sample, [(1 - level) / 2, (1 + level) / 2], axis=1))
        for level in levels
    }
    found = weighted_interval_score(np.median(sample, axis=1), intervals, observed)
    assert found == pytest.approx(crps(sample, observed), rel=0.01)


def test_a_trend_is_the_line_of_least_squares() -> None:
    times, values = np.array([2020.0, 2021.5, 2024.0]), np.array([1.0, 3.0, 4.0])
    slope, level = np.polyfit(times, values, 1)
    wanted = np.array([2025.0, 2026.25])
    assert on_the_trend(times, values, wanted) == pytest.approx(slope * wanted + level, rel=1e-9)
    assert on_the_trend(times[:1], values[:1], wanted) == pytest.approx([1, 1])
    assert on_the_trend(times[:0], values[:0], wanted) is None


def test_the_weighted_interval_score_is_that_of_its_quantiles() -> None:
    sample = np.tile(np.linspace(0, 100, 101), (2, 1))
    inside_all, above = weighted_interval(sample, np.array([50.0, 99.0]))
    # Half the error of the median, and of each interval half its width times what it leaves out, plus how far
    # beyond it the truth lies: (0.5 * 0 + 0.25 * 50 + 0.1 * 80 + 0.05 * 90) / 3.5.
    assert inside_all == pytest.approx((12.5 + 8 + 4.5) / 3.5)
    assert above == pytest.approx((0.5 * 49 + 12.5 + 24 + 8 + 9 + 4.5 + 4) / 3.5)


def test_the_weighted_interval_score_of_a_point_is_its_absolute_error() -> None:
    assert weighted_interval(np.full((1, 9), 2.0), np.array([5.0])) == pytest.approx([3])


def test_a_split_is_as_likely_as_the_binomial_distribution_says() -> None:
    assert sign_test(9, 1) == pytest.approx(stats.binomtest(9, 10).pvalue)
    assert sign_test(5, 5) == 1 and sign_test(0, 0) == 1
    assert sign_test(0, 6) == sign_test(6, 0) == pytest.approx(2 / 64)
