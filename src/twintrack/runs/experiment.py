"""Experiments: strategies under scenarios in thousands to millions of worlds, kept in a folder."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

from twintrack.errors import Fault, InputError, TwinTrackError
from twintrack.inputs.validation import FaultList
from twintrack.runs.arguments import check_arguments
from twintrack.runs.asked import tell_notes
from twintrack.runs.memory import in_memory
from twintrack.runs.parts import Done, Job, part_ranges
from twintrack.runs.prepared import ExperimentSettings, Prepared, prepare
from twintrack.runs.store import MANIFEST, WORLDS, PartKey, Store, free_space, name_faults
from twintrack.runs.stored_ensemble import EnsembleResult
from twintrack.runs.workers import computing, processor_cores, worker_faults
from twintrack.worlds.worlds_file import Design

if TYPE_CHECKING:
    import xarray as xr

_CLEARLY = 0.9
"""Share of the estimated size that must be free for a start."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Progress:
    """How far a computation has come.

    Attributes:
        done: Runs that are in the store.
        runs: Runs that will be there at the end.
        computed: Runs that were computed since the start.
        seconds: Time since the start.
        rate: Runs a second since the first part was done, which may have had to compile; None until then.
    """

    done: int
    runs: int
    computed: int
    seconds: float
    rate: float | None = None

    @property
    def left(self) -> float | None:
        """Seconds until the end at that rate; None until there is one."""
        return (self.runs - self.done) / self.rate if self.rate else None


class Experiment(ExperimentSettings):
    """What is to be simulated: every strategy under every scenario in the same worlds.

    What can be asked for, and how, is said in `ExperimentSettings`.
    """

    def dataset(self, progress: Callable[[Progress], None] | None = None) -> xr.Dataset:
        """Simulate, and give the results at once, dimensions (scenario, strategy, world, time).

        `progress` is called at the start and after each part.

        Units are in `attrs`; the coordinate `budget_factor` (scenario, strategy, world) is what money levers
        were multiplied with (1 at own budget), and NaN where no factor makes the cost equal, as are then all
        outputs; `budget` says which equal cost that is; `parameters` holds the worlds, dimensions (world,
        parameter), and `.to_pandas()` makes a table of it. The attribute `worlds` says where they come from:
        "posterior", "prior" or "given". What a user should know goes to the log "twintrack". Raises
        InputError with all faults.
        """
        prepared = prepare(self)
        tell_notes(prepared.notes)
        work = prepared.work
        runs = len(work.plan.scenarios) * len(work.plan.strategy_names) * prepared.design.worlds
        results = in_memory(prepared, _Pace(runs, 0, progress).add)
        tell_notes(_not_finite_notes(results))
        return results

    def run(
        self,
        out: str | Path,
        workers: int | None = None,
        resume: bool = False,
        cluster: str | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> EnsembleResult:
        """Simulate and store, and give what is stored.

        Args:
            out: Folder of the store; made when it is not there.
            workers: Processes; by default one for each processor core. 1: this process alone.
            resume: Continue a store that was broken off; begins one when there is none.
            cluster: "tcp://host:port" of a Dask scheduler, or "local" for one that is started here.
            progress: Called at the start and after each part.

        What a user should know (a damaged part, a worker that died) goes to the log "twintrack". Raises
        InputError with all faults of the experiment, also when `out` holds a store and `resume` is not set,
        or one of another experiment. Raises TwinTrackError when the work fails, of a full disk or a worker
        that dies again and again: what is done is kept, and `resume` continues it. The same after Ctrl-C,
        which raises KeyboardInterrupt when the workers have ended.
        """
        check_arguments(folder=out, resume=resume)
        prepared = _checked(self, workers, cluster)
        folder = Path(out)
        begun = (folder / MANIFEST).exists()
        if not begun:  # before anything is written: another experiment may then take the folder
            _check_space(folder, prepared, len(part_ranges(prepared.design.worlds)) * prepared.columns)
        with Store.writing(folder, prepared.manifest, resume=resume, tell=_log.warning) as store:
            tell_notes(prepared.notes)
            missing = store.missing(_log.warning)
            if begun:
                _check_space(folder, prepared, len(missing))
            try:
                jobs = _jobs(store, prepared.design, missing)
                with (
                    closing(jobs),
                    closing(_computed(prepared, jobs, len(missing), workers, cluster)) as done,
                ):
                    _keep(store, done, missing, progress)
            except KeyboardInterrupt:
                _log.warning("what is done is in %s: continue with --resume (in Python: resume=True)", folder)
                raise
        return EnsembleResult.open(folder)


def _not_finite_notes(results: xr.Dataset) -> Iterator[str]:
    """Say in how many worlds a strategy has outputs that are no finite numbers."""
    for scenario, strategy in product(results["scenario"].to_numpy(), results["strategy"].to_numpy()):
        cell = results.sel(scenario=scenario, strategy=strategy)
        wrong = np.zeros(cell.sizes["world"], dtype=bool)
        for values in cell.data_vars.values():
            wrong |= ~np.isfinite(values.transpose("world", "time").to_numpy()).all(axis=1)
        if wrong.any():
            told = f"{wrong.sum():,} of {wrong.size:,} worlds have outputs that are no finite numbers"
            yield f"{told}: {strategy} under {scenario}"


def _checked(experiment: Experiment, workers: int | None, cluster: str | None) -> Prepared:
    """Read what the experiment names. Raises InputError with all faults of it and of how it is computed."""
    faults = FaultList(_way_faults(workers, cluster))
    prepared: Prepared | None = None
    with faults:
        prepared = prepare(experiment)
        faults += name_faults("strategy", prepared.work.plan.strategy_names)
        faults += name_faults("scenario", prepared.work.plan.scenarios)
    if prepared is None or faults:
        raise InputError(faults)
    return prepared


def _way_faults(workers: int | None, cluster: str | None) -> list[Fault]:
    """Say what is wrong with how it is to be computed."""
    faults = worker_faults(workers)
    if cluster is not None:
        from twintrack.runs.cluster import LOCAL, check_cluster

        faults += check_cluster(cluster)
        if workers is not None and cluster != LOCAL:
            faults.append(Fault("workers", "a cluster has its own workers; leave the number out"))
    return faults


def _check_space(folder: Path, prepared: Prepared, parts: int) -> None:
    """Tell the size of what is still to be written, and refuse what the disk clearly cannot hold."""
    # The values of the worlds lie on the disk twice while worlds.parquet is written.
    worlds = 0 if (folder / WORLDS).exists() else 2 * prepared.design.size
    size, free = worlds + parts * prepared.part_size, free_space(folder)
    if not size:
        return
    _log.info("about %s on the disk, of %s that are free", _bytes(size), _bytes(free))
    if size * _CLEARLY > free:
        message = (
            f"{folder}: the ensemble takes about {_bytes(size)}, but only {_bytes(free)} are free; make"
            " room, or ask for fewer worlds, outputs or times"
        )
        raise TwinTrackError(message)


def _jobs(store: Store, design: Design, missing: Sequence[PartKey]) -> Generator[Job, None, None]:
    """Give the jobs of the missing parts; those that share their worlds follow one another.

    The worlds are made when the first job is asked for: workers start up meanwhile.
    """
    parts = part_ranges(design.worlds)
    with store.make_worlds(design, _log.warning) as worlds:
        number = -1
        for key in missing:
            if key[2] != number:
                number = key[2]
                draws = worlds.part(number)
                labels = worlds.labels(number)
            yield Job(*key, labels, draws, parts[number].start)


def _computed(
    prepared: Prepared, jobs: Iterator[Job], number: int, workers: int | None, cluster: str | None
) -> Generator[Done, None, None]:
    """Compute the jobs where it was asked for; `number` is how many there are."""
    if number and cluster is not None:
        from twintrack.runs.cluster import computed_on_cluster

        yield from computed_on_cluster(prepared.work, jobs, cluster, workers, _log.info)
        return
    processes = max(1, min(workers or len(processor_cores()), number))
    with computing(prepared.work, processes, _log.warning) as compute:
        yield from compute(jobs)


def _keep(
    store: Store,
    done: Iterator[Done],
    missing: Sequence[PartKey],
    progress: Callable[[Progress], None] | None,
) -> None:
    """Write each part as it comes, and tell how far the work is."""
    lengths = [len(part) for part in store.ranges]
    runs = sum(lengths) * len(store.keys) // len(lengths)
    pace = _Pace(runs, runs - sum(lengths[number] for _, _, number in missing), progress)
    for job, content in done:
        store.commit((job.scenario, job.strategy, job.number), content)
        pace.add(job.worlds)


class _Pace:
    """Tells how far a computation is: at its start, with `before` of its runs there, and at each `add`."""

    def __init__(self, runs: int, before: int, tell: Callable[[Progress], None] | None) -> None:
        self._runs, self._before, self._tell = runs, before, tell or (lambda _: None)
        self._start, self._computed = monotonic(), 0
        self._first: tuple[float, int] | None = None
        self._tell(Progress(before, runs, 0, 0.0))

    def add(self, runs: int) -> None:
        """Count more runs. The rate counts from the first ones on, which may have had to compile."""
        self._computed += runs
        now = monotonic()
        since, known = self._first = self._first or (now, self._computed)
        rate = (self._computed - known) / (now - since) if self._computed > known else None
        done = self._before + self._computed
        self._tell(Progress(done, self._runs, self._computed, now - self._start, rate))


def _bytes(size: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if size < 999.5:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
