"""Notes of the program while values are set outside their ranges on purpose."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_notes() -> Iterator[None]:
    """Keep back notes on values that are set outside their ranges: they are set on purpose."""
    log = logging.getLogger("twintrack")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)
