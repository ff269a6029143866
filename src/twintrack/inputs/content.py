"""All content that belongs to a model: tables, scenarios, strategies, loops, mechanisms, history."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from twintrack.errors import InputError
from twintrack.inputs.frontier_runs import (
    DEFINITIONS_FILE,
    FOLDER,
    RUNS_FILE,
    FrontierDefinition,
    FrontierRun,
    load_frontier_definitions,
    load_frontier_runs,
)
from twintrack.inputs.history import SERIES_FILE, HistorySeries, has_history, read_history
from twintrack.inputs.levers import LeverTable, load_levers
from twintrack.inputs.loops import load_loops
from twintrack.inputs.mechanisms import load_mechanisms
from twintrack.inputs.outcomes import OutcomeTable, load_outcomes
from twintrack.inputs.renamed import RENAMED_FILE, Renamed, load_renamed
from twintrack.inputs.schemas import Citation
from twintrack.inputs.sources import load_sources
from twintrack.inputs.strategy_library import StrategyLibrary
from twintrack.inputs.structure_schemas import LoopEntry, Mechanism
from twintrack.inputs.validation import FaultList
from twintrack.inputs.world import Scenario, WorldParameter, find_scenario, load_scenario, load_world
from twintrack.inputs.yaml_files import yaml_files
from twintrack.stored import stored

CENTRAL = "central"
"""The scenario in which every world parameter has its central value."""

_TABLES = ("levers.yaml", "world.yaml", "outcomes.yaml", "sources.yaml")


@dataclass(frozen=True)
class Content:
    """The content under one root folder; all but the tables is read when it is asked for."""

    root: Path
    levers: LeverTable
    world: Mapping[str, WorldParameter]
    outcomes: OutcomeTable
    sources: Mapping[str, Citation]
    renamed: Renamed = field(default_factory=Renamed)
    """What names of before are called today."""

    @cached_property
    def strategies(self) -> StrategyLibrary:
        """Strategies of the current folder's strategies/ and of the content."""
        return StrategyLibrary(self.levers, (Path("strategies"), self.root / "strategies"), self.renamed)

    @property
    def scenarios(self) -> list[str]:
        """Names of all scenarios, the central one first."""
        names = [path.stem for path in yaml_files(self._scenario_folder)]
        return sorted(names, key=lambda name: (name != CENTRAL, name))

    @property
    def family(self) -> list[str]:
        """Names of the other countries that the equations can stand for; each is run as a scenario is."""
        return [path.stem for path in yaml_files(self._family_folder)]

    def scenario(self, name: str) -> Scenario:
        """Read a scenario or a country of the family; raises InputError with all faults of its file."""
        return load_scenario(self.scenario_file(name), self.world, self.renamed)

    def scenario_file(self, name: str) -> Path:
        """Give the file of a scenario or country, given its name or a path to a .yaml. Raises InputError."""
        return find_scenario(name, self._scenario_folder, self._family_folder)

    @property
    def names_loops(self) -> bool:
        """Whether the content has a file of feedback loops."""
        return (self.root / "model" / "loops.yaml").exists()

    @property
    def loops(self) -> dict[str, LoopEntry]:
        """The feedback loops by id; read at every use, raises InputError with all faults of the file."""
        return load_loops(self.root / "model" / "loops.yaml")

    @property
    def mechanisms(self) -> dict[str, Mechanism]:
        """The mechanisms by id; read at every use, raises InputError with all faults of the file."""
        return load_mechanisms(self.root / "model" / "mechanisms.csv")

    @property
    def history(self) -> dict[str, HistorySeries]:
        """The observed series by name; read at every use, raises InputError with all faults of the files.

        Content without model/history/series.yaml and tables beside it has none.
        """
        if not has_history(self.history_folder):
            return {}
        return read_history(self.history_folder / SERIES_FILE, self.sources)

    @property
    def history_folder(self) -> Path:
        """Where the observed series are, if there are any."""
        return self.root / "model" / "history"

    def member_history(self, name: str) -> dict[str, HistorySeries]:
        """Read the observed series of a country of the family; raises InputError with all faults.

        They are in the folder of its name beside its file. A country without that folder has none.
        """
        folder = self.member_folder(name)
        return read_history(folder / SERIES_FILE, self.sources) if has_history(folder) else {}

    def member_folder(self, name: str) -> Path:
        """Where the observed series of a country of the family are, if there are any."""
        return self._family_folder / name

    @property
    def member_folders(self) -> list[Path]:
        """Folders in family/, each of the series of one country."""
        return sorted(path for path in self._family_folder.glob("*") if _is_open_folder(path))

    @property
    def frontier_runs(self) -> tuple[FrontierRun, ...]:
        """The dated runs of the frontier; read at every use, raises InputError with all faults."""
        return load_frontier_runs(self.root / FOLDER / RUNS_FILE)

    @property
    def frontier_definitions(self) -> tuple[FrontierDefinition, ...]:
        """Growth of cost under other definitions of the frontier; read and checked at every use."""
        return load_frontier_definitions(self.root / FOLDER / DEFINITIONS_FILE)

    @cached_property
    def _scenario_folder(self) -> Path:
        return self.root / "model" / "scenarios"

    @cached_property
    def _family_folder(self) -> Path:
        return self.root / "model" / "family"


def _is_open_folder(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith((".", "__"))


def load_content(root: Path) -> Content:
    """Read the tables under root/model; raises InputError with the faults of all of them.

    Tables that were good when they were last read are taken from the cache folder until a file changes.
    """
    folder = root / "model"
    try:
        digests = [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in _TABLES]
        if (root / RENAMED_FILE).exists():
            digests.append(hashlib.sha256((root / RENAMED_FILE).read_bytes()).hexdigest())
    except OSError:
        return _read_content(root)  # says which file is missing
    described = f"{digests} {root} {version('pydantic')}"
    return stored("content", described, ("inputs",), Content, lambda: _read_content(root))


def _read_content(root: Path) -> Content:
    folder = root / "model"
    faults = FaultList()
    levers = world = outcomes = sources = renamed = None
    with faults:
        levers = load_levers(folder / "levers.yaml")
    with faults:
        world = load_world(folder / "world.yaml")
    with faults:
        outcomes = load_outcomes(folder / "outcomes.yaml")
    with faults:
        sources = load_sources(folder / "sources.yaml")
    with faults:
        renamed = load_renamed(root / RENAMED_FILE)
    if levers is None or world is None or outcomes is None or sources is None or renamed is None:
        raise InputError(faults)
    return Content(root, levers, world, outcomes, sources, renamed)
