"""What the model says of 2016-2024 in the central world, against the anchors it was set with."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from twintrack.inputs.history import HistorySeries
from twintrack.model import Model


@pytest.fixture(scope="module")
def history(model: Model) -> dict[str, HistorySeries]:
    return model.inputs.history


def observed(series: HistorySeries, year: float) -> float:
    """What was observed at a date, or in the window that begins there."""
    (value,) = [point.value for point in series.points if abs(point.year - year) < 0.01]
    return value


@pytest.fixture(scope="module")
def variables(model: Model) -> pd.DataFrame:
    return model.run("baseline").variables


def in_year(values: pd.Series, year: int) -> pd.Series:
    return values[(values.index >= year) & (values.index < year + 1)]


@pytest.mark.parametrize("published", [2020.407, 2023.205])
def test_frontier_run_cost_is_within_a_factor_of_two(
    variables: pd.DataFrame, history: dict[str, HistorySeries], published: float
) -> None:
    """Costliest final run of the year; held all year long, not at one lucky date."""
    cost = in_year(variables["frontier_run_cost"], int(published))
    record = observed(history["frontier_run_cost"], published)
    assert cost.min() >= record / 2
    assert cost.max() <= record * 2


def test_first_run_of_a_billion_comes_between_2026_and_2028(variables: pd.DataFrame) -> None:
    cost = variables["frontier_run_cost"]
    first = cost.index[cost >= 1000][0]
    assert 2026 <= first <= 2028


def test_run_cost_slows_before_one_run_takes_the_leaders_yearly_capital(variables: pd.DataFrame) -> None:
    share = (
        variables["frontier_run_cost"] * variables["bn_cny_per_musd"] / variables["private_capital[leader]"]
    )
    growth = np.log(variables["frontier_run_cost"]).diff() / 0.25
    assert share.max() < 1
    assert growth.iloc[1:5].mean() == pytest.approx(np.log(2.4), rel=0.01)
    assert growth.iloc[-1] < 0.5 * np.log(2.4)


def test_components_of_development_cost_in_2023(variables: pd.DataFrame) -> None:
    bounds = {"hardware": (0.47, 0.67), "staff": (0.29, 0.49), "energy": (0.02, 0.06)}
    for component, (low, high) in bounds.items():
        share = in_year(variables[f"development_cost_share[{component}]"], 2023)
        assert low <= share.min(), component
        assert share.max() <= high, component


def test_final_run_and_development_are_different_bases(variables: pd.DataFrame) -> None:
    """Development of the model of 2023 cost about three times its final run."""
    ratio = in_year(variables["development_cost"] / variables["frontier_run_cost"], 2023)
    assert ratio.between(2.5, 3.7).all()


def test_gap_of_2024_is_between_4_and_14_months(variables: pd.DataFrame) -> None:
    gap = in_year(variables["frontier_gap_months"], 2024)
    assert gap.between(4, 14).all()


# Years are the last saved ones before the dates of observation, bands are as wide as the evidence is.
@pytest.mark.parametrize(
    ("name", "date", "year", "low", "high"),
    [
        ("largest_run_home", 2025, 2024.75, 1 / 4, 2.4),
        ("ai_core_industry_network", 2024, 2024.5, 5 / 7, 9 / 7),
        ("registered_models", 2025, 2024.75, 0.5, 1.8),
        ("adoption", 2025, 2024.75, 0.46, 1.58),
    ],
)
def test_the_model_is_near_what_was_observed(
    variables: pd.DataFrame,
    history: dict[str, HistorySeries],
    name: str,
    date: float,
    year: float,
    low: float,
    high: float,
) -> None:
    series = history[name]
    ratio = variables[series.variable][year] * series.factor / observed(series, date)
    assert low <= ratio <= high


@pytest.mark.parametrize(
    ("name", "year", "low", "high"),
    [
        ("accelerator_stock[home,world_chips]", 2024.75, 150e3, 700e3),
        ("leader_capability_index", 2022.75, 6.0, 7.0),
    ],
)
def test_anchors_lie_in_their_bands(
    variables: pd.DataFrame, name: str, year: float, low: float, high: float
) -> None:
    assert low <= variables[name][year] <= high


@pytest.mark.parametrize("name", ["top_talent_by_origin", "top_talent_at_home"])
def test_top_talent_by_origin_and_by_place_of_work(
    variables: pd.DataFrame, history: dict[str, HistorySeries], name: str
) -> None:
    series = history[name]
    assert [point.year for point in series.points] == [2019.75, 2022.75]
    for point in series.points:
        assert variables[series.variable][point.year] == pytest.approx(point.value, abs=0.04)


def test_policy_does_not_reach_into_the_past(model: Model, variables: pd.DataFrame) -> None:
    """All strategies share history up to 2026 and differ after it."""
    other = model.run("catchup_explore_open", scenario="decoupling").variables
    past = variables.index <= 2026
    varying = [name for name in variables if name.split("[")[0] not in model.levers]
    stocks = [name for name in varying if model.equations.variables[name.split("[")[0]].kind == "stock"]
    np.testing.assert_allclose(variables.loc[past, stocks], other.loc[past, stocks], rtol=1e-12)
    assert not np.allclose(variables.loc[~past, stocks], other.loc[~past, stocks], rtol=1e-3)
