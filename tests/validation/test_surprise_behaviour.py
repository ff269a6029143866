"""Test 10: the worlds farthest out are found, and what is said of them is so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

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


@pytest.mark.slow
def test_the_farthest_worlds_come_first(found: list[Surprise]) -> None:
    distances = [item.distance for item in found]
    assert len(found) == FARTHEST
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] > 5


@pytest.mark.slow
def test_most_worlds_far_out_are_explained(model: Model, found: list[Surprise]) -> None:
    notes = load_surprises(model.content / SURPRISES_FILE).kinds
    assert np.mean([item.kind in notes for item in found]) >= 0.7


LAST = (
    "frontier_gap_months",
    "capability_gap",
    "own_origin_share",
    "home_service_share",
    "ai_income",
    "felt_harm",
    "opened",
)


@pytest.fixture(scope="module")
def worlds(model: Model) -> pd.DataFrame:
    return model.sample_worlds(WORLDS, SEED)


@pytest.fixture(scope="module")
def last(model: Model, worlds: pd.DataFrame) -> dict[str, Array]:
    """The baseline's last saved values in these worlds; of the new road, how far it is open by country."""
    run = workbench(model).run("baseline", worlds, outputs=LAST)
    return {name: run[name][-1] for name in LAST}


def lowest(values: Array, share: float = 0.02) -> NDArray[np.bool_]:
    """Say which worlds are among the lowest."""
    found: NDArray[np.bool_] = values <= np.quantile(values, share)
    return found


@pytest.mark.slow
def test_whoever_leads_far_has_mostly_found_a_road_by_luck(
    worlds: pd.DataFrame, last: dict[str, Array]
) -> None:
    ahead = lowest(last["frontier_gap_months"], 0.05)
    home, leader = last["opened"] > 0.5
    luck = worlds["breakthrough_draw[home]"].to_numpy()
    assert home[ahead].mean() > 0.6 > home.mean()
    assert leader[ahead].mean() < home[ahead].mean()
    assert luck[ahead].mean() > luck.mean() + 0.1


@pytest.mark.slow
def test_home_suppliers_lose_their_market_where_users_choose_by_quality(
    worlds: pd.DataFrame, last: dict[str, Array]
) -> None:
    lost = lowest(last["home_service_share"])
    choice = worlds["service_choice"].to_numpy()
    assert choice[lost].mean() > 1.5 * choice.mean()
    assert last["capability_gap"][lost].mean() > np.median(last["capability_gap"])


@pytest.mark.slow
def test_income_from_ai_spans_from_rich_use_to_harm(worlds: pd.DataFrame, last: dict[str, Array]) -> None:
    income = last["ai_income"]
    gain, misuse = worlds["highest_gain"].to_numpy(), worlds["misuse_rate"].to_numpy()
    assert gain[lowest(-income)].mean() > 2 * gain.mean()
    assert misuse[lowest(income)].mean() > 1.2 * misuse.mean()


@pytest.mark.slow
def test_no_misuse_no_harm(worlds: pd.DataFrame, last: dict[str, Array]) -> None:
    misuse = worlds["misuse_rate"].to_numpy()
    assert misuse[lowest(last["felt_harm"])].mean() < 0.1 * misuse.mean()
