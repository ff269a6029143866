"""The frontier runs of the content."""

from __future__ import annotations

import pytest

from twintrack.inputs.frontier_runs import FrontierDefinition, FrontierRun
from twintrack.model import Model


@pytest.fixture(scope="session")
def runs(model: Model) -> tuple[FrontierRun, ...]:
    """The dated runs."""
    return model.inputs.frontier_runs


@pytest.fixture(scope="session")
def definitions(model: Model) -> tuple[FrontierDefinition, ...]:
    """Growth under other definitions of the frontier."""
    return model.inputs.frontier_definitions
