"""Truths whose posterior is known exactly: readings of a sum, a difference and one parameter of six."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from twintrack.calibration.truths import Found
from twintrack.equations.structure import Array

SIZE, MEMBERS, TRUTHS = 6, 1000, 40


def gaussian_truth(number: int, width: float = 1.0, aside: float = 0.0, joined: bool = True) -> Found:
    """A truth and draws from its posterior, `width` times as wide and `aside` by so many of its widths.

    Not `joined`, every parameter has the posterior that it should have, but knows nothing of the others.
    """
    slopes = np.array([[2.0, 2, 0, 0, 0, 0], [0, 0, 2, -2, 0, 0], [0, 0, 0, 0, 1.5, 0]])
    stream = np.random.default_rng((71, number))
    truth = stream.standard_normal(SIZE)
    read = slopes @ truth + stream.standard_normal(3)
    told = slopes.T @ slopes
    spread = np.linalg.inv(np.eye(SIZE) + told)
    root = np.linalg.cholesky(spread) if joined else np.diag(np.sqrt(np.diag(spread)))
    noise = width * stream.standard_normal((SIZE, MEMBERS)) + aside
    scores = (spread @ slopes.T @ read)[:, None] + root @ noise
    sizes, vectors = np.linalg.eigh(told)
    shares = stream.dirichlet(np.ones(5))
    walk = stream.choice(5, p=shares)
    return Found(
        truth=truth,
        scores=scores.astype(np.float32),
        directions=vectors[:, sizes > 1],
        sizes=sizes[sizes > 1],
        silent=np.diag(told) == 0,
        walk=np.array(walk),
        shares=shares,
    )


def gaussian_truths(width: float = 1.0, aside: float = 0.0, joined: bool = True) -> list[Found]:
    return [gaussian_truth(number, width, aside, joined) for number in range(TRUTHS)]


def silent(found: Found) -> Found:
    """The same truth, of which its history informs no direction."""
    nothing: Array = np.empty((SIZE, 0))
    return replace(found, directions=nothing, sizes=np.empty(0))
