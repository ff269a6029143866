"""Which products are rounded together with the sum that they stand in."""

from __future__ import annotations

from twintrack.engines.scalar.fusing import fused
from twintrack.engines.scalar.graph import ScalarGraph
from twintrack.engines.scalar.lowering import ScalarProgram, Slot


def operations(graph: ScalarGraph, *targets: int) -> list[str]:
    """Give the operations that outputs need once products are fused, without leaves."""
    program = fused(ScalarProgram(graph, (Slot(targets[0], targets[0]),), {"outputs": targets}))
    needed = program.graph.needed(program.outputs["outputs"])
    return [program.graph[node].op for node in needed if program.graph[node].args]


def leaves(graph: ScalarGraph) -> tuple[int, int, int]:
    return graph.leaf("state", 0), graph.leaf("state", 1), graph.leaf("state", 2)


def test_a_sum_takes_in_a_product_on_either_side() -> None:
    for swapped in (False, True):
        graph = ScalarGraph()
        a, b, c = leaves(graph)
        args = (c, graph.apply("multiply", a, b))
        assert operations(graph, graph.apply("add", *(args[::-1] if swapped else args))) == ["add_product"]
        assert operations(graph, graph.apply("subtract", *(args[::-1] if swapped else args))) == [
            "product_less" if swapped else "subtract_product"
        ]


def test_a_product_that_is_used_twice_stays() -> None:
    graph = ScalarGraph()
    a, b, c = leaves(graph)
    product = graph.apply("multiply", a, b)
    assert operations(graph, graph.apply("add", product, c), product) == ["multiply", "add"]


def test_a_product_that_is_computed_once_a_run_stays_out_of_sums_of_every_step() -> None:
    graph = ScalarGraph()
    held = graph.apply("multiply", graph.leaf("constant", 0), graph.leaf("constant", 1))
    assert operations(graph, graph.apply("add", graph.leaf("state", 0), held)) == ["multiply", "add"]


def test_what_is_to_be_exact_is_not_fused() -> None:
    graph = ScalarGraph(exact=True)
    a, b, c = leaves(graph)
    assert operations(graph, graph.apply("add", c, graph.apply("multiply", a, b))) == ["multiply", "add"]
