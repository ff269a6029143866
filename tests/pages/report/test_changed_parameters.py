"""A finding follows the parameter file: other numbers there make other sentences, ties, or no section."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import twintrack
from twintrack.inputs.reports import load_report
from twintrack.pages.report.computing import compute
from twintrack.pages.report.finding import headline, paragraph
from twintrack.pages.report.page import report_page
from twintrack.pages.report.sections import decides, stems, when
from twintrack.pages.report.story import Told, told
from twintrack.pages.report.view import ReportView
from twintrack.pages.texts import Texts

REPORT = """
title: {en: How fast?, zh: 多快？}
strategies: [open, fast]
contrasts: [{title: {en: Going fast, zh: 提速}, of: fast, against: open}]
goals: [frontier_gap_months]
scenarios: [central]
ensemble: {worlds: 200, seed: 1, prior: true}
outcomes: [frontier_gap_months, public_cost_pv]
years: [2030, 2040]
languages: [en, zh]
"""
COST = "public cost=\n\tfiscal ai rd\n\t~\tbn CNY/Year\n\t~\tSource: assumption.\n\t|\n\nFINAL TIME="
COST_TITLE = """  public_cost:
    title: {en: Cost a year, zh: 年成本}
    unit: bn CNY/Year
    better: lower
"""

Reported = Callable[..., Told]


@pytest.fixture
def reported(small_content: Path, tmp_path: Path) -> Reported:
    """Gives the story of a report, once the range of one parameter in the file is another one."""

    def make(strength: str, distribution: str = "uniform") -> Told:
        root = tmp_path / re.sub(r"\W+", "_", f"{distribution}{strength}")
        shutil.copytree(small_content, root)
        model, outcomes, world = (
            root / "model" / name for name in ("twintrack.mdl", "outcomes.yaml", "world.yaml")
        )
        model.write_text(model.read_text(encoding="utf-8").replace("FINAL TIME=", COST), encoding="utf-8")
        text = outcomes.read_text(encoding="utf-8")
        outcomes.write_text(text.replace("headline:", f"{COST_TITLE}headline:"), encoding="utf-8")
        text = world.read_text(encoding="utf-8")
        assert "range: [8, 12]" in text
        text = text.replace("range: [8, 12]", f"range: {strength}").replace("triangular", distribution)
        world.write_text(text, encoding="utf-8")
        definition = root / "report.yaml"
        definition.write_text(REPORT, encoding="utf-8")
        core = twintrack.load(root)
        data = compute(load_report(definition, core.inputs), definition, core)
        return told(ReportView(data, texts=Texts("en")))

    return make


@pytest.mark.parametrize(
    ("strength", "finding", "title", "course"),
    [
        ("[8, 12]", "has the lower", "better than", "ahead"),
        ("[-10, 10]", "ties with", "level", "neither is ahead in any year"),
        ("[-40, 10]", "has the higher", "worse than", "behind"),
    ],
)
def test_a_win_becomes_a_tie_or_a_loss_in_every_part_of_the_page(
    reported: Reported, strength: str, finding: str, title: str, course: str
) -> None:
    story = reported(strength)
    assert finding in headline(story)
    assert ("ties" in paragraph(story, story.view.data.contrasts[0]).text) == (finding == "ties with")
    assert title in stems.title(story.view)
    assert course in when.title(story.view)


def test_a_parameter_that_no_longer_varies_takes_its_map_with_it(reported: Reported) -> None:
    both, one = reported("[-40, 10]"), reported("[-40, 10]", "fixed")
    assert "figure-decides" not in shown(one)
    assert decides.title(one.view).startswith("No two assumptions decide")
    assert sum(both.view.data.worlds.nunique() > 1) == 2
    assert sum(one.view.data.worlds.nunique() > 1) == 1


def test_a_section_without_content_is_gone(reported: Reported) -> None:
    view = reported("[8, 12]").view
    page = report_page(view.data, "en", view.inputs)
    keys = [section.key for section in page.sections if section.shown(view)]
    assert "stems" in keys and not {"grid", "mix", "waste"} & set(keys)


def shown(story: Told) -> str:
    """What the section on assumptions holds."""
    return " ".join(f"figure-{getattr(block, 'key', '')}" for block in decides.blocks(story.view))
