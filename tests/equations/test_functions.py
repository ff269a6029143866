"""The one table of functions."""

from __future__ import annotations

import inspect
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twintrack.engines.llvm.body import Body, Kind
from twintrack.engines.llvm.instructions import operation
from twintrack.engines.scalar.graph import ScalarGraph
from twintrack.equations import load_equations
from twintrack.equations.constructs import VECTORS, forms_of_vectors
from twintrack.equations.functions import CALLED, FUNCTIONS, Function, checked
from twintrack.equations.operations import LOGICAL, OPERATIONS, Arrays
from twintrack.equations.streams import uniform
from twintrack.equations.units import check_units


@pytest.mark.parametrize(
    ("part", "told"),
    [("units", "unit rule"), ("meaning", "meaning"), ("documentation", "documentation"), ("group", "group")],
)
def test_a_function_without_a_part_is_refused_by_name(part: str, told: str) -> None:
    with pytest.raises(TypeError, match=f"the function exp has no {told}"):
        checked([replace(FUNCTIONS["exp"], **{part: None})])


def test_parts_that_have_shifted_are_told_by_name() -> None:
    """As they do where the unit rule is left out."""
    whole = FUNCTIONS["exp"]
    shifted: Any = ("square", whole.meaning, whole.documentation, whole.group)
    with pytest.raises(TypeError, match="the function square has no meaning and no group"):
        checked([Function(*shifted)])


def test_a_function_that_is_written_twice_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="the function exp is written twice"):
        checked([FUNCTIONS["exp"], FUNCTIONS["ln"], FUNCTIONS["exp"]])


@pytest.mark.parametrize("name", list(FUNCTIONS))
def test_a_meaning_gives_a_node_and_an_array(name: str) -> None:
    """What one builder takes, the other takes as well, and both tell truth values from numbers."""
    function, graph, arrays = FUNCTIONS[name], ScalarGraph(), Arrays()
    # Behind what users write, random functions are given stream and run, and a seed where none is written.
    count = max(function.arity, 1) + 2 if function.drawn else function.arity
    leaves = [graph.leaf("constant", place) for place in range(count)]
    clock = [graph.leaf("time"), graph.literal(0.5)] if function.timed else []
    given = [graph.truth(leaf) if n in function.truths else leaf for n, leaf in enumerate(leaves)]
    node = function.meaning(graph, *given, *clock)
    assert graph[node].logical == function.logical
    values = [
        np.array([True, False]) if n in function.truths else np.array([0.25, 0.5]) for n in range(len(leaves))
    ]
    result = function.meaning(arrays, *values, *([1.0, 0.5] if function.timed else []))
    assert np.shape(result) == (2,) and (result.dtype == bool) == function.logical


@pytest.mark.parametrize("library", [True, False], ids=["library", "alone"])
@pytest.mark.parametrize("op", sorted(OPERATIONS))
def test_every_operation_has_a_form_in_machine_code(op: str, library: bool) -> None:
    graph = ScalarGraph()
    arity = len(inspect.signature(uniform).parameters) if op == "random" else getattr(OPERATIONS[op], "nin")  # noqa: B009
    leaves = [graph.leaf("constant", place) for place in range(arity)]
    node = graph.apply(op, *(map(graph.truth, leaves) if op in ("and", "or", "not") else leaves))
    assert graph[node].logical == (op in LOGICAL)
    kind = Kind(8, library)
    body = Body(kind)
    names: dict[int, str] = {}
    for number in graph.needed([node]):
        item = graph[number]
        names[number] = (
            kind.literal(item.value)
            if item.op == "literal"
            else f"%leaf{item.place}"
            if item.op == "constant"
            else operation(body, item, [names[arg] for arg in item.args], graph, ())
        )
    assert names[node].startswith("%x")
    if not library:
        assert all(re.search(r"@llvm\.(fabs|sqrt|trunc|fshl|fmuladd)\.", line) for line in body.called), (
            "calls the C library"
        )
        assert not any("frem" in line for line in body.lines)


def test_what_users_call_is_told_in_groups_and_operators_are_not() -> None:
    assert "add" not in CALLED and "not_equal" not in CALLED
    assert CALLED["pulse_train"].written == ("start", "width", "interval", "end")
    assert CALLED["pulse_train"].as_written(["start", "interval", "width", "end"])[1:3] == [
        "width",
        "interval",
    ]
    assert CALLED["ramp"].as_written([1, 2, 3]) == [1, 2, 3]
    assert [name for name, item in FUNCTIONS.items() if item.timed and not item.drawn] == [
        "step",
        "ramp",
        "pulse",
        "pulse_train",
    ]


def test_an_engine_without_a_form_of_a_function_of_vectors_is_refused_by_name() -> None:
    forms = {name: str for name, item in VECTORS.items() if item.units is not None}
    assert forms_of_vectors(forms) == forms
    del forms["vector_rank"]
    with pytest.raises(TypeError, match="vector_rank has no form"):
        forms_of_vectors(forms)
    with pytest.raises(TypeError, match="vector_select is no function of vectors"):
        forms_of_vectors({**forms, "vector_rank": str, "vector_select": str})


VECTOR_UNITS = """{UTF-8}
r: a, b ~~|
s: c, d ~~|
x[r] = 2, 1 ~ Year ~|
m[r, s] = 1, 2; 3, 4; ~ Year ~|
order[r] = VECTOR SORT ORDER(x[r], 1) ~ Dmnl ~|
ranks[r] = VECTOR RANK(x[r], 1) ~ Year ~|
sorted[r] = VECTOR REORDER(x[r], order[r]) ~ Dmnl ~|
back[r, s] = INVERT MATRIX(m[r, s], 2) ~ 1/Year ~|
part[r] = ALLOCATE BY PRIORITY(x[r], order[r], 2, 1, 3) ~ Dmnl ~|
FINAL TIME = 1 ~ Month ~|
INITIAL TIME = 0 ~ Month ~|
SAVEPER = 1 ~ Month ~|
TIME STEP = 1 ~ Month ~|
"""


def test_functions_of_vectors_have_units(tmp_path: Path) -> None:
    path = tmp_path / "model.mdl"
    path.write_text(VECTOR_UNITS, encoding="utf-8")
    found = {fault.variable: fault.reason for fault in check_units(load_equations(path)).faults}
    assert found == {
        "ranks": "declared Year, but the equation gives Dmnl",
        "sorted": "declared Dmnl, but the equation gives Year",
        "part": "declared Dmnl, but the equation gives Year",
    }
