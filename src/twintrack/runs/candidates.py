"""Many strategies in many worlds in one call: what searches over levers need.

Every run has its own levers, all of them, whether they differ or not: machine code is made for each pattern
of which inputs differ from run to run, and with one pattern it is made once. Paths are whole, as in a
strategy's file, so that what a search finds is what a file of it brings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from twintrack.core import Core
from twintrack.equations.structure import RUN_NUMBER, Array
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.strategies import BASELINE, Strategy
from twintrack.inputs.switches import Switch
from twintrack.inputs.world import Scenario
from twintrack.runs.arrays import along_time, lever_series, place_of, world_arrays
from twintrack.runs.asked import saved_rows
from twintrack.runs.equal_cost import COST, factor_limits, scaled, sized
from twintrack.runs.equal_in_each_world import ROUNDS, TOLERANCE, Places, equal_factors
from twintrack.runs.switching import SHARE, TIMES, TRIGGER

if TYPE_CHECKING:
    from twintrack.engines.base import BatchEngine, Blend

CHUNK = 1024
"""Runs in one call: their levers take some 100 MB."""

_SECANTS = 3
_ENOUGH = 1e-3
"""Relative excess of mean cost that a factor for many worlds may leave."""


@dataclass(frozen=True)
class Wanted:
    """An outcome in a year."""

    outcome: str
    year: float


@dataclass(frozen=True)
class Worlds:
    """Values of world parameters, each of shape (worlds,); at least two worlds."""

    values: Mapping[str, Array]

    @property
    def size(self) -> int:
        """Number of worlds."""
        return len(next(iter(self.values.values())))

    def take(self, places: Places) -> Worlds:
        """Give some of the worlds."""
        return Worlds({name: values[places] for name, values in self.values.items()})


class Candidates:
    """Simulates strategies, at their own cost or at equal cost, under one scenario.

    `wanted` are outcomes in saved years; InputError for a year that is none. The scenario sets its values
    over those of the worlds.
    """

    def __init__(self, core: Core, wanted: Sequence[Wanted], scenario: str | Scenario = CENTRAL) -> None:
        self.core, self.wanted = core, tuple(wanted)
        self.scenario = core.scenario(scenario)
        self.runs = 0
        self._rows = saved_rows(core.equations.time.saved, [item.year for item in wanted])
        self._places = [place_of(core.equations, item.outcome) for item in wanted]
        self._targets: dict[int, tuple[Worlds, Array]] = {}
        self._last: tuple[Sequence[Strategy], bool, _Courses] | None = None

    @cached_property
    def _engine(self) -> BatchEngine:
        return self.core.batch_engine("native")

    def at_own_cost(self, strategies: Sequence[Strategy], worlds: Worlds) -> tuple[Array, Array]:
        """Give the wanted values, shape (wanted, strategy, world), and the public cost, (strategy, world)."""
        return self._simulated(strategies, worlds, None, None, with_outcomes=True)

    def at_factors(
        self, strategies: Sequence[Strategy], worlds: Worlds, factors: Array
    ) -> tuple[Array, Array]:
        """Give the same with money multiplied; factors have shape (strategy,) or (strategy, world)."""
        whole = np.broadcast_to(factors.reshape(len(strategies), -1), (len(strategies), worlds.size))
        return self._simulated(strategies, worlds, whole, None, with_outcomes=True)

    def factors_by_world(
        self,
        strategies: Sequence[Strategy],
        worlds: Worlds,
        tolerance: float = TOLERANCE,
        rounds: int = ROUNDS,
    ) -> Array:
        """Give the factors that make cost in each world the baseline's, shape (strategy, world).

        NaN where none does.
        """
        size, target = worlds.size, self.target(worlds)
        low, high = (np.repeat(end, size) for end in self._limits(strategies))

        def excess(factors: Array, places: Places) -> Array:
            _, cost = self._simulated(strategies, worlds, factors, places, with_outcomes=False)
            relative: Array = cost.ravel() / target[places % size] - 1
            return relative

        found = equal_factors(excess, len(strategies) * size, (low, high), tolerance, rounds)
        return found.values.reshape(len(strategies), size)

    def factors(self, strategies: Sequence[Strategy], worlds: Worlds) -> tuple[Array, Array]:
        """Give for each strategy one factor that makes the mean cost the baseline's, and the excess left.

        Both have shape (strategy,). A few steps of the secant method within the levers' ranges.
        """
        target, size = self.target(worlds).mean(), worlds.size
        low, high = self._limits(strategies)
        high = np.where(np.isfinite(high), high, np.maximum(low, 1.0))

        def excess(factors: Array, which: Places) -> Array:
            places = (which[:, None] * size + np.arange(size)).ravel()
            whole = np.repeat(factors, size)
            _, cost = self._simulated(strategies, worlds, whole, places, with_outcomes=False)
            relative: Array = cost.reshape(-1, size).mean(axis=1) / target - 1
            return relative

        going = np.arange(len(strategies))
        before = np.clip(np.ones(len(strategies)), low, high)
        left = excess(before, going)
        best, least = before.copy(), left.copy()
        now = np.clip(np.where(left > 0, 0.7, 1.3) * before, low, high)
        for _ in range(_SECANTS):
            going = going[np.abs(least[going]) >= _ENOUGH]
            if not len(going):
                break
            found = excess(now[going], going)
            better = going[np.abs(found) < np.abs(least[going])]
            best[better] = now[better]
            least[going] = np.where(np.abs(found) < np.abs(least[going]), found, least[going])
            with np.errstate(divide="ignore", invalid="ignore"):
                slope = (now[going] - before[going]) / (found - left[going])
            following = now[going] - found * slope
            before[going], left[going] = now[going], found
            usable = np.where(np.isfinite(following), following, now[going])
            now[going] = np.clip(usable, low[going], high[going])
        return best, least

    def at_equal_cost(
        self,
        strategies: Sequence[Strategy],
        worlds: Worlds,
        tolerance: float = TOLERANCE,
        rounds: int = ROUNDS,
    ) -> Array:
        """Give the wanted values, shape (wanted, strategy, world), with the baseline's cost in each world.

        NaN where no factor makes cost equal, to within a relative `tolerance`, in so many rounds.
        """
        values = np.full((len(self.wanted), len(strategies), worlds.size), np.nan)
        # Those that switch apart: they need twice as many levers, and cost that jumps needs many rounds.
        for switching in (False, True):
            places = [place for place, plan in enumerate(strategies) if bool(plan.switch) == switching]
            if places:
                some = [strategies[place] for place in places]
                factors = self.factors_by_world(some, worlds, tolerance, rounds)
                none = np.isnan(factors)
                found, _ = self.at_factors(some, worlds, np.where(none, 1.0, factors))
                values[:, places] = np.where(none, np.nan, found)
        return values

    def target(self, worlds: Worlds) -> Array:
        """Give the public cost of the baseline, shape (world,)."""
        known = self._targets.get(id(worlds))
        if known is None:
            goal = replace(self.core.strategy(BASELINE), budget="own")
            cost = self._simulated([goal], worlds, None, None, with_outcomes=False)[1][0]
            known = self._targets[id(worlds)] = (worlds, cost)
        return known[1]

    def _limits(self, strategies: Sequence[Strategy]) -> tuple[Array, Array]:
        ends = np.array([factor_limits(plan, self.core.lever_table) for plan in strategies])
        return ends[:, 0], ends[:, 1]

    def _simulated(
        self,
        strategies: Sequence[Strategy],
        worlds: Worlds,
        factors: Array | None,
        places: Places | None,
        *,
        with_outcomes: bool,
    ) -> tuple[Array, Array]:
        """Simulate runs, numbered strategy by strategy; `places` are the wanted ones, by default all."""
        size, count = worlds.size, len(strategies)
        chosen = np.arange(count * size) if places is None else places
        money = None if factors is None else factors.ravel()
        courses = self._courses(strategies, scaling=money is not None)
        names = sorted({place[0] for place in self._places} | {COST}) if with_outcomes else [COST]
        values, cost = np.empty((len(self.wanted), len(chosen))), np.empty(len(chosen))
        for start in range(0, len(chosen), CHUNK):
            part = slice(start, start + CHUNK)
            runs = chosen[part]
            own = None if money is None else money[part]
            if len(runs) == 1:  # arrays of one run have another pattern, for which code would be made
                runs, own = np.repeat(runs, 2), None if own is None else np.repeat(own, 2)
            found = self._run(courses, worlds, runs // size, runs % size, own, names)
            taken = min(CHUNK, len(chosen) - start)
            cost[part] = found[COST][-1, :taken]
            if with_outcomes:
                for number, ((variable, index), row) in enumerate(zip(self._places, self._rows, strict=True)):
                    values[number, part] = along_time(found[variable], index)[row, :taken]
        self.runs += len(chosen)
        if places is not None:
            return values, cost
        return values.reshape(-1, count, size), cost.reshape(count, size)

    def _courses(self, strategies: Sequence[Strategy], *, scaling: bool) -> _Courses:
        """Give the levers as arrays; the last ones are kept, for factors are searched in several calls."""
        if self._last is None or self._last[0] is not strategies or self._last[1] != scaling:
            self._last = strategies, scaling, _Courses(self, strategies, scaling=scaling)
        return self._last[2]

    def _run(
        self,
        courses: _Courses,
        worlds: Worlds,
        which: NDArray[np.int64],
        where: NDArray[np.int64],
        factors: Array | None,
        names: Sequence[str],
    ) -> dict[str, Array]:
        """Simulate strategies `which` in worlds `where`, a run for each pair."""
        times, runs = self.core.equations.time.times, len(which)
        draws = dict(worlds.take(where).values)
        if RUN_NUMBER in self.core.equations.variables:
            draws[RUN_NUMBER] = where.astype(np.float64)  # a world has the same numbers under each strategy
        world = world_arrays(self.core).inputs(self.scenario.world, times, draws, runs)
        constants, series, blend = courses.inputs(which, factors)
        return self._engine.run(
            {**world.constants, **constants}, {**series, **world.series}, names, runs=runs, blend=blend
        )


class _Courses:
    """The levers of some strategies as arrays, and what some of them switch to."""

    def __init__(self, batch: Candidates, strategies: Sequence[Strategy], *, scaling: bool) -> None:
        table, times = batch.core.lever_table, batch.core.equations.time.times
        size = batch.scenario.public_money
        whole = [sized(plan, size, table) for plan in strategies]
        none = [sized(scaled(plan, 0.0, table), size, table) for plan in strategies] if scaling else whole
        self._switches = [plan.switch for plan in strategies]
        self._money = sorted(table.money) if scaling else []
        self._first = _stacked(whole, times)
        self._none = _stacked(none, times, self._money)
        self._second: dict[str, Array] = {}
        if any(self._switches):
            later = [plan.switch or plan for plan in whole]
            self._second = _stacked(later, times)
            self._second_none = _stacked([plan.switch or plan for plan in none], times, self._money)

    def inputs(
        self, which: NDArray[np.int64], factors: Array | None
    ) -> tuple[dict[str, Array], dict[str, Array], Blend | None]:
        """Give constants, series and what series go over to, a run for each of `which`."""
        series = dict(_by_run(self._first, self._none, which, factors))
        if not self._second:
            return {}, series, None
        from twintrack.engines.base import Blend

        second = dict(_by_run(self._second, self._second_none, which, factors))
        return self._triggers(which), series, Blend(SHARE, second)

    def _triggers(self, which: NDArray[np.int64]) -> dict[str, Array]:
        """Give the constants that say what is waited for; a trigger of nought never comes."""
        constants = {name: np.zeros(len(self._switches)) for name in TRIGGER.values()}
        constants |= {name: np.ones(len(self._switches)) for name in TIMES}
        for number, switch in enumerate(self._switches):
            if switch is not None:
                constants[TRIGGER[switch.outcome]][number] = switch.below
                for name, attribute in TIMES.items():
                    constants[name][number] = getattr(switch, attribute)
        return {name: values[which] for name, values in constants.items()}


def _stacked(
    plans: Sequence[Strategy | Switch], times: Array, names: Sequence[str] | None = None
) -> dict[str, Array]:
    """Give levers, shape (steps + 1, strategy), by default all."""
    wanted = list(plans[0].paths) if names is None else names
    series = [lever_series({name: plan.paths[name] for name in wanted}, times) for plan in plans]
    return {name: np.stack([own[name] for own in series], axis=1) for name in wanted}


def _by_run(
    whole: Mapping[str, Array], none: Mapping[str, Array], which: NDArray[np.int64], factors: Array | None
) -> Iterator[tuple[str, Array]]:
    """Give levers, shape (steps + 1, run); paths of money are linear in the factor."""
    for name, values in whole.items():
        found = values[:, which]
        if factors is not None and name in none:
            start = none[name][:, which]
            found = start + (found - start) * factors
        yield name, found
