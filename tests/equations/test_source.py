"""The scanner keeps what is written: text, lines, groups, units, comments and sources."""

from __future__ import annotations

import pytest

from twintrack.equations.source import scan
from twintrack.errors import EquationError

TEXT = """{UTF-8}
Stock of Papers[route]= INTEG (
\tinflow[route],
\t\t1)
\t~\tpapers [0,?]
\t~\tWhat is known; it "grows. Source: smith_2020; lee_2021.
\t|

********************************************************
\t.Costs and prices
********************************************************~
\t\tWhat things cost
\t|
"price | cost ~ ratio" = 3 ~ 1/Year ~ First line \\
\t\tand second. Source: assumption. |
数据量 = 2 ~~|
\\\\\\---/// Sketch information
nothing ~ here | counts
"""


def test_entries_keep_their_text_and_place() -> None:
    stock, ratio, chinese = scan(TEXT, "model.mdl")
    assert stock.title == "Stock of Papers"
    assert stock.name == "stock_of_papers"
    assert stock.text == "Stock of Papers[route]= INTEG (\n\tinflow[route],\n\t\t1)"
    assert (stock.line, stock.units, stock.group) == (2, "papers", "")
    assert stock.documentation == 'What is known; it "grows.'
    assert stock.source == "smith_2020; lee_2021"
    assert ratio.title == "price | cost ~ ratio"
    assert (ratio.line, ratio.group) == (14, "Costs and prices")
    assert ratio.documentation == "First line and second."
    assert ratio.source == "assumption"
    assert (chinese.name, chinese.line, chinese.units, chinese.source) == ("数据量", 16, "", "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = 1 ~ Dmnl ~ |\nb = 2 |\n", "model.mdl:2: b: an equation needs units"),
        ("a = 1 ~ Dmnl ~ |\n\nb = 2 ~ Dmnl ~ no end\n", "model.mdl:3: the last entry is not closed"),
    ],
)
def test_a_broken_frame_is_told_with_its_line(text: str, message: str) -> None:
    with pytest.raises(EquationError) as raised:
        scan(text, "model.mdl")
    assert message in str(raised.value)


def test_the_limits_of_a_slider_are_kept_apart_from_the_units() -> None:
    text = "a = 1 ~ Year [0,10,0.5] ~ |\nb = 1 ~ 1/Day [?,3] ~ |\nc = 1 ~ [-1,1] ~ |\nd = 1 ~ Dmnl ~ |\n"
    found = {entry.title: (entry.units, entry.limits) for entry in scan(text, "model.mdl")}
    assert found == {
        "a": ("Year", (0, 10, 0.5)),
        "b": ("1/Day", (None, 3)),
        "c": ("", (-1, 1)),
        "d": ("Dmnl", ()),
    }
