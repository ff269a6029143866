"""Every series is told with its bands, its errors, and how much of it lies inside."""

from __future__ import annotations

import numpy as np
import pytest
from calibration_helpers import SAVED, point, series, series_of

from twintrack.calibration.discrepancy import Grid
from twintrack.calibration.fit import Miss, SeriesFit, band, coverage, fits, missed
from twintrack.calibration.likelihood import Likelihood
from twintrack.calibration.observations import observations
from twintrack.calibration.predictive import Predicted
from twintrack.calibration.strands import strands
from twintrack.inputs.history import HistorySeries

RUNS = 4001
EVEN = np.linspace(-1, 1, RUNS)
"""What a model might say, around zero; the 90 % band is from -0.9 to 0.9."""


MISS = Miss(0.2, 0.5, 0.1)


def fitted(history: HistorySeries, middles: list[float], width: float = 1.0) -> SeriesFit:
    """Compare a series with a model that says the middles before and after, twice as wide before."""
    observed = observations([history], SAVED)
    said = np.array(middles)[:, None] + 0.5 * width * EVEN
    known = np.ones(len(middles), dtype=bool)
    before = Predicted(said * 2, said * 2, known)
    after = Predicted(said, np.array(middles)[:, None] + width * EVEN, known)
    return fits(observed, before, after, {history.name: MISS})[0]


def test_bands_are_quantiles_in_the_unit_of_the_series() -> None:
    sample = np.log(np.linspace(1, 101, 1001))
    found = band(sample, "log")
    assert (found.p05, found.p50, found.p95) == pytest.approx((6, 51, 96), rel=1e-9)
    assert band(EVEN).p95 == pytest.approx(0.9)


def test_points_inside_are_counted_with_errors_and_without() -> None:
    found = fitted(series_of([2018, 2019, 2020, 2021], [0.0, 0.5, 1.0, -0.89]), [0.0] * 4)
    assert (found.inside_said, found.inside_expected) == (1, 3)
    assert [one.rank for one in found.points] == pytest.approx([0.5, 0.75, 1.0, 0.055], abs=1e-3)
    first = found.points[0]
    assert (first.posterior.p95, first.expected.p95) == pytest.approx((0.45, 0.9), abs=1e-6)
    assert (first.year, first.time, first.observed) == (2018, 2018, 0)


def test_errors_are_those_of_medians() -> None:
    found = fitted(series_of([2018, 2019, 2020], [1.0, 2.0, 6.0]), [2.0, 2.0, 2.0])
    assert found.error == pytest.approx(np.sqrt(17 / 3))
    assert found.error_prior == pytest.approx(np.sqrt((9 + 4 + 4) / 3))  # medians of 4
    assert found.bias == pytest.approx(1)  # observation less median
    assert found.theil is not None and found.theil.mse == pytest.approx(17 / 3)
    assert found.autocorrelation is None and found.miss == MISS
    assert found.crps < found.crps_prior


def test_few_points_have_no_shares_of_errors() -> None:
    assert fitted(series_of([2018, 2019], [1.0, 2.0]), [1.0, 1.0]).theil is None
    four = fitted(series_of([2018, 2019, 2020, 2021], [1.0] * 4), [0.0] * 4)
    assert four.autocorrelation == pytest.approx(1)


def test_intervals_are_held_against_by_their_middle_and_published_values_apart() -> None:
    interval = series([point(2020, 0.0, 0.0, 2.0)])  # its middle is 1
    found = fitted(interval, [1.0], width=0.5)
    assert (found.inside_said, found.inside_expected, found.inside_published) == (1, 1, 0)
    only = found.points[0]
    assert (only.observed, only.low, only.high) == (0, 0, 2)


def test_a_bound_says_how_many_worlds_lie_below_it_everywhere() -> None:
    bound = series_of([2019, 2020], [0.25, 0.1], bound="upper")
    found = fitted(bound, [0.0, 0.0])
    assert found.bound and found.below == pytest.approx(0.6, abs=1e-3)  # below 0.1 of -0.5 to 0.5
    assert fitted(series_of([2019], [0.25]), [0.0]).below is None


def test_every_series_gets_its_own_points() -> None:
    observed = observations(
        [series_of([2018, 2019], [5.0, 6.0], name="one"), series_of([2020], [7.0], name="two")], SAVED
    )
    said = np.array([5.0, 6.0, 9.0])[:, None] + 0 * EVEN
    predicted = Predicted(said, said, np.ones(3, dtype=bool))
    one, two = fits(observed, predicted, predicted, {"two": MISS})
    assert (one.name, two.name) == ("one", "two")
    assert (one.error, two.error, two.bias) == (0, 2, -2)
    assert one.miss is None and two.miss == MISS


def test_coverage_adds_up_points_and_resamples_series() -> None:
    found = coverage([(9, 10), (1, 2), (3, 3)])
    assert (found.inside, found.points) == (13, 15)
    assert found.low < 13 / 15 < found.high <= 1
    assert found.low == coverage([(9, 10), (1, 2), (3, 3)]).low
    same = coverage([(4, 5)] * 6)
    assert (same.low, same.high) == (0.8, 0.8)


def test_the_interval_of_coverage_is_as_wide_as_series_differ() -> None:
    # Twenty series of which all or none lie inside: the share is that of twenty tosses of a coin.
    found = coverage([(5, 5)] * 10 + [(0, 5)] * 10)
    error = np.sqrt(0.25 / 20)
    assert (found.high - found.low) / 2 == pytest.approx(1.645 * error, rel=0.15)


def test_the_discrepancy_that_is_told_is_the_mean_over_what_the_worlds_leave_open() -> None:
    observed = observations(
        [
            series_of([2018, 2019, 2020], [0.0, 0.1, 0.0], name="near"),
            series_of([2018, 2019, 2020], [2.0, 2.2, 2.1], name="far", variable="other"),
            series_of([2018], [0.0], name="bound", bound="upper"),
        ],
        SAVED,
    )
    likelihood = Likelihood(strands(observed), observed, Grid())
    found = missed(likelihood, np.zeros((7, 3)))
    assert list(found) == ["near", "far"]
    nodes = likelihood.grid.nodes
    (_, shares), _ = likelihood.node_shares(np.zeros((7, 3)))
    sizes = np.concatenate([one.sizes for one in nodes])
    assert found["near"].size == pytest.approx(0.3 * (shares[:, 0] @ sizes))
    assert found["near"].size < 0.3 * np.sqrt(2 / np.pi) < found["far"].size  # the mean of the prior
    assert 0 < found["far"].persistence < 1
    assert found["near"].walk < found["far"].walk
    still = missed(Likelihood(strands(observed), observed, Grid(walks=(0.0,))), np.zeros((7, 3)))
    assert still["far"].walk == 0
