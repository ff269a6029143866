"""Asking backwards: the smallest change of beliefs, or of levers, that makes a statement true.

Of beliefs the search starts from the medians of the worlds. What it finds is one world, and no proof that
many are like it: the share of worlds in which the statement holds is told before and after, with all worlds
changed alike. Levers are changed for a share of worlds; the change is found on some of them, chosen evenly by
how far they are from what is asked for, and then made as long as all of them need.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from twintrack.core import Core
from twintrack.decisions import whatif_solver as solver
from twintrack.decisions.spreading import evenly_by
from twintrack.decisions.whatif_margins import REACH, Beliefs, Levers, over_worlds
from twintrack.decisions.whatif_question import Question, read_question
from twintrack.decisions.whatif_solver import Change, Probe
from twintrack.equations.structure import Array
from twintrack.errors import Fault, InputError
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.schemas import Bilingual
from twintrack.inputs.strategies import Strategy
from twintrack.runs.arguments import check_arguments
from twintrack.runs.asked import tell_notes
from twintrack.runs.candidates import Worlds
from twintrack.stored import stored
from twintrack.worlds.basis import basis_of
from twintrack.worlds.drawing import draw_worlds
from twintrack.worlds.tables import table_digest

if TYPE_CHECKING:
    import pandas as pd

Changing = Literal["beliefs", "levers"]
Tell = Callable[[str], None]

WORLDS = 2000
"""Worlds in which shares are told."""
SEARCHED = 100
"""Worlds, of these, in which levers are searched, or beliefs for a share of worlds."""
SHOWN = 0.05
"""Changes smaller than this, in prior standard deviations or shares of the range, are not listed."""


@dataclass(frozen=True)
class Asked:
    """How a question is to be answered.

    Attributes:
        question: What is to become true.
        changing: Whether beliefs or levers change; by default levers where a share of worlds is asked for.
        scenario: Name of the outside world.
        worlds: Worlds in which shares are told.
        seed: Seed of the draw of the worlds and of the search.
        prior: Draw worlds from the prior.
        equal_cost: Whether each strategy costs in each world what the baseline does; beliefs only.
    """

    question: Question
    changing: Changing
    scenario: str = CENTRAL
    worlds: int = WORLDS
    seed: int = 1
    prior: bool = False
    equal_cost: bool = False


@dataclass(frozen=True)
class Moved:
    """One unknown that changes: before, after, in its unit, and by how much of the measure of distance."""

    name: str
    unit: str
    before: float
    after: float
    change: float


@dataclass(frozen=True)
class Answer:
    """A change that makes the statement true, with the run that proves it.

    Attributes:
        kind: "shortest", "fewest", or "unlike": with other leading unknowns.
        distance: Length of the change, in prior standard deviations, or in shares of levers' ranges.
        moved: What changes, the largest change first.
        margin: How far beyond what is asked for, in the outcome's unit.
        values: The outcome of each strategy there; the median where there are many worlds.
        share_after: Share of worlds in which the statement holds after the change.
        cost: Mean public cost after and before, present value; None for beliefs.
        world: The world that proves it, a value for each parameter; None for levers.
        strategy: The strategy that proves it; None for beliefs.
    """

    kind: str
    distance: float
    moved: tuple[Moved, ...]
    margin: float
    values: Mapping[str, float]
    share_after: float
    cost: tuple[float, float] | None = None
    world: Mapping[str, float] | None = None
    strategy: Strategy | None = None


@dataclass(frozen=True)
class Reached:
    """Where nothing was found: the largest margin that was met, and by which change."""

    margin: float
    moved: tuple[Moved, ...]
    worlds_margin: float
    """The largest margin in any of the worlds, as they are."""


@dataclass(frozen=True)
class WhatIf:
    """What has to change for a statement to be true.

    Attributes:
        asked: The question and its settings.
        origin: Where the worlds come from: "posterior" or "prior".
        margin: How far from what is asked for, before any change; not negative where it is true already.
        values: The outcome of each strategy before.
        share_before: Share of worlds in which it is true before.
        answers: The shortest change, that of fewest unknowns, and others; empty where none was found.
        reached: Where none was found, what was reached.
        runs: Runs that it took.
        notes: What a user should know.
    """

    asked: Asked
    origin: str
    margin: float
    values: Mapping[str, float]
    share_before: float
    answers: tuple[Answer, ...]
    reached: Reached | None
    runs: int
    notes: tuple[str, ...] = ()

    @property
    def already(self) -> bool:
        """Whether the statement is true without any change."""
        return self.margin >= 0


def ask(
    core: Core,
    text: str,
    *,
    changing: Changing | None = None,
    scenario: str = CENTRAL,
    worlds: int = WORLDS,
    seed: int = 1,
    prior: bool = False,
    equal_cost: bool = False,
    tell: Tell = lambda _: None,
) -> WhatIf:
    """Answer a question of the forms in `twintrack.decisions.whatif_question`; see `Asked` for the rest.

    The same question, content and seed give the same answer. `tell` is told what is done. Raises InputError
    with all faults.
    """
    check_arguments(count=worlds, seed=seed, prior=prior)
    question = read_question(text, core)
    chosen: Changing = changing or ("beliefs" if question.share is None else "levers")
    if equal_cost and chosen == "levers":
        message = "levers change at their own cost, which is told beside the answer; leave it out"
        raise InputError(Fault("equal cost", message))
    if worlds < 2:
        raise InputError(Fault("worlds", f"at least 2 worlds are needed, not {worlds}"))
    asked = Asked(question, chosen, scenario, worlds, seed, prior, equal_cost)
    frame, notes = draw_worlds(core, worlds, seed, prior=prior)
    tell_notes(notes)
    search = (_BeliefSearch if chosen == "beliefs" else _LeverSearch)(core, asked, frame, tell)
    return search.answer(str(frame.attrs["worlds"]))


@dataclass
class _Search:
    """What both kinds of unknowns share: the stages of the search, each kept when it is done."""

    core: Core
    asked: Asked
    frame: pd.DataFrame
    tell: Tell
    most_unlike: int = 4
    notes: list[str] = field(default_factory=list)

    probe: Probe = field(init=False)

    def stage(self, name: str, make: Callable[[], list[Change]]) -> list[Change]:
        """Give what a stage of the search finds; what was worked out before is read."""
        described = "\0".join(
            (
                name,
                repr(self.asked),
                repr([self.core.strategy(known) for known in self.asked.question.strategies]),
                repr(self.core.scenario(self.asked.scenario)),
                repr(basis_of(self.core)),
                table_digest((str(name), self.frame[name].to_numpy()) for name in self.frame),
            )
        )
        self.tell(f"looking for {name}")
        return stored("whatif", described, ("decisions",), list, make)

    def changes(self, starts: Sequence[Array]) -> Iterator[tuple[str, Change]]:
        """Give the changes that do, with their kinds."""
        shortest = self.stage("the shortest way", lambda: _some(solver.nearest(self.probe)))
        fewest = self.stage("the fewest", lambda: _some(solver.fewest(self.probe, self.asked.seed)))
        if not shortest and not fewest:
            shortest = self.stage("a way from worlds where it holds", lambda: self._from(starts))
        yield from (("shortest", change) for change in shortest)
        yield from (("fewest", change) for change in fewest)
        if shortest:
            others = self.stage(
                "ways unlike it", lambda: solver.unlike(self.probe, shortest[0], starts, self.most_unlike)
            )
            yield from (("unlike", change) for change in others if change.distance > shortest[0].distance)

    def _from(self, starts: Sequence[Array]) -> list[Change]:
        found = [change for start in starts if (change := solver.shortest(self.probe, start)) is not None]
        return sorted(found, key=lambda change: change.distance)[:1]


def _some(change: Change | None) -> list[Change]:
    return [] if change is None else [change]


class _BeliefSearch(_Search):
    """Beliefs about the world change: the same way in all worlds."""

    def answer(self, origin: str) -> WhatIf:
        asked, question = self.asked, self.asked.question
        self.beliefs = beliefs = Beliefs(
            self.core, question, self.frame, asked.scenario, equal_cost=asked.equal_cost
        )
        self.tell("running all worlds as they are")
        margins = beliefs.margins(beliefs.scores)
        if question.share is None:
            self.start = np.median(beliefs.scores, axis=1)[:, None]
            low, high = -REACH - self.start[:, 0], REACH - self.start[:, 0]
        else:
            self.start = beliefs.scores[:, evenly_by(margins, SEARCHED // 4)]
            low, high = np.full(len(self.start), -REACH), np.full(len(self.start), REACH)
        margin = beliefs.shifted(self.start)
        self.probe = Probe(margin, low, high, two_sided=question.share is None)
        before = float(margin(np.zeros((len(low), 1)))[0])
        values = beliefs.outcomes(self.start)
        answers: tuple[Answer, ...] = ()
        reached = None
        if before < 0:
            starts = self._starts(margins) if question.share is None else []
            answers = tuple(self._answered(kind, change) for kind, change in self.changes(starts))
            reached = None if answers else self._reached(float(np.nanmax(margins)))
        return WhatIf(
            asked,
            origin,
            before,
            _medians(question, values),
            float((margins >= 0).mean()),
            answers,
            reached,
            beliefs.runs,
        )

    def _starts(self, margins: Array) -> list[Array]:
        """Give the changes that lead to the two nearest worlds in which it holds."""
        ways = np.clip(self.beliefs.scores, -REACH, REACH)[:, margins >= 0] - self.start
        order = np.argsort(np.linalg.norm(ways, axis=0), kind="stable")[:2]
        return [ways[:, place] for place in order]

    def _reached(self, worlds_margin: float) -> Reached:
        (best,) = self.stage("the largest margin", lambda: [solver.furthest(self.probe)])
        return Reached(best.margin, self._moved(best.values), worlds_margin)

    def _answered(self, kind: str, change: Change) -> Answer:
        everywhere = np.clip(self.beliefs.scores + change.values[:, None], -REACH, REACH)
        share = float((self.beliefs.margins(everywhere) >= 0).mean())
        there = np.clip(self.start + change.values[:, None], -REACH, REACH)
        world = None
        if there.shape[1] == 1:
            world = {name: float(values[0]) for name, values in self.beliefs.unknowns.worlds(there).items()}
        values = _medians(self.asked.question, self.beliefs.outcomes(there))
        return Answer(
            kind, change.distance, self._moved(change.values), change.margin, values, share, world=world
        )

    def _moved(self, change: Array) -> tuple[Moved, ...]:
        middle = np.median(self.start, axis=1)[:, None]
        before, after = (
            self.beliefs.unknowns.worlds(np.clip(scores, -REACH, REACH))
            for scores in (middle, middle + change[:, None])
        )
        return _sorted(
            Moved(
                name, self.core.world[name].unit, float(before[name][0]), float(after[name][0]), float(step)
            )
            for name, step in zip(self.beliefs.unknowns.names, change, strict=True)
        )


class _LeverSearch(_Search):
    """Levers of the strategy that is asked about change."""

    def answer(self, origin: str) -> WhatIf:
        asked, question = self.asked, self.asked.question
        self.most_unlike = 2
        if question.share is None:
            middle = Beliefs(self.core, question, self.frame, asked.scenario, equal_cost=False)
            world = middle.unknowns.worlds(np.median(middle.scores, axis=1)[:, None])
            self.whole = Worlds(world)
        else:
            self.whole = Worlds({str(name): self.frame[name].to_numpy(float) for name in self.frame})
        self.levers = Levers(self.core, question, self.whole, asked.scenario)
        self.tell("running all worlds as they are")
        none = np.zeros((len(self.levers.names), 1))
        self.before, self.cost_before = (array[0] for array in self.levers.values(none))
        margins = self.levers.margins(none)
        before = float(over_worlds(margins, question.share)[0])
        answers: tuple[Answer, ...] = ()
        reached = None
        some = self.levers
        if before < 0:
            places = evenly_by(margins[0], SEARCHED)
            some = Levers(self.core, question, self.whole.take(places), asked.scenario)
            self.probe = Probe(some.margin, some.low, some.high, two_sided=False, effort=10)
            found = ((kind, self._lengthened(change)) for kind, change in self.changes([]))
            answers = tuple(self._answered(kind, change) for kind, change in found if change is not None)
            if not answers:
                (best,) = self.stage("the largest margin", lambda: [solver.furthest(self.probe)])
                reached = Reached(best.margin, self._moved(best.values), float(np.nanmax(margins)))
        return WhatIf(
            asked,
            origin,
            before,
            {question.strategy: float(np.median(self.before))},
            float((margins >= 0).mean()),
            answers,
            reached,
            self.levers.candidates.runs + (some.candidates.runs if some is not self.levers else 0),
        )

    def _lengthened(self, change: Change) -> Change | None:
        """Make a change as long as all worlds need for the share; None when no length does."""
        low, high = self.levers.low, self.levers.high

        def at(scale: float) -> Change:
            values = np.clip(change.values * scale, low, high)
            return Change(values, float(self.levers.margin(values[:, None])[0]))

        short, far = 0.9, at(1.0)
        top = 1.0
        while not far.holds:
            short, top = top, top * 1.1
            if top > 1.7:
                return None
            far = at(top)
        for _ in range(4):
            middle = (short + top) / 2
            if (tried := at(middle)).holds:
                top, far = middle, tried
            else:
                short = middle
        return far

    def _answered(self, kind: str, change: Change) -> Answer:
        question, strategy = self.asked.question, self.levers.changed(change.values)
        values, cost = (array[0] for array in self.levers.values(change.values[:, None]))
        title = Bilingual(en=f"{strategy.title.en}, changed", zh=f"{strategy.title.zh}（调整后）")
        notes = f"Levers changed as little as makes this true ({kind}): {question}."
        proof = replace(strategy, title=title, description=title, notes=notes, references=())
        margins = self.levers.margins(change.values[:, None])
        return Answer(
            kind,
            change.distance,
            self._moved(change.values),
            change.margin,
            {question.strategy: float(np.median(values))},
            float((margins >= 0).mean()),
            cost=(float(cost.mean()), float(self.cost_before.mean())),
            strategy=proof,
        )

    def _moved(self, change: Array) -> tuple[Moved, ...]:
        before, after = self.levers.plan.paths, self.levers.changed(change).paths
        table, end = self.levers.table, self.core.equations.time.saved[-1]
        return _sorted(
            Moved(
                name,
                table.levers[name].unit,
                float(before[name].at(end)),
                float(after[name].at(end)),
                float(step),
            )
            for name, step in zip(self.levers.names, change, strict=True)
        )


def _medians(question: Question, values: Sequence[Array]) -> dict[str, float]:
    return {name: float(np.nanmedian(own)) for name, own in zip(question.strategies, values, strict=True)}


def _sorted(moved: Iterator[Moved]) -> tuple[Moved, ...]:
    return tuple(sorted((one for one in moved if one.change), key=lambda one: -abs(one.change)))
