"""Truths that are known are found again, as often as the intervals say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from calibration_helpers import ONE, PERSISTENCE, SIZE, here
from scipy import stats

from twintrack.calibration.discrepancy import Grid
from twintrack.calibration.holdout import learn
from twintrack.calibration.recovery import RECOVERY, TRUTHS, Recovery, _judged, _made_up, recover
from twintrack.calibration.sampler import Settings
from twintrack.calibration.target import Target
from twintrack.equations.structure import Array
from twintrack.errors import TwinTrackError

pytestmark = pytest.mark.slow

TOLD = 0.2


@dataclass(frozen=True)
class Recovered:
    """What was learnt from one made-up history: where truths lie in the posterior, and how narrow it is."""

    ranks: Array
    contraction: Array
    silent: Array

    @property
    def told(self) -> Array:
        """Ranks of parameters about which the history said something."""
        return self.ranks[self.contraction > TOLD]


def recovered(target: Target, number: int, settings: Settings) -> Recovered:
    learnt, truth = _made_up(target, np.random.default_rng((41, number)))
    scores = learn(here(one=learnt), "one", learnt, settings, (42, number)).scores
    ranks = (scores < truth[:, None]).mean(axis=1)
    return Recovered(ranks, 1 - scores.var(axis=1), silent_rows(learnt, truth))


def silent_rows(target: Target, truth: Array) -> Array:
    """Which parameters change nothing that is observed around a truth."""
    count = len(truth)
    places = np.repeat(truth[:, None], count + 1, axis=1)
    places[np.arange(count), np.arange(count)] = -np.sign(truth)
    said = target.said(target.unknowns.worlds(places), count + 1)
    return np.asarray((np.abs(said[:, :-1] - said[:, -1:]) < 1e-9).all(axis=0))


def covered(ranks: list[Array]) -> tuple[int, int]:
    """How many ranks lie within the 90 % interval, and of how many."""
    together = np.concatenate(ranks)
    return int(((together > 0.05) & (together < 0.95)).sum()), len(together)


def holds(ranks: list[Array], dependence: float) -> None:
    """Hold coverage against 90 %, within three standard errors of a binomial share.

    Parameters of one truth share its history, so that they count for fewer: `dependence` is how much larger
    the variance of their number is than that of independent ones, 1.65 for parameters that had been told in
    40 truths. Populations of half the size that moved less held 79 to 86 %: they are too small.
    """
    inside, number = covered(ranks)
    error = np.sqrt(0.9 * 0.1 / number * dependence)
    assert inside / number == pytest.approx(0.9, abs=3 * error), f"{inside} of {number}"


def test_truths_of_the_small_model_lie_in_their_intervals_and_ranks_are_even(small_target: Target) -> None:
    settings = Settings(members=512, rounds=2, moves=5, last_rounds=6)
    ranks = [recovered(small_target, number, settings).ranks for number in range(60)]
    holds(ranks, 1.0)
    assert stats.kstest(np.concatenate(ranks), "uniform").pvalue > 0.003


def checked(found: list[Recovered]) -> None:
    holds([one.told for one in found], 1.65)
    silent = np.array([one.contraction[one.silent].mean() for one in found])
    assert (np.abs(silent) < 0.06).all()  # in one truth by chance; on average:
    assert abs(silent.mean()) < 0.03


def test_truths_of_the_model_lie_in_their_intervals(target: Target, pytestconfig: pytest.Config) -> None:
    truths = TRUTHS if pytestconfig.getoption("many_truths") else 1
    checked([recovered(target, number, RECOVERY) for number in range(truths)])


def test_how_far_the_discrepancy_walks_is_found_again(target: Target) -> None:
    """Truths of one value of lambda are on average more likely to have it than truths of another."""
    shares = []
    for value in (0.0, 4.0):
        alone = replace(target, grid=Grid(walks=(value,)))
        for number in range(4):
            made, truth = _made_up(alone, np.random.default_rng((44, number)))
            learnt = replace(made, grid=Grid())
            said = learnt.said(learnt.unknowns.worlds(truth[:, None]), 1)
            shares.append(learnt.likelihood.walk_shares(said)[:, 0])
    still, wanders = np.mean(shares[:4], axis=0), np.mean(shares[4:], axis=0)
    assert still[:2].sum() > 0.8 and wanders[3:].sum() > 0.8


def test_a_made_up_history_is_the_models_with_errors_of_the_truth(small_target: Target) -> None:
    target = replace(small_target, grid=ONE)
    many = [_made_up(target, np.random.default_rng(seed)) for seed in range(1500)]
    off = []
    for learnt, truth in many:
        assert learnt.observed.names == ["gap", "gap_of_the_year"] and learnt.power == 1
        said = learnt.said(learnt.unknowns.worlds(truth[:, None]), 1)[:, 0]
        assert np.isfinite(said).all()
        off.append(learnt.observed.series[0].values - said[:4])
    residuals = np.array(off)
    apart = np.abs(np.subtract.outer([0, 2, 4, 6], [0, 2, 4, 6]))
    wanted = (2 * SIZE) ** 2 * PERSISTENCE**apart + np.eye(4)  # 1 is the error of measurement
    spread = np.sqrt(np.diag(wanted))
    assert residuals.mean(axis=0) / spread == pytest.approx(np.zeros(4), abs=4 / np.sqrt(1500))
    errors = np.sqrt((wanted**2 + np.outer(spread**2, spread**2)) / 1500)
    assert np.abs((np.cov(residuals.T) - wanted) / errors).max() < 4.5


def test_a_model_that_never_says_a_number_is_told(small_target: Target) -> None:
    class Silent(Target):
        def said(self, worlds: Any, runs: int) -> Array:
            return np.full((self.observed.points, runs), np.nan)

    silent = Silent(**{name: getattr(small_target, name) for name in small_target.__dataclass_fields__})
    with pytest.raises(TwinTrackError, match="none of 100 worlds"):
        _made_up(silent, np.random.default_rng(1))


def judged(told_ranks: Array, untold_ranks: Array) -> Recovery:
    """Judge truths with one parameter that is told and one that is not."""
    ranks = np.stack([told_ranks, untold_ranks], axis=1)
    spreads = np.tile([0.8, 0.1], (len(ranks), 1))
    true = stats.norm.ppf(ranks.clip(1e-3, 1 - 1e-3))
    return _judged(ranks, spreads, 2 * true, true)


def test_intervals_evenness_and_correlation_are_counted() -> None:
    even = (np.arange(200) + 0.5) / 200
    found = judged(even, np.full(200, 0.99))
    assert (found.truths, found.told) == (200, 200)
    assert found.told_inside == 0.9 and found.inside == 0.45
    assert found.evenness == pytest.approx(stats.kstest(even, "uniform").statistic)
    assert found.chance == pytest.approx(stats.kstwo.ppf(0.95, 200), rel=0.02)
    assert found.correlation == pytest.approx(1)
    low = judged(even / 2, even)
    assert low.evenness == pytest.approx(stats.kstest(even / 2, "uniform").statistic)
    assert low.evenness > low.chance


def test_recovery_of_several_truths_by_the_method(small_target: Target) -> None:
    shown: list[str] = []
    settings = Settings(members=512, rounds=1, moves=3, last_rounds=2)
    found = recover(small_target, 1, 1, print, shown.append, truths=6, settings=settings)
    assert found.truths == 6 and shown == [f"truth {number} of 6" for number in range(1, 7)]
    assert 6 <= found.told <= 12 and found.correlation > 0.5
    assert recover(small_target, 1, 1, print, shown.append, truths=6, settings=settings) == found
