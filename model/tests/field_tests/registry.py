"""The twelve tests in Sterman's order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from field_tests.behaviour_anomaly import behaviour_anomaly
from field_tests.behaviour_reproduction import behaviour_reproduction
from field_tests.boundary_adequacy import boundary_adequacy
from field_tests.dimensional_consistency import dimensional_consistency
from field_tests.extreme_conditions import extreme_conditions
from field_tests.family_member import family_member
from field_tests.integration_error import integration_error
from field_tests.parameter_assessment import parameter_assessment
from field_tests.sensitivity_analysis import sensitivity_analysis
from field_tests.structure_assessment import structure_assessment
from field_tests.surprise_behaviour import surprise_behaviour
from field_tests.system_improvement import system_improvement
from twintrack.calibration.field_results import FieldTest
from twintrack.calibration.field_tests import Fit

if TYPE_CHECKING:
    from twintrack.model import Model

FIELD_TESTS: Mapping[str, Callable[[Model], FieldTest]] = {
    "boundary_adequacy": boundary_adequacy,
    "structure_assessment": structure_assessment,
    "dimensional_consistency": dimensional_consistency,
    "parameter_assessment": parameter_assessment,
    "extreme_conditions": extreme_conditions,
    "integration_error": integration_error,
    "behaviour_reproduction": behaviour_reproduction,
    "behaviour_anomaly": behaviour_anomaly,
    "family_member": family_member,
    "surprise_behaviour": surprise_behaviour,
    "sensitivity_analysis": sensitivity_analysis,
    "system_improvement": system_improvement,
}
"""The tests by id, in the order of Sterman (2000), table 21-4."""


def field_tests(fit: Fit | None = None) -> Mapping[str, Callable[[Model], FieldTest]]:
    """Give the tests by id, in their order; `fit` is what `behaviour_reproduction` judges, see there.

    Without a fit only later points are judged. `twintrack validate` finds the tests by this function.
    """
    return {**FIELD_TESTS, "behaviour_reproduction": partial(behaviour_reproduction, fit=fit)}
