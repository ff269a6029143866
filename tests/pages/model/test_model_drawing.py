"""Diagrams: what they show, and that everything in them can be read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from model_helpers import PEOPLE, EquationsOf, equations_of, structure_of

from twintrack.equations import Equations
from twintrack.model import Model
from twintrack.pages.model import views
from twintrack.pages.model.diagrams import MOST
from twintrack.pages.model.drawing import (
    LARGEST_WIDTH,
    TIP,
    Arrow,
    Drawing,
    Shape,
    draw,
    text_width,
    wrapped,
)
from twintrack.pages.model.views import FEW, Item, Link, Pipe, Structure, View, model_structure

__all__ = ["equations_of"]

ROUNDING = 1e-6
Box = tuple[float, float, float, float]


def _titles(structure: Structure) -> dict[str, str]:
    return {name: variable.title for name, variable in structure.equations.variables.items()}


def _drawings(structure: Structure) -> Iterator[tuple[View, Drawing]]:
    for sector in structure.sectors:
        for own in structure.parts(sector, MOST):
            view = structure.view(sector, own)
            yield view, draw(view, _titles(structure))


@pytest.fixture(scope="module")
def whole(equations: Equations, model: Model) -> list[tuple[View, Drawing]]:
    """All diagrams of the model; signs are those that hold whatever the values."""
    return list(_drawings(structure_of(equations, model.levers)))


def _frame(shape: Shape) -> Box:
    """What a shape covers: the box of a stock, else its text; a valve is looked at by itself."""
    if shape.item.kind == "stock":
        half = shape.width / 2
        return shape.x - half, shape.y - shape.up, shape.x + half, shape.y + shape.down
    left, top, right, bottom = shape.label
    return (left - 6, top - 2, right + 6, bottom + 2) if shape.item.kind == "lever" else shape.label


def _valves(drawing: Drawing) -> list[tuple[str, Box]]:
    kinds = ("flow", "net", "pipe")
    shapes = [shape for shape in drawing.shapes if shape.item.kind in kinds]
    return [(shape.item.key, (shape.x - 7, shape.y - 8, shape.x + 7, shape.y + 8)) for shape in shapes]


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _signs(drawing: Drawing) -> list[Box]:
    found = []
    for arrow in drawing.arrows:
        x, y = arrow.points[-1]
        x += (-TIP / 2 - 1) * (1 if x > arrow.points[-2][0] else -1)
        found.append((x - 5.6, y - 5.6, x + 5.6, y + 5.6))
    return found


def _along(arrow: Arrow) -> Iterator[tuple[float, float]]:
    """Points along a link: straight pieces and curves in turn."""
    for place, ((x, y), (to_x, to_y)) in enumerate(pairwise(arrow.points)):
        for step in range(21):
            part = step / 20
            smooth = part if place % 2 == 0 else part**2 * (3 - 2 * part)
            yield x + (to_x - x) * part, y + (to_y - y) * smooth


def test_no_two_boxes_or_names_overlap(whole: list[tuple[View, Drawing]]) -> None:
    overlaps = [
        (view.sector, one.item.key, other.item.key)
        for view, drawing in whole
        for one, other in combinations(drawing.shapes, 2)
        if _overlap(_frame(one), _frame(other))
    ]
    assert overlaps == []


def test_valves_and_signs_cover_no_name(whole: list[tuple[View, Drawing]]) -> None:
    covered = []
    for view, drawing in whole:
        marks = [*_valves(drawing), *((f"sign {i}", box) for i, box in enumerate(_signs(drawing)))]
        covered += [
            (view.sector, key, shape.item.key)
            for key, box in marks
            for shape in drawing.shapes
            if _overlap(box, _frame(shape))
        ]
    assert covered == []


def test_no_two_signs_overlap(whole: list[tuple[View, Drawing]]) -> None:
    for _, drawing in whole:
        assert not any(_overlap(one, other) for one, other in combinations(_signs(drawing), 2))


def test_links_run_through_no_box_and_no_name(whole: list[tuple[View, Drawing]]) -> None:
    crossed = set()
    for view, drawing in whole:
        frames = {shape.item.key: _frame(shape) for shape in drawing.shapes}
        for arrow in drawing.arrows:
            others = [
                item for item in frames.items() if item[0] not in (arrow.link.source, arrow.link.target)
            ]
            for x, y in _along(arrow):
                crossed |= {
                    (view.sector, arrow.link.source, arrow.link.target, key)
                    for key, (left, top, right, bottom) in others
                    if left < x < right and top < y < bottom
                }
    assert crossed == set()


def test_pipes_run_through_no_box(whole: list[tuple[View, Drawing]]) -> None:
    for _, drawing in whole:
        frames = [_frame(shape) for shape in drawing.shapes]
        for channel in drawing.channels:
            for (x, y), (to_x, to_y) in pairwise(channel.points):
                line = (min(x, to_x) + 1, min(y, to_y) - 0.5, max(x, to_x) - 1, max(y, to_y) + 0.5)
                assert not any(_overlap(line, frame) for frame in frames)


def test_everything_is_inside_and_fits_a_screen(whole: list[tuple[View, Drawing]]) -> None:
    for _, drawing in whole:
        assert drawing.width <= LARGEST_WIDTH
        for shape in drawing.shapes:
            left, top, right, bottom = _frame(shape)
            assert left >= -ROUNDING and right <= drawing.width + ROUNDING
            assert top >= -ROUNDING and bottom <= drawing.height + ROUNDING


def test_every_varying_variable_is_in_one_view_of_its_sector(
    whole: list[tuple[View, Drawing]], equations: Equations
) -> None:
    shown = [(view.sector, name) for view, _ in whole for name in view.own]
    assert len(shown) == len(set(shown))
    assert {name for sector, name in shown if equations.variables[name].group != sector} == set()
    stocks = {name for name, item in equations.variables.items() if item.kind == "stock"}
    assert stocks <= {name for _, name in shown}
    assert max(len(view.own) for view, _ in whole) <= MOST + FEW


def test_the_view_of_a_sector_shows_stocks_pipes_links_and_inputs(equations_of: EquationsOf) -> None:
    structure = structure_of(equations_of(PEOPLE), ["places"])
    (own,) = structure.parts("People", MOST)
    assert own == ("students", "staff", "skill", "enrolment", "graduation", "leaving")
    view = structure.view("People", own)
    kinds = {key: item.kind for key, item in view.items.items()}
    assert view.stocks == ("students", "staff", "skill")
    assert kinds["graduation"] == "flow"
    assert kinds["places>enrolment"] == "lever"
    assert kinds["pressure>leaving"] == "shadow"
    assert kinds["||skill"] == kinds["|staff|"] == "net"
    assert Pipe("graduation", "students", "staff") in view.pipes
    assert Pipe("||skill", "", "skill", both=True) in view.pipes
    pairs = {(link.source, link.target) for link in view.links}
    assert pairs == {
        ("places>enrolment", "enrolment"),
        ("skill", "enrolment"),
        ("students", "graduation"),
        ("staff", "leaving"),
        ("pressure>leaving", "leaving"),
        ("target_skill>||skill", "||skill"),
        ("skill", "||skill"),
        ("staff", "|staff|"),
    }


def test_what_only_constants_decide_is_left_out(equations_of: EquationsOf) -> None:
    structure = structure_of(equations_of(PEOPLE))
    assert "twice" not in structure.varying("People")
    assert structure.kind("twice") == "auxiliary"
    moved = structure_of(equations_of(PEOPLE), ["study_time"])
    assert "twice" in moved.varying("People")


def test_a_flow_that_fills_two_stocks_is_shown_again_at_the_second(equations_of: EquationsOf) -> None:
    structure = structure_of(equations_of(PEOPLE))
    (own,) = structure.parts("Places", MOST)
    view = structure.view("Places", own)
    assert Pipe("building", "", "houses") in view.pipes
    again = "building||built_in_all"
    assert Pipe(again, "", "built_in_all") in view.pipes and view.items[again].kind == "pipe"


def test_a_large_sector_is_split_and_flows_stay_with_their_stocks(equations_of: EquationsOf) -> None:
    chain = "".join(
        f"stock{i}= INTEG (into{i}-out{i}, 1) ~ Dmnl ~ |\n"
        f"into{i}= stock{(i + 1) % 20}*0.1 ~ Dmnl/Year ~ |\n"
        f"out{i}= stock{i}*share{i} ~ Dmnl/Year ~ |\n"
        f"share{i}= 0.1*Time ~ 1/Year ~ |\n"
        for i in range(20)
    )
    structure = structure_of(equations_of(chain))
    (sector,) = structure.sectors
    parts = structure.parts(sector, 22)
    assert len(parts) >= 4 and max(map(len, parts)) <= 22 + FEW
    assert sorted(name for part in parts for name in part) == sorted(structure.varying(sector))
    for part in parts:
        for name in part:
            if name.startswith("stock"):
                number = name.removeprefix("stock")
                assert {f"into{number}", f"out{number}"} <= set(part)
        drawing = draw(structure.view(sector, part), _titles(structure))
        assert not any(_overlap(_frame(a), _frame(b)) for a, b in combinations(drawing.shapes, 2))


def test_what_is_too_wide_is_cut_and_goes_on_from_a_copy() -> None:
    names = [f"a rather long name {number}" for number in range(20)]
    items = {name: Item(name, "auxiliary", name) for name in names}
    view = View("Long", tuple(names), items, [Link(one, other, "+") for one, other in pairwise(names)])
    drawing = draw(view, {name: name for name in names})
    assert drawing.width <= LARGEST_WIDTH
    kinds = [shape.item.kind for shape in drawing.shapes]
    assert kinds.count("auxiliary") == 20 and kinds.count("shadow") >= 1
    assert len(drawing.arrows) == 19


def test_names_are_broken_evenly_and_words_never() -> None:
    assert wrapped("talent") == ("talent",)
    assert wrapped("leader accelerator purchases") == ("leader", "accelerator", "purchases")
    assert wrapped("stage share applied") == ("stage share", "applied")
    assert wrapped("interoperabilityofeverything x") == ("interoperabilityofeverything", "x")
    assert text_width("mm") > text_width("aa") > text_width("ii")


def test_the_structure_of_a_model_takes_signs_from_its_central_run(
    equations_of: EquationsOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    equations = equations_of(
        "a= INTEG (b*(c-2), 1) ~ Dmnl ~ |\nb= Time ~ Dmnl ~ |\nc= Time ~ Dmnl ~ |\nspare= 1 ~ Dmnl ~ |\n"
    )

    class Run(dict[str, np.ndarray]):
        time = np.array([0.0, 1.0])

    def sign(c: list[float]) -> str:
        run = Run(a=np.ones(2), b=np.ones(2), c=np.array(c), spare=np.ones(2))
        run |= {name: np.ones(2) for name in equations.time.controls}
        asked: dict[str, str] = {}
        monkeypatch.setattr(views, "run_strategy", lambda core, **words: asked.update(words) or run)
        structure = model_structure(cast(Model, SimpleNamespace(equations=equations, levers={})))
        assert asked == {"engine": "numpy"}
        (sector,) = structure.sectors
        links = structure.view(sector, tuple(structure.varying(sector))).links
        return next(link.sign for link in links if link.source == "b")

    assert [sign([3.0, 4.0]), sign([1.0, 0.0]), sign([1.0, 3.0])] == ["+", "-", "±"]
