"""Files as other programs and countries write them: encodings, names, comments, numbers, faults."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from construct_helpers import CONTROL, TIMES

from twintrack.engines import Simulator
from twintrack.equations import load_equations
from twintrack.equations.structure import NA
from twintrack.errors import EquationError

WORDS = "Été = 3 ~ €/an ~ l'été |\nb = ÉTÉ*2 ~~|\n"


@pytest.mark.parametrize(
    "content",
    [
        (WORDS + CONTROL).encode("cp1252"),
        ("{UTF-8}\n" + WORDS + CONTROL).encode("utf-8"),
        b"\xef\xbb\xbf" + ("{UTF-8}\n" + WORDS + CONTROL).replace("\n", "\r\n").encode("utf-8"),
        ("{windows-1252}\r\n" + WORDS + CONTROL).encode("cp1252"),
        ("{UTF-8}\n" + WORDS + CONTROL).encode("cp1252"),
        ("{no such encoding}\n" + WORDS + CONTROL).encode("utf-8"),
        (WORDS + CONTROL).encode("utf-16"),
    ],
)
def test_encodings(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.mdl"
    path.write_bytes(content)
    equations = load_equations(path)
    assert equations.variables["été"].title == "Été"
    assert equations.variables["été"].units == "€/an"
    assert Simulator(path).run()["b"].tolist() == [6.0] * 13


NAMES = """
"price$" = 3 ~~|
"price€" = 4 ~~|
"%" = 5 ~~|
"&|~" = 6 ~~|
Bob's car = 7 ~~|
"a \\"quoted\\" (name), = 8" = 8 ~~|
"a->b" = 9 ~~|
data  point_one = 10 ~~|
second = Data_Point One ~~|
max capacity = "price$" + 10*"Price€" + 100*"%" + 1000*"&|~" ~~|
others = "A->b" + "a \\"quoted\\" (name), = 8"*second + bob's car ~~|
数据 = 2 ~ [0,?] ~ odd " quote ~ :SUPPLEMENTARY |
****************
.Group
****************~
	what is in it |
long \\
	name = IF THEN ELSE( :NOT: (数据 > 3 :AND: second < 2) :OR: second = 4,\\
		MAX(数据, second) + {a comment = |} 1,
		0) ~ widgets/Month [0,10,1] ~ text \\
		goes on |
{another comment, = | with signs}
numbers = .5 + 1e3 + 1.5E+3 + 2.E-1 + 007 - 1. - -3 * -(2) ~~|
check :THE CONDITION: numbers > 1 :IMPLIES: second > 2 ~~|
input :TEST INPUT: second = 3 ~~|
unchanged == 7 ~ |
"""


def test_names_comments_and_numbers(run: Callable[[str], dict[str, np.ndarray]]) -> None:
    found = run(NAMES)
    values = {name: float(column[0]) for name, column in found.items()}
    assert values["max capacity"] == 3 + 40 + 500 + 6000
    assert values["others"] == 9 + 80 + 7
    assert values["long name"] == 11
    assert values["numbers"] == 0.5 + 1000 + 1500 + 0.2 + 7 - 1 - 6
    assert values["unchanged"] == 7
    assert not {"check", "input"} & found.keys()


def test_names_that_differ_in_signs_have_identifiers_of_their_own(write: Callable[[str], Path]) -> None:
    variables = load_equations(write(NAMES)).variables
    assert {"price", "price_2", "unnamed", "unnamed_2", "数据", "data_point_one"} <= variables.keys()
    assert variables["price_2"].title == "price€"
    assert variables["numbers"].line == 25


def test_an_unknown_name_is_not_taken_for_a_similar_one(write: Callable[[str], Path]) -> None:
    for name in ('"price£"', "price"):
        with pytest.raises(EquationError, match="no variable of this name"):
            load_equations(write(f'"price$" = 3 ~~|\nx = {name}*2 ~~|\n'))


def test_the_missing_value_is_a_number(run: Callable[[str], dict[str, np.ndarray]]) -> None:
    found = run(
        "x = IF THEN ELSE(Time > 3, 5, :NA:) ~~|\ny = IF THEN ELSE(x = :na:, -1, x*2) ~~|\n"
        "z = IF THEN ELSE(:NA: <> x, 1, 0) ~~|\nlow = IF THEN ELSE(x < -1e30, 1, 0) ~~|\n"
        "top = MAX(0, x) ~~|\n"
    )
    later = TIMES > 3
    np.testing.assert_array_equal(found["x"], np.where(later, 5.0, NA))
    np.testing.assert_array_equal(found["y"], np.where(later, 10, -1))
    np.testing.assert_array_equal(found["z"], later)
    np.testing.assert_array_equal(found["low"], ~later)
    np.testing.assert_array_equal(found["top"], np.where(later, 5, 0))


def test_a_zero_that_is_written_does_not_hide_a_number_that_is_none(
    run: Callable[[str], dict[str, np.ndarray]],
) -> None:
    found = run("s = INTEG(s*1e200, 1) ~~|\nx = 0*s ~~|\ny = 0*Time ~~|\nz = s*0 + 0*EXP(Time) ~~|\n")
    finite = np.isfinite(found["s"])
    assert 0 < finite.sum() < len(finite)
    np.testing.assert_array_equal(found["x"], np.where(finite, 0, np.nan))
    np.testing.assert_array_equal(found["z"], found["x"])
    np.testing.assert_array_equal(found["y"], 0)


def test_lines_may_be_wrapped_anywhere(run: Callable[[str], dict[str, np.ndarray]]) -> None:
    found = run(
        ":MACRO: BOTH(p, q\\\n\t\t:twice,\\\n\t\tthrice\\\n\t\t)\nBOTH = p+q ~~|\ntwice = 2*p ~~|\n"
        "thrice = 3*q ~~|\n:END OF MACRO:\nx = INTEG(1, 5)\\\n\t\t ~~|\n"
        "y = BOTH(3, 1:tw,\\\n\t th)\\ \n ~~|\nz = tw\\\n+th ~~|\n"
    )
    assert found["x"][-1] == 11
    assert (found["y"][0], found["z"][0]) == (4, 9)


def test_clocks_written_as_formulas(tmp_path: Path) -> None:
    path = tmp_path / "model.mdl"
    path.write_text(
        "start = 1 ~~|\nlevel = INTEG(1, 3) ~~|\nr: a, b ~~|\nspan[r] = 2, 4 ~~|\n"
        "INITIAL_TIME = start + 1 ~~|\nFINAL TIME = INITIAL TIME + MAX(span[b], level) ~~|\n"
        "TIME STEP = 2^-1 ~~|\n",
        encoding="utf-8",
    )
    frame = Simulator(path).run()
    assert frame.index.tolist() == [2 + 0.5 * i for i in range(9)], "without SAVEPER every step is saved"
    path.write_text(CONTROL.replace("INITIAL TIME = 0", "INITIAL TIME = 0*Time"), encoding="utf-8")
    with pytest.raises(EquationError, match=r"initial_time: a control variable must be computed from"):
        load_equations(path)


BAD = """
a = GET XLS DATA('f','t','A','B2') ~~|
b = SIN(1,2) + SHIFT IF TRUE(1,2) ~~|
c := 3 + VECTOR ELM MAP(a, 1) + nor ~~|
d = VECTOR ELM MAP(3, 1) ~~|
e = GET DIRECT CONSTANTS('f','t','A') ~~|
f = x[ ~~|
g = f + GET TIME VALUE(2,0,1) ~~|
h = GET DATA BETWEEN TIMES(m, Time, 1) ~~|
i = nope + 1 ~~|
j(GET XLS LOOKUPS('f','t','A','B2')) ~~|
k = j(3) + A FUNCTION OF(a) ~~|
l[q] = 1 ~~|
m = l + 1 ~~|
"""


def test_all_faults_are_told_at_once_in_the_order_of_the_file(write: Callable[[str], Path]) -> None:
    path = write(BAD)
    with pytest.raises(EquationError) as raised:
        load_equations(path)
    lines = str(raised.value).replace(f"{path}:", "").splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        str(line) for line in (3, 4, 4, 5, 6, 8, 9, 10, 11, 13, 14)
    ]
    expected = (
        *(
            'a, e, j: cannot be read: there is no file "f"',
            "(SIN)",
            "SHIFT IF TRUE",
            "(nor)",
            "VECTOR ELM MAP",
        ),
        *("f: not ", "GET TIME VALUE", "GET DATA BETWEEN TIMES", "(nope)", "A FUNCTION OF", "(q)"),
    )
    for line, construct in zip(lines, expected, strict=True):
        assert construct in line
