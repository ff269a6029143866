"""Worlds that are given as a table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from twintrack.errors import InputError
from twintrack.worlds.tables import open_table, resampled

TABLE = pd.DataFrame({"pace": [2.5, 3.5, 4.5], "strength": [9, 10, 11]})
KNOWN = ("pace", "strength", "other")


def lines(source: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        open_table(source, KNOWN)  # type: ignore[arg-type]
    return str(caught.value).splitlines()


def test_csv_parquet_and_frame_give_the_same(tmp_path: Path) -> None:
    named = TABLE.rename_axis("world")
    named.to_csv(tmp_path / "a.csv")
    named.to_parquet(tmp_path / "a.parquet")
    TABLE.to_parquet(tmp_path / "b.parquet")
    tables = [open_table(tmp_path / name, KNOWN) for name in ("a.csv", "a.parquet", "b.parquet")]
    for table in (*tables, open_table(TABLE, KNOWN)):
        assert (table.names, table.rows) == (("pace", "strength"), 3)
        assert table.column("strength").tolist() == [9.0, 10.0, 11.0]
        assert table.digest == tables[0].digest
    assert open_table(TABLE.head(2), KNOWN).digest != tables[0].digest


def test_rows_are_taken_in_order_or_drawn() -> None:
    table = open_table(TABLE, KNOWN)
    assert [(name, start, values.tolist()) for name, start, values in table.pieces(None)] == [
        ("pace", 0, [2.5, 3.5, 4.5]),
        ("strength", 0, [9.0, 10.0, 11.0]),
    ]
    picked = resampled(3, 1000, 7)
    columns = {name: values for name, _, values in table.pieces(picked)}
    assert (columns["strength"] - columns["pace"] == 6.5).all(), "rows stay together"
    assert np.bincount(picked).min() > 250
    assert (picked == resampled(3, 1000, 7)).all() and (picked != resampled(3, 1000, 8)).any()
    with pytest.raises(InputError, match="at least 1 world"):
        resampled(3, 0, 1)


def test_all_faults_are_told(tmp_path: Path) -> None:
    wrong = pd.DataFrame({"pac": [1.0], "pace": [np.nan], "strength": ["much"]})
    told = lines(wrong)
    assert len(told) == 3
    assert 'there is no world parameter "pac"; did you mean "pace"?' in told[0]
    assert "pace: the value in row 1 is missing or not finite" in told[1]
    assert "strength: not all values are numbers" in told[2]
    wrong.to_csv(tmp_path / "a.csv", index=False)
    assert len(lines(tmp_path / "a.csv")) == 3
    assert "at least 1 row" in lines(TABLE.head(0))[0]
    assert "no such file" in lines(tmp_path / "none.csv")[0]
    assert "a .csv or a .parquet file" in lines(tmp_path / "a.xlsx")[0]
    (tmp_path / "bad.parquet").write_bytes(b"no table")
    assert "cannot be read" in lines(tmp_path / "bad.parquet")[0]


def test_an_index_that_pandas_wrote_is_no_parameter(tmp_path: Path) -> None:
    TABLE.to_csv(tmp_path / "a.csv")
    assert open_table(tmp_path / "a.csv", KNOWN).names == ("pace", "strength")


def test_a_repeated_column_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("pace,pace\n1,2\n", encoding="utf-8")
    assert lines(tmp_path / "a.csv") == [f"{tmp_path / 'a.csv'}: pace has 2 columns; keep one"]
