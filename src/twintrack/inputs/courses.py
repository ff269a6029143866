"""Courses: what is done with the levers, and which file said so; several of them put together.

Parts that say different things about one lever, about the budget or about the switch clash, unless the file
that puts them together decides it. What no part says is as in the baseline.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from twintrack.errors import Fault, InputError
from twintrack.inputs.levers import LeverTable
from twintrack.inputs.paths import TimePath
from twintrack.inputs.settings import Setting
from twintrack.inputs.switches import Said, Switch, switch_text

Budget = Literal["own", "equal", "equal_central"]
"""Money as it stands; scaled to the baseline's cost in each world; scaled once, in the central world."""
Paths = Mapping[str, TimePath]

BUDGET, SWITCH = "budget", "switch"
"""Keys of `Said` beside the levers."""


@dataclass(frozen=True)
class Course:
    """What is done.

    Attributes:
        paths: Path of every lever, until a switch if there is one.
        switch: What it goes over to; None for never.
        budget: The budget rule; None where no file says one.
        unscaled: Money levers that an equal budget leaves as they are.
        said: Places of what is said about levers, the budget and the switch; what only the baseline says is
            not among them.
    """

    paths: Paths
    switch: Switch | None = None
    budget: Budget | None = None
    unscaled: frozenset[str] = frozenset()
    said: Said = field(default_factory=dict)

    def moved(self, settings: Mapping[str, Setting], table: LeverTable, said: Said) -> Course:
        """Give the course with some levers set anew, before and after a switch."""
        switch = self.switch and self.switch.moved(settings, table, said)
        return replace(
            self, paths=table.moved(self.paths, settings), switch=switch, said={**self.said, **said}
        )

    def told(self, key: str, place: str) -> Course:
        """Give the course with the place of its budget or switch."""
        return replace(self, said={**self.said, key: place})


def combined(parts: Sequence[Course], start: Paths, decided: Collection[str], where: str) -> Course:
    """Put parts together.

    `start` are the paths of the baseline: a lever follows them that no part sets, and one that parts dispute
    and the file that puts them together sets itself. `decided` is what that file says: levers, BUDGET and
    SWITCH. Raises InputError at `where` with all clashes.
    """
    meeting = _Meeting(decided, where)
    paths, said = meeting.levers(start, [(part.paths, part.said) for part in parts])
    switch = meeting.switch(parts)
    if switch is not None:
        later = [
            (part.switch.paths, part.switch.said) if part.switch else (part.paths, part.said)
            for part in parts
        ]
        after, said_after = meeting.levers(start, later, " after the switch")
        switch = replace(switch, paths=after, said=said_after)
    budget = meeting.budget(parts)
    if meeting.clashes:
        raise InputError(meeting.clashes.values())
    also = {key: part.said[key] for key in (BUDGET, SWITCH) for part in parts if key in part.said}
    unscaled = frozenset().union(*(part.unscaled for part in parts))
    return Course(paths, switch, budget, unscaled, {**said, **also})


class _Meeting:
    """Parts that meet in one file: who says what, and what they dispute."""

    def __init__(self, decided: Collection[str], where: str) -> None:
        self.decided, self.where = decided, where
        self.clashes: dict[str, Fault] = {}

    def levers(self, start: Paths, parts: Sequence[tuple[Paths, Said]], when: str = "") -> tuple[Paths, Said]:
        """Give every lever's path and the places that set one; a disputed lever follows `start`."""
        paths, said = dict(start), {}
        for name in start:
            claims = {path[name]: places[name] for path, places in parts if name in places}
            if len(claims) == 1:
                ((paths[name], said[name]),) = claims.items()
            elif claims:
                self._dispute(name, f"{name}{when}", claims.values(), f'{name} under "levers:"')
        return paths, said

    def switch(self, parts: Iterable[Course]) -> Switch | None:
        """Give the switch of the first part that has one; the levers after it are looked at by themselves."""
        telling = [part for part in parts if SWITCH in part.said]
        claims = {switch_text(part.switch): part.said[SWITCH] for part in telling}
        if len(claims) == 1:
            return telling[0].switch if SWITCH not in self.decided else None
        if claims:
            self._dispute(SWITCH, "when to switch", claims.values(), 'a "switch:" of its own, or none,')
        return None

    def budget(self, parts: Iterable[Course]) -> Budget | None:
        claims = {part.budget: part.said[BUDGET] for part in parts if BUDGET in part.said}
        if len(claims) > 1:
            self._dispute(BUDGET, "the budget", claims.values(), '"budget:"')
        return next(iter(claims), None)

    def _dispute(self, key: str, over: str, places: Iterable[str], remedy: str) -> None:
        if key in self.decided or key in self.clashes:
            return
        message = (
            f"the parts clash over {over}, which {' and '.join(places)} set differently; "
            f"write {remedy} here, or take a part out"
        )
        self.clashes[key] = Fault(self.where, message)
