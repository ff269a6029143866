"""Effects of a full factorial against hand computation."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from compared_helpers import compared

from twintrack.decisions.factorial import cells, factorial_table, factorial_tables

FACTORS = {"mix": ("catchup", "mixed"), "doors": ("closed", "open"), "ties": ("few", "many")}


def planted(mix: float, doors: float, ties: float) -> float:
    return 5 + 2 * mix - doors + 4 * mix * doors + 8 * mix * doors * ties


def values(worlds: int = 3, better: float = 1.0) -> pd.DataFrame:
    bits = {mask: [mask >> place & 1 for place in range(3)] for mask in range(8)}
    return pd.DataFrame(
        {name: np.full(worlds, better * planted(*bits[mask])) for mask, name in cells(FACTORS).items()}
    )


def found(table: pd.DataFrame, kind: str, what: str) -> float:
    return float(table[(table["kind"] == kind) & (table["what"] == what)]["median"].iloc[0])


def test_cells_are_all_combinations_of_parts() -> None:
    assert cells({"mix": ("catchup", "mixed"), "doors": ("closed", "open")}) == {
        0: "catchup + closed",
        1: "mixed + closed",
        2: "catchup + open",
        3: "mixed + open",
    }


def test_effects_and_what_two_and_three_do_together() -> None:
    table = factorial_table(values(), "higher", FACTORS)
    # Main effect of mix: 2 + 4/2 + 8/4; interactions average the third factor out.
    assert found(table, "effect", "mix") == pytest.approx(6)
    assert found(table, "effect", "doors") == pytest.approx(-1 + 2 + 2)
    assert found(table, "together", "mix x doors") == pytest.approx(4 + 4)
    assert found(table, "together", "mix x ties") == pytest.approx(4)
    assert found(table, "together", "mix x doors x ties") == pytest.approx(8)
    # Averaged over orders, each has its equal part of what only several bring; parts sum to the total.
    assert found(table, "averaged over orders", "mix") == pytest.approx(2 + 4 / 2 + 8 / 3)
    parts = table[table["kind"] == "averaged over orders"]["mean"].sum()
    assert parts == pytest.approx(found(table, "total", "mix x doors x ties"), abs=1e-12) == 13


def test_where_lower_is_better_what_lowers_is_above_zero() -> None:
    table = factorial_table(values(better=-1), "lower", FACTORS)
    assert found(table, "effect", "mix") == pytest.approx(6)


def test_worlds_without_a_number_in_some_cell_are_left_out() -> None:
    holed = values()
    holed.iloc[0, 4] = math.nan
    table = factorial_table(holed, "higher", FACTORS)
    assert set(table["worlds"]) == {2} and set(table["left_out"]) == {1}


def test_the_cells_stand_among_the_results_beside_what_is_compared() -> None:
    table = values()
    results = {"speed": ("higher", {name: table[name].to_list() for name in table})}
    given = compared(results, strategies=list(table)[:2], factors=FACTORS)
    tables = factorial_tables(given)
    assert list(tables) == ["factorial"] and set(tables["factorial"]["year"]) == {2040}
    assert factorial_tables(compared(results)) == {}
