"""The component in Node measures loops as `loops_of` does, for whatever stands on its sliders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from twintrack.decisions.loops import Loops, loops_of
from twintrack.hands_on.links import read_link
from twintrack.model import Model
from twintrack.runs.results import Run
from twintrack.runs.single import run_strategy

if TYPE_CHECKING:
    from conftest import Component

pytestmark = pytest.mark.slow

CLOSE = 1e-9
"""Largest difference of shares; of values, as a share of the series' scale."""
SCORES_CLOSE = 1e-8
"""The same of scores, as a share of the loop's largest.

Where effects hardly change, a score is a product of ratios of small differences, and comes to a million.
"""
LINKS = {
    "baseline": "h=central",
    "mix and lever": "s=pure_catchup&x=explore_open=0.4&l=catchup_share=0.6,2028,1,2033",
    "scenario and belief": "s=explore_open&c=decoupling&w=leader_agility=0.3&h=central",
    "switch": "s=late_switch&c=leader_explores",
}

Measured = tuple[Run, Loops, dict[str, Any]]


@pytest.fixture(scope="module", params=LINKS.values(), ids=LINKS.keys())
def measured(request: pytest.FixtureRequest, model: Model, component: Component) -> Measured:
    """Give the run of a link, its loops as the program measures them, and as the component does."""
    shown = read_link(model, request.param)
    around = shown.home in ("", "representative")
    run = run_strategy(model, shown.strategy, shown.scenario, world=shown.world, representative=around)
    loops = loops_of(run, (cycle for entry in model.inputs.loops.values() for cycle in entry.cycles))
    found = component.ask(loops={"link": request.param, "outcomes": list(model.headline)})
    return run, loops, found


def test_steps_and_values_are_those_of_the_run(measured: Measured) -> None:
    run, loops, found = measured
    assert found["times"] == loops.times.tolist()
    for name, values in found["values"].items():
        np.testing.assert_allclose(values, run[name][:-1], atol=CLOSE * np.abs(run[name]).max(), rtol=0)


def test_scores_of_loops_are_those_of_the_program(measured: Measured) -> None:
    _, loops, found = measured
    assert found["scores"].keys() == loops.scores.keys()
    for name, own in loops.scores.items():
        off = np.abs(np.array(found["scores"][name]) - own).max()
        assert off <= SCORES_CLOSE * np.abs(own).max(), name


def test_loops_drive_outcomes_as_the_program_says(measured: Measured, model: Model) -> None:
    _, loops, found = measured
    told = {"": (found["shares"], loops.shares)}
    told |= {name: (found["drives"][name], loops.drives(name)) for name in model.headline}
    for outcome, (shares, own) in told.items():
        assert shares.keys() == own.keys()
        for name, expected in own.items():
            np.testing.assert_allclose(
                shares[name], expected, atol=CLOSE, rtol=0, err_msg=f"{outcome} {name}"
            )
