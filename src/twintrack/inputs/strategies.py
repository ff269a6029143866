"""Strategies: what is done with the levers over time.

A strategy starts from a named parent (`extends`) or from the weighted mean of others (`mix`), and then moves
levers of its own, also in what a parent switches to. It may then go over to another one (`switch`): at a
date, which makes plain paths of both, or once something has happened, which only a run can tell.
`StrategyLibrary.resolve` follows all that and gives the merged result.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from twintrack.errors import Fault, InputError
from twintrack.inputs.levers import LeverTable
from twintrack.inputs.paths import TimePath, all_times, sides, weighted_mean
from twintrack.inputs.schemas import Bilingual, StrategyFile, SwitchEntry
from twintrack.inputs.settings import Setting, Where
from twintrack.inputs.switches import Switch
from twintrack.inputs.validation import FaultList, unknown, validated
from twintrack.inputs.yaml_files import Document, read_document, read_value, shown, yaml_files

BASELINE = "baseline"
"""The strategy that all others start from and are compared with."""

SHARES_OF_ONE = (("stage_share_basic", "stage_share_applied"),)
"""Levers that are shares of one whole, whose rest is a further share: together at most one at any time."""

WEIGHT_TOLERANCE = 1e-9

HOLD_YEARS = 1.0
"""How long something must have been so before a strategy switches, when its file does not say."""

_TERM = re.compile(r"(?P<weight>\d+(\.\d*)?|\.\d+)\s*[*\s]\s*(?P<name>\S+)")


@dataclass(frozen=True)
class Strategy:
    """A strategy with every lever's path merged from its parents and its own settings."""

    name: str
    title: Bilingual
    description: Bilingual
    budget: Literal["own", "equal"]
    notes: str
    references: tuple[str, ...]
    paths: Mapping[str, TimePath]
    baseline: Mapping[str, TimePath] = field(repr=False)
    """The paths of the baseline, from which `own` is told."""
    files: tuple[Path, ...] = ()
    """All files that it was read from, its parents' and the baseline's included."""
    switch: Switch | None = None
    """What it goes over to once something has happened; `paths` hold until then."""

    @property
    def own(self) -> dict[str, TimePath]:
        """The paths of the levers that differ from the baseline."""
        return {name: path for name, path in self.paths.items() if path != self.baseline[name]}


_Course = tuple[Mapping[str, TimePath], Switch | None]
"""What is done until a switch, and the switch where there is one."""


class StrategyLibrary:
    """The strategies in some folders; a name is looked up in the first folder that has it."""

    def __init__(self, table: LeverTable, folders: Sequence[Path]) -> None:
        self.table = table
        self.folders = tuple(folders)

    def names(self) -> list[str]:
        """List the names of all strategies, the baseline first."""
        names = {BASELINE} | {path.stem for folder in self.folders for path in yaml_files(folder)}
        return sorted(names, key=lambda name: (name != BASELINE, name))

    def find(self, name: str, beside: Path | None = None) -> Path | None:
        """Give the file of a named strategy, None for a name that no folder has.

        `beside` is a folder that is looked through after the current one's strategies/.
        """
        first, *others = self.folders
        for folder in (first, *([beside] if beside else []), *others):
            for path in yaml_files(folder):
                if path.stem == name:
                    return path
        return None

    def resolve(
        self,
        reference: str | Path | Strategy,
        overrides: Mapping[str, Any] | None = None,
        *,
        origin: str = "--set",
        where: str = "",
    ) -> Strategy:
        """Give the merged strategy.

        `reference` is a name, a path to a .yaml file, a mix such as "0.6 pure_catchup + 0.4 baseline", or a
        strategy already merged. `overrides` sets levers on top: numbers, mappings from dates to numbers, or
        the YAML text of either. Raises InputError with all faults of all files read and of the overrides,
        which are located at "<origin> NAME=VALUE"; `where` is the place of the reference itself. Levers set
        on top of a strategy that switches hold before and after.
        """
        faults = FaultList()
        strategy: Strategy | None = None
        settings: dict[str, Setting] = {}
        with faults:
            if isinstance(reference, Strategy):
                strategy = reference
            else:
                strategy = _Loading(self).strategy(reference, where)
        with faults:
            settings = self._override_settings(overrides or {}, origin)
        if strategy is None or faults:
            raise InputError(faults)
        if not settings:
            return strategy
        paths = self.table.moved(strategy.paths, settings)
        switch = strategy.switch and strategy.switch.moved(settings, self.table)
        over = shares_fault(paths) or (switch and shares_fault(switch.paths))
        if over:
            given = " ".join(f"{origin} {name}={value}" for name, value in (overrides or {}).items())
            raise InputError(Fault(given, over))
        return replace(strategy, paths=paths, switch=switch)

    def _override_settings(self, overrides: Mapping[str, Any], origin: str) -> dict[str, Setting]:
        faults = FaultList()
        settings: dict[str, Setting] = {}
        for name, value in overrides.items():
            place = f"{origin} {name}={value}"
            with faults:
                plain = read_value(value, place) if isinstance(value, str) else value
                settings |= self.table.read_settings({name: plain}, lambda *_, at=place: at)
        faults.raise_any()
        return settings


def shares_fault(paths: Mapping[str, TimePath]) -> str:
    """Say which shares of one whole exceed it at some time, "" when none do."""
    for names in SHARES_OF_ONE:
        parts = [paths[name] for name in names if name in paths]
        for time in all_times(parts):
            total = max(map(sum, sides(parts, time)))
            if total > 1 + WEIGHT_TOLERANCE:
                return f"{' and '.join(names)} add up to {total:.4g} in {time:g}; keep them at 1 in all"
    return ""


def mix_terms(text: str, place: str) -> dict[str, float] | None:
    """Read "0.6 a + 0.4 b" as {"a": 0.6, "b": 0.4}; None for a text that is not such a mix.

    Raises InputError, located at `place`, for a mix that names one strategy twice.
    """
    matches = [_TERM.fullmatch(part.strip()) for part in re.split(r"\s\+\s", text)]
    terms = [(match["name"], float(match["weight"])) for match in matches if match]
    if len(terms) < len(matches):
        return None
    if len({name for name, _ in terms}) < len(terms):
        raise InputError(Fault(place, "a strategy stands in the mix twice; add its weights up"))
    return dict(terms)


class _Loading:
    """One loading of a strategy with all its parents; each file is read once."""

    def __init__(self, library: StrategyLibrary) -> None:
        self.library = library
        self.table = library.table
        self.trail: list[Path] = []
        self.done: dict[Path, Strategy] = {}

    def strategy(self, reference: str | Path, where: str) -> Strategy:
        faults = FaultList()
        base, strategy = None, None
        with faults:
            base = self.named(BASELINE, "", None)
        with faults:
            strategy = self.referenced(reference, where)
        if base is None or strategy is None:
            raise InputError(faults)
        return replace(strategy, baseline=base.paths, files=tuple(self.done))

    def referenced(self, reference: str | Path, where: str, beside: Path | None = None) -> Strategy:
        text = str(reference)
        if isinstance(reference, Path) or text.endswith((".yaml", ".yml")):
            path = (beside or Path()) / reference
            if beside is not None and not path.exists():
                raise InputError(Fault(where, f'there is no file "{shown(path)}"'))
            self._refuse_circle(path, where)
            return self.file(path)
        place = where or f'strategy "{text}"'
        terms = mix_terms(text, place)
        if terms is None:
            return self.named(text, place, beside)
        paths = self.mixed(terms, lambda *_: place, beside)
        titles = [(f"{weight:g}", self.named(name, place, beside).title) for name, weight in terms.items()]
        title = Bilingual(
            **{
                language: " + ".join(f"{weight} {title.get(language)}" for weight, title in titles)
                for language in ("en", "zh")
            }
        )
        return Strategy(text, title, title, "own", "", (), paths, {})

    def named(self, name: str, place: str, beside: Path | None) -> Strategy:
        path = self.library.find(name, beside)
        if path is not None:
            self._refuse_circle(path, place)
            return self.file(path)
        if name == BASELINE:
            title = Bilingual(en="Baseline", zh="基准")
            return Strategy(BASELINE, title, title, "own", "", (), self.table.constants(), {})
        folders = ", ".join(dict.fromkeys(shown(folder) for folder in self.library.folders))
        message = f"{unknown('strategy', name, self.library.names())} (looked in {folders})"
        raise InputError(Fault(place, message))

    def file(self, path: Path) -> Strategy:
        key = path.absolute()
        if key not in self.done:
            self.trail.append(key)
            try:
                self.done[key] = self._read(read_document(path))
            finally:
                self.trail.pop()
        return self.done[key]

    def mixed(self, terms: Mapping[str, float], where: Where, beside: Path | None) -> dict[str, TimePath]:
        """Give the weighted mean of members' paths; `where(member)` is the place of a member's weight."""
        faults = FaultList(
            Fault(where(name), f"the weight of {name} must be from 0 to 1, not {weight:g}")
            for name, weight in terms.items()
            if not 0 <= weight <= 1
        )
        total = sum(terms.values())
        if abs(total - 1) > WEIGHT_TOLERANCE:
            faults.append(Fault(where(), f"the weights of the mix must sum to 1; they sum to {total:.10g}"))
        members: list[Strategy] = []
        for name in terms:
            with faults:
                members.append(self._without_switch(self.named(name, where(name), beside), where(name)))
        faults.raise_any()
        weights = list(terms.values())
        return {
            lever: weighted_mean([member.paths[lever] for member in members], weights)
            for lever in self.table.levers
        }

    @staticmethod
    def _without_switch(member: Strategy, place: str) -> Strategy:
        if member.switch is not None:
            message = (
                f"{member.name} switches {member.switch}; only strategies that do not switch can be mixed or"
                ' switched to (a mix may have a "switch:" of its own)'
            )
            raise InputError(Fault(place, message))
        return member

    def _refuse_circle(self, path: Path, place: str) -> None:
        key = path.absolute()
        if key in self.trail:
            circle = [*self.trail[self.trail.index(key) :], key]
            names = " -> ".join(step.stem for step in circle)
            message = f"strategies refer to one another in a circle: {names}; take one step of it out"
            raise InputError(Fault(place, message))

    def _read(self, document: Document) -> Strategy:
        faults = FaultList()
        file: StrategyFile | None = None
        parent: _Course = ({}, None)
        target: Strategy | None = None
        settings: dict[str, Setting] = {}
        hints = dict.fromkeys(self.table.levers, 'it is a lever: write it under "levers:", indented')
        with faults:
            file = validated(document, StrategyFile, hints)
        with faults:
            parent = self._parent_course(document)
        with faults:
            target = self._target(document)
        with faults:
            levers = document.data.get("levers")
            settings = self.table.read_settings(levers, partial(document.where, "levers"))
        if file is None or faults:
            raise InputError(faults)
        paths, switch = self._course(document, file, settings, parent, target)
        title = file.title or Bilingual(en=document.name, zh=document.name)
        description = file.description or title
        own = (file.budget, file.notes, file.references)
        return Strategy(document.name, title, description, *own, paths, {}, switch=switch)

    def _course(
        self,
        document: Document,
        file: StrategyFile,
        settings: Mapping[str, Setting],
        parent: _Course,
        target: Strategy | None,
    ) -> _Course:
        """Give the paths and the switch of a file: its levers on top of the parent's, then its own switch."""
        paths = self.table.moved(parent[0], settings)
        switch = parent[1] and parent[1].moved(settings, self.table)
        over = shares_fault(paths) or (switch and shares_fault(switch.paths))
        if over:
            shares = [name for name in settings if any(name in names for names in SHARES_OF_ONE)]
            place = document.where("levers", shares[-1]) if shares else document.where("mix")
            raise InputError(Fault(place, over))
        if "switch" not in document.data:
            return paths, switch
        if file.switch is None or target is None:
            return paths, None
        return self._switched(paths, file.switch, target)

    def _switched(self, paths: Mapping[str, TimePath], entry: SwitchEntry, target: Strategy) -> _Course:
        """Give the paths and the switch that lead to a target: no switch where a date makes plain paths."""
        ramp = self.table.ramp_years if entry.ramp_years is None else entry.ramp_years
        when = entry.when
        if when.date is not None:
            return {
                name: path.over_to(target.paths[name], when.date, ramp) for name, path in paths.items()
            }, None
        years = HOLD_YEARS if when.for_years is None else when.for_years
        return paths, Switch(target.name, when.below or 0.0, years, ramp, target.paths)

    def _target(self, document: Document) -> Strategy | None:
        """Give the strategy that a file switches to; what is wrong with its form is told by its schema."""
        entry = document.data.get("switch")
        if not isinstance(entry, Mapping):
            return None
        faults = FaultList()
        target: Strategy | None = None
        settings: dict[str, Setting] = {}
        to, place = entry.get("to"), document.where("switch", "to")
        with faults:
            target = self.referenced(to, place, document.path.parent) if isinstance(to, str) and to else None
            target = target and self._without_switch(target, place)
        with faults:
            settings = self.table.read_settings(
                entry.get("levers"), partial(document.where, "switch", "levers")
            )
        faults.raise_any()
        if target is None or not settings:
            return target
        moved = replace(
            target, name=f"{target.name} with levers set", paths=self.table.moved(target.paths, settings)
        )
        over = shares_fault(moved.paths)
        if over:
            raise InputError(Fault(document.where("switch", "levers"), over))
        return moved

    def _parent_course(self, document: Document) -> _Course:
        """Give what a file starts from; what is wrong with its form is told by its schema."""
        mix, extends = document.data.get("mix"), document.data.get("extends")
        beside = document.path.parent
        if mix is not None and extends is not None:
            later = max(("mix", "extends"), key=lambda key: document.lines[(key,)])
            message = 'a strategy has either "extends" or "mix"; delete one (further levers may follow a mix)'
            raise InputError(Fault(document.where(later), message))
        if mix is not None:
            weights = mix.values() if isinstance(mix, Mapping) else [None]
            numbers = all(isinstance(weight, int | float) for weight in weights)
            return (self.mixed(mix, partial(document.where, "mix"), beside) if numbers else {}), None
        if extends is None and document.name == BASELINE:
            return self.table.constants(), None
        name = BASELINE if extends is None else extends
        if not isinstance(name, str):
            return {}, None
        parent = self.named(name, document.where("extends"), beside)
        return parent.paths, parent.switch
