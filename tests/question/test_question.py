"""The model's own question: what is set, what is told to be missing, and what the command prints."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from question import asked
from question.__main__ import main
from question.answers import Answer, left_out
from twintrack.model import Model


def test_the_three_futures_are_the_same_at_the_pace_of_today(model: Model) -> None:
    at_today = asked.COST_GROWTH.index(2.4)
    futures = (asked.spend(), asked.price(), asked.step())
    (spend,), (price,), (step,) = (
        [values for name, values in list(future.settings.values())[at_today].items()] for future in futures
    )
    assert spend == {2026: 2.4} and price == {2026: pytest.approx(1.4)} and step == {2026: pytest.approx(1)}
    assert model.world["cost_growth_factor"].value == 2.4
    assert model.world["hardware_growth_factor"].value == asked.COMPUTE_PER_MONEY


def test_dearer_steps_bring_less() -> None:
    (low, *_, high) = (world["step_return"][2026] for world in asked.step().settings.values())
    assert low > 1 > high > 0


def planted(levels: dict[float, float]) -> Any:
    """A model with one parameter, whose capability a quarter after the change follows from its value."""

    def run(_: str, world: dict[str, dict[int, float]]) -> Any:
        level = levels[world["growth"][asked.CHANGE]]
        return SimpleNamespace(outcomes={asked.LEVEL: pd.Series({2026.25: level})})

    return SimpleNamespace(world={"growth": None}, run=run)


GROWTH = asked.Family("Growth", {"1": {"growth": {2026: 1.0}}, "2": {"growth": {2026: 2.0}}})


def test_growth_that_acts_from_its_date_on_is_asked() -> None:
    known = asked.known(planted({1.0: 9.0, 2.0: 9.1}), [GROWTH])
    assert (known.families, known.notes) == ((GROWTH,), ())


def test_growth_that_is_applied_to_the_past_as_well_is_left_out_and_told() -> None:
    known = asked.known(planted({1.0: 9.0, 2.0: 9.9}), [GROWTH])
    assert known.families == ()
    (note,) = known.notes
    assert note.startswith("Growth is left out: growth set from 2026 on moves capability_index by 0.90")


def test_what_the_model_does_not_know_is_left_out_and_told() -> None:
    other = asked.Family("Other", {"0": {"growth": 0.0, "no_such": 1.0}})
    known = asked.known(planted({}), [other])
    assert known.families == ()
    assert known.notes == ("Other is left out: this model has no parameter no_such.",)


def test_each_note_is_told_once() -> None:
    answers = [Answer("a", ("",), [], ["x", "y"]), Answer("b", ("",), [], ["y"])]
    assert left_out(answers).rows == [("x",), ("y",)]
    assert left_out([]).rows == [("nothing",)]


def test_an_answer_is_a_table_of_equal_rows() -> None:
    assert str(Answer("a", ("", "2030"), [("x", "1")])).splitlines() == [
        "|  | 2030 |",
        "| --- | --- |",
        "| x | 1 |",
    ]


@pytest.mark.slow
def test_all_sections_are_printed_with_tables_whose_rows_are_whole() -> None:
    level = logging.getLogger("twintrack").level
    done = CliRunner().invoke(main, ["--worlds", "6", "--origin", "prior"])
    assert done.exit_code == 0, done.output
    assert logging.getLogger("twintrack").level == level
    parts = done.stdout.split("## ")[1:]
    titles = [part.splitlines()[0] for part in parts]
    for words in (
        "pure_exploration better than",
        "cost growth dies",
        "closed better",
        "All programmes",
        "left out",
    ):
        assert any(words in title for title in titles), words
    for part in parts:
        table = [line for line in part.splitlines() if line.startswith("|")]
        assert len(table) > 2 and len({line.count("|") for line in table}) == 1, part


def test_sections_that_do_not_exist_are_all_told() -> None:
    done = CliRunner().invoke(main, ["--only", "dors,lever"])
    assert done.exit_code == 2
    assert '"dors"; did you mean "doors"' in done.stderr and '"lever"' in done.stderr
