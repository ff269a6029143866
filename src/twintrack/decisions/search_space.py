"""Mixes as points of a cube: a level for every lever that may move, and a date for every group of them.

A mix follows the baseline until the date of a group, and its levers are at their levels within the years that
levers take. Money levers are multiplied afterwards until cost is equal; all others cost effort, which may be
bounded: the sum of their changes in shares of their ranges.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from twintrack.core import Core
from twintrack.equations.structure import Array
from twintrack.errors import Fault
from twintrack.inputs.levers import MONEY, Lever
from twintrack.inputs.schema_kinds import Bilingual
from twintrack.inputs.strategies import BASELINE, Strategy
from twintrack.inputs.validation import FaultList, unknown

Settings = Mapping[str, tuple[float, float]]
"""Level and date of every lever that a mix moves."""

NEAR = 0.02
"""A level nearer to the baseline's, or to an end, than this share of the range is the same."""
LATEST_SHIFT = 8.0
"""Years after the start of policies up to which a group may begin to move."""
READ_AT = 2035.0
"""Year whose levels stand for a strategy of which the search starts."""


@dataclass(frozen=True)
class Space:
    """What mixes may do.

    Attributes:
        core: The content.
        limits: Lowest and highest level of every lever that may move, within its range.
        effort: Largest sum of changes of levers that are no money, in shares of their ranges.
    """

    core: Core
    limits: Mapping[str, tuple[float, float]]
    effort: float = np.inf

    @property
    def levers(self) -> list[Lever]:
        """The levers that may move."""
        return [self.core.levers[name] for name in self.limits]

    @cached_property
    def groups(self) -> list[str]:
        """Names of groups with a lever that may move; one without a name where levers have no groups."""
        return list(dict.fromkeys(self.core.lever_table.group_of(name) for name in self.limits))

    @property
    def size(self) -> int:
        """Number of coordinates, each from 0 to 1."""
        return len(self.limits) + len(self.groups)

    @cached_property
    def baseline(self) -> Array:
        """Levels of the baseline, shape (levers,)."""
        return self.levels(self.core.strategy(BASELINE))

    @cached_property
    def _ends(self) -> Array:
        return np.array(list(self.limits.values())).T

    @cached_property
    def _free(self) -> Array:
        """Which levers cost effort and no money."""
        return np.array([lever.kind != MONEY for lever in self.levers])

    @cached_property
    def _widths(self) -> Array:
        return np.array([lever.high - lever.low for lever in self.levers])

    def levels(self, plan: Strategy) -> Array:
        """Give the levels of a strategy in READ_AT, shape (levers,)."""
        return np.array([plan.paths[name].value(READ_AT) for name in self.limits])

    def point(self, plan: Strategy) -> Array:
        """Give the point nearest to a strategy: its levels in READ_AT, and no group waits."""
        low, high = self._ends
        levels = np.clip((self.levels(plan) - low) / (high - low), 0, 1)
        return np.concatenate([levels, np.zeros(len(self.groups))])

    def effort_of(self, levels: Array) -> float:
        """Give the effort of levels, shape (levers,)."""
        return float((np.abs(levels - self.baseline) / self._widths)[self._free].sum())

    def settings(self, point: Array) -> Settings:
        """Give the level and the date of every lever that a mix moves."""
        low, high = self._ends
        shares = np.round(np.clip(point[: len(self.limits)], 0, 1), 3)
        shares = np.where(shares < NEAR, 0.0, np.where(shares > 1 - NEAR, 1.0, shares))
        levels = low + shares * (high - low)
        effort = self.effort_of(levels)
        if effort > self.effort:  # rounded down, so that the bound holds
            shrunk = self.baseline + np.floor((levels - self.baseline) * self.effort / effort * 1e6) / 1e6
            levels = np.where(self._free, np.clip(shrunk, low, high), levels)
        start = self.core.policy_start
        later = point[len(self.limits) :] * LATEST_SHIFT
        dates = dict(zip(self.groups, start + np.round(later * 4) / 4, strict=True))
        moved = np.abs(levels - self.baseline) >= NEAR * self._widths
        return {
            lever.name: (float(f"{level:.6g}"), float(dates[self.core.lever_table.group_of(lever.name)]))
            for lever, level, moves in zip(self.levers, levels, moved, strict=True)
            if moves
        }

    def mix(self, settings: Settings, name: str = "mix") -> Strategy:
        """Give the strategy of some settings, at its own cost."""
        base = self.core.strategy(BASELINE)
        years = self.core.lever_table.ramp_years
        paths = {
            lever: base.paths[lever].ramp_to(level, date, years) for lever, (level, date) in settings.items()
        }
        title = Bilingual(en=name, zh=name)
        return replace(
            base,
            name=name,
            title=title,
            description=title,
            budget="own",
            paths={**base.paths, **paths},
            notes="",
            references=(),
            parents=(),
            switch=None,
        )

    def at_bounds(self, settings: Settings) -> dict[str, str]:
        """Say which levers a mix moves to an end of what they may do: "low" or "high"."""
        found = {}
        for name, (level, _) in settings.items():
            low, high = self.limits[name]
            near = NEAR * (high - low)
            if level <= low + near or level >= high - near:
                found[name] = "low" if level <= low + near else "high"
        return found


def read_limits(
    core: Core, levers: Sequence[str] | None, ranges: Mapping[str, tuple[float, float]]
) -> dict[str, tuple[float, float]]:
    """Give the limits of the levers that may move, by default all in their ranges.

    Raises InputError with all faults: unknown levers, limits that do not rise or leave the range.
    """
    faults = FaultList()
    names = list(core.levers) if levers is None else list(dict.fromkeys([*levers, *ranges]))
    for name in [*names, *(name for name in ranges if name not in names)]:
        if name not in core.levers:
            faults.append(Fault(f"lever {name}", unknown("lever", name, core.levers)))
    for name, (low, high) in ranges.items():
        lever = core.levers.get(name)
        if lever is None:
            continue
        where = f"range {name}={low:g}:{high:g}"
        if not low < high:
            faults.append(Fault(where, "the limits must rise; write LEVER=LOW:HIGH"))
        faults += [Fault(where, lever.fault_of(end)) for end in (low, high) if lever.fault_of(end)]
    if not names:
        faults.append(Fault("levers", "none may move; name at least one"))
    faults.raise_any()
    return {name: ranges.get(name, core.levers[name].range) for name in names}
