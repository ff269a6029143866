"""What is told of forecasts follows from their draws."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from calibration_helpers import SAVED, series_of, straight

from twintrack.calibration.lookahead import Look, Prediction, looked
from twintrack.calibration.observations import Observed, observations
from twintrack.calibration.scoreboard import against, board, largest_jump, reasons, scored, series_row
from twintrack.calibration.validate import plain

PLACES = np.linspace(-1, 1, 201)


def item(values: list[float], **changes: Any) -> Observed:
    years = [2018.0 + number for number in range(len(values))]
    return observations([series_of(years, values, **changes)], SAVED).series[0]


def prediction(
    one: Observed, place: int, horizon: int = 1, floor: float | None = None, **middles: float
) -> Prediction:
    """Forecasts that are even, from one below their middle to one above it."""
    draws = {name: middle + PLACES for name, middle in middles.items()}
    return Prediction(one, place, 2020.0, horizon, 1, floor, draws)


def test_a_forecast_is_scored_on_the_scale_of_its_series() -> None:
    one = item([0.0, 3.0], discrepancy=0.5)  # its unit of scores is 1
    (found,) = scored([prediction(one, 1, learnt=2.5, prior=0.0)])
    near, far = found.scores["learnt"], found.scores["prior"]
    assert near.miss == pytest.approx(0.5) and near.inside_50 and near.inside_90
    assert far.miss == pytest.approx(3) and not far.inside_90
    assert near.width == pytest.approx(1.8) and near.passed == 0
    assert far.crps == pytest.approx(3 - 1 / 3, abs=0.01)  # |y| less half the mean distance of two draws
    wider = item([0.0, 3.0], discrepancy=1.0)
    (halved,) = scored([prediction(wider, 1, learnt=2.5, prior=0.0)])
    assert halved.scores["prior"].crps == pytest.approx(far.crps / 2)


def test_what_lies_below_what_has_been_passed_is_a_share() -> None:
    (found,) = scored([prediction(item([0.0, 3.0]), 1, floor=0.0, learnt=0.5)])
    assert found.scores["learnt"].passed == pytest.approx(0.25, abs=0.01)


def test_a_point_that_is_hardly_known_is_no_truth() -> None:
    blurred, less = (item([0.0, 3.0], error=0.9, discrepancy=size) for size in (0.5, 1.0))
    assert scored([prediction(blurred, 1, learnt=0.0)]) == []
    assert len(scored([prediction(less, 1, learnt=0.0)])) == 1  # 0.9 of a unit of 2


def test_wins_are_counted_by_points_and_by_series_and_ties_by_neither() -> None:
    one, two = item([0.0] * 4, name="one"), item([0.0] * 4, name="two")
    points = scored(
        [
            prediction(one, 1, learnt=0.1, prior=0.5),
            prediction(one, 2, learnt=0.1, prior=0.5),
            prediction(one, 3, learnt=3.0, prior=0.5),
            prediction(two, 1, learnt=0.1, prior=0.5),
            prediction(two, 2, learnt=0.3, prior=0.3),
        ]
    )
    found = against("prior", points)
    assert (found["points_won"], found["points"], found["points_p"]) == (3, 4, pytest.approx(0.625))
    assert (found["series_won"], found["series"], found["series_p"]) == (1, 2, 1)
    assert found["verdict"] == "undecided"


@pytest.mark.parametrize(("learnt", "verdict"), [(0.1, "beats"), (2.0, "loses")])
def test_a_verdict_is_by_series(learnt: float, verdict: str) -> None:
    series = [item([0.0] * 2, name=f"series {number}") for number in range(6)]
    points = scored([prediction(one, 1, learnt=learnt, prior=1.0) for one in series])
    assert against("prior", points)["verdict"] == verdict
    assert against("prior", points[:5])["verdict"] == "undecided"  # 5 of 5 has p = 1/16


@pytest.mark.parametrize(
    ("learnt", "prior", "verdict"), [(0.0, 1.0, "better"), (2.0, 1.0, "worse"), (1.0, 1.0, "alike")]
)
def test_a_series_is_better_worse_or_alike(learnt: float, prior: float, verdict: str) -> None:
    points = scored([prediction(item([0.0] * 2), 1, learnt=learnt, prior=prior)])
    row = series_row("made", points, ["learnt", "prior"])
    assert row["verdict"] == verdict and (row["reasons"] == []) == (verdict == "better")


def test_reasons_are_what_can_be_seen() -> None:
    still = item([0.0] * 6)
    points = scored([prediction(still, place, learnt=0.5, prior=0.1) for place in range(1, 6)])
    assert reasons(points) == ["one_side", "prior_knows"]
    assert reasons(points[:3]) == ["prior_knows"]
    turning = [
        prediction(still, place, learnt=(-1.0) ** place, prior=2 * (-1.0) ** place) for place in range(1, 6)
    ]
    assert reasons(scored(turning)) == ["scatter"] and reasons(scored(turning[:2])) == ["few"]
    jumping = item([0.0, 0.0, np.exp(2.0) - 1, 0.0], discrepancy=0.5)
    assert "jump" in reasons(scored([prediction(jumping, 2, learnt=0.0, prior=9.0)]))


def test_the_largest_jump_is_told_with_its_year_and_factor() -> None:
    one = item([1.0, 2.0, 20.0, 10.0], scale="log")
    points = scored([prediction(one, place, learnt=0.0) for place in (1, 2, 3)])
    jump = largest_jump(points)
    assert jump is not None and jump["year"] == 2020 and jump["factor"] == pytest.approx(10)
    assert largest_jump([]) is None


def test_the_board_is_whole_and_what_json_holds() -> None:
    observed, said = straight(3, 400)
    look = Look(observed, said, draws=200)
    found = plain(board(look, list(looked(look, (2021.0, 2022.0)))))
    json.dumps(found, allow_nan=False)
    assert found["points"] == 3 * 3 * 2 and found["points_unseen"] == 0
    table = {row["member"]: row for row in found["table"]}
    assert list(table) == found["members"]
    for row in table.values():
        assert len(row["by_horizon"]) == 3 and np.mean(row["by_horizon"]) == pytest.approx(row["crps"])
    told = [item["crps"]["trend"] for item in found["predictions"]]
    assert np.mean(told) == pytest.approx(table["trend"]["crps"])
    assert table["last"]["widths"][1] > table["last"]["widths"][0] > 1
    assert [row["origin"] for row in found["origins"]] == [2021, 2022]
    assert set(found["origins"][0]["effective"]) == {"learnt", "learnt_full", "separate"}
    assert found["origins"][0]["conflict"] is (found["origins"][0]["effective"]["learnt"] < 200)
    assert sum(found["origins"][0]["walks"]) == pytest.approx(1)
    assert [row["name"] for row in found["series"]] == ["line 0", "line 1", "line 2"]
    assert [row["rival"] for row in found["tests"]] == found["members"][1:]
    ends = found["predictions"][0]["quantiles"]["learnt"]
    assert ends == sorted(ends) and len(ends) == 5


def test_too_few_worlds_are_a_conflict() -> None:
    observed, said = straight(3, 60)
    look = Look(observed, said, draws=50)
    assert board(look, list(looked(look, (2022.0,))))["origins"][0]["conflict"] is True  # type: ignore[index]
