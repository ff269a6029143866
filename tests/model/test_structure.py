"""What the model file promises: units, sources, sectors, a step small enough."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from twintrack.equations import Equations
from twintrack.model import Model


def test_every_equation_has_units_words_and_a_source(equations: Equations) -> None:
    offenders = [
        variable.name
        for variable in equations.variables.values()
        if not (variable.units and variable.documentation and variable.source)
    ]
    assert offenders == []


def test_every_equation_belongs_to_a_sector(equations: Equations) -> None:
    assert [variable.name for variable in equations.variables.values() if not variable.group] == []


def test_the_model_is_more_than_a_sketch(equations: Equations) -> None:
    dynamic = [
        variable for variable in equations.variables.values() if variable.kind in {"stock", "auxiliary"}
    ]
    assert len(dynamic) >= 80


def test_units_agree_throughout(model: Model) -> None:
    """An independent unit check, by Simlin."""
    simlin = pytest.importorskip("simlin")
    issues = [issue.message for issue in simlin.load(str(model.content / "model" / "twintrack.mdl")).check()]
    assert issues == []


def test_every_lever_moves_something_after_its_start_and_nothing_before(model: Model) -> None:
    baseline = model.run("baseline").outcomes
    for name, lever in model.levers.items():
        farther = max(lever.range, key=lambda end, base=lever.baseline: abs(end - base))
        value = (lever.baseline + farther) / 2
        moved = model.run("baseline", **{name: value}).outcomes
        pd.testing.assert_frame_equal(
            moved[moved.index <= 2026], baseline[baseline.index <= 2026], rtol=1e-12
        )
        change = (moved.iloc[-1] - baseline.iloc[-1]).abs() / baseline.iloc[-1].abs()
        assert change.max() > 1e-4, f"{name} is dead"


@pytest.mark.parametrize("strategy", ["baseline", "catchup_explore_open"])
def test_half_the_step_changes_no_headline_outcome_by_one_percent(model: Model, strategy: str) -> None:
    """Relative to the value itself at the years that reports show, and to the range at all times.

    Stocks that start from almost nothing, such as domestic accelerators in 2023, lag by half a step while
    they take off: up to 4 % of a small value then, which the second measure bounds.
    """
    step = model.equations.time.step
    whole = model.run(strategy).outcomes
    half = model.run(strategy, time_step=step / 2).outcomes
    spread = (half.max() - half.min()).where(lambda x: x > 0, 1.0)
    assert ((whole - half).abs() / spread).max().max() < 0.01
    headline = [name for name in model.headline if name in whole]
    marks = [2030.0, 2035.0, 2040.0]
    error = ((whole - half).abs() / half.abs().replace(0.0, np.inf)).loc[marks, headline].max()
    assert error.max() < 0.01, error.to_dict()


def test_order_of_levers_does_not_matter(model: Model) -> None:
    first = model.run("baseline", catchup_share=0.4, knowledge_openness=0.7).outcomes
    second = model.run("baseline", knowledge_openness=0.7, catchup_share=0.4).outcomes
    pd.testing.assert_frame_equal(first, second, check_exact=True)
