"""Through which loops a difference runs: by hand, at equal cost, where each is cut, in both languages."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import twintrack
from twintrack.cli import main
from twintrack.decisions.attribution import Runs
from twintrack.decisions.knockouts import NOTHING, cuts, loops_of, settings_of
from twintrack.model import Model

_GAP = "INTEG(pace-strength*catchup share, 24)"
_CLOSING = """closing=
	strength*catchup share*frontier gap months/24
	~	months/Year
	~	Who is near closes slowly. Source: assumption.
	|

public cost pv="""
LOOPS = """loops:
  - id: B1
    title: {en: Closing, zh: 收敛}
    sign: "-"
    variables: [frontier_gap_months, closing]
    signs: [+, "-"]
    strengthened_by: {en: a, zh: 甲}
    weakened_by: {en: b, zh: 乙}
    reading: {en: c, zh: 丙}
    state: {year: 2030}
"""
GAP = "frontier_gap_months"
RUNS = Runs(worlds=6, prior=True, outcomes=[GAP, "public_cost_pv"], years=(2035.0, 2040.0))
STEP = 1 / 16


@pytest.fixture(scope="module")
def looped_content(small_content: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small content with a gap that closes the more slowly the smaller it is."""
    folder = tmp_path_factory.mktemp("looped") / "content"
    shutil.copytree(small_content, folder)
    model = folder / "model" / "twintrack.mdl"
    text = model.read_text(encoding="utf-8")
    assert _GAP in text
    text = text.replace(_GAP, "INTEG(pace-closing, 24)").replace("public cost pv=", _CLOSING, 1)
    model.write_text(text, encoding="utf-8")
    (folder / "model" / "loops.yaml").write_text(LOOPS, encoding="utf-8")
    return folder


@pytest.fixture
def looped(looped_content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    monkeypatch.chdir(tmp_path)
    return twintrack.load(looped_content)


def gaps(model: Model, strategy: str, seen: np.ndarray | None = None) -> np.ndarray:
    """Compute the gap by hand, shape (steps + 1, worlds); where `seen` is given the loop sees that gap."""
    worlds = model.draw_worlds(6, 1, prior=True)
    pace, strength = (worlds[name].to_numpy() for name in ("pace", "strength"))
    times = model.equations.time.times
    shares = model.strategy(strategy).paths["catchup_share"].over_steps(times)
    found = [np.full(6, 24.0)]
    for step, share in enumerate(shares[:-1]):
        gap = found[-1] if seen is None else seen[step]
        found.append(found[-1] + STEP * (pace - strength * share * gap / 24))
    return np.array(found)


def test_what_goes_with_a_loop_is_what_follows_by_hand(looped: Model) -> None:
    found = loops_of(looped, settings_of(looped, ("baseline", "fast"), "central", RUNS))

    first, second = gaps(looped, "baseline"), gaps(looped, "fast")
    held = gaps(looped, "fast", seen=first)
    by = found.set_index(["outcome", "year", "loop"])
    for year, step in ((2035.0, 11 * 16), (2040.0, 16 * 16)):
        # A gap is better when it is lower, so differences are turned.
        whole, gone = first[step] - second[step], held[step] - second[step]
        assert by.loc[(GAP, year, NOTHING), "mean"] == pytest.approx(whole.mean())
        row = by.loc[(GAP, year, "B1")]
        assert row["mean"] == pytest.approx(gone.mean()) and row["median"] == pytest.approx(np.median(gone))
        assert row["of_difference"] == pytest.approx(gone.mean() / whole.mean())
        assert row["share"] == (gone > 0).mean() and row["worlds"] == 6 and row["left_out"] == 0
        assert (row["cause"], row["effect"], row["title_zh"]) == (GAP, "closing", "收敛")
    # The loop holds back the faster: without it the lead would be larger. Money does not run through it.
    assert by.loc[(GAP, 2040.0, "B1"), "mean"] < 0
    assert by.loc[("public_cost_pv", 2040.0, "B1"), "mean"] == 0


def test_at_equal_cost_a_strategy_keeps_its_money_when_a_loop_is_cut(looped: Model) -> None:
    runs = Runs(worlds=6, prior=True, cost="equal", outcomes=["public_cost_pv"])

    found = loops_of(looped, settings_of(looped, ("baseline", "fast"), "central", runs))

    assert np.abs(found["mean"]).max() < 1e-3 and found["of_difference"].isna().all()


def test_a_loop_is_cut_where_no_other_named_one_runs(model: Model) -> None:
    places = cuts(model.inputs.loops)

    names = [cycle.id for entry in model.inputs.loops.values() for cycle in entry.cycles]
    assert [cut.loop for cut in places] == names
    assert (places[0].cause, places[0].effect) == (
        "perceived_payoff[home,scale]",
        "route_attraction[home,scale]",
    )


@pytest.mark.slow
def test_the_command_tells_loops_in_both_languages_and_keeps_the_table(
    looped_content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINTRACK_CONTENT", str(looped_content))
    monkeypatch.chdir(tmp_path)
    asked = ["explain-difference", "baseline", "fast", "--runs", "6", "--prior", "--years", "2040"]

    english = CliRunner().invoke(main, [*asked, "--out", "why"])
    chinese = CliRunner().invoke(main, [*asked, "--language", "zh"])
    without = CliRunner().invoke(main, [*asked, "--no-loops"])

    assert english.exit_code == chinese.exit_code == without.exit_code == 0, english.output + chinese.output
    assert "B1 Closing" in english.output and "frontier_gap_months → closing" in english.output
    assert "B1 收敛" in chinese.output and "差异本身" in chinese.output and "Closing" not in chinese.output
    assert "B1" not in without.output
    assert (tmp_path / "why" / "loops.csv").read_text(encoding="utf-8").startswith("outcome,unit,year,loop")
