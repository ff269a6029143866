"""Plans that watch and switch: a stopping problem with a known answer, and signposts that were planted."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from twintrack import load
from twintrack.cli import main
from twintrack.decisions import watching
from twintrack.decisions.watching import Watch, Watched, difference, watch_and_switch
from twintrack.decisions.watching_rules import Fixed, Rule
from twintrack.decisions.watching_signposts import find_signposts
from twintrack.errors import InputError, TwinTrackError
from twintrack.model import Model
from twintrack.pages.decisions.watch import watch_lines

BEST, YEARS = 6.0, 14.0
"""The gap at which it is time to go over, and the years in which something is paid."""

_GAP = "INTEG(pace-strength*catchup share, 24)"
_PAYOFF = """payoff=
	INTEG((2*catchup share-1)*IF THEN ELSE(Time<future start, 0, gap sign), 0)
	~	Year
	~	What is paid: a year for each year of the right course. Source: assumption.
	|

gap sign=
	IF THEN ELSE(frontier gap months>6, 1, -1)
	~	Dmnl
	~	Which course is right. Source: assumption.
	|

public cost pv="""


@pytest.fixture(scope="module")
def stopping(small_content: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gap falls at a pace that differs by world; all means are right above a gap of 6, none below it."""
    folder = tmp_path_factory.mktemp("stopping") / "content"
    shutil.copytree(small_content, folder)
    model = folder / "model" / "twintrack.mdl"
    text = model.read_text(encoding="utf-8")
    assert _GAP in text
    text = text.replace(_GAP, "INTEG(IF THEN ELSE(Time>=future start, -pace, 0), 24)")
    model.write_text(text.replace("public cost pv=", _PAYOFF, 1), encoding="utf-8")
    with (folder / "model" / "outcomes.yaml").open("a", encoding="utf-8") as file:
        file.write("context:\n  payoff: {title: {en: Payoff, zh: 收益}, unit: Year, better: higher}\n")
    levers = folder / "model" / "levers.yaml"
    levers.write_text(levers.read_text(encoding="utf-8").replace("ramp_years: 2", "ramp_years: 0"), "utf-8")
    for path in (folder / "strategies").glob("*.yaml"):
        path.unlink()
    for name, share in (("all", 1), ("none", 0)):
        entry = f"title: {{en: {name}, zh: {name}}}\nlevers: {{catchup_share: {share}}}\n"
        (folder / "strategies" / f"{name}.yaml").write_text(entry, encoding="utf-8")
    return folder


WATCH = Watch("payoff", 2040.0, ("all", "none"), training=60, held_out=200, prior=True)


@pytest.fixture(scope="module")
def found(stopping: Path) -> Watched:
    return watch_and_switch(load(stopping), WATCH)


def moments(model: Model) -> np.ndarray:
    """Years after the start at which it is time to go over, in the worlds in which plans are judged."""
    pace = model.draw_worlds(260, 1, prior=True)["pace"].to_numpy()[60:]
    return np.minimum((24 - BEST) / pace, YEARS)


def test_the_rule_is_the_one_that_is_best(found: Watched) -> None:
    rule = found.rule

    assert (rule.first, rule.to, rule.outcome, rule.for_years) == ("all", "none", "frontier_gap_months", 0)
    # Levers begin to move a step after the gap is seen, and need one: a little earlier is right.
    assert BEST < rule.below < BEST + 2 * 9 / 16


def test_the_gain_over_the_best_date_is_what_can_be_computed_by_hand(found: Watched, stopping: Path) -> None:
    due = moments(load(stopping))
    date = (found.fixed.date or 2040) - 2026

    # A year on the wrong course costs two: the one that is not paid, and the one that is paid back.
    by_date = YEARS - 2 * np.abs(due - date)
    assert found.fixed.first == "all" and found.fixed.to == "none"
    assert abs(date - np.median(due)) <= 2
    assert found.gain.mean == pytest.approx(float((YEARS - by_date).mean()), rel=0.1)
    assert found.gain.clear and found.gain.better > 0.8 and found.gain.worlds == 200
    alone, more = found.undated
    assert not alone.to and more.mean > found.gain.mean


def test_waiting_a_year_costs_two_where_the_rule_switches(found: Watched, stopping: Path) -> None:
    due = moments(load(stopping))

    assert found.switched == pytest.approx(float((due < YEARS).mean()), abs=0.02)
    price = 2 * np.minimum(1, YEARS - due).mean()
    assert found.waiting_to_switch.mean == pytest.approx(-price, rel=0.15)
    assert found.waiting_to_switch.band[1] == pytest.approx(-2, abs=0.3)
    assert found.moments[1] == pytest.approx(2026 + np.median(due[due < YEARS]), abs=1)


def test_the_gap_is_the_signpost(found: Watched) -> None:
    """Doing nothing is better in the end where the gap is small early on."""
    best = found.signposts[0]

    assert best.outcome == "frontier_gap_months" and best.side == "below"
    assert best.hits > 0.85 and best.false_alarms < 0.15 and best.skill > 0.75
    assert best.false_alarm_band[0] <= best.false_alarms <= best.false_alarm_band[1]
    assert 2 <= best.lead[0] <= best.lead[1] <= best.lead[2]
    assert 0.5 < found.event < 1


def test_a_plan_that_begins_later_follows_the_baseline_first(stopping: Path) -> None:
    model = load(stopping)

    late = Fixed("all", "none", 2031.0, 0.0, delay=1.0).strategy(model)

    assert late.paths["catchup_share"].at([2026.5, 2027.5, 2031.5]).tolist() == [0.5, 1, 0]
    rule = Rule("all", "none", "frontier_gap_months", 6.0, 1.0, 0.0)
    assert str(rule) == "all, then to none at once, once frontier_gap_months has been below 6 for 1 year"


def test_differences_are_between_the_same_worlds() -> None:
    own, other = np.array([2.0, 4, np.nan, 1]), np.array([1.0, 1, 1, 1])

    told = difference(own, other)

    assert told.mean == pytest.approx(4 / 3) and told.worlds == 3
    assert told.better == pytest.approx(2.5 / 3) and told.error == pytest.approx(np.sqrt(7 / 9))
    with pytest.raises(TwinTrackError, match="in no world"):
        difference(np.array([np.nan]), np.array([1.0]))


def test_a_planted_signpost_is_found_and_a_coin_tells_nothing() -> None:
    draw = np.random.default_rng(1)
    event, other = draw.random(400) < 0.4, draw.random(400) < 0.4

    def seen(what: np.ndarray) -> dict[str, np.ndarray]:
        noise = draw.normal(size=(3, 400))
        rising = np.linspace(0, 2, 3)[:, None] * what + 0.3 * noise
        return {"coin": draw.normal(size=(3, 400)), "rising": rising}

    planted, coin = find_signposts(seen(event), event, seen(other), other, [2027, 2028, 2029], 2035)

    assert (planted.outcome, planted.side) == ("rising", "above") and planted.skill > 0.9
    assert planted.lead[1] == 6 and planted.right > 0.9
    assert coin.outcome == "coin" and abs(coin.skill) < 0.15


def test_work_that_was_broken_off_goes_on_where_it_stood(
    stopping: Path, found: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINTRACK_CACHE", str(tmp_path / "cache"))
    raced: list[Rule | Fixed] = []
    whole = watching._Race._part_roughly

    def counted(race: watching._Race, plans: list[Rule | Fixed]) -> np.ndarray:
        raced.extend(plans)
        return whole(race, plans)

    monkeypatch.setattr(watching._Race, "_part_roughly", counted)
    with monkeypatch.context() as patch:
        patch.setattr(watching._Race, "_first", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            watch_and_switch(load(stopping), WATCH)
    assert raced and all(isinstance(plan, Rule) for plan in raced)
    raced.clear()

    again = watch_and_switch(load(stopping), WATCH)

    assert again.rule == found.rule and again.gain == found.gain
    assert raced and all(isinstance(plan, Fixed) for plan in raced)


def test_all_is_told_in_chinese(found: Watched, stopping: Path) -> None:
    lines = list(watch_lines(load(stopping), found, "zh"))

    told = "\n".join(line if isinstance(line, str) else f"{line.columns}{line.rows}" for line in lines)
    assert "先采用all；一旦“与领先者的差距”低于" in told and "误报率" in told and "推迟一年切换" in told
    assert not re.search("[a-z]{4}", told.replace("none", "")), "strategies alone are as they are typed"


def test_all_that_is_wrong_is_told(small_model: Model) -> None:
    with pytest.raises(InputError) as caught:
        watch_and_switch(small_model, Watch("gap", 2035.0, ("turning",), training=1))

    for part in ('"gap"', "turning", "switches itself", "needs two", "training"):
        assert part in str(caught.value)


def test_the_command_writes_a_strategy_that_check_accepts(
    stopping: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TWINTRACK_CONTENT", str(stopping))
    sizes = ["--training", "60", "--held-out", "200", "--prior"]

    done = CliRunner().invoke(main, ["watch", "all", "none", "--outcome", "payoff", *sizes, "--out", "plan"])

    assert done.exit_code == 0, done.output
    assert "best rule: all, then to none at once, once Gap to the leader has been below" in done.output
    checked = CliRunner().invoke(main, ["check", "plan/watching.yaml"])
    assert checked.exit_code == 0, checked.output
    table = pd.read_csv(tmp_path / "plan" / "differences.csv")
    assert len(table) == 4 and (table["low_5"] <= table["high_95"]).all()
    assert {"lead_median", "false_alarms_high"} < set(pd.read_csv(tmp_path / "plan" / "signposts.csv"))
