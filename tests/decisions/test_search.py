"""Better mixes with a small model: a known optimum, judged on other worlds, written as strategy files."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

pytest.importorskip("pymoo")

from twintrack import Experiment, load
from twintrack.cli import main
from twintrack.decisions import search as searching
from twintrack.decisions.search import Front, search_mixes
from twintrack.decisions.search_space import Space, read_limits
from twintrack.decisions.search_work import Search
from twintrack.errors import InputError
from twintrack.inputs.strategy_files import save_strategy
from twintrack.model import Model
from twintrack.pages.decisions.search import search_lines
from twintrack.runs.equal_cost import COST

GAP = "frontier_gap_months"
FULL = {"fiscal_ai_rd": (0.0, 600.0), "catchup_share": (0.0, 1.0)}
SMALL = Search(
    [GAP], 2035.0, ["baseline", "open", "turning"], FULL, effort=2.0,
    evaluations=240, population=12, training=50, held_out=30, mixes=4, prior=True,
)  # fmt: skip


@pytest.fixture(scope="module")
def front(small_content: Path) -> Front:
    return search_mixes(load(small_content), SMALL)


def test_the_best_mix_is_at_the_bound_where_the_model_says_it_is(front: Front) -> None:
    best = front.mixes[0]

    assert best.settings["catchup_share"] == (1.0, 2026.0) and best.bounds["catchup_share"] == "high"
    assert best.effort == pytest.approx(0.5)
    assert all(item.dominated_by >= 1 and item.behind > 0 for item in front.distances)
    assert {item.name for item in front.distances} == {"open", "turning"}
    assert "mix_01" in front.undominated


def test_values_are_those_of_other_worlds_at_equal_cost(front: Front, small_model: Model) -> None:
    frame = small_model.draw_worlds(80, 1, prior=True).iloc[50:].reset_index(drop=True)
    plans = [front.mixes[0].strategy, "baseline"]
    outputs = [GAP, COST]

    found = Experiment(plans, worlds=frame, outputs=outputs, times=[2035, 2040], model=small_model).dataset()

    own, base = (found[GAP].sel(time=2035).values[0, place] for place in range(2))
    assert front.mixes[0].values[GAP] == pytest.approx(own.mean(), rel=1e-6)
    assert front.mixes[0].gains[GAP] == pytest.approx((base - own).mean(), rel=1e-6)
    cost = found[COST].sel(time=2040).values[0]
    np.testing.assert_allclose(cost[0], cost[1], rtol=1e-6)


def test_effort_is_bounded(small_model: Model) -> None:
    found = search_mixes(small_model, replace(SMALL, effort=0.2))

    assert found.mixes[0].effort == pytest.approx(0.2, abs=1e-5)
    assert all(one.effort <= 0.2 + 1e-9 for one in found.mixes)


def test_the_simple_mix_moves_what_matters_and_its_price_is_none_or_more(front: Front) -> None:
    assert front.simple.steps[0] == "catchup_share" and len(front.simple.steps) <= searching.FEW
    assert front.simple.price >= 0


def test_dates_are_unknowns_and_all_is_told_in_both_languages(front: Front, small_model: Model) -> None:
    space = Space(small_model, FULL)
    assert space.size == len(FULL) + len(space.groups), "a level for each lever, a date for each group"
    english, chinese = (
        "\n".join(
            line if isinstance(line, str) else f"{line.columns}{line.rows}"
            for line in search_lines(small_model, front, "build", language)
        )
        for language in ("en", "zh")
    )
    assert "2026" in english and "mixes gain more in the worlds in which they evolved" in english
    assert "在另外30个世界中评判" in chinese and "与领先者的差距" in chinese and "达上限" in chinese
    words = re.sub(r"mix_\w+|turning|open|build|\w+\.(csv|json)", "", chinese)
    assert not re.search("[a-z]{4}", words)


@pytest.mark.slow
def test_a_search_that_is_broken_off_ends_with_the_same_mixes(front: Front, small_model: Model) -> None:
    class BrokenOffError(Exception):
        pass

    def stop(done: int) -> None:
        if done == 60:
            raise BrokenOffError

    asked = replace(SMALL, seed=2)
    with pytest.raises(BrokenOffError):
        search_mixes(small_model, asked, show=stop)
    resumed = search_mixes(small_model, asked)
    whole = search_mixes(small_model, asked)

    assert [one.settings for one in resumed.mixes] == [one.settings for one in whole.mixes]
    assert resumed.runs < whole.runs


def test_a_mix_is_a_file_that_reads_back_to_the_same_paths(small_model: Model, tmp_path: Path) -> None:
    space = Space(small_model, FULL)
    mix = space.mix(space.settings(np.array([0.8, 0.3, 0.26])))

    save_strategy(tmp_path / "mine.yaml", mix, small_model.lever_table)

    read = small_model.strategy(str(tmp_path / "mine.yaml"))
    assert read.paths == mix.paths
    assert read.paths["catchup_share"].at([2028.0, 2029, 2030]).tolist() == [0.5, 0.4, 0.3]


def test_all_that_is_wrong_is_told(small_model: Model) -> None:
    with pytest.raises(InputError) as caught:
        search_mixes(
            small_model, replace(SMALL, outcomes=["gap", COST], strategies=["opn"], training=1, effort=-1.0)
        )
    for part in ('"gap"', "made equal", '"opn"', "training", "above 0"):
        assert part in str(caught.value)
    with pytest.raises(InputError) as caught:
        read_limits(small_model, ["share"], {"catchup_share": (0.5, 1.5), "fiscal_ai_rd": (5, 5)})
    assert '"share"' in str(caught.value) and "1.5" in str(caught.value) and "rise" in str(caught.value)


def test_the_command_writes_files_that_check_accepts_and_the_same_bytes_again(
    small_content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TWINTRACK_CONTENT", str(small_content))
    sizes = ["--evaluations", "60", "--population", "12", "--training", "20", "--held-out", "20", "--prior"]
    asked = ["search", "open", "--outcomes", GAP, "--year", "2035", "--range", "catchup_share=0:0.9", *sizes]

    for out in ("one", "two"):
        done = CliRunner().invoke(main, [*asked, "--out", out])
        assert done.exit_code == 0, done.output

    assert "at a limit in half of the mixes or more:" in done.output
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert {"mix_01.yaml", "mix_simple.yaml", "values.csv", "levers.csv", "distances.csv"} < set(files)
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
    checked = CliRunner().invoke(main, ["check", "one/mix_01.yaml", "one/mix_simple.yaml"])
    assert checked.exit_code == 0, checked.output
    told = json.loads((tmp_path / "one" / "search.json").read_text(encoding="utf-8"))
    assert 0.3 < told["mixes"][0]["settings"]["catchup_share"][0] <= 0.9
    assert pd.read_csv(tmp_path / "one" / "values.csv")["strategy"].tolist()[-1] == "open"
    wrong = CliRunner().invoke(main, ["search", "--range", "catchup_share=high"])
    assert wrong.exit_code == 2 and "LEVER=LOW:HIGH" in wrong.output
