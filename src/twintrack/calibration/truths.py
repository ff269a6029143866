"""Made-up truths, and what is learnt from the history of each: kept on disk, truth by truth.

A world is drawn from the prior, its history is made up with errors, and learning is tried on that history
(simulation-based calibration: Talts et al. 2018, arXiv:1804.06788). Each truth is learnt by one process from
its own seeds, so that the result depends neither on the number of processes nor on what was kept before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twintrack.calibration.ahead import Errors
from twintrack.calibration.discrepancy import drawn_together
from twintrack.calibration.holdout import learn
from twintrack.calibration.information import information
from twintrack.calibration.kept_arrays import find_arrays, keep_arrays
from twintrack.calibration.observations import Observations
from twintrack.calibration.sampler import Settings, Work, settled
from twintrack.calibration.target import Target
from twintrack.equations.structure import Array
from twintrack.errors import TwinTrackError
from twintrack.resources import work_dir
from twintrack.runs.manifest import versions
from twintrack.runs.workers import Tell, computed_here, computing, processor_cores
from twintrack.stored import code_digest

RECOVERY = Settings(members=2048, rounds=2, moves=5, last_rounds=6)

SETTLING = 500
"""Moves of the members that stand for a posterior, after it is sampled."""

_TRIES = 100

_PLACES = 8
"""Members at which the information of a history is taken."""

_INFORMED = 1.0
"""Information, in that of the prior, above which a direction counts as informed by a history."""

_SILENT = 1e-12
"""Information below which a parameter changes nothing that is observed."""

_ONE = "history"


@dataclass(frozen=True)
class Made:
    """A truth and the history made from it.

    Attributes:
        target: What is learnt from.
        truth: Scores of the world, shape (size,).
        walk: Number of its value of lambda among those of the grid.
    """

    target: Target
    truth: Array
    walk: int


@dataclass(frozen=True)
class Found:
    """A truth, and the posterior that was learnt from its history.

    Attributes:
        truth: Scores, shape (size,).
        scores: Of the posterior, shape (size, members), in single precision.
        directions: Those that the history informs more than the prior, as columns, shape (size, directions).
        sizes: Information along them, shape (directions,).
        silent: Which parameters change nothing that is observed, so that their posterior is their prior,
            shape (size,).
        walk: Number of the true value of lambda.
        shares: How likely each value of lambda is after learning, shape (values,).
    """

    truth: Array
    scores: Array
    directions: Array
    sizes: Array
    silent: NDArray[np.bool_]
    walk: Array
    shares: Array

    @property
    def worth(self) -> float | None:
        """How many independent worlds the posterior is worth; None where no parameter is silent.

        The mean of a silent parameter would be nought but for chance, and its variance one over that number.
        """
        means = self.scores[self.silent].mean(axis=1, dtype=float)
        return float(1 / (means**2).mean()) if len(means) else None

    @property
    def ranks(self) -> Array:
        """Share of the posterior that lies below the truth, by parameter."""
        return np.asarray((self.scores < self.truth[:, None]).mean(axis=1))


@dataclass(frozen=True, eq=False)
class Truth:
    """One truth that is to be made and learnt."""

    number: int

    @property
    def label(self) -> str:
        """What it is called in messages."""
        return f"truth {self.number + 1}"


@dataclass(frozen=True)
class Truths:
    """What every worker is given once, and how it learns a truth.

    Attributes:
        target: What truths are drawn for; its history says when something is observed, and how well.
        seed: Seed of everything that is drawn.
        settings: How each posterior is sampled.
        settling: Moves of its members after that; see `settled`.
        power: Power of the likelihood. It counts in full unless asked otherwise: only then must intervals
            hold what they say, and by a smaller one they are wide on purpose.
    """

    target: Target
    seed: int
    settings: Settings = RECOVERY
    settling: int = SETTLING
    power: float = 1.0

    def compute(self, job: Truth) -> Found:
        """Make a truth and learn it from its history."""
        made = made_up(self.target, np.random.default_rng((self.seed, 5, job.number)), self.power)
        compute = partial(computed_here, Work({_ONE: made.target}))
        population = learn(compute, _ONE, made.target, self.settings, (self.seed, 6, job.number))
        scores = settled(made.target, population, self.settling, (self.seed, 9, job.number))
        stream = np.random.default_rng((self.seed, 7, job.number))
        places = scores[:, stream.integers(scores.shape[1], size=_PLACES)]
        told = information(made.target, places)
        sizes, vectors = np.linalg.eigh(told)
        informed = sizes > _INFORMED
        said = made.target.said(made.target.unknowns.worlds(scores), scores.shape[1])
        return Found(
            truth=made.truth,
            scores=scores.astype(np.float32),
            directions=vectors[:, informed],
            sizes=sizes[informed],
            silent=np.diag(told) < _SILENT,
            walk=np.array(made.walk),
            shares=made.target.likelihood.walk_shares(said).mean(axis=1),
        )

    def learnt(
        self, described: str, count: int, workers: int | None, tell: Tell, show: Callable[[str], None]
    ) -> list[Found]:
        """Learn so many truths, or read those that a call before this one has learnt.

        `described` must say everything about the target that truths follow from.
        """
        kept = Kept(work_dir() / "recovery" / self._key(described))
        numbers = [number for number in range(count) if kept.find(number) is None]
        if len(numbers) < count:
            show(f"{count - len(numbers)} of {count} truths were learnt before")
        if numbers:
            most = min(workers or len(processor_cores()), len(numbers))
            with computing(self, most, tell) as compute:
                for place, number in enumerate(self._kept(compute, kept, numbers), 1):
                    show(f"truth {number + 1} ({count - len(numbers) + place} of {count})")
        return [kept.found(number) for number in range(count)]

    def _kept(
        self,
        compute: Callable[[Iterable[Truth]], Iterable[tuple[Truth, Found]]],
        kept: Kept,
        numbers: Iterable[int],
    ) -> Iterator[int]:
        for job, found in compute(map(Truth, numbers)):
            kept.keep(job.number, found)
            yield job.number

    def _key(self, described: str) -> str:
        """Give a name for everything that what is learnt follows from, its code included."""
        code = code_digest("calibration/truths").hex()
        whole = [described, self.seed, asdict(self.settings), self.settling, self.power, code, versions()]
        return hashlib.sha256(json.dumps(whole).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Kept:
    """A folder with one file for each truth that was learnt."""

    folder: Path

    def keep(self, number: int, found: Found) -> None:
        """Write what was found. Raises OSError."""
        arrays = {field.name: getattr(found, field.name) for field in fields(Found)}
        keep_arrays(self.path(number), **arrays)

    def find(self, number: int) -> Found | None:
        """Give what was found; None when nothing is kept, or when its file cannot be read."""
        arrays: dict[str, Any] | None = find_arrays(self.path(number))
        names = {field.name for field in fields(Found)}
        return Found(**arrays) if arrays is not None and arrays.keys() == names else None

    def found(self, number: int) -> Found:
        """Give what was found. Raises TwinTrackError where it is gone meanwhile."""
        found = self.find(number)
        if found is None:
            message = f"{self.path(number)}: was removed or damaged meanwhile; start again to learn it anew"
            raise TwinTrackError(message)
        return found

    def path(self, number: int) -> Path:
        """Name the file of a truth."""
        return self.folder / f"truth-{number + 1}.npz"


def made_up(target: Target, stream: np.random.Generator, power: float = 1.0) -> Made:
    """Draw a truth, and make up its history; `power` is that of the likelihood by which it is to be learnt.

    Lambda is drawn for the whole history, and what is summed over in learning for each strand. Series that
    are bounds are left out: they have no errors to draw.
    """
    free = Observations(tuple(item for item in target.observed.series if item.series.bound is None))
    kept = replace(target.with_observed(free), power=power)
    for _ in range(_TRIES):
        truth = stream.standard_normal((kept.unknowns.size, 1))
        said = kept.said(kept.unknowns.worlds(truth), 1)
        if np.isfinite(said).all():
            break
    else:
        message = f"none of {_TRIES} worlds of the prior has a finite history"
        raise TwinTrackError(message)
    walks = stream.integers(len(kept.grid.walks), size=1)
    errors = Errors(kept.grid, walks, 0.0)
    values = {}
    for block in kept.likelihood.summed:
        missed = drawn_together(block.strands, block.nodes[int(walks[0])], 1, stream)
        ends = np.cumsum([len(strand.times) for strand in block.strands])[:-1]
        for strand, residuals in zip(block.strands, np.split(missed, ends), strict=True):
            drawn = strand.learned(said) + residuals
            for number, path in errors.published(strand, 0, drawn, stream).items():
                values[strand.series[number].name] = path[:, 0]
    series = tuple(replace(item, values=values[item.name]) for item in free.series)
    return Made(kept.with_observed(Observations(series)), truth[:, 0], int(walks[0]))
