"""The joint check tells exact posteriors from those that are too narrow, aside, or torn apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from recovery_helpers import MEMBERS, gaussian_truth, gaussian_truths, silent

from twintrack.calibration.evenness import Evenness, evenness
from twintrack.calibration.recovery import judged
from twintrack.calibration.tarp import POINTS, nearer
from twintrack.calibration.truths import Found


def joint(found: list[Found], seed: int = 1) -> Evenness:
    stream = np.random.default_rng(seed)
    return evenness([nearer(one, stream.integers(MEMBERS, size=400), stream) for one in found])


def test_exact_posteriors_pass() -> None:
    assert [joint(gaussian_truths(), seed).holds for seed in (1, 2, 3)] == [True] * 3


@pytest.mark.parametrize(
    ("width", "aside", "joined"),
    [(0.5, 0.0, True), (2.0, 0.0, True), (1.0, 1.0, True), (1.0, -1.0, True), (1.0, 0.0, False)],
)
def test_posteriors_that_are_not_exact_fail(width: float, aside: float, joined: bool) -> None:
    assert not joint(gaussian_truths(width, aside, joined)).holds


def test_what_only_the_joint_check_sees() -> None:
    """Each parameter has its own posterior, but none knows of the others: every interval is right."""
    found = judged(gaussian_truths(joined=False), 1)
    assert found.ranks.holds and found.covered and not found.joint.holds


def test_narrow_posteriors_leave_truths_far_from_most_points_and_wide_ones_near() -> None:
    for width, sign in ((0.5, -1), (2.0, 1)):
        assert np.sign(joint(gaussian_truths(width)).distance) == sign


def test_directions_count_by_their_own_width() -> None:
    """A direction that a history tells most of is not drowned by one that it tells little of."""

    def found(number: int, width: float) -> Found:
        stream = np.random.default_rng((8, number))
        sizes = np.array([400.0, 1.2])
        spread = 1 / np.sqrt(1 + sizes)
        scores = (spread * [width, 1.0])[:, None] * stream.standard_normal((2, MEMBERS))
        truth = spread * stream.standard_normal(2)
        return Found(truth, scores, np.eye(2), sizes, sizes < 0, np.array(0), np.ones(5) / 5)

    assert joint([found(number, 1.0) for number in range(40)]).holds
    assert not joint([found(number, 0.3) for number in range(40)]).holds


def test_shares_are_those_of_the_posterior_nearer_than_the_truth() -> None:
    found = gaussian_truth(1)
    last = replace(found, truth=found.scores[:, -1].astype(float))
    shares = nearer(last, np.array([MEMBERS - 1, 0]), np.random.default_rng(5))
    assert shares.true.shape == (POINTS,) and shares.pretended.shape == (POINTS, 2)
    assert shares.true == pytest.approx(shares.pretended[:, 0], abs=1.5 / MEMBERS)
    assert len(np.unique(shares.true)) > POINTS / 2  # each point lies elsewhere


def test_directions_that_nothing_is_known_of_have_no_part_in_it() -> None:
    found = gaussian_truth(1)
    empty = found.directions.T @ np.eye(6)[:, 5:]
    assert np.abs(empty).max() < 1e-12
    other = found.scores.copy()
    other[5:] *= 5
    stretched = replace(found, scores=other)
    members = np.arange(10)
    before, after = (nearer(one, members, np.random.default_rng(3)).true for one in (found, stretched))
    assert after == pytest.approx(before, abs=2 / MEMBERS)


def test_a_truth_whose_history_informs_nothing_does_not_count() -> None:
    found = gaussian_truths()
    none = nearer(silent(found[0]), np.arange(400), np.random.default_rng(1))
    assert none.true.shape == (0,) and none.pretended.shape == (0, 400)
    assert evenness([none]) == Evenness(0.5, 0.0, 0.0)
