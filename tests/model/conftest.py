"""What the tests of the model share: the laboratory, and its runs under extreme conditions."""

from __future__ import annotations

import pytest
from policies import POLICIES, policy_runs

from field_tests.laboratory import Laboratory, Saved, extreme_conditions
from twintrack.equations import Equations
from twintrack.model import Model


@pytest.fixture(scope="session")
def laboratory(equations: Equations) -> Laboratory:
    """Runs of the bare equations with any constant changed."""
    return Laboratory(equations)


@pytest.fixture(scope="session")
def extremes(laboratory: Laboratory, model: Model) -> dict[str, Saved]:
    """All variables under each extreme condition, and in the central world as "central"."""
    return laboratory.runs({"central": {}, **extreme_conditions(model)})


@pytest.fixture(scope="session")
def central(extremes: dict[str, Saved]) -> Saved:
    """All variables of the central world at the laboratory's step."""
    return extremes["central"]


@pytest.fixture(scope="session")
def policies(model: Model) -> dict[str, Saved]:
    """All variables under each policy of `POLICIES`."""
    return policy_runs(model, POLICIES)
