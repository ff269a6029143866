"""Test 10: the worlds farthest out are found, and what is said of them is so."""

from __future__ import annotations

import numpy as np
import pytest

from field_tests.surprise_behaviour import (
    FARTHEST,
    WORLDS,
    Surprise,
    farthest_worlds,
    mahalanobis,
)
from field_tests.workbench import SEED, workbench
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


def test_the_numbers_of_the_notes_are_so(model: Model) -> None:
    """A lead is a tail event of worlds with a rigid leader; hardly any own origin is rarer still."""
    worlds = model.sample_worlds(WORLDS, SEED)
    run = workbench(model).run("baseline", worlds)
    leads = run["route_lead_probability"][-1] > 0.5
    agility = worlds["leader_agility"].to_numpy()
    assert 0.01 <= leads.mean() <= 0.04
    assert agility[leads].mean() == pytest.approx(0.17, abs=0.04)
    assert agility.mean() == pytest.approx(0.42, abs=0.02)
    dependent = run["own_origin_share"][-1] < 0.1
    assert 0 < dependent.mean() <= 0.02
    effort = workbench(model).run("baseline", worlds, outputs=["creative_effort"])["creative_effort"][-1]
    effort = effort.reshape(-1, WORLDS).sum(axis=0)
    assert effort[dependent].mean() < 0.8 * np.median(effort)
