"""The levers: what planners can set, between which limits, from when on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from twintrack.errors import Fault
from twintrack.inputs.paths import TimePath
from twintrack.inputs.schemas import LeverEntry, LeverGroupEntry, LeversFile
from twintrack.inputs.settings import Setting, Where, nothing_wrong, read_setting
from twintrack.inputs.validation import FaultList, unknown, validated
from twintrack.inputs.yaml_files import Document, read_document

MONEY = "money"
"""The kind of lever that an equal budget scales."""


class Lever(LeverEntry):
    """A lever with its name, which is a constant of the model."""

    name: str


class LeverGroup(LeverGroupEntry):
    """A group of levers with its name."""

    name: str


@dataclass(frozen=True)
class LeverTable:
    """All levers; a lever given as one number moves from `policy_start` (decimal year) for `ramp_years`.

    `groups` hold each lever once, or are none.
    """

    policy_start: float
    ramp_years: float
    levers: Mapping[str, Lever]
    groups: Mapping[str, LeverGroup] = field(default_factory=dict)

    @property
    def money(self) -> frozenset[str]:
        """Names of the levers that are money, which an equal budget scales."""
        return frozenset(name for name, lever in self.levers.items() if lever.kind == MONEY)

    def group_of(self, lever: str) -> str:
        """Give the name of the group that a lever is in, "" where levers have no groups."""
        return next((name for name, group in self.groups.items() if lever in group.levers), "")

    def constants(self) -> dict[str, TimePath]:
        """Give every lever's path when nothing is done: its baseline value for ever."""
        return {name: TimePath.constant(lever.baseline) for name, lever in self.levers.items()}

    def moved(self, paths: Mapping[str, TimePath], settings: Mapping[str, Setting]) -> dict[str, TimePath]:
        """Give the paths with some levers set anew."""
        moved = dict(paths)
        for name, setting in settings.items():
            moved[name] = setting.applied(paths[name], self.policy_start, self.ramp_years)
        return moved

    def too_early(self, date: float) -> str:
        """Say what is wrong with a date in decimal years at which a strategy is to do something."""
        if date >= self.policy_start:
            return ""
        start = f"{self.policy_start:g}"
        return f"is before policies start in {start}; date it {start} or later. {self.about_the_past}"

    @property
    def about_the_past(self) -> str:
        """Say where to change what was done before policies start."""
        return (
            "What was done until then is the same in all strategies: change it in strategies/baseline.yaml,"
            " after which the posterior must be learnt anew (twintrack calibrate)"
        )

    def read_settings(self, given: Any, where: Where, *, past: bool = False) -> dict[str, Setting]:
        """Read a mapping from lever names to settings; `where(name, *keys)` is the place of a value.

        `past` allows dates before policies start. Raises InputError with all faults: unknown levers, wrong
        types, dates and values out of range.
        """
        check_date = nothing_wrong if past else self.too_early
        faults = FaultList()
        settings: dict[str, Setting] = {}
        for name, value in given.items() if isinstance(given, Mapping) else ():
            lever = self.levers.get(name)
            if lever is None:
                faults.append(Fault(where(name), unknown("lever", name, self.levers)))
                continue
            with faults:
                settings[name] = read_setting(value, name, partial(where, name), lever.fault_of, check_date)
        faults.raise_any()
        return settings


def load_levers(path: Path) -> LeverTable:
    """Read model/levers.yaml; raises InputError with all its faults."""
    document = read_document(path)
    file = validated(document, LeversFile)
    faults = FaultList(_group_faults(document, file))
    faults.raise_any()
    levers = {name: Lever.model_construct(name=name, **dict(entry)) for name, entry in file.levers.items()}
    groups = {
        name: LeverGroup.model_construct(name=name, **dict(entry)) for name, entry in file.groups.items()
    }
    return LeverTable(file.policy_start, file.ramp_years, levers, groups)


def _group_faults(document: Document, file: LeversFile) -> Iterable[Fault]:
    """Find members that are no levers, and levers in two groups or, where there are groups, in none."""
    found: dict[str, str] = {}
    for group, entry in file.groups.items():
        for place, name in enumerate(entry.levers):
            where = document.where("groups", group, "levers", place)
            if name not in file.levers:
                yield Fault(where, unknown("lever", name, file.levers))
            elif name in found:
                yield Fault(where, f"{name} stands at {found[name]} already; keep it in one group")
            else:
                found[name] = where
    for name in file.levers if file.groups else ():
        if name not in found:
            where = document.where("levers", name)
            yield Fault(where, f'{name} is in no group; add it to one under "groups:"')
