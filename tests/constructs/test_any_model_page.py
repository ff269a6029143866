"""The page on other models lists every function that is understood, and its examples run."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from construct_helpers import CONTROL
from pysd.translators.vensim.vensim_structures import structures

from twintrack.equations import constructs, load_equations
from twintrack.equations.functions import FUNCTIONS
from twintrack.equations.functions_page import BEGIN, NAMES, computed, names_in, renewed
from twintrack.errors import EquationError
from twintrack.names import snake

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "any_model.md").read_text(encoding="utf-8")
VENSIM = names_in(DOCS / NAMES)
UNDERSTOOD = PAGE.partition("## What is understood")[2].partition("## What is refused")[0]
REFUSED = PAGE.partition("## What is refused")[2].partition("## What is meant")[0]


def test_the_table_of_functions_is_the_one_that_the_program_reads() -> None:
    renew = "python -m twintrack.equations.functions_page docs/any_model.md"
    assert renewed(PAGE, VENSIM) == PAGE, f"renew it: {renew}"
    assert "| `IF THEN ELSE(condition, yes, no)` |" in PAGE
    assert "| `VECTOR RANK(vector, direction)` |" in PAGE
    assert "| `PULSE TRAIN(start, width, interval, end)` |" in PAGE


def test_every_other_construct_is_listed() -> None:
    rows = re.findall(r"^\| (?!Other files)[^|`*]+ \| (.*) \|$", UNDERSTOOD.partition(BEGIN)[0], re.M)
    listed = set(re.findall(r"\b[A-Z][A-Z0-9]+(?: [A-Z0-9]+)*\b", ", ".join(rows)))
    syntax = {"reference", "subscripts_ref", "arithmetic", "logic", "call", "lookup", "data"}
    read_apart = {name for name in structures if not name.startswith("get_")} - syntax
    own_syntax = {"active_initial", "elmcount", "tabbed_array", "get_time_value", "time_base"}
    known = {*constructs.REDUCERS, *constructs.LOOKUP_FUNCTIONS, *read_apart, *own_syntax}
    known -= {*FUNCTIONS, *constructs.VECTORS}  # they are in the table
    assert listed - {"NA", "AND", "OR", "NOT"} == {name.upper().replace("_", " ") for name in known}


def test_a_page_without_a_place_for_the_table_is_told() -> None:
    with pytest.raises(ValueError, match="has no lines"):
        renewed("# Other models\n", VENSIM)


def test_the_page_counts_what_is_computed_of_vensims_functions() -> None:
    done = [name for name in VENSIM if snake(name) in computed()]
    told = f"{len(done)} of the {len(VENSIM)} functions of Vensim that `vensim_functions.txt` lists"
    assert f"{told} are computed." in " ".join(PAGE.split())
    assert sorted({*VENSIM}) == VENSIM


@pytest.mark.parametrize("name", [name for name in VENSIM if snake(name) not in computed()])
def test_each_of_the_others_is_refused_by_its_name(name: str, write: Callable[[str], Path]) -> None:
    with pytest.raises(EquationError, match=rf"\({re.escape(name)}\)"):
        load_equations(write(f"x = {name}(1, 2) ~~|\n"))


def test_every_function_is_computed_or_refused() -> None:
    for name in constructs.REFUSED:
        shown = f"`{name.strip('_').upper().replace('_', ' ')}"
        assert (shown in REFUSED) != (f"{shown}(" in UNDERSTOOD), name


@pytest.mark.parametrize(
    "name", ["FIND ZERO", "SSHAPE", "GET VDF DATA", "GET DATA MEDIAN", "TIME SHIFT", "QUEUE AGE OLDEST"]
)
def test_what_is_said_to_be_refused_is_refused(name: str, write: Callable[[str], Path]) -> None:
    assert name.split()[0] in REFUSED
    with pytest.raises(EquationError, match=re.escape(name)):
        load_equations(write(f"x = {name}(1, 2) ~~|\n"))


def test_the_python_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sir.mdl").write_text(
        "place: North, South ~~|\nstart[place] = 1, 2 ~~|\ninfectivity = 0.2 ~~|\n"
        "Infectious[place] = INTEG(infectivity*Infectious[place], start[place]) ~~|\n"
        "FINAL TIME = 2 ~~|\nINITIAL TIME = 0 ~~|\nSAVEPER = 1 ~~|\nTIME STEP = 1 ~~|\n",
        encoding="utf-8",
    )
    (tmp_path / "market.mdl").write_text("price ~~|\n" + CONTROL, encoding="utf-8")
    (tmp_path / "prices.csv").write_text("Time,price\n0,1\n", encoding="utf-8")
    (tmp_path / "prices_2024.xlsx").write_bytes((CORPUS / "data" / "excel.xlsx").read_bytes())
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for code in re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S):
        exec(code, names)
    assert names["frame"]["Infectious[North]"].tolist() == pytest.approx([7, 9.1, 11.83])
    assert names["runs"]["Infectious"].shape == (3, 2, 1000)
