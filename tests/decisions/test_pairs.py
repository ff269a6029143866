"""Shares of worlds in which one strategy beats another: planted values, ties, gaps, bands, settings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from twintrack.decisions.pairs import (
    PairQuestion,
    bands,
    pair_share,
    pair_table,
    shares_by_band,
    shares_by_setting,
    simulated,
)
from twintrack.errors import InputError, TwinTrackError
from twintrack.inputs.paths import TimePath
from twintrack.model import Model

QUESTION = PairQuestion((("a", "b"),), ("speed", "cost"), (2030.0, 2040.0))
BETTER = {"speed": "higher", "cost": "lower"}


def results(a: list[float], b: list[float]) -> xr.Dataset:
    """Two strategies in as many worlds as there are values; in 2040 they change places."""
    values = np.array([[[a, b]]]).transpose(0, 2, 3, 1)
    turned = values[:, ::-1]
    both = np.concatenate([values, turned], axis=3)
    axes = {"scenario": ["central"], "strategy": ["a", "b"], "world": range(len(a)), "time": [2030.0, 2040.0]}
    return xr.Dataset({name: (tuple(axes), both) for name in BETTER}, coords=axes)


def test_the_share_counts_worlds_and_the_lead_is_the_median_difference() -> None:
    found = pair_share([3, 5, 1, 9], [1, 2, 2, 3], "higher")
    assert asdict(found) == {"worlds": 4, "share": 0.75, "ties": 0, "left_out": 0, "lead": 2.5}


def test_where_lower_is_better_the_lower_wins_and_its_lead_is_positive() -> None:
    found = pair_share([1, 2, 2], [3, 5, 1], "lower")
    assert found.share == pytest.approx(2 / 3) and found.lead == 2


def test_a_tie_counts_one_half_and_is_told() -> None:
    found = pair_share([1, 2, 3, 4], [1, 2 * (1 + 1e-9), 2, 2], "higher")
    assert (found.share, found.ties, found.worlds) == (0.75, 2, 4)


def test_worlds_without_a_number_count_for_nobody_and_are_told() -> None:
    found = pair_share([1, math.nan, 3, math.inf], [2, 1, math.nan, 1], "higher")
    assert (found.share, found.worlds, found.left_out, found.lead) == (0, 1, 3, -1)


def test_without_any_number_there_is_no_share() -> None:
    found = pair_share([math.nan], [1], "higher")
    assert (found.worlds, found.left_out) == (0, 1) and math.isnan(found.share) and math.isnan(found.lead)


def test_an_outcome_without_direction_is_refused() -> None:
    with pytest.raises(TwinTrackError, match="neutral"):
        pair_share([1], [2], "neutral")


def test_a_table_has_a_row_for_each_pair_outcome_and_year() -> None:
    table = pair_table(results([1, 5, 7, 9], [2, 2, 2, 2]), QUESTION, BETTER)
    found = table.set_index(["outcome", "year"])["share"].to_dict()
    assert found == {
        ("speed", 2030): 0.75,
        ("speed", 2040): 0.25,
        ("cost", 2030): 0.25,
        ("cost", 2040): 0.75,
    }
    assert set(table["band"]) == {"all"} and set(table["worlds"]) == {4}


def test_shares_by_band_are_those_of_the_worlds_inside() -> None:
    parameter = pd.Series([30.0, 10, 20, 60, 50, 40], name="strength")
    wins = results([0, 0, 0, 9, 9, 0], [1, 1, 1, 1, 1, 1])
    table = pair_table(wins, QUESTION, BETTER, bands(parameter))
    speed = table[(table["outcome"] == "speed") & (table["year"] == 2030)]
    assert speed[["band", "low", "high", "worlds", "share"]].to_numpy().tolist() == [
        ["low", 10, 20, 2, 0],
        ["middle", 30, 40, 2, 0],
        ["high", 50, 60, 2, 1],
    ]


def test_an_edge_belongs_to_the_band_above_and_the_last_to_the_one_below() -> None:
    parameter = pd.Series([0.0, 1, 2, 3, 4, 5], name="strength")
    found = bands(parameter, [1, 3, 4])
    assert [(band.label, band.members.tolist()) for band in found] == [("1 to 3", [1, 2]), ("3 to 4", [3, 4])]


@pytest.mark.parametrize("edges", [[1.0], [1.0, 1.0], [2.0, 1.0]])
def test_edges_that_do_not_rise_are_refused(edges: list[float]) -> None:
    with pytest.raises(TwinTrackError, match="edges of strength"):
        bands(pd.Series([1.0, 2.0], name="strength"), edges)


def test_a_parameter_that_does_not_vary_has_no_thirds() -> None:
    with pytest.raises(TwinTrackError, match="strength is 2 in all worlds"):
        bands(pd.Series([2.0, 2.0], name="strength"))


REAL = PairQuestion(
    (("explore_base", "pure_catchup"), ("pure_exploration", "pure_catchup")),
    ("capability_index", "capability_gap"),
    (2040.0,),
)


def stepped(world: Mapping[str, Any], drawn: pd.Series) -> dict[str, Any]:
    """Give a setting whose dated values step from what a world has drawn, as they do in an ensemble."""
    paths = {}
    for name, value in world.items():
        if isinstance(value, dict):
            ((date, later),) = value.items()
            paths[name] = TimePath.through([(float(date), drawn[name]), (float(date), later)])
    return {**world, **paths}


@pytest.mark.slow
def test_all_strategies_and_settings_meet_the_same_worlds(model: Model) -> None:
    """Shares agree with runs of each world by itself, under what a setting sets."""
    worlds = model.draw_worlds(3, seed=5, prior=True)
    setting = {"route_ceiling[scale]": 12.0, "cost_growth_factor": {2026: 1.6}}
    table = shares_by_setting(model, REAL, worlds, {"as drawn": {}, "set": setting})
    assert table["setting"].to_list() == ["as drawn"] * 4 + ["set"] * 4

    for label, world in {"as drawn": {}, "set": setting}.items():
        leads = []
        for _, drawn in worlds.iterrows():
            mix, catchup = (
                model.run(name, world={**drawn, **stepped(world, drawn)}).outcomes["capability_gap"].loc[2040]
                for name in REAL.pairs[0]
            )
            leads.append(catchup - mix)
        row = table[(table["setting"] == label) & (table["outcome"] == "capability_gap")].iloc[0]
        assert row["lead"] == pytest.approx(np.median(leads), rel=1e-9)
        assert row["share"] == np.mean(np.array(leads) > 0)


def test_bands_of_several_parameters_come_from_one_batch(model: Model) -> None:
    worlds = model.draw_worlds(30, seed=5, prior=True)
    edges = {"route_ceiling[scale]": [10.0, 14.0, 30.0], "cost_growth_factor": None}
    table = shares_by_band(model, REAL, worlds, edges)
    mix = table[(table["first"] == "explore_base") & (table["outcome"] == "capability_index")]
    assert mix.groupby("parameter")["band"].apply(list).to_dict() == {
        "cost_growth_factor": ["low", "middle", "high"],
        "route_ceiling[scale]": ["10 to 14", "14 to 30"],
    }
    assert mix.groupby("parameter")["worlds"].sum().to_dict() == dict.fromkeys(edges, 30)
    short, long = mix[mix["parameter"] == "route_ceiling[scale]"]["share"]
    assert short > long


def test_all_wrong_names_are_told_at_once(model: Model) -> None:
    wrong = PairQuestion(
        (("explore_bass", "pure_catchup"),), ("capability", "leader_capability_index"), (2040,)
    )
    with pytest.raises(InputError) as error:
        simulated(model, wrong, model.draw_worlds(2, prior=True), {"cost_growth": 2})
    told = str(error.value)
    parts = ("explore_bass", '"capability"', "leader_capability_index is better neither", '"cost_growth"')
    assert [part for part in parts if part not in told] == []


def test_a_band_of_what_is_not_drawn_is_told(model: Model) -> None:
    with pytest.raises(InputError, match="cost_growth_facto"):
        shares_by_band(model, REAL, model.draw_worlds(2, prior=True), {"cost_growth_facto": None})
