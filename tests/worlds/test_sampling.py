import warnings
from functools import partial
from types import SimpleNamespace
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.stats import qmc

from twintrack.errors import InputError
from twintrack.model import Model
from twintrack.worlds.sampling import pieces, quantiles, sample_worlds, sampled
from twintrack.worlds.worlds_file import Design


def parameter(distribution: Any, low: float = 1.0, high: float = 3.0, value: float = 1.5) -> SimpleNamespace:
    return SimpleNamespace(name="x", distribution=distribution, low=low, high=high, value=value, spread=0.3)


def cut_lognormal(parameter: Any) -> Any:
    """A distribution of the logarithm by scipy, with the cdf of the values."""
    ends = np.log([parameter.low, parameter.high])
    middle, spread = np.log(parameter.value), parameter.spread
    logarithm = stats.truncnorm(*((ends - middle) / spread), middle, spread)
    return SimpleNamespace(cdf=lambda values: logarithm.cdf(np.log(values)), logarithm=logarithm)


PARAMETERS = {
    "even": parameter("uniform"),
    "wide": parameter("loguniform", 0.01, 100, 1),
    "peak[a]": parameter("triangular"),
    "edge": parameter("triangular", value=3.0),
    "normal": parameter("lognormal", 0.9, 3.0, 1.5),
    "still": parameter("fixed"),
}


def test_every_uncertain_parameter_is_a_column() -> None:
    worlds = sample_worlds(PARAMETERS, 50)

    assert list(worlds.columns) == ["even", "wide", "peak[a]", "edge", "normal"]
    assert worlds.index.tolist() == list(range(50))
    assert (worlds.dtypes == np.float64).all()


@pytest.mark.parametrize(
    ("name", "distribution"),
    [
        ("even", stats.uniform(1, 2)),
        ("wide", stats.loguniform(0.01, 100)),
        ("peak[a]", stats.triang(0.25, 1, 2)),
        ("edge", stats.triang(1, 1, 2)),
        ("normal", cut_lognormal(parameter("lognormal", 0.9, 3.0, 1.5))),
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
    assert sample_worlds(PARAMETERS, 1).shape == (1, 5)
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


def lognormal_by_scipy(parameter: Any, shares: np.ndarray) -> np.ndarray:
    """Shares of what is left of the normal distribution; scipy's own truncnorm rounds otherwise."""
    logarithm = stats.norm(np.log(parameter.value), parameter.spread)
    low, high = logarithm.cdf(np.log([parameter.low, parameter.high]))
    return np.exp(logarithm.ppf(low + shares * (high - low)))


def by_scipy(parameter: Any, shares: np.ndarray) -> np.ndarray:
    """Quantiles of scipy's own distributions."""
    low, high, value = parameter.low, parameter.high, parameter.value
    distribution = {
        "uniform": lambda: stats.uniform(low, high - low),
        "loguniform": lambda: stats.loguniform(low, high),
        "triangular": lambda: stats.triang((value - low) / (high - low), low, high - low),
        "lognormal": lambda: SimpleNamespace(ppf=partial(lognormal_by_scipy, parameter)),
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


def sobol_worlds(parameters: Any, worlds: int, seed: int) -> pd.DataFrame:
    """A Sobol sequence put together from its pieces."""
    names = sampled(parameters)
    design = Design(tuple(names), worlds, partial(pieces, parameters, worlds, seed, "sobol"), {})
    return pd.DataFrame(design.values().T, columns=names)


@pytest.mark.parametrize("power", [0, 5, 16])
def test_sobol_worlds_are_those_of_scipy_however_they_are_cut(model: Model, power: int) -> None:
    parameters = PARAMETERS if power > 5 else model.world
    names = sampled(parameters)
    points = qmc.Sobol(len(names), rng=np.random.default_rng(2)).random_base2(power)
    found = sobol_worlds(parameters, 1 << power, 2)
    for name, shares in zip(names, points.T, strict=True):
        np.testing.assert_array_equal(found[name], by_scipy(parameters[name], shares), err_msg=name)


def test_any_number_of_sobol_worlds_is_the_start_of_one_sequence() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        few, many = (sobol_worlds(PARAMETERS, worlds, 1) for worlds in (40_000, 70_001))
    assert few.equals(many.head(40_000))
    assert not few.equals(sobol_worlds(PARAMETERS, 40_000, 2))


@pytest.mark.parametrize("sampling", ["latin", "sobol"])
def test_no_piece_of_a_design_is_larger_than_one_column(sampling: Any) -> None:
    many = {f"p{number}": PARAMETERS["even"] for number in range(50)}
    for _, _, values in pieces(many, 100_000, 1, sampling):
        assert len(values) <= 100_000


SHARES = np.concatenate([[0.0, 1e-9], np.linspace(0.001, 0.999, 203), [1 - 1e-9, 1.0]])


@pytest.mark.parametrize("name", sampled(PARAMETERS))
def test_quantiles_of_every_distribution_are_those_of_scipy(name: str) -> None:
    values = quantiles(PARAMETERS[name], SHARES)
    # scipy has the ends as special cases, and they may differ in the last bit.
    np.testing.assert_array_equal(values[1:-1], by_scipy(PARAMETERS[name], SHARES[1:-1]))
    assert values[[0, -1]] == pytest.approx([PARAMETERS[name].low, PARAMETERS[name].high], rel=1e-15)
    assert (np.diff(values) >= 0).all()


@pytest.mark.parametrize("ends", [(0.9, 3.0), (1.5, 1.6), (1e-9, 1.5), (1.4, 1e9)])
def test_a_lognormal_is_a_normal_of_the_logarithm_cut_at_the_range(ends: tuple[float, float]) -> None:
    drawn = parameter("lognormal", *ends, 1.5)
    values = quantiles(drawn, SHARES[2:-2])
    np.testing.assert_allclose(
        np.log(values), cut_lognormal(drawn).logarithm.ppf(SHARES[2:-2]), rtol=0, atol=1e-9
    )


def test_the_median_of_a_lognormal_is_the_value_where_both_tails_are_cut_alike() -> None:
    assert quantiles(parameter("lognormal", 0.75, 3.0, 1.5), 0.5) == pytest.approx(1.5, rel=1e-12)
    assert quantiles(parameter("lognormal", 1.2, 3.0, 1.5), 0.5) > 1.5


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_share_has_the_same_bits_alone_and_in_any_shape(name: str) -> None:
    drawn = PARAMETERS[name]
    together = quantiles(drawn, SHARES)
    assert together.tobytes() == np.array([quantiles(drawn, share) for share in SHARES]).tobytes()
    square = SHARES[:196].reshape(14, 14)
    np.testing.assert_array_equal(quantiles(drawn, square.T), together[:196].reshape(14, 14).T)


def test_a_fixed_parameter_has_its_value_at_every_share() -> None:
    assert quantiles(PARAMETERS["still"], [0, 0.3, 1]).tolist() == [1.5, 1.5, 1.5]


@pytest.mark.parametrize("shares", [[-0.1, 0.5], [1.1], [np.nan]])
def test_what_is_no_share_is_refused(shares: list[float]) -> None:
    with pytest.raises(InputError, match="shares of a distribution must be numbers from 0 to 1"):
        quantiles(PARAMETERS["normal"], shares)


def test_a_lognormal_without_a_spread_is_refused() -> None:
    drawn = SimpleNamespace(**(vars(PARAMETERS["normal"]) | {"spread": None}))
    with pytest.raises(InputError, match='x: a lognormal distribution needs "spread:"'):
        quantiles(drawn, 0.5)
