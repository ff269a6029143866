"""What observations say about parameters around some worlds: the information of Fisher, in normal scores.

F = J' P J with the Jacobian J of everything observed and the mean precision P of residuals, over what the
observations leave open of the discrepancy. The prior's information is one in every direction; an eigenvalue
of F above that is a direction in which the observations say more than the prior (Cui et al. 2014, Inverse
Problems 30).
"""

from __future__ import annotations

import numpy as np

from twintrack.calibration.target import Target
from twintrack.equations.structure import Array

_STEP = 0.05
"""Half the distance of central differences, in standard deviations of the prior."""


def information(target: Target, centers: Array) -> Array:
    """Give the mean information about the parameters at some places, shape (parameters, parameters).

    `centers` are scores of shape (parameters, places). What the model says of a place that is not finite has
    none, and series that are bounds have no place in it. It is that of the likelihood in full.
    """
    count, places = centers.shape
    steps = _STEP * np.stack([np.eye(count), -np.eye(count)], axis=1)
    around = (centers[:, None, None, :] + steps[:, :, :, None]).reshape(count, -1)
    worlds = target.unknowns.worlds
    said = target.said(worlds(around), around.shape[1])
    told = 0.0 * np.eye(count)
    for part, shares in target.likelihood.node_shares(target.said(worlds(centers), places)):
        with np.errstate(invalid="ignore"):
            values = part.learned(said).reshape(-1, 2, count, places)
            slopes = (values[:, 0] - values[:, 1]) / (2 * _STEP)
        slopes = np.nan_to_num(slopes, nan=0.0, posinf=0.0, neginf=0.0)
        precisions = np.tensordot(part.precisions, shares, axes=(0, 0))
        for place in range(places):
            slope = slopes[:, :, place]
            told += slope.T @ precisions[:, :, place] @ slope
    mean: Array = told / places
    return mean
