"""PySD without the part of it that takes most of the time and computes nothing of the model."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="module", autouse=True)
def quick_pysd() -> Iterator[None]:
    """Count calls in one pass over the equations, where PySD passes over all of them for each.

    Before every run PySD counts how often each variable is used, to keep the values of those that are used
    more than once within a step. What it computes does not depend on that.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
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
