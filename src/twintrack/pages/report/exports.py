"""What lies beside the page: every figure as a drawing and as a table, and every sentence with its source."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from twintrack.pages.blocks import Block, Claim, Fold, Note, Table
from twintrack.pages.builder import Filled, Page, fonts
from twintrack.pages.figures.story import Pair, Story
from twintrack.pages.printing import Printer
from twintrack.pages.report.finding import Opening
from twintrack.pages.report.story import CONTRAST_FILE
from twintrack.pages.report.view import DATA, ReportView

FIGURES = "figures"
"""Folder of the figures beside the page."""
REPORT_JSON = "report.json"
_FAMILIES = "'Source Sans 3','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif"
_NUMBER = re.compile(r"[<>+−]?\d[\d,]*(?:\.\d+)?(?:[–至]\d[\d,]*(?:\.\d+)?)?\s?%?")
"""A number as pages write it, or a range of two."""

Told = tuple[Page[ReportView], Sequence[Filled]]
"""A page in one language, with its sections filled."""


def inside(blocks: Iterable[Block]) -> Iterator[Block]:
    """Give blocks with all that stand inside them: in folds, side by side, on the first screen."""
    for block in blocks:
        yield block
        if isinstance(block, Fold):
            yield from inside(block.blocks)
        elif isinstance(block, Pair):
            yield from inside(inner for side in block.sides for inner in side)
        elif isinstance(block, Opening):
            yield block.figure


def stories(told: Told) -> list[Story]:
    """Give the figures of a page in order."""
    page, sections = told
    blocks = [*page.intro, *(block for section in sections for block, _ in section.blocks)]
    return [block for block in inside(blocks) if isinstance(block, Story)]


def figure_files(told: Told) -> Iterator[tuple[str, str]]:
    """Give each figure as SVG and as CSV: names below FIGURES, those of the first language without it."""
    ending = _ending(told[0])
    for story in stories(told):
        yield f"{FIGURES}/{story.key}{ending}.svg", f"{story.alone(families=_FAMILIES)}\n"
        table = io.StringIO()
        csv.writer(table, lineterminator="\n").writerows([story.numbers.head, *story.numbers.rows])
        yield f"{FIGURES}/{story.key}{ending}.csv", table.getvalue()


def figure_pictures(told: Told, printer: Printer) -> Iterator[tuple[str, bytes]]:
    """Give each figure as PNG, where there is a browser that draws it."""
    ending = _ending(told[0])
    for story in stories(told):
        drawn = story.draw(story.widths["wide"])
        style = f"<style>body{{margin:0}}svg{{display:block}}{fonts()}</style>"
        html = f"<!doctype html><meta charset=utf-8>{style}{story.alone(families=_FAMILIES)}"
        for picture in printer.png(html, drawn.width, drawn.height):
            yield f"{FIGURES}/{story.key}{ending}.png", picture


def _ending(page: Page[ReportView]) -> str:
    """Give what names of files in another language than the first end in before the dot."""
    language = page.view.texts.language
    return "" if language == next(iter(page.names)) else f".{language}"


def report_json(pages: Sequence[Told]) -> str:
    """Give all that the pages print: by language sentences and figures, each with its file and its command.

    `derivations` says how numbers follow from the runs, and `contrasts` in CONTRAST_FILE holds each of them
    unrounded.
    """
    view = pages[0][0].view
    found = {
        "title": view.data.definition.title.model_dump(),
        "model": view.data.model.equations.hash,
        "worlds": view.data.worlds_count,
        "seed": view.data.definition.ensemble.seed,
        "origin": view.data.origin,
        "command": view.command,
        "derivations": {
            key: _derivation(key, view) for key in ("share", "median", "verdict", "range", "cost")
        },
        "pages": {page.view.texts.language: _page_entry(page, sections) for page, sections in pages},
    }
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _derivation(key: str, view: ReportView) -> dict[str, str]:
    return {"how": view.texts(f"derivation_{key}"), "data": f"{DATA}/{CONTRAST_FILE}"}


def _page_entry(page: Page[ReportView], sections: Sequence[Filled]) -> dict[str, Any]:
    view = page.view
    entries: list[Mapping[str, Any]] = []
    for block in inside(page.intro):
        if isinstance(block, Opening):
            basis = f"{DATA}/{CONTRAST_FILE}"
            texts = [block.finding, *(f"{one.lead} {one.text}" for one in block.paragraphs)]
            entries += [_sentence("finding", text, basis, view.command) for text in texts]
        entries += _entries(block, view)
    shown = [
        {
            "key": section.key,
            "question": section.title,
            "finding": section.finding,
            "printed": [
                entry
                for block, _ in section.blocks
                for one in inside([block])
                for entry in _entries(one, view)
            ],
        }
        for section in sections
    ]
    return {"file": page.name, "first_screen": entries, "sections": shown}


def _entries(block: Block, view: ReportView) -> Iterator[dict[str, Any]]:
    """Say what a block prints, and where that is from."""
    if isinstance(block, Story):
        table = {"head": list(block.numbers.head), "rows": [list(row) for row in block.numbers.rows]}
        about = {"figure": block.key, "title": block.title, "data": block.basis.data}
        yield {**about, "command": block.basis.command, **table}
    elif isinstance(block, Table):
        yield {
            "table": block.key,
            "title": block.label,
            "data": block.basis.data,
            "command": block.basis.command,
        }
    elif isinstance(block, Claim):
        yield _sentence(block.key, block.text, block.basis.data, block.basis.command)
    elif isinstance(block, Note) and _NUMBER.search(block.text):
        yield _sentence("note", block.text, f"{DATA}/{CONTRAST_FILE}", view.command)


def _sentence(key: str, text: str, data: str, command: str) -> dict[str, Any]:
    numbers = [found.strip() for found in _NUMBER.findall(text)]
    return {"sentence": key, "text": text, "numbers": numbers, "data": data, "command": command}
