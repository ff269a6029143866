"""A module's description tells the digest of its numbers, found without Node; Node finds the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from wasm_node import Node

from twintrack.engines.wasm.digest import digest
from twintrack.engines.wasm.module import Module, module_of
from twintrack.equations import load_equations

ROOT = Path(__file__).parents[3]
CLOCK = "INITIAL TIME=0~~|\nFINAL TIME=9~~|\nTIME STEP=0.125~~|\nSAVEPER=0.5~~|\n"
MODEL = r"""{UTF-8}
place: Here, There ~~|
Level[place] = INTEG(rate[place]*Level[place]*(1 - Level[place]/7) + 0.1*noise, start[place]) ~~|
start[place] = 1, 2 ~~|
rate[place] = EXP(-share*Time/3) + LN(1 + share) - 0.05*SQRT(Time) ~~|
share = 0.3 ~~|
noise = RANDOM NORMAL(-1, 1, 0, 0.5, 7) ~~|
late = DELAY3(Level[Here]^share, 2) ~~|
nothing = ZIDZ(0, 0)*XIDZ(1, late - late, 3) + IF THEN ELSE(Time > 5, SQRT(-1), SIN(Time)) ~~|
"""


def same(node: Node, module: Module, folder: Path, expected: str = "") -> bool | None:
    module.write(folder)
    found: bool | None = node.ask({"check": str(folder), "expected": expected})["same"]
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "model.mdl"
    path.write_text(MODEL + CLOCK, encoding="utf-8")
    return path


def test_node_finds_the_digest_that_the_description_tells(node: Node, path: Path, tmp_path: Path) -> None:
    moved = {"start[There]": 3.7, "share": 0.1 + 0.2}
    module = module_of(load_equations(path), moved=moved)
    told = module.description["check"]
    assert told["moved"] == moved and len(told["digest"]) == 16
    assert same(node, module, tmp_path / "told") is True
    assert same(node, module, tmp_path / "told", "0" * 16) is False


@pytest.mark.parametrize("name", ["arrays.mdl", "functions.mdl"])
def test_models_with_much_in_them_agree_to_the_last_bit(node: Node, name: str, tmp_path: Path) -> None:
    module = module_of(load_equations(ROOT / "tests" / "data" / name), moved={})
    assert same(node, module, tmp_path / "much") is True


def test_the_digest_depends_on_what_is_moved_by_a_bit(path: Path) -> None:
    equations = load_equations(path)
    values = [0.3, float(np.nextafter(0.3, 1)), 0.31]
    found = [module_of(equations, moved={"share": value}).description["check"]["digest"] for value in values]
    assert len({*found}) == 3
    unmoved = module_of(equations, moved={}).description["check"]["digest"]
    assert unmoved == found[0]


def test_a_model_without_numbers_has_no_digest(node: Node, path: Path, tmp_path: Path) -> None:
    path.write_text(MODEL + "price ~~|\ncost = 2*price ~~|\n" + CLOCK, encoding="utf-8")
    module = module_of(load_equations(path), moved={})
    assert "check" not in module.description
    assert same(node, module, tmp_path / "none") is None
    assert "check" not in module_of(load_equations(path)).description


def test_order_and_bits_count_and_all_that_is_no_number_is_the_same() -> None:
    numbers = np.array([[1.0, -0.0], [3.0, 5e-324]])
    other = np.frombuffer(b"\1\0\0\0\0\0\xf8\xff", "<f8")
    assert digest([numbers]) == digest([numbers[0], numbers[1]]) != digest([numbers.T])
    assert digest([numbers]) != digest([np.abs(numbers)])
    assert digest([other]) == digest([np.array([np.nan])])
    assert numbers[1, 1] == 5e-324, "what is given is left as it is"
