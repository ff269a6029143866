"""Every finding is written by rule: another result makes another sentence, or none."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import numpy as np
import pytest
import xarray as xr
from made_up_story import YEARS, grid_data, pair_data, story

from twintrack.decisions.boxes import Restriction
from twintrack.pages.figures.dots import DotPanel
from twintrack.pages.report.finding import headline, paragraph
from twintrack.pages.report.hero import hero, sides
from twintrack.pages.report.page import opening, report_page
from twintrack.pages.report.sections import decides, grid, levers, mix, regret, stems, sure, when
from twintrack.pages.report.story import Told

HALF, MOST = 100, 190


def _gain(**found: float) -> Any:
    """Both gains income, in so many of 200 worlds; the doors move the gap; all else is the same."""
    better, nearer = found.get("better", 200), found.get("nearer", 200)

    def gain(name: str, outcome: str, worlds: np.ndarray, year: float) -> Any:
        both, is_open = name.startswith("both"), name.endswith("open")
        if outcome == "income":
            return both * np.where(worlds < better, 800.0, -800.0) * (year > 2027)
        if outcome == "gap":
            tie = both * np.where(worlds % 2 == 0, 3.0, -3.0)
            return -is_open * np.where(worlds < nearer, 8.0, -8.0) + tie
        return 0.0

    return gain


def test_the_headline_names_for_each_goal_the_choice_that_moves_it() -> None:
    assert headline(story(grid_data(_gain()))) == (
        "Doing both raises income, but only ties with Catchup on gap. Opening lowers gap."
    )


def test_a_win_that_becomes_a_tie_or_a_loss_changes_the_headline() -> None:
    tied = headline(story(grid_data(_gain(better=HALF))))
    assert tied == "Doing both ties with Catchup on gap and income. Opening lowers gap."
    lost = headline(story(grid_data(_gain(better=0, nearer=0))))
    assert lost == "Doing both lowers income, but only ties with Catchup on gap. Opening raises gap."


def test_a_paragraph_tells_amounts_counts_ties_and_what_is_untouched() -> None:
    data = grid_data(_gain(better=MOST))
    told = paragraph(story(data), data.contrasts[0])
    assert told.lead == "Change the portfolio, keep the doors:"
    assert told.text == (
        "By 2040 doing both raises income (CNY 0.8 trn a year, 95 of 100)."
        " On gap it ties (less in 50 of 100). On use it changes nothing."
    )


def test_a_price_is_told_after_the_gains() -> None:
    def gain(name: str, outcome: str, worlds: np.ndarray, year: float) -> Any:
        return (name == "red") * {"gap": -5.0, "income": -900.0, "use": 0.0}[outcome]

    data = pair_data(gain)
    assert (
        "The price: it lowers income (CNY 0.9 trn a year, 100 of 100)."
        in paragraph(story(data), data.contrasts[0]).text
    )


def test_a_package_is_called_one_and_is_not_said_to_bring_anything() -> None:
    def gain(name: str, outcome: str, worlds: np.ndarray, year: float) -> Any:
        return (name == "red") * (outcome == "income") * 500.0

    causal, package = pair_data(gain), pair_data(gain, package=True)
    assert "raises income" in paragraph(story(causal), causal.contrasts[0]).text
    told = paragraph(story(package), package.contrasts[0])
    assert told.lead == "Red instead of Blue, a package of several changes:"
    assert "has the higher income" in told.text and "raises" not in told.text


def _in_some_cells(today: int, opened: int) -> Any:
    """Both gains income in so many of 200 worlds by the doors, and loses as much in the others."""

    def gain(name: str, outcome: str, worlds: np.ndarray, year: float) -> Any:
        share = {"both_open": opened, "both_today": today}.get(name)
        if outcome != "income" or share is None:
            return 0.0
        return np.where(worlds < share, 300.0, -300.0)

    return gain


def test_what_ties_in_some_cells_is_told_cell_by_cell_everywhere() -> None:
    data = grid_data(_in_some_cells(150, 106))
    found = story(data)
    assert headline(found) == "Doing both only with the doors “today” raises income."
    assert paragraph(found, data.contrasts[0]).text.startswith(
        "By 2040 doing both raises income under “today” (CNY 0.3 trn a year, 75 of 100)"
        " but ties under “open” (53 of 100)."
    )
    effect = found.effect(data.contrasts[0], "income")
    assert grid.verdict_text(found, effect) == "from a tie to better: 53–75 of 100"
    assert "on income Both is level or ahead throughout" in _lower(
        when.title(story(grid_data(_in_some_cells(150, 106), goals=("income", "gap"))).view)
    )
    row = sure.blocks(found.view)[1].rows[0]  # type: ignore[attr-defined]
    assert row[1].text == "± 53–75"
    chips = [panel.chip for panel in hero_panels(found, "income")]
    assert chips == ["a tie"]  # the pair that is drawn is that with open doors


def test_what_is_so_under_every_setting_comes_before_what_is_so_under_some() -> None:
    def gain(name: str, outcome: str, worlds: np.ndarray, year: float) -> Any:
        if outcome == "use":
            return 0.1 * name.startswith("both")
        return _in_some_cells(150, 106)(name, outcome, worlds, year)

    assert headline(story(grid_data(gain))) == (
        "Doing both raises use and only with the doors “today” raises income."
    )


def test_what_wins_here_and_loses_there_is_told_by_setting() -> None:
    data = grid_data(_in_some_cells(150, 40))
    assert (
        "On income it hangs on the doors: more under “today” (75 of 100); less under “open” (80 of 100)."
        in paragraph(story(data), data.contrasts[0]).text
    )
    assert "Doing both" not in headline(story(data))


@pytest.mark.parametrize(("in_200", "told"), [(120, "ties"), (121, "raises"), (80, "ties"), (79, "lowers")])
def test_a_tie_is_from_40_to_60_of_100_in_every_part_of_the_page(in_200: int, told: str) -> None:
    found = story(grid_data(_in_some_cells(in_200, in_200), goals=("income", "gap")))
    contrast = found.view.data.contrasts[0]
    tie = told == "ties"
    assert ("On income it ties" in paragraph(found, contrast).text) == tie
    assert (told in headline(found)) and ("ties" in headline(found)) == tie
    effect = found.effect(contrast, "income")
    assert grid.verdict_text(found, effect).startswith("a tie") == tie
    assert ("neither is ahead" in when.title(found.view).split(";")[0]) == tie
    assert sure.blocks(found.view)[1].rows[0][1].text.startswith("=") == tie  # type: ignore[attr-defined]
    assert [panel.chip for panel in hero_panels(found, "income")] == (["a tie"] if tie else [""])


def hero_panels(found: Told, goal: str) -> list[DotPanel]:
    """The panels of a goal in the first figure, of the first contrast."""
    (rows,) = hero(found).draw.args  # type: ignore[attr-defined]
    title = hero_title(found, goal)
    return [panel for panel in rows[0].panels if panel.title == title]


def hero_title(found: Told, goal: str) -> str:
    """What the panel of a goal is called."""
    return f"{found.label(goal)}, {found.year}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def test_goals_turn_on_the_factor_that_moves_them_more() -> None:
    assert (
        grid.title(story(grid_data(_gain())).view) == "Gap turns on the doors; income turns on the portfolio."
    )
    still = story(grid_data(lambda *_: 0.0))
    assert grid.title(still.view) == "Neither the portfolio nor the doors moves anything here."


def test_the_year_of_a_turn_is_that_of_the_results() -> None:
    def late(name: str, outcome: str, worlds: np.ndarray, year: float) -> Any:
        return (outcome == "income") * name.startswith("both") * (500.0 if year >= 2035 else -500.0)

    text = when.title(story(grid_data(late, goals=("income", "gap"))).view)
    assert (
        text
        == "On income Both is behind until 2030 and ahead from 2035; on gap neither is ahead in any year."
    )
    assert when.turn(["a", "b", "a", "a"]) == 2 and when.turn(["a", "a"]) == 0


@pytest.mark.parametrize(
    ("peak", "told"),
    [
        (1.0, "On income more of"),
        (0.5, "On income a mix is the best of eleven in 100 of 100 futures"),
    ],
)
def test_a_mix_is_said_to_win_where_it_does(peak: float, told: str) -> None:
    shares = np.linspace(0, 1, 11)
    values = np.tile(-((shares - peak) ** 2)[:, None], (1, 50))
    mixes = xr.Dataset(
        {name: (("strategy", "world"), values) for name in ("gap", "income", "use")},
        {"strategy": [f"{share:.6g}" for share in shares]},
    )
    data = dataclasses.replace(grid_data(_gain(), goals=("income", "use")), mixes=mixes)
    data.definition.poles = type("Poles", (), {"first": "a", "second": "b"})()  # type: ignore[misc]
    assert mix.title(story(data).view).startswith(told)


def test_two_assumptions_decide_only_where_opposite_corners_are_clear() -> None:
    drawn = grid_data(_gain()).worlds

    def by_luck(name: str, outcome: str, worlds: np.ndarray, year: float) -> Any:
        lucky = (drawn["p0"] - drawn["p1"]).to_numpy()
        return (outcome == "income") * name.startswith("both") * 900.0 * lucky

    found = story(grid_data(by_luck, goals=("income", "gap")))
    deciding = decides.deciding(found, found.view.data.contrasts[0], "income")
    assert deciding is not None and set(deciding.names) == {"p0", "p1"} and deciding.decide
    assert decides.title(found.view).startswith("Both is more if luck is ")
    assert (
        decides.title(story(grid_data(_gain())).view) == "No two assumptions decide between Both and Catchup."
    )


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (np.nan, 1.5, "is at most 1.5"),
        (0.5, np.nan, "is at least 0.5"),
        (0.5, 1.5, "is from 0.5 to 1.5"),
    ],
)
def test_a_side_of_a_condition_that_is_open_is_not_told(low: float, high: float, told: str) -> None:
    assert decides.condition(story(grid_data(_gain())).view, Restriction("p0", low, high)).endswith(told)


def test_the_smallest_regret_is_set_against_few_first_places() -> None:
    def gain(name: str, outcome: str, worlds: np.ndarray, year: float) -> Any:
        first = {"catchup_today": 0, "catchup_open": 1, "both_today": 2}.get(name)
        steady = 40.0 * (name == "both_open")
        return (outcome == "income") * (
            steady if first is None else np.where(worlds % 3 == first, 60.0, -900.0)
        )

    text = regret.title(story(grid_data(gain, goals=("income", "gap"))).view)
    assert text.endswith(
        "is the best of the four on income in only 0 of 100 futures, yet has the smallest mean regret."
    )


def test_a_finding_that_fails_a_test_is_not_counted_as_sure() -> None:
    def early(name: str, outcome: str, worlds: np.ndarray, year: float) -> Any:
        gain = 500.0 if year > 2030 else -500.0
        return (outcome == "income") * name.startswith("both") * gain + (outcome == "gap") * name.endswith(
            "open"
        ) * -9.0

    assert sure.title(story(grid_data(_gain())).view) == "Two of three findings hold in every test."
    assert sure.title(story(grid_data(early)).view) == "One of two findings hold in every test."
    rows = sure.blocks(story(grid_data(early)).view)[1].rows  # type: ignore[attr-defined]
    assert [cell.tone for cell in rows[0][1:]] == ["yes", "no", "yes"]


def test_a_page_of_two_strategies_and_three_outcomes_has_no_section_without_content() -> None:
    def gain(name: str, outcome: str, worlds: np.ndarray, year: float) -> Any:
        return (name == "red") * (outcome == "income") * 500.0

    view = story(pair_data(gain)).view
    page = report_page(view.data, "en", [])
    shown = [section.key for section in page.sections if not section.folded and section.shown(view)]
    assert shown == ["stems", "when", "decides", "regret", "levers", "sure"]
    assert opening(view).finding == "Red raises income."
    assert len(hero(story(view.data)).numbers.rows) == 3
    assert stems.title(view) == "On gap Red and Blue are level."
    assert levers.title(view).startswith("1 of 1 levers")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_number_in_a_sentence_is_that_of_the_figure(language: str) -> None:
    found = story(grid_data(_gain(better=MOST)), language)
    (row,) = [row for row in hero(found).numbers.rows if row[1] == found.label("income") and "open" in row[2]]
    text = paragraph(found, found.view.data.contrasts[0]).text
    assert row[3] == "95" and "95" in text
    assert re.search(r"0\.8", row[4]) is None or "0.8" in text
    assert str(int(YEARS[-1])) in text


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("Both", "Catch up"), ("Catch up nearer", "Both nearer")),
        (("Catch up and explore", "Catch up"), ("The second nearer", "The first nearer")),
        (("追赶与探索并举而且开放", "追赶"), ("The second nearer", "The first nearer")),
    ],
)
def test_names_that_would_run_into_one_another_are_told_by_their_order(
    names: tuple[str, str], told: tuple[str, str]
) -> None:
    assert sides(story(grid_data(_gain())), *names, "nearer") == told
