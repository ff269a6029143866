"""The smallest change of some unknowns that makes a margin positive, when many points are tried at once.

The shortest change is the design point of structural reliability: found by the method of Hasofer and Lind
(1974) and Rackwitz and Fiessler (1978) with the line search of Zhang and Der Kiureghian (1995), here inside a
box. Where few unknowns are to change, a greedy search chooses them, and differential evolution (Storn and
Price 1997, `scipy.optimize`) finishes among them, because the first method may stop at kinks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twintrack.equations.structure import Array

Margin = Callable[[Array], Array]
"""How far points, shape (unknowns, points), are beyond what is asked for, shape (points,); NaN is never."""
Members = NDArray[np.int64]

MOST = 6
"""Unknowns that the sparse search changes at most."""
_SMALL = 1e-3
"""Change of a point that counts as none."""
_FRACTIONS = np.array([0.5, 1.0])
"""How far towards its ends the sparse search moves an unknown."""
_RAY = 33
_NEVER = -1e300


@dataclass(frozen=True)
class Change:
    """A change of the unknowns, shape (unknowns,), and the margin there, not negative where it holds."""

    values: Array
    margin: float

    @property
    def distance(self) -> float:
        """Euclidean length."""
        return float(np.linalg.norm(self.values))

    @property
    def holds(self) -> bool:
        """Whether what is asked for is true there."""
        return self.margin >= 0


class Probe:
    """A margin inside a box around no change; it counts points and remembers the largest margin.

    Args:
        margin: What is to become positive.
        low: Lowest change of each unknown, at most 0, shape (unknowns,).
        high: Highest change, at least 0.
        step: Distance for slopes.
        two_sided: Whether slopes take a point on either side, or one.
        effort: Rounds of the search for the shortest change, and generations of differential evolution.
    """

    def __init__(
        self,
        margin: Margin,
        low: Array,
        high: Array,
        *,
        step: float = 0.05,
        two_sided: bool = True,
        effort: int = 25,
    ) -> None:
        self._margin, self.low, self.high = margin, low, high
        self._step, self._two_sided, self.effort = step, two_sided, effort
        self.points = 0
        self.best = Change(np.zeros(len(low)), -np.inf)

    @property
    def size(self) -> int:
        """Number of unknowns."""
        return len(self.low)

    @property
    def free(self) -> Members:
        """Places of the unknowns that may change."""
        return np.flatnonzero(self.high > self.low)

    def __call__(self, points: Array) -> Array:
        """Give the margin at points, shape (unknowns, points); never NaN."""
        found = np.nan_to_num(self._margin(points), nan=_NEVER, posinf=-_NEVER, neginf=_NEVER)
        self.points += points.shape[1]
        largest = int(found.argmax())
        if found[largest] > self.best.margin:
            self.best = Change(points[:, largest].copy(), float(found[largest]))
        return found

    def slope(self, point: Array, free: Members) -> tuple[float, Array]:
        """Give the margin at a point, and its slope there by the `free` unknowns; 0 by the others."""
        ahead = np.where(point[free] + self._step <= self.high[free], self._step, -self._step)
        behind = ahead if not self._two_sided else -self._step * np.ones(len(free))
        behind = np.where(point[free] + behind >= self.low[free], behind, 0.0)
        moves = [ahead, behind] if self._two_sided else [ahead]
        points = np.repeat(point[:, None], 1 + len(moves) * len(free), axis=1)
        for number, move in enumerate(moves):
            points[free, 1 + number * len(free) + np.arange(len(free))] += move
        found = self(points)
        here = found[0]
        first = found[1 : 1 + len(free)]
        last = found[1 + len(free) :] if self._two_sided else np.full(len(free), here)
        width = ahead - (behind if self._two_sided else 0.0)
        slope = np.zeros(self.size)
        known = (first > _NEVER) & (last > _NEVER) & (width != 0)
        slope[free[known]] = (first - last)[known] / width[known]
        return float(here), slope


def shortest(probe: Probe, start: Array | None = None, free: Members | None = None) -> Change | None:
    """Find the change of least length that makes the margin positive, from `start`; None when none is met.

    Only `free` unknowns change.
    """
    free = probe.free if free is None else free
    point = np.zeros(probe.size) if start is None else start
    held: Change | None = None
    steps = np.arange(1, 10) / 9
    for _ in range(probe.effort):
        here, slope = probe.slope(point, free)
        steep = float(np.linalg.norm(slope))
        if here <= _NEVER or steep == 0:
            break
        target = _least(slope, float(slope @ point) - here, probe.low, probe.high)
        points = point[:, None] + (target - point)[:, None] * steps
        margins = probe(points)
        if margins.max() <= _NEVER:
            break
        lengths = np.linalg.norm(points, axis=0)
        penalty = 2 * max(float(np.linalg.norm(target)), float(np.linalg.norm(point)), _SMALL) / steep
        chosen = int((lengths + penalty * np.maximum(0, -margins)).argmin())
        for place in np.flatnonzero(margins >= 0):
            if held is None or lengths[place] < held.distance:
                held = Change(points[:, place], float(margins[place]))
        moved = np.linalg.norm(points[:, chosen] - point)
        point = points[:, chosen]
        if moved < _SMALL:
            break
    ends = [point] if held is None else [point, held.values]
    found = [change for end in ends if (change := shrunk(probe, end)) is not None]
    return min(found, key=lambda change: change.distance, default=None)


def nearest(probe: Probe) -> Change | None:
    """Give the shortest change from none or, where that search ends too early, from further uphill."""
    found = shortest(probe)
    if found is None and (top := furthest(probe)).holds:
        found = shortest(probe, top.values) or shrunk(probe, top.values)
    return found


def _least(slope: Array, needed: float, low: Array, high: Array) -> Array:
    """Give the shortest point of the box with slope @ point >= needed, or the furthest one."""
    if needed <= 0:
        return np.zeros_like(slope)

    def reached(multiplier: float) -> Array:
        return np.clip(multiplier * slope, low, high)

    top = 1.0
    while slope @ reached(top) < needed:
        top *= 4
        if top > 1e12:
            return np.where(slope > 0, high, np.where(slope < 0, low, 0.0))
    bottom = 0.0
    for _ in range(60):
        middle = (bottom + top) / 2
        bottom, top = (bottom, middle) if slope @ reached(middle) >= needed else (middle, top)
    return reached(top)


def shrunk(probe: Probe, point: Array) -> Change | None:
    """Give the shortest point on the way to a point, or a tenth beyond it, where the margin is positive."""
    low, high = 0.0, 1.1
    found: Change | None = None
    for _ in range(3):
        shares = np.linspace(low, high, _RAY)
        points = np.clip(np.outer(point, shares), probe.low[:, None], probe.high[:, None])
        margins = probe(points)
        holding = np.flatnonzero(margins >= 0)
        if not len(holding):
            return found
        first = int(holding[0])
        found = Change(points[:, first], float(margins[first]))
        if first == 0:
            break
        low, high = shares[first - 1], shares[first]
    return found


def fewest(probe: Probe, seed: int = 1, free: Members | None = None) -> Change | None:
    """Find a change of as few unknowns as possible, as short as it can be; None when MOST do not do.

    Greedy: each time that unknown joins, half or all the way to one of its ends, which brings most.
    """
    free = probe.free if free is None else free
    base = np.zeros(probe.size)
    chosen: list[int] = []
    for _ in range(min(MOST, len(free))):
        others = np.array([place for place in free if place not in chosen])
        levels = np.concatenate(
            [share * end[others] for end in (probe.low, probe.high) for share in _FRACTIONS]
        )
        places = np.tile(others, 2 * len(_FRACTIONS))
        points = np.repeat(base[:, None], len(places), axis=1)
        points[places, np.arange(len(places))] = levels
        margins = probe(points)
        if (margins >= 0).any():
            return _finished(probe, base, chosen, places, levels, margins, seed)
        largest = int(margins.argmax())
        chosen.append(int(places[largest]))
        base[places[largest]] = levels[largest]
    return None


def _finished(
    probe: Probe,
    base: Array,
    chosen: Sequence[int],
    places: Members,
    levels: Array,
    margins: Array,
    seed: int,
) -> Change:
    """Polish the three shortest of the sets that do, each the `chosen` unknowns and one more."""
    works = margins >= 0
    sets = dict[int, float]()
    for place, level in _bisected(probe, base, places[works], levels[works]):
        if abs(level) < abs(sets.get(place, np.inf)):
            sets[place] = level
    best = sorted(sets, key=lambda place: abs(sets[place]))[:3]
    found = []
    for place in best:
        start = base.copy()
        start[place] = sets[place]
        found.append(polished(probe, start, np.array([*chosen, place]), seed))
    return min(found, key=lambda change: change.distance)


def _bisected(probe: Probe, base: Array, places: Members, levels: Array) -> Iterator[tuple[int, float]]:
    """Move the last unknown of each set back as far as the margin stays positive."""
    low, high = np.zeros(len(levels)), levels.copy()
    for _ in range(8):
        middle = (low + high) / 2
        points = np.repeat(base[:, None], len(places), axis=1)
        points[places, np.arange(len(places))] = middle
        works = probe(points) >= 0
        high, low = np.where(works, middle, high), np.where(works, low, middle)
    for place, level in zip(places, high, strict=True):
        yield int(place), float(level)


def polished(probe: Probe, start: Array, members: Members, seed: int = 1) -> Change:
    """Give the shortest change of a few unknowns by differential evolution; `start` works already."""
    from scipy.optimize import differential_evolution

    kept = [Change(start, 0.0)]
    longest = float(np.linalg.norm(np.maximum(-probe.low, probe.high)[members])) + 1

    def length(points: Array) -> Array:
        whole = np.zeros((probe.size, points.shape[1]))
        whole[members] = points
        margins = probe(whole)
        lengths = np.linalg.norm(points, axis=0)
        short = longest + np.minimum(-margins / (abs(kept[0].margin) + 1e-12 + np.abs(margins).max()), 1)
        return np.asarray(np.where(margins >= 0, lengths, short))

    box = [(float(probe.low[place]), float(probe.high[place])) for place in members]
    found = differential_evolution(
        length,
        box,
        x0=start[members],
        popsize=16,
        maxiter=probe.effort,
        tol=1e-4,
        polish=False,
        vectorized=True,
        updating="deferred",
        rng=np.random.default_rng(seed),
    )
    point = np.zeros(probe.size)
    point[members] = found.x
    ends = [shrunk(probe, point), shortest(probe, point, members), shrunk(probe, start)]
    return min((end for end in ends if end is not None), key=lambda change: change.distance)


def unlike(probe: Probe, first: Change, starts: Sequence[Array], most: int = 4) -> list[Change]:
    """Give changes that differ from one another in what they mostly change, the shortest first.

    After each the unknown that did most is left as it is, and the search begins anew; then it begins from
    `starts`, where what is asked for is known to hold.
    """
    found, free = [first], probe.free
    while len(found) < most and len(free) > 1:
        _, slope = probe.slope(found[-1].values, free)
        strongest = int(np.argmax(np.abs(slope * found[-1].values)))
        if strongest not in free:
            break
        free = free[free != strongest]
        following = shortest(probe, None, free)
        if following is None:
            break
        found.append(following)
    for start in starts:
        following = shortest(probe, start)
        if following is not None and all(_differ(following, other) for other in found):
            found.append(following)
    return sorted(found, key=lambda change: change.distance)


def _differ(one: Change, other: Change) -> bool:
    """Say whether two changes point in other directions: by more than some 25 degrees."""
    lengths = one.distance * other.distance
    return lengths > 0 and float(one.values @ other.values) < 0.9 * lengths


def furthest(probe: Probe) -> Change:
    """Go uphill within the box from the best point so far, and give the one with the largest margin."""
    free = probe.free
    for _ in range(10):
        before = probe.best
        _, slope = probe.slope(before.values, free)
        steep = np.abs(slope).max()
        if steep == 0:
            break
        widths = np.geomspace(0.1, 100, 16) * np.abs(probe.high - probe.low).max() / steep
        points = np.clip(
            before.values[:, None] + np.outer(slope, widths), probe.low[:, None], probe.high[:, None]
        )
        probe(points)
        if probe.best.margin <= before.margin:
            break
    return probe.best
