"""The operations that the meaning of every function is written in, and who can carry them out.

A `Builder` makes values: nodes of a graph that becomes machine code, or arrays at once. What is written
against it is written once for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np

from twintrack.equations.streams import uniform

Made = TypeVar("Made")
"""What a builder makes: a value of numbers, or a truth value."""

LOGICAL = frozenset(
    {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "and", "or", "not"}
)
"""Operations that give truth values."""

OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "mod": np.mod,
    "power": np.power,
    "negative": np.negative,
    "abs": np.absolute,
    "max": np.maximum,
    "min": np.minimum,
    "exp": np.exp,
    "ln": np.log,
    "sqrt": np.sqrt,
    "trunc": np.trunc,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "arcsin": np.arcsin,
    "arccos": np.arccos,
    "arctan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "equal": np.equal,
    "not_equal": np.not_equal,
    "less": np.less,
    "less_equal": np.less_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
    "random": uniform,
}
"""What each operation does to numbers or arrays."""

Turn = Callable[[Any, Sequence[Any], Sequence[Any]], Sequence[Any]]
"""One turn of a loop: from a builder, what is held and what is given it makes what is held next."""


class Builder(Protocol[Made]):
    """Makes values of operations."""

    def literal(self, value: float) -> Made:
        """Give a number."""
        ...

    def known(self, value: Made) -> float | None:
        """Give the number that a value is, or None where it is known only when the model runs."""
        ...

    def apply(self, op: str, *args: Made) -> Made:
        """Give one of the `OPERATIONS`; "and", "or" and "not" take truth values, all others numbers."""
        ...

    def select(self, condition: Made, yes: Made, no: Made) -> Made:
        """Give one of two numbers by a truth value."""
        ...

    def number(self, value: Made) -> Made:
        """Give a value as a number: 1 or 0 for a truth value."""
        ...

    def iterate(self, count: int, start: Sequence[Made], given: Sequence[Made], turn: Turn) -> Made:
        """Give the first of what is held after some turns of a loop.

        What is held are numbers. The second of them is 1 while there is something left to do; turns after
        that must change nothing.
        """
        ...


class Arrays:
    """The builder that computes at once: its values are Python floats and NumPy arrays."""

    def literal(self, value: float) -> Any:
        """Give a number."""
        return value

    def known(self, value: Any) -> float | None:
        """Give a number that was written as one; those of NumPy come from a computation."""
        return value if type(value) is float else None

    def apply(self, op: str, *args: Any) -> Any:
        """Carry out an operation."""
        return OPERATIONS[op](*args)

    def select(self, condition: Any, yes: Any, no: Any) -> Any:
        """Give one of two numbers by a truth value."""
        return np.where(condition, yes, no)

    def number(self, value: Any) -> Any:
        """Give a value as a number: 1 or 0 for a truth value."""
        return np.where(value, 1.0, 0.0) if np.asarray(value).dtype == bool else value

    def iterate(self, count: int, start: Sequence[Any], given: Sequence[Any], turn: Turn) -> Any:
        """Give the first of what is held after some turns of a loop; it ends when nothing is left to do."""
        held = list(start)
        for _ in range(count):
            held = list(turn(self, held, given))
            if not np.any(held[1]):
                break
        return held[0]
