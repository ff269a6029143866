"""`twintrack model loops`: the table, and the same as data and as pictures."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import Result

pytestmark = pytest.mark.slow
Program = Callable[..., Result]


def test_the_table_the_data_and_the_pictures_tell_the_same(program: Program, tmp_path: Path) -> None:
    asked = ["model", "loops", "baseline", "--outcome", "domestic_stack_share", "--every", "6"]
    told = program(*asked, "--out", tmp_path)
    assert told.exit_code == 0, told.output
    rows = list(csv.DictReader(io.StringIO(program(*asked, "--csv").stdout)))
    data = json.loads(program(*asked, "--json").stdout)
    assert [period["begin"] for period in data["periods"]] == [2016, 2022, 2028, 2034]
    assert len(data["time"]) == 96 and len(rows) == 4 * len(data["loops"])
    for period in data["periods"]:
        shares = {row["loop"]: float(row["share"]) for row in rows if float(row["begin"]) == period["begin"]}
        assert shares == period["shares"] and abs(sum(map(abs, shares.values())) - 1) < 1e-9
        assert max(shares, key=lambda name: abs(shares[name])) == period["strongest"]
    strongest = next(line for line in told.stdout.splitlines() if "strongest" in line)
    assert strongest.split()[1:] == [period["strongest"] for period in data["periods"]]
    drawn = {path.name: ElementTree.parse(path).getroot() for path in tmp_path.glob("*.svg")}
    assert drawn.keys() == {"strip.svg", "strip.zh.svg", "loops.svg", "loops.zh.svg"}
    bars = [item.text or "" for item in drawn["strip.svg"].iter("{http://www.w3.org/2000/svg}title")][1:]
    first = max(data["loops"], key=lambda name: abs(data["loops"][name]["drives"][0]))
    assert bars[0].startswith(f"{first} 2016") and bars[-1].endswith("2040")


def test_pictures_are_told_in_words_of_the_reader(program: Program, tmp_path: Path) -> None:
    asked = [
        "model",
        "loops",
        "explore_open",
        "--scenario",
        "decoupling",
        "--outcome",
        "domestic_stack_share",
    ]
    assert program(*asked, "--out", tmp_path).exit_code == 0
    strip = (tmp_path / "strip.zh.svg").read_text(encoding="utf-8")
    assert "开门的追赶与探索并举，脱钩</text>" in strip and "explore_open" not in strip
    axis = re.findall(r">(−?\d+(?:\.\d+)?%)</text>", strip)
    assert [tick for tick in axis[: axis.index("100%") - 1] if "." in tick] == [], "ticks are round numbers"
    drawn = (tmp_path / "loops.svg").read_text(encoding="utf-8")
    told = re.findall(r"<text[^>]*>([RB]\d+ [^<]*)</text>", drawn)
    assert len(told) == 3 and all(" → " in line for line in told), "each loop is told by its stocks"


def test_what_does_not_fit_is_told(program: Program) -> None:
    for more, told in ((["--outcome", "gdp"], "gdp: no element"), (["--csv", "--json"], "take one")):
        found = program("model", "loops", "baseline", *more)
        assert found.exit_code == 2 and told in found.output
