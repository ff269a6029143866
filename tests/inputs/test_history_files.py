"""The observed history: series and their tables, each fault with its line, variables and units."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from twintrack.inputs.check import check_content
from twintrack.inputs.check_files import check_file, content_files
from twintrack.inputs.content import Content, load_content
from twintrack.inputs.history import (
    LEARNT_UNTIL,
    SERIES_FILE,
    HistoryPoint,
    HistorySeries,
    history_faults,
    history_files,
    history_hash,
    read_history,
)
from twintrack.resources import content_root

Write = Callable[[str, str], Path]
Faults = Callable[..., list[str]]

SERIES = """\
series:
  chips:
    title: {en: Chips, zh: 芯片}
    variable: "stock[a]"
    reading: at
    scale: log
    unit: H100e
    error: 0.1
    discrepancy: 0.3
    definition: {en: All chips, zh: 全部芯片}
  money:
    title: {en: Money, zh: 资金}
    variable: spending
    reading: mean
    window: 0.5
    scale: log
    unit: bn USD/Year
    factor: 0.125
    factor_unit: bn USD/bn CNY
    factor_reason: 8 CNY for a USD
    error: 0.1
    discrepancy: 0.1
    bound: upper
    definition: {en: All money, zh: 全部资金}
    not_used: {en: Forecasts, zh: 预测}
  projects:
    title: {en: Projects, zh: 项目}
    variable: starts
    reading: total
    since: 2020
    scale: linear
    unit: models
    error: 5
    discrepancy: 20
    definition: {en: Projects begun, zh: 启动项目}
  users:
    title: {en: Users, zh: 用户}
    variable: adoption_rate
    reading: at
    scale: logit
    unit: 1
    error: 0.1
    discrepancy: 0.3
    definition: {en: People, zh: 人}
"""
HEAD = "year,value,low,high,unit,definition,source\n"
TABLES = {
    "chips": "2023.0,1e3,800,1300,H100e,one maker,jiang2025; assumption\n2025,2e3,,,H100e,chips,jiang2025\n",
    "money": '2024.5,7,,,bn USD/Year,"money, all",jiang2025; a free text\n',
    "projects": "2024.0,217,,,models,projects,assumption\n",
    "users": "2025.0,0.18,0.1,0.3,1,users,jiang2025\n",
}


@pytest.fixture
def folder(write: Write) -> Path:
    """A good history in the small content tree."""
    for name, rows in TABLES.items():
        write(f"model/history/{name}.csv", HEAD + rows)
    return write("model/history/series.yaml", SERIES).parent


@pytest.fixture
def equations() -> SimpleNamespace:
    """What the model says of the variables that are observed."""
    units = {
        "spending": "bn CNY/Year",
        "starts": "models/Year",
        "adoption_rate": "Dmnl",
        "stock": "H100e",
        "fixed": "H100e",
    }
    labels = {"stock": ["stock[a]", "stock[b]"]}
    variables = {
        name: SimpleNamespace(
            name=name,
            units=unit,
            labels=labels.get(name, [name]),
            kind="constant" if name == "fixed" else "auxiliary",
            line=7,
        )
        for name, unit in units.items()
    }
    return SimpleNamespace(variables=variables, time=SimpleNamespace(saved=(2016.0, 2040.0)))


def test_a_history_is_read(folder: Path, content: Content, equations: SimpleNamespace) -> None:
    history = read_history(folder / SERIES_FILE, content.sources)
    assert list(history) == list(TABLES)
    chips, money, projects, users = history.values()
    assert isinstance(chips, HistorySeries)
    assert (chips.name, chips.variable, chips.title.zh) == ("chips", "stock[a]", "芯片")
    assert (chips.reading, chips.window, chips.since, chips.scale) == ("at", 0.0, None, "log")
    assert (chips.factor, chips.error, chips.discrepancy, chips.bound) == (1.0, 0.1, 0.3, None)
    assert chips.points == (
        HistoryPoint(2023.0, 1000.0, 800.0, 1300.0, "jiang2025; assumption", 2),
        HistoryPoint(2025.0, 2000.0, None, None, "jiang2025", 3),
    )
    assert (money.window, money.factor, money.factor_unit, money.bound) == (
        0.5,
        0.125,
        "bn USD/bn CNY",
        "upper",
    )
    assert (projects.since, projects.window) == (2020.0, 0.0)
    assert users.unit == "1"
    assert history_faults(folder / "series.yaml", content.sources, equations) == []
    assert content.history == history


def test_a_mean_without_a_window_is_that_of_a_year(folder: Path, write: Write) -> None:
    write("model/history/series.yaml", SERIES.replace("    window: 0.5\n", ""))
    write("model/history/money.csv", HEAD + TABLES["money"].replace("2024.5", "2024"))
    assert read_history(folder / SERIES_FILE)["money"].window == 1.0


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("reading: at", "reading: on", "5: reading must be 'at', 'mean' or 'total', not the text \"on\""),
        ("scale: log", "scale: lin", "6: scale must be 'log', 'linear' or 'logit', not the text \"lin\""),
        ("bound: upper", "bound: lower", "23: bound must be 'upper', not the text \"lower\""),
        ("error: 0.1\n    discrepancy: 0.3", "error: 0\n    discrepancy: 0.3", "8: error must be above 0"),
        ("discrepancy: 0.3", "discrepancy: .nan", "9: discrepancy must be a finite number"),
        ("discrepancy: 0.3", "discrepancy: 0.05", "2: chips has a discrepancy, 0.05, below its error"),
        (
            "reading: at\n",
            "reading: at\n    window: 1\n",
            "2: chips has a window, which is for reading",
        ),
        (
            "reading: at\n",
            "reading: at\n    since: 2020\n",
            "2: chips needs since, the year from which",
        ),
        ("    since: 2020\n", "", "26: projects needs since, the year from which it counts"),
        ("    factor_reason: 8 CNY for a USD\n", "", "11: money has a factor but no factor_reason"),
        ("factor: 0.125", "factor: -1", "18: factor must be above 0, not -1"),
        ("en: All chips, zh: 全部芯片", "en: All chips", '10: the key "zh" is missing under series.chips'),
        ("unit: H100e\n", "unit: H100e\n    units: a\n", '8: unknown key "units" under series.chips'),
        ("    variable: spending\n", "", '11: the key "variable" is missing under series.money'),
    ],
)
def test_what_is_wrong_with_a_series_is_told(
    folder: Path, write: Write, faults: Faults, old: str, new: str, fault: str
) -> None:
    assert old in SERIES
    write("model/history/series.yaml", SERIES.replace(old, new, 1))
    (line,) = faults(read_history, folder / SERIES_FILE)
    assert line.startswith(f"model/history/series.yaml:{fault}")


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("chips", "1e3", "many", '2: value must be a number, not the text "many"'),
        ("chips", "1e3", "", "2: value must be a number, not "),
        ("chips", "2023.0", "nan", "2: year must be a finite number, not nan"),
        (
            "chips",
            "2025,",
            "2040.01,",
            "3: the year 2040.01 is after 2040, the end of the model; take the row out",
        ),
        ("chips", "2023.0", "2015.9", "2: the year 2015.9 is before 2016, the start of the model"),
        ("chips", "800", "1100", "2: low 1100, value 1000 and high 1300 do not rise; order them"),
        ("chips", "800,1300", "1000,1000", "2: low 1000, value 1000 and high 1000 do not rise"),
        ("chips", "800", "", "2: has one end of an interval; give low and high, or leave both empty"),
        ("chips", "2e3", "0", "3: value 0 is not above 0, as scale: log needs"),
        ("chips", "800", "-1", "2: low -1 is not above 0, as scale: log needs"),
        ("chips", "2025,", "2023,", "3: the year 2023 does not come after 2023, the row above"),
        ("chips", "2025,", "2022,", "3: the year 2022 does not come after 2023, the row above"),
        ("chips", "H100e,chips,", "chips,chips,", '3: the unit is "chips" here and "H100e" in series.yaml'),
        ("chips", ",chips,", ",,", "3: definition is empty; say in a few words what is counted"),
        ("chips", "chips,jiang2025\n", "chips,\n", "3: source is empty, or has an empty part"),
        ("chips", "; assumption", ";", "2: source is empty, or has an empty part"),
        (
            "chips",
            "jiang2025\n",
            "jiang2024\n",
            '3: there is no source "jiang2024"; did you mean "jiang2025"?',
        ),
        ("chips", "2e3,", "2,000,", "3: has 8 cells, not 7; put texts with commas in quotes"),
        ("money", "2024.5", "2039.6", "2: the year 2039.6, with its window of 0.5 years, is after 2040"),
        ("projects", "2024.0", "2020", "2: the year 2020 is not after 2020, from which the total counts"),
        ("users", "0.18", "18", "2: low 0.1, value 18 and high 0.3 do not rise"),
        ("users", "0.3", "1", "2: high 1 is not between 0 and 1, as scale: logit needs"),
        ("users", TABLES["users"], "", "1: the table has no rows; write at least one observation"),
    ],
)
def test_what_is_wrong_with_a_table_is_told(
    folder: Path, write: Write, content: Content, faults: Faults, name: str, old: str, new: str, fault: str
) -> None:
    assert old in TABLES[name]
    write(f"model/history/{name}.csv", HEAD + TABLES[name].replace(old, new, 1))
    first, *_ = faults(read_history, folder / SERIES_FILE, content.sources)
    assert first.startswith(f"model/history/{name}.csv:{fault}")


def test_columns_are_exactly_these(folder: Path, write: Write, faults: Faults) -> None:
    write("model/history/chips.csv", HEAD.replace("low", "lower") + TABLES["chips"])
    (line,) = faults(read_history, folder / SERIES_FILE)
    assert line.startswith("model/history/chips.csv:1: the first line must name the columns year, value, low")


def test_a_last_column_may_name_the_training_run_and_nothing_is_learnt_from_it(
    folder: Path, write: Write, faults: Faults
) -> None:
    before = history_hash(read_history(folder / SERIES_FILE).values())
    head, *rows = (HEAD + TABLES["chips"]).splitlines()
    assert len(rows) == 2
    named = [f"{head},run", f"{rows[0]}, One run ", f"{rows[1]},"]
    write("model/history/chips.csv", "\n".join(named) + "\n")
    history = read_history(folder / SERIES_FILE)
    assert [point.run for point in history["chips"].points] == ["One run", ""]
    assert {point.run for point in history["money"].points} == {""}
    assert history_hash(history.values()) == before
    write("model/history/chips.csv", "\n".join(named).replace(",run", ",runs") + "\n")
    (line,) = faults(read_history, folder / SERIES_FILE)
    assert line.startswith("model/history/chips.csv:1: the first line must name the columns year, value, low")


def test_all_faults_come_at_once(folder: Path, write: Write, content: Content, faults: Faults) -> None:
    (folder / "chips.csv").unlink()
    write("model/history/other.csv", HEAD)
    write("model/history/money.csv", HEAD + TABLES["money"].replace("7,", "x,").replace("jiang2025", "jiang"))
    write("model/history/users.csv", HEAD + TABLES["users"].replace("0.18", "0"))
    assert faults(read_history, folder / SERIES_FILE, content.sources) == [
        "model/history/series.yaml:2: there is no chips.csv beside this file; write its numbers there",
        'model/history/money.csv:2: there is no source "jiang"; did you mean "jiang2025"?',
        'model/history/money.csv:2: value must be a number, not the text "x"',
        "model/history/users.csv:2: low 0.1, value 0 and high 0.3 do not rise; order them",
        "model/history/users.csv:2: value 0 is not between 0 and 1, as scale: logit needs; "
        "write a share, 0.25 for 25 %",
        'model/history/other.csv: no series of series.yaml is named "other"; '
        "add it there or remove the table",
    ]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("stock[a]", "stock[c]", '4: "stock[c]" is not one of the elements stock[a], stock[b]'),
        ("stock[a]", "stock", '4: "stock" is not one of the elements stock[a], stock[b]'),
        (
            "variable: starts",
            "variable: strts",
            '28: there is no variable of the model "strts"; did you mean',
        ),
        ('"stock[a]"', "fixed", '4: "fixed" is a constant: nothing of it is observed over time'),
        (
            "bn USD/bn CNY",
            "bn EUR/bn CNY",
            '17: unit of the series is "bn USD/Year", the model\'s is "bn CNY/Year" times "bn EUR/bn CNY"',
        ),
        (
            "reading: total\n    since: 2020",
            "reading: at",
            '31: unit of the series is "models", the model\'s is "models/Year" (line 7)',
        ),
        ("unit: 1\n", "unit: 1/\n", "41: a unit cannot be read: a name is missing at the end"),
    ],
)
def test_variables_and_units_are_those_of_the_model(
    folder: Path, write: Write, content: Content, equations: SimpleNamespace, old: str, new: str, fault: str
) -> None:
    assert old in SERIES
    path = write("model/history/series.yaml", SERIES.replace(old, new, 1))
    if "unit: 1/" in new:
        write("model/history/users.csv", HEAD + TABLES["users"].replace(",1,", ",1/,"))
    (found,) = history_faults(path, content.sources, equations)
    assert str(found).startswith(f"model/history/series.yaml:{fault}")


def test_the_check_finds_readings_outside_the_time_of_the_model(
    folder: Path, content: Content, equations: SimpleNamespace
) -> None:
    equations.time.saved = (2024.0, 2040.0)
    told = [str(fault) for fault in history_faults(folder / SERIES_FILE, content.sources, equations)]
    message = "chips is read from 2023 to 2025, and the model runs from 2024 to 2040; take rows out"
    assert f"model/history/series.yaml:4: {message}" in told


def test_the_check_reads_the_history(folder: Path, write: Write, content: Content) -> None:
    assert {folder / "series.yaml", *history_files(folder)} <= set(content_files(content.root))
    assert len(history_files(folder)) == len(TABLES)
    assert check_content(content.root) == []
    for path in [folder / "series.yaml", *history_files(folder)]:
        assert check_file(path, content) == []

    table = write("model/history/chips.csv", HEAD + TABLES["chips"].replace("1e3", "x"))
    wrong = ['model/history/chips.csv:2: value must be a number, not the text "x"']
    assert [str(fault) for fault in check_content(content.root)] == wrong
    assert [str(fault) for fault in check_file(table, content)] == wrong
    assert [str(fault) for fault in check_file(folder / "series.yaml", content)] == wrong
    assert check_file(folder / "money.csv", content) == []

    (folder / "series.yaml").unlink()
    assert [fault.where for fault in check_content(content.root)] == ["model/history/series.yaml"]


def test_a_broken_file_of_series_is_told_of_each_of_its_tables(
    folder: Path, write: Write, content: Content
) -> None:
    write("model/history/series.yaml", SERIES + "surplus: 1\n")
    (fault,) = check_file(folder / "chips.csv", content)
    assert 'unknown key "surplus"' in fault.message


def test_content_may_have_no_history(content: Content) -> None:
    assert content.history == {}
    assert check_content(content.root) == []


def test_the_observed_history_reaches_from_2016_to_the_end_of_2024() -> None:
    history = load_content(content_root()).history
    assert len(history) >= 20
    years = [point.year for series in history.values() for point in series.points]
    assert min(years) >= 2016
    assert max(years) == LEARNT_UNTIL + 1
