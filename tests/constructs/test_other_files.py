"""Numbers and subscripts in spreadsheets and text files."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from construct_helpers import CONTROL, TIMES

from twintrack.engines import Simulator
from twintrack.equations import load_equations
from twintrack.errors import EquationError

ROWS = [["t", 0, 1, 2, 4, 6], ["a", 1, 2, 3, 5, 9], ["b", 10, 20, None, 50, 5], ["c", 3, 3, 1, 1, 0]]
MODEL = """
r: a, b, c ~~|
q: u, v ~~|
read: GET XLS SUBSCRIPT('d.xlsx','S2','A3','C3','') ~~|
one = GET XLS CONSTANTS('d.xlsx','S2','A4') ~~|
many[q, r] = GET DIRECT CONSTANTS('d.xlsx','S2','A1') ~~|
turned[r, q] = GET DIRECT CONSTANTS('d.xlsx','S2','A1*') ~~|
row[read] = GET DIRECT CONSTANTS('d.xlsx','S2','A1') ~~|
mixed[u] = GET DIRECT CONSTANTS('d.xlsx','S2','B1') ~~|
mixed[v] = one + 1 ~~|
data[r] := GET XLS DATA('d.xlsx','S1','1','B2') ~~|
apart[a] :INTERPOLATE: := GET DIRECT DATA('d.xlsx','S1','1','B3') ~~|
apart[b] :INTERPOLATE: := GET DIRECT DATA('d.xlsx','S1','1','B4') ~~|
held :HOLD BACKWARD: := GET DIRECT DATA('e.csv',',','1','B2') ~~|
ahead :LOOK FORWARD: := GET DIRECT DATA('e.csv',',','1','B2') ~~|
table(GET XLS LOOKUPS('d.xlsx','S1','1','B2')) ~~|
tables[r] = GET DIRECT LOOKUPS('d.xlsx','S1','1','B2') ~~|
looked = table(Time) + data[b] ~~|
all[r] = tables[r](Time*2)*many[u, r] + SUM(row[read!]) ~~|
level = INTEG(held + data[a], one) ~~|
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Write the files that the model names, beside it."""
    from openpyxl import Workbook

    book = Workbook()
    first, second = book.create_sheet("S1"), book.create_sheet("S2")
    for row in ROWS:
        first.append(row)
    for row in ([1, 2, 3], [4, 5, 6], ["x1", "x2", "x3"], [0.5, 7, 8]):
        second.append(row)
    book.save(tmp_path / "d.xlsx")
    with (tmp_path / "e.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["t", 0, 3, 6], ["v", 1, 4, 2]])
    return tmp_path


def test_numbers_are_found_in_their_cells(files: Path, run: Callable[[str], dict[str, np.ndarray]]) -> None:
    assert (files / "d.xlsx").is_file()
    found = run(MODEL)
    assert found["turned[c,v]"][0] == found["many[v,c]"][0] == 6
    assert [found[f"row[x{i}]"][0] for i in (1, 2, 3)] == [1, 2, 3]
    assert (found["mixed[u]"][0], found["mixed[v]"][0]) == (2, 1.5)
    np.testing.assert_allclose(found["data[b]"], np.interp(TIMES, [0, 1, 4, 6], [10, 20, 50, 5]))
    np.testing.assert_allclose(found["apart[b]"], np.interp(TIMES, ROWS[0][1:], ROWS[3][1:]))
    np.testing.assert_array_equal(found["held"], np.where(TIMES < 3, 1, np.where(TIMES < 6, 4, 2)))
    np.testing.assert_array_equal(found["ahead"], np.where(TIMES <= 0, 1, np.where(TIMES <= 3, 4, 2)))
    np.testing.assert_allclose(found["all[c]"], np.interp(TIMES * 2, ROWS[0][1:], ROWS[3][1:]) * 3 + 6)
    rates = found["held"] + found["data[a]"]
    np.testing.assert_allclose(found["level"], 0.5 + np.r_[0, 0.5 * np.cumsum(rates)[:-1]])


def test_names_of_files_may_be_aliases(files: Path, write: Callable[[str], Path]) -> None:
    text = MODEL.replace("'d.xlsx'", "'?data.xlsx'").replace("'e.csv'", "'?e.csv'")
    path = write(text)
    with path.open("a", encoding="utf-8") as file:
        file.write("\\\\\\---/// Sketch\n///---\\\\\\\n30:?data.xlsx=d.xlsx\n30:?e.csv=e.csv\n9:Current\n")
    found = Simulator(path).run()
    path.write_text("{UTF-8}\n" + MODEL + CONTROL, encoding="utf-8")
    assert found.equals(Simulator(path).run())
    assert (files / "d.xlsx").is_file()


def test_a_changed_file_is_read_again(files: Path, write: Callable[[str], Path]) -> None:
    from openpyxl import load_workbook

    path = write("one = GET XLS CONSTANTS('d.xlsx','S2','A4') ~~|\nmoving = one*Time ~~|\n")
    before = load_equations(path)
    assert Simulator(path).run()["moving"].iloc[-1] == 3
    book = load_workbook(files / "d.xlsx")
    book["S2"]["A4"] = 2.5
    book.save(files / "d.xlsx")
    assert load_equations(path).hash != before.hash
    assert Simulator(path).run()["moving"].iloc[-1] == 15


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "x = GET XLS CONSTANTS('none.xlsx','S2','A4') ~~|\n",
            'x: cannot be read: there is no file "none.xlsx".*XLS CONSTANTS',
        ),
        ("x = GET XLS CONSTANTS('d.xlsx','S9','A4') ~~|\n", "x: cannot be read"),
        ("x = GET XLS LOOKUPS('d.xlsx','S1','1','H2') ~~|\n", "x: cannot be read"),
        (
            "q: GET XLS SUBSCRIPT('none.xlsx','S2','A3','C3','') ~~|\n",
            ":2: q: cannot be read: there is no file",
        ),
    ],
)
def test_what_cannot_be_read_is_told(
    text: str, message: str, files: Path, write: Callable[[str], Path]
) -> None:
    assert files.is_dir()
    with pytest.raises(EquationError, match=message):
        load_equations(write(text))
