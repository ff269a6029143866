"""Further observations join the history in the order of time; what does not fit is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from twintrack.errors import InputError
from twintrack.inputs.further import with_further
from twintrack.inputs.history import HistoryPoint, HistorySeries


def series(name: str, points: dict[float, float], reading: str = "at", window: float = 0.0) -> HistorySeries:
    several = tuple(
        HistoryPoint(year, value, None, None, "made up", line)
        for line, (year, value) in enumerate(points.items(), 2)
    )
    return HistorySeries.model_construct(
        name=name, reading=reading, window=window, since=None, scale="log", unit="1", points=several
    )


HISTORY = {
    "level": series("level", {2018: 1.0, 2024: 2.0}),
    "rate": series("rate", {2020: 5.0}, "mean", 0.5),
}
HEAD = "series,date,value,low,high,unit,publisher\n"


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path("seen.csv")


def joined(table: Path, rows: str, until: int = 2024) -> dict[str, HistorySeries]:
    table.write_text(HEAD + rows, encoding="utf-8")
    return with_further(HISTORY, table, until)


def test_they_join_in_the_order_of_time(table: Path) -> None:
    found = joined(table, "level,2025,3,2.5,3.5,1,one\nlevel,2020,1.5,,,1,one\nrate,2024.5,6,,,1,one\n")
    assert [(one.year, one.value) for one in found["level"].points] == [
        (2018, 1),
        (2020, 1.5),
        (2024, 2),
        (2025, 3),
    ]
    last = found["level"].points[-1]
    assert (last.low, last.high, last.source, last.line) == (2.5, 3.5, "one", 2)
    assert [(one.year, one.value) for one in found["rate"].points] == [(2020, 5), (2024.5, 6)]
    assert HISTORY["level"].points[-1].year == 2024, "what was read is not changed"


def test_another_publisher_measures_the_same_time_again(table: Path) -> None:
    found = joined(table, "level,2024,2.2,,,1,one\nlevel,2024,2.4,,,1,another\n")
    assert [one.value for one in found["level"].points] == [1, 2, 2.2, 2.4]


def test_what_does_not_fit_is_told_at_once(table: Path) -> None:
    rows = "level,2025.5,3,,,1,one\nrate,2024.75,6,,,1,one\nlevel,2024,2.0,,,1,one\nlevels,2024,2.0,,,1,one\n"
    with pytest.raises(InputError) as refused:
        joined(table, rows)
    assert sorted(str(refused.value).splitlines()) == [
        "seen.csv:2: level, at 2025.5, was complete after the end of 2024; learn from it with --until 2025,"
        " or take the row out",
        "seen.csv:3: rate, mean of 2024.75 to 2025.25, was complete after the end of 2024; learn from it with"
        " --until 2025, or take the row out",
        "seen.csv:4: the history holds this number already (level.csv:3); take the row out",
        'seen.csv:5: there is no series "levels"; did you mean "level"?',
    ]
    assert len(joined(table, "level,2025.5,3,,,1,one\n", until=2025)["level"].points) == 3


def test_a_mean_over_another_window_is_not_learnt_from(table: Path) -> None:
    table.write_text("series,period,value,unit,publisher\nrate,2023Q4,6,1,one\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"rate is a mean of 0.5 years, not 0.25; learning takes no other"):
        with_further(HISTORY, table, 2024)
