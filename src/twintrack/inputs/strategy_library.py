"""The strategies that can be asked for: by name or file, as a mix or as parts, and with levers set on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from twintrack.errors import Fault, InputError
from twintrack.inputs.levers import LeverTable
from twintrack.inputs.renamed import Renamed
from twintrack.inputs.settings import Setting, setting_place
from twintrack.inputs.strategies import Strategy, StrategyFolders
from twintrack.inputs.strategy_reading import StrategyReading
from twintrack.inputs.validation import FaultList
from twintrack.inputs.yaml_files import read_value


def past_faults(strategy: Strategy, table: LeverTable, where: str = "") -> list[Fault]:
    """Find levers that move before policies start; `where` is the place where the strategy is named.

    Files and levers set on top are checked date by date. This is for strategies made in Python, and for
    another baseline that is given as a file.
    """
    start = table.policy_start
    moved = [
        name for name, path in strategy.paths.items() if not path.agrees_until(start, strategy.baseline[name])
    ]
    message = (
        f"differs from the baseline before policies start in {start:g}, in {', '.join(moved)}; leave the past"
        f" as it is. {table.about_the_past}"
    )
    return [Fault(where or f'strategy "{strategy.name}"', message)] if moved else []


class StrategyLibrary(StrategyFolders):
    """The strategies in some folders, merged with their parents; `renamed` holds names of before."""

    def __init__(self, table: LeverTable, folders: Sequence[Path], renamed: Renamed | None = None) -> None:
        super().__init__(folders)
        self.table, self.renamed = table, renamed or Renamed()

    def resolve(
        self,
        reference: str | Path | Strategy,
        overrides: Mapping[str, Any] | None = None,
        *,
        origin: str = "--set",
        where: str = "",
    ) -> Strategy:
        """Give the merged strategy.

        `reference` is a name, a path to a .yaml file, a mix such as "0.6 pure_catchup + 0.4 baseline", parts
        such as "portfolio_mix + doors_open", or a strategy already merged. `overrides` sets levers on top:
        numbers, mappings from dates to numbers, or the YAML text of either. Raises InputError with all faults
        of all files read and of the overrides, which are located at "<origin> NAME=VALUE"; `where` is the
        place of the reference itself. Levers set on top of a strategy that switches hold before and after;
        an equal budget does not scale them.
        """
        faults = FaultList()
        strategy: Strategy | None = None
        settings: dict[str, Setting] = {}
        with faults:
            if isinstance(reference, Strategy):
                strategy = reference
            else:
                strategy = StrategyReading(self, self.table, self.renamed).strategy(reference, where)
        with faults:
            settings = self._override_settings(overrides or {}, origin)
        if strategy is not None:
            faults += past_faults(strategy, self.table, where)
        if strategy is None or faults:
            raise InputError(faults)
        if not settings:
            return strategy
        course = strategy.course.moved(settings, self.table, {})
        # What a user sets by hand stays as it was set; an equal budget scales the rest.
        kept = {*settings} & self.table.money if strategy.budget != "own" else set()
        unscaled = strategy.unscaled.union(kept)
        return replace(strategy, paths=course.paths, switch=course.switch, unscaled=unscaled)

    def _override_settings(self, overrides: Mapping[str, Any], origin: str) -> dict[str, Setting]:
        faults = FaultList()
        settings: dict[str, Setting] = {}
        places = {name: setting_place(origin, name, value) for name, value in overrides.items()}
        for written, name in self.renamed.levers.settle(overrides, places.__getitem__, faults).items():
            value, place = overrides[written], places[written]
            with faults:
                plain = read_value(value, place) if isinstance(value, str) else value
                settings |= self.table.read_settings({name: plain}, lambda *_, at=place: at)
        faults.raise_any()
        return settings
