"""The section on what strategies decide."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from twintrack.inputs.paths import TimePath
from twintrack.pages.blocks import Cell
from twintrack.pages.report.data import ReportData
from twintrack.pages.report.sections.decisions import (
    levers_table,
    path_in_words,
    strategies_table,
    switches_of,
)
from twintrack.pages.report.view import ReportView
from twintrack.pages.texts import Texts


def _view(data: ReportData) -> ReportView:
    return ReportView(data, texts=Texts("en"))


def test_decisions_list_only_levers_that_differ_and_say_when(made_up: Callable[..., ReportData]) -> None:
    (row,) = levers_table(_view(made_up(lambda name, world: 0.0))).rows
    texts = [cell.text if isinstance(cell, Cell) else cell for cell in row]
    assert texts == ["Effort", "1", "1 → 2, 2026–2028", "="]


def test_decisions_are_told_in_a_sentence_without_the_usual_years(made_up: Callable[..., ReportData]) -> None:
    table = strategies_table(_view(made_up(lambda name, world: 0.0)))
    assert [cell.small for _, cell in table.rows if isinstance(cell, Cell)] == ["", "Effort 1 → 2", ""]


def test_strategies_differ_from_where_their_results_do_whatever_their_levers_say(
    made_up: Callable[..., ReportData],
) -> None:
    alike = made_up(lambda name, world: 0.0)  # the levers of "red" move, and nothing follows
    assert (alike.divergence, alike.differ) == (2040, False)
    one_world = made_up(lambda name, world: 1.0 if (name, world) == ("red", 3) else 0.0)
    assert (one_world.divergence, one_world.differ) == (2026, True)


def test_what_is_no_number_for_all_strategies_is_no_difference(made_up: Callable[..., ReportData]) -> None:
    assert not made_up(lambda name, world: float("nan") if world == 2 else 0.0).differ
    assert made_up(lambda name, world: float("nan") if (name, world) == ("red", 2) else 0.0).differ


def test_means_a_year_are_taken_since_policies_begin_whenever_strategies_differ(
    made_up: Callable[..., ReportData],
) -> None:
    data = made_up(lambda name, world: 0.0)
    data.own["public_cost"].loc[{"time": 2024.0}] = 1e6  # before policies: counts in no mean
    _, mean = data.cost("central")
    assert (mean == 100.0).all().all()


def _switching(data: ReportData, times: list[float]) -> ReportData:
    """Results in which "red" switches in the first worlds at these saved times, and never in the others."""
    moved = np.zeros((1, 3, 10, 4))
    for world, time in enumerate(times):
        moved[0, 1, world] = data.own["time"].to_numpy() >= time
    return dataclasses.replace(data, own=data.own.assign(policy_switch=(data.own["gain"].dims, moved)))


@pytest.mark.parametrize(
    ("times", "told"),
    [
        ([2030, 2030, 2040], "30% of the futures (Central), from 2030 to 2040, half of these by 2030"),
        ([2040], "10% of the futures (Central), in 2040"),
        ([], "no future (Central)"),
    ],
)
def test_a_switch_is_told_with_its_share_of_worlds_and_its_time(
    made_up: Callable[..., ReportData], times: list[float], told: str
) -> None:
    assert switches_of(_view(_switching(made_up(lambda name, world: 0.0), times)), "red") == [told]


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
    assert path_in_words(TimePath.through(knots)) == text
