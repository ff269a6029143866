"""Deep recursion, for equations are trees, and chains of them are as long as models make them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

from twintrack.errors import EquationError

_DEEPEST = 100_000
_one_at_a_time = RLock()


class TooDeepError(EquationError):
    """A formula that an engine cannot write, for it is nested too deeply; another engine can."""


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Let functions call themselves as deeply as equations need it; the limit is that of all threads."""
    with _one_at_a_time:
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(max(before, _DEEPEST))
        try:
            yield
        finally:
            sys.setrecursionlimit(before)
