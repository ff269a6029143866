"""Is a posterior right as a whole, not only parameter by parameter? Coverage by distances to random points.

Around a random point lies the ball that reaches to the truth. The share of the posterior in it is even
between 0 and 1 when the posterior is exact, and not otherwise (tests of accuracy with random points, TARP:
Lemos, Coogan, Hezaveh and Perreault-Levasseur 2023, arXiv:2302.03026). A posterior that is too narrow has too
many truths outside of nearly all balls, one that lies aside too many outside and too few inside.

Distances are taken in normal scores along the directions that a history informs more than the prior: the
many that it knows nothing of would drown all others. Each direction counts in units of the posterior's
standard deviation along it, and not by its curvature, which where the likelihood bends says something else.
Directions, units and points follow from the history, never from the truth, so that the shares stay even. A
point is a member of the posterior moved by as much as the posterior is wide: points that lie within and
around it tell more of its width than those far away.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twintrack.calibration.evenness import Shares, places
from twintrack.calibration.truths import Found
from twintrack.equations.structure import Array

POINTS = 64
"""Random points for each truth."""


def nearer(found: Found, members: NDArray[np.int64], stream: np.random.Generator) -> Shares:
    """Give the share of the posterior nearer to each point than the truth; none where nothing is informed.

    `members` are numbers of the members that take the place of the truth.
    """
    if not len(found.sizes):
        return Shares(np.empty(0), np.empty((0, len(members))))
    scale = found.directions / (found.directions.T @ found.scores).std(axis=1)
    posterior = scale.T @ found.scores
    picked = posterior[:, stream.integers(posterior.shape[1], size=POINTS)]
    points = picked + stream.standard_normal(picked.shape)
    distances = _distances(points, posterior)
    true = _distances(points, (scale.T @ found.truth)[:, None])
    return Shares((distances < true).mean(axis=1), places(distances, members))


def _distances(points: Array, others: Array) -> Array:
    """Give squared distances of columns, shape (points, others)."""
    return np.asarray(((points[:, :, None] - others[:, None, :]) ** 2).sum(axis=0))
