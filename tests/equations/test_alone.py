"""A model without dynamics: each equation follows from what is given alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twintrack.engines.registry import batch_engine_of
from twintrack.equations import Equations, load_equations
from twintrack.equations.alone import NOW, alone, each_alone, keeps_first
from twintrack.errors import EquationError

MODEL = """{UTF-8}
place: here, there ~~|
S[place] = INTEG(rise[place] - fall[place], 5) ~~|
rise[place] = growth*S[place] + Time ~~|
fall[place] = S[place]^2/100 + rise[place] ~~|
chain[here] = 2*S[here] ~~|
chain[there] = chain[here] + fall[there] ~~|
begin = INITIAL(SUM(rise[place!])) ~~|
relative = SUM(rise[place!])/begin ~~|
growth = 0.1 ~~|
INITIAL TIME = 0 ~~|
FINAL TIME = 4 ~~|
TIME STEP = 1 ~~|
SAVEPER = 1 ~~|
"""


def _loaded(folder: Path, text: str = MODEL) -> Equations:
    path = folder / "model.mdl"
    path.write_text(text, encoding="utf-8")
    return load_equations(path)


def _computed(equations: Equations, effect: str, **given: Any) -> np.ndarray:
    model = each_alone(equations, [effect])
    found = batch_engine_of(model, "numpy").run(given, {}, [alone(effect)])
    return found[alone(effect)][0, ..., 0]


def test_causes_are_held_though_they_follow_from_each_other(tmp_path: Path) -> None:
    equations = _loaded(tmp_path)
    found = _computed(equations, "fall", s=[10.0, 20.0], rise=[7.0, 9.0])
    np.testing.assert_array_equal(found, [8.0, 13.0])  # rise is not computed from S


def test_a_stock_gives_its_net_flow(tmp_path: Path) -> None:
    found = _computed(_loaded(tmp_path), "s", rise=[7.0, 9.0], fall=[1.0, 4.0], s=[100.0, 100.0])
    np.testing.assert_array_equal(found, [6.0, 5.0])


def test_the_time_is_given(tmp_path: Path) -> None:
    found = _computed(_loaded(tmp_path), "rise", **{"s": [10.0, 20.0], NOW: 3.0})
    np.testing.assert_array_equal(found, [4.0, 5.0])


def test_an_element_of_the_variable_itself_is_computed_with_it(tmp_path: Path) -> None:
    found = _computed(_loaded(tmp_path), "chain", s=[10.0, 20.0], fall=[0.0, 3.0], chain=[0.0, 0.0])
    np.testing.assert_array_equal(found, [20.0, 23.0])


def test_what_initial_keeps_is_given(tmp_path: Path) -> None:
    equations = _loaded(tmp_path)
    assert keeps_first(equations, "begin")
    assert not keeps_first(equations, "relative")
    assert _computed(equations, "relative", rise=[7.0, 9.0], begin=4.0) == 4.0


@pytest.mark.parametrize(
    ("equation", "named"),
    [
        ("late = SMOOTH(S[here], 3) ~~|", "SMOOTH"),
        ("late = STEP(S[here], 3) ~~|", "STEP"),
        ("late = S[here]/INITIAL(S[here]) ~~|", "INITIAL"),
    ],
)
def test_what_remembers_or_looks_at_the_clock_is_refused(equation: str, named: str, tmp_path: Path) -> None:
    equations = _loaded(tmp_path, MODEL.replace("growth = 0.1", f"{equation}\ngrowth = 0.1"))
    with pytest.raises(EquationError, match=rf"model\.mdl:\d+: late: {named}"):
        each_alone(equations, ["late"])
