"""Test 8, behaviour anomaly: what changes when a loop is cut. A loop whose cut changes nothing is idle.

Every link of every named loop is cut by itself, the cause held at its value of 2016 for that effect only, in
the run that the loop's entry names. A link carries its loop and whatever else passes through it; so the loop
is judged by its narrowest cut, the link, used by no other named loop where there is one, that changes least.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from field_tests.integration_error import PROBABILITIES
from field_tests.knockout import CausalLink, cut_inputs, with_switches
from twintrack.calibration.field_results import (
    Evidence,
    FieldTest,
    Text,
    at_least,
    at_most,
    columns,
    told,
)
from twintrack.engines import NativeEngine
from twintrack.equations.structure import Array
from twintrack.inputs.loops import links
from twintrack.inputs.world import laid_over
from twintrack.names import split_element
from twintrack.runs.arrays import along_time, place_of
from twintrack.runs.switching import lever_inputs

if TYPE_CHECKING:
    from twintrack.engines.base import BatchEngine
    from twintrack.inputs.structure_schemas import Cycle, LoopEntry, LoopState
    from twintrack.model import Model

NOTICED = 0.01
"""A change of less than this share of an outcome's range is none."""

HISTORY = (
    "capability_gap",
    "compute_gap",
    "adoption_rate",
    "organisation_adoption",
    "ai_industry_size",
    "registered_models",
    "top_talent_at_home",
)
"""Outcomes that were observed until 2024, or follow directly from what was."""

LAST_OBSERVED = 2024.0
LEAST_ACTIVE = 0.9
"""Share of the named loops whose cut must be noticed."""


@dataclass(frozen=True)
class CutLoop:
    """What cutting a loop changes.

    `share` is the largest change of an outcome at any time over the outcome's range, `outcome` that outcome;
    `headline` the same of headline outcomes, `past` of observed outcomes until 2024, and `widest` is `share`
    of the link that changes most.
    """

    loop: str
    link: CausalLink
    shared: bool
    share: float
    outcome: str
    headline: float
    past: float
    widest: float


def behaviour_anomaly(model: Model) -> FieldTest:
    """Cut every named loop and report what changes."""
    found = cut_loops(model)
    active = [item for item in found if item.share >= NOTICED]
    idle = [item for item in found if item.share < NOTICED]
    dead = [item for item in found if item.widest < NOTICED]
    leading = [item for item in found if item.headline >= NOTICED]
    past = [item for item in found if item.past >= NOTICED]
    strongest = max(found, key=lambda item: item.share)
    measures = (
        told(Text("Named loops cut", "切断的回路"), len(found)),
        at_least(
            Text("Loops whose narrowest cut is noticed", "最窄切断可察觉的回路"),
            len(active) / len(found),
            LEAST_ACTIVE,
            "share",
        ),
        at_most(
            Text("Loops with no link whose cut is noticed", "任一环节切断均不可察觉的回路"), len(dead), 0
        ),
        told(Text("Loops that move a headline outcome", "影响主要结果的回路"), len(leading)),
        told(Text("Loops that shape observed outcomes until 2024", "影响2024年前观测结果的回路"), len(past)),
        told(Text("Largest change by one cut", "单次切断的最大变化"), strongest.share, "of range"),
    )
    names = ", ".join(item.loop for item in idle)
    return FieldTest(
        8,
        "behaviour_anomaly",
        Text("Behaviour anomaly", "行为异常"),
        Text(
            f"Cutting {len(active)} of {len(found)} named loops moves an outcome by 1 % of its range or"
            f" more, in the run that the loop names; {len(past)} also move what was observed until 2024."
            f" Hardly anything depends on:"
            f" {names or 'none'}.",
            f"切断{len(found)}条已命名回路中的{len(active)}条会使某项结果变化其幅度的1%以上，其中{len(past)}条也影响2024年前的"
            f"观测结果。几乎不起作用的回路：{names or '无'}。",
        ),
        measures,
        (
            Evidence(
                Text("What each cut changes, over the outcome's range", "各回路切断后的变化（占结果幅度）"),
                columns(
                    "loop|回路",
                    "narrowest cut|最窄切断",
                    "link shared with another loop|与其他回路共用",
                    "largest change|最大变化",
                    "of|结果",
                    "headline outcomes|主要结果",
                    "observed outcomes until 2024|2024年前观测结果",
                    "widest cut|最宽切断",
                ),
                tuple(
                    (
                        it.loop,
                        " -> ".join(it.link),
                        it.shared,
                        it.share,
                        it.outcome,
                        it.headline,
                        it.past,
                        it.widest,
                    )
                    for it in sorted(found, key=lambda it: -it.share)
                ),
            ),
        ),
        "pytest tests/validation/test_behaviour_anomaly.py",
    )


def cut_loops(model: Model) -> list[CutLoop]:
    """Cut all links of all named loops, one at a time, and give what that does to each loop's outcomes."""
    loops = model.inputs.loops
    uses = Counter(link for loop in loops.values() for cycle in loop.cycles for link in _links(cycle))
    named = list(uses)
    engine = NativeEngine(with_switches(model.equations, named))
    found: list[CutLoop] = []
    for state, together in _by_state(loops.values()):
        needed = list(
            dict.fromkeys(link for loop in together for cycle in loop.cycles for link in _links(cycle))
        )
        runs = _runs(model, engine, named, state, [-1, *(named.index(link) for link in needed)])
        changes = {
            link: (
                _largest(runs, tuple(model.outcomes), number),
                _largest(runs, model.headline, number),
                _largest(runs, HISTORY, number, LAST_OBSERVED),
            )
            for number, link in enumerate(needed, start=1)
        }
        for loop in together:
            for cycle in loop.cycles:
                cuts = {link: changes[link] for link in _links(cycle)}
                alone = [link for link in cuts if uses[link] == 1]
                narrow = min(alone or cuts, key=lambda link: cuts[link][0][0])
                (share, outcome), (headline, _), (past, _) = cuts[narrow]
                widest = max(change[0][0] for change in cuts.values())
                found.append(CutLoop(cycle.id, narrow, not alone, share, outcome, headline, past, widest))
    return found


Courses = dict[str, Array]
"""Outcome to values, shape (saved times, runs), and "time"."""


def _links(cycle: Cycle) -> list[CausalLink]:
    """Give the links of a chain as pairs of whole variables; links inside one variable are left out."""
    pairs = ((split_element(cause)[0], split_element(effect)[0]) for cause, effect in links(cycle))
    return [(cause, effect) for cause, effect in pairs if cause != effect]


def _by_state(loops: Iterable[LoopEntry]) -> list[tuple[LoopState, list[LoopEntry]]]:
    """Put loops together whose states are the same run."""
    found: dict[str, tuple[LoopState, list[LoopEntry]]] = {}
    for loop in loops:
        key = repr(loop.state.model_dump(exclude={"year"}))
        found.setdefault(key, (loop.state, []))[1].append(loop)
    return list(found.values())


def _runs(
    model: Model, engine: BatchEngine, named: list[CausalLink], state: LoopState, cuts: list[int]
) -> Courses:
    """Run a loop's state once for each cut; -1 cuts nothing."""
    run = model.run(model.strategy(state.strategy, **state.levers), state.scenario, world=state.world)
    start = {cause: run[cause][0] for cause, _ in named}
    times = model.equations.time.times
    sized, _ = model.at_budget(model.strategy(state.strategy, **state.levers), state.scenario)
    outside = laid_over(model.scenario(state.scenario).world, model.world_values(state.world))
    world = model.world_arrays.inputs(outside, times)
    levers = lever_inputs(sized, model.equations, times)
    values = engine.run(
        {**world.constants, **levers.constants, **cut_inputs(named, start, cuts)},
        {**levers.series, **world.series},
        model.catalogue.outcome_variables,
        runs=len(cuts),
        blend=levers.blend,
    )
    found = {"time": model.equations.time.saved}
    for name in model.outcomes:
        variable, place = place_of(model.equations, name)
        found[name] = along_time(values[variable], place)
    return found


def _largest(runs: Courses, names: tuple[str, ...], number: int, until: float = np.inf) -> tuple[float, str]:
    """Give the largest change of an outcome over its range, and the outcome; infinite where a run broke."""
    inside = runs["time"] <= until
    changes = []
    for name in names:
        values = runs[name][inside]
        spread = 1.0 if name in PROBABILITIES else float(np.ptp(values[:, 0])) or 1.0
        change = float(np.abs(values[:, number] - values[:, 0]).max() / spread)
        changes.append((change if np.isfinite(change) else np.inf, name))
    return max(changes)
