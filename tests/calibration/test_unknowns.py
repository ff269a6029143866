"""Scores stand for values through the quantiles of their priors, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from twintrack.calibration.unknowns import Unknowns
from twintrack.inputs.world import WorldParameter

SCORES = np.linspace(-3, 3, 61)


def parameter(name: str, low: float, value: float, high: float, **changes: Any) -> WorldParameter:
    return WorldParameter.model_construct(
        name=name, value=value, range=(low, high), **({"spread": None} | changes)
    )


WORLD = {
    "even": parameter("even", -2, 1, 6, distribution="uniform"),
    "still": parameter("still", 0, 1, 2, distribution="fixed"),
    "wide": parameter("wide", 0.01, 1, 100, distribution="loguniform"),
    "peaked": parameter("peaked", 0, 3, 4, distribution="triangular"),
    "edge": parameter("edge", 0, 0, 4, distribution="triangular"),
    "growth": parameter("growth", 1.5, 2.4, 3.84, distribution="lognormal", spread=0.24),
}

CUT = np.log(np.array([1.5, 3.84]) / 2.4) / 0.24
PRIORS: dict[str, Any] = {
    "even": stats.uniform(-2, 8),
    "wide": stats.loguniform(0.01, 100),
    "peaked": stats.triang(0.75, 0, 4),
    "edge": stats.triang(0, 0, 4),
}


@pytest.fixture
def unknowns() -> Unknowns:
    return Unknowns(WORLD)


def scores_of(unknowns: Unknowns, row: int) -> np.ndarray:
    scores = np.zeros((unknowns.size, len(SCORES)))
    scores[row] = SCORES
    return scores


def test_parameters_that_are_drawn_are_all_that_is_unknown(unknowns: Unknowns) -> None:
    assert unknowns.names == ["even", "wide", "peaked", "edge", "growth"]
    assert unknowns.size == 5


@pytest.mark.parametrize("name", list(PRIORS))
def test_a_score_is_the_quantile_of_the_prior(unknowns: Unknowns, name: str) -> None:
    worlds = unknowns.worlds(scores_of(unknowns, unknowns.names.index(name)))
    assert worlds[name] == pytest.approx(PRIORS[name].ppf(stats.norm.cdf(SCORES)), rel=1e-9)
    other = next(one for one in unknowns.names if one != name)
    assert np.ptp(worlds[other]) == 0


def test_a_lognormal_is_cut_at_the_ends_of_its_range(unknowns: Unknowns) -> None:
    found = unknowns.worlds(scores_of(unknowns, unknowns.names.index("growth")))["growth"]
    wanted = 2.4 * np.exp(0.24 * stats.truncnorm(*CUT).ppf(stats.norm.cdf(SCORES)))
    assert found == pytest.approx(wanted, rel=1e-9)


def test_the_farthest_scores_give_finite_values_within_their_ranges(unknowns: Unknowns) -> None:
    for far in (-40.0, 40.0):
        scores = np.full((unknowns.size, 1), far)
        for name, values in unknowns.worlds(scores).items():
            assert WORLD[name].low <= values[0] <= WORLD[name].high


def test_values_are_carried_back_to_their_scores(unknowns: Unknowns) -> None:
    scores = np.random.default_rng(1).standard_normal((unknowns.size, 4000))
    found = unknowns.parameter_scores(unknowns.worlds(scores))
    assert found == pytest.approx(scores, abs=1e-5)
    for name, values in unknowns.worlds(found).items():
        assert values == pytest.approx(unknowns.worlds(scores)[name], rel=1e-4, abs=1e-5)


def test_values_at_the_ends_of_a_range_have_finite_scores(unknowns: Unknowns) -> None:
    ends = {name: np.array([WORLD[name].low, WORLD[name].high]) for name in unknowns.names}
    found = unknowns.parameter_scores(ends)
    assert np.isfinite(found).all()
    assert (found[:, 0] < -7).all() and (found[:, 1] > 7).all()
