"""Whatever Python users give ends in a result or in an InputError that names the argument."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import twintrack
from twintrack import EnsembleResult, Experiment
from twintrack.errors import InputError, TwinTrackError
from twintrack.model import Model
from twintrack.runs.arguments import check_arguments

WRONG: list[Any] = [
    *(None, 1.5, -1, True, "x", "", b"x", [], [1], {}, {"a": 1}, (), object(), np.nan, np.inf, 1e-9, 1e300),
    *(Path("nowhere.yaml"), pd.DataFrame(), np.zeros(3), Decimal(1), 1j, float, lambda: 0, range(3), [None]),
    *(np.array("a"), np.array(0.5), pd.Series({"a": 1.0}), pd.Series(dtype=float)),
]


CALLS: dict[str, Callable[[Model, Any], Any]] = {
    "run strategy": lambda model, value: model.run(value),
    "run scenario": lambda model, value: model.run("fast", value),
    "run world": lambda model, value: model.run(world=value),
    "run world value": lambda model, value: model.run(world={"pace": value}),
    "run engine": lambda model, value: model.run(engine=value),
    "run time_step": lambda model, value: model.run(time_step=value),
    "run lever": lambda model, value: model.run(catchup_share=value),
    "run dated": lambda model, value: model.run(catchup_share={2030: value}),
    "compare": lambda model, value: model.compare(value),
    "compare several": lambda model, value: model.compare([value, "fast"]),
    "compare by name": lambda model, value: model.compare({"mine": value}),
    "compare scenario": lambda model, value: model.compare("fast", value),
    "strategy": lambda model, value: model.strategy(value),
    "scenario": lambda model, value: model.scenario(value),
    "explain": lambda model, value: model.explain(value),
    "draw worlds": lambda model, value: model.draw_worlds(value, prior=True),
    "draw seed": lambda model, value: model.draw_worlds(2, seed=value, prior=True),
    "draw prior": lambda model, value: model.draw_worlds(2, prior=value),
    "run representative": lambda model, value: model.run("fast", representative=value),
    "compare representative": lambda model, value: model.compare(["fast"], representative=value),
    "all variables": lambda model, value: model.run("fast").to_dict(all_variables=value),
    "sample worlds": lambda model, value: model.sample_worlds(value),
    "sample seed": lambda model, value: model.sample_worlds(2, value),
    "load": lambda model, value: twintrack.load(value).levers,
    "open": lambda model, value: EnsembleResult.open(value),
    "values": lambda model, value: model.run("fast")[value],
    "plot": lambda model, value: model.run("fast").plot(value),
    "plot both": lambda model, value: model.compare("fast").plot("frontier_gap_months", value),
    "years": lambda model, value: model.run("fast").at("frontier_gap_months", value),
    "years of a table": lambda model, value: model.compare("fast").table(value),
}
SETTINGS = (
    *("strategies", "scenarios", "worlds", "design", "seed", "outputs", "times", "levers", "resample"),
    *("engine", "prior", "world"),
)


@pytest.mark.parametrize("call", CALLS)
def test_a_call_with_anything_ends_in_a_result_or_a_message(small_model: Model, call: str) -> None:
    for value in WRONG:
        try:
            CALLS[call](small_model, value)
        except TwinTrackError as error:
            assert str(error)


@pytest.mark.parametrize("setting", SETTINGS)
def test_an_experiment_with_anything_ends_in_a_result_or_a_message(small_model: Model, setting: str) -> None:
    good: dict[str, Any] = {"strategies": ["fast"], "worlds": 2, "model": small_model, "prior": True}
    for value in WRONG:
        try:
            Experiment(**{**good, setting: value}).dataset()
        except TwinTrackError as error:
            assert str(error)


def test_the_place_of_a_value_of_several_lines_is_one_line(small_model: Model) -> None:
    with pytest.raises(InputError) as caught:
        small_model.run(catchup_share=pd.Series({"a": 1.0, "b": 2.0}))
    assert all(line.startswith("lever catchup_share=a 1.0 b 2.0") for line in str(caught.value).split("\n"))


def test_the_message_names_each_argument_and_what_it_must_be() -> None:
    with pytest.raises(InputError) as caught:
        check_arguments(strategies=3, seed=1.5, time_step=np.nan, prior="yes")
    assert str(caught.value).splitlines() == [
        "strategies: must be a strategy, several, or several by names of their own, not 3 (int)",
        "seed: must be a whole number, not 1.5 (float)",
        "time_step: must be a number of years above 0, not nan (float)",
        "prior: must be True or False, not 'yes' (str)",
    ]


@pytest.mark.parametrize(
    "value",
    [
        *(Decimal("0.5"), Fraction(1, 2), np.array(0.5), np.float32(0.5), np.float64(0.5)),
        *(np.array(Decimal("0.5"), dtype=object), xr.DataArray(0.5)),
    ],
    ids=repr,
)
def test_numbers_of_every_kind_are_numbers(small_model: Model, value: Any) -> None:
    given = small_model.strategy("baseline", catchup_share=value)
    assert given.paths == small_model.strategy("baseline", catchup_share=0.5).paths


@pytest.mark.parametrize("two", [Decimal(2), np.array(2), np.int8(2)], ids=repr)
def test_whole_numbers_of_every_kind_are_whole_numbers(small_model: Model, two: Any) -> None:
    given = small_model.ensemble("fast", worlds=two, seed=two, prior=True)
    assert given.identical(small_model.ensemble("fast", worlds=2, seed=2, prior=True))
    assert small_model.draw_worlds(two, two, prior=True).equals(small_model.draw_worlds(2, 2, prior=True))


def test_a_step_may_be_any_number(small_model: Model) -> None:
    step = small_model.equations.time.step / 2
    values: tuple[Any, ...] = (Decimal(step), np.array(step))
    for value in values:
        assert small_model.run(time_step=value).to_dict() == small_model.run(time_step=step).to_dict()


@pytest.mark.parametrize(
    "dates", [[2026, 2030], [2026.0, 2030.0], pd.to_datetime(["2026-01-01", "2030-01-01"])]
)
def test_a_series_of_pandas_is_dated_values(small_model: Model, dates: Any) -> None:
    given = small_model.strategy("baseline", catchup_share=pd.Series([0.2, 0.5], index=dates))
    assert given.paths == small_model.strategy("baseline", catchup_share={2026: 0.2, 2030: 0.5}).paths


def test_a_series_of_xarray_is_dated_values(small_model: Model) -> None:
    series = xr.DataArray([0.2, 0.5], {"year": [2026, 2030]})
    given = small_model.strategy("baseline", catchup_share=series)
    assert given.paths == small_model.strategy("baseline", catchup_share={2026: 0.2, 2030: 0.5}).paths


def test_a_run_is_no_list_of_strategies(small_model: Model) -> None:
    with pytest.raises(InputError, match=r"strategies: must be a strategy, .* not <Run of fast"):
        small_model.compare(small_model.run("fast"))  # type: ignore[arg-type]


def test_a_series_with_a_date_twice_is_told(small_model: Model) -> None:
    with pytest.raises(InputError, match="a date stands twice"):
        small_model.strategy("baseline", catchup_share=pd.Series([0.2, 0.5], index=[2026, 2026]))


def test_one_strategy_may_be_named_alone(small_model: Model) -> None:
    alone = small_model.ensemble("fast", worlds=2, prior=True)
    assert alone.identical(small_model.ensemble(["fast"], worlds=2, prior=True))
    assert list(small_model.compare("fast").runs) == ["fast"]


def test_a_run_and_a_model_can_be_pickled(small_model: Model) -> None:
    run = small_model.run("fast")
    again = pickle.loads(pickle.dumps(run))
    assert again.to_dict() == run.to_dict()
    assert again.baseline.to_dict() == run.baseline.to_dict()
    assert pickle.loads(pickle.dumps(small_model)).run("fast").to_dict() == run.to_dict()


@pytest.mark.parametrize("step", [np.nan, np.inf, -1.0, 0.0, 1e-9, 1e30, 1e300])
def test_a_step_of_no_use_is_told(small_model: Model, step: float) -> None:
    with pytest.raises(InputError, match="time_step"):
        small_model.run(time_step=step)
