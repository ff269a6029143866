"""`twintrack run` and `twintrack compare`."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

import twintrack
from twintrack.formats import date, number
from twintrack.model import Model

Program = Callable[..., Result]
Answer = Callable[..., Any]


def test_json_of_a_run_is_what_python_gives(model: Model, answer: Answer) -> None:
    words = ("run", "pure_catchup", "--scenario", "decoupling", "--set", "catchup_share=0.6")
    told = answer(*words, "--world", "cost_growth_factor=1.8")
    run = model.run("pure_catchup", "decoupling", world={"cost_growth_factor": 1.8}, catchup_share=0.6)
    changes = {"levers": ["catchup_share=0.6"], "world": ["cost_growth_factor=1.8"]}
    assert told == {**run.to_dict(), "changes": changes}
    assert "changes" not in answer("run", "pure_catchup")
    assert answer(*words, "--all-variables")["variables"]["catchup_share"]["values"][-1] == 0.6


def test_dates_may_be_set(model: Model, answer: Answer) -> None:
    told = answer("run", "baseline", "--set", "fiscal_ai_rd=2026:60,2030-01-01:150", "--all-variables")
    run = model.run(fiscal_ai_rd={2026: 60, 2030: 150})
    assert told["variables"]["fiscal_ai_rd"]["values"] == run["fiscal_ai_rd"].tolist()


def test_a_mix_is_a_strategy(model: Model, answer: Answer) -> None:
    mix = "0.6 pure_catchup + 0.4 pure_exploration"
    assert answer("run", mix)["outcomes"] == model.run(mix).to_dict()["outcomes"]


def test_the_table_has_value_baseline_and_difference(model: Model, program: Program) -> None:
    text = program("run", "pure_catchup", "--years", "2030,2040").stdout
    lines = [line for line in text.splitlines() if not re.search(r" (5 %|95 %|place) ", line)]
    at = next(index for index, line in enumerate(lines) if line.startswith(" Public cost, present value"))
    base, own = (model.run(name).at("public_cost_pv", [2030, 2040]) for name in ("baseline", "pure_catchup"))
    numbers = [
        [int(word.replace(",", "").replace("+", "")) for word in line.split()[-2:]]
        for line in lines[at : at + 3]
    ]
    assert numbers[0] == [round(value) for value in base]
    assert numbers[1] == [round(value) for value in own]
    assert numbers[2] == [round(value) for value in own - base]
    assert "bn CNY" in lines[at] and "minus baseline" in lines[at + 2]
    assert all(outcome.title.en in text for outcome in model.outcomes.values())


def test_the_levers_that_differ_are_listed_and_no_others(model: Model, program: Program) -> None:
    text = program("run", "baseline", "--set", "catchup_share=0.5", "--set", "subsidy_rate=0.2").stdout
    named = [lever for lever in model.levers if f" {lever} " in text]
    assert named == ["catchup_share", "subsidy_rate"]
    assert "0.8 in 2026, 0.5 in 2028" in text
    assert "no lever differs" in program("run", "baseline").stdout


def test_swapping_two_strategies_flips_the_signs(answer: Answer) -> None:
    one = answer("compare", "pure_catchup", "pure_exploration")
    other = answer("compare", "pure_exploration", "pure_catchup")
    assert list(one) == ["runs", "differences", "levers"]
    assert list(one["runs"]) == ["pure_catchup", "pure_exploration"]
    for name, series in one["differences"]["pure_exploration"].items():
        back = other["differences"]["pure_catchup"][name]["values"]
        assert [-value for value in series["values"]] == back, name


def test_a_comparison_lists_exactly_the_levers_that_differ(model: Model, answer: Answer) -> None:
    levers = answer("compare", "pure_catchup", "pure_exploration")["levers"]
    one, other = model.strategy("pure_catchup"), model.strategy("pure_exploration")
    assert list(levers) == [name for name in model.levers if one.paths[name] != other.paths[name]]


def test_a_comparison_shows_the_baseline_too(program: Program) -> None:
    text = program("compare", "pure_catchup", "pure_exploration", "--years", "2040").stdout
    first = next(block for block in text.split("\n\n") if "minus" in block)
    assert "minus pure_catchup" in first and " baseline " in first


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "pure_catchp"], 'did you mean "pure_catchup"?'),
        (["run", "baseline", "--scenario", "decouplin"], 'did you mean "decoupling"?'),
        (["run", "baseline", "--set", "catchup_shar=0.5"], 'did you mean "catchup_share"?'),
        (["run", "baseline", "--set", "catchup_share=1.5"], "from 0 to 1"),
        (["run", "baseline", "--set", "catchup_share=much"], "must be a number"),
        (["run", "baseline", "--set", "catchup_share"], "write NAME=VALUE"),
        (["run", "baseline", "--set", "catchup_share=0.5", "--set", "catchup_share=0.6"], "set twice"),
        (["run", "baseline", "--set", "fiscal_ai_rd=2010:60"], "before 2016"),
        (["run", "baseline", "--world", "cost_growth=2"], 'did you mean "cost_growth_factor"?'),
        (["run", "baseline", "--world", "catchup_share=0.5"], "--set"),
        (["run", "baseline", "--years", "2050"], "from 2016 to 2040"),
        (["run", "baseline", "--years", "2030.1"], "year 2030.1: is not saved"),
        (["compare", "baseline", "pure_catchup", "--years", "2030.1,nan"], "year nan: is not saved"),
        (["ensemble", "baseline", "--years", "2030.1", "--out", "nowhere"], "time 2030.1: is not saved"),
        (["run", "baseline", "--years", "soon"], "not a list of years"),
        (["run", "0.6 pure_catchup + 0.6 pure_exploration"], "sum to 1"),
        (["run", "nowhere.yaml"], "no such file"),
        (["compare", "baseline"], "at least two"),
        (["compare", "baseline", "baseline"], "is named twice; keep one, or give names of their own"),
    ],
)
def test_wrong_input_is_told(program: Program, words: list[str], told: str) -> None:
    result = program(*words)
    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""


def test_all_faults_are_told_at_once(program: Program) -> None:
    result = program(
        "run", "baseline", "--set", "catchup_shar=1", "--set", "subsidy_rate=9", "--world", "growth=1"
    )
    assert [line.split("=")[0] for line in result.stderr.splitlines()] == [
        "--set catchup_shar",
        "--set subsidy_rate",
        "--world growth",
    ]


def test_what_was_changed_is_told(program: Program) -> None:
    done = program("run", "baseline", "--set", "catchup_share=0.6", "--world", "cost_growth_factor=4.5")
    assert "levers changed: catchup_share=0.6" in done.stdout
    assert "world changed: cost_growth_factor=4.5" in done.stdout
    assert "note: cost_growth_factor is set outside its range, 1.5 to 3.84" in done.stderr


def test_two_settings_of_one_strategy_have_names_of_their_own(model: Model, answer: Answer) -> None:
    words = ("compare", "pure_catchup", "more=pure_catchup", "--set", "more:fiscal_ai_rd=400")
    told = answer(*words, "--set", "catchup_share=0.6")["runs"]
    plain = model.run("pure_catchup", catchup_share=0.6)
    more = model.run("pure_catchup", catchup_share=0.6, fiscal_ai_rd=400)
    assert list(told) == ["pure_catchup", "more"]
    assert told["pure_catchup"]["outcomes"] == plain.to_dict()["outcomes"]
    assert told["more"]["outcomes"] == more.to_dict()["outcomes"] != plain.to_dict()["outcomes"]


def test_a_lever_of_a_strategy_that_is_not_named_and_the_name_of_the_baseline_are_refused(
    program: Program,
) -> None:
    done = program("compare", "pure_catchup", "baseline=pure_catchup", "--set", "less:fiscal_ai_rd=400")
    assert done.exit_code == 2
    assert done.stderr.splitlines() == [
        "strategy baseline: is what others are compared with; take another name for this one",
        '--set less:fiscal_ai_rd=400: there is no strategy "less"',
    ]


def test_beside_each_number_stands_its_range_over_worlds_and_of_headlines_the_place(
    small_content: Path,
    put_posterior: Callable[..., Path],
    program: Program,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = tmp_path / "content"
    shutil.copytree(small_content, root)
    monkeypatch.setenv("TWINTRACK_CONTENT", str(root))
    monkeypatch.chdir(tmp_path)
    put_posterior(root)
    assert program("calibrate", "--only-ranges").exit_code == 0
    told = program("run", "fast", "--years", "2030")
    assert told.stderr == ""
    lines = [" ".join(line.split()) for line in told.stdout.splitlines()]
    begun = [line.split()[0] for line in lines if line.startswith(("5 % ", "95 % ", "place ", "minus "))][-4:]
    assert begun == ["place", "minus", "5", "95"]
    model = twintrack.load(root)
    ranges = model.run("fast").range_of("frontier_gap_months", [2030])
    assert ranges is not None
    low, *_, high = ranges[0]
    spec = model.outcomes["frontier_gap_months"].format
    assert f"5 % {number(low, spec)}" in lines and f"95 % {number(high, spec)}" in lines
    other = program("run", "fast", "fast_leader", "--years", "2030")
    assert other.exit_code == 2
    other = program("run", "fast", "--scenario", "fast_leader", "--years", "2030")
    assert "5–95 %" not in other.stdout
    assert "they are stored for the scenario central, not for fast_leader" in other.stdout


def test_when_a_strategy_switches_is_told(
    small_content: Path, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINTRACK_CONTENT", str(small_content))
    monkeypatch.chdir(tmp_path)
    when = twintrack.load(small_content).run("turning").switched_at
    assert when is not None
    assert f"turning: switches to open in {date(when)}" in program("run", "turning").stdout
    assert (
        "turning: switches to open never in this world"
        in program("run", "turning", "--world", "pace=30").stdout
    )


@pytest.mark.slow
def test_the_factor_of_an_equal_budget_is_told_with_the_world_it_rests_on(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for budget in ("equal", "equal_central"):
        Path(f"{budget}.yaml").write_text(f"extends: pure_catchup\nbudget: {budget}\n", encoding="utf-8")
    world = ("--world", "discount_rate=0.06")

    here = program("run", "equal.yaml", *world).stdout
    there = program("run", "equal_central.yaml", *world).stdout
    by_hand = program("run", "equal.yaml", "--set", "fiscal_ai_rd=100").stdout

    start, goal = r"money levers{} times 0\.\d+, ", "to cost the public as much as the baseline in {}"
    assert re.search(start.format("") + goal.format(r"this world \(budget: equal\)"), here)
    central = r"the central world of scenario central \(budget: equal_central\)"
    assert re.search(start.format("") + goal.format(central), there)
    assert re.search(start.format(" but fiscal_ai_rd") + goal.format("this world"), by_hand)
    assert "money levers" not in program("run", "pure_catchup").stdout
