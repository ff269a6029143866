"""The one table of functions: name, arguments, unit rule, meaning, and a line of documentation of each.

A meaning is written against a `Builder`, so that one definition serves machine code and arrays alike; its
parameters are those of the function, and `now` and `step` for what follows the clock. To add a function, add
it here: the unit check, all engines and the page on other models read this table.

Times and thresholds follow Vensim: steps and pulses look at the middle of the time step, which rounding
cannot move, and a denominator counts as zero below 1e-6.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from twintrack.equations import units_rules as units
from twintrack.equations.curves import alloc_p, demand_at_price, supply_at_price
from twintrack.equations.distributions import DISTRIBUTIONS
from twintrack.equations.operations import LOGICAL, Builder
from twintrack.equations.rates import internal_rate
from twintrack.equations.special import gamma_ln
from twintrack.equations.structure import NA

SMALL = 1e-6

V = Any
"""A value of the builder that a meaning is given."""
B = Builder[Any]
Meaning = Callable[..., V]

_CLOCK = ("now", "step")
_RANDOM = "Random numbers"
_INSIDE = "inside"
"""What stands in other functions and is not written by users."""


@dataclass(frozen=True)
class Function:
    """A function or an operator of equations, applied element by element.

    Attributes:
        name: As in `Apply.function`: in snake_case where users write it.
        units: Gives the unit of the result and tells faults.
        meaning: Gives the value from a builder and the arguments, and for what follows the clock from the
            current time and the time step.
        documentation: One line for users.
        group: What it is told among on the page for users; empty for an operator.
        truths: Which arguments are truth values; the others are numbers.
        jumps: It jumps where an argument passes a whole number, so that the last digit of that counts.
        written: The parameters as users write them, where that is another order.
        drawn: It gives random numbers, and is given what they follow from behind what users write.
    """

    name: str
    units: units.Rule
    meaning: Meaning
    documentation: str
    group: str = ""
    truths: tuple[int, ...] = ()
    jumps: bool = False
    written: tuple[str, ...] = ()
    drawn: bool = False

    @cached_property
    def _parameters(self) -> tuple[str, ...]:
        return tuple(inspect.signature(self.meaning).parameters)[1:]

    @property
    def parameters(self) -> tuple[str, ...]:
        """What the arguments that users write are called."""
        if self.drawn:
            return self.written
        return tuple(name for name in self._parameters if name not in _CLOCK)

    @property
    def arity(self) -> int:
        """How many arguments there are."""
        return len(self.parameters)

    def as_written(self, args: Sequence[Any]) -> list[Any]:
        """Give arguments in the order in which users write them."""
        order = [self.parameters.index(name) for name in self.written or self.parameters]
        return [args[place] for place in order]

    @property
    def timed(self) -> bool:
        """Whether the value follows the clock."""
        return _CLOCK[0] in self._parameters

    @property
    def logical(self) -> bool:
        """Whether the result is a truth value."""
        return self.name in LOGICAL


def checked(functions: Iterable[Function]) -> dict[str, Function]:
    """Give functions by name. Raises TypeError that names a function of which something is missing."""
    found: dict[str, Function] = {}
    for item in functions:
        # What is left out shifts the parts behind it, so their kinds are looked at.
        documented: object = item.documentation
        parts = {
            "unit rule": callable(item.units),
            "meaning": callable(item.meaning),
            "documentation": isinstance(documented, str) and documented,
            "group": item.group or item.name in OPERATORS.values(),
        }
        missing = [name for name, there in parts.items() if not there]
        if missing:
            message = f"the function {item.name} has no {' and no '.join(missing)}"
            raise TypeError(message)
        if item.name in found:
            message = f"the function {item.name} is written twice"
            raise TypeError(message)
        found[item.name] = item
    return found


def _one(op: str) -> Meaning:
    """Give the meaning of a function of one number that is an operation by itself."""
    return lambda b, x: b.apply(op, x)


def _two(op: str) -> Meaning:
    return lambda b, x, y: b.apply(op, x, y)


# Mathematics


def _power(b: B, x: V, y: V) -> V:
    """By multiplication where the exponent is a small whole number that is known."""
    known = b.known(y)
    if known in (0.5, -0.5):
        root = b.apply("sqrt", x)
        return root if known > 0 else b.apply("divide", b.literal(1.0), root)
    if known is not None and known.is_integer() and 1 <= abs(known) <= 8:
        whole = x
        for bit in bin(abs(int(known)))[3:]:
            whole = b.apply("multiply", whole, whole)
            whole = b.apply("multiply", whole, x) if bit == "1" else whole
        return whole if known > 0 else b.apply("divide", b.literal(1.0), whole)
    return b.apply("power", x, y)


def _log(b: B, x: V, base: V) -> V:
    return b.apply("divide", b.apply("ln", x), b.apply("ln", base))


# Whole numbers


def _quantum(b: B, x: V, unit: V) -> V:
    small = b.apply("less", unit, b.literal(SMALL))
    safe = b.select(small, b.literal(1.0), unit)
    whole = b.apply("multiply", safe, b.apply("trunc", b.apply("divide", x, safe)))
    return b.select(small, x, whole)


def _modulo(b: B, x: V, unit: V) -> V:
    return b.apply("subtract", x, _quantum(b, x, unit))


# Choice and division


def _if_then_else(b: B, condition: V, yes: V, no: V) -> V:
    return b.select(condition, yes, no)


def _xidz(b: B, x: V, y: V, otherwise: V) -> V:
    zero = b.apply("less", b.apply("abs", y), b.literal(SMALL))
    return b.select(zero, otherwise, b.apply("divide", x, b.select(zero, b.literal(1.0), y)))


def _zidz(b: B, x: V, y: V) -> V:
    return _xidz(b, x, y, b.literal(0.0))


def _if_missing(b: B, x: V, otherwise: V) -> V:
    return b.select(b.apply("equal", x, b.literal(NA)), otherwise, x)


# Time


def _middle(b: B, now: V, step: V) -> V:
    """Give the middle of the step, by which Vensim tells what has begun."""
    return b.apply("add", now, b.apply("multiply", b.literal(0.5), step))


def _step(b: B, height: V, start: V, now: V, step: V) -> V:
    return b.select(b.apply("greater", _middle(b, now, step), start), height, b.literal(0.0))


def _ramp(b: B, slope: V, start: V, end: V, now: V, step: V) -> V:
    """One that would end before it starts never ends."""
    del step
    last = b.select(b.apply("greater", start, end), now, b.apply("min", now, end))
    begun = b.apply("greater", b.apply("add", now, b.literal(SMALL)), start)
    return b.select(begun, b.apply("multiply", slope, b.apply("subtract", last, start)), b.literal(0.0))


def _between(b: B, middle: V, start: V, width: V, step: V) -> V:
    """Whether the middle of a step lies in a pulse, which is one step long at least."""
    end = b.apply("add", start, b.apply("max", width, step))
    return b.apply("and", b.apply("greater", middle, start), b.apply("less", middle, end))


def _pulse(b: B, start: V, width: V, now: V, step: V) -> V:
    return b.number(_between(b, _middle(b, now, step), start, width, step))


def _pulse_train(b: B, start: V, interval: V, width: V, end: V, now: V, step: V) -> V:
    """Give the pulse that has begun last; PySD's reader has exchanged the second and third argument."""
    middle = _middle(b, now, step)

    def passed(time: V) -> V:
        return b.apply("trunc", b.apply("divide", b.apply("subtract", time, start), interval))

    last = b.apply("min", passed(middle), passed(b.apply("add", end, b.literal(SMALL))))
    begun = b.apply("add", start, b.apply("multiply", last, interval))
    inside = b.apply("less_equal", now, b.apply("add", end, b.literal(SMALL)))
    early = b.apply("less", middle, start)
    within = b.apply("and", inside, b.apply("not", early))
    return b.number(b.apply("and", within, _between(b, middle, begun, width, step)))


_MATHEMATICS = "Mathematics"
_WHOLE = "Whole numbers"
_CHOICE = "Choice and division"
_TIME = "Time"

OPERATORS = {
    "+": "add",
    "-": "subtract",
    "*": "multiply",
    "/": "divide",
    "^": "power",
    "=": "equal",
    "<>": "not_equal",
    "<": "less",
    "<=": "less_equal",
    ">": "greater",
    ">=": "greater_equal",
    ":AND:": "and",
    ":OR:": "or",
    ":NOT:": "not",
    "negative": "negative",
}
"""What the operators mean, by their signs."""

_OPERATORS = (
    Function("add", units.equal("adds {0} and {1}"), _two("add"), "sum"),
    Function("subtract", units.equal("subtracts {1} from {0}"), _two("subtract"), "difference"),
    Function("multiply", units.product, _two("multiply"), "product"),
    Function("divide", units.quotient, _two("divide"), "quotient"),
    Function("negative", units.kept, _one("negative"), "the opposite number"),
    *(
        Function(name, units.compared, _two(name), name.replace("_", " or "))
        for name in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
    ),
    Function("and", units.truth, _two("and"), "both", truths=(0, 1)),
    Function("or", units.truth, _two("or"), "one or both", truths=(0, 1)),
    Function("not", units.truth, _one("not"), "not so", truths=(0,)),
)

FUNCTIONS = checked(
    (
        *_OPERATORS,
        Function("abs", units.kept, _one("abs"), "size without sign", _MATHEMATICS),
        Function("exp", units.pure, _one("exp"), "exponential", _MATHEMATICS),
        Function("ln", units.pure, _one("ln"), "natural logarithm", _MATHEMATICS),
        Function("log", units.pure, _log, "logarithm to a base", _MATHEMATICS),
        Function(
            "gamma_ln",
            units.pure,
            gamma_ln,
            "logarithm of the gamma function of a positive number",
            _MATHEMATICS,
        ),
        Function("sqrt", units.root, _one("sqrt"), "square root", _MATHEMATICS),
        Function("power", units.raised, _power, "x to the power of y, as `x ^ y`", _MATHEMATICS),
        Function("max", units.equal("takes the MAX of {0} and {1}"), _two("max"), "the larger", _MATHEMATICS),
        Function(
            "min", units.equal("takes the MIN of {0} and {1}"), _two("min"), "the smaller", _MATHEMATICS
        ),
        Function("sin", units.pure, _one("sin"), "sine of an angle in radians", _MATHEMATICS),
        Function("cos", units.pure, _one("cos"), "cosine", _MATHEMATICS),
        Function("tan", units.pure, _one("tan"), "tangent", _MATHEMATICS),
        Function("arcsin", units.pure, _one("arcsin"), "the angle with that sine", _MATHEMATICS),
        Function("arccos", units.pure, _one("arccos"), "the angle with that cosine", _MATHEMATICS),
        Function("arctan", units.pure, _one("arctan"), "the angle with that tangent", _MATHEMATICS),
        Function("sinh", units.pure, _one("sinh"), "hyperbolic sine", _MATHEMATICS),
        Function("cosh", units.pure, _one("cosh"), "hyperbolic cosine", _MATHEMATICS),
        Function("tanh", units.pure, _one("tanh"), "hyperbolic tangent", _MATHEMATICS),
        Function("integer", units.kept, _one("trunc"), "cut towards zero", _WHOLE, jumps=True),
        Function(
            "modulo",
            units.equal("takes the MODULO of {0} by {1}"),
            _modulo,
            "what is left of x beyond multiples of a unit, with the sign of x",
            _WHOLE,
            jumps=True,
        ),
        Function(
            "quantum",
            units.equal("rounds {0} down to multiples of {1}"),
            _quantum,
            "cut towards zero to a multiple of a unit",
            _WHOLE,
            jumps=True,
        ),
        Function(
            "if_then_else",
            units.choice,
            _if_then_else,
            "one of two, as the condition is",
            _CHOICE,
            truths=(0,),
        ),
        Function("zidz", units.quotient, _zidz, "x / y, or 0 where y is zero", _CHOICE),
        Function("xidz", units.quotient_or_else, _xidz, "x / y, or a third value where y is zero", _CHOICE),
        Function(
            "if_missing",
            units.equal("takes {0}, or {1} where it is missing"),
            _if_missing,
            "x, or another value where x is `:NA:`",
            _CHOICE,
        ),
        Function("step", units.stepping, _step, "0, and a height from a time on", _TIME),
        Function("ramp", units.rising, _ramp, "0, and a rise by a slope between two times", _TIME),
        Function("pulse", units.pulsing, _pulse, "1 for a while from a time on, else 0", _TIME),
        Function(
            "pulse_train",
            units.pulsing,
            _pulse_train,
            "a pulse in every interval until the end",
            _TIME,
            written=("start", "width", "interval", "end"),
        ),
        *(
            Function(f"of_{meaning.__name__}", units.first, meaning, "a part of another function", _INSIDE)
            for meaning in (alloc_p, demand_at_price, supply_at_price)
        ),
        Function("of_internal_rate", units.truth, internal_rate, "a part of another function", _INSIDE),
        *(
            Function(
                name,
                units.first,
                item.meaning,
                item.documentation,
                _RANDOM,
                jumps=item.tried,
                written=item.arguments,
                drawn=True,
            )
            for name, item in DISTRIBUTIONS.items()
        ),
    )
)
"""Every function and operator that works element by element, by name."""

CALLED = {name: item for name, item in FUNCTIONS.items() if item.group not in ("", _INSIDE)}
"""Those that are written as calls."""

TIME_DEPENDENT = frozenset(name for name, item in FUNCTIONS.items() if item.timed)
"""Functions that read the current time."""

SIGNS = {name: sign for sign, name in OPERATORS.items()}
"""The sign of each operator."""
