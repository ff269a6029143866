"""Numbers that were measured, as tables hold them: a value and, where it is known, its 90 % interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from twintrack.inputs.history_schemas import Scale
from twintrack.inputs.settings import checked_number

NUMBERS = ("value", "low", "high")
"""Columns of a measurement; low and high are the ends of its interval, and may be empty."""


def read_number(column: str, cells: Mapping[str, str]) -> float | None:
    """Read a cell; None for an empty one, which only an interval may have, or a column that is not there.

    Raises ValueError for what is no number.
    """
    text = cells.get(column, "")
    if not text and column in NUMBERS[1:]:
        return None
    given: float | str = text
    with suppress(ValueError):
        given = float(text)
    try:
        return checked_number(given)
    except ValueError as error:
        message = f"{column} {error}"
        raise ValueError(message) from None


def measurement_faults(
    numbers: Mapping[str, float | None], cells: Mapping[str, str], scale: Scale
) -> Iterator[str]:
    """Say what is wrong with the numbers of a row: half an interval, a wrong order, no place on the scale.

    `cells` are the texts that the numbers were read from. What could not be read is passed over.
    """
    value, low, high = (numbers.get(name) for name in NUMBERS)
    if bool(cells.get("low")) != bool(cells.get("high")):
        yield "has one end of an interval; give low and high, or leave both empty"
    if value is None:
        return
    if low is not None and high is not None and not (low <= value <= high and low < high):
        yield f"low {low:g}, value {value:g} and high {high:g} do not rise; order them"
    for name, number in zip(NUMBERS, (value, low, high), strict=True):
        wrong = "" if number is None else _scale_fault(number, scale)
        if wrong:
            yield f"{name} {number:g} {wrong}"


def _scale_fault(value: float, scale: Scale) -> str:
    """Say why a number has no place on a scale; "" when it has."""
    if scale == "log" and value <= 0:
        return "is not above 0, as scale: log needs; choose another scale or take the row out"
    if scale == "logit" and not 0 < value < 1:
        return "is not between 0 and 1, as scale: logit needs; write a share, 0.25 for 25 %"
    return ""
