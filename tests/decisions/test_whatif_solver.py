"""The smallest change that makes a margin positive: against planes, branches, kinks and brute force."""

from __future__ import annotations

import numpy as np
import pytest

from twintrack.decisions.whatif_solver import (
    MOST,
    Margin,
    Probe,
    fewest,
    furthest,
    polished,
    shortest,
    unlike,
)
from twintrack.equations.structure import Array


def box(margin: Margin, unknowns: int, reach: float = 3.0) -> Probe:
    return Probe(margin, np.full(unknowns, -reach), np.full(unknowns, reach))


def plane(slope: Array, needed: float) -> Margin:
    return lambda points: slope @ points - needed


def brute(margin: Margin, reach: float = 3.0, places: int = 1201) -> float:
    """Distance of the nearest point of a fine grid in two dimensions at which the margin is not negative."""
    line = np.linspace(-reach, reach, places)
    points = np.stack([axis.ravel() for axis in np.meshgrid(line, line)])
    return float(np.linalg.norm(points[:, margin(points) >= 0], axis=0).min())


def test_a_plane_is_reached_where_it_is_nearest() -> None:
    slope = np.random.default_rng(1).normal(size=50)
    probe = box(plane(slope, 4.0), 50)

    found = shortest(probe)

    assert found is not None and found.holds
    assert found.distance == pytest.approx(4 / np.linalg.norm(slope), rel=1e-3)
    assert probe.points < 1000


def test_a_plane_beyond_an_end_of_the_box_is_reached_by_the_others() -> None:
    found = shortest(Probe(plane(np.array([4.0, 1.0]), 6.0), np.array([-1.0, -9]), np.array([1.0, 9])))

    assert found is not None
    np.testing.assert_allclose(found.values, [1, 2], rtol=2e-3)


def test_both_branches_of_a_parabola_are_told() -> None:
    def parabola(points: Array) -> Array:
        return np.asarray(points[0] ** 2 + 0.2 * points[0] + 0.1 * points[1] - 1)

    probe = box(parabola, 2)
    starts = [np.array([-1.5, 0.0]), np.array([1.5, 0.0])]
    first = shortest(probe)
    assert first is not None

    found = unlike(probe, first, starts, most=1)

    assert {np.sign(change.values[0]) for change in found} == {-1, 1}
    assert found[0].distance == pytest.approx(brute(parabola), rel=0.02)


def kink(points: Array) -> Array:
    return np.asarray(np.minimum(points[0] - 0.2 * points[1], 0.3 * points[0] + points[1]) - 1)


def bent(points: Array) -> Array:
    """A valley that falls where the first unknown alone would lead."""
    first, second = points
    return np.asarray(first + np.tanh(3 * second) * first - 0.3 * first**2 - 1.6)


@pytest.mark.parametrize("margin", [kink, bent])
def test_few_unknowns_are_within_two_percent_of_brute_force(margin: Margin) -> None:
    found = fewest(box(margin, 2), seed=3)

    assert found is not None and found.holds
    assert found.distance <= 1.02 * brute(margin)


def test_the_polish_leaves_a_kink_at_which_the_first_method_stops() -> None:
    start = np.array([3.0, 1.0])

    found = polished(box(kink, 2), start, np.array([0, 1]))

    assert found.distance == pytest.approx(brute(kink), rel=0.02)


def test_as_few_unknowns_change_as_can_be() -> None:
    slope = np.array([0.5, 1.0, 0.9, *np.full(17, 0.1)])

    one, two = (fewest(box(plane(slope, needed), 20)) for needed in (2.0, 5.0))

    assert one is not None and np.flatnonzero(one.values).tolist() == [1]
    assert one.distance == pytest.approx(2.0, rel=0.02)
    assert two is not None and np.flatnonzero(two.values).tolist() == [1, 2]
    assert two.distance == pytest.approx(5 / np.hypot(1, 0.9), rel=0.02)


def test_unlike_answers_do_without_what_did_most_before() -> None:
    slope = np.array([3.0, 2.0, 1.0])
    probe = box(plane(slope, 1.0), 3)
    first = shortest(probe)
    assert first is not None

    found = unlike(probe, first, [], most=3)

    assert [round(change.distance, 2) for change in found] == [0.27, 0.45, 1.0]
    assert found[1].values[0] == 0 and (found[2].values[:2] == 0).all()


def test_what_cannot_be_is_not_found_and_the_largest_margin_is_told() -> None:
    slope = np.array([1.0, -2.0, 0.5])
    probe = box(plane(slope, 20.0), 3)

    assert shortest(probe) is None and fewest(probe) is None
    best = furthest(probe)

    np.testing.assert_allclose(best.values, [3, -3, 3])
    assert best.margin == pytest.approx(10.5 - 20) and not best.holds


def test_points_without_a_number_are_no_answer() -> None:
    def broken(points: Array) -> Array:
        return np.where(points[0] > 1.5, np.nan, points.sum(axis=0) - 2.5)

    found = shortest(box(broken, 2))

    assert found is not None and found.values[0] <= 1.5 and found.margin >= 0
    assert shortest(box(lambda points: np.full(points.shape[1], np.nan), 2)) is None
    assert MOST == 6
