"""The economy: what users gain and pay, the start of policies, observed revenue, published estimates."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from question.felt.__main__ import main
from question.felt.economy import (
    ESTIMATES,
    GAINED,
    JUMP,
    MOVING,
    OUTPUT,
    PAID,
    REVENUE,
    SHARE,
    Paths,
    band_table,
    jump_table,
    paths,
    payment_table,
    reaches,
    revenue_table,
)
from twintrack.inputs.history import read_history
from twintrack.inputs.strategies import BASELINE
from twintrack.model import Model

pytestmark = pytest.mark.slow

YEARS = np.arange(2016.0, 2041.0)
Values = NDArray[np.float64]


def made(**values: Values) -> Paths:
    """Give paths that are one everywhere but in what is told, each of shape (years, worlds)."""
    names = dict.fromkeys((*MOVING, SHARE, OUTPUT), np.ones((len(YEARS), 2)))
    return Paths(YEARS, {(BASELINE, name): value for name, value in {**names, **values}.items()})


@pytest.fixture(scope="module")
def simulated(model: Model) -> Paths:
    return paths(model, model.draw_worlds(60, seed=1, prior=True))


def test_users_gain_what_they_pay(simulated: Paths) -> None:
    table = payment_table(simulated)
    assert (table["share"] >= 0.99).all(), table


def test_nothing_jumps_where_policies_start(model: Model, simulated: Paths) -> None:
    table = jump_table(simulated, model.policy_start)
    assert len(table) == 2 * len(MOVING) and (table["worst"] < JUMP).all(), table


def test_a_world_in_which_one_year_costs_more_than_it_gains_is_counted() -> None:
    paid, gained = np.full((len(YEARS), 2), 3.0), np.full((len(YEARS), 2), 4.0)
    paid[9, 1] = 6.0
    row = payment_table(made(**{PAID: paid, GAINED: gained})).iloc[0]
    assert (row["share"], row["worst"], row["year"], row["middle"]) == (0.5, 1.5, 2025, 1.125)


def test_a_jump_at_the_start_of_policies_stands_out_of_the_changes_around_it() -> None:
    smooth = np.exp(0.1 * (YEARS - 2016))[:, None] * np.ones(2)
    jumping = np.where(YEARS[:, None] >= 2026, 1.5, 1.0) * smooth
    table = jump_table(made(**{PAID: smooth, GAINED: jumping}), 2026.0).set_index("variable")
    assert table["ratio"][PAID] == pytest.approx(1)
    assert table["ratio"][GAINED] > JUMP
    assert table["at_start"][GAINED] == pytest.approx(1.5 * np.exp(0.1) - 1)


@pytest.mark.parametrize(
    ("gain", "conflict"), [(320.0, "no"), (280.0, "within the interval"), (200.0, "yes")]
)
def test_more_revenue_than_users_gain_is_a_conflict(model: Model, gain: float, conflict: str) -> None:
    """303 were observed in 2020, or 250 to 360."""
    table = revenue_table(model, made(**{GAINED: np.full((len(YEARS), 2), gain)}))
    first = table.iloc[0]
    assert (first["series"], first["year"], first["conflict"]) == ("ai_core_industry_broad", 2020, conflict)
    assert first["above"] == float(gain < 303.1)


def test_every_publisher_of_revenue_has_its_rows(model: Model) -> None:
    table = revenue_table(model, made(**{GAINED: np.full((len(YEARS), 2), 800.0)}))
    history = read_history(model.content / "model" / "history" / "series.yaml")
    told = [
        (one.name, int(point.year))
        for one in history.values()
        if one.variable == REVENUE
        for point in one.points
    ]
    assert sorted(zip(table["series"], table["year"], strict=True)) == sorted(told)
    of_2024 = table[table["year"] == 2024].set_index("series")["conflict"]
    assert of_2024.to_dict() == {"ai_core_industry_network": "no", "ai_core_industry_later": "yes"}


@pytest.mark.parametrize(("low", "high"), [*product((0.001, 0.02), (0.2, 0.5))])
def test_a_band_reaches_from_the_lowest_estimate_to_the_highest(low: float, high: float) -> None:
    share = np.geomspace(low, high, 101)[None] * np.ones((len(YEARS), 1))
    table = band_table(made(**{SHARE: share, GAINED: share * 0.1, OUTPUT: np.ones_like(share)}))
    ends = min(one.low for one in ESTIMATES), max(one.high for one in ESTIMATES)
    inside = bool(np.percentile(share[-1], 5) <= ends[0] and np.percentile(share[-1], 95) >= ends[1])
    assert reaches(table) == [inside, False]
    assert inside == ((low, high) == (0.001, 0.5))
    below = table.set_index("source")["below"]
    assert below["briggs2023"] == pytest.approx(np.log(0.07 / low) / np.log(high / low), abs=0.011)


def test_estimates_have_citations(model: Model) -> None:
    assert {one.source for one in ESTIMATES} <= set(model.inputs.sources)


def test_the_command_prints_all_four(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["economy", "--worlds", "20", "--prior", "--out", "economy.csv"])
    assert result.exit_code == 0, result.output
    assert result.output.count("## ") == 4 and "(20 worlds, prior)" in result.output
    assert set(pd.read_csv("economy.csv")["table"]) == {"payment", "jump", "revenue", "band"}
