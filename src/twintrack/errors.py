"""Every error that TwinTrack raises on purpose.

All of them derive from `TwinTrackError`, so that a caller can catch one class. Each says what is wrong,
where, and what to do next. `exit_code` is the exit code of the command line: 1, the work failed; 2, the
input is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class TwinTrackError(Exception):
    """Base of all errors raised on purpose."""

    exit_code: int = 1


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong with what a user wrote.

    `where` is "file:line" for files ("strategies/x.yaml:4"), or the option that holds the fault
    ("--set catchup_share"). `message` says what is wrong and what to write instead.
    """

    where: str
    message: str

    def __str__(self) -> str:
        where = self.where if self.where.strip() else f'"{self.where}"'  # a name that was given empty
        return f"{where}: {self.message}"


class InputError(TwinTrackError):
    """Something that a user wrote is wrong; carries every fault found, not only the first."""

    exit_code = 2

    def __init__(self, faults: Fault | Iterable[Fault]) -> None:
        several = (faults,) if isinstance(faults, Fault) else faults
        # The same fault reached by two ways (a parent of two strategies) is told once.
        self.faults: tuple[Fault, ...] = tuple(dict.fromkeys(several))
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class EquationError(TwinTrackError):
    """The model file cannot be read, or uses a construct that is not known.

    `variable` is the variable's name, `construct` the text or function that is not understood, and `where`
    is "file:line"; each may be empty where it is not known.
    """

    exit_code = 2

    def __init__(self, message: str, *, variable: str = "", construct: str = "", where: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.variable = variable
        self.construct = construct
        self.where = where

    def __str__(self) -> str:
        head = f"{self.where}: " if self.where else ""
        named = f"{self.variable}: " if self.variable else ""
        tail = f" ({self.construct})" if self.construct else ""
        return f"{head}{named}{self.message}{tail}"


def raise_together(faults: Sequence[EquationError]) -> None:
    """Raise one EquationError with a line per fault, in the order of the file; do nothing without any."""
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise EquationError("\n".join(dict.fromkeys(map(str, sorted(faults, key=_line)))))


def _line(fault: EquationError) -> int:
    number = fault.where.rpartition(":")[2]
    return int(number) if number.isdigit() else 0
