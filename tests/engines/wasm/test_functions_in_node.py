"""What a C library computes elsewhere is written out in a module, right to the last digits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from wasm_node import Node, NodeModel

from twintrack.engines.wasm.module import module_of
from twintrack.equations import load_equations
from twintrack.equations.operations import OPERATIONS

NAMES = {
    "exp": "EXP",
    "ln": "LN",
    "sqrt": "SQRT",
    "sin": "SIN",
    "cos": "COS",
    "tan": "TAN",
    "arcsin": "ARCSIN",
    "arccos": "ARCCOS",
    "arctan": "ARCTAN",
    "sinh": "SINH",
    "cosh": "COSH",
    "tanh": "TANH",
}
CONTROL = "FINAL TIME = 1 ~~|\nINITIAL TIME = 0 ~~|\nSAVEPER = 1 ~~|\nTIME STEP = 1 ~~|\n"
MODEL = "{UTF-8}\nx = 1 ~~|\n" + "".join(f"f {op} = {name}(x + 0*Time) ~~|\n" for op, name in NAMES.items())
Computed = Callable[[np.ndarray], dict[str, np.ndarray]]
SPECIAL = np.array([0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1e-300, -1e-10, np.inf, -np.inf, np.nan])


@pytest.fixture
def computed(node: Node, tmp_path: Path) -> Computed:
    """Gives all functions of some numbers, by operation."""
    path = tmp_path / "functions.mdl"
    path.write_text(MODEL + CONTROL, encoding="utf-8")
    model = NodeModel(node, module_of(load_equations(path)), tmp_path)

    def compute(x: np.ndarray) -> dict[str, np.ndarray]:
        found = model.run({"x": x})
        return {name[2:]: values[0, 0] for name, values in found.items() if name.startswith("f_")}

    return compute


def spread() -> list[np.ndarray]:
    """Numbers of all sizes: near zero, in a few turns of a circle, beyond, and close to quarters of it."""
    random = np.random.default_rng(2)
    return [
        random.uniform(-1, 1, 4001),
        random.uniform(-12, 12, 4000),
        random.uniform(-720, 720, 4000),
        random.choice([-1, 1], 4000) * 10 ** random.uniform(-12, 11.9, 4000),
        np.arange(-2000, 2000) * (np.pi / 2),
        1 - 10 ** random.uniform(-15, 0, 1000),
        SPECIAL,
    ]


def test_functions_agree_to_a_few_units_of_the_last_digit(computed: Computed) -> None:
    for x in spread():
        found = computed(x)
        with np.errstate(all="ignore"):
            for op in NAMES:
                expected = OPERATIONS[op](x)
                # Numbers without a full mantissa count as zero.
                expected = np.where(np.abs(expected) < 1e-307, 0 * expected, expected)
                np.testing.assert_allclose(found[op], expected, rtol=2e-15, atol=1e-307, err_msg=op)


def test_an_angle_whose_neighbours_lie_apart_has_no_value(computed: Computed) -> None:
    found = computed(np.array([1.5e12, -3e15, 1e300]))
    assert np.isnan([found["sin"], found["cos"], found["tan"]]).all()
