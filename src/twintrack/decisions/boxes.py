"""Boxes of assumptions in which something happens: the patient rule induction method (PRIM).

Source: Friedman and Fisher (1999), "Bump hunting in high-dimensional data", Statistics and Computing 9, for
peeling; Bryant and Lempert (2010), doi:10.1016/j.techfore.2009.08.002, for coverage, density and the quasi-p
value. A box is found in one half of the worlds and judged in the other: on two hundred unscreened parameters
a coin has boxes, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from twintrack.equations.structure import Array

Flags = NDArray[np.bool_]

PEEL = 0.05
"""Share of a box that one step takes away at most."""
SMALLEST = 0.05
"""Share of all worlds that a box keeps."""
SCREENED = 8
"""Parameters that are looked at: those that move the difference most, by rank correlation."""
RESTRICTED = 4
"""Parameters that a box restricts at most."""
QUASI_P = 0.05
"""A restriction that would be as good by chance with this probability or more is taken back."""
CHANCE = 0.01
"""A box stands if chance alone had made it as dense in the other half of the worlds with less than this."""
CURVE = 10
"""Boxes on the way of peeling that are told, about."""
FEWEST = 100
"""Worlds below which no box is looked for."""


@dataclass(frozen=True)
class Restriction:
    """One side of a box: `parameter` lies at least at `low` or at most at `high`, in its unit; NaN: open."""

    parameter: str
    low: float
    high: float

    def holds(self, worlds: pd.DataFrame) -> Flags:
        """Tell in which worlds it holds."""
        values = worlds[self.parameter].to_numpy()
        above = np.isnan(self.low) | (values >= self.low)
        below = np.isnan(self.high) | (values <= self.high)
        return np.asarray(above & below, dtype=np.bool_)


@dataclass(frozen=True)
class Box:
    """A box, as it does in worlds in which it was not looked for.

    Attributes:
        restrictions: What must hold, the strongest first; empty: there is no box.
        base: Share of the held-out worlds in which it happens.
        coverage: Share of these that lie in the box.
        density: Share of the held-out worlds in the box in which it happens.
        mass: Share of the held-out worlds that lie in the box.
        chance: Probability that a box of this mass would be as dense by chance.
        worlds: Number of the held-out worlds.
        curve: Boxes on the way of peeling, the largest first, judged in the same worlds: mass, coverage and
            density of each. It tells what could be had, also where no box stands.
    """

    restrictions: tuple[Restriction, ...]
    base: float
    coverage: float
    density: float
    mass: float
    chance: float
    worlds: int
    curve: tuple[tuple[float, float, float], ...] = ()

    @property
    def found(self) -> bool:
        """Whether there is a box."""
        return bool(self.restrictions)


def inside(restrictions: Sequence[Restriction], worlds: pd.DataFrame) -> Flags:
    """Tell which worlds lie in a box."""
    held = np.ones(len(worlds), dtype=np.bool_)
    for restriction in restrictions:
        held &= restriction.holds(worlds)
    return held


def find_box(worlds: pd.DataFrame, happens: Flags, cause: Array, seed: int = 1) -> Box:
    """Find the box in which something happens, and judge it in worlds that were held out.

    Args:
        worlds: A row for each world, a column for each parameter.
        happens: Whether it happens, shape (worlds,).
        cause: What decides whether it does, such as a difference of strategies, shape (worlds,); parameters
            are screened by their rank correlation with it, which knows more than a flag.
        seed: Seed of the division into two halves.
    """
    order = np.random.default_rng(seed).permutation(len(worlds))
    train, held_out = order[: len(order) // 2], order[len(order) // 2 :]
    if len(worlds) < FEWEST or happens[train].all() or not happens[train].any():
        return judged((), worlds.iloc[held_out], happens[held_out])
    screened = _screened(worlds.iloc[train], cause[train])
    path, best = _peeled(worlds.iloc[train][screened], happens[train])
    chosen = _pruned(path[best], worlds.iloc[train], happens[train])
    unseen, happened = worlds.iloc[held_out], happens[held_out]
    steps = [judged(step, unseen, happened) for step in path[:: max(1, len(path) // CURVE)]]
    curve = tuple((step.mass, step.coverage, step.density) for step in steps)
    box = judged(chosen, unseen, happened)
    if not (box.found and box.chance < CHANCE and box.density > box.base):
        box = judged((), unseen, happened)
    return replace(box, curve=curve)


def judged(restrictions: Sequence[Restriction], worlds: pd.DataFrame, happens: Flags) -> Box:
    """Judge a box in some worlds."""
    held = inside(restrictions, worlds)
    hits, base = int((held & happens).sum()), float(happens.mean()) if len(happens) else np.nan
    return Box(
        restrictions=tuple(restrictions),
        base=base,
        coverage=hits / happens.sum() if happens.any() else np.nan,
        density=hits / held.sum() if held.any() else np.nan,
        mass=float(held.mean()) if len(held) else np.nan,
        chance=float(stats.binom.sf(hits - 1, int(held.sum()), base)) if held.any() else 1.0,
        worlds=len(worlds),
    )


def _screened(worlds: pd.DataFrame, cause: Array) -> list[str]:
    """Name the parameters whose ranks go most with the cause."""
    ranks = _centred_ranks(worlds.to_numpy(dtype=np.float64))
    target = _centred_ranks(cause[:, np.newaxis])[:, 0]
    order = np.argsort(-np.abs(target @ ranks), kind="stable")[:SCREENED]
    varied = [place for place in order if np.ptp(worlds.iloc[:, place].to_numpy()) > 0]
    return [str(worlds.columns[place]) for place in varied]


def _centred_ranks(values: Array) -> Array:
    """Give ranks by column, about their middle; equals in the order of the rows."""
    ranks = values.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    centred: Array = np.asarray(ranks, np.float64) - (len(values) - 1) / 2
    return centred


def _peeled(worlds: pd.DataFrame, happens: Flags) -> tuple[list[tuple[Restriction, ...]], int]:
    """Peel until the box is smallest: all boxes on the way, the whole first, and the place of the best.

    Every step takes that twentieth of the box away, at the low or the high end of one parameter, which leaves
    the densest rest; at most RESTRICTED parameters are restricted. The best has the largest geometric mean of
    coverage and of density above the base.
    """
    values = worlds.to_numpy(dtype=np.float64)
    low, high = np.full(values.shape[1], -np.inf), np.full(values.shape[1], np.inf)
    held = np.ones(len(values), dtype=np.bool_)
    path: list[tuple[Restriction, ...]] = [()]
    scores = [0.0]
    while (step := _next_peel(values, happens, held, low, high)) is not None:
        place, edge, upper = step
        (high if upper else low)[place] = edge
        held &= (values[:, place] <= edge) if upper else (values[:, place] >= edge)
        path.append(
            tuple(
                Restriction(str(name), _open(low[at]), _open(high[at]))
                for at, name in enumerate(worlds)
                if np.isfinite(low[at]) or np.isfinite(high[at])
            )
        )
        scores.append(_score(happens, held))
    return path, int(np.argmax(scores))


def _next_peel(
    values: Array, happens: Flags, held: Flags, low: Array, high: Array
) -> tuple[int, float, bool] | None:
    """Give the parameter, edge and end of the peel that leaves the densest rest; None where none is left."""
    used = np.isfinite(low) | np.isfinite(high)
    free = np.arange(len(used)) if used.sum() < RESTRICTED else np.flatnonzero(used)
    inner = values[held][:, free]
    edges = np.quantile(inner, [PEEL, 1 - PEEL], axis=0)
    rests = np.stack([inner >= edges[0], inner <= edges[1]])
    left = rests.sum(axis=1)
    allowed = (left < len(inner)) & (left >= SMALLEST * len(values))
    if not allowed.any():
        return None
    density = np.where(allowed, rests[:, happens[held]].sum(axis=1) / np.maximum(left, 1), -1.0)
    # The first of equals is taken, by parameter and then by end.
    place, end = divmod(int(np.argmax(density.T)), 2)
    return int(free[place]), float(edges[end, place]), bool(end)


def _score(happens: Flags, held: Flags) -> float:
    """Give how good a box is: the geometric mean of coverage and of the gain of density over the base."""
    hits = (happens & held).sum()
    coverage, density = hits / happens.sum(), hits / held.sum()
    gain = (density - happens.mean()) / (1 - happens.mean())
    return float(np.sqrt(coverage * gain)) if gain > 0 else 0.0


def _pruned(
    restrictions: Sequence[Restriction], worlds: pd.DataFrame, happens: Flags
) -> tuple[Restriction, ...]:
    """Take back restrictions that chance would do as well, the weakest first; order them by strength."""
    kept = list(restrictions)
    while kept:
        chances = [_quasi_p(kept, place, worlds, happens) for place in range(len(kept))]
        worst = int(np.argmax(chances))
        if chances[worst] < QUASI_P:
            order = np.argsort(chances, kind="stable")
            return tuple(kept[place] for place in order)
        del kept[worst]
    return ()


def _quasi_p(box: Sequence[Restriction], place: int, worlds: pd.DataFrame, happens: Flags) -> float:
    """Give how likely chance is to make the box as dense, from the box without one restriction."""
    held = inside(box, worlds)
    without = inside([one for other, one in enumerate(box) if other != place], worlds)
    rate = float(happens[without].mean())
    return float(stats.binom.sf((held & happens).sum() - 1, held.sum(), rate))


def _open(edge: float) -> float:
    return float(edge) if np.isfinite(edge) else float("nan")
