"""PRIM: planted boxes are found, with flips too; a coin has none; another program agrees."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from twintrack.decisions.boxes import Box, Restriction, find_box, inside, judged


def worlds(seed: int, number: int = 1000, parameters: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(rng.uniform(size=(number, parameters)), columns=[f"p{i}" for i in range(parameters)])


def planted(drawn: pd.DataFrame) -> np.ndarray:
    """How far inside the box p3 > .6, p7 < .5 a world lies, below zero outside."""
    return np.minimum(drawn["p3"] - 0.6, 0.5 - drawn["p7"]).to_numpy()


def by_name(box: Box) -> dict[str, Restriction]:
    return {one.parameter: one for one in box.restrictions}


@pytest.mark.parametrize("flips", [0.0, 0.1])
def test_a_planted_box_is_found_among_many_parameters_with_labels_flipped_too(flips: float) -> None:
    drawn = worlds(1)
    cause = planted(drawn)
    flipped = np.random.default_rng(2).uniform(size=len(drawn)) < flips
    box = find_box(drawn, (cause > 0) ^ flipped, cause)
    found = by_name(box)
    assert set(found) == {"p3", "p7"}
    assert found["p3"].low == pytest.approx(0.6, abs=0.06) and np.isnan(found["p3"].high)
    assert found["p7"].high == pytest.approx(0.5, abs=0.06)
    assert box.density > 0.85 and box.coverage > (0.85 if flips == 0 else 0.6)


def test_the_curve_tells_what_boxes_of_other_sizes_do_in_worlds_held_out() -> None:
    drawn = worlds(1)
    cause = planted(drawn)
    curve = find_box(drawn, cause > 0, cause).curve
    masses, coverages, densities = zip(*curve, strict=True)
    assert len(curve) >= 10 and (masses[0], coverages[0]) == (1, 1)
    assert list(masses) == sorted(masses, reverse=True) and densities[-1] > 3 * densities[0]
    coin = np.random.default_rng(9).normal(size=1000)
    box = find_box(drawn, coin > 0.8, coin)
    assert not box.found and box.curve[-1][2] < 2 * box.base


def test_of_two_boxes_one_is_found() -> None:
    drawn = worlds(3)
    cause = np.maximum(planted(drawn), np.minimum(drawn["p3"] - 0.6, drawn["p7"] - 0.8).to_numpy())
    box = find_box(drawn, cause > 0, cause)
    assert "p3" in by_name(box) and box.density > 0.6


def test_a_coin_has_no_box_in_nineteen_of_twenty_seeds() -> None:
    boxes = []
    for seed in range(20):
        rng = np.random.default_rng(100 + seed)
        drawn, cause = worlds(seed, parameters=200), rng.normal(size=1000)
        boxes.append(find_box(drawn, cause > 0.8, cause, seed=seed).found)
    assert sum(boxes) <= 1


def test_a_box_is_judged_by_hand() -> None:
    drawn = pd.DataFrame({"x": [1.0, 2, 3, 4, 5]})
    happens = np.array([False, True, False, True, True])
    box = judged([Restriction("x", 3.5, np.nan)], drawn, happens)
    assert (box.base, box.coverage, box.density, box.mass) == (0.6, 2 / 3, 1, 0.4)
    assert box.chance == pytest.approx(0.36)
    assert inside([Restriction("x", 2, 4)], drawn).tolist() == [False, True, True, True, False]


def test_what_always_or_never_happens_and_few_worlds_have_no_box() -> None:
    drawn = worlds(1)
    cause = planted(drawn)
    assert not find_box(drawn, cause > 9, cause).found and not find_box(drawn, cause > -9, cause).found
    assert not find_box(drawn[:60], cause[:60] > 0, cause[:60]).found
