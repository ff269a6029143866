"""Tempered sequential Monte Carlo: from prior to posterior by steps that lose half the population each.

The likelihood is raised to powers from 0 to 1; each next power is the one that leaves an effective sample of
half the population, which is then resampled systematically and moved (Del Moral, Doucet and Jasra 2006, J. R.
Stat. Soc. B 68; adaptive powers after Jasra et al. 2011, Scand. J. Stat. 38). Blocks of the population are
moved wherever there is a worker; their random numbers follow from their place, so that the result does not
depend on who computed what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twintrack.calibration.information import information
from twintrack.calibration.moves import Block, Moved, Reference, moved
from twintrack.calibration.target import Target
from twintrack.equations.structure import Array
from twintrack.errors import TwinTrackError

BLOCK = 512
"""Members that are moved together: a block of runs that suits the engine."""

_KEPT = 0.5
"""Effective share of the population that a step leaves."""

_ACCEPTED = 0.3
"""Share of proposals that should be accepted, between 25 and 35 per cent."""

_HASTE = 2.0
"""How much the logarithm of a step's size changes with the share accepted."""

_SHORTEST = 0.02
"""Smallest size of a step."""

_PLACES = 8
"""Members at which the information of the observations is taken."""

_TOLD = 0.1
"""Information, in that of the prior, below which a direction is left to the prior."""

_LEAST = 1e-9
"""Smallest rise of the power; less would never end."""

_HALVINGS = 60
"""Bisections of a power: to the last digits."""


@dataclass(frozen=True)
class Settings:
    """How a population is sampled.

    Attributes:
        members: Size of the population, a multiple of BLOCK.
        rounds: Rounds of moves at each power; the size of steps is adapted from round to round.
        moves: Moves of a round.
        last_rounds: Rounds after the last power is reached.
    """

    members: int = 8192
    rounds: int = 3
    moves: int = 4
    last_rounds: int = 12


@dataclass(frozen=True)
class Stage:
    """One power: what it was, how many members counted, and how its moves went.

    Attributes:
        power: Exponent of the likelihood.
        effective: Kish's effective sample size of the weights that lead to it.
        distinct: Members that differed after resampling.
        accepted: Share of proposals that were accepted, by round.
        steps: Size of the steps, by round.
        directions: Directions in which the population was its own, not the prior's, in the last round.
        evidence: Logarithm of the mean likelihood so far (of the normalising constant).
    """

    power: float
    effective: float
    distinct: int
    accepted: tuple[float, ...]
    steps: tuple[float, ...]
    directions: int
    evidence: float


@dataclass(frozen=True)
class Population:
    """Where a sampling stands: it ends with power 1.

    Attributes:
        scores: Shape (size, members).
        likelihood: Log-likelihoods, shape (members,).
        step: Size of the next steps.
        stages: What has been done.
    """

    scores: Array
    likelihood: Array
    step: float = 0.5
    stages: tuple[Stage, ...] = ()

    @property
    def power(self) -> float:
        """Exponent of the likelihood that the population stands for."""
        return self.stages[-1].power if self.stages else 0.0

    @property
    def finished(self) -> bool:
        """Whether it is a sample of the posterior."""
        return self.power >= 1.0


@dataclass(frozen=True, eq=False)
class Task:
    """What one worker does with a block; without a reference the block is drawn from the prior.

    Attributes:
        target: Name of the target.
        number: Which block of the population it is.
        seed: Seed of its random numbers.
        block: The block, None to draw it.
        reference: What proposals are made from.
        power: Exponent of the likelihood.
        step: Size of the steps, 0 to 1.
        moves: Number of moves.
    """

    target: str
    number: int
    seed: tuple[int, ...]
    block: Block | None = None
    reference: Reference | None = None
    power: float = 0.0
    step: float = 0.0
    moves: int = 0

    @property
    def label(self) -> str:
        """What the task is called in messages."""
        return f"block {self.number} of {self.target}"


@dataclass(frozen=True)
class Work:
    """What every worker is given once: the targets by name."""

    targets: Mapping[str, Target]

    def compute(self, task: Task) -> Moved:
        """Draw or move a block."""
        target = self.targets[task.target]
        if task.block is None or task.reference is None:
            scores = np.random.default_rng(task.seed).standard_normal((target.unknowns.size, BLOCK))
            return Moved(Block(scores, target.log_likelihood(scores)), 1.0)
        return moved(target, task.block, task.reference, task.power, task.step, task.moves, task.seed)


Compute = Callable[[Iterable[Task]], Iterable[tuple[Task, Moved]]]
"""What computes tasks, here or in workers."""


def sample(
    compute: Compute,
    name: str,
    target: Target,
    settings: Settings,
    seed: Sequence[int],
    start: Population | None = None,
) -> Iterator[Population]:
    """Sample a posterior; gives the population after each power, the last of them with power 1.

    Args:
        compute: Computes tasks.
        name: Name of the target among those that `compute` knows.
        target: The target itself.
        settings: How.
        seed: Seed of all random numbers; the same seed gives the same population.
        start: A population to go on from, as it was given before.

    Raises TwinTrackError when no member has a likelihood, or powers no longer rise.
    """
    run = _Run(compute, name, target, settings, tuple(seed))
    population = start or run.drawn()
    if start is None:
        yield population
    while not population.finished:
        population = run.next(population)
        yield population


@dataclass(frozen=True)
class _Run:
    compute: Compute
    name: str
    target: Target
    settings: Settings
    seed: tuple[int, ...]

    def drawn(self) -> Population:
        """Draw a population from the prior."""
        numbers = range(self.settings.members // BLOCK)
        tasks = [Task(self.name, number, (*self.seed, 0, 0, number)) for number in numbers]
        block, _ = self._computed(tasks)
        return Population(block.scores, block.likelihood)

    def next(self, population: Population) -> Population:
        """Go on to the next power."""
        number = len(population.stages) + 1
        power = next_power(population.likelihood, population.power)
        if power - population.power < _LEAST:
            message = f"{self.name}: the powers of the likelihood no longer rise at {population.power:.2g}"
            raise TwinTrackError(message)
        rise = power - population.power
        weights, mean = _weights(population.likelihood, rise)
        picked = systematic(weights, np.random.default_rng((*self.seed, number)))
        block = Block(population.scores[:, picked], population.likelihood[picked])
        rounds = self.settings.last_rounds if power >= 1.0 else self.settings.rounds
        step, steps, accepted, directions = population.step, [], [], 0
        places = np.random.default_rng((*self.seed, number, _PLACES))
        subspace = told_directions(self.target, block.scores, power, places)
        for turn in range(rounds):
            reference = Reference.of(block.scores, subspace)
            directions = len(reference.variances)
            block, share = self._computed(self._tasks(block, reference, power, step, (number, turn)))
            steps.append(step)
            accepted.append(share)
            step = float(np.clip(step * np.exp(_HASTE * (share - _ACCEPTED)), _SHORTEST, 1.0))
        before = population.stages[-1].evidence if population.stages else 0.0
        stage = Stage(
            power=power,
            effective=float(1 / (weights**2).sum()),
            distinct=len(np.unique(picked)),
            accepted=tuple(accepted),
            steps=tuple(steps),
            directions=directions,
            evidence=before + mean,
        )
        return Population(block.scores, block.likelihood, step, (*population.stages, stage))

    def _tasks(
        self, block: Block, reference: Reference, power: float, step: float, place: tuple[int, int]
    ) -> Iterator[Task]:
        for number, start in enumerate(range(0, len(block.likelihood), BLOCK)):
            part = slice(start, start + BLOCK)
            yield Task(
                self.name,
                number,
                (*self.seed, *place, number),
                Block(np.ascontiguousarray(block.scores[:, part]), block.likelihood[part]),
                reference,
                power,
                step,
                self.settings.moves,
            )

    def _computed(self, tasks: Iterable[Task]) -> tuple[Block, float]:
        """Put blocks together in their order, whichever was done first."""
        done = sorted(((task.number, result) for task, result in self.compute(tasks)), key=lambda one: one[0])
        blocks = [result.block for _, result in done]
        return (
            Block(
                np.concatenate([block.scores for block in blocks], axis=1),
                np.concatenate([block.likelihood for block in blocks]),
            ),
            float(np.mean([result.accepted for _, result in done])),
        )


def told_directions(target: Target, scores: Array, power: float, stream: np.random.Generator) -> Array:
    """Give the directions about which the observations say something, as orthonormal columns.

    They are those whose information, at this power and around some members of `scores`, is a share of the
    prior's.
    """
    centers = scores[:, stream.integers(scores.shape[1], size=_PLACES)]
    values, vectors = np.linalg.eigh(power * target.power * information(target, centers))
    return np.asarray(vectors[:, values > _TOLD])


def settled(target: Target, population: Population, moves: int, seed: Sequence[int]) -> Array:
    """Move members of a finished population on by a reference that stays, shape (size, BLOCK).

    In `sample` each round fits the reference to the members that it moves: the two narrow one another (why
    moves that learn from what they move may go wrong: Andrieu and Thoms 2008, Statistics and Computing 18).
    A reference that stays leaves the posterior as it is: members that forgot where they began are of it.
    """
    stream = np.random.default_rng([*seed, 0])
    scores = population.scores
    reference = Reference.of(scores, told_directions(target, scores, 1.0, stream))
    each = slice(None, None, scores.shape[1] // BLOCK)
    block = Block(np.ascontiguousarray(scores[:, each]), population.likelihood[each])
    return moved(target, block, reference, 1.0, population.step, moves, [*seed, 1]).block.scores


def effective_size(weights: Array) -> float:
    """Give Kish's effective sample size of weights (which need not sum to one): (sum w)^2 / sum w^2."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def next_power(likelihood: Array, power: float) -> float:
    """Give the power that leaves half the population effective, by bisection; 1 when that leaves more."""
    if not np.isfinite(likelihood).any():
        message = "no run agrees with any observation: every likelihood is zero"
        raise TwinTrackError(message)

    def left(rise: float) -> float:
        return effective_size(_weights(likelihood, rise)[0]) / len(likelihood)

    if left(1.0 - power) >= _KEPT:
        return 1.0
    low, high = 0.0, 1.0 - power
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if left(middle) >= _KEPT else (low, middle)
    return power + low


def _weights(likelihood: Array, rise: float) -> tuple[Array, float]:
    """Give normalised weights of likelihoods to a power, and the logarithm of their mean before that."""
    highest = likelihood.max()
    weights = np.exp(rise * (likelihood - highest))
    return weights / weights.sum(), float(np.log(weights.mean()) + rise * highest)


def systematic(weights: Array, stream: np.random.Generator) -> NDArray[np.int64]:
    """Resample systematically (Kitagawa 1996): by weight, at equal distances from one random start."""
    points = (np.arange(len(weights)) + stream.random()) / len(weights)
    chosen: NDArray[np.int64] = np.searchsorted(np.cumsum(weights), points).clip(max=len(weights) - 1)
    return chosen
