"""Cutting operations in loops over the runs of a block.

The state is moved on in place: a new value is stored in the last loop that still reads the old one. What one
loop leaves to later ones lies in an array whose places are used again.
"""

from __future__ import annotations

from collections.abc import Sequence

from twintrack.engines.llvm.basic_blocks import BasicBlock, SpillSlots, Store
from twintrack.engines.scalar.graph import LEAVES, LITERAL, ScalarGraph

FIRST = frozenset({"S0", "N", "K"})
"""Arrays that are stored once per run: first state, outputs that keep still, and what later steps hold."""


def cut(graph: ScalarGraph, stores: Sequence[Store], size: int) -> list[BasicBlock]:
    """Cut the operations that the stores need in loops of `size`, and give every store to one of them."""
    first = any(store.array in FIRST for store in stores)
    stops = {n for n in range(len(graph.nodes)) if not _is_operation(graph, n, first=first)}
    levels = {store.node: store for store in stores if store.array == "S"}
    late = _used_once(graph, stores, stops) & levels.keys()

    def wanted(store: Store) -> Sequence[int]:
        return graph[store.node].args if store.node in late else (store.node,)

    order = [n for n in graph.needed([n for store in stores for n in wanted(store)], stops) if n not in stops]
    loops = [BasicBlock(order[start : start + size]) for start in range(0, len(order), size)] or [
        BasicBlock()
    ]
    home = {node: number for number, loop in enumerate(loops) for node in loop.operations}
    readers = _readers(graph, loops)
    for store in stores if not first else ():
        others = [graph[node] for node in wanted(store)] if store.array == "S" else []
        for item in others:
            if item.op == "state" and item.place != store.place:
                # One part of the state moves on to another: both in the last loop, after all loads.
                readers[item.place] = readers[store.place] = len(loops) - 1
    # What is only read is read before anything is overwritten: the state comes last.
    for store in sorted(stores, key=lambda store: store.array == "S"):
        last = max((home.get(node, 0) for node in wanted(store)), default=0)
        if store.array == "S":
            last = max(last, readers.get(store.place, 0))
        loops[last].stores.append(store)
        if store.node in late:
            loops[last].operations.append(store.node)
    return loops


def _is_operation(graph: ScalarGraph, node: int, *, first: bool) -> bool:
    """Tell whether a node is computed over the runs of a block, either first or at every step."""
    op = graph[node].op
    return op not in LEAVES and op != LITERAL and graph.by_run[node] and graph.moving[node] != first


def _readers(graph: ScalarGraph, loops: Sequence[BasicBlock]) -> dict[int, int]:
    """Give the last loop whose operations read each part of the state."""
    found: dict[int, int] = {}
    for number, loop in enumerate(loops):
        for node in loop.operations:
            parts = (graph[arg] for arg in graph[node].args)
            found.update({item.place: number for item in parts if item.op == "state"})
    return found


def _used_once(graph: ScalarGraph, stores: Sequence[Store], stops: set[int]) -> set[int]:
    """Give the operations that nothing but one store uses: they are computed where they are stored."""
    uses: dict[int, int] = {}
    for node in graph.needed([store.node for store in stores], stops):
        for arg in graph[node].args if node not in stops else ():
            uses[arg] = uses.get(arg, 0) + 2
    for store in stores:
        uses[store.node] = uses.get(store.node, 0) + 1
    return {node for node, count in uses.items() if count == 1 and node not in stops}


class LoopSpills(SpillSlots):
    """What loops leave to later ones, and where it lies."""

    def __init__(self, graph: ScalarGraph, loops: Sequence[BasicBlock]) -> None:
        super().__init__(graph, loops)
        self.first = any(store.array in FIRST for loop in loops for store in loop.stores)

    def place(self, node: int, number: int) -> str | None:
        """Give where a value that is computed in a loop has to be kept for later ones."""
        return None if self.leaving(node, number) is None else self.address(node)

    def address(self, node: int) -> str:
        """Give the address of a kept value."""
        return f"T + {self.slots[node]} * BLOCK + r"
