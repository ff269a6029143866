"""Products that are rounded together with the sum that they stand in, which is quicker.

Which ones are is decided here and not by a compiler: the same numbers then come out of code of any width and
cut, and only the operations that are asked for count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from twintrack.engines.scalar.graph import FUSED, Loop, ScalarGraph
from twintrack.engines.scalar.lowering import ScalarProgram


def fused(program: ScalarProgram) -> ScalarProgram:
    """Give a program whose sums take in the products that nothing else uses; an exact one stays as it is."""
    if program.graph.exact:
        return program
    targets = [node for nodes in program.outputs.values() for node in nodes]
    targets += [node for slot in program.slots if slot.length for node in (slot.first, slot.following)]
    graph, new = _fused(program.graph, targets)
    slots = tuple(
        replace(slot, first=new[slot.first], following=new[slot.following]) if slot.length else slot
        for slot in program.slots
    )
    outputs = {name: tuple(new[node] for node in nodes) for name, nodes in program.outputs.items()}
    return ScalarProgram(graph, slots, outputs)


def _fused(old: ScalarGraph, targets: Sequence[int]) -> tuple[ScalarGraph, dict[int, int]]:
    """Give a graph with fused products, and the new numbers of the nodes that the targets need."""
    graph, new = ScalarGraph(), dict[int, int]()
    needed = old.needed(targets)
    uses = Counter(targets)
    for node in needed:
        uses.update(old[node].args)
    for node in needed:
        item = old[node]
        place = _product(old, node, uses)
        if place is not None:
            op = FUSED["from" if item.op == "subtract" and place == 0 else item.op]
            one, other = old[item.args[place]].args
            new[node] = graph.fused(op, new[one], new[other], new[item.args[1 - place]])
        elif item.op == "repeat":
            new[node] = graph.repeat(_turned(old.loops[item.place]), *(new[arg] for arg in item.args))
        else:
            new[node] = graph.copied(item, tuple(new[arg] for arg in item.args))
    return graph, new


def _product(graph: ScalarGraph, node: int, uses: Counter[int]) -> int | None:
    """Give the place of the product that a sum takes in: computed as often, and used by nothing else."""
    item = graph[node]
    if item.op not in ("add", "subtract"):
        return None
    for place, arg in enumerate(item.args):
        as_often = (graph.moving[arg], graph.by_run[arg]) == (graph.moving[node], graph.by_run[node])
        if graph[arg].op == "multiply" and uses[arg] == 1 and as_often:
            return place
    return None


def _turned(loop: Loop) -> Loop:
    """Give a loop whose operations are fused in the same way."""
    graph, new = _fused(loop.graph, [*loop.following, loop.result])
    return Loop(graph, loop.count, tuple(new[node] for node in loop.following), new[loop.result])
