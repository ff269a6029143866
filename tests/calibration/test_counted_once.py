"""A training run that stands in two tables does not narrow what is learnt when it counts once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from calibration_helpers import SAVED, Linear, Scores, point, series

from twintrack.calibration.counted_once import (
    PARAMETER,
    counted_once,
    growth_by_cost,
    growth_of_posterior,
    kept_once,
    rows_of_runs,
    weighed_quantiles,
)
from twintrack.calibration.observations import observations
from twintrack.equations.structure import Array
from twintrack.inputs.history import HistorySeries
from twintrack.model import Model

Z95 = 1.6448536269514722
YEARS = [2018.0, 2020.0, 2022.0]
VALUES = [0.9, 1.6, 3.1]
SLOPES = [1.0, 1.5, 2.0]
NAMES = ["one", "two", "three"]
WORLDS = 40_000


def table(
    name: str, variable: str, runs: Sequence[str], values: Sequence[float] = tuple(VALUES)
) -> HistorySeries:
    rows = zip(YEARS, values, runs, strict=True)
    points = [replace(point(year, value), run=run) for year, value, run in rows]
    return series(points, name, variable=variable, error=1.0)


def target_of(*tables: HistorySeries) -> Linear:
    """A model whose parameter of growth every table tells alike, and another one that none tells."""
    slopes = np.zeros((len(YEARS) * len(tables), 2))
    slopes[:, 0] = np.tile(SLOPES, len(tables))
    return Linear(Scores([PARAMETER, "other"]), observations(tables, SAVED), slopes)


def sizes(runs: Sequence[str]) -> HistorySeries:
    return table("sizes", "largest_run", runs)


COSTS = table("costs", "frontier_run_cost", NAMES)
REST = table("rest", "something_else", [""] * 3, [0.5, 1.0, 2.5])


def drawn(target: Linear) -> Array:
    """Worlds of the posterior, which is known exactly."""
    mean, spread = target.posterior
    return np.random.default_rng(3).multivariate_normal(mean, spread, WORLDS).T


@pytest.fixture
def exact() -> Callable[..., list[float]]:
    """Gives 5 %, median and 95 % of the growth that some tables tell, in closed form."""

    def ends(*tables: HistorySeries) -> list[float]:
        mean, spread = target_of(*tables).posterior
        return [float(mean[0] + z * np.sqrt(spread[0, 0])) for z in (-Z95, 0.0, Z95)]

    return ends


def test_a_table_that_repeats_another_does_not_narrow_the_result(exact: Callable[..., list[float]]) -> None:
    target = target_of(COSTS, sizes(NAMES), REST)
    found = growth_of_posterior(target.as_target(), drawn(target))
    got = {name: [item.low, item.median, item.high] for name, item in found.items()}
    assert got["learnt"] == pytest.approx(exact(COSTS, sizes(NAMES), REST), abs=0.02)
    # The same as if the second table were not there, whichever row of a run is kept.
    for name in ("once", "once_last"):
        assert got[name] == pytest.approx(exact(COSTS, REST), abs=0.02)
        # Nor does it as it counts in learning: a run has one error, and the model hardly another.
        assert got[name][2] - got[name][0] == pytest.approx(got["learnt"][2] - got["learnt"][0], rel=0.05)
    unnamed = exact(COSTS, sizes([""] * 3), REST)
    assert got["learnt"][2] - got["learnt"][0] > 1.15 * (unnamed[2] - unnamed[0])
    assert [item.observations for item in found.values()] == [9, 6, 6]
    assert found["learnt"].effective == pytest.approx(WORLDS)
    assert WORLDS / 4 < (found["once"].effective or 0) < WORLDS


def test_runs_of_other_names_count_all(exact: Callable[..., list[float]]) -> None:
    other = sizes(["four", "", "five"])
    target = target_of(COSTS, other, REST)
    found = growth_of_posterior(target.as_target(), drawn(target))
    assert found["once"] == found["learnt"] == found["once_last"]
    assert found["once"].high == pytest.approx(exact(COSTS, other, REST)[2], abs=0.02)


def test_known_costs_alone_are_learnt_from_the_prior(exact: Callable[..., list[float]]) -> None:
    target = target_of(sizes(NAMES), COSTS, REST)
    found = growth_by_cost(target.as_target(), 1, WORLDS)
    assert [found.low, found.median, found.high] == pytest.approx(exact(COSTS), abs=0.02)
    assert found.observations == 3
    assert found == growth_by_cost(target.as_target(), 1, WORLDS)
    assert found != growth_by_cost(target.as_target(), 2, WORLDS)


def test_one_row_of_each_run_is_kept_and_all_that_name_none() -> None:
    history = [COSTS, sizes(["two", "two", ""]), REST]
    assert kept_once(history).tolist() == [True] * 3 + [False, False, True] + [True] * 3
    last = kept_once(history, last=True).tolist()
    assert last == [True, False, True] + [False, True, True] + [True] * 3
    assert rows_of_runs(history) == {
        "one": [("costs", 2018.0)],
        "two": [("costs", 2020.0), ("sizes", 2018.0), ("sizes", 2020.0)],
        "three": [("costs", 2022.0)],
    }


def test_everything_is_told_together() -> None:
    target = target_of(COSTS, sizes(["one", "four", ""]), REST)
    found = counted_once(target.as_target(), drawn(target), 1, 5000)
    assert found is not None and found["power"] == 1.0
    assert found["runs"] == [{"run": "one", "rows": [("costs", 2018.0), ("sizes", 2018.0)]}]
    growth = found["growth"]
    assert list(growth) == ["prior", "learnt", "once", "once_last", "cost_alone"]
    prior = growth["prior"]
    assert [prior.low, prior.median, prior.high] == pytest.approx([-Z95, 0.0, Z95])
    assert (prior.observations, prior.effective) == (0, None)


def test_a_model_without_the_parameter_or_without_costs_has_nothing_to_tell() -> None:
    target = target_of(COSTS)
    renamed = replace(target, unknowns=Scores(["growth", "other"]))
    assert counted_once(renamed.as_target(), drawn(target), 1) is None
    bare = target_of(REST)
    assert counted_once(bare.as_target(), drawn(bare), 1) is None


def test_quantiles_follow_the_weights() -> None:
    values = np.arange(1000.0)[::-1]
    even = weighed_quantiles(values, np.ones(1000), [0.05, 0.5, 0.95])
    assert even == pytest.approx([49.5, 499.5, 949.5])
    assert weighed_quantiles(values, np.where(values < 100, 3.0, 0.0), [0.5]) == pytest.approx([49.5])


def test_tables_name_the_runs_that_have_their_size_or_cost(model: Model) -> None:
    runs = {run.model: run for run in model.inputs.frontier_runs}
    columns = {
        "frontier_run_cost": lambda run: run.cost_usd2023 / 1e6,
        "largest_run_leader": lambda run: run.compute_flop,
        "largest_run_home": lambda run: run.compute_flop,
    }
    found = 0
    for name, of in columns.items():
        for row in model.inputs.history[name].points:
            if row.run in runs:
                assert row.value == pytest.approx(of(runs[row.run]), rel=0.01), row
                assert runs[row.run].decimal_date <= row.year + 0.01
                found += 1
            else:
                assert not row.run or row.run.startswith("unnamed run"), row
    assert found == 18
    # A running maximum that stands still is the same run.
    for name in ("largest_run_leader", "largest_run_home"):
        rows = model.inputs.history[name].points
        for before, after in pairwise(rows):
            assert (after.value == before.value) == (after.run == before.run != "")
    developed = model.inputs.history["development_cost"].points
    costs = {row.run: row.year for row in model.inputs.history["frontier_run_cost"].points}
    assert all(costs.get(row.run, row.year) == row.year and row.run in runs for row in developed)
