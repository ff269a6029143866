"""Rules that watch and switch, and fixed plans that they must beat.

A rule begins with one strategy and goes over to another once what it watches has been below a threshold for
so long; the model itself watches, world by world. A fixed plan does one thing in all worlds, or goes over
at a date.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations, product
from typing import get_args

import numpy as np

from twintrack.core import Core
from twintrack.equations.structure import Array
from twintrack.inputs.schema_kinds import Bilingual
from twintrack.inputs.schemas import SwitchOutcome
from twintrack.inputs.strategies import BASELINE, Strategy
from twintrack.inputs.switches import Switch

WATCHED: tuple[SwitchOutcome, ...] = get_args(SwitchOutcome)
HOLDS = (0.0, 1.0, 2.0)
"""Years for which something must have been so."""
THRESHOLDS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Quantiles, over worlds and years, that thresholds are taken from first."""
REFINED = 6
"""How often thresholds of the best rules are tried in between."""
BEST = 10
"""Plans that go on to the next race."""
EVERY = 2.0
"""Years between the dates of fixed plans that go over."""


@dataclass(frozen=True)
class Rule:
    """Go over from one strategy to another once `outcome` has been below a number for some years."""

    first: str
    to: str
    outcome: SwitchOutcome
    below: float
    for_years: float
    ramp_years: float

    def strategy(self, core: Core) -> Strategy:
        """Give the strategy, at its own cost."""
        first, second = (core.strategy(name) for name in (self.first, self.to))
        title = Bilingual(
            en=f"{first.title.en}, then {second.title.en}", zh=f"先{first.title.zh}，后{second.title.zh}"
        )
        return replace(
            first,
            name="watching",
            title=title,
            description=title,
            budget="own",
            switch=replace(self.switch, to=second.name, paths=second.paths),
            notes="",
            references=(),
            parents=(),
        )

    @property
    def switch(self) -> Switch:
        """The switch, without the paths that it leads to."""
        return Switch(self.to, self.outcome, self.below, self.for_years, self.ramp_years, {})

    def __str__(self) -> str:
        return f"{self.first}, then {self.switch}"


@dataclass(frozen=True)
class Fixed:
    """Do one thing in all worlds, or go over to another at a date."""

    first: str
    to: str = ""
    date: float = 0.0
    ramp_years: float = 0.0
    delay: float = 0.0
    """Years for which the baseline is followed first."""

    def strategy(self, core: Core) -> Strategy:
        """Give the strategy, at its own cost."""
        plan = replace(core.strategy(self.first), budget="own")
        if self.to:
            later = core.strategy(self.to).paths
            date, years = self.date, self.ramp_years
            paths = {name: path.over_to(later[name], date, years) for name, path in plan.paths.items()}
            plan = replace(plan, paths=paths, switch=None)
        if not self.delay:
            return plan
        start, base = core.policy_start + self.delay, core.strategy(BASELINE).paths
        years = core.lever_table.ramp_years
        waiting = {name: base[name].over_to(path, start, years) for name, path in plan.paths.items()}
        return replace(plan, paths=waiting)

    def __str__(self) -> str:
        return f"{self.first}, then {self.to} from {self.date:g}" if self.to else self.first


def first_rules(
    names: Sequence[str], levels: Mapping[tuple[str, str], Array], ramp_years: float
) -> list[Rule]:
    """Give the rules that are tried first: every pair of strategies, outcome, threshold and hold.

    `levels` are the values of what is watched under each strategy, by strategy and outcome.
    """
    rules = []
    for (first, to), outcome in product(permutations(names, 2), WATCHED):
        if (first, outcome) in levels:
            thresholds = np.unique(np.quantile(levels[first, outcome], THRESHOLDS))
            rules += [
                Rule(first, to, outcome, float(below), hold, ramp_years)
                for below, hold in product(thresholds, HOLDS)
                if below > 0
            ]
    return rules


def dated_plans(names: Sequence[str], start: float, end: float, ramp_years: float) -> list[Fixed]:
    """Give fixed plans: each strategy, and every pair at dates between the start of policies and the end."""
    dates = np.arange(start + EVERY, end, EVERY)
    pairs = product(permutations(names, 2), dates)
    return [
        *(Fixed(name) for name in names),
        *(Fixed(first, to, float(date), ramp_years) for (first, to), date in pairs),
    ]


def refined(
    rules: Sequence[Rule],
    worths: Array,
    step: Mapping[tuple[str, str], float],
    worth: Callable[[Sequence[Rule]], Array],
) -> list[Rule]:
    """Try thresholds between those of the best rules, ever closer; give the best rules.

    `step` is how far apart the first thresholds lie, by strategy and outcome.
    """
    order = np.argsort(-worths, kind="stable")[:BEST]
    best, values = [rules[place] for place in order], worths[order]
    share = 1.0
    for _ in range(REFINED):
        share /= 2
        tried = [
            replace(rule, below=rule.below + sign * share * step[rule.first, rule.outcome])
            for rule in best
            for sign in (-1, -0.5, 0.5, 1)
        ]
        tried = [rule for rule in dict.fromkeys(tried) if rule.below > 0 and rule not in best]
        if not tried:
            break
        both = [*best, *tried]
        found = np.concatenate([values, worth(tried)])
        order = np.argsort(-found, kind="stable")[:BEST]
        best, values = [both[place] for place in order], found[order]
    return best
