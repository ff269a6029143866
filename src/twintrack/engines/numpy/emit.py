"""Generating the source of a model's functions for NumPy.

`emit` writes a module with these functions. `P` are the given constants and `X` the given series at this
step, each with its axes and the axis of runs; `t` is the time, `i` the number of the step, `B` that of runs.

    init(P, X, B)                   -> flows C, memory M, fixed initial values I, each for B runs
    constants(P, I)                 -> K, what does not change while the model runs
    step(P, X, K, I, C, M, t, i, now, h)    -> derivatives of C, next M
    outputs(P, X, K, I, C, M, t, i, now, h) -> the requested variables that change
    still(P, K, I)                  -> the requested variables that do not change

A step begins at the time `now` and is `h` long; `t` is within it where it is made in stages.
Flows are integrated (stocks, smooths, delays); memory is replaced at every step (pipelines, samples).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twintrack.engines.base import Inputs, blended
from twintrack.engines.numpy.writer import Writer, number_literal
from twintrack.engines.state_names import Size, StateNames
from twintrack.equations.graph import Graph, Node
from twintrack.equations.states import STATES, TRUTHS
from twintrack.equations.structure import Equations, Expr, StateValue
from twintrack.stored import stored


@dataclass(frozen=True)
class Program:
    """Generated source, and what its functions take and give.

    `series` are the names of `X`; `moving` those that `outputs` gives, `still` those that `still` gives, in
    order. `second` are the series that have second values, and `weight` is the place among the flows of the
    stock that leads from the first to the second ones.
    """

    source: str
    series: tuple[str, ...]
    moving: tuple[str, ...]
    still: tuple[str, ...]
    second: tuple[str, ...] = ()
    weight: int = -1

    def series_at(self, rows: Sequence[Any], flows: Sequence[Any]) -> Sequence[Any]:
        """Give `X` from the first values of all series, followed by the second ones of some of them."""
        if not self.second:
            return rows
        values = dict(zip(self.series, rows[: len(self.series)], strict=True))
        for name, second in zip(self.second, rows[len(self.series) :], strict=True):
            values[name] = blended(values[name], second, flows[self.weight])
        return list(values.values())


def emit(equations: Equations, inputs: Inputs, outputs: Sequence[str], orders: Mapping[int, Size]) -> Program:
    """Write the functions of a model; of the inputs only their names and the time grid count.

    `orders` gives the stages of each smooth and delay, and the length of each pipeline, by number of state.
    What was written once for this model is read from the cache folder.
    """

    def write() -> Program:
        return _Emitter(equations, inputs, orders).program(outputs)

    given = [tuple(arrays) for arrays in (inputs.constants, inputs.series, inputs.second)]
    sizes = sorted(orders.items())
    described = repr((equations.numbered, given, inputs.weight, tuple(outputs), inputs.grid, sizes))
    return stored("programs", described, ("equations", "engines"), Program, write)


def emit_sizes(equations: Equations, inputs: Inputs, wanted: Sequence[tuple[Expr, Sequence[str]]]) -> str:
    """Write `sizes(P, X)`, which gives expressions at the initial time, each aligned to some axes."""
    return _Emitter(equations, inputs, {}).sizes(wanted)


class _Emitter:
    """Writes the functions of one module; `module` collects its literal arrays and tables."""

    def __init__(self, equations: Equations, inputs: Inputs, orders: Mapping[int, Size]) -> None:
        given, series = [*inputs.constants, *inputs.series], tuple(inputs.series)
        self.equations = equations
        self.inputs = inputs
        self.grid = inputs.grid
        self.first = Graph(equations, initial=True, replaced=given, moving=series)
        self.later = Graph(equations, initial=False, replaced=given, moving=series)
        self.states = StateNames(equations, orders)
        self.module: dict[str, str] = {}
        self.places = {name: place for place, name in enumerate(equations.variables)}
        self.heads = {
            f"v{self.places[name]}": f"{letter}[{i}]"
            for letter, names in zip("PX", (inputs.constants, series), strict=True)
            for i, name in enumerate(names)
        }

    def program(self, outputs: Sequence[str]) -> Program:
        """Write the module."""
        weight = self.inputs.weight
        live = self._live_states([*outputs, weight] if weight else outputs)
        needed = self.later.order([*self._update_needs(live), *map(Node, outputs)])
        dynamic = {node for node in needed if self.later.is_dynamic(node)}
        held = [node for node in needed if node not in dynamic and not self._is_leaf(node)]
        moving = tuple(name for name in outputs if Node(name) in dynamic)
        still = tuple(name for name in outputs if Node(name) not in dynamic)
        flows = [name for state in live for name in self.states.flow_names(state)]
        memory = [name for state in live for name in self.states.memory_names(state)]
        init = self._init(live)
        constants = self._constants(held)
        for letter, names in (("K", map(self._local, held)), ("C", flows), ("M", memory)):
            self.heads.update({name: f"{letter}[{i}]" for i, name in enumerate(names)})
        arguments = "P, X, K, I, C, M, t, i, now, h"
        running = [
            self._running(f"step({arguments})", live, None),
            self._running(f"outputs({arguments})", None, moving),
            self._running("still(P, K, I)", None, still),
        ]
        source = self._source([init, constants, *running])
        place = flows.index(self._flow_of(weight)) if weight else -1
        return Program(source, tuple(self.inputs.series), moving, still, tuple(self.inputs.second), place)

    def sizes(self, wanted: Sequence[tuple[Expr, Sequence[str]]]) -> str:
        """Write the module of `emit_sizes`."""
        writer = self._writer(self.first)
        nodes = self.first.order([node for item, _ in wanted for node in self.first.needed_by(item)])
        lines = self._lines(writer, nodes)
        values = [writer.aligned(item, axes) for item, axes in wanted]
        return self._source([self._function("sizes(P, X)", writer, [*self._start(), *lines], _tuple(values))])

    def _source(self, functions: Sequence[str]) -> str:
        module = [f"{name} = {code}" for code, name in self.module.items()]
        return "\n".join([f"h = {self.grid.step!r}", *module, "", *functions])

    # What is needed

    def _live_states(self, outputs: Sequence[str]) -> list[int]:
        """Give the states that the outputs depend on, at any distance."""
        live: set[int] = set()
        inputs: list[Expr] = []
        nodes = self.later.order(map(Node, outputs))
        while True:
            expressions = [*inputs, *(item for node in nodes for item in self.later.expressions(node))]
            read = {
                leaf.state
                for item in expressions
                for leaf in self.later.leaves(item)
                if isinstance(leaf, StateValue)
            }
            if read <= live:
                return sorted(live)
            inputs = [item for state in read - live for item in self.states.update_inputs(state)]
            nodes = self.later.order(node for item in inputs for node in self.later.needed_by(item))
            live |= read

    def _update_needs(self, live: Iterable[int]) -> list[Node]:
        """Give the nodes that a step of these states needs."""
        inputs = [item for state in live for item in self.states.update_inputs(state)]
        return [node for item in inputs for node in self.later.needed_by(item)]

    # Names

    def _flow_of(self, stock: str) -> str:
        value = self.equations.components[stock][0].expression
        assert isinstance(value, StateValue), f"{stock} is no stock"
        return self.states.flow_names(value.state)[-1]

    def _is_leaf(self, node: Node) -> bool:
        return bool(node.variable) and self.later.is_leaf(node.variable)

    def _local(self, node: Node) -> str:
        if not node.variable:
            return f"n{node.part}_{node.role}"
        place = self.places[node.variable]
        return f"v{place}" if node.part < 0 else f"c{place}_{node.part}"

    def _name_of(self, node: Node) -> str:
        """Give the local name of a node, or a literal for what is known when the source is written."""
        name = node.variable
        if not self._is_leaf(node) or name in self.later.replaced:
            return self._local(node)
        if self.equations.variables[name].kind == "control":
            return number_literal(self.grid.controls[name])
        values = self.equations.defaults[name]
        if not values.shape:
            return number_literal(float(values))
        code = f"array(({', '.join(map(repr, values.ravel().tolist()))},), {values.shape})"
        return self.module.setdefault(code, f"A{len(self.module)}")

    def _writer(self, graph: Graph) -> Writer:
        return Writer(graph, self._name_of, self.states, self.module)

    # Functions

    def _lines(self, writer: Writer, nodes: Iterable[Node]) -> list[str]:
        """Write one assignment per node that has an equation."""
        lines = []
        for node in nodes:
            if not node.variable:
                state = self.equations.states[node.part]
                (expression,) = writer.graph.expressions(node)
                code = writer.aligned(expression, state.axes)
                if expression.axes != state.axes:
                    code = f"spread({code}, {state.shape})"
            elif self._is_leaf(node):
                continue
            elif node.part < 0 and len(self.equations.components[node.variable]) > 1:
                code = writer.assembled(node.variable)
            else:
                code = writer.component(node)
            lines.append(f"{self._local(node)} = {code}")
        return lines

    def _function(self, signature: str, writer: Writer, lines: Sequence[str], result: str) -> str:
        """Write a function; what it reads from its arguments is unpacked first."""
        assigned = {line.partition(" = ")[0] for line in lines}
        unpack = [
            f"{name} = {code}"
            for name, code in self.heads.items()
            if name in writer.used and name not in assigned
        ]
        body = "".join(f"    {line}\n" for line in [*unpack, *lines, f"return {result}"])
        return f"def {signature}:\n{body}"

    def _start(self) -> list[str]:
        return [f"now = t = array(({self.grid.initial!r},), ())", "i = 0"]

    def _init(self, live: Sequence[int]) -> str:
        writer = self._writer(self.first)
        kinds = {state: self.equations.states[state].kind for state in live}
        roles = {state: ("last", "time") if kind == "delay_n" else ("last",) for state, kind in kinds.items()}
        nodes = self.first.order(Node("", state, role) for state in live for role in roles[state])
        lines = self._lines(writer, nodes)
        flows, memory = [], []
        for state in live:
            first, second = _starts(self.states, state)
            flows += first
            memory += second
        fixed = [state for state in live if kinds[state] == "initial"]
        for i, state in enumerate(fixed):
            self.heads[f"i{state}"] = f"I[{i}]"
        start = [f"fill(n{state}_last, {self.equations.states[state].shape}, B)" for state in fixed]
        result = f"({_tuple(flows)}, {_tuple(memory)}, {_tuple(start)})"
        return self._function("init(P, X, B)", writer, [*self._start(), *lines], result)

    def _constants(self, held: Sequence[Node]) -> str:
        writer = self._writer(self.later)
        lines = self._lines(writer, held)
        return self._function("constants(P, I)", writer, lines, _tuple(list(map(self._local, held))))

    def _running(self, signature: str, live: Sequence[int] | None, outputs: Sequence[str] | None) -> str:
        """Write a function of the running model that moves `live` states on, gives `outputs`, or both."""
        writer = self._writer(self.later)
        targets = [*self._update_needs(live or ()), *map(Node, outputs or ())]
        nodes = [node for node in self.later.order(targets) if self.later.is_dynamic(node)]
        lines = self._lines(writer, nodes)
        results = []
        if live is not None:
            updates = [_update(self.states, state, writer) for state in live]
            results.append(_tuple([code for rates, _ in updates for code in rates]))
            results.append(_tuple([code for _, memory in updates for code in memory]))
        if outputs is not None:
            results.append(_tuple([writer.name(Node(name)) for name in outputs]))
        result = results[0] if len(results) == 1 else f"({', '.join(results)})"
        return self._function(signature, writer, lines, result)


def _starts(names: StateNames, state: int) -> tuple[list[str], list[str]]:
    """Give the code of the initial flows and memory, from the names n{state}_last and n{state}_time."""
    item = names.states[state]
    first = f"fill(n{state}_last, {item.shape}, B)"
    role = "time" if STATES[item.kind].staged else "last"
    memory = f"fill(n{state}_{role}, {item.shape}, B)"
    if item.kind == "delay_fixed":
        memory = f"ring_make(n{state}_last, {item.shape}, {names.stages(state)}, B)"
    return [first] * len(names.flow_names(state)), [memory] * len(names.memory_names(state))


def _update(names: StateNames, state: int, writer: Writer) -> tuple[list[str], list[str]]:
    """Give the code of the derivatives of the flows and of the next memory; some give several values."""
    item, kind = names.states[state], STATES[names.states[state].kind]
    flows, memory = names.flow_names(state), names.memory_names(state)
    writer.used.update(flows, memory)
    inputs = {
        role: writer.truth(item.inputs[role], item.axes)
        if role in TRUTHS
        else writer.aligned(item.inputs[role], item.axes)
        for role in kind.inputs
    }
    if item.kind == "integ":  # by far the most frequent, and nothing to compute
        return [inputs["flow"]], []
    if item.kind == "delay_fixed":
        return [], [f"ring_write({memory[0]}, i, {inputs['input']})"]
    given = ", ".join(f"{role!r}: {code}" for role, code in inputs.items())
    state_code = f"{{{given}}}, [{', '.join(flows)}], [{', '.join(memory)}]"
    rates = [f"*rates_{item.kind}({state_code})"] if kind.rates is not None else []
    following = (
        [f"*filled(next_{item.kind}({state_code}), {memory[0]})"] if kind.following is not None else []
    )
    return rates, following


def _tuple(items: Sequence[str]) -> str:
    return f"({', '.join(items)}{',' if items else ''})"
