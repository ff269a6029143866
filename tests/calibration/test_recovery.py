"""Truths that are known are found again, as often as the intervals say.

`make recovery` does it with forty truths of the whole model. Here are sixty of a small model, which its
sampler cannot get wrong unseen, and four of the whole one with populations of half the size that move less.
Such populations hold too few truths: they show that nothing is broken, and cannot tell 85 from 95 %.
"""

from __future__ import annotations

import runpy
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from recovery_helpers import SIZE, TRUTHS, gaussian_truths

from twintrack.calibration.discrepancy import Grid
from twintrack.calibration.evenness import evenness
from twintrack.calibration.recovery import ACCEPTED, Recovery, judged, recover, walk_shares
from twintrack.calibration.sampler import Settings
from twintrack.calibration.target import Target
from twintrack.calibration.truths import Found, Truth, Truths, made_up
from twintrack.equations.structure import Array

SMALL = Settings(members=512, rounds=2, moves=4, last_rounds=2)
QUICK = Settings(members=1024, rounds=2, moves=3, last_rounds=2)


def learnt(target: Target, settings: Settings, settling: int, count: int) -> list[Found]:
    study = Truths(target, 41, settings, settling)
    return [study.compute(Truth(number)) for number in range(count)]


def silent_rows(target: Target, truth: Array) -> Array:
    """Which parameters change nothing that is observed around a truth."""
    count = len(truth)
    places = np.repeat(truth[:, None], count + 1, axis=1)
    places[np.arange(count), np.arange(count)] = -np.sign(truth)
    said = target.said(target.unknowns.worlds(places), count + 1)
    return np.asarray((np.abs(said[:, :-1] - said[:, -1:]) < 1e-9).all(axis=0))


def passes(found: Recovery) -> bool:
    """Whether coverage is what chance makes of nine in ten, and all that should be even is."""
    low, high = found.told_chance
    return low <= found.told_inside <= high and found.ranks.holds and found.joint.holds


@pytest.mark.slow
def test_truths_of_the_small_model_lie_in_their_intervals_and_ranks_are_even(small_target: Target) -> None:
    found = judged(learnt(small_target, SMALL, 100, 60), 1)
    assert passes(found) and found.walks.holds
    assert found.inside == pytest.approx(0.9, abs=3 * np.sqrt(0.9 * 0.1 / 120))


@pytest.mark.slow
def test_truths_of_the_model_lie_in_their_intervals(target: Target) -> None:
    """Within three standard errors: pairs of one truth count for fewer, by 1.65 in 40 truths.

    Ranks and the joint check of the whole model are those of `make recovery` (docs/calibration.md).
    """
    truths = learnt(target, QUICK, 60, 4)
    found = judged(truths, 1)
    assert found.told_inside == pytest.approx(0.9, abs=3 * np.sqrt(0.9 * 0.1 / found.told * 1.65))
    assert found.inside == pytest.approx(0.9, abs=0.04)
    untold = []
    for one in truths:
        alone = silent_rows(target, one.truth)
        untold.append(1 - one.scores[alone].var(axis=1, dtype=float).mean())
    assert (np.abs(untold) < 0.08).all()  # in one truth by chance; on average:
    assert abs(np.mean(untold)) < 0.04


@pytest.mark.slow
def test_how_far_the_discrepancy_walks_is_found_again(target: Target) -> None:
    """Truths of one value of lambda are on average more likely to have it than truths of another."""
    shares = []
    for value in (0.0, 4.0):
        alone = replace(target, grid=Grid(walks=(value,)))
        for number in range(4):
            made = made_up(alone, np.random.default_rng((44, number)))
            whole = replace(made.target, grid=Grid())
            said = whole.said(whole.unknowns.worlds(made.truth[:, None]), 1)
            shares.append(whole.likelihood.walk_shares(said)[:, 0])
    still, wanders = np.mean(shares[:4], axis=0), np.mean(shares[4:], axis=0)
    assert still[:2].sum() > 0.8 and wanders[3:].sum() > 0.8


@pytest.mark.slow
def test_recovery_of_several_truths_by_the_method(
    small_target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINTRACK_CACHE", str(tmp_path / "cache"))
    shown: list[str] = []
    asked: dict[str, Any] = {"truths": 6, "settings": Settings(512, 1, 3, 2), "settling": 3}
    found = recover(small_target, "small", 1, 1, print, shown.append, **asked)
    assert found.truths == 6 and shown == [f"truth {number} ({number} of 6)" for number in range(1, 7)]
    assert 6 <= found.told <= 12 and found.correlation > 0.5
    assert recover(small_target, "small", 1, 1, print, shown.append, **asked) == found
    assert shown[6:] == ["6 of 6 truths were learnt before"]


def test_exact_posteriors_pass_all_that_is_judged() -> None:
    found = judged(gaussian_truths(), 1)
    assert passes(found) and found.covered and found.walks.holds
    assert (found.truths, found.told, found.directions) == (TRUTHS, 5 * TRUTHS, 3)
    assert found.told_inside_half == pytest.approx(0.5, abs=0.12)
    assert found.inside == pytest.approx(0.9, abs=0.06) and found.inside_half == pytest.approx(0.5, abs=0.1)
    assert 0.7 < found.correlation < 1 and found.told_chance[0] < 0.9 < found.told_chance[1]


def test_posteriors_that_are_too_narrow_fail_all_that_is_judged() -> None:
    found = judged(gaussian_truths(width=0.5), 1)
    assert not found.covered and not found.ranks.holds and not found.joint.holds
    assert found.told_inside < found.told_chance[0]


def test_ranks_of_posteriors_that_lie_aside_are_not_even() -> None:
    assert not judged(gaussian_truths(aside=1.0), 1).ranks.holds


def test_intervals_are_counted() -> None:
    found = gaussian_truths()
    ranks = np.concatenate([one.ranks for one in found]).reshape(TRUTHS, SIZE)
    assert judged(found, 1).inside == ((ranks > 0.05) & (ranks < 0.95)).mean()
    assert judged(found, 1).told_inside == ((ranks[:, :5] > 0.05) & (ranks[:, :5] < 0.95)).mean()
    assert judged(found, 1).told_inside_half == ((ranks[:, :5] > 0.25) & (ranks[:, :5] < 0.75)).mean()


def test_a_population_of_copies_is_worth_as_many_worlds_as_there_were_before() -> None:
    """Means of silent parameters stray by chance; copies of few worlds stray as those few do."""
    stream = np.random.default_rng(9)
    one = replace(gaussian_truths()[0], silent=np.ones(400, dtype=bool))
    for independent in (50, 1000):
        few = stream.standard_normal((400, independent))
        found = replace(one, scores=np.repeat(few, 2000 // independent, axis=1))
        assert found.worth == pytest.approx(independent, rel=4 * np.sqrt(2 / 400))
    assert replace(one, silent=np.zeros(6, dtype=bool)).worth is None
    none = replace(gaussian_truths()[0], silent=np.zeros(6, dtype=bool))
    worths = judged([*gaussian_truths(), none], 1).worth
    assert worths is not None and worths[0] <= worths[1]


def test_ranks_of_lambda_are_even_where_its_probabilities_are_right() -> None:
    base = gaussian_truths()[0]

    def judge(sure: Sequence[float], walks: Sequence[int]) -> bool:
        stream = np.random.default_rng(2)
        found = [replace(base, walk=np.array(walk), shares=np.array(sure)) for walk in walks]
        return evenness([walk_shares(one, stream) for one in found]).holds

    shares = [0.5, 0.1, 0.1, 0.1, 0.2]
    stream = np.random.default_rng(3)
    right = [int(walk) for walk in stream.choice(5, p=shares, size=200)]
    assert judge(shares, right)
    assert not judge([0.1, 0.1, 0.1, 0.2, 0.5], right)
    assert not judge(shares, [4] * 200)


def test_the_table_says_what_is_passed(pytestconfig: pytest.Config) -> None:
    tool = runpy.run_path(str(pytestconfig.rootpath / "tools" / "recovery.py"))
    verdicts = [row[3] for row in tool["rows"](judged(gaussian_truths(), 1))]
    assert verdicts == ["passed", "", "", "", "passed", "", "", "passed", "passed", "", ""]
    narrow = [*tool["rows"](judged(gaussian_truths(0.5), 1))]
    assert [row[3] for row in narrow] == ["FAILED", "", "", "", "FAILED", "", "", "passed", "FAILED", "", ""]
    assert narrow[0][2].startswith(f"{ACCEPTED[0]:.0%} to {ACCEPTED[1]:.0%}; by chance ")
