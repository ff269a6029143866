"""The built page of a report: one file that links, reads and speaks as it should."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from built_report import LARGEST, PAGES, WORLDS, body_of, figures_of, page_of, table_of

import twintrack
from twintrack.inputs.reports import load_report
from twintrack.model import Model

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("folder", ["report_folder", "grid_folder"])
def test_a_page_is_one_file_below_1500_kb_that_loads_nothing(
    folder: str, name: str, request: pytest.FixtureRequest
) -> None:
    page = page_of(request.getfixturevalue(folder), name)
    assert len(page.encode()) < LARGEST
    assert page.count('id="library"') == 1
    assert not re.search(r"<(script|img|iframe)[^>]*\ssrc=", page)
    assert not re.search(r"<link[^>]*href=\"(?!data:)", page)


@pytest.mark.parametrize(("name", "language", "other"), [(*PAGES, "zh-Hans"), (*PAGES[::-1], "en")])
def test_pages_name_their_language_and_link_to_each_other(
    report_folder: Path, name: str, language: str, other: str
) -> None:
    assert ('<html lang="en">' in page_of(report_folder, name)) == (name == "index.html")
    assert f'href="{language}"' in page_of(report_folder, name)
    assert f'hreflang="{ {"en": "en", "zh-Hans": "zh"}[other] }"' in page_of(report_folder, name)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_on_all_strategies_has_a_row_for_each(overview_folder: Path, model: Model, name: str) -> None:
    body = body_of(overview_folder, name)
    assert len(page_of(overview_folder, name).encode()) < LARGEST
    language = "en" if name == "index.html" else "zh"
    table = re.search(r'<table class="matrix".*?</table>', body, re.DOTALL)
    assert table is not None
    titles = re.findall(r'<th scope="row">(.*?)</th>', table[0])
    assert sorted(titles) == sorted(model.strategy(plan).title.get(language) for plan in model.strategies)
    anchors = set(re.findall(r'\sid="([^"]+)"', body))
    assert set(re.findall(r'href="#([^"]+)"', body)) <= anchors


def test_a_switch_is_told_with_the_share_of_worlds_in_which_it_happens(overview_folder: Path) -> None:
    found = re.search(
        r"under 6 months for 1 year: in (\d+)% of the futures", body_of(overview_folder, "index.html")
    )
    assert found is not None
    assert 0 < int(found[1]) < 100
    decisions = table_of(overview_folder, "decisions.csv").query("strategy == 'sequenced'")
    assert set(decisions["phase"]) == {"start", "after_switch"}


@pytest.mark.parametrize("name", PAGES)
def test_every_link_and_figure_of_a_page_exists(report_folder: Path, name: str) -> None:
    body = body_of(report_folder, name)
    anchors = set(re.findall(r'\sid="([^"]+)"', body))
    for target in re.findall(r'<a [^>]*href="([^"]+)"', body):
        assert target[1:] in anchors if target.startswith("#") else (report_folder / target).is_file(), target
    figures = figures_of(report_folder, name)
    assert set(re.findall(r'data-figure="([^"]+)"', body)) == set(figures)
    assert all(figure["data"] for figure in figures.values())


@pytest.mark.parametrize("name", PAGES)
def test_every_result_of_the_page_opens_to_its_equation_unit_sources_and_data(
    report_folder: Path, model: Model, report_definition: Path, name: str
) -> None:
    html = body_of(report_folder, name)
    language = "en" if name == "index.html" else "zh"
    for outcome in load_report(report_definition, model.inputs).outcomes:
        entry = html[html.index(f'id="term-{outcome}"') :]
        entry = unescape(entry[: entry.index("</div>")])
        meaning = model.outcomes[outcome].meaning
        assert meaning is not None and meaning.get(language) in entry
        equation = model.equations.variables[outcome].equation
        assert " ".join(equation.replace("=", " = ", 1).split()) in entry
        assert "<cite>" in entry and 'href="data/results.csv"' in entry
        assert f'<a href="#term-{outcome}">' in html
    figures = re.findall(r'<figure class="story".*?</figure>', html, re.DOTALL)
    assert figures and all("<code>twintrack report" in figure for figure in figures)


@pytest.mark.parametrize("name", PAGES)
def test_every_chart_and_table_can_be_read_without_seeing_it(report_folder: Path, name: str) -> None:
    body = body_of(report_folder, name)
    charts = re.findall(r'<div class="chart[^>]*>', body)
    assert len(charts) >= 2 * 2 * 8
    assert all(re.search(r'role="img" aria-label="[^"]{20,}"', chart) for chart in charts)
    assert body.count("<table") == len(re.findall(r'<table[^>]*aria-label="[^"]+"', body))
    assert "<th>" not in body


def test_bars_are_labelled_with_the_minus_sign_of_their_axis(report_folder: Path) -> None:
    figures = figures_of(report_folder, "index.html")
    bars = [figure for name, figure in figures.items() if name.startswith("driver-")]
    labels = [label for figure in bars for label in figure["data"][0]["text"]]
    assert any(label.startswith("\N{MINUS SIGN}") for label in labels)
    assert not any("-" in label for label in labels)


def test_both_scenarios_show_at_least_eight_outcomes(report_folder: Path) -> None:
    body = body_of(report_folder, "index.html")
    for scenario in ("central", "decoupling"):
        assert len(set(re.findall(rf'data-figure="path-(\d+)-{scenario}"', body))) >= 8


def test_the_page_says_how_many_worlds_and_where_it_comes_from(report_folder: Path, model: Model) -> None:
    body = body_of(report_folder, "index.html")
    assert f"{WORLDS} futures" in body
    assert f"{WORLDS} futures, seed 1" in body
    assert model.equations.hash[:12] in body
    assert f"TwinTrack {twintrack.__version__}" in body


@pytest.mark.parametrize("folder", ["report_folder", "overview_folder", "grid_folder"])
def test_the_chinese_page_has_no_english_labels(folder: str, request: pytest.FixtureRequest) -> None:
    page = body_of(request.getfixturevalue(folder), "index.zh.html")
    page = re.sub(r"<(code|cite).*?</\1>", " ", page)  # names, equations and authors stay as they are
    body = re.sub(r"<[^>]*>", " ", page)
    shown = re.sub(r"\S+\.(csv|yaml|mdl|parquet|d)(?![a-z])|sha256 \S+", " ", body)
    words = set(re.findall(r"[A-Za-z]{4,}", shown))
    names = "TwinTrack English Spearman JavaScript Python llvmlite numpy pysd xarray plotly"
    names += " twintrack report explain world Savage Shapley"
    assert words - set(names.split()) == set()
