"""Reading an ensemble from its folder: only what is asked for is read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from twintrack.errors import Fault, TwinTrackError
from twintrack.inputs.validation import FaultList, unknown
from twintrack.runs.arguments import check_arguments
from twintrack.runs.manifest import origin
from twintrack.runs.memory import constant_factors, dataset
from twintrack.runs.parts import FACTOR, NOT_FINITE, UNMATCHED
from twintrack.runs.store import WORLDS, PartKey, Store
from twintrack.worlds.worlds_file import Worlds, readable

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from twintrack.worlds.drawing import Origin

Names = str | Sequence[str] | None
Years = float | Sequence[float] | None


class EnsembleResult:
    """A stored ensemble.

    Attributes:
        folder: Where it is stored.
        manifest: Everything that its numbers follow from: model, strategies, scenarios, design, versions.
    """

    def __init__(self, store: Store) -> None:
        self.folder = store.folder
        self.manifest = store.manifest
        self._store = store

    @classmethod
    def open(cls, folder: str | Path) -> EnsembleResult:
        """Open a folder. Raises InputError when it holds no store, or one of another format."""
        check_arguments(folder=folder)
        return cls(Store.open(Path(folder)))

    def __repr__(self) -> str:
        return (
            f"<EnsembleResult in {self.folder}: {len(self.scenarios)} scenarios, {len(self.strategies)}"
            f" strategies, {self.size} worlds, {len(self.outputs)} outputs, {len(self.times)} times>"
        )

    @property
    def scenarios(self) -> list[str]:
        """Names of the scenarios."""
        return list(self.manifest["scenarios"])

    @property
    def strategies(self) -> list[str]:
        """Names of the strategies."""
        return list(self.manifest["strategies"])

    @property
    def outputs(self) -> list[str]:
        """Names of the outputs."""
        return list(self.manifest["outputs"])

    @property
    def units(self) -> dict[str, str]:
        """Unit of every output."""
        return {name: entry["unit"] for name, entry in self.manifest["outputs"].items()}

    @property
    def times(self) -> list[float]:
        """The times that are stored, in decimal years."""
        return list(self.manifest["times"])

    @property
    def size(self) -> int:
        """Number of worlds."""
        return int(self.manifest["design"]["worlds"])

    @property
    def origin(self) -> Origin:
        """Where the worlds come from: "posterior", "prior" or, from a table, "given"."""
        return origin(self.manifest)

    @property
    def complete(self) -> bool:
        """Whether all parts are there; their checksums are compared when a run is resumed."""
        return (self.folder / WORLDS).exists() and set(self._store.keys) <= self._store.files().keys()

    @property
    def budgets(self) -> dict[str, str]:
        """The budget rule of every strategy."""
        return {name: self.manifest["strategies"][name]["budget"] for name in self.strategies}

    def runs_not_finite(self) -> dict[tuple[str, str], int]:
        """Count the runs in which some output is no finite number, by scenario and strategy; none: empty."""
        return self._counted(NOT_FINITE)

    def worlds_unmatched(self) -> dict[tuple[str, str], int]:
        """Count the worlds in which no factor on its money makes a strategy cost what the baseline does.

        By scenario and strategy; none: empty.
        """
        return self._counted(UNMATCHED)

    def _counted(self, kind: str) -> dict[tuple[str, str], int]:
        """Sum a count that parts hold as metadata, by scenario and strategy; without those of none."""
        import pyarrow.parquet as pq

        found: dict[tuple[str, str], int] = {}
        for (scenario, strategy, _), paths in self._files.items():
            with readable(paths[0]):
                metadata = pq.read_schema(paths[0]).metadata or {}
                count = int(metadata.get(kind.encode(), b"0"))
            if count:
                found[scenario, strategy] = found.get((scenario, strategy), 0) + count
        return found

    def worlds(self, parameters: Names = None) -> pd.DataFrame:
        """Give the worlds: index `world`, a column for each parameter that varies, in its unit.

        `parameters` are the columns to read; by default all. Raises InputError for one that does not vary.
        """
        self._check_complete()
        with Worlds(self.folder / WORLDS, self._store.ranges) as worlds:
            names = _chosen("world parameter that varies", parameters, worlds.names)
            return worlds.frame(names)

    def frame(
        self, outputs: Names = None, strategies: Names = None, scenarios: Names = None, times: Years = None
    ) -> pd.DataFrame:
        """Give a tidy table: columns scenario, strategy, world, time, and one for each output.

        Each argument chooses; by default everything is given. Units are in `.attrs["units"]`. Raises
        InputError with all names and times that are not stored, TwinTrackError when parts are missing.
        """
        import pandas as pd

        frames = list(self.batches(outputs, strategies, scenarios, times))
        table = pd.concat(frames, ignore_index=True)
        table.attrs = frames[0].attrs
        return table

    def batches(
        self, outputs: Names = None, strategies: Names = None, scenarios: Names = None, times: Years = None
    ) -> Iterator[pd.DataFrame]:
        """Give the same table as `frame` in batches, some worlds at a time.

        A batch has all chosen scenarios and strategies of its worlds, so that strategies can be compared in
        it; it follows the order scenario, strategy, world, time.
        """
        choice = self._choose(outputs, strategies, scenarios, times)
        return (self._batch(number, choice) for number in range(len(self._store.ranges)))

    def dataset(
        self, outputs: Names = None, strategies: Names = None, scenarios: Names = None, times: Years = None
    ) -> xr.Dataset:
        """Give one variable for each output, dimensions (scenario, strategy, world, time).

        Units are in `attrs`; the coordinate `budget_factor` (scenario, strategy, world) is what money levers
        were multiplied with (1 at own budget), and NaN where no factor makes the cost equal, as are then all
        outputs; `budget` says which equal cost that is; `parameters` are the worlds, dimensions (world,
        parameter). Arguments and errors as for `frame`.
        """
        choice = self._choose(outputs, strategies, scenarios, times)
        with Worlds(self.folder / WORLDS, self._store.ranges) as file:
            labels = file.labels()
        shape = (len(choice.scenarios), len(choice.strategies), self.size, len(choice.rows))
        values = {name: np.empty(shape) for name in choice.outputs}
        factors = constant_factors(self.manifest, choice.scenarios, choice.strategies, self.size)
        parts = enumerate(self._store.ranges)
        cells = product(parts, enumerate(choice.scenarios), enumerate(choice.strategies))
        for (number, worlds), (row, scenario), (column, strategy) in cells:
            for name, array in self._arrays((scenario, strategy, number), choice).items():
                values[name][row, column, worlds.start : worlds.stop] = array
            if self._by_world(scenario, strategy):
                own = self._columns((scenario, strategy, number), [FACTOR])[FACTOR][:, 0]
                factors[row, column, worlds.start : worlds.stop] = own
        axes = {
            "scenario": choice.scenarios,
            "strategy": choice.strategies,
            "world": labels,
            "time": np.array(self.times)[choice.rows],
        }
        table = self.worlds()
        parameters = {str(name): table[name].to_numpy() for name in table}
        return dataset(values, factors, self.manifest, axes, parameters)

    def _choose(self, outputs: Names, strategies: Names, scenarios: Names, times: Years) -> _Choice:
        """Read what is chosen of a complete store; see `frame` for what is raised."""
        faults = FaultList()
        chosen: dict[str, list[str]] = {}
        for kind, asked, stored in (
            ("output", outputs, self.outputs),
            ("strategy", strategies, self.strategies),
            ("scenario", scenarios, self.scenarios),
        ):
            with faults:
                chosen[kind] = _chosen(f"stored {kind}", asked, stored)
        years = [times] if isinstance(times, int | float) else times
        wanted = self.times if years is None else sorted({float(time) for time in years})
        for time in wanted:
            if time not in self.times:
                known = ", ".join(f"{known:g}" for known in self.times)
                faults.append(Fault(f"time {time:g}", f"is not stored; stored are {known}"))
        faults.raise_any()
        self._check_complete()
        rows = np.searchsorted(self.times, wanted)
        return _Choice(chosen["output"], chosen["strategy"], chosen["scenario"], rows)

    def _check_complete(self) -> None:
        if not self.complete:
            there = len(self._store.files().keys() & set(self._store.keys))
            message = (
                f"{self.folder}: {there} of {len(self._store.keys)} parts are there; compute the others"
                " with --resume (in Python: resume=True)"
            )
            raise TwinTrackError(message)

    def _by_world(self, scenario: str, strategy: str) -> bool:
        """Whether the money of a strategy was scaled in each world by a factor of its own."""
        return isinstance(self.manifest["strategies"][strategy]["budget_factor"][scenario], str)

    def _arrays(self, key: PartKey, choice: _Choice) -> dict[str, Any]:
        """Read one part: by output an array of shape (world, time)."""
        found = self._columns(key, choice.outputs)
        return {name: array[:, choice.rows] for name, array in found.items()}

    def _columns(self, key: PartKey, names: list[str]) -> dict[str, Any]:
        """Read columns of one part, each as an array of shape (world, time), all stored times."""
        import pyarrow.parquet as pq

        path = self._files[key][0]
        rows = len(self._store.ranges[key[2]])
        with readable(path):
            file = pq.ParquetFile(path, page_checksum_verification=True)
            table = file.read(names, use_threads=False)
            return {name: table.column(name).to_numpy().reshape(rows, len(self.times)) for name in names}

    def _batch(self, number: int, choice: _Choice) -> pd.DataFrame:
        import pandas as pd

        with Worlds(self.folder / WORLDS, self._store.ranges) as file:
            worlds = file.labels(number)
        times = np.array(self.times)[choice.rows]
        cells = list(product(choice.scenarios, choice.strategies))
        arrays = [self._arrays((*cell, number), choice) for cell in cells]
        rows = len(worlds) * len(times)

        def names(position: int, known: list[str]) -> Any:
            codes = [known.index(cell[position]) for cell in cells]
            return pd.Categorical.from_codes(np.repeat(codes, rows), pd.Index(known))

        table = pd.DataFrame(
            {
                "scenario": names(0, self.scenarios),
                "strategy": names(1, self.strategies),
                "world": np.tile(np.repeat(worlds, len(times)), len(cells)),
                "time": np.tile(times, len(worlds) * len(cells)),
                **{
                    name: np.concatenate([array[name].ravel() for array in arrays]) for name in choice.outputs
                },
            }
        )
        table.attrs["units"] = {name: self.units[name] for name in choice.outputs}
        return table

    @cached_property
    def _files(self) -> dict[PartKey, list[Path]]:
        return self._store.files()


@dataclass(frozen=True)
class _Choice:
    """What is read of a store; `rows` are the places of the times among those stored."""

    outputs: list[str]
    strategies: list[str]
    scenarios: list[str]
    rows: Any


def _chosen(kind: str, asked: Names, stored: Collection[str]) -> list[str]:
    """Give the names asked for, or all. Raises InputError with all that are not stored."""
    several = [asked] if isinstance(asked, str) else asked
    names = list(stored if several is None else dict.fromkeys(several))
    FaultList(Fault(kind, unknown(kind, name, stored)) for name in names if name not in stored).raise_any()
    return names
