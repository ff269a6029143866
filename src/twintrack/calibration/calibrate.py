"""Learning from history: several populations from different seeds, their agreement, and a sample of all.

The populations know nothing of one another. That they say the same about the outcomes is the evidence that
each of them is a sample of the posterior.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

from twintrack.calibration.checkpoints import Checkpoints
from twintrack.calibration.predictive import Sample, with_walks
from twintrack.calibration.sampler import BLOCK, Compute, Population, Settings, Work, sample
from twintrack.calibration.target import Target, prepare_target
from twintrack.equations.structure import Array
from twintrack.errors import Fault
from twintrack.inputs.history import LEARNT_UNTIL, HistorySeries
from twintrack.inputs.validation import FaultList
from twintrack.resources import work_dir
from twintrack.runs.experiment import Progress
from twintrack.runs.manifest import versions
from twintrack.runs.workers import Tell, computing, worker_faults
from twintrack.stored import code_digest
from twintrack.worlds.basis import POWER, Basis, basis_of
from twintrack.worlds.posterior import WALK

if TYPE_CHECKING:
    import pandas as pd

    from twintrack.core import Core

MAIN = "all series"
"""Name of the target that all series teach."""

_WALKS = 15
"""Number of the stream by which lambda is drawn."""

_USUAL_STAGES = 10
"""Powers that a population goes through, until the first one has shown how many they are."""

Show = Callable[[Progress], None]


@dataclass(frozen=True)
class Calibration:
    """What is asked for.

    Attributes:
        seed: Seed of everything that is drawn.
        populations: Number of populations, each from its own seed.
        worlds: Worlds of the sample, taken evenly from all populations.
        settings: How each population is sampled.
        power: Power of the likelihood by which worlds are weighed, above 0, at most 1.
        until: The last calendar year that is learnt from.
        further: SHA-256 of a table of further observations that are learnt from; "" where there is none.
    """

    seed: int = 1
    populations: int = 4
    worlds: int = 2000
    settings: Settings = field(default_factory=Settings)
    power: float = POWER
    until: int = LEARNT_UNTIL
    further: str = ""

    def check(self, workers: int | None = None) -> None:
        """Raise InputError with everything that is wrong, with the number of workers too."""
        faults = FaultList()
        members = self.settings.members
        if self.seed < 0:
            faults.append(Fault("seed", f"the seed must be 0 or more, not {self.seed}"))
        if self.populations < 2:
            faults.append(Fault("populations", "at least 2 are needed to see whether they agree"))
        if members < BLOCK or members % BLOCK:
            faults.append(Fault("members", f"a population has a multiple of {BLOCK} members, not {members}"))
        if not 0 < self.worlds <= self.populations * members:
            message = f"between 1 and {self.populations * members:,} worlds can be taken, not {self.worlds:,}"
            faults.append(Fault("worlds", message))
        if not 0 < self.power <= 1:
            faults.append(Fault("power", f"the power must be above 0 and at most 1, not {self.power:g}"))
        faults += worker_faults(workers)
        faults.raise_any()


@dataclass(frozen=True)
class Calibrated:
    """Populations of the posterior, and the sample taken from them.

    Attributes:
        target: What was learnt from.
        populations: One for each seed.
        sample: Worlds taken from them; every world counts the same.
        checkpoints: What is kept for a call that is broken off: clear it when the sample is stored.
    """

    target: Target
    populations: tuple[Population, ...]
    sample: Sample
    checkpoints: Checkpoints

    def frame(self) -> pd.DataFrame:
        """Give the sample: a row for each world, a column for each parameter, and `walk`."""
        import pandas as pd

        walks = np.array(self.target.grid.walks)[self.sample.walks]
        return pd.DataFrame(self.target.unknowns.worlds(self.sample.scores) | {WALK: walks})


def calibrate(
    model: Core,
    asked: Calibration | None = None,
    workers: int | None = None,
    *,
    history: Sequence[HistorySeries] | None = None,
    fresh: bool = False,
    tell: Tell = lambda _: None,
    show: Show = lambda _: None,
) -> Calibrated:
    """Learn from series. What is done is kept in the cache folder, and a call like a broken one goes on.

    It is kept until the result's `checkpoints` are cleared: nothing is lost before the sample is stored.

    Args:
        model: The model, with its prior and its history.
        asked: How.
        workers: Processes; by default one for each processor core. The result does not depend on them.
        history: What is learnt from; by default `learnt_history`.
        fresh: Forget what a call that was broken off has left.
        tell: Called with what a user should know.
        show: Called with how far the work is; the number of runs at the end is an estimate.

    Raises InputError for settings and history that are wrong, TwinTrackError when the work fails.
    """
    asked = asked or Calibration()
    asked.check(workers)
    target = prepare_target(model, history=history, power=asked.power)
    basis = basis_of(model, target.observed.history)
    checkpoints = Checkpoints(work_dir() / "calibration" / _key(asked, basis))
    if fresh:
        checkpoints.clear()
    with computing(Work({MAIN: target}), workers, tell) as compute:
        populations = tuple(_populations(compute, target, asked, checkpoints, tell, show))
    scores = pooled(populations, asked.worlds, asked.seed)
    taken = with_walks(target, scores, (asked.seed, _WALKS))
    return Calibrated(target, populations, taken, checkpoints)


def pooled(populations: Sequence[Population], worlds: int, seed: int) -> Array:
    """Take worlds from all populations, as many from each as can be, shape (size, worlds).

    Populations take turns, so that any first rows of the sample come from all of them.
    """
    stream = np.random.default_rng([seed, len(populations)])
    each = -(-worlds // len(populations))
    picked = [
        population.scores[:, stream.permutation(population.scores.shape[1])[:each]]
        for population in populations
    ]
    return np.stack(picked, axis=2).reshape(len(picked[0]), -1)[:, :worlds]


def _populations(
    compute: Compute,
    target: Target,
    asked: Calibration,
    checkpoints: Checkpoints,
    tell: Tell,
    show: Show,
) -> Iterator[Population]:
    count = _Count(asked, show)
    for number in range(asked.populations):
        name = f"population-{number + 1}"
        population = start = checkpoints.find(name)
        if start is not None:
            tell(f"population {number + 1}: going on at power {start.power:.3g}")
        count.begin(start)
        for population in sample(compute, MAIN, target, asked.settings, (asked.seed, number), start):
            checkpoints.keep(name, population)
            count.show(population)
        assert population is not None  # what was kept, or at least the draw from the prior
        tell(f"population {number + 1}: {described(population)}")
        yield population


def described(population: Population) -> str:
    """Put the way of a population into words."""
    stages = population.stages
    accepted = [share for stage in stages for share in stage.accepted]
    return (
        f"{len(stages)} powers, {min(accepted):.0%} to {max(accepted):.0%} of proposals accepted,"
        f" effective sample {min(stage.effective for stage in stages):,.0f} at least,"
        f" log evidence {stages[-1].evidence:.2f}"
    )


class _Count:
    """Counts runs, and estimates how many there will be."""

    def __init__(self, asked: Calibration, show: Show) -> None:
        self.asked = asked
        self.report = show
        self.start = monotonic()
        self.before = 0
        self.known = 0
        self.resumed = 0
        self.stages = _USUAL_STAGES

    def begin(self, population: Population | None) -> None:
        self.before += self.known
        self.known = runs(self.asked.settings, population) if population else 0
        self.resumed += self.known
        self._show()

    def show(self, population: Population) -> None:
        self.known = runs(self.asked.settings, population)
        if population.finished:
            self.stages = len(population.stages)
        self._show()

    def _show(self) -> None:
        done, seconds = self.before + self.known, monotonic() - self.start
        settings = self.asked.settings
        usual = 1 + ((self.stages - 1) * settings.rounds + settings.last_rounds) * settings.moves
        total = max(self.asked.populations * settings.members * usual, done)
        computed = done - self.resumed
        rate = computed / seconds if computed and seconds else None
        self.report(Progress(done, total, computed, seconds, rate))


def runs(settings: Settings, population: Population) -> int:
    """Give the number of runs that a population has taken."""
    rounds = sum(len(stage.accepted) for stage in population.stages)
    return settings.members * (1 + rounds * settings.moves)


def _key(asked: Calibration, basis: Basis) -> str:
    """Give a name for everything that a calibration follows from, its code included."""
    described = {
        "asked": asdict(asked),
        "basis": asdict(basis),
        "code": code_digest("calibration").hex(),
        "versions": versions(),
    }
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()[:32]
