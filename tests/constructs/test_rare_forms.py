"""Forms that are rare and found in models of others: values that ask for themselves, comments in comments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from construct_helpers import TIMES, Table

from twintrack.engines import Simulator
from twintrack.equations import load_equations
from twintrack.equations.flatten import flatten_file
from twintrack.equations.structure import NA
from twintrack.equations.units import check_units
from twintrack.errors import EquationError, InputError

Run = Callable[[str], Table]


def test_a_sample_may_ask_for_what_it_holds(run: Run) -> None:
    found = run(
        ":MACRO: HIGHEST(x)\nHIGHEST = SAMPLE IF TRUE(x > HIGHEST, x, x) ~~|\n:END OF MACRO:\n"
        "r: a, b ~~|\nwave[r] = SIN(Time*r) ~~|\n"
        "lowest[r] = SAMPLE IF TRUE(wave[r] < lowest[r], wave[r], wave[r]) ~~|\n"
        "top = HIGHEST(wave[b]) ~~|\n"
    )
    np.testing.assert_allclose(found["top"], np.maximum.accumulate(np.sin(2 * TIMES)))
    np.testing.assert_allclose(found["lowest[a]"], np.minimum.accumulate(np.sin(TIMES)))


@pytest.mark.parametrize(
    "formula",
    [
        "1 + SAMPLE IF TRUE(x > 1, Time, 0)",
        "SAMPLE IF TRUE(Time > 1, y, 0)",
        "SAMPLE IF TRUE(Time > 1, 2, x)",
    ],
)
def test_other_ways_of_asking_for_itself_are_cycles(formula: str, write: Callable[[str], Path]) -> None:
    with pytest.raises(EquationError, match=r"need each other"):
        load_equations(write(f"x = {formula} ~~|\ny = x + 1 ~~|\n"))


def test_a_sample_of_itself_has_a_flat_form_and_units(write: Callable[[str], Path]) -> None:
    path = write("wave = SIN(Time) ~ kg ~|\ntop = SAMPLE IF TRUE(wave > top, wave, wave) ~ kg ~|\n")
    before = Simulator(path).table({})["top"]
    assert "top" not in [fault.variable for fault in check_units(load_equations(path)).faults]
    path.write_text(flatten_file(path).text, encoding="utf-8")
    np.testing.assert_allclose(Simulator(path).table({})["top"], before)


def test_a_comment_may_hold_comments(run: Run) -> None:
    text = "x = 3 {was: {| ~ } IF THEN ELSE(y, 2 {two {or three}}, 1)} + 1 {end} ~~|\ny = x ~~|\n"
    assert run(text)["y"][0] == 4


def test_an_exception_may_name_what_is_not_there(run: Run) -> None:
    found = run(
        "r: a, b, c ~~|\npart: b, c ~~|\nlater: c, d ~~|\nall: r, d ~~|\n"
        "x[part] :EXCEPT: [a] = 1 ~~|\ny[part] :EXCEPT: [later] = 2 ~~|\ny[c] = 3 ~~|\n"
    )
    assert [found[name][0] for name in ("x[b]", "x[c]", "y[b]", "y[c]")] == [1, 1, 2, 3]


def test_a_matrix_may_name_one_range_twice(run: Run) -> None:
    model = "row: a, b ~~|\ncolumn: a, b ~~|\nm[row, column] = 1, 2; 3, 5 ~~|\n"
    found = run(model + "i[row, column] = INVERT MATRIX(m[row, row], 2) ~~|\n")
    inverse = [found[f"i[{at}]"][0] for at in ("a,a", "a,b", "b,a", "b,b")]
    np.testing.assert_allclose(inverse, [-5, 2, 3, -1])


def test_a_matrix_that_stands_for_its_diagonal_is_told(write: Callable[[str], Path]) -> None:
    with pytest.raises(EquationError, match=r"x: one range stands twice; .* \(INVERT MATRIX\)"):
        load_equations(write("r: a, b ~~|\nm[r, r] = 1 ~~|\nx[r] = INVERT MATRIX(m[r, r], 2) ~~|\n"))


def test_data_may_be_written_as_an_equation(write: Callable[[str], Path]) -> None:
    path = write("r: a, b ~~|\nx[r] = GET DIRECT DATA('d.csv', ',', 'A', 'B2') ~~|\ny = x[b] + 1 ~~|\n")
    (path.parent / "d.csv").write_text("t,a,b\n0,1,2\n6,4,8\n", encoding="utf-8")
    np.testing.assert_allclose(Simulator(path).table({})["y"], 3 + TIMES)


def test_data_without_numbers_must_be_given(write: Callable[[str], Path]) -> None:
    model = Simulator(
        write(
            "r: a, b ~~|\nwanted[r] ~~|\nfollowed :INTERPOLATE: ~~|\nsame := followed*2 ~~|\n"
            "total = SUM(wanted[r!]) + same ~~|\n"
        )
    )
    for engine in ("numpy", "native"):
        with pytest.raises(InputError) as caught:
            model.table({"wanted": [1, 2]}, engine=engine)
        assert [fault.where for fault in caught.value.faults] == ["followed"]
        found = model.table({"wanted": [1, 2], "followed": {0: 0, 6: 12}}, engine=engine)
        np.testing.assert_allclose(found["total"], 3 + 4 * TIMES)


def test_raw_data_have_values_at_their_times_only(write: Callable[[str], Path]) -> None:
    text = "x :RAW: := GET DIRECT DATA('d.csv', ',', 'A', 'B2') ~~|\ny = IF THEN ELSE(x = :NA:, -1, x) ~~|\n"
    path = write(text)
    (path.parent / "d.csv").write_text("t,a\n1,5\n1.5,\n4.3,6\n5.5,7\n", encoding="utf-8")
    model = Simulator(path)
    expected = np.full(13, NA)
    expected[[2, 11]] = 5, 7
    for engine in ("numpy", "native"):
        found = model.table({}, engine=engine)
        np.testing.assert_array_equal(found["x"], expected)
        np.testing.assert_array_equal(found["y"], np.maximum(expected, -1))


def test_a_final_time_that_changes_ends_the_run(tmp_path: Path) -> None:
    path = tmp_path / "model.mdl"
    path.write_text(
        "x = INTEG(1, 0) ~~|\nlimit = 3 ~~|\nFINAL TIME = IF THEN ELSE(x > limit, Time, 10) ~~|\n"
        "INITIAL TIME = 0 ~~|\nTIME STEP = 0.5 ~~|\nSAVEPER = 1 ~~|\n",
        encoding="utf-8",
    )
    model = Simulator(path)
    for engine in ("numpy", "native"):
        found = model.table({}, engine=engine)
        np.testing.assert_array_equal(found["x"], [0, 1, 2, 3, 4])
        np.testing.assert_array_equal(found["FINAL TIME"], [10, 10, 10, 10, 4])
    assert list(model.table({"limit": 100}, ["x"])) == ["time", "x"]
    assert len(model.run(limit=100)) == 11


def test_an_element_is_found_by_its_distance(run: Run) -> None:
    found = run(
        "r: a, b, c, d ~~|\nq: u, v ~~|\nx[r] = 3, 1, 4, 1.5 ~~|\nxx[q, r] = x[r]*q + Time ~~|\n"
        "far = VECTOR ELM MAP(x[b], Time) ~~|\nback[r] = VECTOR ELM MAP(x[d], 1 - r) ~~|\n"
        "next[r] = VECTOR ELM MAP(x[r], 1) ~~|\neach[q, r] = VECTOR ELM MAP(xx[q, a], q + 0.2) ~~|\n"
        "other[r] = VECTOR ELM MAP(xx[u, r], 1) ~~|\n"
    )
    x = [3, 1, 4, 1.5]
    at = np.floor(TIMES + 0.5).astype(int) + 1
    halves = TIMES % 1 == 0.5  # a distance of half an element is none
    expected = np.where((at > 3) | halves, NA, np.take(x, np.minimum(at, 3)))
    np.testing.assert_array_equal(found["far"], expected)
    assert [found[f"back[{e}]"][0] for e in "abcd"] == x[::-1]
    np.testing.assert_array_equal([found[f"next[{e}]"][0] for e in "abcd"], [*x[1:], NA])
    np.testing.assert_allclose([found[f"each[{q},c]"][-1] for q in "uv"], [7, 14])
    np.testing.assert_allclose([found[f"other[{e}]"][-1] for e in "abcd"], np.multiply(x, 2) + 6)


def test_the_time_of_the_model_may_be_asked_for_with_a_distance(run: Run) -> None:
    np.testing.assert_allclose(run("x = GET TIME VALUE(0, 2.5, 0) ~~|\n")["x"], TIMES + 2.5)
