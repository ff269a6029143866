"""The twelve tests in Sterman's order, and how they are run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from twintrack.calibration.field_tests.behaviour_anomaly import behaviour_anomaly
from twintrack.calibration.field_tests.behaviour_reproduction import behaviour_reproduction
from twintrack.calibration.field_tests.boundary_adequacy import boundary_adequacy
from twintrack.calibration.field_tests.dimensional_consistency import dimensional_consistency
from twintrack.calibration.field_tests.extreme_conditions import extreme_conditions
from twintrack.calibration.field_tests.family_member import family_member
from twintrack.calibration.field_tests.forms import FieldTest
from twintrack.calibration.field_tests.integration_error import integration_error
from twintrack.calibration.field_tests.parameter_assessment import parameter_assessment
from twintrack.calibration.field_tests.sensitivity_analysis import sensitivity_analysis
from twintrack.calibration.field_tests.structure_assessment import structure_assessment
from twintrack.calibration.field_tests.surprise_behaviour import surprise_behaviour
from twintrack.calibration.field_tests.system_improvement import system_improvement
from twintrack.errors import Fault, InputError
from twintrack.inputs.validation import unknown

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


def run_field_tests(
    model: Model,
    only: Iterable[str] | None = None,
    progress: Callable[[str], None] | None = None,
    *,
    fit: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[FieldTest]:
    """Run the tests of the field in their order.

    Args:
        model: The model.
        only: Ids of the tests to run; by default all.
        progress: Called with the id of each test before it begins.
        fit: What `behaviour_reproduction` judges; without it that test is not done.

    Raises InputError for unknown ids, all at once.
    """
    wanted = list(FIELD_TESTS) if only is None else list(only)
    faults = [
        Fault("--only", unknown("field test", it, FIELD_TESTS)) for it in wanted if it not in FIELD_TESTS
    ]
    if faults:
        raise InputError(faults)
    judged = partial(behaviour_reproduction, fit=fit)
    tests: dict[str, Callable[[Model], FieldTest]] = {**FIELD_TESTS, "behaviour_reproduction": judged}
    found = []
    for name in tests:
        if name in wanted:
            if progress is not None:
                progress(name)
            found.append(tests[name](model))
    return found
