"""What the suite shares: the results of the twelve tests, each computed once when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from field_tests import FIELD_TESTS
from twintrack.calibration.field_results import FieldTest, Measure
from twintrack.model import Model


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a result of the twelve tests as slow: some take ten seconds and more."""
    for item in items:
        if "result" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def result(model: Model) -> Callable[[str], FieldTest]:
    """Give the result of a test by its id."""
    return cache(lambda name: FIELD_TESTS[name](model))


@pytest.fixture(scope="session")
def measured(result: Callable[[str], FieldTest]) -> Callable[[str, str], Measure]:
    """Give a measure of a test by the beginning of its English name."""

    def find(test: str, name: str) -> Measure:
        found = [measure for measure in result(test).measures if measure.name.en.startswith(name)]
        assert len(found) == 1, f"{test} has {len(found)} measures that begin with {name}"
        return found[0]

    return find
