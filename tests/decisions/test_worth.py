"""The value of information: analytic answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from compared_helpers import compared

from twintrack.decisions.worth import (
    chance,
    measured,
    parameters_worth,
    partial,
    perfect,
    worth_tables,
)

WORLDS = 4000
HALF_NORMAL = 1 / np.sqrt(2 * np.pi)  # mean of max(z, 0)


def drawn(seed: int = 0) -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(seed).normal(size=(WORLDS, 4)), columns=list("zabc"))


def against_nothing(gain: pd.Series[float]) -> np.ndarray:
    return np.stack([gain.to_numpy(), np.zeros(len(gain))], axis=1)


def test_perfect_information_about_a_normal_gain_is_worth_its_half_mean() -> None:
    value, error = perfect(against_nothing(drawn()["z"]))
    assert value == pytest.approx(HALF_NORMAL, abs=3 * error) and 0 < error < 0.02
    assert perfect(np.array([[1.0, 0], [3, 0], [0, 2]])) == (pytest.approx(2 / 3), pytest.approx(2 / 3))


def test_a_parameter_is_worth_what_the_choice_by_it_gains() -> None:
    worlds = drawn()
    gain = worlds["z"] + worlds["a"] / 2  # knowing z alone: sd 1 of a gain with mean zero
    scores = against_nothing(gain)
    assert partial(scores, [worlds["z"].to_numpy()]) == pytest.approx(HALF_NORMAL, abs=0.03)
    assert partial(scores, [worlds["a"].to_numpy()]) == pytest.approx(HALF_NORMAL / 2, abs=0.03)
    both = partial(scores, [worlds["z"].to_numpy(), worlds["a"].to_numpy()])
    assert both == pytest.approx(HALF_NORMAL * np.sqrt(1.25), abs=0.03)


def test_what_bends_is_worth_as_much() -> None:
    worlds = drawn(2)
    scores = against_nothing(worlds["z"] ** 2 - 1)
    inside = np.exp(-0.5) * np.sqrt(2 / np.pi)  # mean of max(z*z - 1, 0): 2 phi(1)
    assert partial(scores, [worlds["z"].to_numpy()]) == pytest.approx(inside, abs=0.04)


def test_noise_is_worth_nothing_and_stands_below_chance() -> None:
    worlds = drawn(1)
    scores = against_nothing(worlds["z"] * 0.3 + 0.1)
    table = parameters_worth(scores, worlds)
    assert table.iloc[0]["parameter"] == "z" and table.iloc[0]["above"]
    assert (table["value"][1:] < 0.01).all() and chance(scores) < 0.01


def test_a_measurement_with_an_error_is_worth_less() -> None:
    worlds = drawn()
    scores, signal = against_nothing(worlds["z"]), worlds["z"].to_numpy()
    value, spread = measured(scores, signal, 1.0)
    assert value == pytest.approx(HALF_NORMAL / np.sqrt(2), abs=0.03) and 0 < spread < 0.03
    assert value < measured(scores, signal, 0.25)[0] < HALF_NORMAL + 0.03


def test_tables_tell_all_parameters_and_measurements() -> None:
    worlds = drawn()[:400]
    values = {"baseline": [0.0] * 400, "bold": worlds["z"].to_list()}
    results = compared({"speed": ("higher", values)}, dict(worlds.items()))
    tables = worth_tables(results)
    assert set(tables) == {"worth_all", "worth", "worth_measuring"}
    assert tables["worth_all"].iloc[0]["origin"] == "prior"
    assert next(iter(tables["worth"]["parameter"])) == "z" and len(tables["worth"]) == 4
    assert set(tables["worth_measuring"]["error"]) == {0.25, 0.5, 1.0}
    assert (
        set(worth_tables(compared({"speed": ("higher", values)}, dict(worlds.items()), strategies=["bold"])))
        == set()
    )


def test_a_fit_is_judged_in_worlds_that_it_was_not_fitted_to() -> None:
    scores = against_nothing(pd.Series(np.random.default_rng(3).normal(size=300)))
    idle = [np.random.default_rng(seed).normal(size=300) for seed in range(20)]
    # Fitted and judged in the same worlds, noise would seem to be worth some 0.05.
    assert np.mean([partial(scores, [signal]) for signal in idle]) < 0.02
