"""The engines of this package against each other: every variable and saved step, 2016 to 2040."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from parity_helpers import STRATEGIES, assert_parity

from twintrack.engines import JaxEngine
from twintrack.equations.structure import Array
from twintrack.model import Model

FAR_APART = ("catchup_explore_open", "pure_exploration")


class Whole:
    """JAX, asked for all variables whatever is wanted: one compilation, of nearly a minute, is enough."""

    def __init__(self, engine: JaxEngine) -> None:
        self.equations = engine.equations
        self.engine = engine

    def run(
        self,
        constants: Mapping[str, Any],
        series: Mapping[str, Any],
        outputs: Sequence[str] | None = None,
        **options: Any,
    ) -> dict[str, Array]:
        values = self.engine.run(constants, series, **options)
        return {name: values[name] for name in outputs or values}


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_variable_is_the_same_under_numpy(model: Model, strategy: str) -> None:
    native, numpy = (model.run(strategy, engine=name).variables for name in ("native", "numpy"))
    assert len(native) == len(model.equations.time.saved)
    assert_parity(native, numpy)


@pytest.mark.slow
def test_every_variable_is_the_same_under_jax(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(model._blending_engines, "jax", Whole(JaxEngine(model.equations)))
    for strategy in FAR_APART:
        native, jax = (model.run(strategy, engine=name).variables for name in ("native", "jax"))
        assert_parity(native, jax)
