"""Programmes and doors: falling returns, one administration for all, and working time that rises steeply."""

from __future__ import annotations

import numpy as np
import pytest

from field_tests.laboratory import Laboratory, Saved
from twintrack.model import Model

pytestmark = pytest.mark.slow

SCENES = 7
"""Place of the sites for trials among programmes."""

LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)


@pytest.fixture(scope="module")
def levels(laboratory: Laboratory) -> list[Saved]:
    """One programme at levels that are equally far apart, from the start on."""
    found = laboratory.runs({f"{level}": {"scenario_opening": level} for level in LEVELS})
    return list(found.values())


def test_each_further_step_of_a_programme_reaches_less(levels: list[Saved]) -> None:
    reach = [float(saved["programme_reach"][-1, SCENES]) for saved in levels]
    assert reach[0] == 0 and reach[-1] == pytest.approx(1)
    assert (np.diff(reach) > 0).all() and (np.diff(reach, 2) < 0).all()


def test_each_further_step_of_a_programme_costs_more(levels: list[Saved]) -> None:
    for name in ("index_running_cost", "programme_extent"):
        cost = [float(saved[name][-1]) for saved in levels]
        assert (np.diff(cost) > 0).all() and (np.diff(cost, 2) > 0).all(), name


def test_effects_are_counted_from_the_start(policies: dict[str, Saved], model: Model) -> None:
    past = model.equations.time.saved <= 2026
    for saved in policies.values():
        np.testing.assert_allclose(saved["change"][past], 0.0, atol=1e-12)
    change = [policies[case]["change"][-1, SCENES] for case in ("central", "more scenes", "all scenes")]
    assert change[0] == 0 < change[1] < change[2]


def test_a_programme_that_grows_takes_from_all_others(policies: dict[str, Saved]) -> None:
    usual, more = policies["central"], policies["all scenes"]
    others = np.arange(usual["programme_in_force"].shape[1]) != SCENES
    assert (more["programme_in_force"][-1, others] < usual["programme_in_force"][-1, others]).all()
    assert (more["execution"] <= usual["execution"]).all() and more["execution"][-1] < 1


# Data, which programmes open and doors hold back


def test_data_are_opened_as_far_as_security_lets_them(policies: dict[str, Saved]) -> None:
    opened, usual, held, walled = (
        policies[case]["data_richness"][-1]
        for case in ("opened data", "central", "opened data behind reviews", "data behind walls")
    )
    assert opened > usual + 0.02 and held < opened - 0.02
    assert walled < usual - 0.02
