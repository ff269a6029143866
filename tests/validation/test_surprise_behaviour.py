"""Test 10: the worlds farthest out are found, and what is said of them is so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from field_tests.surprise_behaviour import (
    FARTHEST,
    WORLDS,
    Surprise,
    farthest_worlds,
    mahalanobis,
)
from field_tests.workbench import SEED, workbench
from twintrack.equations.structure import Array
from twintrack.inputs.surprises import SURPRISES_FILE, load_surprises
from twintrack.model import Model


@pytest.fixture(scope="module")
def found(model: Model) -> list[Surprise]:
    return farthest_worlds(model)


def test_distance_counts_against_the_direction_of_spread() -> None:
    rng = np.random.default_rng(3)
    along = rng.normal(size=(4000, 1)) * [1.0, 1.0] + 0.1 * rng.normal(size=(4000, 2))
    along[0], along[1] = (2.0, 2.0), (1.0, -1.0)
    distances = mahalanobis(along)
    assert distances[0] < 3
    assert distances[1] > 4


def test_the_farthest_worlds_come_first(found: list[Surprise]) -> None:
    distances = [item.distance for item in found]
    assert len(found) == FARTHEST
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] > 5


def test_most_worlds_far_out_are_explained(model: Model, found: list[Surprise]) -> None:
    notes = load_surprises(model.content / SURPRISES_FILE).kinds
    assert np.mean([item.kind in notes for item in found]) >= 0.7


LAST = (
    "route_lead_probability",
    "capability_index",
    "capability_gap",
    "own_origin_share",
    "own_basic_growth",
    "imitated_basic_growth",
    "ai_income",
)


@pytest.fixture(scope="module")
def worlds(model: Model) -> pd.DataFrame:
    return model.sample_worlds(WORLDS, SEED)


@pytest.fixture(scope="module")
def last(model: Model, worlds: pd.DataFrame) -> dict[str, Array]:
    """The baseline's last saved values in these worlds; imitation is summed over routes and stages."""
    outputs = (*LAST, "imitation_growth")
    run = workbench(model).run("baseline", worlds, outputs=outputs)
    learnt = run["imitation_growth"][-1, 0].reshape(-1, WORLDS).sum(axis=0)
    return {**{name: run[name][-1] for name in LAST}, "imitation_growth": learnt}


def test_a_lead_is_a_tail_event_of_worlds_with_a_rigid_leader(
    worlds: pd.DataFrame, last: dict[str, Array]
) -> None:
    leads = last["route_lead_probability"] > 0.5
    agility = worlds["leader_agility"].to_numpy()
    assert 0 < leads.mean() < 0.02
    assert agility[leads].mean() == pytest.approx(0.16, abs=0.04)
    assert agility.mean() == pytest.approx(0.42, abs=0.02)


def test_whoever_is_far_behind_learns_little_and_has_mostly_own_knowledge(last: dict[str, Array]) -> None:
    behind = last["capability_gap"] > 4
    assert behind.mean() == pytest.approx(0.02, abs=0.01)
    assert last["imitation_growth"][behind].mean() < 0.5 * np.median(last["imitation_growth"])
    assert last["own_origin_share"][behind].mean() > max(0.5, 1.5 * np.median(last["own_origin_share"]))


def test_some_stand_as_near_the_leader_by_reading_alone(last: dict[str, Array]) -> None:
    readers = last["own_origin_share"] < 0.08
    assert readers.mean() == pytest.approx(0.02, abs=0.01)

    def of_usual(name: str) -> float:
        return float(np.median(last[name][readers]) / np.median(last[name]))

    assert of_usual("own_basic_growth") < 0.2
    assert of_usual("imitated_basic_growth") == pytest.approx(2, abs=0.4)
    assert of_usual("capability_gap") == pytest.approx(1, abs=0.2)


def test_ai_brings_little_where_gains_need_more_capability_than_the_country_has(
    worlds: pd.DataFrame, last: dict[str, Array]
) -> None:
    poor = last["ai_income"] < np.median(last["ai_income"]) / 15
    assert poor.mean() == pytest.approx(0.02, abs=0.01)
    half = worlds["half_capability"].to_numpy()
    assert half[poor].mean() == pytest.approx(13, abs=0.3)
    assert (half - last["capability_index"])[poor].min() > 1
