"""The brief: the first screen and the sections that matter most, on two sheets of A4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from markupsafe import Markup, escape

from twintrack.pages.blocks import Block, Fold, Items, Note, Table
from twintrack.pages.builder import Filled, Page, environment, fonts, html_language, part
from twintrack.pages.figures.drawing import width_of
from twintrack.pages.figures.story import Pair, Story
from twintrack.pages.report.finding import Opening
from twintrack.pages.report.view import ReportView
from twintrack.pages.texts import Texts
from twintrack.version import __version__

STEM = "brief"
FIRST = ("grid", "when", "mix", "regret", "levers", "package", "stems")
"""Sections that may follow the finding on the first sheet, those that are preferred first."""
ORDER = ("grid", "package", "sure", "decides", "when", "regret", "mix", "levers", "stems")
"""What the second sheet is filled with, those that are preferred first."""
DRAWN, SHOWN = 820.0, 695.0
"""Px that figures are drawn for, and that they are shown on: words come out at 7.5 points or more."""
HEIGHT = 1012.0
"""Px of a sheet between its head and its foot."""
MOST_TESTS = 9
"""Columns of a table beyond which rows and columns change places."""
LINE, SIZE = 18.0, 13.0
"""Px of a line of text, and of its letters."""


@dataclass(frozen=True)
class Printed(Block):
    """A figure drawn for paper."""

    svg: str
    height: float
    narrow: str
    kind: ClassVar[str] = "printed"


def brief(page: Page[ReportView], sections: Sequence[Filled], names: dict[str, str]) -> str:
    """Give the brief in the language of a page, from the same blocks; `names` are its files by language."""
    texts = page.view.texts
    opening = next(block for block in page.intro if isinstance(block, Opening))
    figure = _printed(opening.figure, DRAWN)
    known = {section.key: _for_paper(section) for section in sections}
    first, others = _sheets(known, HEIGHT - _opening_height(opening, figure))
    if not first:  # the figure may then be as high as on the page
        higher = _printed(replace(opening.figure, paper=None), DRAWN)
        figure = higher if _opening_height(opening, higher) <= HEIGHT else figure
    values = {
        "page": page,
        "t": texts,
        "lang": html_language(texts.language),
        "version": __version__,
        "opening": opening,
        "linked": escape,  # words and tables are told in the page
        "tables_lead": False,
        "figure": figure,
        "sheets": [[known[key] for key in keys] for keys in (first, others)],
        "fonts": Markup(fonts()),
        "css": Markup(part("brief.css")),
        "others": [
            {"lang": html_language(other), "href": name, "name": Texts(other)("language_name")}
            for other, name in names.items()
            if other != texts.language
        ],
        "model": page.view.data.model.equations.hash[:8],
        "seed": page.view.data.definition.ensemble.seed,
    }
    return environment().get_template("brief.html.jinja").render(values)


def _sheets(known: dict[str, Filled], room: float) -> tuple[list[str], list[str]]:
    """Choose what stands on each sheet: what is preferred first, as long as it fits."""
    first = next(([key] for key in FIRST if key in known and _height(known[key]) <= room), [])
    rest, others = HEIGHT, []
    for key in ORDER:
        if key in known and key not in first and _height(known[key]) <= rest:
            others.append(key)
            rest -= _height(known[key])
    return first, sorted(others, key=list(known).index)


def _for_paper(section: Filled) -> Filled:
    """Give a section with its figures drawn for paper, without notes and what readers open."""
    kept = [(block, level) for block, level in section.blocks if not _is_detail(block)]
    blocks = [(_drawn(block, DRAWN), level) for block, level in kept]
    return replace(section, blocks=blocks)


def _is_detail(block: Block) -> bool:
    """Say whether a block is left to the page: what readers open, notes, what is told beside tests."""
    if isinstance(block, Pair):
        return block.style == "even"
    return isinstance(block, Fold) or (isinstance(block, Note) and block.style == "note")


def _drawn(block: Block, width: float) -> Block:
    if isinstance(block, Story):
        return _printed(block, width)
    if isinstance(block, Pair):
        return replace(block, sides=[[_drawn(one, width / 2 - 20) for one in side] for side in block.sides])
    return block


def _printed(story: Story, width: float) -> Printed:
    drawn = (story.paper or story.draw)(width)
    svg = drawn.svg(f"brief-{story.key}", story.title, story.description, "sheet")
    return Printed(svg, drawn.height * SHOWN / DRAWN, story.narrowest)


def _opening_height(opening: Opening, figure: Printed) -> float:
    told = sum(_lines(f"{one.lead} {one.text}", SHOWN - 16) * LINE + 5 for one in opening.paragraphs)
    head = _lines(opening.finding, SHOWN, 23) * 28 + 34
    return head + told + figure.height + _lines(opening.guide, SHOWN, 11.5) * 16 + 8


def _height(section: Filled) -> float:
    title = _lines(section.finding or section.title, SHOWN, 17) * 22 + 14
    return title + sum(_block_height(block, SHOWN) for block, _ in section.blocks)


def _block_height(block: Block, width: float) -> float:
    """Estimate how high a block is on paper, in px."""
    if isinstance(block, Printed):
        return block.height + 2
    if isinstance(block, Pair):
        return max(sum(_block_height(one, width / 2 - 17) for one in side) for side in block.sides) + 10
    if isinstance(block, Note):
        return _lines(block.text, width) * LINE + 5
    if isinstance(block, Items):
        return sum(
            _lines(item if isinstance(item, str) else item.text, width - 18) * LINE + 5
            for item in block.items
        )
    if isinstance(block, Table):
        turned = len(block.head) > MOST_TESTS  # by its style
        return 19.0 * len(block.head) + 60 if turned else 29.0 * len(block.rows) + 44
    return 60.0


def _lines(text: str, width: float, size: float = SIZE) -> int:
    return max(1, -int(-width_of(text, size) * 1.02 // width))
