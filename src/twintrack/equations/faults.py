"""Raising several faults of a model file at once."""

from __future__ import annotations

from collections.abc import Sequence

from twintrack.errors import EquationError


def raise_together(faults: Sequence[EquationError]) -> None:
    """Raise one EquationError with a line per fault, in the order of the file; do nothing without any."""
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise EquationError("\n".join(dict.fromkeys(map(str, sorted(faults, key=_line)))))


def _line(fault: EquationError) -> int:
    number = fault.where.rpartition(":")[2]
    return int(number) if number.isdigit() else 0
