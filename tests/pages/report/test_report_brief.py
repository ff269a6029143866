"""The brief and what lies beside a made-up page: two sheets that hold what fits, and files that agree."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest

from twintrack.pages.blocks import Basis, Claim, Fold, Note, Section, View
from twintrack.pages.builder import Filled, Page, filled
from twintrack.pages.figures.drawing import Drawing
from twintrack.pages.figures.story import Numbers, Pair, Story
from twintrack.pages.report import brief as briefs
from twintrack.pages.report.brief import brief
from twintrack.pages.report.exports import figure_files, figure_pictures, inside, report_json, stories
from twintrack.pages.report.finding import Opening, Paragraph
from twintrack.pages.texts import Texts

BASIS = Basis("data/contrasts.csv", "twintrack report made_up")


class MadeUp(View):
    """A view without a model."""

    command = "twintrack report made_up"
    data: Any = SimpleNamespace(
        definition=SimpleNamespace(
            title=SimpleNamespace(model_dump=lambda: {"en": "Made up"}), ensemble=SimpleNamespace(seed=7)
        ),
        model=SimpleNamespace(equations=SimpleNamespace(hash="0123456789")),
        worlds_count=120,
        origin="prior",
    )


def drawing(height: float) -> Any:
    """Draws a figure that is as high at every width, with its width in it."""

    def draw(width: float) -> Drawing:
        sheet = Drawing(width, height)
        sheet.text(0, 10, f"width {width:g}")
        return sheet

    return draw


def story(key: str, height: float = 100.0, **more: Any) -> Story:
    numbers = Numbers(["choice", "count"], [["both, open", "58–66"], ["catch up", ">99"]])
    return Story(key, f"Title of {key}", f"{key} told", drawing(height), numbers, BASIS, **more)


def page(heights: dict[str, float], language: str = "en") -> Page[Any]:
    """A page with a section for each name, its figure as high as asked."""
    opening = Opening(
        question="Which?",
        finding="Doing both brings income in 86–92 of 100.",
        paragraphs=[Paragraph("Change the portfolio:", "it adds CNY 0.4–0.5 trn.", "#006B54")],
        figure=story("hero", 400.0, paper=drawing(200.0)),
        guide_lead="How to read.",
        guide="A dot is one in a hundred.",
    )
    sections = [
        Section(
            key,
            place,
            lambda view, key=key, height=height: [  # type: ignore[misc]
                Note("120 futures", "deck"),
                Note("left to the page", "note"),
                story(key, height),
                Fold("More", [Claim("inner", "it is 7.5 years", BASIS)]),
            ],
            title=lambda view, key=key: f"Finding of {key}",  # type: ignore[misc]
        )
        for place, (key, height) in enumerate(heights.items())
    ]
    names = {"en": "index.html", "zh": "index.zh.html"}
    view = MadeUp(texts=Texts(language))
    return Page(view, names, "Which?", "lead", sections, {BASIS.data}, intro=[opening])


def sheets(heights: dict[str, float]) -> list[list[str]]:
    """The sections on each sheet of the brief."""
    made = page(heights)
    text = brief(made, filled(made), {"en": "brief.html", "zh": "brief.zh.html"})
    papers = text.split('<article class="paper">')[1:]
    return [re.findall(r"<h2>Finding of (\w+)</h2>", paper) for paper in papers]


@pytest.mark.parametrize(
    ("heights", "expected"),
    [
        ({"grid": 300, "when": 300, "package": 300}, [["grid"], ["when", "package"]]),
        ({"when": 300, "package": 300}, [["when"], ["package"]]),
        ({"grid": 3000, "package": 300, "sure": 400, "when": 600}, [["when"], ["package", "sure"]]),
        ({"decides": 900, "sure": 900}, [[], ["sure"]]),
        ({"grid": 900, "when": 5000}, [[], ["grid"]]),
    ],
)
def test_the_brief_has_two_sheets_and_on_them_what_fits(
    heights: dict[str, float], expected: list[list[str]]
) -> None:
    assert sheets(heights) == expected


def test_the_brief_is_made_of_the_blocks_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    made = page({"grid": 300})
    text = brief(made, filled(made), {"en": "brief.html", "zh": "brief.zh.html"})
    assert "Doing both brings income in 86–92 of 100." in text and "it adds CNY 0.4–0.5 trn." in text
    assert "120 futures" in text and "left to the page" not in text and "7.5 years" not in text
    assert f"width {briefs.DRAWN:g}" in text and 'href="brief.zh.html"' in text
    assert "1 / 2" in text and "2 / 2" in text and "model 01234567" in text and "seed 7" in text


def test_a_smaller_form_is_taken_for_paper_where_there_is_one() -> None:
    drawn = briefs._printed(story("hero", 400.0, paper=drawing(200.0)), 820.0)
    assert drawn.height == pytest.approx(200 * briefs.SHOWN / briefs.DRAWN)


def test_what_stands_inside_others_is_found() -> None:
    pair = Pair([[story("left")], [Note("right")]])
    found = list(inside([Fold("f", [pair]), *page({}).intro]))
    assert [block.key for block in found if isinstance(block, Story)] == ["left", "hero"]


@pytest.mark.parametrize(("language", "ending"), [("en", ""), ("zh", ".zh")])
def test_every_figure_is_a_drawing_and_a_table(language: str, ending: str) -> None:
    made = page({"grid": 300}, language)
    told = (made, filled(made))
    assert [one.key for one in stories(told)] == ["hero", "grid"]
    files = dict(figure_files(told))
    assert list(files) == [
        f"figures/{key}{ending}.{kind}" for key in ("hero", "grid") for kind in ("svg", "csv")
    ]
    assert (
        files[f"figures/grid{ending}.svg"].startswith("<svg xmlns=")
        and "<title" in files[f"figures/grid{ending}.svg"]
    )
    assert files[f"figures/grid{ending}.csv"] == 'choice,count\n"both, open",58–66\ncatch up,>99\n'


def test_pictures_are_as_large_as_the_drawings() -> None:
    asked: list[tuple[float, float]] = []

    def png(html: str, width: float, height: float) -> list[bytes]:
        asked.append((width, height))
        assert "width 1160" in html and "@font-face" in html
        return [b"picture"]

    made = page({"grid": 300})
    found = dict(figure_pictures((made, filled(made)), SimpleNamespace(png=png)))  # type: ignore[arg-type]
    assert found == {"figures/hero.png": b"picture", "figures/grid.png": b"picture"}
    assert asked == [(1160, 400), (1160, 300)]


def test_the_report_as_json_has_every_printed_number_and_where_it_is_from() -> None:
    pages = [(one, filled(one)) for one in (page({"grid": 300}), page({"grid": 300}, "zh"))]
    found = json.loads(report_json(pages))
    assert found["worlds"] == 120 and found["seed"] == 7 and found["model"] == "0123456789"
    assert {entry["data"] for entry in found["derivations"].values()} == {"data/contrasts.csv"}
    for language in ("en", "zh"):
        first = found["pages"][language]["first_screen"]
        assert [entry["numbers"] for entry in first if "sentence" in entry] == [["86–92", "100"], ["0.4–0.5"]]
        (section,) = found["pages"][language]["sections"]
        assert section["finding"] == "Finding of grid"
        numbers = [entry["numbers"] for entry in section["printed"] if "sentence" in entry]
        assert numbers == [["120"], ["7.5"]]
        (figure,) = (entry for entry in section["printed"] if "figure" in entry)
        assert figure["rows"] == [["both, open", "58–66"], ["catch up", ">99"]]
        everything = [*first, *section["printed"]]
        assert all(entry["data"] == BASIS.data and entry["command"] == BASIS.command for entry in everything)


def test_sections_keep_their_order_on_a_sheet() -> None:
    made = [Filled(key, key, None) for key in ("when", "sure", "package")]
    first, others = briefs._sheets({section.key: section for section in made}, 0.0)
    assert first == [] and others == ["when", "sure", "package"]
