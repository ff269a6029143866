"""Information of a linear model is J' S^-1 J, wherever it is taken."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from calibration_helpers import Linear, linear

from twintrack.calibration.discrepancy import Grid
from twintrack.calibration.information import information
from twintrack.calibration.observations import Observations
from twintrack.equations.structure import Array


def exact(target: Linear) -> Array:
    return np.asarray(target.slopes.T @ np.linalg.inv(target.covariance) @ target.slopes)


@pytest.mark.parametrize("places", [1, 5])
def test_it_is_that_of_the_linear_model(places: int) -> None:
    target = linear(6, 4)
    centers = np.random.default_rng(1).standard_normal((target.unknowns.size, places))
    assert information(target.as_target(), centers) == pytest.approx(exact(target), abs=1e-8)


def test_it_is_the_mean_over_places() -> None:
    class Squared(Linear):
        def said(self, worlds: dict[str, Array], runs: int) -> Array:  # type: ignore[override]
            return super().said({name: values**2 for name, values in worlds.items()}, runs)

    flat = linear(1, 1)
    target = Squared(flat.unknowns, flat.observed, flat.slopes)
    centers = np.zeros((target.unknowns.size, 2))
    centers[0] = 1.0, 3.0  # slopes 2 z: twice and six times those of the linear model
    assert information(target.as_target(), centers) == pytest.approx(exact(flat) * (4 + 36) / 2)


def test_series_that_are_bounds_tell_nothing() -> None:
    target = linear(3, 3)
    first, *others = target.observed.series
    bound = replace(first, series=first.series.model_copy(update={"bound": "upper"}))
    changed = replace(target, observed=Observations((bound, *others)))
    without = exact(target) - (
        target.slopes[:4].T @ np.linalg.inv(target.covariance[:4, :4]) @ target.slopes[:4]
    )
    found = information(changed.as_target(), np.zeros((target.unknowns.size, 1)))
    assert found == pytest.approx(without, abs=1e-8)


def test_a_place_where_the_model_says_no_number_has_none() -> None:
    class Broken(Linear):
        def said(self, worlds: dict[str, Array], runs: int) -> Array:  # type: ignore[override]
            said = super().said(worlds, runs)
            return np.where(worlds["parameter 0"] > 2, np.nan, said)

    flat = linear(3, 3)
    target = Broken(flat.unknowns, flat.observed, flat.slopes)
    centers = np.zeros((target.unknowns.size, 2))
    centers[0, 1] = 5.0
    assert information(target.as_target(), centers) == pytest.approx(exact(flat) / 2, abs=1e-8)


def test_what_is_open_of_the_discrepancy_is_weighed_by_the_run() -> None:
    flat = linear(3, 3)
    grid = Grid(walks=(0.0, 2.0), sizes=3, persistences=2, steps=2)
    target = replace(flat, grid=grid)
    centers = np.random.default_rng(2).standard_normal((3, 2))
    wanted = np.zeros((3, 3))
    for part, shares in target.likelihood.node_shares(flat.slopes @ centers):
        own = flat.slopes[np.concatenate([strand.places for strand in part.strands])]
        mean = np.einsum("np,nij->ij", shares, part.precisions) / 2
        wanted += own.T @ mean @ own
    assert information(target.as_target(), centers) == pytest.approx(wanted, rel=1e-6)
