"""The levers: what planners can set, between which limits, from when on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from twintrack.errors import Fault
from twintrack.inputs.paths import TimePath
from twintrack.inputs.schemas import LeverEntry, LeversFile
from twintrack.inputs.settings import Setting, Where, read_setting
from twintrack.inputs.validation import FaultList, unknown, validated
from twintrack.inputs.yaml_files import read_document


class Lever(LeverEntry):
    """A lever with its name, which is a constant of the model."""

    name: str


@dataclass(frozen=True)
class LeverTable:
    """All levers; a lever given as one number moves from `policy_start` (decimal year) for `ramp_years`."""

    policy_start: float
    ramp_years: float
    levers: Mapping[str, Lever]

    def constants(self) -> dict[str, TimePath]:
        """Give every lever's path when nothing is done: its baseline value for ever."""
        return {name: TimePath.constant(lever.baseline) for name, lever in self.levers.items()}

    def moved(self, paths: Mapping[str, TimePath], settings: Mapping[str, Setting]) -> dict[str, TimePath]:
        """Give the paths with some levers set anew."""
        moved = dict(paths)
        for name, setting in settings.items():
            moved[name] = setting.applied(paths[name], self.policy_start, self.ramp_years)
        return moved

    def read_settings(self, given: Any, where: Where) -> dict[str, Setting]:
        """Read a mapping from lever names to settings; `where(name, *keys)` is the place of a value.

        Raises InputError with all faults: unknown levers, wrong types, dates and values out of range.
        """
        faults = FaultList()
        settings: dict[str, Setting] = {}
        for name, value in given.items() if isinstance(given, Mapping) else ():
            lever = self.levers.get(name)
            if lever is None:
                faults.append(Fault(where(name), unknown("lever", name, self.levers)))
                continue
            with faults:
                settings[name] = read_setting(value, name, partial(where, name), lever.fault_of)
        faults.raise_any()
        return settings


def load_levers(path: Path) -> LeverTable:
    """Read model/levers.yaml; raises InputError with all its faults."""
    file = validated(read_document(path), LeversFile)
    levers = {name: Lever.model_construct(name=name, **dict(entry)) for name, entry in file.levers.items()}
    return LeverTable(file.policy_start, file.ramp_years, levers)
