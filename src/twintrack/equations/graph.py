"""Which equation needs which: an order of evaluation for every step, and cycles told by name.

The node of the graph is the component (one equation), not the variable: `x[a2] = f(x[a1])` is no cycle. There
are two graphs: while initial values are computed, a state stands for its initial expression; while the model
runs, a state is known and depends on nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from twintrack.equations.functions import TIME_DEPENDENT
from twintrack.equations.structure import (
    ActiveInitial,
    Apply,
    Equations,
    Expr,
    OwnValue,
    Reference,
    StateValue,
    Time,
)
from twintrack.equations.subscripts import flat_place, positions
from twintrack.errors import EquationError, raise_together
from twintrack.names import join_element


@dataclass(frozen=True, order=True)
class Node:
    """A value to compute.

    Either a component of a variable (`part` its number), a whole variable (`part` -1), or an initial value of
    a state (`variable` empty, `part` the number of the state, `role` "last" or "time").
    """

    variable: str
    part: int = -1
    role: str = ""


class Graph:
    """The graph of a model, either of its initial values or of a step.

    `replaced`: variables whose equations are replaced by given values. `moving`: those of them that are given
    as series and so change with time.
    """

    def __init__(
        self,
        equations: Equations,
        *,
        initial: bool,
        replaced: Collection[str] = (),
        moving: Collection[str] = (),
    ) -> None:
        self.equations = equations
        self.initial = initial
        self.replaced = frozenset(replaced)
        self.moving = frozenset(moving)
        self._dynamic: dict[Node, bool] = {}

    def is_leaf(self, name: str) -> bool:
        """Tell whether a variable is computed from no equation: replaced, constant or control."""
        return name in self.replaced or self.equations.variables[name].kind in ("constant", "control")

    def node_of(self, reference: Reference) -> Node:
        """Give the node that a reference needs: a component if one covers it, else the whole variable."""
        name = reference.variable
        if self.is_leaf(name) or len(self.equations.components[name]) == 1:
            return Node(name)
        owners = self._owners(reference)
        return Node(name, owners.pop()) if len(owners) == 1 else Node(name)

    def nodes_of(self, reference: Reference) -> list[Node]:
        """Give the nodes that a reference needs; several where it is written with `apart`."""
        node = self.node_of(reference)
        single = self.is_leaf(node.variable) or len(self.equations.components[node.variable]) == 1
        if not reference.apart or node.part >= 0 or single:
            return [node]
        return [Node(node.variable, number) for number in sorted(self._owners(reference))]

    def _owners(self, reference: Reference) -> set[int]:
        name = reference.variable
        shape = self.equations.variables[name].shape
        return {
            self.equations.owners[name][flat_place(cell, shape)]
            for cell in product(*positions(reference.indices))
        }

    def expressions(self, node: Node) -> tuple[Expr, ...]:
        """Give the expressions that a node itself evaluates."""
        if not node.variable:
            state = self.equations.states[node.part]
            return (state.inputs["time"] if node.role == "time" else state.initial,)
        parts = self.equations.components[node.variable]
        if self.is_leaf(node.variable) or (node.part < 0 and len(parts) > 1):
            return ()
        expression = parts[max(node.part, 0)].expression
        return () if expression is None else (expression,)

    def needs(self, node: Node) -> list[Node]:
        """Give the nodes that a node depends on directly."""
        if node.variable and node.part < 0 and not self.is_leaf(node.variable):
            parts = self.equations.components[node.variable]
            if len(parts) > 1:
                return [Node(node.variable, number) for number in range(len(parts))]
        return [needed for expression in self.expressions(node) for needed in self.needed_by(expression)]

    def needed_by(self, expression: Expr) -> list[Node]:
        """Give the nodes that an expression depends on."""
        found: dict[Node, None] = {}
        for item in self.leaves(expression):
            if isinstance(item, Reference):
                found.update(dict.fromkeys(self.nodes_of(item)))
            elif isinstance(item, StateValue) and self.initial:
                found.setdefault(Node("", item.state, item.part))
        return list(found)

    def leaves(self, expression: Expr) -> Iterator[Expr]:
        """Yield the parts of an expression that are evaluated in this graph."""
        yield expression
        if isinstance(expression, ActiveInitial):
            yield from self.leaves(expression.initial if self.initial else expression.active)
            return
        for child in expression.children:
            yield from self.leaves(child)

    def is_dynamic(self, node: Node) -> bool:
        """Tell whether a node changes while the model runs (step graph; its needs are ordered already)."""
        if node not in self._dynamic:
            changing = node.variable in self.moving
            changing = changing or any(self.is_moving(expression) for expression in self.expressions(node))
            self._dynamic[node] = changing or any(self.is_dynamic(needed) for needed in self.needs(node))
        return self._dynamic[node]

    def is_moving(self, expression: Expr) -> bool:
        """Tell whether an expression reads the time or a state by itself."""
        return any(
            isinstance(item, Time | OwnValue)
            or (isinstance(item, Apply) and item.function in TIME_DEPENDENT)
            or (isinstance(item, StateValue) and self.equations.states[item.state].kind != "initial")
            for item in self.leaves(expression)
        )

    def order(self, targets: Iterable[Node], cycles: list[EquationError] | None = None) -> list[Node]:
        """Give all nodes that the targets need, each after those it depends on.

        Raises EquationError naming the variables of a cycle, or adds it to `cycles` and goes on.
        """
        done: dict[Node, None] = {}
        path: dict[Node, Iterator[Node]] = {}
        for target in targets:
            if target in done:
                continue
            path[target] = iter(self.needs(target))
            while path:
                node, pending = next(reversed(path.items()))
                following = next((item for item in pending if item not in done), None)
                if following is None:
                    done.setdefault(node)
                    del path[node]
                elif following in path:
                    fault = self._cycle([*path][[*path].index(following) :])
                    if cycles is None:
                        raise fault
                    cycles.append(fault)
                else:
                    path[following] = iter(self.needs(following))
        return list(done)

    def targets(self) -> list[Node]:
        """Give the nodes that the whole model is made of."""
        targets = [Node(name) for name in self.equations.variables]
        if self.initial:
            targets += [Node("", number, "last") for number in range(len(self.equations.states))]
        return targets

    def check(self) -> None:
        """Order the whole model. Raises EquationError with all cycles that it has."""
        cycles: list[EquationError] = []
        states = self.equations.states if not self.initial else ()
        inputs = (item for state in states for item in state.inputs.values())
        needed = (node for expression in inputs for node in self.needed_by(expression))
        self.order([*self.targets(), *needed], cycles)
        raise_together(cycles)

    def _cycle(self, nodes: list[Node]) -> EquationError:
        names = [self._shown(node) for node in nodes]
        names = [name for i, name in enumerate(names) if i == 0 or names[i - 1] != name]
        first = min(range(len(names)), key=names.__getitem__)
        ring = [*names[first:], *names[:first], names[first]]
        if len(ring) > 2 and ring[-1] == ring[-2]:
            ring.pop()
        what = (
            "initial values need each other"
            if self.initial
            else "equations need each other without a stock between"
        )
        variable = ring[0].partition("[")[0]
        where = self.equations.components[variable][0].where
        return EquationError(f"{what}: {' -> '.join(ring)}", variable=variable, where=where)

    def _shown(self, node: Node) -> str:
        """Give the name of a node, with its elements where it is one element of an array."""
        if not node.variable:
            return self.equations.states[node.part].variable
        elements = self.equations.variables[node.variable].elements
        box = self.equations.components[node.variable][max(node.part, 0)].box
        if node.part < 0 or not all(isinstance(index, int) for index in box):
            return node.variable
        names = [known[index] for known, index in zip(elements, box, strict=True) if isinstance(index, int)]
        return join_element(node.variable, names)
