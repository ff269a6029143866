"""Which strategies are compared; PySD without the parts of it that take long and compute nothing."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from parity_helpers import FAR_APART, STRATEGIES


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Take three strategies that are far apart, or all of them."""
    if "strategy" in metafunc.fixturenames:
        every = metafunc.config.getoption("all_strategies")
        metafunc.parametrize("strategy", STRATEGIES if every else FAR_APART)


@pytest.fixture(scope="module", autouse=True)
def quick_pysd() -> Iterator[None]:
    """Leave PySD's code as it was written, and count calls in one pass over the equations.

    PySD formats the Python that it writes, for readers. Before every run it counts how often each variable is
    used, in a pass over all equations for each, to keep the values of those that are used more than once
    within a step. What it computes depends on neither.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import black
        from pysd.py_backend.model import Macro

    slow = Macro._assign_cache_type

    def assign(self: Any) -> None:
        self._count_calls = calls(self._dependencies).__getitem__
        try:
            slow(self)
        finally:
            del self._count_calls

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Macro, "_assign_cache_type", assign)
        patch.setattr(black, "format_file_contents", lambda text, **_: text)
        yield


def calls(dependencies: dict[str, dict[str, Any]]) -> Counter[str]:
    """Give how often each variable is called in a step; twice as often where a start needs it too."""
    found: Counter[str] = Counter()
    for name, parts in dependencies.items():
        starts = parts["initial"] if name.startswith("_") else {}
        for called, times in (parts["step"] if name.startswith("_") else parts).items():
            if not called.startswith("__"):
                found[called] += times * (2 if called in starts else 1)
    return found
