"""The tables of frontier runs: facts that are whole, dated and cited."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from twintrack.inputs.check import check_content
from twintrack.inputs.check_files import check_file, content_files
from twintrack.inputs.content import Content
from twintrack.inputs.frontier_runs import load_frontier_definitions, load_frontier_runs

Write = Callable[[str, str], Path]
Faults = Callable[..., list[str]]

RUNS = "model/history/runs/frontier_runs.csv"
DEFINITIONS = "model/history/runs/frontier_definitions.csv"
HEAD = (
    "model,date,organisation,country,compute_flop,cost_usd2023,cloud_cost_usd2023,acquisition_cost_usd2023,"
    "in_regression,source\n"
)
FIRST = "First,2016-02-01,A; B,X; Y,1e20,2000.5,,30,1,jiang2025\n"
SECOND = "Second,2017-01-31,C,X,3e21,,,,0,jiang2025; assumption\n"
DEFINITION_HEAD = "definition,runs,growth_factor,words,source\n"
DEFINITION = "top_1,8,1.81,Largest,jiang2025\n"


def test_runs_are_read_with_their_numbers_and_dates(write: Write) -> None:
    first, second = load_frontier_runs(write(RUNS, HEAD + FIRST + "\n" + SECOND))
    assert (first.model, first.organisation, first.country) == ("First", "A; B", "X; Y")
    assert first.date == datetime.date(2016, 2, 1)
    assert (first.compute_flop, first.cost_usd2023, first.acquisition_cost_usd2023) == (1e20, 2000.5, 30.0)
    assert first.cloud_cost_usd2023 is None and second.cost_usd2023 is None
    assert (first.in_regression, second.in_regression) == (True, False)
    assert second.source == ("jiang2025", "assumption")


def test_dates_are_counted_in_years_and_rise_from_day_to_day(write: Write) -> None:
    first, second = load_frontier_runs(write(RUNS, HEAD + FIRST + SECOND))
    assert first.decimal_date == pytest.approx(2016 + 1 / 12)
    assert second.decimal_date == pytest.approx(2017 + 30 / 365)
    days = (datetime.date(2019, 12, 1) + datetime.timedelta(number) for number in range(500))
    dates = [first.model_copy(update={"date": day}).decimal_date for day in days]
    assert dates == sorted(set(dates))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("First", "", "2: model must not be empty"),
        ("2016-02-01", "2016-02-30", '2: date must be a date such as 2023-03-15, not the text "2016-02-30"'),
        ("2017-01-31", "2025-01-01", "3: date is 2025-01-01, after 2024-12-31"),
        ("1e20", "much", '2: compute_flop must be a number, not the text "much"'),
        ("1e20", "", "2: compute_flop must be a number, not "),
        ("2000.5", "-3", "2: cost_usd2023 must be above 0, not -3"),
        ("2000.5", "nan", "2: cost_usd2023 must be a finite number, not nan"),
        (",1,jiang2025\n", ",yes,jiang2025\n", '2: in_regression must be 0 or 1, not the text "yes"'),
        (",0,", ",1,", "3: in_regression is 1 and there is no cost; write cost_usd2023, or 0"),
        ("1,jiang2025\n", "1,;\n", "2: source needs at least 1 entries; it has 0"),
        ("Second", "First", '3: the model "First" is in line 2 too; keep one row'),
        ("2017-01-31", "2015-01-31", "3: the date 2015-01-31 stands after 2016-02-01; sort the rows by date"),
        ("A; B", "A, B", "2: has 11 cells, not 10; put texts with commas in quotes"),
        (FIRST + SECOND, "", "1: the table has no rows; write at least one"),
        ("compute_flop", "compute", "1: the first line must name the columns model, date, organisation"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    write: Write, faults: Faults, old: str, new: str, fault: str
) -> None:
    text = HEAD + FIRST + SECOND
    assert old in text
    (line,) = faults(load_frontier_runs, write(RUNS, text.replace(old, new, 1)))
    assert line.startswith(f"{RUNS}:{fault}")


def test_all_faults_are_told_at_once_in_the_order_of_the_lines(write: Write, faults: Faults) -> None:
    first, second = FIRST.replace("2000.5", "0"), SECOND.replace(",0,", ",1,").replace("2017", "2015")
    lines = faults(load_frontier_runs, write(RUNS, HEAD + first + "one cell\n" + second + FIRST))
    assert [line.split(":")[1] for line in lines] == ["2", "3", "4", "4", "5"]


def test_definitions_are_read(write: Write, faults: Faults) -> None:
    text = DEFINITION_HEAD + DEFINITION + DEFINITION.replace("top_1,8", "top_3,")
    first, second = load_frontier_definitions(write(DEFINITIONS, text))
    assert (first.definition, first.runs, first.growth_factor, first.words) == ("top_1", 8, 1.81, "Largest")
    assert second.runs is None
    lines = faults(load_frontier_definitions, write(DEFINITIONS, text.replace("1.81", "0")))
    assert lines == [f"{DEFINITIONS}:{line}: growth_factor must be above 0, not 0" for line in (2, 3)]


def test_the_check_reads_both_tables_and_looks_up_their_sources(
    tree: Path, write: Write, content: Content
) -> None:
    before = check_content(tree)
    runs = write(RUNS, HEAD + FIRST + SECOND.replace("jiang2025", "jiang2024"))
    definitions = write(DEFINITIONS, DEFINITION_HEAD + DEFINITION.replace("jiang2025", "jiang2023"))
    assert {runs, definitions} <= set(content_files(tree))
    new = [str(fault) for fault in check_content(tree) if fault not in before]
    assert new == [
        f'{RUNS}:3: there is no source "jiang2024"; did you mean "jiang2025"?',
        f'{DEFINITIONS}:2: there is no source "jiang2023"; did you mean "jiang2025"?',
    ]
    assert [str(fault) for path in (runs, definitions) for fault in check_file(path, content)] == new
