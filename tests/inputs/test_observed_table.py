"""Tables of observations: all faults at once with their lines, and rows of any year."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from twintrack.errors import InputError
from twintrack.inputs.moments import Span
from twintrack.inputs.observed_table import Observation, read_observations


def series(reading: str = "at", scale: str = "log", unit: str = "MUSD", **more: Any) -> Any:
    return SimpleNamespace(
        **({"reading": reading, "scale": scale, "unit": unit, "window": 1.0, "since": None} | more)
    )


SERIES = {
    "cost": series(),
    "spending": series("mean", unit="bn USD/Year"),
    "imports": series("total", unit="H100e", since=2022.0),
    "adoption": series(scale="logit", unit="1"),
    "lag": series(scale="linear", unit="months"),
}
HEAD = "series,date,period,value,low,high,unit,publisher\n"


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)

    def read(text: str) -> tuple[list[Observation], list[str]]:
        Path("seen.csv").write_text(text, encoding="utf-8")
        rows, faults = read_observations(Path("seen.csv"), SERIES)
        return rows, [str(fault) for fault in faults]

    return read


def test_rows_of_any_year_are_read(table: Any) -> None:
    rows, faults = table(
        HEAD
        + "cost,2025.5,,120,100,150,MUSD,one\n"
        + "spending,,2025Q2,7,,,bn USD/Year,one\n"
        + "imports,2031-01-01,,9e5,,,H100e,one\n"
        + "adoption,,2017,0.3,,,1,one\n"
        + "lag,2026,,-1,,,months,one\n"
    )
    assert faults == []
    assert [row.span for row in rows] == [
        Span(2025.5, 2025.5), Span(2025.25, 2025.5), Span(2022, 2031), Span(2018, 2018), Span(2026, 2026),
    ]  # fmt: skip
    first = rows[0]
    assert (first.series, first.value, first.low, first.high) == ("cost", 120, 100, 150)
    assert (first.publisher, first.line, first.moment.text) == ("one", 2, "2025.5")
    assert rows[1].low is None


def test_columns_come_in_any_order_and_only_one_way_to_tell_the_time_is_needed(table: Any) -> None:
    rows, faults = table("unit,publisher, value,period,series\nMUSD,one,120,2025,cost\n")
    assert faults == [] and rows[0].span == Span(2026, 2026)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("costs,2025.5,,120,,,MUSD,one", 'there is no series "costs"; did you mean "cost"?'),
        ("cost,2025.5,,120,,,bn USD,one", 'the unit is "bn USD", that of the series "MUSD"; convert'),
        ("cost,2025.5,,120,,,,one", 'the unit is "", that of the series "MUSD"'),
        ("cost,2025.5,,many,,,MUSD,one", 'value must be a number, not the text "many"'),
        ("cost,2025.5,,,,,MUSD,one", "value must be a number, not "),
        ("cost,2025.5,,inf,,,MUSD,one", "value must be a finite number"),
        ("cost,2025.5,,0,,,MUSD,one", "value 0 is not above 0, as scale: log needs"),
        ("adoption,2025.5,,30,,,1,one", "value 30 is not between 0 and 1, as scale: logit needs"),
        ("cost,2025.5,,120,130,150,MUSD,one", "low 130, value 120 and high 150 do not rise; order them"),
        ("cost,2025.5,,120,100,,MUSD,one", "has one end of an interval; give low and high"),
        ("cost,soon,,120,,,MUSD,one", 'date: "soon" is not a date'),
        ("cost,,2025Q5,120,,,MUSD,one", 'period: "2025Q5" is not a period; write a year'),
        ("cost,2025-02-30,,120,,,MUSD,one", 'date: the date "2025-02-30" is not a day of the calendar'),
        ("cost,2025.5,2025,120,,,MUSD,one", "give a date or a period, and only one of them"),
        ("cost,,,120,,,MUSD,one", "give a date or a period, and only one of them"),
        ("imports,2022,,120,,,H100e,one", "the year 2022 is not after 2022, from which the total counts"),
        ("spending,2039.5,,7,,,bn USD/Year,one", "the year 2039.5, with its window of 1 years, is after"),
        ("cost,2025.5,,120,,,MUSD,", "publisher is empty; say who published the number"),
        ("cost,2025.5,,120,MUSD,one", "has 6 cells, not 8; put texts with commas in quotes"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_row_is_told_with_its_line(table: Any, row: str, fault: str) -> None:
    good = "lag,2026,,-1,,,months,one\n"
    rows, faults = table(f"{HEAD}{good}{row}\n")
    assert [one.series for one in rows] == ["lag"]
    (told,) = faults
    assert told.startswith(f"seen.csv:3: {fault}")


def test_other_ways_to_write_a_unit_are_the_same_unit(table: Any) -> None:
    rows, faults = table(
        HEAD + "spending,2025,,7,,,bn  USD/year,one\nadoption,2025,,0.3,,,Dmnl,one\nlag,2025,,3,,,month,one\n"
    )
    assert faults == [] and len(rows) == 3


def test_what_stands_twice_is_told_unless_another_publisher_says_it(table: Any) -> None:
    rows, faults = table(
        HEAD
        + "cost,,2025,120,,,MUSD,one\n"
        + "cost,2026.0,,121,,,MUSD,one\n"
        + "cost,2025-12-31,,122,,,MUSD,one\n"
        + "cost,,2025,123,,,MUSD,another\n"
        + "cost,,2025Q3,124,,,MUSD,one\n"
    )
    assert [row.value for row in rows] == [120, 123, 124]
    assert faults == [
        "seen.csv:3: cost, at 2026, by one stands in line 2 too; keep one",
        "seen.csv:4: cost, at 2025.997, by one stands in line 2 too; keep one",
    ]


def test_all_faults_come_at_once(table: Any) -> None:
    rows, faults = table(HEAD + "costs,soon,,many,,,MUSD,\n" + "cost,2025.5,,-1,,,USD,one\n")
    assert rows == []
    assert [fault.split(":")[1] for fault in faults] == ["2"] * 4 + ["3"] * 2


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "series,value,unit,publisher,dates\n",
            'seen.csv:1: there is no column "dates"; did you mean "date"?',
        ),
        (
            "series,value,publisher,date\n",
            "seen.csv:1: the first line must name the columns series, value, unit",
        ),
        ("series,value,value,unit,publisher,date\n", "seen.csv:1: the column value is named twice; keep one"),
        ("", "seen.csv:1: the first line must name the columns"),
        (HEAD, "seen.csv:1: the table has no rows; write at least one observation"),
    ],
)
def test_a_table_without_the_right_columns_is_refused(table: Any, text: str, fault: str) -> None:
    with pytest.raises(InputError) as refused:
        table(text)
    assert str(refused.value).startswith(fault)
