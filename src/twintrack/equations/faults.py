"""Raising several faults of a model file at once."""

from __future__ import annotations

from collections.abc import Sequence

from twintrack.errors import EquationError


def raise_together(faults: Sequence[EquationError]) -> None:
    """Raise one EquationError with a line per fault; do nothing when there is none."""
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise EquationError("\n".join(dict.fromkeys(map(str, faults))))
