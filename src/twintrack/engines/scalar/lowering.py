"""From typed equations to scalar operations: what each element starts from and what it becomes at every step.

Subscripts are resolved here: the value of an expression is asked for at one place of its axes, and a
reference to another variable becomes the value of one of its elements.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product

from twintrack.engines.layout import Layout
from twintrack.engines.scalar.graph import ScalarGraph
from twintrack.engines.scalar.vectors import Vectors
from twintrack.engines.state_names import Size, StateNames
from twintrack.equations.clock import STAGES, TimeGrid
from twintrack.equations.constructs import REDUCERS, VECTORS
from twintrack.equations.functions import FUNCTIONS
from twintrack.equations.recursion import deep_recursion
from twintrack.equations.states import STATES, TRUTHS, joined
from twintrack.equations.structure import (
    ActiveInitial,
    Apply,
    Equations,
    Expr,
    Literal,
    LookupCall,
    Number,
    OwnValue,
    Reduce,
    Reference,
    State,
    StateValue,
    Time,
    Vector,
    walk,
)
from twintrack.equations.subscripts import flat_place

Position = Mapping[str, int]
"""The position on each named axis."""
Cell = tuple[int, ...]


def _jumps(equations: Equations) -> bool:
    """Tell whether a model rounds or sorts, so that the last digit of what is rounded or sorted counts."""
    return any(
        (isinstance(item, Apply) and FUNCTIONS[item.function].jumps)
        or (isinstance(item, Vector) and VECTORS[item.function].jumps)
        for expression in equations.expressions()
        for item in walk(expression)
    )


@dataclass(frozen=True)
class InputLayouts:
    """What is given from outside and where it lies in the packed arrays.

    `constants` and `series` may differ from run to run, `shared` are series that do not. `second` maps a
    series to the name under which the same layouts hold its second values; `weight` is the stock between.
    """

    constants: Layout
    series: Layout
    shared: Layout
    second: Mapping[str, str]
    weight: str

    def leaves(self) -> dict[str, tuple[str, int]]:
        """Give the kind of leaf and the first place of every name."""
        kinds = (("constant", self.constants), ("series", self.series), ("shared_series", self.shared))
        return {name: (kind, start) for kind, layout in kinds for name, (start, _) in layout.places.items()}


@dataclass(frozen=True)
class Slot:
    """One number of the state of a run: a level, or with `length` > 1 a pipeline of so many numbers."""

    first: int
    following: int
    length: int = 1


@dataclass
class _Stage:
    """What is lowered already of one stage of the step."""

    vectors: Vectors
    values: dict[tuple[str, Cell, bool], int] = field(default_factory=dict)
    rates: dict[tuple[int, Cell], list[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class ScalarProgram:
    """Operations of a model: `slots` are its state, `outputs` the nodes of the elements of each output."""

    graph: ScalarGraph
    slots: tuple[Slot, ...]
    outputs: Mapping[str, tuple[int, ...]]


def scalar_program(
    equations: Equations,
    given: InputLayouts,
    outputs: Sequence[str],
    grid: TimeGrid,
    sizes: Mapping[int, Size],
) -> ScalarProgram:
    """Write as scalar operations what the outputs need.

    `sizes` are the stages of smooths and delays and the lengths of pipelines, by number of state.
    """
    with deep_recursion():
        return _Lowering(equations, given, grid, sizes).program(outputs)


class _Lowering:
    """Lowers both systems of a model: initial values (`first`) and the running model."""

    def __init__(
        self, equations: Equations, given: InputLayouts, grid: TimeGrid, sizes: Mapping[int, Size]
    ) -> None:
        self.equations = equations
        self.given = given
        self.grid = grid
        self.sizes = sizes
        self.leaves = given.leaves()
        self.graph = ScalarGraph(exact=_jumps(equations))
        self.names = StateNames(equations, sizes)
        self.offsets = STAGES[grid.integration]
        self.stages = [_Stage(Vectors(self.graph, equations.ranges, self._number)) for _ in self.offsets]
        self.at_stage = 0
        self.starts: dict[tuple[int, Cell, str], int] = {}
        self.places: dict[tuple[str, Cell], int] = {}
        self.owner: list[tuple[int, Cell]] = []
        """The state and its cell that each place belongs to."""

    def program(self, outputs: Sequence[str]) -> ScalarProgram:
        """Lower the outputs, then the states that they and each other need."""
        found = {name: tuple(self.variable(name, cell) for cell in self._cells(name)) for name in outputs}
        targets = [node for nodes in found.values() for node in nodes]
        slots: dict[int, Slot] = {}
        while pending := [owner for owner in self._states_in(targets) if not self._known(owner, slots)]:
            for state, cell in pending:
                slots |= self._slots(state, cell)
            targets += [slot.following for slot in slots.values()]
        ordered = tuple(slots.get(place, Slot(0, 0, 0)) for place in range(len(self.places)))
        return ScalarProgram(self.graph, ordered, found)

    def _cells(self, name: str) -> Iterator[Cell]:
        return product(*map(range, self.equations.variables[name].shape))

    # States

    def _known(self, owner: tuple[int, Cell], slots: Mapping[int, Slot]) -> bool:
        state, cell = owner
        names = [*self.names.flow_names(state), *self.names.memory_names(state)]
        return self.places.get((names[0], cell), -1) in slots

    def _states_in(self, targets: Iterable[int]) -> list[tuple[int, Cell]]:
        """Give the states that nodes read."""
        places = {self.graph[n].place for n in self.graph.needed(targets) if self.graph[n].op == "state"}
        return sorted({self.owner[place] for place in places})

    def _leaf(self, state: int, name: str, cell: Cell) -> int:
        place = self.places.get((name, cell))
        if place is None:
            place = self.places[name, cell] = len(self.places)
            self.owner.append((state, cell))
        leaf, stage = self.graph.leaf("state", place), self.at_stage
        flows = self.names.flow_names(state)
        if stage == 0 or name not in flows:  # pipelines and samples move on once a step
            return leaf
        rate = self._rates(state, cell, stage - 1)[flows.index(name)]
        return self._moved(leaf, rate, self.offsets[stage])

    def _slots(self, number: int, cell: Cell) -> dict[int, Slot]:
        """Give what a state starts from and what it becomes at every step."""
        state = self.equations.states[number]
        kind = STATES[state.kind]
        at = dict(zip(state.axes, cell, strict=True))
        flows, memory = self.names.flow_names(number), self.names.memory_names(number)
        levels = [self._leaf(number, name, cell) for name in flows]
        held = [self._leaf(number, name, cell) for name in memory]
        inputs = {role: self._input(state, role, at) for role in kind.inputs}
        if state.kind == "delay_fixed":
            size = self.sizes[number]
            length = size[flat_place(cell, state.shape)] if isinstance(size, tuple) else size
            start = self._initial(number, cell, "last")
            return {self.places[memory[0], cell]: Slot(start, inputs["input"], length)}
        found = {}
        if kind.rates is not None:
            stages = zip(*(self._rates(number, cell, k) for k in range(len(self.stages))), strict=True)
            for name, level, rates in zip(flows, levels, stages, strict=True):
                following = self._moved(level, joined(self.graph, self.grid.integration, rates), 1.0)
                found[self.places[name, cell]] = Slot(self._initial(number, cell, "last"), following)
        if kind.following is not None:
            role = "time" if kind.staged else "last"
            nodes = kind.following(self.graph, inputs, levels, held)
            for name, following in zip(memory, nodes, strict=True):
                found[self.places[name, cell]] = Slot(self._initial(number, cell, role), following)
        return found

    # Rates: those of a later stage of a step follow from where the stage before it leads

    @contextmanager
    def _stage(self, number: int) -> Iterator[None]:
        """Lower what follows at another stage of the step."""
        before, self.at_stage = self.at_stage, number
        yield
        self.at_stage = before

    def _rates(self, number: int, cell: Cell, stage: int) -> list[int]:
        """Give the derivatives of the levels of a state at a stage of the step."""
        known = self.stages[stage].rates
        if (number, cell) not in known:
            state = self.equations.states[number]
            kind, at = STATES[state.kind], dict(zip(state.axes, cell, strict=True))
            assert kind.rates is not None, "what has no rates has no levels"
            with self._stage(stage):
                levels = [self._leaf(number, name, cell) for name in self.names.flow_names(number)]
                held = [self._leaf(number, name, cell) for name in self.names.memory_names(number)]
                inputs = {role: self._input(state, role, at) for role in kind.inputs}
                known[number, cell] = kind.rates(self.graph, inputs, levels, held)
        return known[number, cell]

    def _moved(self, level: int, rate: int, share: float) -> int:
        """Give a level after a share of the step."""
        length = self.graph.apply("multiply", self.graph.literal(share), self._length())
        return self.graph.apply("add", level, self.graph.apply("multiply", length, rate))

    def _length(self, *, first: bool = False) -> int:
        """Give the length of the step; where that changes, it has an equation."""
        if not self.grid.lengths:
            return self.graph.literal(self.grid.step)
        with self._stage(0):
            return self.variable("time_step", (), first=first)

    def _input(self, state: State, role: str, at: Position) -> int:
        node = self.expression(state.inputs[role], at, first=False)
        return self.graph.truth(node) if role in TRUTHS else self.graph.number(node)

    def _initial(self, number: int, cell: Cell, role: str) -> int:
        """Give the initial value of a state (`role` "last"), or the initial time of its stages ("time")."""
        key = (number, cell, role)
        if key not in self.starts:
            state = self.equations.states[number]
            expression = state.inputs["time"] if role == "time" else state.initial
            at = dict(zip(state.axes, cell, strict=True))
            self.starts[key] = self._number(expression, at, first=True)
        return self.starts[key]

    # Variables

    def variable(self, name: str, cell: Cell, *, first: bool = False) -> int:
        """Give the value of one element of a variable, initially or while the model runs."""
        key, values = (name, cell, first), self.stages[self.at_stage].values
        if key not in values:
            values[key] = self._element(name, cell, first=first)
        return values[key]

    def _element(self, name: str, cell: Cell, *, first: bool) -> int:
        variable = self.equations.variables[name]
        if name in self.leaves:
            return self._given(name, flat_place(cell, variable.shape), first=first)
        if variable.kind == "control":
            return self.graph.literal(self.grid.controls[name])
        if variable.kind == "constant":
            return self.graph.literal(float(self.equations.defaults[name][cell]))
        number = self.equations.owners[name][flat_place(cell, variable.shape)]
        part = self.equations.components[name][number]
        assert part.expression is not None, "a lookup is no value"
        return self._number(part.expression, dict(zip(part.axes, part.place(cell), strict=True)), first=first)

    def _given(self, name: str, offset: int, *, first: bool) -> int:
        kind, start = self.leaves[name]
        if first and kind != "constant":
            return self.graph.leaf(f"{kind}_start", start + offset)
        value = self._within(kind, start + offset)
        if first or name not in self.given.second:
            return value
        kind, start = self.leaves[self.given.second[name]]
        change = self.graph.apply("subtract", self._within(kind, start + offset), value)
        weight = self.variable(self.given.weight, ())
        return self.graph.apply("add", value, self.graph.apply("multiply", weight, change))

    def _within(self, kind: str, place: int) -> int:
        """Give an input; a series goes in a straight line through the step."""
        now, share = self.graph.leaf(kind, place), self.offsets[self.at_stage]
        if kind == "constant" or share == 0.0:
            return now
        following = self.graph.leaf(f"{kind}_next", place)
        if share == 1.0:
            return following
        both = self.graph.apply("add", now, following)
        return self.graph.apply("multiply", self.graph.literal(share), both)

    # Expressions

    def _number(self, expression: Expr, at: Position, *, first: bool) -> int:
        return self.graph.number(self.expression(expression, at, first=first))

    def expression(self, expression: Expr, at: Position, *, first: bool) -> int:
        """Give the node of an expression at one place, which may be a truth value."""
        match expression:
            case Number():
                return self.graph.written(expression.value)
            case Time():
                return self._time(first=first)
            case Literal():
                cell = [at[axis] for axis in expression.axes]
                return self.graph.literal(expression.values[flat_place(cell, expression.shape)])
            case Reference():
                return self.variable(expression.variable, _referenced(expression, at), first=first)
            case StateValue():
                return self._state_value(expression, at, first=first)
            case OwnValue():
                own = tuple(at[axis] for axis in expression.axes)
                return self._leaf(expression.state, self.names.read(expression.state, "last"), own)
            case ActiveInitial():
                return self._number(expression.initial if first else expression.active, at, first=first)
            case LookupCall():
                table = expression.tables[
                    flat_place([at[axis] for axis in expression.table_axes], expression.shape)
                ]
                mode = "interpolate" if expression.mode == "invert" else expression.mode
                return self.graph.lookup(table, mode, self._number(expression.arg, at, first=first))
            case Reduce():
                return self._reduce(expression, at, first=first)
            case Apply():
                return self._apply(expression, at, first=first)
            case Vector():
                return self.stages[self.at_stage].vectors.element(expression, at, first=first)
            case _:
                message = f"no scalar form of {type(expression).__name__}"
                raise AssertionError(message)

    def _time(self, *, first: bool) -> int:
        if first:
            return self.graph.literal(self.grid.initial)
        now, share = self.graph.leaf("time"), self.offsets[self.at_stage]
        if share == 0.0:
            return now
        passed = self.graph.apply("multiply", self.graph.literal(share), self._length())
        return self.graph.apply("add", now, passed)

    def _clock(self, *, first: bool) -> tuple[int, int]:
        """Give the time and the time step to what follows the clock; Vensim holds it through a step."""
        with self._stage(0):
            return self._time(first=first), self._length(first=first)

    def _state_value(self, value: StateValue, at: Position, *, first: bool) -> int:
        state = self.equations.states[value.state]
        cell = tuple(at[axis] for axis in state.axes)
        if first or state.kind == "initial":
            return self._initial(value.state, cell, value.part if first else "last")
        return self._leaf(value.state, self.names.read(value.state, value.part), cell)

    def _reduce(self, expression: Reduce, at: Position, *, first: bool) -> int:
        ranges = [range(len(self.equations.ranges[axis.removesuffix("!")])) for axis in expression.reduced]
        places = ({**at, **dict(zip(expression.reduced, cell, strict=True))} for cell in product(*ranges))
        values = [self._number(expression.arg, place, first=first) for place in places]
        result = values[0]
        for value in values[1:]:
            result = self.graph.apply(REDUCERS[expression.function], result, value)
        return result

    def _apply(self, expression: Apply, at: Position, *, first: bool) -> int:
        function, graph = FUNCTIONS[expression.function], self.graph
        args = [self.expression(arg, at, first=first) for arg in expression.args]
        for place, arg in enumerate(args):
            args[place] = graph.truth(arg) if place in function.truths else graph.number(arg)
        clock = self._clock(first=first) if function.timed else ()
        return int(function.meaning(graph, *args, *clock))


def _referenced(reference: Reference, at: Position) -> Cell:
    """Give the element that a reference means at one place."""
    axes = iter(reference.raw_axes)
    return tuple(index[at[next(axes)]] if isinstance(index, tuple) else index for index in reference.indices)
