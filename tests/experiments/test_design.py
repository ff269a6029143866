import warnings
from types import SimpleNamespace
from typing import Any
from zlib import crc32

import numpy as np
import pytest
from scipy import stats
from scipy.stats import qmc

from twintrack.errors import InputError
from twintrack.experiments.design import pieces, sample_worlds, sampled
from twintrack.model import Model


def parameter(distribution: Any, low: float = 1.0, high: float = 3.0, value: float = 1.5) -> SimpleNamespace:
    return SimpleNamespace(distribution=distribution, low=low, high=high, value=value)


PARAMETERS = {
    "even": parameter("uniform"),
    "wide": parameter("loguniform", 0.01, 100, 1),
    "peak[a]": parameter("triangular"),
    "edge": parameter("triangular", value=3.0),
    "still": parameter("fixed"),
}


def test_every_uncertain_parameter_is_a_column() -> None:
    worlds = sample_worlds(PARAMETERS, 50)

    assert list(worlds.columns) == ["even", "wide", "peak[a]", "edge"]
    assert worlds.index.tolist() == list(range(50))
    assert (worlds.dtypes == np.float64).all()


@pytest.mark.parametrize(
    ("name", "distribution"),
    [
        ("even", stats.uniform(1, 2)),
        ("wide", stats.loguniform(0.01, 100)),
        ("peak[a]", stats.triang(0.25, 1, 2)),
        ("edge", stats.triang(1, 1, 2)),
    ],
)
def test_each_slice_of_equal_probability_is_drawn_once(name: str, distribution: Any) -> None:
    worlds = sample_worlds(PARAMETERS, 40)

    slices = np.floor(distribution.cdf(worlds[name]) * 40).astype(int)

    assert sorted(slices) == list(range(40))


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    first = sample_worlds(PARAMETERS, 30, seed=7)

    assert first.to_numpy().tobytes() == sample_worlds(PARAMETERS, 30, seed=7).to_numpy().tobytes()
    assert not (first == sample_worlds(PARAMETERS, 30, seed=8)).any(axis=None)


def test_parameters_are_drawn_independently_of_each_other() -> None:
    both = sample_worlds({"a": PARAMETERS["even"], "b": PARAMETERS["even"]}, 200)

    assert abs(np.corrcoef(both["a"], both["b"])[0, 1]) < 0.2
    assert both["a"].equals(sample_worlds({"a": PARAMETERS["even"]}, 200)["a"])


def test_one_world_is_enough_and_none_is_not() -> None:
    assert sample_worlds(PARAMETERS, 1).shape == (1, 4)
    with pytest.raises(
        InputError, match="worlds: at least 1 world is needed, not 0\nseed: the seed must be 0"
    ):
        sample_worlds(PARAMETERS, 0, seed=-1)


def test_more_worlds_than_a_disk_holds_are_refused_at_once() -> None:
    with pytest.raises(InputError, match="at most 100,000,000 worlds"):
        sample_worlds(PARAMETERS, 10**11)


def test_worlds_stay_in_their_ranges() -> None:
    worlds = sample_worlds({"even": parameter("uniform", 0.1, 0.3)}, 5000)

    assert worlds["even"].between(0.1, 0.3).all()


def by_scipy(parameter: Any, shares: np.ndarray) -> np.ndarray:
    """Quantiles of scipy's own distributions."""
    low, high, value = parameter.low, parameter.high, parameter.value
    distribution = {
        "uniform": lambda: stats.uniform(low, high - low),
        "loguniform": lambda: stats.loguniform(low, high),
        "triangular": lambda: stats.triang((value - low) / (high - low), low, high - low),
    }[parameter.distribution]()
    return np.clip(distribution.ppf(shares), low, high)


@pytest.mark.parametrize("worlds", [1, 37, 500])
def test_latin_worlds_are_those_that_tables_were_published_with(model: Model, worlds: int) -> None:
    for parameters in (PARAMETERS, model.world):
        found = sample_worlds(parameters, worlds, seed=3)
        for name in found:
            stream = np.random.default_rng([3, crc32(name.encode())])
            shares = qmc.LatinHypercube(1, rng=stream).random(worlds)[:, 0]
            np.testing.assert_array_equal(found[name], by_scipy(parameters[name], shares), err_msg=name)


@pytest.mark.parametrize("power", [0, 5, 16])
def test_sobol_worlds_are_those_of_scipy_however_they_are_cut(model: Model, power: int) -> None:
    parameters = PARAMETERS if power > 5 else model.world
    names = sampled(parameters)
    points = qmc.Sobol(len(names), rng=np.random.default_rng(2)).random_base2(power)
    found = sample_worlds(parameters, 1 << power, 2, "sobol")
    for name, shares in zip(names, points.T, strict=True):
        np.testing.assert_array_equal(found[name], by_scipy(parameters[name], shares), err_msg=name)


def test_any_number_of_sobol_worlds_is_the_start_of_one_sequence() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        few, many = (sample_worlds(PARAMETERS, worlds, 1, "sobol") for worlds in (40_000, 70_001))
    assert few.equals(many.head(40_000))
    assert not few.equals(sample_worlds(PARAMETERS, 40_000, 2, "sobol"))


@pytest.mark.parametrize("sampling", ["latin", "sobol"])
def test_no_piece_of_a_design_is_larger_than_one_column(sampling: Any) -> None:
    many = {f"p{number}": PARAMETERS["even"] for number in range(50)}
    for _, _, values in pieces(many, 100_000, 1, sampling):
        assert len(values) <= 100_000
