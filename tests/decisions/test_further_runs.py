"""Runs beside those that are compared: the map and shares of variance, on a model with known answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from twintrack.decisions.further_runs import Way, map_tables, pair_of, variance_tables
from twintrack.decisions.gathering import AnalysisSettings, run_compared
from twintrack.errors import InputError, TwinTrackError
from twintrack.model import Model

ASKED = AnalysisSettings(["fast", "turning"], worlds=80, prior=True, costs=("own",))


def test_the_map_is_over_the_two_assumptions_that_decide(small_model: Model) -> None:
    many = run_compared(small_model, replace(ASKED, worlds=1500))
    tables = map_tables(small_model, many, ["fast", "turning"])
    assert {"pace", "strength"} <= set(tables["map"].columns)
    assert set(tables) == {"map", "map_line"} and len(tables["map"]) == 121


def test_variance_is_shared_between_the_parameters_and_what_cannot_be_said_is_told(
    small_model: Model, tmp_path: Path
) -> None:
    compared = run_compared(small_model, ASKED)
    way = Way(tmp_path / "runs", workers=1)
    tables = variance_tables(small_model, compared, 256, ["fast", "baseline"], trajectories=8, way=way)
    sobol = tables["sobol"]
    level = sobol[
        (sobol["outcome"] == "frontier_gap_months") & (sobol["first"] == "fast") & (sobol["of"] == "level")
    ]
    # gap = 24 + 16 pace - strength (2 * 0.5 + 2 * 0.7 + 12 * 0.9): variances of a uniform and a triangle.
    pace, strength = (16 * 7) ** 2 / 12, 13.2**2 * 4**2 / 24
    share = level.set_index("parameter")["total"]
    assert share["pace"] == pytest.approx(pace / (pace + strength), abs=0.05)
    difference = sobol[(sobol["of"] == "difference") & (sobol["outcome"] == "frontier_gap_months")]
    assert difference.iloc[0]["parameter"] == "strength" and difference.iloc[0]["total"] > 0.99
    # Public cost is the same in all worlds: nothing decides it.
    said = tables["sobol_converged"].set_index(["outcome", "of", "first"])
    assert "does not vary" in said.loc[("public_cost_pv", "level", "fast"), "statement"]
    assert (tmp_path / "runs" / "sobol" / "manifest.json").exists()
    again = variance_tables(
        small_model,
        compared,
        256,
        ["fast", "baseline"],
        trajectories=8,
        way=Way(tmp_path / "runs", resume=True, workers=1),
    )
    assert again["sobol"].equals(sobol)


def test_pairs_that_are_not_compared_are_told(small_model: Model) -> None:
    compared = run_compared(small_model, ASKED)
    with pytest.raises(InputError, match="fast"):
        pair_of(compared, ["fats", "baseline"])
    alike = run_compared(small_model, AnalysisSettings(["baseline"], worlds=10, prior=True))
    with pytest.raises(TwinTrackError, match="no two strategies differ"):
        pair_of(alike, None)
