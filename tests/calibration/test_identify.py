"""What a linear model has learnt is found again: how narrow, how far, and in which directions."""

from __future__ import annotations

import numpy as np
import pytest
from calibration_helpers import linear

from twintrack.calibration.identify import LEARNT, MOVED, identify

TARGET = linear(6, 4, error=0.1)
MEAN, SPREAD = TARGET.posterior


def posterior(runs: int = 20_000) -> np.ndarray:
    scores = np.random.default_rng(1).standard_normal((TARGET.unknowns.size, runs))
    scores[:6] = MEAN[:, None] + np.linalg.cholesky(SPREAD) @ scores[:6]
    return scores


def test_contraction_and_move_are_those_of_the_posterior() -> None:
    found = identify(TARGET.as_target(), posterior())
    assert found.observations == 8
    by_name = {item.name: item for item in found.parameters}
    for row in range(6):
        item = by_name[f"parameter {row}"]
        variance = SPREAD[row, row]
        assert item.contraction == pytest.approx(1 - variance, abs=5 * variance * np.sqrt(2 / 20_000))
        assert item.moved == pytest.approx(MEAN[row], abs=5 * np.sqrt(variance / 20_000))
        assert item.median == pytest.approx(MEAN[row], abs=0.05)
        assert item.high - item.low == pytest.approx(2 * 1.645 * np.sqrt(variance), rel=0.05)
    shrunk = [item.contraction for item in found.parameters]
    assert shrunk == sorted(shrunk, reverse=True)


def test_what_is_not_told_is_as_before() -> None:
    found = identify(TARGET.as_target(), posterior())
    assert set(found.as_before) == {"parameter 4", "parameter 5"}


@pytest.mark.parametrize(
    ("scale", "shift", "before"),
    [
        (1.0, 0.0, True),
        (1.0, MOVED + 0.01, False),
        (1.0, -MOVED - 0.01, False),
        (0.9, 0.0, False),
        (1.2, 0.0, True),
    ],
)
def test_a_parameter_is_as_before_when_neither_width_nor_mean_has_changed(
    scale: float, shift: float, before: bool
) -> None:
    sample = posterior(4000)
    even = sample[5] - sample[5].mean()
    sample[5] = shift + scale * even / even.std()
    found = {item.name: item for item in identify(TARGET.as_target(), sample).parameters}
    assert found["parameter 5"].as_before is before
    assert 0 < LEARNT < 0.19


def test_directions_are_the_eigenvectors_of_the_information() -> None:
    found = identify(TARGET.as_target(), posterior(2000))
    exact = TARGET.slopes.T @ np.linalg.inv(TARGET.covariance) @ TARGET.slopes
    values, vectors = np.linalg.eigh(exact)
    assert [item.information for item in found.directions] == pytest.approx(values[::-1].tolist(), abs=1e-6)
    assert found.informed == (values > 1).sum() > 0
    first = vectors[:, -1]
    name, weight = found.directions[0].parts[0]
    assert name == f"parameter {np.argmax(np.abs(first))}"
    assert weight == pytest.approx(np.abs(first).max())  # the largest part counts as positive
    sizes = [abs(part) for _, part in found.directions[0].parts]
    assert sizes == sorted(sizes, reverse=True) and len(sizes) == 4
