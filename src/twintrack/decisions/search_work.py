"""The worlds of a search, and what mixes bring in them while they evolve."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from twintrack.core import Core
from twintrack.decisions.search_driver import Evolution, evolve
from twintrack.decisions.search_space import Settings, Space
from twintrack.decisions.spreading import evenly_by
from twintrack.equations.structure import Array
from twintrack.errors import Fault
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.strategies import BASELINE, Strategy
from twintrack.inputs.validation import FaultList, unknown
from twintrack.resources import work_dir
from twintrack.runs.asked import tell_notes
from twintrack.runs.candidates import Candidates, Wanted, Worlds
from twintrack.runs.equal_cost import COST
from twintrack.stored import code_digest
from twintrack.worlds.basis import basis_of
from twintrack.worlds.drawing import draw_worlds
from twintrack.worlds.tables import table_digest

ROUGH = 40
"""Worlds in which every mix is tried."""
PRICED = 8
"""Worlds, of these, in which the factor on its money is found."""
AFFORDABLE = 0.01
"""Relative excess of mean cost that a mix may leave while it evolves."""
_NOISE = 0.05


@dataclass(frozen=True)
class Search:
    """What is searched, and how long.

    Attributes:
        outcomes: Names of the outcomes that are to be better, all at once.
        year: Saved time at which they are read.
        strategies: Names of the strategies that mixes are compared with, and start from.
        limits: Lowest and highest level of each lever that may move.
        effort: Largest effort of a mix (see `Space`); None: that of the strategy with the largest.
        evaluations: Mixes that are tried.
        population: Mixes of a generation.
        training: Worlds in which mixes evolve.
        held_out: Worlds in which they are judged.
        mixes: Mixes that are kept at most.
        scenario: Name of the outside world.
        seed: Seed of worlds and evolution.
        prior: Draw worlds from the prior.
    """

    outcomes: Sequence[str]
    year: float
    strategies: Sequence[str]
    limits: Mapping[str, tuple[float, float]]
    effort: float | None = None
    evaluations: int = 20_000
    population: int = 80
    training: int = 200
    held_out: int = 500
    mixes: int = 20
    scenario: str = CENTRAL
    seed: int = 1
    prior: bool = False


@dataclass
class Work:
    """The worlds of a search, and mixes in them."""

    core: Core
    search: Search
    space: Space
    training: Worlds
    held_out: Worlds
    runs: Candidates
    rough: Worlds = field(init=False)
    priced: Worlds = field(init=False)
    _known: dict[int, tuple[Worlds, Array]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        first = self._base(self.training)[0, 0]
        self.rough = self.training.take(evenly_by(first, ROUGH))
        self.priced = self.rough.take(evenly_by(np.arange(self.rough.size), PRICED))

    @cached_property
    def baseline(self) -> Strategy:
        """The baseline at its own cost."""
        return replace(self.core.strategy(BASELINE), budget="own")

    @cached_property
    def signs(self) -> Array:
        """1 for an outcome that is better higher, -1 for the others, shape (outcomes, 1, 1)."""
        better = [self.core.outcomes[name].better for name in self.search.outcomes]
        return np.array([1.0 if one == "higher" else -1.0 for one in better])[:, None, None]

    def gains(self, values: Array, worlds: Worlds) -> Array:
        """Turn values (outcomes, strategies, worlds) into differences to the baseline, more being better."""
        return np.asarray(self.signs * (values - self._base(worlds)))

    def _base(self, worlds: Worlds) -> Array:
        """Give the values of the baseline, shape (outcomes, 1, worlds)."""
        if id(worlds) not in self._known:
            values, _ = self.runs.at_own_cost([self.baseline], worlds)
            self._known[id(worlds)] = (worlds, values)
        return self._known[id(worlds)][1]

    def tried(self, points: Array, worlds: Worlds) -> tuple[Array, Array]:
        """Give mean gains of mixes, shape (points, outcomes), at one factor each, and how far cost is off."""
        return self.tried_settings([self.space.settings(point) for point in points], worlds)

    def tried_settings(self, settings: Sequence[Settings], worlds: Worlds) -> tuple[Array, Array]:
        """Give the same of settings."""
        plans = [self.space.mix(one) for one in settings]
        factors, excess = self.runs.factors(plans, self.priced)
        values, _ = self.runs.at_factors(plans, worlds, factors)
        gains = self.gains(values, worlds).mean(axis=2).T
        return np.nan_to_num(gains, nan=-1e30), np.abs(excess) - AFFORDABLE


def prepared(core: Core, search: Search) -> tuple[Work, str]:
    """Draw the worlds of a search, and say where they come from. Raises InputError with all faults."""
    _check(core, search)
    frame, notes = draw_worlds(core, search.training + search.held_out, search.seed, prior=search.prior)
    tell_notes(notes)
    worlds = Worlds({str(name): frame[name].to_numpy(float) for name in frame})
    space = Space(core, search.limits)
    if search.effort is None:
        known = [space.effort_of(space.levels(core.strategy(name))) for name in search.strategies]
        space = replace(space, effort=max(known, default=np.inf))
    else:
        space = replace(space, effort=search.effort)
    runs = Candidates(core, [Wanted(name, search.year) for name in search.outcomes], search.scenario)
    first, second = np.split(np.arange(worlds.size), [search.training])
    return Work(core, search, space, worlds.take(first), worlds.take(second), runs), str(
        frame.attrs["worlds"]
    )


def _check(core: Core, search: Search) -> None:
    """Raise InputError with all that is wrong."""
    faults = FaultList()
    for name in search.outcomes:
        if name not in core.outcomes:
            faults.append(Fault(f"outcome {name}", unknown("outcome", name, core.outcomes)))
        elif core.outcomes[name].better == "neutral":
            faults.append(Fault(f"outcome {name}", "is better neither higher nor lower; take another one"))
        elif name == COST:
            faults.append(Fault(f"outcome {name}", "is made equal for all mixes; take another one"))
    if not search.outcomes:
        faults.append(Fault("outcomes", "none is named: name at least one"))
    for name in search.strategies:
        with faults:
            core.strategy(name)
    least = {"evaluations": search.population, "population": 4, "training": 2, "held_out": 2, "mixes": 1}
    for name, smallest in least.items():
        if getattr(search, name) < smallest:
            faults.append(Fault(name, f"must be at least {smallest}, not {getattr(search, name)}"))
    if search.effort is not None and not search.effort > 0:
        faults.append(Fault("effort", f"must be above 0, not {search.effort:g}"))
    faults.raise_any()


def evolved(work: Work, show: Callable[[int], None]) -> tuple[Array, Path]:
    """Evolve mixes from the named strategies; give points that no other dominates, and where work is kept."""
    search, space = work.search, work.space
    known = [space.point(work.core.strategy(name)) for name in search.strategies] or [
        space.point(work.baseline)
    ]
    random = np.random.default_rng(search.seed)
    start = np.array([known[place % len(known)] for place in range(search.population)])
    start[len(known) :] += random.normal(0, _NOISE, start[len(known) :].shape)
    start[:, -len(space.groups) :] = np.abs(start[:, -len(space.groups) :])
    described = "\0".join(
        [
            repr(search),
            repr(space.effort),
            repr(basis_of(work.core)),
            table_digest(work.training.values.items()),
        ]
    )
    digest = hashlib.sha256(described.encode() + code_digest("decisions")).hexdigest()
    kept = work_dir() / "searches" / f"{digest}.npz"
    whole = work.training.size > work.rough.size
    how = Evolution(
        rough=partial(work.tried, worlds=work.rough),
        fine=partial(work.tried, worlds=work.training) if whole else None,
        unknowns=space.size,
        goals=len(search.outcomes),
        population=search.population,
        generations=-(-search.evaluations // search.population),
        seed=search.seed,
        kept=kept,
        show=lambda done: show(done * search.population),
    )
    return evolve(how, np.clip(start, 0, 1)), kept
