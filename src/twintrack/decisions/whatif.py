"""Asking backwards: the smallest change of beliefs, or of levers, that makes a statement true.

Of beliefs the search starts from the medians of the worlds. What it finds is one world, and no proof that
many are like it: the share of worlds in which the statement holds is told before and after, with all worlds
changed alike. Levers are changed for a share of worlds; the change is found on some of them, chosen evenly by
how far they are from what is asked for, and then made as long as all of them need.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from twintrack.calibration.unknowns import Unknowns
from twintrack.core import Core
from twintrack.decisions import whatif_solver as solver
from twintrack.decisions.spreading import evenly_by
from twintrack.decisions.stages import Stages, stages_of
from twintrack.decisions.whatif_answers import WORLDS, Answer, Asked, Changing, Moved, Reached, WhatIf
from twintrack.decisions.whatif_margins import REACH, Beliefs, Levers, over_worlds
from twintrack.decisions.whatif_question import Question, read_question
from twintrack.decisions.whatif_solver import Change, Margin, Probe
from twintrack.equations.structure import Array
from twintrack.errors import Fault, InputError, TwinTrackError
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.schema_kinds import Bilingual
from twintrack.inputs.validation import FaultList, unknown
from twintrack.runs.arguments import check_arguments
from twintrack.runs.asked import tell_notes
from twintrack.runs.candidates import Worlds
from twintrack.worlds.drawing import draw_worlds
from twintrack.worlds.sampling import sampled

if TYPE_CHECKING:
    import pandas as pd

Tell = Callable[[str], None]

SEARCHED = 100
"""Worlds, of these, in which levers are searched, or beliefs for a share of worlds."""
_LONGEST = 1.7
"""How much longer a change may become that was found in some worlds and is to do in all."""
SHOWN = 0.05
"""Changes smaller than this, in prior standard deviations or shares of the range, are not listed."""


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
    only: Sequence[str] = (),
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
    check_names(core, chosen, only)
    asked = Asked(question, chosen, scenario, worlds, seed, prior, equal_cost, tuple(only))
    frame, notes = draw_worlds(core, worlds, seed, prior=prior)
    tell_notes(notes)
    search = (_BeliefSearch if chosen == "beliefs" else _LeverSearch)(core, asked, frame, tell)
    return search.answer(str(frame.attrs["worlds"]))


def check_names(core: Core, changing: Changing, only: Sequence[str]) -> None:
    """Raise InputError for names that are no uncertain parameters, or no levers."""
    known = sampled(core.world) if changing == "beliefs" else list(core.levers)
    kind = "uncertain world parameter" if changing == "beliefs" else "lever"
    FaultList(Fault("only", unknown(kind, name, known)) for name in only if name not in known).raise_any()


def lengthened(margin: Margin, change: Change, low: Array, high: Array) -> Change | None:
    """Make a change that does in some worlds as long as all need, or a little shorter; None when none does.

    `margin` is that over all worlds; `low` and `high` are the limits of changes.
    """

    def at(scale: float) -> Change:
        values = np.clip(change.values * scale, low, high)
        return Change(values, float(margin(values[:, None])[0]))

    short, top, far = 0.9, 1.0, at(1.0)
    while not far.holds:
        short, top = top, top * 1.1
        if top > _LONGEST:
            return None
        far = at(top)
    for _ in range(4):
        middle = (short + top) / 2
        if (tried := at(middle)).holds:
            top, far = middle, tried
        else:
            short = middle
    return far


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

    stages: Stages = field(init=False)

    def __post_init__(self) -> None:
        strategies, scenario = self.asked.question.strategies, self.asked.scenario
        self.stages = stages_of(self.core, "whatif", self.asked, strategies, scenario, self.frame, self.tell)

    def stage(self, name: str, make: Callable[[], list[Change]]) -> list[Change]:
        """Give what a stage of the search finds."""
        return self.stages.run(f"looking for {name}", list, make)

    def limited(self, names: Sequence[str], low: Array, high: Array) -> tuple[Array, Array]:
        """Give limits of changes, of none for what may not change."""
        moves = np.array([not self.asked.only or name in self.asked.only for name in names])
        return np.where(moves, low, 0.0), np.where(moves, high, 0.0)

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
        low, high = self.limited(beliefs.unknowns.names, low, high)
        self.probe = Probe(margin, low, high, two_sided=question.share is None)
        before = float(margin(np.zeros((len(low), 1)))[0])
        if not np.isfinite(before):
            raise TwinTrackError(
                "in the worlds where the search begins, a strategy has no number, or cannot cost what the"
                " baseline costs; ask without equal cost, or about other strategies"
            )
        values = beliefs.outcomes(self.start)
        answers: tuple[Answer, ...] = ()
        reached = None
        if before < 0:
            starts = self._starts(margins) if question.share is None else []
            changes = self.changes(starts)
            if question.share is not None:
                changes = self._in_all_worlds(changes)
            answers = tuple(self._answered(kind, change) for kind, change in changes)
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

    def _in_all_worlds(self, changes: Iterable[tuple[str, Change]]) -> Iterator[tuple[str, Change]]:
        """Make changes as long as all worlds need for the share; leave out those that never do."""
        margin = self.beliefs.shifted(self.beliefs.scores)
        for kind, change in changes:
            found = lengthened(margin, change, self.probe.low, self.probe.high)
            if found is not None:
                yield kind, found

    def _starts(self, margins: Array) -> list[Array]:
        """Give the changes that lead to the two nearest worlds in which it holds."""
        ways = np.clip(self.beliefs.scores, -REACH, REACH)[:, margins >= 0] - self.start
        ways = np.clip(ways, self.probe.low[:, None], self.probe.high[:, None])
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
        self.everywhere = Levers(self.core, question, self._worlds(), asked.scenario)
        self.levers = self.everywhere
        if question.share is None:
            self.levers = Levers(self.core, question, self._middle(), asked.scenario)
        self.tell("running all worlds as they are")
        none = np.zeros((len(self.levers.names), 1))
        own, self.cost_before = (array[0] for array in self.levers.values(none))
        margins = self.levers.beyond(own[None])
        before = float(over_worlds(margins, question.share)[0])
        answers: tuple[Answer, ...] = ()
        reached = None
        some = self.levers
        if before < 0:
            places = evenly_by(margins[0], SEARCHED)
            some = Levers(self.core, question, self.levers.worlds.take(places), asked.scenario)
            low, high = self.limited(some.names, some.low, some.high)
            self.probe = Probe(some.margin, low, high, two_sided=False, effort=10)
            whole = self.levers
            found = (
                (kind, lengthened(whole.margin, change, whole.low, whole.high))
                for kind, change in self.changes([])
            )
            answers = tuple(self._answered(kind, change) for kind, change in found if change is not None)
            if not answers:
                (best,) = self.stage("the largest margin", lambda: [solver.furthest(self.probe)])
                reached = Reached(best.margin, self._moved(best.values), float(np.nanmax(margins)))
        return WhatIf(
            asked,
            origin,
            before,
            self.levers.medians(own),
            self._share(none),
            answers,
            reached,
            sum(levers.candidates.runs for levers in {self.everywhere, self.levers, some}),
        )

    def _worlds(self) -> Worlds:
        return Worlds({str(name): self.frame[name].to_numpy(float) for name in self.frame})

    def _middle(self) -> Worlds:
        """Give the world of the medians."""
        unknowns = Unknowns(self.core.world)
        scores = unknowns.parameter_scores(
            {name: self.frame[name].to_numpy(float) for name in unknowns.names}
        )
        return Worlds(unknowns.worlds(np.median(scores, axis=1)[:, None]))

    def _share(self, change: Array) -> float:
        """Give the share of all worlds in which a change, shape (levers, 1), makes it true."""
        return float((self.everywhere.margins(change) >= 0).mean())

    def _answered(self, kind: str, change: Change) -> Answer:
        question, strategy = self.asked.question, self.levers.changed(change.values)
        values, cost = (array[0] for array in self.levers.values(change.values[:, None]))
        title = Bilingual(en=f"{strategy.title.en}, changed", zh=f"{strategy.title.zh}（调整后）")
        notes = f"Levers changed as little as makes this true ({kind}): {question}."
        proof = replace(strategy, title=title, description=title, notes=notes, references=())
        return Answer(
            kind,
            change.distance,
            self._moved(change.values),
            change.margin,
            self.levers.medians(values),
            self._share(change.values[:, None]),
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
                before[name].value(end),
                after[name].value(end),
                float(step),
            )
            for name, step in zip(self.levers.names, change, strict=True)
        )


def _medians(question: Question, values: Sequence[Array]) -> dict[str, float]:
    return {name: float(np.nanmedian(own)) for name, own in zip(question.strategies, values, strict=True)}


def _sorted(moved: Iterator[Moved]) -> tuple[Moved, ...]:
    return tuple(sorted((one for one in moved if one.change), key=lambda one: -abs(one.change)))
