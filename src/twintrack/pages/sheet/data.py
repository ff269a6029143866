"""The numbers behind a strategy sheet: the strategy and policy as it is, in the same worlds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from twintrack.decisions import robustness
from twintrack.decisions.compared import OWN, Case, Compared, ranked
from twintrack.decisions.contests import contests
from twintrack.decisions.failing import failing_tables
from twintrack.decisions.watching_signposts import Signpost, find_signposts
from twintrack.inputs.strategies import BASELINE
from twintrack.runs.asked import saved_rows
from twintrack.runs.experiment import Experiment, Progress
from twintrack.worlds.drawing import found_posterior

if TYPE_CHECKING:
    from twintrack.core import Core
    from twintrack.inputs.sheets import Sheet
    from twintrack.inputs.strategies import Strategy
    from twintrack.inputs.world import Scenario

COST, COST_VALUE, BALANCE = "public_cost", "public_cost_pv", "fiscal_balance"
"""Outcomes that the section on cost is made of, where the model has them."""
TELLS = 0.3
"""Hits less false alarms that a sign needs in worlds in which its threshold was not chosen."""
RARE = 0.05
"""Share of worlds below which an end is too rare to have a sign."""


@dataclass(frozen=True)
class Delivered:
    """One outcome at the horizon.

    Attributes:
        before: Median under policy as it is.
        after: 5, 50 and 95 % points under the strategy.
        change: Median of the paired difference, in the outcome's unit.
        share: Share of worlds in which the strategy does better, a tie counting one half.
        verdict: "better", "worse", or "tie".
    """

    before: float
    after: tuple[float, float, float]
    change: float
    share: float
    verdict: str


@dataclass(frozen=True)
class SheetData:
    """What was computed for one sheet; the strategies of `compared` are the baseline and the strategy."""

    definition: Sheet
    source: Path
    model: Core
    plan: Strategy
    scenario: Scenario
    compared: Compared
    posterior_digest: str = ""

    @property
    def reference(self) -> Strategy:
        """Policy as it is."""
        return self.model.strategy(BASELINE)

    @property
    def goals(self) -> tuple[str, ...]:
        """The outcomes that the page is told in."""
        return tuple(self.definition.goals)

    def values(self, outcome: str, year: float | None = None) -> pd.DataFrame:
        """Give an outcome by world and strategy, at the horizon or in another year."""
        when = float(self.definition.horizon if year is None else year)
        return self.compared.values(Case(OWN, self.scenario.name, outcome, when))

    def delivered(self, outcome: str) -> Delivered:
        """Say what the strategy makes of an outcome."""
        values = robustness.finite_worlds(self.values(outcome))
        better = self.model.outcomes[outcome].better
        found = contests(values[[self.plan.name, BASELINE]], better).iloc[0]
        low, middle, high = np.quantile(values[self.plan.name], [0.05, 0.5, 0.95])
        return Delivered(
            before=float(values[BASELINE].median()),
            after=(float(low), float(middle), float(high)),
            change=float((values[self.plan.name] - values[BASELINE]).median()),
            share=float(found["share"]),
            verdict={"first": "better", "second": "worse"}.get(str(found["verdict"]), "tie"),
        )

    @cached_property
    def boxes(self) -> pd.DataFrame:
        """Where it fails, as `failing_tables` gives it; no rows with too few worlds."""
        return failing_tables(self.compared).get("boxes", pd.DataFrame())

    @cached_property
    def signs(self) -> dict[str, Signpost | None]:
        """By goal the sign in the year of review that tells most surely that it ends worse; None: none does.

        Thresholds are chosen in every other world and judged in the rest.
        """
        return {goal: self._sign(goal) for goal in self.goals}

    def behind(self, goal: str) -> np.ndarray:
        """Say in which worlds the strategy ends worse than policy as it is, shape (worlds,)."""
        better = self.model.outcomes[goal].better
        return np.asarray(
            robustness.paired_difference(self.values(goal), better, self.plan.name, BASELINE) < 0
        )

    def _sign(self, goal: str) -> Signpost | None:
        event = self.behind(goal)
        if not RARE <= event.mean() <= 1 - RARE:
            return None
        review = float(self.definition.review)
        seen = {
            name: self.values(name, review)[self.plan.name].to_numpy()[None, :]
            for name in self.compared.outcomes
        }
        chosen = np.arange(len(event)) % 2 == 0
        first, second = (
            {name: values[:, half] for name, values in seen.items() if np.isfinite(values).all()}
            for half in (chosen, ~chosen)
        )
        horizon = float(self.definition.horizon)
        best = find_signposts(first, event[chosen], second, event[~chosen], [review], horizon)[0]
        return best if best.skill >= TELLS else None


def compute_sheet(
    definition: Sheet, source: Path, model: Core, progress: Callable[[Progress], None] | None = None
) -> SheetData:
    """Run a strategy and policy as it is in the same worlds.

    Raises InputError for years that are not saved.
    """
    plan, scenario = model.strategy(definition.strategy), model.scenario(definition.scenario)
    years = [float(definition.review), float(definition.horizon)]
    saved = model.equations.time.saved
    saved_rows(saved, years, f"{source}: review, horizon")
    watched = dict.fromkeys([*definition.goals, *model.inputs.outcomes.goals])
    costs = [name for name in (COST, COST_VALUE, BALANCE) if name in model.outcomes]
    outcomes = ranked(model.outcomes, list(dict.fromkeys([*watched, *costs])))
    drawn = definition.ensemble
    results = Experiment(
        [model.strategy(BASELINE), plan],
        [scenario.name],
        drawn.worlds,
        seed=drawn.seed,
        prior=drawn.prior,
        outputs=list(outcomes),
        times=[float(time) for time in saved if model.policy_start <= time <= years[1] and time % 1 == 0],
        model=model,
    ).dataset(progress)
    origin = str(results.attrs["worlds"])
    posterior = found_posterior(model).posterior if origin == "posterior" else None
    targets = {name: outcome.target for name, outcome in outcomes.items() if outcome.target}
    compared = Compared(
        {OWN: results}, outcomes, definition.goals, [BASELINE, plan.name], origin=origin, targets=targets
    )
    digest = posterior.digest if posterior else ""
    return SheetData(definition, source, model, plan, scenario, compared, digest)
