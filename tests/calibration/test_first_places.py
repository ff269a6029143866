"""Shares of first places and margins, on outcomes made up for it and on the small model."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from twintrack.calibration.first_places import (
    HORIZONS,
    compared_strategies,
    contest_of,
    first_places,
    first_places_csv,
)
from twintrack.calibration.target import Target
from twintrack.calibration.validate import plain
from twintrack.model import Model

RUNS = 1000
NAMES = ["a", "b", "c"]


def close() -> np.ndarray:
    """In 600 of 1,000 worlds a is ahead of b by 1, in the others behind it by 3; c is far behind."""
    ahead = np.where(np.arange(RUNS) < 600, 1.0, -3.0)
    level = np.linspace(0, 100, RUNS)
    return np.stack([level + ahead, level, level - 50])


def test_shares_and_margins_are_of_the_same_worlds() -> None:
    state = contest_of("gain", 2030.0, "higher", NAMES, close(), close()).prior
    assert state.leader == "a"
    assert {one.strategy: one.first for one in state.standings} == {"a": 0.6, "b": 0.4, "c": 0.0}
    a, b, c = (one.margin for one in state.standings)
    assert (a.p05, a.p50, a.p95) == pytest.approx((-3, 1, 1))
    assert (b.p05, b.p50, b.p95) == pytest.approx((-1, -1, 3))
    assert c.p95 == pytest.approx(-50)
    # The second of a world is the best of the others there, not the second by the mean.
    assert (state.lead.p05, state.lead.p50, state.lead.p95) == pytest.approx((1, 1, 3))
    assert state.relative == pytest.approx(1 / 87, rel=0.02)


def test_where_less_is_better_the_least_is_first() -> None:
    found = contest_of("cost", 2030.0, "lower", NAMES, close(), -close())
    assert (found.prior.leader, found.posterior.leader) == ("c", "a")
    assert found.prior.standings[0].margin.p95 < 0 < found.posterior.standings[0].margin.p95


def test_equals_share_a_world_and_lead_by_nothing() -> None:
    same = np.ones((3, RUNS))
    state = contest_of("gain", 2030.0, "higher", NAMES, same, same).posterior
    assert [one.first for one in state.standings] == pytest.approx([1 / 3] * 3)
    assert state.lead.p95 == 0
    assert state.relative is None


def test_strategies_meet_before_and_after_learning(small_model: Model, small_target: Target) -> None:
    scores = np.random.default_rng(1).standard_normal((small_target.unknowns.size, 60))
    found = first_places(small_model, small_target, scores, 1, ["baseline", "fast"], worlds=50)
    places = [(name, year) for name in ("frontier_gap_months", "public_cost_pv") for year in HORIZONS]
    assert [(item.outcome, item.year) for item in found] == places
    for item in found:
        for state in (item.prior, item.posterior):
            assert sum(one.first for one in state.standings) == pytest.approx(1)
            first, second = (one.margin.p50 for one in state.standings)
            assert first == pytest.approx(-second)
    assert found[2].posterior.leader == "fast"
    assert first_places(small_model, small_target, scores, 1, ["baseline"], worlds=50) == []


def test_compared_are_the_strategies_of_the_report(model: Model, small_model: Model) -> None:
    """One for each row of its grid, with doors as today."""
    assert compared_strategies(model) == ["pure_catchup", "explore_base", "pure_exploration"]
    assert not (small_model.content / "reports" / "strategy_comparison.yaml").exists()
    assert compared_strategies(small_model) == []


def test_the_csv_has_a_row_for_each_strategy_and_one_for_the_lead(tmp_path: Path) -> None:
    item = plain(contest_of("gain", 2030.0, "higher", NAMES, close(), close()))
    path = tmp_path / "contests.csv"
    path.write_text(first_places_csv([item]))
    with path.open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["worlds"], row["strategy"]) for row in rows] == [
        (worlds, name) for worlds in ("prior", "posterior") for name in (*NAMES, "")
    ]
    assert (rows[0]["outcome"], rows[0]["year"], rows[0]["first"]) == ("gain", "2030", "0.6000")
    assert float(rows[0]["margin_p05"]) == -3 and float(rows[3]["margin_p95"]) == 3
