"""What the page on validation shows first, what it folds, and what it says of the decision."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from twintrack.formats import difference
from twintrack.model import Model
from twintrack.pages.blocks import Figure, Fold, Table
from twintrack.pages.builder import filled
from twintrack.pages.validation.drawing import AHEAD, NEXT
from twintrack.pages.validation.page import validation_page
from twintrack.pages.validation.sections.picture import STEP

Sections = dict[str, Any]


def test_the_picture_comes_first_with_every_series_and_its_projection(
    model: Model, validation_sections: Sections
) -> None:
    page = validation_page(validation_sections, model, "en")
    first, second, *_ = filled(page)
    assert (first.key, second.key) == ("picture", "answer")
    series, ahead = (block for block, _ in first.blocks if isinstance(block, Figure))
    fitted = validation_sections["fit"]["series"]
    assert [panel.id for panel in series.panels] == [f"fit-{item['name']}" for item in fitted]
    item = fitted[0]
    drawn = page.view.drawn[f"fit-{item['name']}"].to_dict()["data"]
    coming = [one for one in validation_sections["projection"]["series"] if one["series"] == item["name"]]
    expected = next(trace for trace in drawn if trace.get("line", {}).get("color") == NEXT)
    # A reading at the end of a year stands at the beginning of the next one.
    assert expected["x"][0] == coming[0]["year"] + 1
    assert expected["y"][:2] == pytest.approx([coming[0]["expected"]["p05"], coming[0]["expected"]["p95"]])
    dots = next(trace for trace in drawn if trace["mode"] == "markers")
    assert list(dots["y"]) == pytest.approx([point["observed"] for point in item["points"]])
    known = {one["series"] for one in validation_sections["lookahead"]["predictions"] if one["known"]}
    assert {panel.id for panel in ahead.panels} == {f"ahead-{name}" for name in known}


def test_forecasts_of_one_date_stand_side_by_side(model: Model, validation_sections: Sections) -> None:
    page = validation_page(validation_sections, model, "en")
    filled(page)
    told = [
        one for one in validation_sections["lookahead"]["predictions"] if one["series"] == "frontier_run_cost"
    ]
    assert [one["horizon"] for one in told] == [1]
    drawn = page.view.drawn["ahead-frontier_run_cost"].to_dict()["data"]
    learnt = next(trace for trace in drawn if trace.get("line", {}).get("color") == AHEAD[0])
    assert learnt["x"][0] == pytest.approx(told[0]["year"] - STEP)
    quantiles = told[0]["quantiles"]["learnt"]
    assert learnt["y"][:2] == pytest.approx([quantiles[0], quantiles[-1]])


def test_what_is_open_by_default_is_short(model: Model, validation_sections: Sections) -> None:
    shown = filled(validation_page(validation_sections, model, "en"))
    blocks = [block for section in shown for block, _ in section.blocks]
    open_tables = {block.key for block in blocks if isinstance(block, Table) and not block.folded}
    assert open_tables == {"firsts_table", "tests_table"}
    assert {section.key for section in shown if any(isinstance(one, Fold) for one, _ in section.blocks)} == {
        *("ranking", "lookahead", "fit", "skill", "identified", "cost_growth", "learning", "projection"),
        *("observed", "field_tests"),
    }


def test_the_contest_is_told_from_its_numbers(rendered: Callable[..., str]) -> None:
    def change(sections: Sections) -> None:
        for place, item in enumerate(sections["ranking"]["contests"]):
            item["prior"]["leader"] = "baseline"
            item["posterior"]["leader"] = "pure_catchup" if place < 4 else "baseline"
            item["posterior"]["relative"] = 0.031
            for key, first in (("prior", 0.25), ("posterior", 0.37)):
                item[key]["standings"][1]["first"] = first
                for other in (0, 2, 3):
                    item[key]["standings"][other]["first"] = (1 - first) / 3

    told = (
        "Most often first are “Pure catch-up” in 4 and “Baseline” in 2 of 6 contests (2 outcomes at 3 dates)"
    )
    words = rendered(change)
    assert words.count(told) == 2  # among what was learnt, and in the section
    assert "changed who is first most often in 4 of them" in words
    assert "moved a share of first places by 12 percentage points" in words
    assert "by no more than 3% of the range" in words
    assert "History hardly speaks" not in words

    def stand_still(sections: Sections) -> None:
        change(sections)
        for item in sections["ranking"]["contests"]:
            item["posterior"]["standings"] = item["prior"]["standings"]

    assert "History hardly speaks: learning changed who is first" in rendered(stand_still)
    assert "“单一追赶”（4场）" in rendered(change, "zh")


def test_bars_of_first_places_stand_before_and_after_learning(
    model: Model, validation_sections: Sections
) -> None:
    shown = filled(validation_page(validation_sections, model, "en"))
    table = next(
        block
        for section in shown
        for block, _ in section.blocks
        if isinstance(block, Table) and block.key == "firsts_table"
    )
    contests = validation_sections["ranking"]["contests"]
    assert [cell if isinstance(cell, str) else cell.text for cell in table.head[2:]] == [
        "2030",
        "2035",
        "2040",
    ]
    before, after = table.rows[:2]
    for row, key in ((before[-3:], "prior"), (after[-3:], "posterior")):
        for cell, item in zip(row, contests[:3], strict=True):
            assert not isinstance(cell, str) and cell.bar is not None
            wanted = [100 * one["first"] for one in item[key]["standings"] if one["first"] > 0]
            assert [part.width for part in cell.bar.parts] == pytest.approx(wanted)
    first = contests[0]["prior"]["lead"]
    assert not isinstance(before[-3], str)
    assert before[-3].small.startswith(difference(first["p50"], model.outcomes["frontier_gap_months"].format))


def test_files_beside_the_page_hold_all_that_it_leaves_out(
    folder: Path, validation_sections: Sections
) -> None:
    def rows(name: str) -> list[dict[str, str]]:
        with (folder / name).open() as file:
            return list(csv.DictReader(file))

    points = [point for item in validation_sections["fit"]["series"] for point in item["points"]]
    observed = rows("observations.csv")
    assert [float(row["value"]) for row in observed] == pytest.approx([one["observed"] for one in points])
    assert all(row["source"] for row in observed)
    parameters = validation_sections["identification"]["parameters"]
    found = rows("parameters.csv")
    assert [(row["name"], row["as_before"]) for row in found] == [
        (item["name"], str(item["as_before"])) for item in parameters
    ]
    assert len(rows("first_places.csv")) == len(validation_sections["ranking"]["contests"]) * 2 * 5


def test_a_page_without_compared_strategies_goes_without_the_contest(rendered: Callable[..., str]) -> None:
    words = rendered(lambda sections: sections["ranking"].update(compared=[], contests=[]))
    assert "Most often first" not in words and "first_places.csv" not in words
    assert "By means, learning turns" in words


def test_money_is_told_in_hundred_millions_in_chinese_and_by_its_size_in_figures(
    rendered: Callable[..., str], model: Model, validation_sections: Sections
) -> None:
    assert "十亿" not in rendered(language="zh")
    english, chinese = (
        validation_page(validation_sections, model, language).view for language in ("en", "zh")
    )
    name = "ai_core_industry"
    assert english.unit(name) == "billion CNY per year" and chinese.unit(name) == "亿元/年"
    assert english.value(name, 57.8) == "57.8" and chinese.value(name, 57.8) == "578"
    assert english.axis_scale(name, [20, 57.8]).unit == "bn CNY a year"
    assert [view.axis_scale(name, [20, 578]).unit for view in (english, chinese)] == [
        "trn CNY a year",
        "万亿元/年",
    ]
    assert chinese.axis_scale("private_investment_home", [9.0]).unit == "亿美元/年"
