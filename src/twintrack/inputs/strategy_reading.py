"""Reading a strategy with all its parents.

A strategy starts from a named parent or from several parts (`extends`), or from the weighted mean of others
(`mix`), and then moves levers of its own, also in what a parent switches to. It may then go over to another
one (`switch`): at a date, which makes plain paths of both, or once something has happened, which only a run
can tell.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from twintrack.errors import Fault, InputError
from twintrack.inputs.courses import BUDGET, SWITCH, Course, combined
from twintrack.inputs.levers import LeverTable
from twintrack.inputs.paths import weighted_mean
from twintrack.inputs.references import mix_advice, mix_terms, part_names
from twintrack.inputs.renamed import Renamed
from twintrack.inputs.schema_kinds import Bilingual
from twintrack.inputs.schemas import StrategyFile, SwitchEntry
from twintrack.inputs.settings import Setting, Where
from twintrack.inputs.strategies import (
    BASELINE,
    WEIGHT_TOLERANCE,
    Strategy,
    StrategyFolders,
)
from twintrack.inputs.switches import Switch
from twintrack.inputs.validation import FaultList, repeated, unknown, validated
from twintrack.inputs.yaml_files import Document, read_document, shown

HOLD_YEARS = 1.0
"""How long something must have been so before a strategy switches, when its file does not say."""


class StrategyReading:
    """One loading of a strategy with all its parents; each file is read once."""

    def __init__(self, folders: StrategyFolders, table: LeverTable, renamed: Renamed) -> None:
        self.folders, self.table, self.renamed = folders, table, renamed
        self.trail: list[Path] = []
        self.done: dict[Path, Strategy] = {}

    def strategy(self, reference: str | Path, where: str) -> Strategy:
        """Give a strategy with the baseline's paths and all files read. Raises InputError with all faults."""
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
        """Give what a name, a file, a mix or parts stand for; `where` is the place of the reference."""
        text = str(reference)
        if isinstance(reference, Path) or text.endswith((".yaml", ".yml")):
            path = (beside or Path()) / reference
            if beside is not None and not path.exists():
                raise InputError(Fault(where, f'there is no file "{shown(path)}"'))
            self._refuse_circle(path, where)
            return self.file(path)
        place = where or f'strategy "{text}"'
        if self.folders.find(text, beside) is not None:  # a file may be called as a mix is written
            return self.named(text, place, beside)
        terms = mix_terms(text, place)
        if terms is not None:
            return self._mix(text, terms, place, beside)
        parts = part_names(text)
        return self._joint(text, parts, place, beside) if parts else self.named(text, place, beside)

    def _mix(self, text: str, terms: Mapping[str, float], place: str, beside: Path | None) -> Strategy:
        course = self.mixed(terms, (), lambda *_: place, beside)
        titles = [(f"{weight:g}", self.named(name, place, beside).title) for name, weight in terms.items()]
        title = _joined(
            [Bilingual(en=f"{weight} {one.en}", zh=f"{weight} {one.zh}") for weight, one in titles]
        )
        return _made(text, title, course)

    def _joint(self, text: str, names: Sequence[str], place: str, beside: Path | None) -> Strategy:
        course = self.together(names, (), lambda *_: place, beside)
        title = _joined([self.named(name, place, beside).title for name in names])
        return replace(_made(text, title, course), parents=tuple(names))

    def named(self, name: str, place: str, beside: Path | None) -> Strategy:
        """Give the strategy or part of a name; the baseline is there without a file, too."""
        path = self.folders.find(name, beside)
        if path is not None:
            self._refuse_circle(path, place)
            return self.file(path)
        if name == BASELINE:
            title = Bilingual(en="Baseline", zh="基准")
            return Strategy(BASELINE, title, title, "own", "", (), self.table.constants(), {})
        folders = ", ".join(dict.fromkeys(shown(folder) for folder in self.folders.folders))
        advice = _file_advice(name) or mix_advice(name)
        message = f"{unknown('strategy', name, self.folders.known())} (looked in {folders}){advice}"
        raise InputError(Fault(place, message))

    def file(self, path: Path) -> Strategy:
        """Read a file, once."""
        key = path.absolute()
        if key not in self.done:
            self.trail.append(key)
            try:
                self.done[key] = self._read(read_document(path))
            finally:
                self.trail.pop()
        return self.done[key]

    def together(
        self, names: Sequence[str], decided: Collection[str], where: Where, beside: Path | None
    ) -> Course:
        """Put named parts together; `where(place)` is that of one part, `decided` as for `combined`."""
        faults = FaultList(repeated("strategy", names, where=where()))
        parts: list[Course] = []
        for place, name in enumerate(names):
            with faults:
                parts.append(self.named(name, where(place), beside).course)
        faults.raise_any()
        if len(parts) == 1:
            return parts[0]
        return combined(parts, self.named(BASELINE, where(), beside).paths, decided, where())

    def mixed(
        self, terms: Mapping[str, float], decided: Collection[str], where: Where, beside: Path | None
    ) -> Course:
        """Give the weighted mean of members' paths; `where(member)` is the place of a member's weight.

        Members must have one budget rule, unless BUDGET is `decided`.
        """
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
        # To the baseline, whose cost is what others are scaled to, all rules are the same.
        rules = {member.budget: member.name for member in members if member.name != BASELINE}
        if len(rules) > 1 and BUDGET not in decided:
            told = " and ".join(f"{rule} ({name})" for rule, name in rules.items())
            message = f'the members have different budgets, {told}; write "budget:" in a file with this mix'
            faults.append(Fault(where(), message))
        faults.raise_any()
        weights = list(terms.values())
        paths = {
            lever: weighted_mean([member.paths[lever] for member in members], weights)
            for lever in self.table.levers
        }
        said = {key for member in members for key in member.said if key in paths or key == BUDGET}
        budget = next(iter(rules), None) if BUDGET in said else None
        unscaled = frozenset().union(*(member.unscaled for member in members))
        return Course(paths, None, budget, unscaled, dict.fromkeys(said, where()))

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
        document = self.renamed.strategy(document, faults)
        file: StrategyFile | None = None
        parent: Course | None = None
        target: Strategy | None = None
        settings: dict[str, Setting] = {}
        hints = dict.fromkeys(self.table.levers, 'it is a lever: write it under "levers:", indented')
        with faults:
            file = validated(document, StrategyFile, hints)
        with faults:
            parent = self._parent(document)
        with faults:
            target = self._target(document)
        with faults:
            levers = document.data.get("levers")
            where = partial(document.where, "levers")
            settings = self.table.read_settings(levers, where, past=document.name == BASELINE)
        faults += self._early_switch(document, file)
        faults += self._unscaled_faults(document, file)
        faults += self._lost_budget(document, parent, target)
        if file is None or parent is None or faults:
            raise InputError(faults)
        course = self._course(document, file, parent, settings, target)
        title = file.title or Bilingual(en=document.name, zh=document.name)
        words = (document.name, title, file.description or title, course.budget or "own", file.notes)
        own = Strategy(*words, file.references, course.paths, {}, switch=course.switch, said=course.said)
        return replace(own, parents=file.extends or (), unscaled=course.unscaled)

    def _early_switch(self, document: Document, file: StrategyFile | None) -> list[Fault]:
        """Find a switch dated before policies start, which only the baseline may have."""
        date = file.switch.when.date if file and file.switch else None
        wrong = "" if date is None or document.name == BASELINE else self.table.too_early(date)
        return [Fault(document.where("switch", "when", "date"), f"{date:g} {wrong}")] if wrong else []

    def _unscaled_faults(self, document: Document, file: StrategyFile | None) -> list[Fault]:
        """Find what is named under `unscaled` and is no money lever."""
        money = self.table.money
        return [
            Fault(document.where("unscaled", place), unknown("money lever", name, money))
            for place, name in enumerate(file.unscaled if file else ())
            if name not in money
        ]

    @staticmethod
    def _lost_budget(document: Document, parent: Course | None, target: Strategy | None) -> list[Fault]:
        """Find a budget that would be lost: that of a strategy that is switched to."""
        if target is None or target.budget == "own" or BUDGET in document.data:
            return []
        if parent is not None and parent.budget == target.budget:
            return []
        message = (
            f"{target.name} has the budget {target.budget}, what switches to it another one; write"
            ' "budget:" here, which holds before and after'
        )
        return [Fault(document.where("switch", "to"), message)]

    def _course(
        self,
        document: Document,
        file: StrategyFile,
        parent: Course,
        settings: Mapping[str, Setting],
        target: Strategy | None,
    ) -> Course:
        """Give what a file does: its levers and budget on top of the parent's, then its own switch."""
        root = document.name == BASELINE
        said = {} if root else {name: document.where("levers", name) for name in settings}
        course = parent.moved(settings, self.table, said)
        if file.budget is not None:
            course = replace(course, budget=file.budget)
            course = course if root else course.told(BUDGET, document.where(BUDGET))
        course = replace(course, unscaled=course.unscaled.union(file.unscaled))
        if SWITCH not in document.data:
            return course
        place = document.where(SWITCH)
        course = replace(course, switch=None).told(SWITCH, place)
        return self._switched(course, file.switch, target, place) if file.switch and target else course

    def _switched(self, course: Course, entry: SwitchEntry, target: Strategy, place: str) -> Course:
        """Let a course lead over to a target: by a switch, or by plain paths where it has a date."""
        ramp = self.table.ramp_years if entry.ramp_years is None else entry.ramp_years
        when = entry.when
        said = dict.fromkeys((name for name in target.said if name in course.paths), place)
        if when.date is not None:
            paths = {
                name: path.over_to(target.paths[name], when.date, ramp) for name, path in course.paths.items()
            }
            return replace(course, paths=paths, said={**course.said, **said})
        years = HOLD_YEARS if when.for_years is None else when.for_years
        assert when.outcome is not None
        trigger = (target.name, when.outcome, when.below or 0.0, years, ramp)
        return replace(course, switch=Switch(*trigger, target.paths, said))

    def _target(self, document: Document) -> Strategy | None:
        """Give the strategy that a file switches to; what is wrong with its form is told by its schema."""
        entry = document.data.get("switch")
        if not isinstance(entry, Mapping):
            return None
        faults = FaultList()
        target: Strategy | None = None
        settings: dict[str, Setting] = {}
        to, place = entry.get("to"), document.where("switch", "to")
        where = partial(document.where, "switch", "levers")
        with faults:
            target = self.referenced(to, place, document.path.parent) if isinstance(to, str) and to else None
            target = target and self._without_switch(target, place)
        with faults:
            past = document.name == BASELINE
            settings = self.table.read_settings(entry.get("levers"), where, past=past)
        faults.raise_any()
        if target is None or not settings:
            return target
        course = target.course.moved(settings, self.table, {name: where(name) for name in settings})
        return replace(target, name=f"{target.name} with levers set", paths=course.paths, said=course.said)

    def _parent(self, document: Document) -> Course | None:
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
            decided = document.data.keys() & {BUDGET}
            return self.mixed(mix, decided, partial(document.where, "mix"), beside) if numbers else None
        if extends is None and document.name == BASELINE:
            return Course(self.table.constants())
        names = BASELINE if extends is None else extends
        names = (names,) if isinstance(names, str) else names
        if not isinstance(names, tuple) or not names or not all(isinstance(name, str) for name in names):
            return None
        levers = document.data.get("levers")
        decided = {*(levers if isinstance(levers, Mapping) else ()), *document.data.keys() & {BUDGET, SWITCH}}
        return self.together(names, decided, partial(document.where, "extends"), beside)


def _made(name: str, title: Bilingual, course: Course) -> Strategy:
    """Give a strategy that no file names."""
    words = (name, title, title, course.budget or "own", "")
    made = Strategy(*words, (), course.paths, {}, switch=course.switch, said=course.said)
    return replace(made, unscaled=course.unscaled)


def _joined(titles: Sequence[Bilingual]) -> Bilingual:
    return Bilingual(en=" + ".join(one.en for one in titles), zh=" + ".join(one.zh for one in titles))


def _file_advice(name: str) -> str:
    """Name a strategy file of the current folder, where a name is meant for it."""
    file = f"{name}.yaml"
    try:
        return f"; for the file in the current folder, write {file}" if Path(file).is_file() else ""
    except (OSError, ValueError):  # no name of a file
        return ""
