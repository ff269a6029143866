"""Through which loops a difference runs: each named loop is cut, and what of the difference goes is told.

A loop is cut at one link: the equation of the effect sees the cause as it was under the first strategy in the
same world, not as the second one makes it. What then goes of the difference runs through that link. Parts do
not sum to the difference: loops share links, and what one no longer does another may do instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from twintrack.core import Core
from twintrack.decisions.attribution import Runs, explained_outcomes
from twintrack.decisions.contests import spread
from twintrack.decisions.gathering import at_cost
from twintrack.decisions.robustness import performance
from twintrack.engines.registry import batch_engine_of
from twintrack.equations import Equations, holding
from twintrack.equations.structure import Array
from twintrack.inputs.loops import links
from twintrack.inputs.schema_kinds import Bilingual
from twintrack.inputs.structure_schemas import LoopEntry
from twintrack.names import split_element
from twintrack.runs.arrays import along_time, place_of
from twintrack.runs.equal_in_each_world import money_by_world
from twintrack.runs.prepared import ExperimentSettings, Prepared, prepare
from twintrack.runs.simulating import simulate_variables

if TYPE_CHECKING:
    from twintrack.runs.switching import WorldMoney

WORLDS = 100
"""Worlds of one call: the paths of all causes at every step take some 50 MB."""
NOTHING = "none"
"""Stands in the place of a loop where none is cut: the difference itself."""


@dataclass(frozen=True)
class Cut:
    """Where a loop is cut.

    Attributes:
        loop: Its id.
        title: Its title, or that of the loops it is told with.
        cause, effect: The link, variables or elements as model/loops.yaml has them.
    """

    loop: str
    title: Bilingual
    cause: str
    effect: str

    @property
    def link(self) -> holding.Link:
        """The link between the two variables."""
        return holding.Link(split_element(self.cause)[0], split_element(self.effect)[0])


def cuts(loops: Mapping[str, LoopEntry]) -> list[Cut]:
    """Say where each loop is cut: at the first of those of its links that the fewest named loops share."""
    cycles = [(entry.title, cycle) for entry in loops.values() for cycle in entry.cycles]
    shared = Counter(link for _, cycle in cycles for link in links(cycle))
    return [Cut(cycle.id, title, *min(links(cycle), key=shared.__getitem__)) for title, cycle in cycles]


def settings_of(core: Core, pair: tuple[str, str], scenario: str, runs: Runs) -> ExperimentSettings:
    """Give the two strategies at the cost, in the worlds and in the outcomes in which parts are explained."""
    plans = {
        side: at_cost(core.strategy(name), runs.cost) for side, name in zip(("from", "to"), pair, strict=True)
    }
    return ExperimentSettings(
        plans,
        scenario,
        runs.worlds,
        seed=runs.seed,
        prior=runs.prior,
        outputs=explained_outcomes(core, runs),
        times=sorted(runs.years),
    )


def loops_of(
    core: Core, settings: ExperimentSettings, loops: Mapping[str, LoopEntry] | None = None
) -> pd.DataFrame:
    """Cut loops one by one, by default those of model/loops.yaml, and say what goes of a difference.

    `settings` are those of `settings_of`. Where money is equal in each world, a strategy keeps its money when
    a loop is cut.

    Gives a row for each outcome, year and cut, and first one for NOTHING, the difference itself: `outcome`,
    `unit`, `year`, `loop`, `title`, `title_zh`, `cause`, `effect`; of what goes the `mean` and the BANDS over
    worlds, in the outcome's unit, above zero where the second strategy does better by it; `error`, the
    standard error of the mean; `of_difference`, the mean over that of the difference (NaN where that is not
    two standard errors from zero); `share` of worlds above zero; `worlds`; `left_out`.
    """
    prepared = prepare(replace(settings, model=core))
    places = cuts(core.inputs.loops if loops is None else loops)
    held = holding.with_links(core.equations, [cut.link for cut in places])
    draws = prepared.design.values()
    parts = [
        _Part(prepared, held, places, draws[:, start : start + WORLDS]).values()
        for start in range(0, prepared.design.worlds, WORLDS)
    ]
    values = np.concatenate(parts, axis=-1)
    rows: list[dict[str, Any]] = []
    for name, own in zip(prepared.work.plan.outputs, values, strict=True):
        about = {"outcome": name, "unit": prepared.work.units[name]}
        for year, one in zip(prepared.work.times, own, strict=True):
            scores = performance(pd.DataFrame(one), core.outcomes[name].better).to_numpy(dtype=np.float64)
            rows += [{**about, "year": float(year), **row} for row in _rows(scores, places)]
    return pd.DataFrame(rows)


class _Part:
    """Some worlds: the first strategy, the second, and the second with each loop cut."""

    def __init__(self, prepared: Prepared, held: Equations, places: Sequence[Cut], draws: Array) -> None:
        work = prepared.work
        self.work, self.held, self.places = work, held, places
        self.worlds = draws.shape[1]
        self.draws = dict(zip(prepared.design.names, draws, strict=True))
        self.engine = batch_engine_of(held, work.engine)
        (self.scenario,) = work.plan.scenarios
        self.first, self.second = work.plan.strategy_names

    def values(self) -> Array:
        """Give the values, shape (outcome, year, 2 + cuts, world): both strategies, then with each cut."""
        plain = batch_engine_of(self.work.equations, self.work.engine)
        asked = (plain, self.work.plan, self.scenario)
        monies = {
            name: money_by_world(*asked, name, self.draws, self.worlds) for name in (self.first, self.second)
        }
        unmatched = np.zeros(self.worlds, dtype=np.bool_)
        for name, money in monies.items():
            if money is not None:
                none = np.isnan(money.factors)
                unmatched |= none
                monies[name] = replace(money, factors=np.where(none, 1.0, money.factors))
        along = self._paths(monies[self.first])
        simulated = partial(self._simulated, along=along)
        found = [simulated(name, monies[name]) for name in (self.first, self.second)]
        found += [simulated(self.second, monies[self.second], cut=cut) for cut in self.places]
        values = np.stack(found, axis=2)
        return np.where(unmatched, np.nan, values)

    def _paths(self, money: WorldMoney | None) -> dict[str, Array]:
        """Give what every effect is to see: its cause under the first strategy, at every step."""
        engine = batch_engine_of(holding.every_step(self.work.equations), self.work.engine)
        seen = self._variables(engine, self.first, sorted({cut.link.cause for cut in self.places}), money)
        return {cut.link.path: seen[cut.link.cause] for cut in self.places}

    def _simulated(
        self, strategy: str, money: WorldMoney | None, along: Mapping[str, Array], cut: Cut | None = None
    ) -> Array:
        """Give one strategy, shape (outcome, year, world), with one loop cut or with none."""
        variables = self.held.variables
        shares = {item.link.share: np.zeros(variables[item.link.share].shape) for item in self.places}
        if cut is not None:
            # A loop is named on one route and stands for all of a country, which the first subscript tells.
            _, place = place_of(self.held, cut.cause)
            shares[cut.link.share][place[:1]] = 1.0
        elements = [place_of(self.held, name) for name in self.work.plan.outputs]
        names = [variable for variable, _ in elements]
        values = self._variables(self.engine, strategy, names, money, (shares, along))
        return np.stack([along_time(values[name], index)[self.work.rows] for name, index in elements])

    def _variables(
        self,
        engine: Any,
        strategy: str,
        names: Sequence[str],
        money: WorldMoney | None,
        held: tuple[Mapping[str, Array], Mapping[str, Array]] = ({}, {}),
    ) -> dict[str, Array]:
        plan, scenario = self.work.plan, self.scenario
        return simulate_variables(
            engine,
            plan.arrays,
            plan.scenarios[scenario],
            plan.strategies[scenario][strategy],
            names,
            self.draws,
            self.worlds,
            money,
            held=held,
        )


def _rows(scores: Array, places: Sequence[Cut]) -> Iterator[dict[str, Any]]:
    """Give the rows of one outcome from scores (2 + cuts, worlds): both strategies, then with each cut."""
    finite = scores[:, np.isfinite(scores).all(axis=0)]
    whole = finite[1] - finite[0]
    mean, error = _mean(whole)
    clear = abs(mean) > 2 * error
    named = [{"loop": NOTHING, "title": "", "title_zh": "", "cause": "", "effect": ""}]
    named += [
        {
            "loop": cut.loop,
            "title": cut.title.en,
            "title_zh": cut.title.zh,
            "cause": cut.cause,
            "effect": cut.effect,
        }
        for cut in places
    ]
    for about, part in zip(named, [whole, *(finite[1] - finite[2:])], strict=True):
        own, spare = _mean(part)
        yield {
            **about,
            "mean": own,
            "error": spare,
            "of_difference": own / mean if clear else np.nan,
            **{band: float(value) for band, value in spread(part).items()},
            "share": float((part > 0).mean()) if part.size else np.nan,
            "worlds": finite.shape[1],
            "left_out": scores.shape[1] - finite.shape[1],
        }


def _mean(values: Array) -> tuple[float, float]:
    """Give the mean over worlds and its standard error; NaN without worlds."""
    if len(values) < 2:
        return (float(values.mean()) if len(values) else np.nan), np.nan
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
