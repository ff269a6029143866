"""Boxes in columns: order, distance, and room for lines."""

from __future__ import annotations

import random

import pytest

from twintrack.pages.model.layout import GAP, Box, Layout, Line, place

ROOM = 60.0


def _boxes(*keys: str) -> list[Box]:
    return [Box(key, 80.0, 10.0, 20.0) for key in keys]


def _check(layout: Layout, boxes: list[Box]) -> None:
    """No two boxes of a column overlap, all are inside, and each is inside its column."""
    for one in boxes:
        left, right = layout.edges[layout.columns[one.key]]
        assert layout.x[one.key] == pytest.approx((left + right) / 2) and one.width <= right - left + 1e-6
        assert layout.y[one.key] - one.up >= -1e-6 and layout.y[one.key] + one.down <= layout.height + 1e-6
        for other in boxes:
            if other.key != one.key and layout.columns[other.key] == layout.columns[one.key]:
                upper, lower = sorted((one, other), key=lambda box: layout.y[box.key])
                apart = (layout.y[lower.key] - lower.up) - (layout.y[upper.key] + upper.down)
                assert apart >= GAP - 1e-6


def test_lines_go_forward_and_straight_where_they_can() -> None:
    boxes = _boxes("a", "b", "c")
    layout = place(boxes, [Line("a", "b"), Line("b", "c")], {}, ROOM)
    assert [layout.columns[key] for key in "abc"] == [0, 1, 2]
    assert layout.y["a"] == layout.y["b"] == layout.y["c"]
    assert layout.edges == [(0, 80), (140, 220), (280, 360)] and layout.width == 360
    _check(layout, boxes)


def test_in_a_cycle_the_lightest_line_runs_back() -> None:
    lines = [Line("a", "b", 5), Line("b", "c", 5), Line("c", "a", 1)]
    layout = place(_boxes("a", "b", "c"), lines, {}, ROOM)
    assert layout.columns["a"] < layout.columns["b"] < layout.columns["c"]
    assert [column for column, _ in layout.points[2]] == [1]


def test_a_long_line_passes_boxes_at_a_distance() -> None:
    boxes = _boxes("a", "b", "c")
    layout = place(boxes, [Line("a", "b"), Line("b", "c"), Line("a", "c")], {}, ROOM)
    ((column, height),) = layout.points[2]
    assert column == 1
    assert not layout.y["b"] - 10 - GAP < height < layout.y["b"] + 20 + GAP


def test_a_pair_of_pipes_has_its_valve_between_even_when_it_runs_back() -> None:
    lines = [
        *(Line("a", valve, 9, ("a", "b")) for valve in ("go",)),
        Line("go", "b", 9, ("a", "b")),
        Line("b", "back", 9, ("b", "a")),
        Line("back", "a", 9, ("b", "a")),
    ]
    layout = place(_boxes("a", "go", "b", "back"), lines, {}, ROOM)
    assert layout.columns["a"] < layout.columns["back"] == layout.columns["go"] < layout.columns["b"]


def test_followers_stand_just_before_what_they_follow() -> None:
    boxes = _boxes("a", "b", "input")
    layout = place(boxes, [Line("a", "b"), Line("input", "a")], {"input": "a"}, ROOM)
    assert layout.columns == {"input": 0, "a": 1, "b": 2}


def test_two_crossed_pairs_are_uncrossed() -> None:
    layout = place(_boxes("a", "b", "c", "d"), [Line("a", "d"), Line("b", "c")], {}, ROOM)
    assert (layout.y["a"] < layout.y["b"]) == (layout.y["d"] < layout.y["c"])


def test_a_box_alone_is_a_layout() -> None:
    layout = place(_boxes("a"), [], {}, ROOM)
    assert (layout.x, layout.width, layout.height) == ({"a": 40.0}, 80.0, 30.0)


@pytest.mark.parametrize("seed", range(6))
def test_no_boxes_overlap_whatever_hangs_together(seed: int) -> None:
    chance = random.Random(seed)
    keys = [f"box {number}" for number in range(18)]
    boxes = [Box(key, chance.uniform(30, 120), chance.uniform(8, 30), chance.uniform(8, 60)) for key in keys]
    pairs = {tuple(chance.sample(keys, 2)) for _ in range(30)}
    lines = [Line(one, other, chance.choice([1, 30])) for one, other in sorted(pairs)]
    layout = place(boxes, lines, {}, ROOM)
    _check(layout, boxes)
    assert all(layout.columns[line.source] != layout.columns[line.target] for line in lines)
    assert place(boxes, lines, {}, ROOM) == layout
