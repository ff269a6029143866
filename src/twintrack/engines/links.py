"""How much of a change came over each link, by exact differences of the equations: Loops That Matter.

Over a step of a run, every cause of an equation moves alone from its value at the beginning to that at the
end while all others are held; the equation is computed by the code that the NumPy engine runs. A score is the
change that this brings over the change that there was, with the sign of the link. For a stock it is that of
its net flow, in the same step. Schoenberg, Davidsen and Eberlein, System Dynamics Review 36 (2020) 158; for
flows into stocks as corrected by Schoenberg, Hayward and Eberlein, System Dynamics Review 39 (2023) 71.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from twintrack.engines.base import check_inputs
from twintrack.engines.numpy.emit import emit
from twintrack.engines.numpy.library import loaded
from twintrack.engines.state_names import Size, StateNames
from twintrack.engines.state_sizes import StateSizes
from twintrack.equations import Equations
from twintrack.equations.structure import Array, StateValue, walk
from twintrack.errors import EquationError

Cell = tuple[str, tuple[int, ...]]
"""An element of a variable."""
Link = tuple[Cell, Cell]
"""A cause and its effect."""

ROUNDING = 1e-14
"""A change below this share of the value is none: it could be rounding (float64: 2e-16)."""
_NO_CAUSES = ("lookup", "control")


@dataclass(frozen=True)
class Steps:
    """Some steps of a run: `begins` and `ends` hold all variables, shape axes + (steps,).

    `times` are when the steps begin, shape (steps,), and `lengths` how long they are.
    """

    times: Array
    lengths: Array
    begins: Mapping[str, Array]
    ends: Mapping[str, Array]
    first: Mapping[str, Array]
    """All variables at the beginning of the run, shape axes: what INITIAL keeps follows from them."""


def steps_of(equations: Equations, values: Mapping[str, Array], chosen: NDArray[np.int64]) -> Steps:
    """Take some steps, by their numbers, of a run that saved every step: shape (steps + 1,) + axes each."""
    times = equations.time.times
    return Steps(
        times[chosen],
        np.diff(times)[chosen],
        {name: np.moveaxis(array[chosen], 0, -1) for name, array in values.items()},
        {name: np.moveaxis(array[chosen + 1], 0, -1) for name, array in values.items()},
        {name: array[0] for name, array in values.items()},
    )


class LinkScores:
    """Scores of the links of one model over some steps of a run."""

    def __init__(self, equations: Equations, steps: Steps) -> None:
        self.equations = equations
        self.steps = steps
        self._sizes = StateSizes(equations)

    def into(self, effect: str) -> dict[Link, Array]:
        """Give the scores of all links into the elements of a variable, shape (steps,), but those that are 0.

        Raises EquationError for what has a memory other than a stock: its links take more than one step.
        """
        variable = self.equations.variables[effect]
        moving = [cell for cause in self._causes(effect) for cell in self._moving(cause)]
        if not moving or variable.kind in ("constant", *_NO_CAUSES):
            return {}
        self._check(effect)
        found = self._variants(effect, moving)
        begin, end, alone = found[..., 0, :], found[..., 1, :], found[..., 2:, :]
        change = end - begin
        least = ROUNDING * self._size(effect, begin, end)
        rests = np.abs(change) <= least
        outside = self._outside(effect, begin)
        scores: dict[Link, Array] = {}
        for place, cause in enumerate(moving):
            brought = alone[..., place, :] - begin
            brought = np.where((np.abs(brought) <= least) | rests | outside, 0.0, brought)
            if not brought.any():
                continue
            with np.errstate(all="ignore"):
                share = np.where(rests, 0.0, np.abs(brought / change))
            signs = np.sign(brought) * np.sign(self._difference(cause))
            for cell in np.argwhere(brought.any(axis=-1)).tolist():
                at = tuple(cell)
                scores[cause, (effect, at)] = share[at] * signs[at]
        return scores

    def _causes(self, name: str) -> list[str]:
        """Give the variables that move an equation; a stock may be among its own."""
        variables = self.equations.variables
        found = [other for other in self.equations.causes(name) if variables[other].kind not in _NO_CAUSES]
        return [*found, name] if variables[name].kind == "stock" else found

    def _moving(self, name: str) -> Iterator[Cell]:
        """Yield the elements of a variable that move at all."""
        changes = self.steps.ends[name] != self.steps.begins[name]
        shape = self.equations.variables[name].shape
        return ((name, cell) for cell in product(*map(range, shape)) if changes[cell].any())

    def _difference(self, cell: Cell) -> Array:
        name, at = cell
        change: Array = self.steps.ends[name][at] - self.steps.begins[name][at]
        return change

    def _size(self, effect: str, begin: Array, end: Array) -> Array:
        """Give how large a value is; of a net flow, what would move all of its stock within the step."""
        if self.equations.variables[effect].kind == "stock":
            return np.abs(self.steps.begins[effect]) / self.steps.lengths
        return np.maximum(np.abs(begin), np.abs(end))

    def _outside(self, effect: str, begin: Array) -> NDArray[np.bool]:
        """Tell of which elements the value is no result of the equation: it was given from outside."""
        if self.equations.variables[effect].kind == "stock":
            return np.zeros((*begin.shape[:-1], 1), np.bool)
        apart = np.abs(begin - self.steps.begins[effect]).max(axis=-1, keepdims=True)
        return np.asarray(apart > 1e-9 * np.abs(begin).max(axis=-1, keepdims=True))

    def _check(self, effect: str) -> None:
        """Raise EquationError where something in the equation has a memory and is no stock."""
        for part in self.equations.components[effect]:
            for item in walk(part.expression, self.equations.states):
                kind = self.equations.states[item.state].kind if isinstance(item, StateValue) else "initial"
                if kind not in ("integ", "initial"):
                    message = f"a link into {kind.upper()} has no score; write it as a stock with its flow"
                    raise EquationError(message, variable=effect, where=part.where)

    # The equation, computed for many runs at once: of each step a run in which all is as at its beginning,
    # one in which all is as at its end, and one for each cause that moves alone

    def _variants(self, effect: str, moving: Sequence[Cell]) -> Array:
        """Give the equation, or the net flow of a stock, shape axes + (2 + moving, steps)."""
        count, steps = 2 + len(moving), self.steps
        given = {name: self._moved(name, moving, count) for name in self._causes(effect)}
        times = np.tile(steps.times, count).reshape(count, -1)
        times[1] += steps.lengths
        result = self._computed(effect, given, times.ravel())
        return result.reshape(*result.shape[:-1], count, len(steps.times))

    def _moved(self, name: str, moving: Sequence[Cell], count: int) -> Array:
        """Give a cause in all variants, shape axes + (variants * steps,)."""
        begin, end = self.steps.begins[name], self.steps.ends[name]
        values = np.repeat(begin[..., None, :], count, axis=-2)
        values[..., 1, :] = end
        for place, (cause, cell) in enumerate(moving, start=2):
            if cause == name:
                values[(*cell, place)] = end[cell]
        return values.reshape(*begin.shape[:-1], -1)

    def _computed(self, effect: str, given: Mapping[str, Array], times: Array) -> Array:
        variables = self.equations.variables
        stock = variables[effect].kind == "stock"
        causes = {name: array for name, array in given.items() if name != effect}
        inputs = check_inputs(self.equations, causes, {}, (effect,), len(times), self.equations.time)
        sizes = self._sizes.find(inputs)
        program = emit(self.equations, inputs, inputs.outputs, sizes)
        functions = loaded(program.source)
        before = [self.steps.first[name][..., None] for name in inputs.constants]
        after = list(inputs.constants.values())
        with np.errstate(all="ignore"):
            flows, memory, fixed = functions["init"](before, [], len(times))
            held = functions["constants"](after, fixed)
            clock = times, 0, times, self.equations.time.step
            if stock:
                levels = _Levels(self.equations, effect, sizes)
                flows = levels.put(flows, given.get(effect, self.steps.first[effect]))
                rates, _ = functions["step"](after, [], held, fixed, flows, memory, *clock)
                return levels.taken(rates, len(times))
            if program.moving:
                (result,) = functions["outputs"](after, [], held, fixed, flows, memory, *clock)
            else:
                (result,) = functions["still"](after, held, fixed)
        return np.array(np.broadcast_to(result, (*variables[effect].shape, len(times))), np.float64)


class _Levels:
    """Where the parts of a stock, one for each of its equations, stand among the levels of a program."""

    def __init__(self, equations: Equations, name: str, sizes: Mapping[int, Size]) -> None:
        self._variable = equations.variables[name]
        code = StateNames(equations, sizes)
        parts = equations.components[name]
        states = [part.expression.state for part in parts if isinstance(part.expression, StateValue)]
        assert len(states) == len(parts), "a stock is nothing but its INTEG"
        live = {
            item.state
            for part in parts
            for item in walk(part.expression, equations.states)
            if isinstance(item, StateValue)
        }
        names = [flow for state in sorted(live) for flow in code.flow_names(state)]
        self._places = [names.index(code.flow_names(state)[0]) for state in states]
        self._boxes = [np.ix_(*[[i] if isinstance(i, int) else list(i) for i in part.box]) for part in parts]
        self._axes = [tuple(a for a, i in enumerate(part.box) if isinstance(i, int)) for part in parts]

    def put(self, flows: Sequence[Array], value: Array) -> list[Array]:
        """Give the levels with those of the stock replaced; `value` has shape axes + (runs,)."""
        levels = list(flows)
        for place, box, single in zip(self._places, self._boxes, self._axes, strict=True):
            levels[place] = np.squeeze(value[box], single)
        return levels

    def taken(self, rates: Sequence[Array], runs: int) -> Array:
        """Give the net flow of the stock, shape axes + (runs,)."""
        result = np.empty((*self._variable.shape, runs))
        for place, box, single in zip(self._places, self._boxes, self._axes, strict=True):
            rate = np.asarray(rates[place], np.float64)
            whole = np.expand_dims(rate, single) if rate.ndim > 1 or not single else rate
            result[box] = np.broadcast_to(whole, result[box].shape)
        return result
