"""What observations say about parameters around some worlds: the information of Fisher, in normal scores.

F = J' S^-1 J with the Jacobian J of everything observed and the covariance S of residuals. The prior's
information is one in every direction; an eigenvalue of F above that is a direction in which the observations
say more than the prior (Cui et al. 2014, Inverse Problems 30).
"""

from __future__ import annotations

import numpy as np

from twintrack.calibration.likelihood import cholesky, covariance
from twintrack.calibration.target import Target
from twintrack.equations.structure import Array

_STEP = 0.05
"""Half the distance of central differences, in standard deviations of the prior."""


def information(target: Target, centers: Array) -> Array:
    """Give the mean information about the parameters at some places, shape (parameters, parameters).

    `centers` are scores of shape (size, places). What the model says of a place that is not finite has none.
    """
    jacobian = np.nan_to_num(whitened_jacobian(target, centers), nan=0.0, posinf=0.0, neginf=0.0)
    flat = jacobian.reshape(-1, jacobian.shape[-1])
    mean: Array = flat.T @ flat / centers.shape[1]
    return mean


def whitened_jacobian(target: Target, centers: Array) -> Array:
    """Give derivatives of what is observed by the scores of parameters, shape (points, places, parameters).

    They are divided by the Cholesky factor of the covariance of residuals, so that their square is the
    information. Series that are bounds have no place in it.
    """
    unknowns = target.unknowns
    count, places = len(unknowns.names), centers.shape[1]
    steps = np.zeros((len(centers), 2, count))
    steps[np.arange(count), 0, np.arange(count)] = _STEP
    steps[np.arange(count), 1, np.arange(count)] = -_STEP
    around = (centers[:, :, None, None] + steps[:, None]).reshape(len(centers), -1)
    with np.errstate(invalid="ignore"):
        said = target.said(unknowns.worlds(around), around.shape[1]).reshape(-1, places, 2, count)
        slopes = (said[:, :, 0] - said[:, :, 1]) / (2 * _STEP)
    sizes, persistences = unknowns.discrepancy(centers), unknowns.persistence(centers)
    rows = []
    for number, (item, place) in enumerate(target.observed.placed):
        if item.series.bound is None:
            errors = sizes[number][:, None], persistences[number][:, None]
            rows.append(cholesky(covariance(item.times, item.errors, *errors), slopes[place])[1])
    return np.concatenate(rows)
