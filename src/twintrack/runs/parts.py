"""Parts of an ensemble: what one of them holds, how it is computed, and how it becomes a Parquet file.

A part is one strategy under one scenario in a fixed range of worlds. The ranges depend on the number of
worlds and on nothing else, so that the files of a store are the same whoever computes them.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from twintrack.engines.registry import batch_engine_of
from twintrack.equations.structure import RUN_NUMBER, Array
from twintrack.errors import TwinTrackError
from twintrack.runs.equal_in_each_world import money_by_world
from twintrack.runs.simulating import Plan, simulate_planned
from twintrack.runs.workers import processor_cores
from twintrack.worlds.tables import LABELS, Labels
from twintrack.worlds.worlds_file import arrow_column, label_type

if TYPE_CHECKING:
    from twintrack.engines.registry import BatchEngineName
    from twintrack.equations import Equations

SMALLEST, LARGEST = 256, 4096
"""Worlds of a part: few enough to lose little when one is broken off and to need little memory, many enough
for long runs to end with some hundreds of files instead of thousands."""

NOT_FINITE = "runs_not_finite"
"""Key of a part's metadata: in how many of its runs some output is no finite number."""

UNMATCHED = "worlds_unmatched"
"""The same: in how many of its worlds no factor on money makes the cost equal."""

FACTOR = "budget_factor"
"""Column of the factors on money, where each world has its own."""

_AT_A_TIME = 512
"""Worlds of a part that are computed at a time for each core: their inputs and outputs stay in the caches."""

_PARTS = 32
"""How many parts an ensemble has at least before its parts grow."""


def part_ranges(worlds: int) -> list[range]:
    """Cut a number of worlds into ranges, all of one length but the last, which may be a little shorter."""
    limit = SMALLEST
    while limit < LARGEST and worlds > limit * _PARTS:
        limit *= 2
    length = ceil(worlds / ceil(worlds / limit))
    return [range(start, min(start + length, worlds)) for start in range(0, worlds, length)]


@dataclass(frozen=True)
class Work:
    """What every process that computes parts is given once.

    Attributes:
        equations: The translated model.
        plan: What is simulated.
        parameters: The world parameters that differ from world to world, in the order of a job's draws.
        rows: Places of the wanted times among the saved ones, shape (times,).
        times: The wanted times in decimal years, shape (times,).
        units: Unit of every output.
        engine: Name of the engine that computes.
    """

    equations: Equations
    plan: Plan
    parameters: tuple[str, ...]
    rows: NDArray[np.int64]
    times: Array
    units: Mapping[str, str]
    engine: BatchEngineName

    def compute(self, job: Job) -> bytes:
        """Compute a part and give it as a finished Parquet file; the same work and job give the same bytes.

        Raises InputError when the engine cannot take what it is given, TwinTrackError when memory runs out.
        """
        try:
            with _one_at_a_time:
                values, factors = self.values(job)
            return _encoded(self, job, {name: array.ravel() for name, array in values.items()}, factors)
        except MemoryError as error:
            message = (
                f"memory is too small for {job.worlds} runs at a time; take fewer --workers or --outputs"
            )
            raise TwinTrackError(message) from error

    def values(self, job: Job) -> tuple[dict[str, Array], Array | None]:
        """Give every output of a part, shape (world, wanted time), and factors on money, shape (world,).

        The factors are None for a strategy that is not scaled by world. A world in which no factor makes the
        cost equal has NaN as its factor, and in all outputs.
        """
        length = _AT_A_TIME * len(processor_cores())
        starts = range(0, job.worlds, length)
        pieces = [
            self._values(job, job.first + start, job.draws[:, start : start + length]) for start in starts
        ]
        factors = [found for _, found in pieces if found is not None]
        values = {name: np.concatenate([piece[name] for piece, _ in pieces]) for name in pieces[0][0]}
        return values, np.concatenate(factors) if factors else None

    def _values(self, job: Job, first: int, draws: Array) -> tuple[dict[str, Array], Array | None]:
        """Give the values and factors of some worlds of a part; `first` is the number of the first."""
        engine = batch_engine_of(self.equations, self.engine)
        given = dict(zip(self.parameters, draws, strict=True))
        if RUN_NUMBER in self.equations.variables:
            given[RUN_NUMBER] = first + np.arange(float(draws.shape[1]))
        asked = (engine, self.plan, job.scenario, job.strategy, given, draws.shape[1])
        money = money_by_world(*asked)
        if money is None:
            return self._wanted(simulate_planned(*asked)), None
        unmatched = np.isnan(money.factors)
        whole = replace(money, factors=np.where(unmatched, 1.0, money.factors))
        values = self._wanted(simulate_planned(*asked, whole))
        none = unmatched[:, np.newaxis]
        return {name: np.where(none, np.nan, array) for name, array in values.items()}, money.factors

    def _wanted(self, values: Mapping[str, Array]) -> dict[str, Array]:
        return {name: array[:, self.rows] for name, array in values.items()}


@dataclass(frozen=True, eq=False)
class Job:
    """One part to compute.

    Attributes:
        scenario: Name of the scenario.
        strategy: Name of the strategy.
        number: Number of the part.
        labels: What its worlds are called, shape (world,).
        draws: Values of the parameters in its worlds, shape (parameter, world).
        first: Place of its first world in the whole ensemble, which random functions follow from.
    """

    scenario: str
    strategy: str
    number: int
    labels: Labels
    draws: Array
    first: int = 0

    @property
    def worlds(self) -> int:
        """Number of worlds."""
        return int(self.draws.shape[1])

    @property
    def label(self) -> str:
        """What the part is called in messages."""
        return f"part {self.number} of {self.strategy} in {self.scenario}"

    @property
    def kin(self) -> object:
        """Strategies in the same worlds have their past in common."""
        return self.number, self.scenario


Done = tuple[Job, bytes]
"""A job, and the Parquet file of its part."""


_one_at_a_time = Lock()
"""An engine uses all the processor cores that a process may use; threads beside it would only compete."""


def _encoded(work: Work, job: Job, values: Mapping[str, Array], factors: Array | None) -> bytes:
    """Give a part as a Parquet file: columns world, time, one per output; all times of a world in a row.

    Where money was scaled by world, the last column is FACTOR.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    fields = [
        pa.field(LABELS, label_type(job.labels)),
        pa.field("time", pa.float64(), metadata={"unit": "Year"}),
    ]
    fields += [pa.field(name, pa.float64(), metadata={"unit": work.units[name]}) for name in values]
    # Told at the end: an ensemble is not broken off for one world that leaves the model's range.
    finite = np.logical_and.reduce([np.isfinite(array) for array in values.values()])
    unmatched = np.zeros(job.worlds, bool) if factors is None else np.isnan(factors)
    broken = int((~finite.reshape(job.worlds, -1).all(axis=1) & ~unmatched).sum())
    columns = [np.repeat(job.labels, len(work.times)), np.tile(work.times, job.worlds), *values.values()]
    if factors is not None:
        fields.append(pa.field(FACTOR, pa.float64(), metadata={"unit": "1"}))
        columns.append(np.repeat(factors, len(work.times)))
    counts = {NOT_FINITE: str(broken), UNMATCHED: str(int(unmatched.sum()))}
    file = io.BytesIO()
    pq.write_table(
        pa.Table.from_arrays([arrow_column(column) for column in columns], schema=pa.schema(fields, counts)),
        file,
        row_group_size=len(columns[0]),
        write_page_checksum=True,
        # Measured on the model's outcomes: three quarters of the size, and quicker than no compression.
        compression="zstd",
        compression_level=1,
        use_dictionary=[LABELS, "time"],
        column_encoding=dict.fromkeys(values, "BYTE_STREAM_SPLIT"),
    )
    return file.getvalue()
