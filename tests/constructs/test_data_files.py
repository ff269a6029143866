"""Files of data: every format and layout, which file counts, and what is said of wrong ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import simlin

from twintrack.engines import Simulator
from twintrack.equations import load_equations
from twintrack.equations.data_files import label_key, read_data
from twintrack.errors import EquationError, InputError

Write = Callable[[str], Path]
LAYOUTS = {
    "down.csv": "Time,price[a],price[b]\n0,1,5\n6,4,8\n",
    "across.csv": "time (Month),0,6\nprice[a],1,4\nprice[b],5,8\n",
    "list.csv": "name,place,time,value\nprice,a,0,1\nprice,b,0,5\nprice,a,6,4\nprice,b,6,8\n",
    "whole_names.csv": "price[a],0,1\nprice[b],0,5\nprice[a],6,4\nprice[b],6,8\n",
    "semicolons.csv": "Time;Price[A];PRICE[ b ]\n0;1;5\n6;4;8\n",
    "tabs.tab": "Time\tprice[a]\tprice[b]\n6\t4\t8\n0\t1\t5\n",
    "one.dat": "price[a]\n0 1\n6 4\nprice[b] / a comment\n0\t5\n6\t8 another\n",
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_all_layouts_give_the_same(name: str, write: Write) -> None:
    path = write("r: a, b ~~|\nprice[r] ~~|\n")
    (path.parent / name).write_text(LAYOUTS[name], encoding="utf-8")
    found = Simulator(path, data=[path.parent / name]).table({})
    np.testing.assert_allclose(found["price[a]"], np.interp(found["time"], [0, 6], [1, 4]))
    np.testing.assert_allclose(found["price[b]"], np.interp(found["time"], [0, 6], [5, 8]))


def test_results_of_vensim_are_read_by_another_library(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write('r: a one, b ~~|\nprice[r] ~~|\n"odd, name" ~~|\n')
    frame = pd.DataFrame(
        {"price[a_one]": [1.0, 4.0], "price[b]": [5.0, np.nan], "odd,_name": [2.0, 2.0]}, index=[0.0, 6.0]
    )
    monkeypatch.setattr(simlin, "load_vdf", lambda _: frame)
    path.with_suffix(".vdf").write_bytes(b"anything")
    found = Simulator(path).table({})
    assert [found[title][-1] for title in ("price[a one]", "price[b]", "odd, name")] == [4, 5, 2]


def test_what_is_no_vdf_is_told(write: Write) -> None:
    path = write("price ~~|\n")
    path.with_suffix(".vdf").write_bytes(b"anything")
    with pytest.raises(InputError, match=r"model\.vdf: cannot be read as a \.vdf"):
        Simulator(path)


def test_the_last_file_counts_and_then_the_one_beside(write: Write) -> None:
    path = write("a ~~|\nb ~~|\nc ~~|\n")
    files = {"model.csv": "Time,a,b,c\n0,1,1,1\n", "one.csv": "Time,a,b\n0,2,2\n", "two.csv": "Time,a\n0,3\n"}
    for name, text in files.items():
        (path.parent / name).write_text(text, encoding="utf-8")
    found = Simulator(path, data=[path.parent / "one.csv", path.parent / "two.csv"]).table({})
    assert [found[name][0] for name in "abc"] == [3, 2, 1]


def test_changed_data_are_read_again(write: Write) -> None:
    path = write("price ~~|\n")
    for value in (1, 2):
        path.with_suffix(".csv").write_text(f"Time,price\n0,{value}\n", encoding="utf-8")
        assert Simulator(path).table({})["price"][0] == value


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("d.csv", "Time,price\n0,1\n1,much\n", r'd\.csv:3: "much" is no number in the data of price'),
        ("d.csv", 'Time,price\n0,"1,5"\n', r'd\.csv:2: "1,5" is no number'),
        ("d.doc", "", r"d\.doc: is no file of data .* must end in \.csv"),
        ("d.xlsx", "nothing", r"d\.xlsx: cannot be read as a workbook"),
        ("d.dat", "price <Months>\n0 1\n", r"d\.dat:1: time bases are not followed"),
    ],
)
def test_wrong_files_are_told(name: str, text: str, message: str, write: Write) -> None:
    path = write("price ~~|\nx = price ~~|\n")
    (path.parent / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load_equations(path, data=[path.parent / name])


def test_files_outside_the_folder_need_to_be_allowed(write: Write, tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    path = write("price ~~|\n").rename(tmp_path / "inner" / "model.mdl")
    outside = tmp_path / "prices.csv"
    outside.write_text("Time,price\n0,7\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"prices\.csv: needs --allow-outside"):
        Simulator(path, data=[outside])
    assert Simulator(path, data=[outside], allow_outside=True).table({})["price"][0] == 7
    path.with_suffix(".csv").symlink_to(outside)
    assert np.isnan(Simulator(path).table({})["price"][0])


def test_a_file_that_is_not_there_is_told(write: Write) -> None:
    path = write("price ~~|\n")
    with pytest.raises(InputError, match=r"none\.csv: there is no such file"):
        Simulator(path, data=[path.parent / "none.csv"])


def test_an_element_without_data_has_no_equation(write: Write) -> None:
    path = write("r: a, b ~~|\nprice[r] ~~|\nx[r] = price[r] ~~|\n")
    path.with_suffix(".csv").write_text("Time,price[a]\n0,7\n", encoding="utf-8")
    with pytest.raises(EquationError, match=r"x: an element has no equation \(price\[b\]\)"):
        Simulator(path)


def test_only_what_follows_from_data_needs_them(write: Write) -> None:
    model = Simulator(write("price ~~|\nx = price*2 ~~|\ny = Time ~~|\n"))
    assert model.table({}, ["y"])["y"][-1] == 6
    assert model.table({"price": 2.0})["x"][0] == 4
    with pytest.raises(
        InputError, match=r"price: has no numbers in the model \(.*model\.mdl:2\); name a file"
    ):
        model.table({}, ["x"])


def test_no_file_is_read_in_vain(write: Write) -> None:
    path = write("x = 1 ~~|\n")
    path.with_suffix(".xlsx").write_bytes(b"no workbook")
    assert Simulator(path).table({})["x"][0] == 1


def test_names_of_elements_have_one_key(tmp_path: Path) -> None:
    labels = ("Price[A One, b]", '"price"[a_one,B]', "price [ a one , b ]")
    assert {label_key(label) for label in labels} == {"price[a_one,b]"}
    path = tmp_path / "d.csv"
    path.write_text("Time,x\n2,1\n0,5\n2,3\n", encoding="utf-8")
    assert read_data(path).points("x") == ((0.0, 2.0), (5.0, 3.0)), "the last of two at one time counts"
