"""Forecasts know what was complete at their origin and nothing else, and are as wide as they should be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from calibration_helpers import SAVED, series_of, straight, with_values

from twintrack.calibration.discrepancy import Grid, Nodes, covariances
from twintrack.calibration.lookahead import (
    Form,
    Look,
    Origin,
    Prediction,
    forms_of,
    known_points,
    looked,
    origins_of,
)
from twintrack.calibration.observations import Observations, observations
from twintrack.calibration.scoreboard import scored
from twintrack.calibration.strands import strands

FORMS = forms_of()
ONLY = {"learnt": FORMS["learnt"], "prior": FORMS["prior"]}


def wandering(observed: Observations, walk: float, stream: np.random.Generator) -> Observations:
    """Add what the discrepancy and the measurement may be, drawn from their prior, to the values."""
    values = np.concatenate([item.values for item in observed.series])
    for strand, (_, place) in zip(strands(observed, joined=False), observed.placed, strict=True):
        size, step = np.abs(stream.standard_normal(2))
        given = (size, stream.choice([0.0, 0.5]), stream.beta(2, 2), walk * step, 1.0)
        node = Nodes(*(np.array([value]) for value in given))
        factor = np.linalg.cholesky(covariances(strand, node)[0])
        values[place] += factor @ stream.standard_normal(len(factor))
    return with_values(observed, values)


def coverage(
    walk: float, histories: int, seed: int, runs: int = 3000
) -> tuple[dict[int, list[bool]], np.ndarray]:
    """Draw truths from the prior, with discrepancies: what the 90 % bands hold by horizon, and lambda."""
    inside: dict[int, list[bool]] = {1: [], 2: [], 3: []}
    walks = []
    for number in range(histories):
        observed, said = straight(6, runs, seed + number, discrepancy=0.3, error=0.1)
        made = wandering(observed, walk, np.random.default_rng((seed, number)))
        look = Look(made, said[:, 1:], seed, 400, forms=ONLY)
        learnt = look.learn(2022.0)
        walks.append(learnt.learnt["learnt"].walks)
        for one in scored(look.predict(learnt)):
            inside[one.horizon].append(one.scores["learnt"].inside_90)
    return inside, np.mean(walks, axis=0)


@pytest.mark.slow
def test_truths_of_the_prior_lie_in_their_bands_and_lambda_is_recovered() -> None:
    means = []
    for walk in (0.0, 1.0, 4.0):
        parts = [coverage(walk, 12, seed, 1000) for seed in (40, 140, 240)]
        everything = [found for inside, _ in parts for each in inside.values() for found in each]
        assert len(everything) == 36 * 6 * 3
        assert 0.85 <= np.mean(everything) <= 0.97
        means.append(np.mean([walks for _, walks in parts], axis=0) @ [0.0, 0.5, 1.0, 2.0, 4.0])
    assert means[0] < 0.7 < means[1] < 1.8 < 3 < means[2]


def changed_later(observed: Observations, origin: float) -> Observations:
    """The same series with other rows after an origin: values, intervals, and one row less."""
    series = []
    for item in observed.series:
        later = np.array(item.years) > origin
        other = replace(
            item, values=np.where(later, 77.0, item.values), errors=np.where(later, 5.0, item.errors)
        )
        last = item.years[-1]
        series.append(other.chosen(lambda point, last=last: point.year != last))
    return Observations(tuple(series))


@pytest.mark.parametrize("changes", [{}, {"course": "maximum"}, {"course": "count", "scale": "log"}])
def test_rows_after_the_origin_change_no_byte_of_what_is_learnt(changes: dict[str, str]) -> None:
    observed, said = straight(3, 500, **changes)
    if changes:
        said = np.sort(said.reshape(3, 8, -1), axis=1).reshape(24, -1)
        observed = with_values(observed, said[:, 0])
    other = changed_later(observed, 2022.0)
    rows = np.flatnonzero(np.concatenate([np.arange(8) < 7 for _ in observed.series]))
    found = Look(observed, said).learn(2022.0)
    again = Look(other, said[rows]).learn(2022.0)
    assert found.none == again.none
    for name, weights in found.learnt.items():
        assert weights.weights.tobytes() == again.learnt[name].weights.tobytes()
        assert weights.walks.tobytes() == again.learnt[name].walks.tobytes()
    earlier = Look(observed, said).learn(2021.0)
    assert earlier.learnt["learnt"].weights.tobytes() != found.learnt["learnt"].weights.tobytes()


def predicted(look: Look, origin: float) -> tuple[Origin, list[Prediction]]:
    learnt = look.learn(origin)
    return learnt, look.predict(learnt)


@pytest.mark.parametrize(("scale", "factor"), [("linear", 8.0), ("log", 2.0**10)])
def test_a_change_of_unit_changes_no_score(scale: str, factor: float) -> None:
    years = np.arange(2018.0, 2026.0)
    stream = np.random.default_rng(3)
    values = np.exp(0.3 * stream.standard_normal(8).cumsum())
    said = np.log(values)[:, None] + 0.3 * stream.standard_normal((8, 600))
    if scale == "linear":
        said = np.exp(said)
    errors = factor if scale == "linear" else 1.0
    one = series_of(years, values.tolist(), scale=scale)
    other = series_of(
        years, (factor * values).tolist(), scale=scale, error=0.1 * errors, discrepancy=0.3 * errors
    )
    moved = factor * said if scale == "linear" else said + np.log(factor)
    looks = [
        Look(observations([history], SAVED), runs, draws=500)
        for history, runs in ((one, said), (other, moved))
    ]
    learnt, again = (look.learn(2022.0) for look in looks)
    for name, weighed in learnt.learnt.items():  # the likelihood sums 32-bit numbers
        assert again.learnt[name].weights == pytest.approx(weighed.weights, rel=1e-4, abs=1e-12)
    scores = [
        [score for each in scored(look.predict(learnt)) for score in each.scores.values()] for look in looks
    ]
    assert len(scores[0]) == 3 * 8
    for first, second in zip(*scores, strict=True):
        assert second.crps == pytest.approx(first.crps, rel=1e-6)
        assert second.wis == pytest.approx(first.wis, rel=1e-6)
        assert (second.inside_50, second.inside_90) == (first.inside_50, first.inside_90)
        assert second.width == pytest.approx(first.width, rel=1e-6)


def test_points_within_three_years_are_predicted_by_all_members() -> None:
    observed, said = straight(2, 200)
    learnt, found = predicted(Look(observed, said, draws=100), 2021.0)
    assert {(one.item.name, one.place, one.horizon) for one in found} == {
        (f"line {line}", 3 + step, step) for line in range(2) for step in (1, 2, 3)
    }
    assert all(one.known == 4 and one.origin == 2021 and one.floor is None for one in found)
    assert all(list(one.draws) == [*FORMS, "last", "growth", "trend", "pool"] for one in found)
    assert {draws.shape for one in found for name, draws in one.draws.items() if name != "pool"} == {(100,)}
    assert {one.draws["pool"].shape for one in found} == {(200,)}
    assert learnt.learnt["prior"].effective == pytest.approx(200)


def test_a_series_without_a_known_point_is_predicted_without_naive_rivals_and_bounds_are_not() -> None:
    observed, said = straight(1, 200)
    late = series_of([2023, 2024], [1.0, 1.2], name="late", variable="late")
    bound = series_of([2020, 2023], [9.0, 9.0], name="most", bound="upper")
    more = observations([observed.series[0].series, late, bound], SAVED)
    runs = np.concatenate([said, np.ones((4, 200))])
    _, found = predicted(Look(more, runs, draws=100), 2022.0)
    unseen = [one for one in found if one.item.name == "late"]
    assert [one.horizon for one in unseen] == [1, 2] and unseen[0].known == 0
    assert list(unseen[0].draws) == list(FORMS)
    assert {one.item.name for one in found} == {"line 0", "late"}


def test_a_horizon_of_ones_own_may_be_given() -> None:
    observed, said = straight(1, 100)
    look = Look(observed, said, draws=50)
    assert len(look.predict(look.learn(2019.0), until=2025.0)) == 6


@pytest.mark.parametrize("course", ["maximum", "record", "count"])
def test_no_draw_of_what_was_learnt_lies_below_what_has_been_passed(course: str) -> None:
    values = [1.0, 3.0, 4.0, 9.0, 10.0, 12.0]
    item = series_of(np.arange(2018.0, 2024.0), values, scale="log", course=course, discrepancy=1.0)
    said = np.log(np.linspace(1.0, 3.0, 6))[:, None] + 0.01 * np.arange(300)
    _, found = predicted(Look(observations([item], SAVED), said, draws=2000), 2021.0)
    for one in scored(found):
        assert one.prediction.floor == pytest.approx(np.log(9))
        assert one.scores["learnt"].passed == 0 and one.scores["learnt_full"].passed == 0
        assert one.scores["separate"].passed > 0.1  # the model says less than has been passed


def test_the_prior_learns_neither_worlds_nor_the_discrepancy() -> None:
    observed, said = straight(2, 200)
    others = with_values(observed, said[:, 0] + 3.0)
    first, again = (
        {(one.item.name, one.place): one.draws for one in predicted(Look(made, said, draws=50), 2022.0)[1]}
        for made in (observed, others)
    )
    assert all((first[key]["prior"] == again[key]["prior"]).all() for key in first)
    assert all((first[key]["separate"] != again[key]["separate"]).any() for key in first)


def test_a_twin_goes_on_from_the_residuals_of_the_other() -> None:
    history = [
        series_of([2018, 2019, 2020, 2021], [3.0, 3.0, 3.0, 3.0], name="one", discrepancy=2.0),
        series_of([2023], [3.0], name="two", discrepancy=2.0),
    ]
    observed, said = observations(history, SAVED), 0.001 * np.ones((5, 300)) * np.arange(300)
    _, (one,) = predicted(Look(observed, said, draws=2000), 2022.0)
    assert one.item.name == "two" and one.known == 0
    assert np.median(one.draws["learnt"]) > 0.8
    assert abs(np.median(one.draws["separate"])) < 0.3


def test_worlds_that_later_say_no_number_predict_nothing() -> None:
    observed, said = straight(2, 200)
    said[-1, ::2] = np.nan
    learnt, found = predicted(Look(observed, said, draws=100), 2022.0)
    assert all(np.isfinite(draws).all() for one in found for draws in one.draws.values())
    assert (learnt.learnt["prior"].weights == 1 / 200).all()  # what comes later is not learnt


def test_the_same_seed_gives_the_same_forecasts() -> None:
    observed, said = straight(2, 200)
    first, again, other = (
        predicted(Look(observed, said, seed, 50), 2022.0)[1][0].draws["learnt"] for seed in (1, 1, 2)
    )
    assert (first == again).all() and (first != other).any()


def test_the_likelihood_in_full_is_a_form_with_the_power_one() -> None:
    observed, said = straight(2, 2000)
    learnt = Look(observed, said).learn(2022.0).learnt
    assert learnt["learnt_full"].effective < learnt["learnt"].effective
    root, full = (learnt[name].weights.sum(axis=0) for name in ("learnt", "learnt_full"))
    assert root**2 / (root**2).sum() == pytest.approx(full)
    form = {"learnt": Form(Grid(), 1.0)}
    alone = Look(observed, said, forms=form).learn(2022.0).learnt["learnt"]
    assert alone.weights == pytest.approx(learnt["learnt_full"].weights)


def test_origins_are_the_ends_of_the_five_years_before_the_last() -> None:
    assert origins_of(2025.0) == (2020, 2021, 2022, 2023, 2024)
    assert origins_of(2024.5) == (2019, 2020, 2021, 2022, 2023)


def test_origins_before_the_first_observation_are_left_out() -> None:
    observed, said = straight(1, 50)
    look = Look(observed.until(2025), said, draws=20)
    assert [learnt.time for learnt, _ in looked(look, (2017.0, 2019.0))] == [2019]
    assert known_points(observed.series[0], 2019.0) == 2
