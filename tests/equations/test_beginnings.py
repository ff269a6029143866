"""Constants that count only in initial values."""

from __future__ import annotations

from pathlib import Path

from twintrack.equations import load_equations
from twintrack.equations.beginnings import initial_only

EQUATIONS = """{UTF-8}
first = 1 ~ Dmnl ~ |
second = 2 ~ Dmnl ~ |
both = 3 ~ Dmnl ~ |
rate = 4 ~ 1/Year ~ |
shown = 5 ~ Dmnl ~ |
unused = 6 ~ Dmnl ~ |
start = 2*first ~ Dmnl ~ |
level = INTEG(rate*both, start+both) ~ Dmnl ~ |
held = INITIAL(second) ~ Dmnl ~ |
seen = shown+held ~ Dmnl ~ |
INITIAL TIME = 0 ~ Year ~ |
FINAL TIME = 4 ~ Year ~ |
TIME STEP = 1 ~ Year ~ |
SAVEPER = 1 ~ Year ~ |
"""


def test_what_counts_only_in_initial_values_is_found(tmp_path: Path) -> None:
    path = tmp_path / "model.mdl"
    path.write_text(EQUATIONS, encoding="utf-8")
    equations = load_equations(path)

    found = [name for name in equations.variables if initial_only(equations, name)]

    assert found == ["first", "second", "start"]
