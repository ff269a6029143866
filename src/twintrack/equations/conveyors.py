"""DELAY CONVEYOR: a belt that moves on by one place in each step, and from which leaks what lies on it.

The formulas are those of Vensim's manual. What comes out in a step does not leak any more; all else does,
also what has just come in. What lay on the belt at first comes out as high as the profile is at its place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from twintrack.equations.composites import ONE, ZERO, held, remembered, step_of
from twintrack.equations.constructs import MEMORY
from twintrack.equations.expressions import Call, Lowering
from twintrack.equations.graph import Graph
from twintrack.equations.lookup_functions import lines_of
from twintrack.equations.naming import spoken
from twintrack.equations.structure import Equations, Expr, Number, Time
from twintrack.errors import EquationError, raise_together

KIND = "delay_conveyor"


def _conveyor(lowering: Lowering, name: str, trees: Sequence[Any]) -> Expr:
    needed, shown = len(MEMORY[name].arguments), spoken(name)
    if len(trees) != needed:
        return lowering.fault(f"{needed} arguments are needed, {len(trees)} are given", shown)
    profile = lines_of(lowering, trees[3], shown, positive=True)
    value, time, leakage, initial, first_time = (lowering.lower(trees[place]) for place in (0, 1, 2, 4, 5))
    if profile is None:
        return Number(value=math.nan)
    apply, step = lowering.apply, step_of(lowering)
    kept = apply("subtract", ONE, apply("multiply", leakage, step))
    inputs = {"kept": kept, "input": value, "time": time}
    entered = remembered(lowering, KIND, ZERO, lambda own: inputs)
    passed = apply("subtract", Time(), lowering.variable_value("initial_time", ()))
    begin = profile.lines[0].x
    width = apply("subtract", profile.end, begin)

    def before(moment: Expr) -> Expr:
        """Give the area of the profile up to a time since the beginning."""
        share = apply("divide", moment, first_time)
        return profile.area(apply("add", begin, apply("multiply", width, share)))

    share = apply(
        "divide",
        apply("subtract", before(apply("add", passed, step)), before(passed)),
        profile.area(profile.end),
    )
    left = held(lowering, ONE, lambda own: apply("multiply", own, kept))
    first = apply("divide", apply("multiply", initial, share), step)
    return apply("add", entered, apply("multiply", first, left))


def check_conveyors(equations: Equations) -> None:
    """Raise EquationError for conveyors whose speed changes while the model runs."""
    graph = Graph(equations, initial=False)
    faults = []
    for state in equations.states:
        time = state.inputs.get("time")
        if state.kind != KIND or time is None:
            continue
        nodes = graph.order(graph.needed_by(time))
        if graph.is_moving(time) or any(map(graph.is_dynamic, nodes)):
            message = (
                "how a conveyor changes its speed is not told by Vensim's manual; give it a constant time"
            )
            faults.append(
                EquationError(message, variable=state.variable, construct="DELAY CONVEYOR", where=state.where)
            )
    raise_together(faults)


CALLS: dict[str, Call] = {KIND: _conveyor}
"""What lowers the function."""
