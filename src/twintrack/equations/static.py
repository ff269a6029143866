"""The values of control variables, worked out once when the model is read: TIME STEP = 1/8 and the like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from twintrack.equations.functions import FUNCTIONS
from twintrack.equations.operations import Arrays
from twintrack.equations.structure import (
    ActiveInitial,
    Apply,
    Component,
    Expr,
    Literal,
    LookupCall,
    Number,
    Reference,
    State,
    StateValue,
    Table,
    Time,
)

_NUMBERS = Arrays()


class NotStaticError(Exception):
    """An expression that cannot be worked out before the model runs."""


@dataclass
class Static:
    """Works out scalar expressions at the initial time, at which stateful parts have their initial values.

    At another time, `now`, there are no such parts. `moving` tells whether anything that was worked out so
    far changes with time, and `stateful` whether it follows from stocks and the like.
    """

    components: Mapping[str, Sequence[Component]]
    owners: Mapping[str, np.ndarray]
    states: Sequence[State]
    tables: Sequence[Table]
    moving: bool = False
    stateful: bool = False
    now: float | None = None
    _pending: list[str] = field(default_factory=list)

    def value(self, name: str) -> float:
        """Give the value of a variable without subscripts. Raises NotStaticError."""
        return self._element(name, ())

    def _element(self, name: str, cell: tuple[int, ...]) -> float:
        if name in self._pending:
            raise NotStaticError(name)
        part = self.components[name][int(self.owners[name][cell])]
        if part.expression is None:
            raise NotStaticError(name)
        self._pending.append(name)
        try:
            if isinstance(part.expression, Literal):
                values = np.reshape(part.expression.values, part.expression.shape)
                return float(values[part.place(cell)])
            return self._evaluated(part.expression)
        finally:
            self._pending.pop()

    def _evaluated(self, expression: Expr) -> float:
        match expression:
            case Number():
                return expression.value
            case Time():
                self.moving = True
                return self.value("initial_time") if self.now is None else self.now
            case Reference() if all(isinstance(index, int) for index in expression.indices):
                return self._element(expression.variable, expression.indices)  # type: ignore[arg-type]
            case StateValue():
                self.stateful |= self.states[expression.state].kind != "initial"
                self.moving |= self.stateful
                return self._evaluated(self.states[expression.state].initial)
            case ActiveInitial():
                return self._evaluated(expression.initial if self.now is None else expression.active)
            case LookupCall() if len(expression.tables) == 1 and expression.mode == "interpolate":
                table = self.tables[expression.tables[0]]
                return float(np.interp(self._evaluated(expression.arg), table.x, table.y))
            case Apply():
                args = [self._evaluated(arg) for arg in expression.args]
                function = FUNCTIONS[expression.function]
                clock = self._clock() if function.timed else ()
                try:
                    with np.errstate(divide="raise", over="raise", invalid="raise"):
                        return float(function.meaning(_NUMBERS, *args, *clock))
                except ArithmeticError as error:
                    raise NotStaticError(str(error)) from error
        raise NotStaticError(type(expression).__name__)

    def _clock(self) -> tuple[float, float]:
        """Give the time and the time step, for functions that follow the clock."""
        now = self._evaluated(Time())
        return now, self.value("time_step")
