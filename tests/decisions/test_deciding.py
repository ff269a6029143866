"""What decides: PAWN against a second implementation, known functions, dependence and noise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from compared_helpers import compared
from SALib.analyze import pawn as salib_pawn
from scipy import stats

from twintrack.decisions.compared import Case
from twintrack.decisions.deciding import (
    Drawn,
    deciders,
    deciding_tables,
    decisive,
    moved_by,
    noise,
    pawn,
    slices,
)

CASE = Case("equal", "central", "speed", 2040.0)


def worlds(number: int = 1000, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(rng.uniform(-np.pi, np.pi, (number, 4)), columns=["x1", "x2", "x3", "idle"])


def ishigami(x: pd.DataFrame) -> pd.Series[float]:
    return np.sin(x["x1"]) + 7 * np.sin(x["x2"]) ** 2 + 0.1 * x["x3"] ** 4 * np.sin(x["x1"])


def moved(output: pd.Series[float], drawn: pd.DataFrame) -> pd.DataFrame:
    return moved_by(output.to_numpy(), Drawn.of(drawn))


def test_pawn_is_the_median_of_the_distances_of_kolmogorov_and_smirnov() -> None:
    drawn = worlds(300)
    output = ishigami(drawn).round(1).to_numpy()  # with ties
    held = slices(drawn["x1"].to_numpy())
    distances = [stats.ks_2samp(output[held == place], output).statistic for place in range(10)]
    assert pawn(output, held[:, np.newaxis])[0] == pytest.approx(np.median(distances))


def test_pawn_agrees_with_another_program() -> None:
    drawn = worlds(1000)
    problem = {"num_vars": 4, "names": list(drawn), "bounds": [[-np.pi, np.pi]] * 4}
    other = salib_pawn.analyze(problem, drawn.to_numpy(), ishigami(drawn).to_numpy(), S=10)
    table = moved(ishigami(drawn), drawn).set_index("parameter")["pawn"]
    assert [table[name] for name in drawn] == pytest.approx(list(other["median"]), abs=0.02)


def test_what_moves_a_known_function_stands_above_noise_and_what_does_not_below() -> None:
    table = moved(ishigami(worlds()), worlds()).set_index("parameter")
    assert set(table.index[:2]) == {"x1", "x2"}
    assert (table.loc[["x1", "x2", "x3"], "pawn"] > table["noise"].iloc[0]).all()
    assert table.loc["idle", "pawn"] < table["noise"].iloc[0]


def test_of_many_idle_parameters_none_stands_above_noise_in_most_cases() -> None:
    above = 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        table = moved(pd.Series(rng.normal(size=400)), pd.DataFrame(rng.normal(size=(400, 100))))
        above += bool((table["pawn"] > table["noise"]).any())
    assert above <= 2
    # One parameter alone is held against less: one of twenty stands above by chance.
    alone = table["pawn"] > noise(400)
    assert 0 < alone.mean() < 0.12 and noise(400) < table["noise"].iloc[0]


def test_the_sign_of_a_monotone_influence_is_told_and_worlds_without_a_number_are_left_out() -> None:
    drawn = worlds(200)
    output = (-drawn["x3"]).to_list()
    output[:20] = [np.nan] * 20
    results = compared({"speed": ("higher", {"a": output, "b": [0.0] * 200})}, dict(drawn.items()))
    table = deciding_tables(results)["deciding"]
    first = table[(table["of"] == "level") & (table["first"] == "a")].iloc[0]
    assert first["parameter"] == "x3" and first["rank_correlation"] == pytest.approx(-1)


def test_few_worlds_and_what_is_the_same_in_all_say_nothing() -> None:
    drawn = worlds(200)
    assert moved(drawn["x1"][:40], drawn[:40]).empty and moved(drawn["x1"] * 0, drawn).empty
    assert moved(drawn["x1"], drawn * 0).empty


def test_what_decides_is_asked_of_the_difference_not_of_the_levels() -> None:
    drawn = worlds(400)
    both = 100 * drawn["x1"]  # moves the levels of both alike
    speeds = {"a": both + drawn["x2"], "b": both + 0.2, "c": both - 50}
    results = compared(
        {"speed": ("higher", {k: v.to_list() for k, v in speeds.items()})}, dict(drawn.items())
    )
    contest = decisive(results, CASE)
    assert contest is not None and {contest.first, contest.second} == {"a", "b"}
    assert deciders(results, contest) == ["x2"]
    table = deciding_tables(results)["deciding"]
    level = table[(table["of"] == "level") & (table["first"] == "a")].iloc[0]
    assert level["parameter"] == "x1"
    pairs = set(zip(table["first"], table["second"], strict=True))
    assert pairs >= {("a", ""), ("b", "a"), ("c", "a")}


def test_where_the_choice_makes_no_difference_nothing_decides() -> None:
    drawn = worlds(100)
    same = {name: drawn["x1"].to_list() for name in "ab"}
    results = compared({"speed": ("higher", same)}, dict(drawn.items()))
    assert decisive(results, CASE) is None
