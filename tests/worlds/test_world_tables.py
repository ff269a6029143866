"""Worlds that are given as a table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from twintrack.errors import InputError
from twintrack.inputs.world import WorldParameter
from twintrack.worlds.tables import label_digest, open_table, resampled

TABLE = pd.DataFrame({"pace": [2.5, 3.5, 4.5], "strength": [9, 10, 11]})
KNOWN = {
    name: WorldParameter.model_construct(name=name, range=(0.0, 20.0))
    for name in ("pace", "strength", "other")
}


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
    assert told[2] == 'worlds: strength: the value in row 1 is "much", no number'
    wrong.to_csv(tmp_path / "a.csv", index=False)
    assert len(lines(tmp_path / "a.csv")) == 3
    assert "at least 1 row" in lines(TABLE.head(0))[0]
    assert "no such file" in lines(tmp_path / "none.csv")[0]
    assert "a .csv or a .parquet file" in lines(tmp_path / "a.xlsx")[0]
    (tmp_path / "bad.parquet").write_bytes(b"no table")
    assert "cannot be read" in lines(tmp_path / "bad.parquet")[0]


def test_every_damage_to_a_parquet_file_ends_in_its_numbers_or_a_message(tmp_path: Path) -> None:
    TABLE.to_parquet(tmp_path / "a.parquet")
    whole, digest = (tmp_path / "a.parquet").read_bytes(), open_table(TABLE, KNOWN).digest
    path, refused = tmp_path / "b.parquet", 0
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xB6]) + whole[place + 1 :])
        try:
            assert open_table(path, {**KNOWN}).rows == 3
        except InputError as error:
            refused += 1
            assert str(error).startswith(str(path))
    path.write_bytes(whole[: len(whole) // 2])
    assert "it cannot be read" in lines(path)[0]
    assert refused > 100 and open_table(tmp_path / "a.parquet", KNOWN).digest == digest


def test_an_index_that_pandas_wrote_is_no_parameter(tmp_path: Path) -> None:
    TABLE.to_csv(tmp_path / "a.csv")
    assert open_table(tmp_path / "a.csv", KNOWN).names == ("pace", "strength")


def test_only_the_first_column_may_be_without_a_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("pace,\n1,2\n", encoding="utf-8")
    assert lines(tmp_path / "a.csv")[0].startswith(f'{tmp_path / "a.csv"}: there is no world parameter ""')


def test_a_frame_may_have_columns_of_any_name_and_kind() -> None:
    assert 'worlds: there is no world parameter "1"' in lines(pd.DataFrame({1: [1.0]}))[0]
    assert "pace: the value in row 1" in lines(pd.DataFrame({"pace": [1j]}))[0]
    twice = pd.DataFrame([[1, 2, 3], [4, 5, 6]], columns=["world", "world", "pace"])
    assert lines(twice) == ["worlds: world has 2 columns; keep one"]


def test_a_repeated_column_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("pace,pace\n1,2\n", encoding="utf-8")
    assert lines(tmp_path / "a.csv") == [f"{tmp_path / 'a.csv'}: pace has 2 columns; keep one"]


def test_labels_of_the_user_are_kept(tmp_path: Path) -> None:
    named = TABLE.set_axis([7, 9, 4], axis=0).rename_axis("world")
    named.to_csv(tmp_path / "a.csv")
    named.to_parquet(tmp_path / "a.parquet")
    for source in (named, named.reset_index(), tmp_path / "a.csv", tmp_path / "a.parquet"):
        table = open_table(source, KNOWN)
        assert table.labels is not None
        assert table.labels.tolist() == [7, 9, 4] and table.names == ("pace", "strength")
    texts = open_table(TABLE.set_axis(["a", "b", "c"], axis=0), KNOWN).labels
    assert texts is not None and texts.tolist() == ["a", "b", "c"]
    assert label_digest(texts) != label_digest(texts[::-1])


def test_rows_that_are_only_numbered_have_no_labels() -> None:
    for table in (TABLE, TABLE.rename_axis("world"), TABLE.rename_axis("world").reset_index()):
        assert open_table(table, KNOWN).labels is None


def test_labels_that_repeat_themselves_are_refused_and_such_an_index_is_noted() -> None:
    twice = TABLE.set_axis([7, 9, 7], axis=0)
    assert lines(twice.rename_axis("world").reset_index()) == [
        'worlds: "world" labels the rows, and 7 stands more than once'
    ]
    table = open_table(twice, KNOWN)
    assert table.labels is None
    assert table.notes == (
        "worlds: 7 stands more than once in the index, so that worlds are numbered instead",
    )


def test_values_outside_their_range_are_noted() -> None:
    assert open_table(TABLE, KNOWN).notes == ()
    far = TABLE.assign(pace=[2.5, 21, -1])
    assert open_table(far, KNOWN).notes == (
        "worlds: pace is outside its range, 0 to 20, in 2 rows, first in row 2 (21)",
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"pace\n2.4\n\n9\n", "2: pace: the value in row 2 is missing or not finite"),
        (b"pace\n2.4\nnan\n", "2: pace: the value in row 2 is missing or not finite"),
        (b"pace,strength\n2.4,1\n9,much\n", '2: strength: the value in row 2 is "much", no number'),
        (b"pace,strength\n2.4,1\n9,\xb2\xe2\n", "2: column 2 is not in UTF-8 (GBK or UTF-16"),
        (b"pace,\xb2\xe2\n2.4,1\n", "0: column 2 is not in UTF-8 (GBK or UTF-16"),
        ("pace\n2.4\n".encode("utf-16"), "0: column 1 is not in UTF-8 (GBK or UTF-16"),
        (b"pace,strength\n2.4,1\n9\n", "2: has 1 cells, where line 1 has 2"),
        (b"pace,strength\n2.4,1,7\n", "1: has 3 cells, where line 1 has 2"),
        (b"pace;strength\n2,4;0,03\n", "0: cells are parted by semicolons"),
        (b"pace;strength\n2;3\n", "0: cells are parted by semicolons"),
        (b"pace\tstrength\n2.4\t1\n", "0: cells are parted by tabs"),
        (b"pace\ntrue\n", '1: pace: the value in row 1 is "True", no number'),
    ],
)
def test_a_wrong_value_of_a_file_is_told_with_line_and_column(
    tmp_path: Path, content: bytes, told: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    row, _, message = told.partition(": ")
    assert lines(path)[0].startswith(f"{path}:{int(row) + 1}: {message}")


def test_a_file_with_nothing_but_names_has_no_worlds(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("pace,strength\n")
    assert lines(tmp_path / "a.csv") == [
        f"{tmp_path / 'a.csv'}: there are no worlds in the table; at least 1 row is needed"
    ]


def test_a_file_with_a_byte_order_mark_or_blank_lines_at_its_end_is_good(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbfpace\r\n2.4\r\n\r\n")
    assert open_table(tmp_path / "a.csv", KNOWN).column("pace").tolist() == [2.4]
