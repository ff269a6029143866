"""The page on validation: what it says follows from the numbers, and each claim from a command."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from twintrack.errors import InputError
from twintrack.folders import LIST
from twintrack.formats import significant
from twintrack.model import Model
from twintrack.pages.blocks import Claim, Figure, Note, Table, every_block
from twintrack.pages.builder import Page, filled, render
from twintrack.pages.texts import Texts
from twintrack.pages.validation import page as validation
from twintrack.pages.validation.page import build_validation, validation_page
from twintrack.pages.validation.sections.projection import projection_csv
from twintrack.pages.validation.view import ValidationView

Sections = dict[str, Any]
PAGES = {"en": "index.html", "zh": "index.zh.html"}


def test_the_folder_holds_both_pages_all_sections_and_the_projection(
    folder: Path, validation_sections: Sections
) -> None:
    tables = {"projection.csv", "lookahead.csv", "first_places.csv", "observations.csv", "parameters.csv"}
    assert {path.name for path in folder.iterdir()} == {*PAGES.values(), "validation.json", *tables, LIST}
    assert json.loads((folder / "validation.json").read_text()) == validation_sections
    with (folder / "projection.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["series", "year", "p05", "p50", "p95", "unit"]
    first = validation_sections["projection"]["series"][0]
    assert len(rows) == len(validation_sections["projection"]["series"])
    assert rows[0]["series"] == first["series"]
    assert float(rows[0]["p95"]) == pytest.approx(first["expected"]["p95"])


def test_a_page_that_cannot_be_made_leaves_the_earlier_folder_as_it_was(
    folder: Path, model: Model, validation_sections: Sections, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    made = validation.render

    def fail_in_chinese(page: Page[ValidationView]) -> str:
        if page.view.texts.language == "zh":
            raise OSError("no room")
        return made(page)

    monkeypatch.setattr(validation, "render", fail_in_chinese)
    validation_sections["calibration"]["worlds"] = 77
    with pytest.raises(OSError, match="no room"):
        build_validation(validation_sections, folder, model)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert list(folder.parent.iterdir()) == [folder]


def test_a_folder_of_something_else_is_refused(
    tmp_path: Path, model: Model, validation_sections: Sections
) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="holds no validation"):
        build_validation(validation_sections, tmp_path, model)
    assert (tmp_path / "letter.txt").read_text() == "dear"


@pytest.mark.parametrize(("language", "name"), PAGES.items())
def test_a_page_loads_nothing_and_its_links_and_figures_exist(folder: Path, language: str, name: str) -> None:
    page = (folder / name).read_text(encoding="utf-8")
    assert f'<html lang="{ {"en": "en", "zh": "zh-Hans"}[language] }">' in page
    assert not re.search(r"<(script|img|iframe)[^>]*\ssrc=", page)
    assert not re.search(r"<link[^>]*href=\"(?!data:)", page)
    body = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    assert "http" not in body
    anchors = set(re.findall(r'\sid="([^"]+)"', body))
    for target in re.findall(r'<a [^>]*href="([^"]+)"', body):
        assert target[1:] in anchors if target.startswith("#") else (folder / target).is_file(), target
    figures = re.search(r'id="figures">(.*?)</script>', page, re.DOTALL)
    assert figures is not None
    assert set(re.findall(r'data-figure="([^"]+)"', body)) == set(json.loads(figures[1]))
    assert all(
        re.search(r'role="img" aria-label="[^"]{8,}"', chart)
        for chart in re.findall(r'<div class="chart[^>]*>', body)
    )
    assert body.count("<table") == len(re.findall(r'<table[^>]*aria-label="[^"]+"', body))


def test_every_claim_figure_and_table_has_a_command(model: Model, validation_sections: Sections) -> None:
    page = validation_page(validation_sections, model, "en", seed=3)
    blocks = [*every_block(block for section in filled(page) for block, _ in section.blocks)]
    told = [block for block in blocks if isinstance(block, Claim | Table | Figure)]
    assert len(told) > 40
    commands = {block.basis.command for block in told}
    own = {test["command"] for test in validation_sections["field_tests"]["tests"]}
    sections = set()
    for command in commands - own:
        found = re.fullmatch(r"twintrack validate --only ([\w,]+) --seed 3", command)
        assert found, command
        sections |= set(found[1].split(","))
    assert sections == set(validation_sections)
    # What is said without one tells no result: no number but those of years, sections and chapters.
    said = " ".join(block.text for block in blocks if isinstance(block, Note))
    assert set(re.findall(r"\d+", said)) <= {"2016", "2024", "2000", "21"}
    assert render(page).count('<p class="command">') == len(told)


def test_series_parameters_strategies_and_outcomes_have_their_titles_in_both_languages(
    rendered: Callable[..., str], model: Model, validation_sections: Sections
) -> None:
    for language in PAGES:
        words = rendered(language=language)
        for name in ("frontier_run_cost", "adoption", "leader_capital"):
            assert model.inputs.history[name].title.get(language) in words
            assert model.inputs.history[name].definition.get(language)[:60] in words
        for item in validation_sections["identification"]["parameters"]:
            if item["as_before"]:
                continue
            assert model.world[item["name"]].title.get(language) in words
        assert model.strategy("pure_exploration").title.get(language) in words
        assert model.outcomes["capability_index"].title.get(language) in words


def test_a_chinese_page_has_no_english_sentence(rendered: Callable[..., str]) -> None:
    words = rendered(language="zh")
    left = re.findall(
        r"[A-Za-z]+(?: [a-z]+){4,}", re.sub(r"twintrack [^\u4e00-\u9fff]*|pytest \S+", "", words)
    )
    assert left == []


def test_tests_that_are_not_passed_are_shown_and_counted(rendered: Callable[..., str]) -> None:
    words = rendered()
    assert "1 are passed, 2 passed in part, 1 not passed and 1 not done" in words
    assert "Family member not passed" in words
    assert "limits is not kept and decides: " in words
    assert "Not kept, but set aside: " in words and "beyond set aside" in words
    assert "System improvement not done" in words

    def pass_all(sections: Sections) -> None:
        for test in sections["field_tests"]["tests"]:
            test["status"] = "passed"

    words = rendered(pass_all)
    assert "5 are passed, 0 passed in part, 0 not passed and 0 not done" in words
    assert "Family member passed" in words


@pytest.mark.parametrize(
    ("language", "said"), [("en", "come with its repository"), ("zh", "随该模型的代码库提供")]
)
def test_a_page_without_the_model_s_own_tests_says_where_they_are(
    rendered: Callable[..., str], language: str, said: str
) -> None:
    words = rendered(lambda sections: sections.pop("field_tests"), language)
    assert said in words
    assert "Family member" not in words and "1 not passed" not in words


def even(distance: float, chance: float) -> dict[str, float]:
    return {"level": 0.5, "distance": distance, "chance": chance}


@pytest.mark.parametrize(
    ("section", "values", "there", "gone"),
    [
        ("recovery", {"told_inside": 0.6}, "fewer than they should", "as they should"),
        ("recovery", {"told_inside": 0.9}, "as they should", "intervals are too narrow"),
        ("recovery", {"told_inside": 0.99}, "more than they need", "as they should"),
        ("recovery", {"ranks": even(-0.01, 0.02)}, "ranks of the true values are even", "are not even"),
        ("recovery", {"ranks": even(0.03, 0.02)}, "ranks of the true values are not even", "values are even"),
        ("recovery", {"joint": even(-0.01, 0.02)}, "posteriors are right", "posteriors are not right"),
        ("recovery", {"joint": even(0.03, 0.02)}, "posteriors are not right", "posteriors are right"),
        ("calibration", {"largest_deviation": 0.05}, "within the limit of 0.1", "beyond the limit"),
        ("calibration", {"largest_deviation": 0.3}, "beyond the limit of 0.1", "within the limit"),
        ("calibration", {"log_evidence_sd": 2.5}, "do not agree on it", "is below the limit of 1"),
        ("years", {"beats_prior": []}, "medians, in 0 of 2 series", "medians, in all of 2 series"),
        ("years", {"beats_naive": ["frontier_run_cost"]}, "is better in all of 1 series", "in 0 of 1 series"),
        (
            "fit",
            {"said": {"inside": 9, "points": 10, "low": 0.8, "high": 1}},
            "could account for",
            "do not acc",
        ),
        (
            "fit",
            {"expected": {"inside": 5, "points": 10, "low": 0.3, "high": 0.7}},
            "with errors is too n",
            "!",
        ),
    ],
)
def test_sentences_follow_the_numbers(
    rendered: Callable[..., str], section: str, values: dict[str, Any], there: str, gone: str
) -> None:
    def change(sections: Sections) -> None:
        sections[section].update(values)
        if section == "fit" and "said" in values:  # the same is said of years and series
            for other in ("years", "series"):
                sections[other].update(values)

    words = rendered(change)
    assert there in words
    assert gone not in words


@pytest.mark.parametrize(
    ("language", "verdict", "there"),
    [
        ("en", "beats", "foresaw what followed better than untaught: in 4 of 5 series"),
        ("en", "undecided", "did not foresee what followed better than untaught, beyond"),
        ("en", "loses", "foresaw what followed worse than untaught"),
        ("zh", "undecided", "并未在偶然之外优于未经学习时：在5个序列中有4个更接近"),
    ],
)
def test_whether_learning_beats_the_prior_is_said_first(
    rendered: Callable[..., str], language: str, verdict: str, there: str
) -> None:
    def change(sections: Sections) -> None:
        test = next(one for one in sections["lookahead"]["tests"] if one["rival"] == "prior")
        test |= {"verdict": verdict, "series_won": 4, "series": 5}

    words = rendered(change, language)
    assert words.count(there) == 2  # in short, and in the section
    learnt = {"en": "History says most about", "zh": "历史说明最多的是"}[language]
    assert words.index(there) < words.index(learnt)


def test_series_where_learning_loses_are_named_with_the_reason(rendered: Callable[..., str]) -> None:
    def change(sections: Sections) -> None:
        first, *others = sections["lookahead"]["series"]
        first |= {"verdict": "worse", "reasons": ["jump", "one_side"], "miss": -0.4}
        first["jump"] = {"year": 2024.0, "step": 3.0, "factor": 20.1}
        for other in others:
            other |= {"verdict": "better", "reasons": []}

    words = rendered(change)
    assert "In 1 of 4 series learning did not help" in words
    assert "jumped to 20.1 times as much (end of 2023)" in words
    assert "below the middle of the forecasts, by 0.40 on average" in words

    def all_better(sections: Sections) -> None:
        for one in sections["lookahead"]["series"]:
            one |= {"verdict": "better", "reasons": []}

    assert "There is no series in which learning did not help." in rendered(all_better)


def test_a_conflict_of_ranges_and_observations_is_told(rendered: Callable[..., str]) -> None:
    def change(sections: Sections) -> None:
        sections["lookahead"]["origins"][-1]["conflict"] = True

    assert "fewer than 200 worlds still count at the end of 2023" in rendered(change)


def test_a_power_that_is_not_the_usual_one_is_in_the_commands(
    model: Model, validation_sections: Sections
) -> None:
    validation_sections["lookahead"]["settings"]["power"] = 0.25
    shown = filled(validation_page(validation_sections, model, "en"))
    blocks = [*every_block(one for section in shown for one, _ in section.blocks)]
    commands = [
        one.basis.command for one in blocks if isinstance(one, Claim | Table) and "lookahead" in one.key
    ]
    assert set(commands) == {"twintrack validate --only lookahead --power 0.25"}


def test_the_csv_of_forecasts_has_a_row_for_each_member(folder: Path, validation_sections: Sections) -> None:
    with (folder / "lookahead.csv").open() as file:
        rows = list(csv.DictReader(file))
    told = validation_sections["lookahead"]["predictions"]
    assert len(rows) == sum(len(item["quantiles"]) for item in told)
    assert rows[0]["forecast"] == "learnt" and float(rows[0]["p95"]) > float(rows[0]["p05"])
    assert float(rows[0]["crps"]) == pytest.approx(told[0]["crps"]["learnt"], rel=1e-5)


def test_series_that_learning_does_not_improve_are_named(rendered: Callable[..., str]) -> None:
    assert "It does not in 1: “Cost of record training runs”" in rendered()
    words = rendered(lambda sections: sections["years"]["beats_prior"].append("frontier_run_cost"))
    assert "in all of 2 series" in words


def test_series_that_do_not_beat_the_score_before_learning_are_named(rendered: Callable[..., str]) -> None:
    every = "By the score of the whole distribution (CRPS) it is better in all of 2."
    assert rendered().count(every) == 2  # of later years, and of series left out
    words = rendered(lambda sections: sections["years"].update(beats_prior_crps=["adoption"]))
    assert "(CRPS) it is better in 1 of 2. It is not in 1: “Cost of record training runs”." in words
    assert words.count(every) == 1


def test_orders_that_turn_are_explained_and_none_is_explained_too(rendered: Callable[..., str]) -> None:
    words = rendered()
    assert "turns the order of no two of 3 strategies clearly" in words
    assert "Why does no order turn?" in words

    def turn(sections: Sections) -> None:
        sections["ranking"]["outcomes"][0]["turns"] = [
            {
                "first": "pure_catchup",
                "second": "pure_exploration",
                "prior": 0.62,
                "posterior": 0.31,
                "shift": -0.5,
                "explained": 0.75,
                "parts": [["cost_growth_factor", -0.4]],
            }
        ]

    words = rendered(turn)
    assert "turns the order of 1 pairs of 3 strategies, on 1 of 2 outcomes" in words
    assert "62% → 31%" in words and "Growth of frontier run cost (−0.4)" in words
    assert "Why does no order turn?" not in words


def test_what_decides_is_told_by_the_share_that_history_says_nothing_of(rendered: Callable[..., str]) -> None:
    def leave_open(sections: Sections) -> None:
        names = {item["name"]: item for item in sections["identification"]["parameters"]}
        some = dict(next(iter(names.values())))
        for row in sections["field_tests"]["tests"][3]["tables"][0]["rows"]:
            if row[1] not in names:
                sections["identification"]["parameters"].append({**some, "name": row[1], "as_before": True})
            sections["identification"]["as_before"].append(row[1])

    assert "what decides is mostly what history says nothing of" not in rendered()
    assert "10 (100%) are as before" in rendered(leave_open)
    assert "what decides is mostly what history says nothing of" in rendered()


def test_names_of_the_model_inside_texts_become_titles(model: Model) -> None:
    view = ValidationView(model, {}, texts=Texts("en"))
    assert view.worded("hangs on algorithmic_leverage, 2.7e-16") == (
        "hangs on “Algorithmic leverage of knowledge”, 2.7 × 10⁻¹⁶"
    )
    assert view.worded("no_such_name is left") == "no_such_name is left"


def test_observations_are_dated_as_they_are_read(model: Model) -> None:
    view = ValidationView(model, {}, texts=Texts("en"))
    assert view.when("largest_run_home", 2025.0) == "end of 2024"
    assert view.when("frontier_run_cost", 2022.907) == "2022.91"
    assert view.when("leader_capital", 2024.0) == "2024"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5264.56, "5,265"),
        (0.90049, "0.9"),
        (-0.0478, "−0.0478"),
        (0.0, "0"),
        (5.031e25, "5.03 × 10²⁵"),
        (9.999e-6, "1.00 × 10⁻⁵"),
        (float("nan"), "–"),
    ],
)
def test_numbers_have_three_significant_digits(value: float, text: str) -> None:
    assert significant(value) == text


def test_the_csv_of_no_projection_has_a_heading() -> None:
    assert projection_csv({"series": []}) == "series,year,p05,p50,p95,unit\n"


def test_growth_with_every_run_counted_once_stands_beside_what_was_learnt(
    rendered: Callable[..., str], validation_sections: Sections
) -> None:
    growth = validation_sections["cost_growth"]["counted"]["growth"]
    growth["once"] |= {"low": 1.71, "median": 2.22, "high": 2.93}
    words = rendered()
    assert "6 training runs count in more than one observation" in words
    assert "a growth factor of 2.22 (90 % interval 1.71 – 2.93)" in words
    assert "every run once (first row kept) 70 2.22" in words
    assert "有6次训练计入了不止一个观测" in rendered(language="zh")
    bare = rendered(lambda sections: sections["cost_growth"].update(counted=None))
    assert "count in more than one observation" not in bare and "every run once" not in bare


def test_series_in_conflict_are_told_with_both_intervals(
    rendered: Callable[..., str], validation_sections: Sections
) -> None:
    found = validation_sections["fit"]["conflicts"]
    first = found["conflicts"][0]["first"]
    first.update(value=580.0, low=534.2, high=629.7)
    words = rendered()
    count = len(found["conflicts"])
    told = "pairs of observations of one variable in one year"
    assert f"Of {found['compared']} {told}, {count} are in conflict" in words
    assert "580 (534 – 630)" in words
    assert "相互冲突的序列" in rendered(language="zh")


def test_where_no_series_are_in_conflict_there_is_no_table(rendered: Callable[..., str]) -> None:
    words = rendered(lambda sections: sections["fit"].update(conflicts={"compared": 3, "conflicts": []}))
    assert "Of 3 pairs of observations of one variable in one year, none are in conflict" in words
    assert "Series in conflict" not in words
