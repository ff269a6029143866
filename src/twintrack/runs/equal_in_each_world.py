"""Equal public cost in each world: one factor on money levers for every world, found for all worlds at once.

A factor that makes cost equal in the central world leaves differences in others, where money meets other
responses. Here every world has its own. All are found together by inverse quadratic interpolation, and by
bisection where that is not to be trusted (Chandrupatla 1997, "A new hybrid quadratic/bisection algorithm for
finding the zero of a nonlinear function without using derivatives", Adv. Eng. Software 28); only worlds that
are not done are simulated again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from twintrack.equations.structure import Array
from twintrack.inputs.strategies import Strategy
from twintrack.runs.equal_cost import COST
from twintrack.runs.simulating import Plan, simulate_variables
from twintrack.runs.switching import WorldMoney

if TYPE_CHECKING:
    from twintrack.engines.base import BatchEngine

Places = NDArray[np.int64]
Limit = float | Array
Excess = Callable[[Array, Places], Array]
"""Relative excess of cost at factors (n,) in the worlds at places (n,), shape (n,)."""

TOLERANCE = 1e-9
"""Relative excess of cost that counts as none."""
WIDTH = 1e-12
"""Width of a bracket that is not parted any further: cost jumps there."""
MATCHED = 1e-3
"""Relative excess of cost up to which a world counts as matched where cost jumps."""
ROUNDS = 64


@dataclass(frozen=True)
class WorldFactors:
    """Factors on money levers by world.

    Attributes:
        values: The factors, shape (worlds,); NaN in a world in which no factor makes cost equal.
        excess: Relative excess of cost that is left, shape (worlds,); NaN in the same worlds.
        rounds: How often worlds were simulated.
    """

    values: Array
    excess: Array
    rounds: int


def money_by_world(
    engine: BatchEngine,
    plan: Plan,
    scenario: str,
    strategy: str,
    draws: Mapping[str, Array],
    worlds: int,
) -> WorldMoney | None:
    """Find the factors with which a strategy costs in each world what it is scaled to.

    `draws` are sampled values by world parameter, each of shape (worlds,). Factors are NaN in worlds where
    none does. None for a strategy that is not scaled by world.
    """
    equal = plan.equal.get(scenario, {}).get(strategy)
    if equal is None:
        return None

    def cost(asked: Strategy, none: Strategy, factors: Array, places: Places) -> Array:
        own = {name: values[places] for name, values in draws.items()}
        money = WorldMoney(none, equal.levers, factors)
        world, runs = plan.scenarios[scenario], len(places)
        found = simulate_variables(
            engine, plan.arrays, world, asked, [COST], own, runs, money, plan.common_until
        )
        last: Array = found[COST][-1]
        return last

    target = cost(equal.goal, equal.goal, np.ones(worlds), np.arange(worlds))

    def excess(factors: Array, places: Places) -> Array:
        # While most worlds are open all are run: the same worlds have a past that the engine knows.
        run = np.arange(worlds) if 2 * len(places) > worlds else places
        tried = np.ones(worlds)
        tried[places] = factors
        own = np.full(worlds, np.nan)
        own[run] = cost(plan.strategies[scenario][strategy], equal.none, tried[run], run)
        return own[places] / target[places] - 1

    return WorldMoney(equal.none, equal.levers, equal_factors(excess, worlds, equal.limits).values)


def equal_factors(
    excess: Excess,
    worlds: int,
    limits: tuple[Limit, Limit],
    tolerance: float = TOLERANCE,
    rounds: int = ROUNDS,
) -> WorldFactors:
    """Find in every world the factor at which the relative excess of cost is zero.

    `limits` are the lowest and the highest factor, each one number or an array (worlds,); the highest may be
    infinite, which stands for money that cannot grow. A relative excess below `tolerance` counts as none.
    """
    search = _Search(excess, worlds, tolerance)
    search.evaluate(np.arange(worlds), np.ones(worlds))
    search.bracket(limits)
    for _ in range(rounds):
        if not len(search.open):
            break
        search.narrow()
    matched = np.abs(search.best_excess) <= np.where(search.crosses, max(MATCHED, tolerance), tolerance)
    values, left = (np.where(matched, found, np.nan) for found in (search.best, search.best_excess))
    return WorldFactors(values, left, search.rounds)


class _Search:
    """Brackets of all worlds: their two ends, the excess there, and the best factor so far.

    `parts` says where the next factor lies, as a share of the way from the first end to the second; `crosses`
    in which worlds the excess has both signs; `open` where those are that are not done.
    """

    def __init__(self, excess: Excess, worlds: int, tolerance: float) -> None:
        self._excess, self._tolerance = excess, tolerance
        self.rounds = 0
        self.best, self.best_excess = np.ones(worlds), np.full(worlds, np.inf)
        self.ends, self.values = np.ones((2, worlds)), np.zeros((2, worlds))
        self.parts = np.full(worlds, 0.5)
        self.crosses = np.zeros(worlds, dtype=bool)
        self.open: Places = np.arange(worlds)

    def evaluate(self, places: Places, factors: Array) -> Array:
        """Give the excess at some factors, and keep what is better than before."""
        found = self._excess(factors, places)
        self.rounds += 1
        better = places[np.abs(found) < np.abs(self.best_excess[places])]
        at = np.isin(places, better)
        self.best[better], self.best_excess[better] = factors[at], found[at]
        return found

    def bracket(self, limits: tuple[Limit, Limit]) -> None:
        """Go to the bound beyond which no factor may lie; worlds without a change of sign are done."""
        here = self.best_excess
        far = np.where(here > 0, *limits)
        self.open = np.flatnonzero((np.abs(here) > self._tolerance) & np.isfinite(here) & np.isfinite(far))
        if not len(self.open):
            return
        there = np.zeros_like(here)
        first = here.copy()
        there[self.open] = self.evaluate(self.open, far[self.open])
        self.ends, self.values = np.stack([np.ones_like(far), far]), np.stack([first, there])
        self.crosses = first * there < 0
        self.open = self.open[self.crosses[self.open]]
        self.parts[self.open] = first[self.open] / (first - there)[self.open]
        self._close()

    def narrow(self) -> None:
        """Part every open bracket once."""
        places = self.open
        (last, other), (here, there) = self.ends[:, places], self.values[:, places]
        factors = last + self.parts[places] * (other - last)
        found = self.evaluate(places, factors)
        stays = found * here > 0
        third, third_value = np.where(stays, last, other), np.where(stays, here, there)
        other, there = np.where(stays, other, last), np.where(stays, there, here)
        self.ends[:, places], self.values[:, places] = (factors, other), (found, there)
        with np.errstate(divide="ignore", invalid="ignore"):
            self.parts[places] = _parts(factors, found, other, there, third, third_value)
        self._close()

    def _close(self) -> None:
        """Leave worlds alone that are matched, that jump, or that have no number."""
        wide = np.abs(self.ends[1] - self.ends[0]) > WIDTH
        going = wide & (np.abs(self.best_excess) > self._tolerance) & np.isfinite(self.values).all(axis=0)
        self.open = self.open[going[self.open]]


def _parts(x1: Array, y1: Array, x2: Array, y2: Array, x3: Array, y3: Array) -> Array:
    """Give where in the bracket from x1 to x2 the next place lies; x3 is the end that it had before."""
    place, level = (x1 - x2) / (x3 - x2), (y1 - y2) / (y3 - y2)
    smooth = (level**2 < place) & ((1 - level) ** 2 < 1 - place)
    inverse = y1 / (y2 - y1) * y3 / (y2 - y3) + (x3 - x1) / (x2 - x1) * y1 / (y3 - y1) * y2 / (y3 - y2)
    least = np.minimum(WIDTH / 2 / np.abs(x2 - x1), 0.5)
    parts: Array = np.clip(np.where(smooth, inverse, 0.5), least, 1 - least)
    return parts
