"""A translated model as scalar operations: what is computed first, at every step, and for every output.

The model is flattened first (`equations.flatten`), so that every variable and every state is one number and
no subscript has to be resolved here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from twintrack.benchmarks.scalar_graph import SMALL, ScalarGraph
from twintrack.engines.state_code import StateCode
from twintrack.equations.graph import Graph, Node
from twintrack.equations.structure import (
    CONTROL_NAMES,
    ActiveInitial,
    Apply,
    Equations,
    Expr,
    LookupCall,
    Number,
    Reference,
    State,
    StateValue,
    Time,
)
from twintrack.errors import EquationError

_SAME = frozenset(
    {"add", "subtract", "multiply", "divide", "negative", "abs", "max", "min", "exp", "ln", "sqrt"}
    | {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"}
    | {"sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh"}
)


@dataclass(frozen=True)
class GivenNames:
    """The flat names of what is given from outside, in the order of the packed arrays.

    `constants` and `series` differ from run to run, `shared_constants` and `shared_series` do not. `second`
    maps a series to the one that holds its second values; `weight` is the stock that leads from one to other.
    """

    constants: tuple[str, ...] = ()
    shared_constants: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    shared_series: tuple[str, ...] = ()
    second: Mapping[str, str] = field(default_factory=dict)
    weight: str = ""

    def leaves(self) -> dict[str, tuple[str, int]]:
        """Give kind and place of the leaf of every name."""
        kinds = ("constants", "shared_constants", "series", "shared_series")
        return {
            name: (kind.removesuffix("s") if kind.endswith("constants") else kind, place)
            for kind in kinds
            for place, name in enumerate(getattr(self, kind))
        }


@dataclass(frozen=True)
class Slot:
    """One number of the state of a run: a level, or with `length` > 1 a pipeline of so many numbers."""

    first: int
    following: int
    length: int = 1


@dataclass
class ScalarProgram:
    """Operations of a model. `slots` are its state, `outputs` the node of each output in order."""

    graph: ScalarGraph
    slots: list[Slot]
    outputs: list[int]


def scalar_program(
    equations: Equations, given: GivenNames, outputs: Sequence[str], sizes: Mapping[int, int]
) -> ScalarProgram:
    """Write a flat model as scalar operations, only those that the outputs need.

    `sizes` are the stages of smooths and delays and the lengths of pipelines, by number of state. Raises
    EquationError for constructs that have no scalar form here.
    """
    return _Lowering(equations, given, sizes).program(outputs)


class _Lowering:
    """Lowers both graphs of a flat model, initial values (`True`) and running model (`False`)."""

    def __init__(self, equations: Equations, given: GivenNames, sizes: Mapping[int, int]) -> None:
        self.equations = equations
        self.given = given
        self.leaves = given.leaves()
        self.graph = ScalarGraph()
        self.code = StateCode(equations, sizes)
        self.sizes = sizes
        replaced = [name for name in self.leaves if name in equations.variables]
        series = [*given.series, *given.shared_series]
        moving = [name for name in series if name in equations.variables]
        self.orders = {
            first: Graph(equations, initial=first, replaced=replaced, moving=moving)
            for first in (True, False)
        }
        self.values: dict[bool, dict[Node, int]] = {True: {}, False: {}}
        self.places: dict[str, int] = {}

    def program(self, outputs: Sequence[str]) -> ScalarProgram:
        """Lower the outputs, then the states that they and each other need."""
        found = [self.variable(name) for name in outputs]
        slots: dict[str, Slot] = {}
        reached = self._states_in(found)
        while pending := [state for state in reached if self._names(state)[0] not in slots]:
            for state in pending:
                slots.update(self._slots(state))
            targets = [slot.following for slot in slots.values()]
            reached = self._states_in([*found, *targets])
        return self._numbered(slots, found)

    def _numbered(self, slots: Mapping[str, Slot], outputs: list[int]) -> ScalarProgram:
        """Give the slots in the order of their places."""
        by_place = {self.places[name]: slot for name, slot in slots.items()}
        ordered = [by_place[place] for place in range(len(self.places))]
        return ScalarProgram(self.graph, ordered, outputs)

    # States

    def _names(self, state: int) -> list[str]:
        return [*self.code.flow_names(state), *self.code.memory_names(state)]

    def _states_in(self, targets: Iterable[int]) -> list[int]:
        """Give the states that nodes read."""
        places = {self.graph[n].place for n in self.graph.needed(targets) if self.graph[n].op == "state"}
        names = {name for name, place in self.places.items() if place in places}
        return sorted({int(name[1:].partition("_")[0]) for name in names})

    def _leaf(self, name: str) -> int:
        place = self.places.setdefault(name, len(self.places))
        return self.graph.leaf("state", place)

    def _slots(self, number: int) -> dict[str, Slot]:
        """Give what a state starts from and what it becomes at every step; formulas as in `StateCode`."""
        state = self.equations.states[number]
        flows, memory = self.code.flow_names(number), self.code.memory_names(number)
        start = self._initial(number, "last")
        if state.kind == "delay_fixed":
            entering = self._number(state.inputs["input"], first=False)
            self._leaf(memory[0])
            return {memory[0]: Slot(start, entering, self.sizes[number])}
        if state.kind == "sample":
            held, inputs = self._leaf(memory[0]), state.inputs
            condition = self.graph.truth(self.expression(inputs["condition"], first=False))
            following = self.graph.select(condition, self._number(inputs["input"], first=False), held)
            return {memory[0]: Slot(start, following)}
        rates = self._rates(state, flows, memory)
        step = self.graph.literal(self.equations.time.step)
        found = {}
        for name, rate in zip(flows, rates, strict=True):
            change = self.graph.apply("multiply", step, rate)
            found[name] = Slot(start, self.graph.apply("add", self._leaf(name), change))
        if memory:
            times = [self._number(state.inputs["time"], first=False), *map(self._leaf, memory[:-1])]
            for name, time in zip(memory, times, strict=True):
                self._leaf(name)
                found[name] = Slot(self._initial(number, "time"), time)
        return found

    def _rates(self, state: State, flows: Sequence[str], memory: Sequence[str]) -> list[int]:
        apply = self.graph.apply
        if state.kind == "integ":
            return [self._number(state.inputs["flow"], first=False)]
        time = self._number(state.inputs["time"], first=False)
        entering = self._number(state.inputs["input"], first=False)
        levels = [self._leaf(name) for name in flows]
        if state.kind == "trend":
            return [apply("divide", apply("subtract", entering, levels[0]), time)]
        count = self.graph.literal(float(len(flows)))
        if state.kind == "smooth":
            before = [entering, *levels[:-1]]
            speed = apply("divide", count, time)
            return [
                apply("multiply", apply("subtract", b, s), speed) for b, s in zip(before, levels, strict=True)
            ]
        times = [time] * len(flows)
        if state.kind == "delay_n":
            times = [time, *(self._leaf(name) for name in memory[:-1])]
        leaving = [apply("divide", s, at) for s, at in zip(levels, times, strict=True)]
        arriving = [entering, *leaving[:-1]]
        return [
            apply("multiply", apply("subtract", a, b), count) for a, b in zip(arriving, leaving, strict=True)
        ]

    def _initial(self, state: int, role: str) -> int:
        return self._value(Node("", state, role), first=True)

    # Variables

    def variable(self, name: str) -> int:
        """Give the value of a variable while the model runs."""
        return self._value(Node(name), first=False)

    def _value(self, target: Node, *, first: bool) -> int:
        known = self.values[first]
        if target not in known:
            for node in self.orders[first].order([target]):
                if node not in known:
                    known[node] = self._lowered(node, first=first)
        return known[target]

    def _lowered(self, node: Node, *, first: bool) -> int:
        name = node.variable
        if name in self.leaves:
            return self._given(name, first=first)
        if name in CONTROL_NAMES:
            return self.graph.literal(self.equations.time.controls[name])
        if name and self.equations.variables[name].kind == "constant":
            return self.graph.literal(float(self.equations.defaults[name]))
        (expression,) = self.orders[first].expressions(node)
        return self._number(expression, first=first)

    def _given(self, name: str, *, first: bool) -> int:
        value = self.graph.leaf(*self.leaves[name])
        if first and name in (*self.given.series, *self.given.shared_series):
            kind, place = self.leaves[name]
            return self.graph.leaf(f"{kind}_start", place)
        if first or name not in self.given.second:
            return value
        beyond = self.graph.leaf(*self.leaves[self.given.second[name]])
        weight = self.variable(self.given.weight)
        change = self.graph.apply("multiply", weight, self.graph.apply("subtract", beyond, value))
        return self.graph.apply("add", value, change)

    # Expressions

    def _number(self, expression: Expr, *, first: bool) -> int:
        return self.graph.number(self.expression(expression, first=first))

    def expression(self, expression: Expr, *, first: bool) -> int:
        """Give the node of an expression, which may be a truth value."""
        match expression:
            case Number():
                return self.graph.literal(expression.value)
            case Time():
                return self.graph.literal(self.equations.time.initial) if first else self.graph.leaf("time")
            case Reference():
                return self._value(Node(expression.variable), first=first)
            case StateValue():
                return self._state_value(expression, first=first)
            case ActiveInitial():
                part = expression.initial if first else expression.active
                return self._number(part, first=first)
            case LookupCall():
                return self.graph.lookup(expression.tables[0], self._number(expression.arg, first=first))
            case Apply():
                return self._apply(expression, first=first)
            case _:
                message = "this construct has no scalar form"
                raise EquationError(message, construct=type(expression).__name__, where=self.equations.path)

    def _state_value(self, value: StateValue, *, first: bool) -> int:
        state = self.equations.states[value.state]
        if first or state.kind == "initial":
            return self._initial(value.state, value.part if first else "last")
        return self._leaf(self.code.read(value.state, value.part)[0])

    def _apply(self, expression: Apply, *, first: bool) -> int:
        function, graph = expression.function, self.graph
        if function in ("and", "or", "not", "if_then_else"):
            return self._logic(expression, first=first)
        args = [self._number(arg, first=first) for arg in expression.args]
        if function in _SAME:
            return graph.apply(function, *args)
        if function == "power":
            return graph.power(*args)
        if function == "log":
            return graph.apply("divide", graph.apply("ln", args[0]), graph.apply("ln", args[1]))
        if function == "integer":
            return graph.apply("trunc", args[0])
        if function in ("zidz", "xidz"):
            return self._guarded(args[0], args[1], args[2] if function == "xidz" else graph.literal(0.0))
        if function in ("quantum", "modulo"):
            return self._rounded(function, *args)
        return self._timed(function, args, first=first)

    def _logic(self, expression: Apply, *, first: bool) -> int:
        parts = [self.expression(arg, first=first) for arg in expression.args]
        if expression.function == "if_then_else":
            return self.graph.select(parts[0], *map(self.graph.number, parts[1:]))
        return self.graph.apply(expression.function, *map(self.graph.truth, parts))

    def _guarded(self, numerator: int, denominator: int, otherwise: int) -> int:
        graph = self.graph
        zero = graph.apply("less", graph.apply("abs", denominator), graph.literal(SMALL))
        safe = graph.select(zero, graph.literal(1.0), denominator)
        return graph.select(zero, otherwise, graph.apply("divide", numerator, safe))

    def _rounded(self, function: str, value: int, unit: int) -> int:
        graph = self.graph
        small = graph.apply("less", unit, graph.literal(SMALL))
        safe = graph.select(small, graph.literal(1.0), unit)
        whole = graph.apply("multiply", safe, graph.apply("trunc", graph.apply("divide", value, safe)))
        quantum = graph.select(small, value, whole)
        return quantum if function == "quantum" else graph.apply("subtract", value, quantum)

    def _timed(self, function: str, args: Sequence[int], *, first: bool) -> int:
        graph = self.graph
        grid = self.equations.time
        zero, one = graph.literal(0.0), graph.literal(1.0)
        now = graph.literal(grid.initial) if first else graph.leaf("time")
        soon = graph.apply("add", now, graph.literal(SMALL))
        if function == "step":
            middle = graph.apply("add", now, graph.literal(0.5 * grid.step))
            return graph.select(graph.apply("greater", middle, args[1]), args[0], zero)
        if function == "ramp":
            passed = graph.apply("subtract", graph.apply("min", now, args[2]), args[1])
            height = graph.apply("multiply", args[0], passed)
            return graph.select(graph.apply("greater", soon, args[1]), height, zero)
        if function == "pulse":
            begun = graph.apply("less_equal", args[0], soon)
            ended = graph.apply("less", now, graph.apply("add", args[0], args[1]))
            return graph.select(graph.apply("and", begun, ended), one, zero)
        if function == "pulse_train":
            begun = graph.apply("less_equal", args[0], now)
            inside = graph.apply("and", begun, graph.apply("less", now, args[3]))
            place = graph.apply("mod", graph.apply("subtract", soon, args[0]), args[1])
            within = graph.apply("and", inside, graph.apply("less", place, args[2]))
            return graph.select(within, one, zero)
        message = "this function has no scalar form"
        raise EquationError(message, construct=function.upper(), where=self.equations.path)


def flat_equations(equations: Equations) -> tuple[Equations, dict[str, str]]:
    """Give a model without subscripts, and the flat name of every element by its label.

    The flat text is kept in the cache folder, so that it is parsed once. Raises EquationError for what has no
    flat form.
    """
    from twintrack.equations.flatten import flatten
    from twintrack.equations.translate import load_equations
    from twintrack.names import snake
    from twintrack.resources import atomic_write, cache_dir

    flat = flatten(equations, Path(equations.path).read_text(encoding="utf-8"))
    path = cache_dir() / "flat" / f"{equations.hash}.mdl"
    if not path.exists() or path.read_text(encoding="utf-8") != flat.text:
        atomic_write(path, flat.text)
    return load_equations(path), {label: snake(name) for label, name in flat.names.items()}
