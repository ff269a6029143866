from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from twintrack.errors import InputError
from twintrack.experiments.design import sample_worlds


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


def test_worlds_stay_in_their_ranges() -> None:
    worlds = sample_worlds({"even": parameter("uniform", 0.1, 0.3)}, 5000)

    assert worlds["even"].between(0.1, 0.3).all()
