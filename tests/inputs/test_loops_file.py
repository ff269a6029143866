"""The loops file: closed chains, signs that multiply to the loop's, names that exist."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from twintrack.inputs.check import check_content
from twintrack.inputs.check_files import check_file
from twintrack.inputs.content import Content
from twintrack.inputs.loops import links, load_loops, loop_faults

Write = Callable[[str, str], Path]
Faults = Callable[..., list[str]]

HEAD = """\
loops:
  - id: R1
    title: {en: Growth, zh: 增长}
    strengthened_by: {en: a, zh: 甲}
    weakened_by: {en: b, zh: 乙}
    reading: {en: c, zh: 丙}
"""
ONE = """\
    state: {year: 2030}
    sign: "-"
    variables: [stock, "rate[a]", flow]
    signs: [+, +, "-"]
"""
TWO = """\
    state: {year: 2030, scenario: closed, strategy: pure_catchup, world: {"route_ceiling[lean]": 5}}
    parts:
      - {id: R1a, sign: +, variables: [stock, flow], signs: ["-", "-"]}
      - {id: B1a, sign: "-", variables: [flow, stock], signs: [+, "-"]}
"""


@pytest.fixture
def equations() -> SimpleNamespace:
    """A model in which stock -> rate -> flow -> stock, and stock -> flow."""
    labels = {"stock": ["stock"], "rate": ["rate[a]", "rate[b]"], "flow": ["flow"]}
    causes = {"stock": ("flow",), "rate": ("stock",), "flow": ("rate", "stock")}
    variables = {
        name: SimpleNamespace(name=name, kind="auxiliary", labels=names) for name, names in labels.items()
    }
    return SimpleNamespace(variables=variables, causes=causes.__getitem__)


def test_a_loop_of_one_chain_and_one_of_several_are_read(write: Write, equations: SimpleNamespace) -> None:
    one = load_loops(write("model/loops.yaml", HEAD + ONE))["R1"]
    (cycle,) = one.cycles
    assert (cycle.id, cycle.sign) == ("R1", "-")
    assert links(cycle) == [("stock", "rate[a]"), ("rate[a]", "flow"), ("flow", "stock")]
    assert (one.state.strategy, one.state.scenario, one.state.year) == ("baseline", "central", 2030.0)

    path = write("model/loops.yaml", HEAD + TWO)
    two = load_loops(path)["R1"]
    assert [(cycle.id, cycle.sign) for cycle in two.cycles] == [("R1a", "+"), ("B1a", "-")]
    assert two.state.world == {"route_ceiling[lean]": 5}
    assert loop_faults(path, equations) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('sign: "-"', "sign: +", '10: R1: the signs of the links make a "-" loop, not a "+" one'),
        ('[+, +, "-"]', '[+, "-"]', "10: R1: 3 variables need as many signs, not 2"),
        ('[+, +, "-"]', '[+, +, "x"]', "10: loops.0.signs.2 must be '+' or '-', not the text \"x\""),
        ('sign: "-"\n', "\n", "2: loops.0 needs either its own sign, variables and signs, or parts"),
        ("zh: 丙", "zh: 丙, fr: d", '6: unknown key "fr" under loops.0.reading'),
        ("year: 2030", "year: 1980", "7: year is wrong: the date 1980 is before 2016"),
        ("id: R1", "id: R1\n    more: 1", '3: unknown key "more" under loops.0'),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    write: Write, faults: Faults, old: str, new: str, fault: str
) -> None:
    text = HEAD + ONE
    assert old in text
    (line,) = faults(load_loops, write("model/loops.yaml", text.replace(old, new, 1)))
    assert line.startswith(f"model/loops.yaml:{fault}")


def test_ids_are_used_once(write: Write, faults: Faults) -> None:
    body = HEAD.removeprefix("loops:\n")
    path = write("model/loops.yaml", HEAD + ONE + body + ONE + body.replace("id: R1", "id: R2") + TWO)
    assert faults(load_loops, path) == ['model/loops.yaml:11: the id "R1" is used twice']
    text = (HEAD + TWO).replace("id: R1a", "id: R1")
    assert faults(load_loops, write("model/loops.yaml", text)) == [
        'model/loops.yaml:2: the id "R1" is used twice'
    ]


@pytest.mark.parametrize(
    ("variables", "fault"),
    [
        ("[stock, rte, flow]", '9: there is no variable of the model "rte"; did you mean "rate"?'),
        ('[stock, "rate[c]", flow]', '9: "rate[c]" is not one of the elements rate[a], rate[b]'),
        ('[stock, "rate[", flow]', '9: "rate[" is not a name or an element'),
        ("[stock, rate, flow]", '9: "rate" is not one of the elements rate[a], rate[b]'),
        ('[flow, "rate[a]", stock]', "9: R1: rate[a] does not depend on flow in the model"),
    ],
)
def test_every_link_must_be_in_the_equations(
    tree: Path, write: Write, equations: SimpleNamespace, variables: str, fault: str
) -> None:
    text = (HEAD + ONE).replace('[stock, "rate[a]", flow]', variables)
    first, *_ = loop_faults(write("model/loops.yaml", text), equations)
    assert str(first).startswith(f"model/loops.yaml:{fault}")


def test_the_state_must_exist(tree: Path, write: Write, content: Content) -> None:
    state = "{year: 2030, scenario: clsed, strategy: purecatchup, world: {x: 1}, levers: {catchup_share: 2}}"
    path = write("model/loops.yaml", (HEAD + ONE).replace("{year: 2030}", state))
    lines = [str(fault) for fault in check_content(tree)]
    assert lines == [str(fault) for fault in check_file(path, content)]
    assert lines == [
        'model/loops.yaml:7: there is no strategy "purecatchup"; did you mean "pure_catchup"?',
        'model/loops.yaml:7: there is no scenario "clsed"; did you mean "closed"?',
        'model/loops.yaml:7: there is no world parameter "x"',
        "model/loops.yaml:7: catchup_share must be from 0 to 1 (unit: 1), not 2",
    ]


def test_a_missing_file_is_told(tree: Path) -> None:
    (tree / "model" / "loops.yaml").unlink()
    assert [fault.where for fault in check_content(tree)] == ["model/loops.yaml"]
