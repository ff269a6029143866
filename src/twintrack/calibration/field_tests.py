"""The tests of the field that a model brings along, and where they are found.

Such tests name variables and strategies of one model. They live beside it as the Python package
`model/tests/field_tests`, which offers `field_tests(fit)`: the tests by id, in the order they are run.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from twintrack.calibration.field_results import FieldTest
from twintrack.errors import Fault, InputError
from twintrack.resources import checkout

PACKAGE = "field_tests"
START = Path("model") / "tests" / PACKAGE / "__init__.py"

Fit = Mapping[str, Mapping[str, Any]]
"""What a test may say about the past, by series: "error" on its "scale" with "unit" and "size", "theil" with
its parts, and "coverage"."""

FIELD_TEST_ROOMS = ("calibration", "equations", "inputs", "model")
"""Rooms that such tests, which are no part of the package, may lead to, beside all that these reach."""

WITHOUT_FIELD_TESTS = (
    "the tests of the field name variables of one model and come with its repository;"
    " `twintrack validate` in a checkout runs them"
)

Tests = Mapping[str, Callable[[Any], FieldTest]]
"""Tests by id, in the order they are run; each is given the model, as `twintrack.load()` gives it."""


def has_field_tests(content: Path) -> bool:
    """Say whether the model in a content folder has tests that may be run; an installed wheel has none.

    They are Python, and only that of the checkout which this package is used from is run: the content of
    somebody else is data.
    """
    return content.resolve() == checkout() and (content / START).is_file()


def field_tests_of(content: Path, fit: Fit | None = None) -> Tests:
    """Give the tests of the model in a content folder. Raises InputError where there are none."""
    if not has_field_tests(content):
        raise InputError(Fault(str(content / START), WITHOUT_FIELD_TESTS))
    tests: Tests = _loaded(content.resolve() / START).field_tests(fit)
    return tests


def _loaded(start: Path) -> ModuleType:
    """Give the package that begins in a file, imported under its name once in a process."""
    found = sys.modules.get(PACKAGE)
    if found is not None and found.__file__ == str(start):
        return found
    spec = spec_from_file_location(PACKAGE, start, submodule_search_locations=[str(start.parent)])
    if spec is None or spec.loader is None:
        raise ImportError(f"{start} cannot be imported", path=str(start))
    module = sys.modules[PACKAGE] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[PACKAGE]
        raise
    return module
