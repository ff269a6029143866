"""PRIM: planted boxes are found, with flips too; a coin has none; a plain second peel agrees."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from twintrack.decisions.boxes import PEEL, SMALLEST, Box, Restriction, _peeled, find_box, inside, judged


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


def peeled_plainly(drawn: pd.DataFrame, happens: np.ndarray) -> list[dict[str, tuple[float, float]]]:
    """Peel as Friedman and Fisher say, world by world, with nothing of the other program."""
    rows = list(zip(drawn.to_dict("records"), happens.tolist(), strict=True))
    box = {name: (-np.inf, np.inf) for name in drawn}
    path = [dict(box)]
    while True:
        tries = []
        for name in drawn:
            values = sorted(row[name] for row, _ in rows)
            place = PEEL * (len(values) - 1)
            below, above = int(np.floor(place)), int(np.ceil(place))
            low = values[below] + (place - below) * (values[above] - values[below])
            end = len(values) - 1
            high = values[end - above] + (1 - (place - below)) * (values[end - below] - values[end - above])
            for side, edge in (("low", low), ("high", high)):
                rest = [(r, f) for r, f in rows if (r[name] >= edge if side == "low" else r[name] <= edge)]
                if len(rest) < len(rows) and len(rest) >= SMALLEST * len(drawn):
                    tries.append((sum(flag for _, flag in rest) / len(rest), name, side, edge, rest))
        if not tries:
            return path
        density = max(one[0] for one in tries)
        _, name, side, edge, rows = next(one for one in tries if one[0] == density)
        box[name] = (edge, box[name][1]) if side == "low" else (box[name][0], edge)
        path.append(dict(box))


def test_every_peel_is_that_of_a_second_implementation() -> None:
    drawn = worlds(5, number=300, parameters=4)
    happens = (drawn["p0"] > 0.6).to_numpy() & (drawn["p3"] < 0.5).to_numpy()
    happens ^= np.random.default_rng(3).uniform(size=300) < 0.1

    path, _ = _peeled(drawn, happens)

    other = peeled_plainly(drawn, happens)
    assert len(path) == len(other) > 30
    for box, edges in zip(path, other, strict=True):
        known = {name: ends for name, ends in edges.items() if np.isfinite(ends).any()}
        assert {one.parameter for one in box} == set(known)
        for one in box:
            low, high = (end if np.isfinite(end) else np.nan for end in known[one.parameter])
            np.testing.assert_allclose((one.low, one.high), (low, high), rtol=1e-12)


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
