"""Diagrams as SVG: well formed, complete, linked."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from model_helpers import PEOPLE, EquationsOf, equations_of, structure_of

from twintrack.pages.model.diagrams import Diagram, diagrams
from twintrack.pages.model.svg import COLOURS

__all__ = ["equations_of"]

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def people(equations_of: EquationsOf) -> Diagram:
    structure = structure_of(equations_of(PEOPLE), ["places"], {0.0: {"skill": 1.0, "staff": 10.0}})
    (diagram,) = diagrams(structure, "People")
    return diagram


def _groups(text: str, kind: str) -> dict[str, ElementTree.Element]:
    found = ElementTree.fromstring(text).iter(f"{SVG}g")
    return {item.get("data-variable", ""): item for item in found if item.get("class") == kind}


def _words(element: ElementTree.Element) -> str:
    return " ".join(part.text or "" for part in element.iter(f"{SVG}tspan"))


def test_each_stock_is_a_box_with_its_name(people: Diagram) -> None:
    stocks = _groups(people.svg(), "stock")
    assert {name: _words(item) for name, item in stocks.items()} == {
        "students": "students",
        "staff": "staff",
        "skill": "skill",
    }
    assert all(item.find(f".//{SVG}rect") is not None for item in stocks.values())


def test_inputs_from_elsewhere_are_in_brackets_and_levers_in_colour(people: Diagram) -> None:
    text = people.svg()
    assert _words(_groups(text, "shadow")["pressure"]) == "<pressure>"
    lever = _groups(text, "lever")["places"].find(f".//{SVG}rect")
    assert lever is not None and lever.get("fill") == "#fff0c7"


def test_names_tell_what_they_are_and_lead_to_their_equations(people: Diagram) -> None:
    students = _groups(people.svg(lambda name: f"page.html#{name}"), "stock")["students"]
    link = students.find(f"{SVG}a")
    assert link is not None and link.get("href") == "page.html#students"
    title = students.find(f".//{SVG}title")
    assert title is not None and title.text == "students [persons]: At university."
    assert "<a " not in people.svg()


def test_signs_stand_on_their_lines_in_their_colours(people: Diagram) -> None:
    signs = [
        (item.text, item.get("fill"))
        for item in ElementTree.fromstring(people.svg()).iter(f"{SVG}text")
        if item.get("font-size") == "11" and item.get("font-weight") == "700"
    ]
    assert ("+", COLOURS["+"]) in signs and ("−", COLOURS["-"]) in signs
    assert len(signs) == len([link for link in people.drawing.arrows if link.link.sign])


def test_a_picture_that_stands_alone_has_a_title_and_a_legend(people: Diagram) -> None:
    alone, inside = people.svg(), people.svg(str)
    assert ">People</text>" in alone and "Box: stock." in alone
    assert ">People</text>" not in inside and "Box: stock." not in inside
    assert people.file == "people.svg"
