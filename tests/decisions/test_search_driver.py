"""Evolution: a known front, a planted optimum at a bound, racing, and going on where it was broken off."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pymoo")

from twintrack.decisions.search_driver import Evolution, evolve, undominated
from twintrack.equations.structure import Array
from twintrack.errors import TwinTrackError


def zdt1(points: Array) -> tuple[Array, Array]:
    """Zitzler, Deb and Thiele (2000): the front is f2 = 1 - sqrt(f1), all but the first being 0."""
    first = points[:, 0]
    rest = 1 + 9 * points[:, 1:].mean(axis=1)
    values = np.stack([first, rest * (1 - np.sqrt(first / rest))], axis=1)
    return -values, np.zeros(len(points))


def start(population: int, unknowns: int, seed: int = 1) -> Array:
    return np.random.default_rng(seed).random((population, unknowns))


ZDT1 = Evolution(zdt1, None, unknowns=10, goals=2, population=40, generations=120)


def test_the_front_of_zdt1_is_reached() -> None:
    from pymoo.indicators.hv import HV

    found = evolve(ZDT1, start(40, 10))

    volume = HV(ref_point=np.array([1.1, 1.1]))(-zdt1(found)[0])
    whole = 1.1**2 - 1 / 3  # what lies below the reference point and above 1 - sqrt(f1)
    assert 0.97 * whole < volume < whole


def test_a_planted_optimum_at_a_bound_is_found() -> None:
    slopes = np.array([1.0, -2.0, 0.5])

    def linear(points: Array) -> tuple[Array, Array]:
        return np.stack([points @ slopes, points @ slopes], axis=1), points[:, 2] - 0.5

    found = evolve(replace(ZDT1, rough=linear, unknowns=3, generations=60), start(40, 3))

    np.testing.assert_allclose(found[0], [1, 0, 0.5], atol=0.01)
    assert found[0, 2] <= 0.5


def test_the_best_fifth_is_tried_finely() -> None:
    tried: list[Array] = []

    def fine(points: Array) -> tuple[Array, Array]:
        tried.append(points)
        return zdt1(points)

    def rough(points: Array) -> tuple[Array, Array]:
        gains, violations = zdt1(points)
        return gains + 0.01 * np.sin(1000 * points[:, :1]), violations

    evolve(replace(ZDT1, rough=rough, fine=fine, generations=5), start(40, 10))

    assert [len(points) for points in tried] == [8] * 5
    late = -zdt1(tried[-1])[0].sum(axis=1).mean()
    assert late < -zdt1(start(40, 10))[0].sum(axis=1).mean()


def test_an_evolution_that_was_broken_off_goes_on_and_ends_the_same(tmp_path: Path) -> None:
    calls: list[int] = []

    class BrokenOffError(Exception):
        pass

    def counted(points: Array) -> tuple[Array, Array]:
        calls.append(len(points))
        if len(calls) == 4:
            raise BrokenOffError
        return zdt1(points)

    whole = replace(ZDT1, generations=6)
    kept = replace(whole, rough=counted, kept=tmp_path / "told.npz")
    with pytest.raises(BrokenOffError):
        evolve(kept, start(40, 10))
    found = evolve(kept, start(40, 10))

    assert len(calls) == 7
    np.testing.assert_array_equal(found, evolve(whole, start(40, 10)))


def test_what_to_install_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymoo.algorithms.moo.nsga2", None)

    with pytest.raises(TwinTrackError, match=r"pip install 'twintrack\[decisions\]'"):
        evolve(ZDT1, start(40, 10))


def test_what_no_other_dominates() -> None:
    gains = np.array([[1.0, 1], [2, 0], [0, 0], [2, 0], [-np.inf, 5]])

    assert undominated(gains).tolist() == [0, 1, 4]
