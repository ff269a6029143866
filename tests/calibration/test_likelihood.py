"""The likelihood is that of the normal distribution that the module states."""

from __future__ import annotations

import numpy as np
import pytest
from calibration_helpers import SAVED, point, series, series_of
from scipy.stats import multivariate_normal, norm

from twintrack.calibration.likelihood import cholesky, covariance, log_likelihood
from twintrack.calibration.observations import observations

RUNS = 5
YEARS = [2017.0, 2018.25, 2018.75, 2023.0]


def dense(times: np.ndarray, errors: np.ndarray, size: float, persistence: float) -> np.ndarray:
    apart = np.abs(times[:, None] - times)
    return np.asarray(size**2 * persistence**apart + np.diag(errors**2))


def test_the_covariance_is_persistent_discrepancy_and_error_of_measurement() -> None:
    times, errors = np.array(YEARS), np.array([0.1, 0.2, 0.3, 0.4])
    sizes, persistences = np.array([0.5, 2.0]), np.array([0.9, 0.01])
    rows = covariance(times, errors, sizes, persistences)
    assert [len(row) for row in rows] == [1, 2, 3, 4]
    for run in range(2):
        wanted = dense(times, errors, sizes[run], persistences[run])
        for one, row in enumerate(rows):
            assert [entry[run] for entry in row] == pytest.approx(wanted[one, : one + 1], rel=1e-13)


@pytest.mark.parametrize("points", [1, 2, 9])
def test_many_small_matrices_are_factored_as_numpy_factors_one(points: int) -> None:
    stream = np.random.default_rng(points)
    wide = stream.standard_normal((RUNS, points, points + 2))
    matrices = wide @ wide.transpose(0, 2, 1)
    right = stream.standard_normal((points, RUNS))
    rows = [[matrices[:, one, other] for other in range(one + 1)] for one in range(points)]
    factor, solution = cholesky(rows, right)
    for run in range(RUNS):
        wanted = np.linalg.cholesky(matrices[run])
        for one in range(points):
            assert [entry[run] for entry in factor[one]] == pytest.approx(wanted[one, : one + 1], abs=1e-12)
        assert solution[:, run] == pytest.approx(np.linalg.solve(wanted, right[:, run]), abs=1e-10)


def test_series_are_independent_of_one_another_and_normal_within() -> None:
    stream = np.random.default_rng(7)
    history = [
        series_of(YEARS, stream.standard_normal(4).tolist(), error=0.2),
        series([point(2020, 1.5), point(2021, 1.2, 0.4, 2.0)], name="other", error=0.6),
    ]
    observed = observations(history, SAVED)
    said = stream.standard_normal((6, RUNS))
    sizes, persistences = stream.uniform(0.1, 2, (2, RUNS)), stream.uniform(0.05, 0.95, (2, RUNS))
    found = log_likelihood(observed, said, sizes, persistences)
    errors = [np.full(4, 0.2), np.array([0.6, (2.0 - 0.4) / 2 / norm.ppf(0.95)])]
    for run in range(RUNS):
        wanted = 0.0
        for number, (item, place) in enumerate(observed.placed):
            spread = dense(item.times, errors[number], sizes[number, run], persistences[number, run])
            wanted += multivariate_normal(said[place, run], spread).logpdf(item.values)
        assert found[run] == pytest.approx(wanted, rel=1e-10)


def test_a_bound_counts_by_how_likely_it_lies_above_the_model() -> None:
    observed = observations([series_of([2020, 2021], [1.0, 2.0], bound="upper", error=0.5)], SAVED)
    said = np.array([[0.0, 1.0, 40.0], [0.0, 2.5, 0.0]])
    unused = np.full((1, 3), np.nan)  # a bound has no discrepancy
    found = log_likelihood(observed, said, unused, unused)
    assert found[:2] == pytest.approx(
        [norm.logcdf(2.0) + norm.logcdf(4.0), norm.logcdf(0.0) + norm.logcdf(-1.0)], rel=1e-12
    )
    assert found[2] == pytest.approx(norm.logcdf(-78) + norm.logcdf(4), rel=1e-9)  # no underflow to zero


@pytest.mark.parametrize("bound", [None, "upper"])
@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_a_run_that_says_no_number_has_no_likelihood(bound: str | None, wrong: float) -> None:
    observed = observations([series_of([2020, 2021], [1.0, 2.0], bound=bound)], SAVED)
    said = np.array([[1.0, wrong], [2.0, 2.0]])
    found = log_likelihood(observed, said, np.full((1, 2), 0.3), np.full((1, 2), 0.5))
    if bound == "upper" and wrong == -np.inf:
        assert np.isfinite(found[1])  # an upper bound says nothing against it
    else:
        assert found[1] == -np.inf
    assert np.isfinite(found[0])


def test_without_series_nothing_is_said() -> None:
    empty = np.empty((0, 3))
    assert log_likelihood(observations([], SAVED), empty, empty, empty).tolist() == [0, 0, 0]
