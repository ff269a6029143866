"""One equation by itself: what a variable becomes when its causes are given.

The code is the same that the NumPy engine runs, written for one variable whose causes are all given from
outside. A stock, or what else has a memory, needs as many steps as it has stages before a change of its input
shows in its value; everything without memory answers at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from twintrack.engines.base import Inputs, check_inputs
from twintrack.engines.numpy.emit import Program, emit
from twintrack.engines.numpy.library import loaded
from twintrack.engines.state_names import Size, StateNames
from twintrack.engines.state_sizes import StateSizes
from twintrack.equations import Equations
from twintrack.equations.structure import Array, StateValue


class OneEquation:
    """The equation of one variable, `causes` being the variables whose values must be given."""

    def __init__(self, equations: Equations, name: str) -> None:
        """Prepare the equation; raises EquationError when the model has no variable of this name."""
        without_value = ("lookup", "control")
        self.equations = equations
        self.name = name
        self.causes = tuple(
            cause for cause in equations.causes(name) if equations.variables[cause].kind not in without_value
        )
        self._sizes = StateSizes(equations)

    def value(self, held: Mapping[str, Array], moved: Mapping[str, Array], time: float) -> Array:
        """Give the value of the variable after some of its causes have moved, all others held.

        Args:
            held: Values at `time` of all causes, and of the variable itself where it is a stock; shape axes.
            moved: The causes that move, shape axes + (runs,).
            time: Time in the model's unit.

        Returns:
            Shape axes + (runs,). For a stock: the value one time step later.
        """
        runs = next(iter(moved.values())).shape[-1]
        given = {cause: held[cause] for cause in self.causes}
        inputs = check_inputs(self.equations, given, {}, (self.name,), runs, self.equations.time)
        before = inputs.constants
        sizes = self._sizes.find(inputs)
        program, functions = self._compiled(inputs, sizes)
        clock = time, self.equations.time.step
        after = [moved.get(cause, value) for cause, value in before.items()]
        with np.errstate(all="ignore"):
            flows, memory, fixed = functions["init"](list(before.values()), [], runs)
            if self.equations.variables[self.name].kind == "stock":
                flows = self._with_levels(flows, np.asarray(held[self.name], dtype=np.float64), sizes)
            kept = functions["constants"](after, fixed)
            stages = self._stages(sizes)
            for i in range(stages):
                rates, memory = functions["step"](after, [], kept, fixed, flows, memory, time, i, *clock)
                flows = [old + clock[1] * rate for old, rate in zip(flows, rates, strict=True)]
            if program.moving:
                (result,) = functions["outputs"](after, [], kept, fixed, flows, memory, time, stages, *clock)
            else:
                (result,) = functions["still"](after, kept, fixed)
        shape = (*self.equations.variables[self.name].shape, runs)
        return np.array(np.broadcast_to(result, shape), dtype=np.float64)

    def _with_levels(self, flows: Sequence[Array], value: Array, sizes: Mapping[int, Size]) -> list[Array]:
        """Put the value of a stock in place of its initial one, each of its equations having its own part.

        A smooth or delay inside of its flow starts in balance with the causes.
        """
        code = StateNames(self.equations, sizes)
        states = sorted(self._states(inside=True))
        names = [name for state in states for name in code.flow_names(state)]
        levels = dict(zip(names, flows, strict=True))
        for part in self.equations.components[self.name]:
            assert isinstance(part.expression, StateValue), "a stock is nothing but its INTEG"
            level = value
            for axis in reversed(range(value.ndim)):
                level = np.take(level, part.box[axis], axis)
            (name,) = code.flow_names(part.expression.state)
            levels[name] = np.broadcast_to(level[..., None], levels[name].shape)
        return list(levels.values())

    def _compiled(self, inputs: Inputs, sizes: Mapping[int, Size]) -> tuple[Program, dict[str, Any]]:
        program = emit(self.equations, inputs, inputs.outputs, sizes)
        return program, loaded(program.source)

    def _stages(self, sizes: Mapping[int, Size]) -> int:
        """Give how many steps it takes from the inputs of the equation to its value."""
        moving = (number for number in self._states() if self.equations.states[number].kind != "initial")
        stages = (sizes.get(number, 1) for number in moving)
        return max((max(size) if isinstance(size, tuple) else size for size in stages), default=0)

    def _states(self, *, inside: bool = False) -> set[int]:
        """Give the numbers of the states that the equation reads, with `inside` also those in their flows."""
        pending = [part.expression for part in self.equations.components[self.name]]
        found: set[int] = set()
        while pending:
            expression = pending.pop()
            if isinstance(expression, StateValue):
                found.add(expression.state)
                pending += self.equations.states[expression.state].inputs.values() if inside else ()
            pending += expression.children if expression is not None else ()
        return found
