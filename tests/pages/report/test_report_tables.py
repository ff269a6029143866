"""The report's tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from twintrack.inputs.paths import LeverPath
from twintrack.pages.report.data import ReportData
from twintrack.pages.report.tables import Tables, parameter_value, path_in_words
from twintrack.pages.texts import Texts


def _tables(data: ReportData) -> Tables:
    return Tables(data, Texts("en"))


def _marks(data: ReportData) -> list[str]:
    return [cell["mark"] for cell in _tables(data).results()[0]["outcomes"][0]["rows"][-1]["cells"]]


def test_the_best_is_marked_and_ties_are_marked_as_ties(made_up: Callable[..., ReportData]) -> None:
    assert _marks(made_up(lambda name, world: {"red": 8.0}.get(name, 0.0))) == ["", "best", ""]
    tie = made_up(lambda name, world: {"red": 1.0, "blue": 2.0 * (world % 2)}.get(name, -5.0))
    assert _marks(tie) == ["", "tie", "tie"]
    assert _marks(made_up(lambda name, world: 1.0)) == ["same"] * 3
    assert _marks(made_up(lambda name, world: {"red": 8.0}.get(name, 0.0), better="neutral")) == [""] * 3


def test_differences_below_a_thousandth_of_the_level_are_ties_or_the_same(
    made_up: Callable[..., ReportData],
) -> None:
    near = made_up(lambda name, world: {"red": 8.0, "blue": 7.95}.get(name, 0.0))
    assert _marks(near) == ["", "tie", "tie"]
    for better in ("higher", "neutral"):
        same = made_up(lambda name, world: 0.09 * (name == "red"), better=better)
        assert _marks(same) == ["same"] * 3
        assert same.untouched("gain")


def test_public_cost_is_not_listed_at_equal_public_cost(made_up: Callable[..., ReportData]) -> None:
    data = made_up(lambda name, world: 8.0 * (name == "red"))
    cast("dict[str, Any]", data.model.outcomes)["public_cost"] = data.model.outcomes["gain"]
    data.definition.outcomes = ("gain", "public_cost")
    (table,) = _tables(data).equal()
    assert [outcome["title"] for outcome in table["outcomes"]] == ["gain"]


def test_results_give_median_and_range_of_each_year(made_up: Callable[..., ReportData]) -> None:
    data = made_up(lambda name, world: float(world))
    (outcome,) = _tables(data).results()[0]["outcomes"]
    assert [row["year"] for row in outcome["rows"]] == ["2030", "2040"]
    cell = outcome["rows"][0]["cells"][0]
    assert (cell["low"], cell["value"], cell["high"]) == ("100.5", "104.5", "108.5")


def test_decisions_list_only_levers_that_differ_and_say_when(made_up: Callable[..., ReportData]) -> None:
    (row,) = _tables(made_up(lambda name, world: 0.0)).decisions()
    assert row["title"] == "Effort"
    assert row["cells"] == ["1", "1 → 2, 2026–2028", "="]


def test_bars_of_shares_name_every_strategy_for_readers_who_cannot_see_them(
    made_up: Callable[..., ReportData],
) -> None:
    data = made_up(lambda name, world: {"red": 8.0 if world < 8 else -4.0, "blue": -9.0}.get(name, 0.0))
    cell = _tables(data).shares()[0]["rows"][0]["cells"][-1]
    assert cell["alt"] == "Baseline: 20%; Red: 80%; Blue: 0%"
    assert [part["label"] for part in cell["parts"]] == ["20%", "80%"]


def test_costs_are_compared_in_the_same_world(made_up: Callable[..., ReportData]) -> None:
    data = made_up(lambda name, world: 50.0 if name == "red" else 0.0)
    rows = _tables(data).costs()[0]["rows"]
    assert [row["cells"][1]["value"] for row in rows] == ["0", "+50", "0"]
    assert [row["cells"][3]["value"] for row in rows] == ["× 1.00"] * 3


def test_the_smallest_regret_is_marked(made_up: Callable[..., ReportData]) -> None:
    data = made_up(lambda name, world: {"red": 8.0}.get(name, 0.0))
    rows = _tables(data).regrets()[0]["outcomes"][0]["rows"]
    assert [cell["value"] for cell in rows[0]["cells"]] == ["0%", "8.0", "8.0", "8.0", "8.0"]
    assert [cell["smallest"] for cell in rows[1]["cells"]] == [False, True, True, True, False]


def test_strategies_differ_from_the_first_lever_that_moves(made_up: Callable[..., ReportData]) -> None:
    assert made_up(lambda name, world: 0.0).divergence == 2026


@pytest.mark.parametrize(
    ("knots", "text"),
    [
        ([(2016.0, 0.8)], "0.8"),
        ([(2026.0, 60.0), (2030.0, 150.0)], "60 → 150, 2026–2030"),
        ([(2026.5, 0.25), (2026.5, 1.0)], "0.25 → 1, 2026.5"),
        (
            [(2026.0, 0.0), (2028.0, 40.0), (2030.0, 40.0), (2031.0, 10.0)],
            "0 → 40, 2026–2028; 40 → 10, 2030–2031",
        ),
    ],
)
def test_a_path_is_told_by_its_values_and_dates(knots: list[tuple[float, float]], text: str) -> None:
    assert path_in_words(LeverPath.through(knots)) == text


def test_parameters_have_three_digits_and_powers_of_ten() -> None:
    values = [0.1234, 2.4, 1234.0, 4.4e22, 8.4e-4, 0.0]
    assert [parameter_value(value) for value in values] == [
        "0.123",
        "2.4",
        "1,230",
        "4.40×10²²",
        "8.40×10⁻⁴",
        "0",
    ]
