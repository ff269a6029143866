"""Where the numbers of one run lie among the worlds that agree with history."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import twintrack
from twintrack.calibration.publish import publish_ranges
from twintrack.errors import InputError
from twintrack.model import Model
from twintrack.resources import POSTERIOR_FILE, RANGES_FILE
from twintrack.runs.experiment import Experiment
from twintrack.runs.ranges import LEVELS, place_of, strategy_digest

YEARS = [2026.0, 2028.0, 2030.0]
GAP = "frontier_gap_months"


@pytest.fixture
def ranged(
    small_content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, put_posterior: Callable[..., Path]
) -> Model:
    """A small content with forty worlds that agree with history, and what strategies bring in them."""
    root = tmp_path / "content"
    shutil.copytree(small_content, root)
    monkeypatch.chdir(tmp_path)
    put_posterior(root)
    model = twintrack.load(root)
    publish_ranges(model)
    return model


def test_ranges_are_quantiles_over_all_worlds_of_the_posterior(ranged: Model) -> None:
    assert ranged.posterior is not None
    worlds = ranged.posterior.frame
    found = Experiment(
        ["baseline", "fast"], worlds=worlds, model=ranged, outputs=[GAP], times=YEARS
    ).dataset()
    plain, fast = found[GAP].to_numpy()[0]
    run = ranged.run("fast")
    expected = np.quantile(fast, np.array(LEVELS) / 100, axis=0).T
    np.testing.assert_allclose(run.range_of(GAP, YEARS), expected, rtol=1e-6)
    expected = np.quantile(fast - plain, np.array(LEVELS) / 100, axis=0).T
    np.testing.assert_allclose(run.range_of(GAP, YEARS, more=True), expected, rtol=1e-6)


def test_the_representative_world_has_the_middle_ranks_and_is_a_row_of_the_posterior(ranged: Model) -> None:
    """Every parameter rises from the first of the forty worlds to the last: the middle ones are 19 and 20."""
    about = ranged.ranges.ranges and ranged.ranges.ranges.about
    assert about is not None and ranged.posterior is not None
    assert about.row in (19, 20)
    assert about.world == ranged.posterior.frame.iloc[about.row].to_dict()
    run = ranged.run("fast", representative=True)
    np.testing.assert_array_equal(run[GAP], ranged.run("fast", world=about.world)[GAP])
    np.testing.assert_array_equal(run.baseline[GAP], ranged.run("baseline", world=about.world)[GAP])
    assert run.representative and run.baseline.representative
    middle = run.range_of(GAP, YEARS[1:])
    assert middle is not None
    np.testing.assert_allclose(run.at(GAP, YEARS[1:]), middle[:, 2], rtol=0.05)


def test_what_a_scenario_sets_holds_in_the_representative_world(ranged: Model) -> None:
    run = ranged.run("fast", "fast_leader", representative=True)
    assert run["strength"][-1] == 11
    assert ranged.run("fast", "fast_leader", representative=True, world={"strength": 9})["strength"][-1] == 9


def test_a_strategy_that_is_not_as_it_was_has_no_range(ranged: Model) -> None:
    assert ranged.run("fast").range_of(GAP, YEARS) is not None
    assert ranged.run("fast", catchup_share=0.33).range_of(GAP, YEARS) is None
    (ranged.content / "strategies" / "fast.yaml").write_text("levers: {catchup_share: 0.31}\n")
    assert ranged.run("fast").range_of(GAP, YEARS) is None


def test_a_name_does_not_count_in_what_a_strategy_does(ranged: Model) -> None:
    again = ranged.inputs.strategies.resolve("1 fast")
    assert strategy_digest(again) == strategy_digest(ranged.strategy("fast"))


def test_years_that_are_not_stored_have_no_numbers(ranged: Model) -> None:
    found = ranged.run("fast").range_of(GAP, [2024.0, 2028.25, 2028.0])
    assert found is not None
    assert np.isnan(found).all(axis=1).tolist() == [True, True, False]


def test_another_scenario_has_no_ranges(ranged: Model) -> None:
    run = ranged.run("fast", "fast_leader")
    assert run.range_of(GAP, YEARS) is None
    assert run.ranges.reason == "they are stored for the scenario central, not for fast_leader"


def test_ranges_of_other_worlds_or_another_model_are_not_used(
    ranged: Model, put_posterior: Callable[..., Path]
) -> None:
    put_posterior(ranged.content, rows=30)
    assert "it was made from another model/posterior.parquet" in ranged.ranges.reason
    publish_ranges(ranged)
    assert ranged.ranges.ranges is not None
    equations = ranged.content / "model" / "twintrack.mdl"
    equations.write_text(equations.read_text().replace("24)\n", "25)\n"))
    changed = twintrack.load(ranged.content)
    assert "the equations are others" in changed.ranges.reason
    with pytest.raises(
        InputError, match=r"world representative: it is not known, for .* the equations are others"
    ):
        changed.run("fast", representative=True)


def test_without_a_posterior_or_a_table_the_reason_is_told(small_model: Model) -> None:
    assert "there is no model/posterior_ranges.npz" in small_model.ranges.reason
    with pytest.raises(InputError, match=r"it cannot be made: there is no model/posterior.parquet"):
        publish_ranges(small_model)


def test_a_damaged_table_is_told(ranged: Model) -> None:
    path = ranged.content / RANGES_FILE
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(InputError, match=r"model/posterior_ranges.npz: it cannot be read"):
        assert ranged.ranges


def test_the_same_worlds_give_the_same_bytes(ranged: Model) -> None:
    path = ranged.content / RANGES_FILE
    before = path.read_bytes()
    publish_ranges(ranged)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("value", "place"),
    [(0.5, "below 5 %"), (1.0, "below 5 %"), (2.5, "25–50 %"), (4.5, "75–95 %"), (6.0, "above 95 %")],
)
def test_a_place_is_told_by_the_quantiles_around_it(value: float, place: str) -> None:
    assert place_of(value, np.array([1.0, 2.0, 3.0, 4.0, 5.0])) == place


def test_where_worlds_do_not_differ_there_is_no_place() -> None:
    assert place_of(2.0, np.full(5, 2.0)) == ""
    assert place_of(float("nan"), np.arange(5.0)) == ""


def test_the_stored_ranges_belong_to_the_stored_posterior_and_have_every_strategy(model: Model) -> None:
    """When it fails: `twintrack calibrate --only-ranges`; with `--seed 1` where that is stale too."""
    assert (model.content / POSTERIOR_FILE).is_file()
    found = model.ranges
    assert found.reason == ""
    assert found.ranges is not None
    assert found.ranges.lacking(map(model.strategy, model.strategies)) == []
