"""From names or stores to what is compared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from twintrack import Experiment
from twintrack.decisions.analysis import analyse
from twintrack.decisions.gathering import AnalysisSettings, run_compared, stored_compared
from twintrack.errors import InputError
from twintrack.model import Model


def settings(**changes: object) -> AnalysisSettings:
    given: dict[str, object] = {"strategies": ["fast", "open"], "worlds": 20, "prior": True}
    return AnalysisSettings(**(given | changes))  # type: ignore[arg-type]


def test_strategies_are_run_beside_the_baseline_at_equal_cost_in_each_world_and_at_own(
    parted_model: Model,
) -> None:
    found = run_compared(parted_model, settings())
    assert found.strategies == ["baseline", "fast", "open"] and found.costs == ["equal", "own"]
    cost = {name: data["public_cost_pv"].isel(scenario=0, time=-1) for name, data in found.results.items()}
    np.testing.assert_allclose(cost["equal"], np.broadcast_to(cost["equal"][0], (3, 20)), rtol=1e-6)
    assert (cost["own"].sel(strategy="fast") > cost["own"].sel(strategy="baseline")).all()
    assert found.origin == "prior" and found.years == [2030, 2035, 2040]
    assert list(found.worlds) == ["pace"] and len(found.worlds) == 20


def test_stored_runs_are_continued_and_give_the_same(parted_model: Model, tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    first = run_compared(parted_model, settings(), folder, workers=1)
    with pytest.raises(InputError, match="holds a store already"):
        run_compared(parted_model, settings(), folder, workers=1)
    next((folder / "own" / "runs").rglob("part-*.parquet")).unlink()
    again = run_compared(parted_model, settings(), folder, workers=1, resume=True)
    read = stored_compared(parted_model, folder)
    for other in (again, read):
        for cost, data in first.results.items():
            name = "frontier_gap_months"
            np.testing.assert_array_equal(data[name], other.results[cost][name])
    assert read.strategies == ["baseline", "fast", "open"] and read.costs == ["equal", "own"]


def test_an_ensemble_of_others_is_read_with_the_cost_it_was_run_at(
    parted_model: Model, tmp_path: Path
) -> None:
    asked = Experiment(["fast", "baseline"], worlds=5, times=[2040], model=parted_model, prior=True)
    asked.run(tmp_path / "store", workers=1)
    found = stored_compared(parted_model, tmp_path / "store")
    assert found.costs == ["own"] and found.strategies == ["baseline", "fast"]


def test_combinations_of_parts_are_run_beside_what_is_compared(parted_model: Model) -> None:
    factors = {"speed": ("slow", "quick"), "money": ("cheap", "dear")}
    found = run_compared(parted_model, settings(factors=factors, costs=["own"]))
    assert found.strategies == ["baseline", "fast", "open"]
    table = analyse(found, ["factorial"]).tables["factorial"]
    last = table[(table["outcome"] == "frontier_gap_months") & (table["year"] == 2040)]
    by = last.set_index(["kind", "what"])["median"]
    # The gap closes by 10 months a year times the share: 0.6 more over 14 years, less half of the ramp.
    assert by["effect", "speed"] == pytest.approx(10 * 0.6 * (14 - 1), rel=1e-6)
    assert by["effect", "money"] == pytest.approx(0) == by["together", "speed x money"]


def test_stored_combinations_are_read_as_such(parted_model: Model, tmp_path: Path) -> None:
    factors = {"speed": ("slow", "quick")}
    asked = settings(factors=factors, costs=["own"], worlds=5)
    first = run_compared(parted_model, asked, tmp_path / "runs", workers=1)
    read = stored_compared(parted_model, tmp_path / "runs", factors=factors)
    assert read.strategies == first.strategies == ["baseline", "fast", "open"]
    tables = [analyse(one, ["factorial"]).tables["factorial"] for one in (first, read)]
    assert tables[0].equals(tables[1])
    with pytest.raises(InputError, match="cheap"):
        stored_compared(parted_model, tmp_path / "runs", factors={"money": ("cheap", "dear")})


def test_everything_wrong_is_told_at_once(parted_model: Model) -> None:
    wrong = settings(
        strategies=["fats"],
        costs=["equal", "free"],
        factors={"speed": ("slow", "quikc")},
        targets={"gap": {2030: 1.0}},
    )
    with pytest.raises(InputError) as caught:
        run_compared(parted_model, wrong)
    text = str(caught.value)
    for word in ("fast", "free", "quick", "gap"):
        assert word in text
    assert len(caught.value.faults) == 4


def test_a_target_comes_from_the_content_or_on_top_and_makes_shares(
    parted_content: Path, parted_model: Model
) -> None:
    path = parted_content / "model" / "outcomes.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("unit: months\n", "unit: months\n    target: {2040: 12}\n"), encoding="utf-8"
    )
    found = run_compared(parted_model, settings(costs=["own"], targets={"public_cost_pv": {2040: 1000.0}}))
    table = analyse(found, ["robustness"]).tables["robustness"]
    last = table[table["year"] == 2040].set_index(["outcome", "strategy"])
    gap = found.results["own"]["frontier_gap_months"].sel(strategy="fast", time=2040).to_numpy()
    assert last.loc[("frontier_gap_months", "fast"), "starr"] == (gap <= 12).mean()
    assert last.loc[("public_cost_pv", "baseline"), "target"] == 1000
    assert table[table["year"] == 2030]["starr"].isna().all()


def test_sections_that_do_not_exist_are_told(parted_model: Model) -> None:
    found = run_compared(parted_model, settings(costs=["own"], worlds=3))
    with pytest.raises(InputError, match="contests"):
        analyse(found, ["contest"])


def test_python_users_ask_the_model(parted_model: Model, tmp_path: Path) -> None:
    found = parted_model.analyse(settings(costs=["own"], worlds=5))
    assert set(found.tables) >= {"contests", "first_places", "dominance", "robustness"}
    run_compared(parted_model, settings(costs=["own"], worlds=5), tmp_path / "runs", workers=1)
    read = parted_model.analyse(tmp_path / "runs", ["contests"])
    assert read.tables["contests"].equals(found.tables["contests"])
