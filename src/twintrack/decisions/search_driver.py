"""Evolution of many goals at once, which goes on where it was broken off.

The method is NSGA-II (Deb et al. 2002) as pymoo has it (Blank and Deb 2020): asked for points, told what they
are worth. Each generation is raced: all new points are tried roughly, the best fifth of them also finely.
What has been told is kept on disk; the same seed asks for the same points, so that an evolution that was
broken off is told again what it knew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twintrack.calibration.kept_arrays import find_arrays, keep_arrays
from twintrack.equations.structure import Array
from twintrack.errors import TwinTrackError

Evaluate = Callable[[Array], tuple[Array, Array]]
"""Gains (points, goals), more is better, and violations (points,), 0 or less for none, of points (points,
unknowns)."""

FINE = 0.2
"""Share of new points that are tried finely."""


@dataclass(frozen=True)
class Evolution:
    """How to evolve.

    Attributes:
        rough: Tries all points.
        fine: Tries the best of them; None: nothing is tried twice.
        unknowns: Number of unknowns, each from 0 to 1.
        goals: Number of goals.
        population: Points of a generation.
        generations: Generations.
        seed: Seed.
        kept: File in which what was told is kept; None: nowhere.
        show: Told how many generations are done.
    """

    rough: Evaluate
    fine: Evaluate | None
    unknowns: int
    goals: int
    population: int
    generations: int
    seed: int = 1
    kept: Path | None = None
    show: Callable[[int], None] = lambda _: None


def evolve(how: Evolution, start: Array) -> Array:
    """Give the points of the last generation that no other dominates, shape (points, unknowns).

    `start` are points of the first one, shape (population, unknowns). Raises TwinTrackError where pymoo is
    not installed.
    """
    try:
        from pymoo.algorithms.moo.nsga2 import NSGA2
        from pymoo.core.evaluator import Evaluator
        from pymoo.core.problem import Problem
        from pymoo.problems.static import StaticProblem
    except ImportError:
        message = "searching needs pymoo; install it with: pip install 'twintrack[decisions]'"
        raise TwinTrackError(message) from None
    problem = Problem(how.unknowns, how.goals, n_ieq_constr=1, xl=0.0, xu=1.0)
    algorithm = NSGA2(pop_size=how.population, sampling=start)
    algorithm.setup(problem, termination=("n_gen", how.generations), seed=how.seed, verbose=False)
    told = _Told(how.kept)
    for generation in range(how.generations):
        asked = algorithm.ask()
        points = np.asarray(asked.get("X"), np.float64)
        known = told.of(generation, points)
        if known is None:
            gains, violations = _raced(how, points, algorithm.pop)
            told.keep(generation, points, gains, violations)
        else:
            gains, violations = known
        values = StaticProblem(problem, F=-gains, G=violations[:, None])
        Evaluator().eval(values, asked)
        algorithm.tell(infills=asked)
        how.show(generation + 1)
    population = algorithm.pop
    allowed = np.asarray(population.get("G"))[:, 0] <= 0
    chosen = population[allowed] if allowed.any() else population
    return np.asarray(chosen.get("X"))[undominated(-np.asarray(chosen.get("F")))]


def _raced(how: Evolution, points: Array, before: Any) -> tuple[Array, Array]:
    """Try all points, and the best of them again, finely."""
    gains, violations = how.rough(points)
    if how.fine is None:
        return gains, violations
    older = -np.asarray(before.get("F")) if before is not None and len(before) else np.empty((0, how.goals))
    ranks = _ranks(np.where(violations[:, None] > 0, -np.inf, gains), older)
    best = np.argsort(ranks, kind="stable")[: max(1, round(FINE * len(points)))]
    gains, violations = gains.copy(), violations.copy()
    gains[best], violations[best] = how.fine(points[best])
    return gains, violations


def _ranks(gains: Array, older: Array) -> NDArray[np.int64]:
    """Give by how many others each new point is dominated."""
    both = np.concatenate([gains, older])
    return np.array([int(_dominates(both, one).sum()) for one in gains])


def _dominates(gains: Array, one: Array) -> NDArray[np.bool_]:
    """Say which gains, shape (points, goals), are nowhere less than one and somewhere more."""
    return np.asarray((gains >= one).all(axis=1) & (gains > one).any(axis=1))


def undominated(gains: Array) -> NDArray[np.int64]:
    """Give the places of gains, shape (points, goals), that no other dominates; of equal ones the first."""
    alone = [
        place
        for place, one in enumerate(gains)
        if not _dominates(gains, one).any() and not (gains[:place] == one).all(axis=1).any()
    ]
    return np.array(alone, dtype=np.int64)


class _Told:
    """What each generation was worth, in a file."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._arrays: dict[str, Array] = (find_arrays(path) or {}) if path is not None else {}

    def of(self, generation: int, points: Array) -> tuple[Array, Array] | None:
        """Give gains and violations of these points; None when they are not known."""
        known = self._arrays.get(f"points{generation}")
        if known is None or known.shape != points.shape or not (known == points).all():
            return None
        return self._arrays[f"gains{generation}"], self._arrays[f"violations{generation}"]

    def keep(self, generation: int, points: Array, gains: Array, violations: Array) -> None:
        """Keep what points are worth. Raises OSError."""
        for name, array in (("points", points), ("gains", gains), ("violations", violations)):
            self._arrays[f"{name}{generation}"] = array
        if self._path is not None:
            keep_arrays(self._path, **self._arrays)
