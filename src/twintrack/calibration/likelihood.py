"""How likely the observed series are, given what a run says.

The residual of a series is the model's discrepancy, which persists from year to year, and the error of
measurement, which does not: r ~ N(0, s^2 rho^|t-u| + e_t^2 delta_tu) on the scale of the series (Kennedy and
O'Hagan 2001, J. R. Stat. Soc. B 63, with an exponential covariance). Discrepancy s and persistence rho are
unknowns of every series. A series that only bounds the model from above gives the probability that it does.
"""

from __future__ import annotations

from math import log, pi

import numpy as np

from twintrack.calibration.observations import Observations, Observed
from twintrack.equations.structure import Array


def log_likelihood(observed: Observations, said: Array, discrepancy: Array, persistence: Array) -> Array:
    """Give the natural logarithm of the likelihood of each run, shape (runs,).

    Args:
        observed: The series.
        said: What the model says at every point, on its series' scale, shape (points, runs).
        discrepancy: Standard deviation of each series' discrepancy, shape (series, runs).
        persistence: Its correlation from one year to the next, shape (series, runs).

    A run that says something that is no finite number has -inf, but for the logarithm of zero below a bound.
    """
    total = np.zeros(said.shape[1])
    with np.errstate(invalid="ignore", over="ignore"):
        for number, (item, place) in enumerate(observed.placed):
            residuals = item.values[:, None] - said[place]
            if item.series.bound == "upper":
                total += above(item, residuals)
            else:
                total += _series(item, residuals, discrepancy[number], persistence[number])
    return np.where(np.isfinite(total), total, -np.inf)


def above(item: Observed, residuals: Array) -> Array:
    """Give the logarithm of the probability that every bound, with its error, lies above what the model says.

    `residuals` are bounds less what the model says, shape (points, runs); the result has shape (runs,).
    """
    from scipy.special import log_ndtr

    within: Array = log_ndtr(residuals / item.errors[:, None]).sum(axis=0)
    return within


def _series(item: Observed, residuals: Array, discrepancy: Array, persistence: Array) -> Array:
    """Give the logarithm of the normal density of correlated residuals, shape (runs,)."""
    factor, whitened = cholesky(covariance(item.times, item.errors, discrepancy, persistence), residuals)
    spread = np.log(np.stack([factor[n][n] for n in range(len(residuals))])).sum(axis=0)
    density: Array = -0.5 * (whitened**2).sum(axis=0) - spread - 0.5 * len(residuals) * log(2 * pi)
    return density


def covariance(times: Array, errors: Array, discrepancy: Array, persistence: Array) -> list[list[Array]]:
    """Give the covariance of residuals: the lower triangle, row by row, each entry of shape (runs,).

    `times`, in decimal years, and `errors` have shape (points,), the others (runs,).
    """
    rows: list[list[Array]] = []
    for one, time in enumerate(times):
        row = [discrepancy**2 * persistence ** abs(time - other) for other in times[:one]]
        rows.append([*row, discrepancy**2 + errors[one] ** 2])
    return rows


def cholesky(matrix: list[list[Array]], right: Array) -> tuple[list[list[Array]], Array]:
    """Give the Cholesky factor L of many small matrices at once, and the solution x of L x = right.

    Written out with runs along the last axis: matrices have a few rows, and there are thousands of them.
    """
    factor: list[list[Array]] = []
    solution = np.empty_like(right)
    for one, row in enumerate(matrix):
        done: list[Array] = []
        for other in range(one):
            inner = sum((done[k] * factor[other][k] for k in range(other)), np.zeros(()))
            done.append((row[other] - inner) / factor[other][other])
        done.append(np.sqrt(row[one] - sum((value**2 for value in done), np.zeros(()))))
        factor.append(done)
        before = sum((done[k] * solution[k] for k in range(one)), np.zeros(()))
        solution[one] = (right[one] - before) / done[one]
    return factor, solution
