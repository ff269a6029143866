"""Signs of links, against the derivatives they stand for."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from model_helpers import EquationsOf, equations_of
from numpy.typing import ArrayLike
from one_equation import OneEquation

from twintrack.engines.numpy.engine import NumpyEngine
from twintrack.equations import Equations
from twintrack.pages.model.flows import read_flows
from twintrack.pages.model.polarity import Polarity
from twintrack.pages.model.views import Structure

__all__ = ["equations_of"]


def _sign(
    equations: Equations, values: Mapping[str, ArrayLike], cause: str = "x", effect: str = "effect"
) -> str:
    flows = read_flows(equations)
    return Polarity(equations, {0.0: values}).sign(flows.expressions(effect), cause)


@pytest.mark.parametrize(
    ("equation", "sign"),
    [
        ("x+y", "+"),
        ("y-x", "-"),
        ("-x", "-"),
        ("x*y", "+"),
        ("x*(y-10)", "-"),
        ("y/x", "-"),
        ("(y-10)/x", "+"),
        ("x/(x+y)", "+"),
        ("y/(x+y)", "-"),
        ("3*x^2/(x^2+y^2)", "+"),
        ("1/(1+EXP(-(x-y)))", "+"),
        ("LN(x)", "+"),
        ("x^(0-y)", "-"),
        ("0.5^x", "-"),
        ("MAX(0, y-x)", "-"),
        ("MAX(20, x)", ""),
        ("MIN(20, x)", "+"),
        ("SQRT(x)*EXP(y)", "+"),
        ("ABS(0-x)", "+"),
        ("IF THEN ELSE(y>1, x, 2*x)", "+"),
        ("IF THEN ELSE(x>1, 2, 3)", "±"),
        ("x*(5-x)", "±"),
        ("WITH LOOKUP(x, ([(0,0)-(10,9)],(0,9),(5,3),(10,1)))", "-"),
        ("WITH LOOKUP(x, ([(0,0)-(10,9)],(0,1),(5,9),(10,1)))", "±"),
        ("y", ""),
        ("x*0", ""),
        ("SMOOTH(x, 3)", "+"),
        ("SMOOTH(3, x)", "±"),
        ("ZIDZ(y, x)", "-"),
        ("ACTIVE INITIAL(x, 0-x)", "+"),
    ],
)
def test_the_sign_is_that_of_the_slope(equations_of: EquationsOf, equation: str, sign: str) -> None:
    text = f"effect= {equation} ~ Dmnl ~ |\nx= 1+Time ~ Dmnl ~ |\ny= 1+Time ~ Dmnl ~ |\n"
    assert _sign(equations_of(text), {"x": [2.0, 8.0], "y": [2.0, 8.0]}) == sign


def test_the_sign_of_a_sum_over_elements_needs_one_sign_for_all(equations_of: EquationsOf) -> None:
    text = """
    part: one, two ~~ Parts. |
    effect= SUM(weight[part!]*x[part!]) ~ Dmnl ~ |
    x[part]= Time ~ Dmnl ~ |
    weight[part]= 1, {weight} ~ Dmnl ~ |
    """
    assert _sign(equations_of(text.format(weight="2")), {"x": [1.0, 1.0]}) == "+"
    assert _sign(equations_of(text.format(weight="-2")), {"x": [1.0, 1.0]}) == "±"


def test_moments_are_looked_at_one_by_one(equations_of: EquationsOf) -> None:
    equations = equations_of(
        "effect= x*(y-z) ~ Dmnl ~ |\nx= Time ~ Dmnl ~ |\ny= Time ~ Dmnl ~ |\nz= Time ~ Dmnl ~ |"
    )
    (expression,) = read_flows(equations).expressions("effect")
    moments = {0.0: {"x": 1.0, "y": 3.0, "z": 2.0}, 1.0: {"x": 1.0, "y": 9.0, "z": 8.0}}
    assert Polarity(equations, moments).sign((expression,), "x") == "+"
    crossed = {**moments, 2.0: {"x": 1.0, "y": 9.0, "z": 10.0}}
    assert Polarity(equations, crossed).sign((expression,), "x") == "±"


def test_a_value_that_is_not_known_decides_nothing(equations_of: EquationsOf) -> None:
    equations = equations_of("effect= x*y ~ Dmnl ~ |\nx= Time ~ Dmnl ~ |\ny= Time ~ Dmnl ~ |")
    assert _sign(equations, {"x": 1.0}) == "±"
    assert _sign(equations, {"x": 1.0, "y": float("nan")}) == "±"


@pytest.mark.slow
def test_signs_of_the_model_agree_with_a_small_change_of_each_cause(equations: Equations) -> None:
    """For links from stocks: the effect, computed alone, moves as the sign says."""
    engine = NumpyEngine(equations)
    values = {name: array[:, ..., 0] for name, array in engine.run({}, {}).items()}
    rows = range(0, len(equations.time.saved), 24)
    moments = {
        float(equations.time.saved[i]): {name: array[i] for name, array in values.items()} for i in rows
    }
    flows, polarity = read_flows(equations), Polarity(equations, moments)
    structure = Structure(flows, polarity, ())
    checked = 0
    for name in (name for sector in structure.sectors for name in structure.varying(sector)):
        if equations.variables[name].shape:
            continue
        expressions, effect = flows.expressions(name), OneEquation(equations, name)
        for cause in flows.causes(expressions):
            if equations.variables[cause].kind != "stock":
                continue
            sign = polarity.sign(expressions, cause)
            for time, state in moments.items():
                moved = _moved(state[cause])
                low, high = effect.value(state, {cause: moved}, time).reshape(-1)
                if sign == "+":
                    assert high >= low, (cause, name, time)
                elif sign == "-":
                    assert high <= low, (cause, name, time)
                elif sign == "":
                    assert high == pytest.approx(low), (cause, name, time)
            checked += sign in ("+", "-")
    assert checked > 50


def _moved(value: ArrayLike) -> ArrayLike:
    array = np.asarray(value, dtype=np.float64)
    change = 1e-5 * np.maximum(np.abs(array), 1e-9)
    return np.stack([array - change, array + change], axis=-1)
