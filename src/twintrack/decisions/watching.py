"""Plans that watch and switch, against the best plan that is fixed beforehand; and what is worth watching.

Rules and fixed plans are raced in some worlds; the best of each meet in others, with the baseline's public
cost in each world. Differences are between plans in the same world.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from twintrack.core import Core
from twintrack.decisions.spreading import evenly_by
from twintrack.decisions.stages import Stages, stages_of
from twintrack.decisions.watching_rules import (
    BEST,
    THRESHOLDS,
    WATCHED,
    Fixed,
    Rule,
    dated_plans,
    first_rules,
    refined,
)
from twintrack.decisions.watching_signposts import Signpost, find_signposts
from twintrack.equations.structure import Array
from twintrack.errors import Fault, TwinTrackError
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.strategies import BASELINE, Strategy
from twintrack.inputs.validation import FaultList, repeated, unknown
from twintrack.runs.asked import tell_notes
from twintrack.runs.candidates import Candidates, Wanted, Worlds
from twintrack.runs.switching import SHARE, SWITCH_VARIABLES
from twintrack.worlds.drawing import draw_worlds

ROUGH = 30
"""Worlds in which all plans are tried."""
AFFORDABLE = 0.002
"""Relative excess of cost that a plan may leave in a world while it is raced."""
MATCHED = 0.9
"""Share of worlds in which the cost of a plan must be made equal for it to take part."""
_ROUNDS = 8
MOST = 6
"""Strategies that take part at most where none is named: those that are best as they are."""
LEAST_LEAD = 2.0
"""Years before the end from which on a signpost comes too late."""


@dataclass(frozen=True)
class Watch:
    """What is asked.

    Attributes:
        outcome: Outcome that decides.
        year: Saved time at which it is read.
        strategies: Names of strategies that take part; none of them switches. None: the MOST best ones.
        ramp_years: Years that a switch takes; None: as levers do.
        training: Worlds in which plans are chosen.
        held_out: Worlds in which they are judged.
        scenario: Name of the outside world.
        seed: Seed of the worlds.
        prior: Draw worlds from the prior.
    """

    outcome: str
    year: float
    strategies: tuple[str, ...] = ()
    ramp_years: float | None = None
    training: int = 200
    held_out: int = 500
    scenario: str = CENTRAL
    seed: int = 1
    prior: bool = False


@dataclass(frozen=True)
class Difference:
    """How much better one plan is than another in the same worlds, in the outcome's unit.

    Attributes:
        mean: Mean over worlds; above 0 the first is better.
        error: Standard error of the mean.
        band: 5, 50 and 95 % of the worlds.
        better: Share of worlds in which the first is better.
        worlds: Worlds in which both can have the baseline's cost.
    """

    mean: float
    error: float
    band: tuple[float, float, float]
    better: float
    worlds: int

    @property
    def clear(self) -> bool:
        """Whether the mean is further from 0 than two standard errors."""
        return abs(self.mean) > 2 * self.error


@dataclass(frozen=True)
class Watched:
    """What came of it, in worlds in which nothing was chosen.

    Attributes:
        watch: What was asked.
        origin: Where worlds come from.
        rule: The best rule.
        fixed: The best fixed plan.
        strategy: The rule as a strategy, with the budget "equal".
        gain: The rule against the best fixed plan.
        gain_in_training: The same mean where both were chosen: what is more than `gain` is optimism.
        undated: The best fixed plan that does one thing, and the rule against it.
        switched: Share of worlds in which the rule switches before the year.
        moments: Years in which it does: 5, 50 and 95 % of these worlds.
        waiting_to_switch: The rule when what is watched must hold for a year longer, against the rule.
        waiting_to_begin: The best fixed plan begun a year later, against itself.
        signposts: What tells early that the second strategy of the rule is better than its first one.
        event: Share of worlds in which it is.
        runs: Runs that it took.
    """

    watch: Watch
    origin: str
    rule: Rule
    fixed: Fixed
    strategy: Strategy
    gain: Difference
    gain_in_training: float
    undated: tuple[Fixed, Difference]
    switched: float
    moments: tuple[float, float, float]
    waiting_to_switch: Difference
    waiting_to_begin: Difference
    signposts: tuple[Signpost, ...]
    event: float
    runs: int


def difference(own: Array, other: Array) -> Difference:
    """Compare two plans by their values in the same worlds, more being better, both of shape (worlds,).

    Worlds in which one has no number are left out. Raises TwinTrackError when none is left.
    """
    gaps = own - other
    gaps = gaps[np.isfinite(gaps)]
    if not len(gaps):
        raise TwinTrackError("in no world can both plans cost what the baseline costs")
    low, middle, high = np.quantile(gaps, [0.05, 0.5, 0.95])
    error = float(gaps.std(ddof=1) / np.sqrt(len(gaps))) if len(gaps) > 1 else float("inf")
    better = float(((gaps > 0) + 0.5 * (gaps == 0)).mean())
    return Difference(float(gaps.mean()), error, (float(low), float(middle), float(high)), better, len(gaps))


def watch_and_switch(core: Core, watch: Watch, *, tell: Callable[[str], None] = lambda _: None) -> Watched:
    """Search rules and fixed plans, and judge the best of each. The same question gives the same answer.

    What a stage has found is kept in the cache: work that was broken off goes on where it stood. Raises
    InputError with all faults.
    """
    _check(core, watch)
    frame, notes = draw_worlds(core, watch.training + watch.held_out, watch.seed, prior=watch.prior)
    tell_notes(notes)
    worlds = Worlds({str(name): frame[name].to_numpy(float) for name in frame})
    first, second = np.split(np.arange(worlds.size), [watch.training])
    names = watch.strategies or tuple(name for name in core.strategies if not core.strategy(name).switch)
    stages = stages_of(core, "watching", watch, names, watch.scenario, frame, tell)
    race = _Race(core, watch, stages, worlds.take(first), worlds.take(second))
    if not watch.strategies:
        names = stages.run("choosing strategies", tuple, partial(race.best_names, names))
    rule = stages.run("racing rules", Rule, partial(race.best_rule, names))
    fixed = stages.run("racing fixed plans", list, partial(race.best_fixed, names))
    tell("judging plans")
    return race.judged(rule, fixed[0], fixed[1], str(frame.attrs["worlds"]))


def _check(core: Core, watch: Watch) -> None:
    faults = FaultList()
    outcome = core.outcomes.get(watch.outcome)
    if outcome is None:
        faults.append(Fault(f"outcome {watch.outcome}", unknown("outcome", watch.outcome, core.outcomes)))
    elif outcome.better == "neutral":
        faults.append(Fault(f"outcome {watch.outcome}", "is better neither higher nor lower; take another"))
    for name in watch.strategies:
        with faults:
            if core.strategy(name).switch:
                faults.append(Fault(f"strategy {name}", "switches itself; name strategies that do not"))
    faults += repeated("strategy", watch.strategies)
    if len(watch.strategies) == 1:
        faults.append(Fault("strategies", "a plan that switches needs two; name another one, or none"))
    missing = [name for name in SWITCH_VARIABLES if name not in core.equations.variables]
    if missing:
        faults.append(Fault("model", f"no strategy can switch in it, for it has no {', '.join(missing)}"))
    for name in ("training", "held_out"):
        if getattr(watch, name) < 2:
            faults.append(Fault(name, f"at least 2 worlds are needed, not {getattr(watch, name)}"))
    faults.raise_any()


class _Race:
    """Plans against one another in the worlds of training, and at last in those that were held out."""

    def __init__(self, core: Core, watch: Watch, stages: Stages, training: Worlds, held_out: Worlds) -> None:
        self.core, self.watch, self.stages = core, watch, stages
        self.training, self.held_out = training, held_out
        start = core.policy_start
        self.years = [float(year) for year in np.arange(start, watch.year)]
        self.runs = Candidates(core, [Wanted(watch.outcome, watch.year)], watch.scenario)
        moments = [Wanted(SHARE, year) for year in [*self.years, watch.year]]
        self._dated = Candidates(core, moments, watch.scenario)
        self._sign = 1.0 if core.outcomes[watch.outcome].better == "higher" else -1.0
        self.ramp_years = core.lever_table.ramp_years if watch.ramp_years is None else watch.ramp_years
        self._baseline = replace(core.strategy(BASELINE), budget="own")
        base, _ = self.runs.at_own_cost([self._baseline], training)
        self._rough = training.take(evenly_by(base[0, 0], ROUGH))

    def _roughly(self, plans: Sequence[Rule | Fixed]) -> Array:
        """Give the mean differences of plans to the baseline, more is better; shape (plans,)."""
        parts = [plans[start : start + 100] for start in range(0, len(plans), 100)]
        kept = self.stages.kept
        return np.concatenate(
            [kept(repr(part), np.ndarray, partial(self._part_roughly, part)) for part in parts]
        )

    def _part_roughly(self, plans: Sequence[Rule | Fixed]) -> Array:
        strategies = [plan.strategy(self.core) for plan in plans]
        values = self.runs.at_equal_cost(strategies, self._rough, AFFORDABLE, _ROUNDS)
        return self._means(self._sign * values[0], self._rough)

    def _means(self, values: Array, worlds: Worlds) -> Array:
        """Give mean differences to the baseline, shape (plans,); least where too few worlds are MATCHED."""
        base, _ = self.runs.at_own_cost([self._baseline], worlds)
        ahead = values - self._sign * base[0]
        known = np.isfinite(ahead)
        sums = np.where(known, ahead, 0.0).sum(axis=1)
        means = sums / np.maximum(known.sum(axis=1), 1)
        return np.asarray(np.where(known.mean(axis=1) >= MATCHED, means, -np.inf))

    def _exactly(self, plans: Sequence[Rule | Fixed], worlds: Worlds) -> Array:
        """Give values, more is better, at equal cost in each world, shape (plans, worlds)."""
        values = self.runs.at_equal_cost([plan.strategy(self.core) for plan in plans], worlds)
        return np.asarray(self._sign * values[0])

    def _first(self, plans: Sequence[Rule | Fixed]) -> int:
        """Give the place of the best of some plans on all worlds of training."""
        return int(self._means(self._exactly(plans, self.training), self.training).argmax())

    def best_names(self, names: Sequence[str]) -> tuple[str, ...]:
        """Give the MOST strategies that are best as they are."""
        worths = self._roughly([Fixed(name) for name in names])
        return tuple(names[place] for place in np.argsort(-worths, kind="stable")[:MOST])

    def best_rule(self, names: Sequence[str]) -> Rule:
        """Race rules: all roughly, then thresholds in between, then the best in all worlds of training."""
        levels = self._levels(names)
        rules = first_rules(names, levels, self.ramp_years)
        if not rules:
            raise TwinTrackError("nothing that is watched is above 0; no rule can be made")
        step = {key: float(np.diff(np.quantile(values, THRESHOLDS)).max()) for key, values in levels.items()}
        best = refined(rules, self._roughly(rules), step, self._roughly)
        return best[self._first(best)]

    def best_fixed(self, names: Sequence[str]) -> list[Fixed]:
        """Race fixed plans: give the best of all, and the best of those that do one thing."""
        plans = dated_plans(names, self.core.policy_start, self.watch.year, self.ramp_years)
        order = np.argsort(-self._roughly(plans), kind="stable")
        best = [plans[place] for place in order[:BEST]]
        alone = [plan for place in order if not (plan := plans[place]).to][:BEST]
        return [best[self._first(best)], alone[self._first(alone)]]

    def _levels(self, names: Sequence[str]) -> dict[tuple[str, str], Array]:
        """Give what is watched under each strategy, over worlds and years before the outcome is read."""
        outcomes = [name for name in WATCHED if name in self.core.equations.variables]
        early = [year for year in self.years if year <= self.watch.year - LEAST_LEAD]
        wanted = [Wanted(name, year) for name in outcomes for year in early]
        seen = Candidates(self.core, wanted, self.watch.scenario)
        values, _ = seen.at_own_cost([Fixed(name).strategy(self.core) for name in names], self._rough)
        parts = values.reshape(len(outcomes), len(early), len(names), -1)
        return {
            (name, outcome): parts[row, :, column].ravel()
            for column, name in enumerate(names)
            for row, outcome in enumerate(outcomes)
        }

    def judged(self, rule: Rule, fixed: Fixed, alone: Fixed, origin: str) -> Watched:
        """Judge the best rule and the best fixed plans."""
        later, delayed = replace(rule, for_years=rule.for_years + 1), replace(fixed, delay=1.0)
        if fixed.to:
            delayed = replace(delayed, date=fixed.date + 1)
        plans: list[Rule | Fixed] = [rule, later, fixed, delayed, alone, Fixed(rule.first), Fixed(rule.to)]
        values = self._exactly(plans, self.held_out)
        trained = self._exactly([rule, fixed, Fixed(rule.first), Fixed(rule.to)], self.training)
        switched, moments = self._moments(rule)
        ahead = values[6] - values[5]
        signposts = self._signposts(rule, trained[3] - trained[2], ahead)
        return Watched(
            self.watch,
            origin,
            rule,
            fixed,
            replace(rule.strategy(self.core), budget="equal"),
            difference(values[0], values[2]),
            float(np.nanmean(trained[0] - trained[1])),
            (alone, difference(values[0], values[4])),
            switched,
            moments,
            difference(values[1], values[0]),
            difference(values[3], values[2]),
            tuple(signposts),
            float((ahead[np.isfinite(ahead)] > 0).mean()),
            self.runs.runs + self._dated.runs,
        )

    def _moments(self, rule: Rule) -> tuple[float, tuple[float, float, float]]:
        """Say in what share of held-out worlds a rule switches, and in which years."""
        moved = self._dated.at_equal_cost([rule.strategy(self.core)], self.held_out)[:, 0] > 0
        years = np.array([*self.years, self.watch.year])[moved.argmax(axis=0)][moved.any(axis=0)]
        low, middle, high = np.quantile(years, [0.05, 0.5, 0.95]) if len(years) else [np.nan] * 3
        return float(moved.any(axis=0).mean()), (float(low), float(middle), float(high))

    def _signposts(self, rule: Rule, ahead: Array, others: Array) -> list[Signpost]:
        """Find what tells, under the first strategy, that the second would have been better.

        `ahead` says how much better it is in the worlds of training, `others` in those held out.
        """
        early = [year for year in self.years if year <= self.watch.year - LEAST_LEAD]
        outcomes = list(self.core.outcomes)
        seeing = Candidates(
            self.core, [Wanted(name, year) for name in outcomes for year in early], self.watch.scenario
        )
        plan = [Fixed(rule.first).strategy(self.core)]
        kept, seen = [], []
        for worlds, what in ((self.training, ahead), (self.held_out, others)):
            values = seeing.at_equal_cost(plan, worlds)[:, 0].reshape(len(outcomes), len(early), -1)
            whole = np.isfinite(values).all(axis=(0, 1)) & np.isfinite(what)
            seen.append({name: own[:, whole] for name, own in zip(outcomes, values, strict=True)})
            kept.append(np.asarray(what[whole] > 0))
        return find_signposts(seen[0], kept[0], seen[1], kept[1], early, self.watch.year)
