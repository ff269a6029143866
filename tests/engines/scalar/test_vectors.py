"""Functions of whole vectors in machine code: under NumPy they mean the same, to the last digits."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from scipy import special

from twintrack.engines import NativeEngine, NumpyEngine
from twintrack.engines.scalar import vectors
from twintrack.engines.scalar.graph import ScalarGraph
from twintrack.engines.scalar.sorting import Sorting
from twintrack.equations import load_equations
from twintrack.equations.special import erfc
from twintrack.equations.structure import Array

CONTROL = """
FINAL TIME = 2 ~ Year ~ |
INITIAL TIME = 0 ~ Year ~ |
SAVEPER = 0.5 ~ Year ~ |
TIME STEP = 0.5 ~ Year ~ |
"""
ORDERS = """
x[r] = 1 ~~|
way = 1 ~~|
place[r] = 1 ~~|
up[r] = VECTOR SORT ORDER(x[r], 1) ~~|
down[r] = VECTOR SORT ORDER(x[r], -1) ~~|
chosen[r] = VECTOR SORT ORDER(x[r], way) ~~|
rank up[r] = VECTOR RANK(x[r], 1) ~~|
rank down[r] = VECTOR RANK(x[r], 0) ~~|
rank chosen[r] = VECTOR RANK(x[r], way) ~~|
ascending[r] = VECTOR REORDER(x[r], up[r]) ~~|
descending[r] = VECTOR REORDER(x[r], down[r]) ~~|
in chosen order[r] = VECTOR REORDER(x[r], chosen[r]) ~~|
looked up[r] = VECTOR REORDER(x[r], place[r]) ~~|
"""
PRIORITIES = """
asked[r] = 1 ~~|
shape[r] = 1 ~~|
middle[r] = 1 ~~|
width[r] = 1 ~~|
supply = 1 ~~|
how[r, ptype] = shape[r] ~~|
how[r, pmiddle] = middle[r] ~~|
how[r, pwidth] = width[r] ~~|
how[r, pextra] = 0 ~~|
by price[r] = ALLOCATE AVAILABLE(asked[r], how[r, ptype], supply) ~~|
in order[r] = ALLOCATE BY PRIORITY(asked[r], middle[r], 3, width[r], supply) ~~|
"""
PROFILE = "p: ptype, pmiddle, pwidth, pextra ~~|\n"


def span(name: str, length: int) -> str:
    return f"{name}: {', '.join(f'{name}{number}' for number in range(length))} ~~|\n"


def compared(
    folder: Path, text: str, given: dict[str, Array], runs: int, names: list[str]
) -> dict[str, Array]:
    """Give what the native engine computes, which must be what NumPy does."""
    path = folder / "model.mdl"
    path.write_text("{UTF-8}\n" + text + CONTROL, encoding="utf-8")
    equations = load_equations(path)
    found, expected = (
        engine(equations).run(given, {}, names, runs=runs) for engine in (NativeEngine, NumpyEngine)
    )
    for name in names:
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-12, atol=1e-12, err_msg=name)
    return found


def with_ties(length: int, runs: int) -> Array:
    """Give vectors with equal elements, with what is no number and with infinities."""
    random = np.random.default_rng(length)
    x = random.integers(-length, length, (length, runs)) / 4.0
    for value in (np.nan, np.inf, -np.inf):
        x[random.random(x.shape) < 0.1] = value
    x[:, 0] = 2.0
    return x


@pytest.mark.parametrize("length", [1, 2, 7, 16])
def test_vectors_are_sorted_and_ranked(tmp_path: Path, length: int) -> None:
    runs = 40
    random = np.random.default_rng(0)
    x, way = with_ties(length, runs), random.choice([-1.0, 1.0], runs)
    place = random.integers(-2, length + 2, (length, runs)) + random.choice(
        [0.0, 0.5, np.nan], (length, runs)
    )
    given = {"x": x, "way": way, "place": place}
    names = ["up", "down", "chosen", "rank_up", "rank_down", "rank_chosen"]
    moved = ["ascending", "descending", "in_chosen_order", "looked_up"]
    found = compared(tmp_path, span("r", length) + ORDERS, given, runs, names + moved)
    order = np.argsort(x, axis=0, kind="stable")
    np.testing.assert_array_equal(found["up"][0], order)
    np.testing.assert_array_equal(found["down"][0], order[::-1])
    np.testing.assert_array_equal(found["chosen"][0], np.where(way > 0, order, order[::-1]))
    np.testing.assert_array_equal(found["rank_up"][0], np.argsort(order, axis=0) + 1)
    np.testing.assert_array_equal(found["rank_down"][0], length - np.argsort(order, axis=0))
    np.testing.assert_array_equal(found["ascending"][0], np.sort(x, axis=0))
    np.testing.assert_array_equal(found["descending"][0], np.sort(x, axis=0)[::-1])
    beyond = ~((place > -1) & (place < length))
    assert np.isnan(found["looked_up"][0][beyond]).all()


@pytest.mark.slow
def test_a_long_vector_is_sorted(tmp_path: Path) -> None:
    x = with_ties(64, 24)
    names = ["down", "rank_down", "descending"]
    found = compared(tmp_path, span("r", 64) + ORDERS, {"x": x}, 24, names)
    np.testing.assert_array_equal(found["down"][0], np.argsort(x, axis=0, kind="stable")[::-1])
    np.testing.assert_array_equal(found["descending"][0], np.sort(x, axis=0)[::-1])


def test_every_order_of_elements_is_sorted(tmp_path: Path) -> None:
    """Also where two are equal: they keep their order going up, and lose it going down."""
    x = np.array([*permutations([1.0, 2.0, 2.0, 3.0, 4.0])]).T
    found = compared(tmp_path, span("r", 5) + ORDERS, {"x": x}, x.shape[1], ["up", "down"])
    np.testing.assert_array_equal(found["up"][0], np.argsort(x, axis=0, kind="stable"))
    np.testing.assert_array_equal(found["down"][0], np.argsort(x, axis=0, kind="stable")[::-1])


def test_a_direction_of_each_element_is_taken_as_numpy_takes_it(tmp_path: Path) -> None:
    text = span("r", 6) + "x[r] = 1 ~~|\nway[r] = 1 ~~|\norder[r] = VECTOR SORT ORDER(x[r], way[r]) ~~|\n"
    way = np.random.default_rng(0).choice([-1.0, 1.0], (6, 20))
    given = {"x": with_ties(6, 20), "way": way}
    compared(tmp_path, text + "rank[r] = VECTOR RANK(x[r], way[r]) ~~|\n", given, 20, ["order", "rank"])


def test_vectors_are_sorted_along_one_axis_of_several(tmp_path: Path) -> None:
    text = (
        span("q", 3)
        + span("r", 4)
        + "x[q, r] = 1 ~~|\nway[q] = 1, -1, 1 ~~|\nmoving[q, r] = x[q, r]*COS(Time*q*r) ~~|\n"
        "order[q, r] = VECTOR SORT ORDER(moving[q, r], way[q]) ~~|\n"
        "rank[r, q] = VECTOR RANK(moving[q, r], -1) ~~|\n"
        "sorted[q, r] = VECTOR REORDER(x[q, r], order[q, r]) ~~|\n"
        "first = SUM(sorted[q!, r0]) ~~|\n"
    )
    x = np.random.default_rng(3).normal(size=(3, 4, 20))
    found = compared(tmp_path, text, {"x": x}, 20, ["order", "rank", "sorted", "first"])
    np.testing.assert_array_equal(found["sorted"][0][0], np.sort(x[0], axis=0))
    np.testing.assert_array_equal(found["sorted"][0][1], np.sort(x[1], axis=0)[::-1])


def test_a_vector_is_sorted_once_for_all_its_elements(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sorted_vectors = []

    class Counted(Sorting):
        def __init__(self, graph: ScalarGraph, keys: list[int]) -> None:
            sorted_vectors.append(len(keys))
            super().__init__(graph, keys)

    monkeypatch.setenv("TWINTRACK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(vectors, "Sorting", Counted)
    text = span("q", 2) + span("r", 7) + "x[q, r] = 1 ~~|\norder[q, r] = VECTOR SORT ORDER(x[q, r], 1) ~~|\n"
    compared(
        tmp_path, text + "total = SUM(order[q!, r!]) ~~|\n", {"x": np.ones((2, 7, 3))}, 3, ["order", "total"]
    )
    assert sorted_vectors == [7, 7]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6])
def test_matrices_are_inverted_with_pivots(tmp_path: Path, size: int) -> None:
    text = (
        span("q", 2) + span("row", size) + span("column", size) + "matrix[q, row, column] = 1 ~~|\n"
        f"inverse[q, row, column] = INVERT MATRIX(matrix[q, row, column], {size}) ~~|\n"
    )
    random = np.random.default_rng(size)
    matrix = random.normal(size=(2, size, size, 30))
    for run in range(size if size > 1 else 0):  # nothing but a rotation: there is no pivot on the diagonal
        matrix[1, :, :, run] = np.roll(np.eye(size), run, axis=0) * (run + 2)
        matrix[0, range(size), range(size), run] = 0.0
    matrix[0, :, :, 29] = 0.5  # singular, if it is more than a number
    found = compared(tmp_path, text, {"matrix": matrix}, 30, ["inverse"])["inverse"][0]
    product = np.einsum("qijr,qjkr->qikr", matrix, found)[..., :29]
    np.testing.assert_allclose(product, np.broadcast_to(np.eye(size)[..., None], product.shape), atol=1e-9)
    assert np.isfinite(found[0, ..., 29]).all() == (size == 1)


def requests(length: int, runs: int) -> dict[str, Array]:
    """Give requests, also negative ones and none, with priorities of which some are equal, and supplies.

    The supply is in turn some of the demand, nothing, less than nothing, and more than the demand.
    """
    random = np.random.default_rng(length)
    asked = random.uniform(-1, 4, (length, runs))
    asked[random.random(asked.shape) < 0.2] = 0.0
    demand = np.maximum(asked, 0).sum(axis=0)
    supply = demand * np.resize([0.3, 0.0, -0.5, 1.5, 0.7, 1.0, 0.01, 0.99], runs)
    middle = random.integers(0, 5, asked.shape) / 2
    return {"asked": asked, "supply": supply, "middle": middle, "width": random.uniform(0.2, 2, asked.shape)}


def check_allocated(asked: Array, supply: Array, found: Array) -> None:
    """All that is there is given, and nobody gets more than is asked."""
    asked = np.maximum(asked, 0)
    assert (found >= -1e-12).all()
    assert (found <= asked + 1e-12).all()
    np.testing.assert_allclose(found.sum(axis=0), np.clip(supply, 0, asked.sum(axis=0)), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("shape", [1, 2, 3, 4, "mixed"])
@pytest.mark.parametrize("length", [1, 2, 7])
def test_what_is_available_is_allocated_by_price(tmp_path: Path, shape: int | str, length: int) -> None:
    runs = 48
    given = requests(length, runs)
    text = span("r", length) + PROFILE + PRIORITIES
    if shape == "mixed":
        given["shape"] = np.random.default_rng(1).integers(1, 5, (length, runs)).astype(np.float64)
    else:
        text = text.replace("shape[r] = 1", f"shape[r] = {shape}")
    found = compared(tmp_path, text, given, runs, ["by_price"])["by_price"][0]
    check_allocated(given["asked"], given["supply"], found)


def test_a_priority_of_no_known_shape_gives_no_number(tmp_path: Path) -> None:
    text = span("r", 2) + PROFILE + PRIORITIES
    shape = np.tile([[1.0], [5.0]], 2)
    given = {"shape": shape, "asked": np.ones((2, 2)), "supply": np.array([0.5, 0.0])}
    found = compared(tmp_path, text, given, 2, ["by_price"])["by_price"][0]
    assert np.isnan(found[1]).all()


@pytest.mark.parametrize("length", [1, 2, 7, 16])
def test_what_is_available_is_allocated_in_order(tmp_path: Path, length: int) -> None:
    given = requests(length, 48)
    text = span("r", length) + PROFILE + PRIORITIES
    found = compared(tmp_path, text, given, 48, ["in_order"])["in_order"][0]
    check_allocated(given["asked"], given["supply"], found)


def test_a_missing_priority_spoils_what_is_not_enough_for_all(tmp_path: Path) -> None:
    text = span("r", 3) + PROFILE + PRIORITIES
    middle = np.tile([[1.0], [np.nan], [2.0]], 2)
    given = {"middle": middle, "asked": np.ones((3, 2)), "supply": np.array([1.5, 4.0])}
    found = compared(tmp_path, text, given, 2, ["in_order", "by_price"])
    assert np.isnan(found["in_order"][0, :, 0]).all()
    np.testing.assert_array_equal(found["in_order"][0, :, 1], 1.0)


def test_stocks_follow_what_is_sorted_allocated_and_inverted(tmp_path: Path) -> None:
    text = (
        span("r", 5) + span("row", 2) + span("column", 2) + PROFILE + "speed[r] = 1 ~~|\n"
        "how[r, p] = 3, 1, 0.5, 0; 2, 2, 0.5, 0; 1, 3, 0.5, 0; 4, 1, 0.5, 0; 3, 2, 0.5, 0; ~~|\n"
        "level[r] = INTEG(VECTOR REORDER(speed[r], order[r]) - level[r]/4, VECTOR RANK(speed[r], 1)) ~~|\n"
        "order[r] = VECTOR SORT ORDER(level[r], -1) ~~|\n"
        "got[r] = INTEG(ALLOCATE AVAILABLE(level[r], how[r, ptype], 3) - got[r]/3, speed[r]) ~~|\n"
        "late[r] = SMOOTH(ALLOCATE BY PRIORITY(level[r], got[r], 5, 1, 4), 1) ~~|\n"
        "matrix[row, column] = 2 + level[r0]*row - level[r1]*column ~~|\n"
        "turned[row, column] = INTEG(INVERT MATRIX(matrix[row, column], 2)/9, 0) ~~|\n"
        "total = SUM(level[r!]) + SUM(got[r!]) + SUM(late[r!]) ~~|\n"
    )
    speed = np.random.default_rng(5).uniform(0.5, 1.5, (5, 130))
    names = ["level", "order", "got", "late", "turned", "total"]
    together = compared(tmp_path, text, {"speed": speed}, 130, names)
    apart = compared(tmp_path, text, {"speed": speed[:, 70:73]}, 3, names)
    for name in names:
        np.testing.assert_array_equal(apart[name], together[name][..., 70:73])


def test_the_error_function_is_right_to_the_last_digits() -> None:
    graph = ScalarGraph()
    x = np.concatenate([np.linspace(-7, 26, 661), [0.0, -30.0, 30.0, 1e9, np.inf, -np.inf, np.nan]])
    found = [graph[erfc(graph, graph.literal(value))].value for value in x]
    np.testing.assert_allclose(found, special.erfc(x), rtol=2e-13, atol=1e-300)
