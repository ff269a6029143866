"""Angles, hyperbolic functions and remainders, written in the instructions that registers of any target have.

For targets without a C library, as WebAssembly. No branch, and no product has to be rounded together with a
sum. Polynomials are those published with the C library of Sun Microsystems (fdlibm: k_sin.c, k_cos.c,
s_atan.c); errors are a few units of the last digit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Protocol

from twintrack.engines.scalar.exp_ln import Registers, exponential

# pi/2 in parts of 33 bits, so that whole numbers of up to 20 bits times a part are exact.
_HALF_PI = (1.57079632673412561417, 6.07710050630396597660e-11, 2.02226624871116645580e-21)
_HALF_PI_REST = 8.47842766036889956997e-32
_SIN = (
    1.58969099521155010221e-10,
    -2.50507602534068634195e-08,
    2.75573137070700676789e-06,
    -1.98412698298579493134e-04,
    8.33333333332248946124e-03,
    -1.66666666666666324348e-01,
)
_COS = (
    -1.13596475577881948265e-11,
    2.08757232129817482790e-09,
    -2.75573143513906633035e-07,
    2.48015872894767294178e-05,
    -1.38888888888741095749e-03,
    4.16666666666666019037e-02,
)
_ARCTAN = (
    1.62858201153657823623e-02,
    -3.65315727442169155270e-02,
    4.97687799461593236017e-02,
    -5.83357013379057348645e-02,
    6.66107313738753120669e-02,
    -7.69187620504482999495e-02,
    9.09088713343650656196e-02,
    -1.11111104054623557880e-01,
    1.42857142725034663711e-01,
    -1.99999999998764832476e-01,
    3.33333333333329318027e-01,
)
_ROUNDER = 1.5 * 2.0**52
_SPLIT = 2.0**20
_WIDEST = 1e12
"""Beyond this an angle has no value here: numbers lie more than 1e-4 apart."""
_ONE_BITS = 0x3FF0000000000000
_SIGN_PLACE = 63
_LOW_BITS = 27
_TAN_EIGHTH = math.sqrt(2) - 1
_LARGEST = 1416.0
"""Beyond this sinh and cosh are infinite."""
_SINH_TERMS = 10


class Choosing(Registers, Protocol):
    """Registers that can also compare and choose."""

    def compare(self, relation: str, one: str, other: str) -> str:
        """Give a truth value: "olt", "ogt", "ole"."""
        ...

    def choose(self, condition: str, yes: str, no: str) -> str:
        """Give one of two values by a truth value."""
        ...

    def call(self, function: str, *args: str) -> str:
        """Give "fabs", "sqrt" or "trunc"."""
        ...


def sine(to: Choosing, x: str) -> str:
    """Give sin(x)."""
    return _wave(to, x, turned=0)


def cosine(to: Choosing, x: str) -> str:
    """Give cos(x)."""
    return _wave(to, x, turned=1)


def tangent(to: Choosing, x: str) -> str:
    """Give tan(x)."""
    return to.arithmetic("divide", sine(to, x), cosine(to, x))


def arctangent(to: Choosing, x: str) -> str:
    """Give the angle whose tangent is x."""
    one, size = to.literal(1.0), to.call("fabs", x)
    steep = to.compare("ogt", size, to.literal(1 / _TAN_EIGHTH))
    middle = to.compare("ogt", size, to.literal(_TAN_EIGHTH))
    above = to.choose(middle, to.arithmetic("subtract", size, one), size)
    below = to.choose(middle, to.arithmetic("add", size, one), one)
    above = to.choose(steep, to.literal(-1.0), above)
    small = to.arithmetic("divide", above, to.choose(steep, size, below))
    square = to.arithmetic("multiply", small, small)
    bent = to.arithmetic("multiply", square, _polynomial(to, _ARCTAN, square))
    angle = to.arithmetic("subtract", small, to.arithmetic("multiply", small, bent))
    eighth = to.choose(middle, to.literal(math.pi / 4), to.literal(0.0))
    angle = to.arithmetic("add", to.choose(steep, to.literal(math.pi / 2), eighth), angle)
    return _with_sign(to, x, angle)


def arcsine(to: Choosing, x: str) -> str:
    """Give the angle whose sine is x."""
    one = to.literal(1.0)
    below, above = to.arithmetic("subtract", one, x), to.arithmetic("add", one, x)
    other = to.call("sqrt", to.arithmetic("multiply", below, above))
    return arctangent(to, to.arithmetic("divide", x, other))


def arccosine(to: Choosing, x: str) -> str:
    """Give the angle whose cosine is x."""
    one = to.literal(1.0)
    ratio = to.arithmetic("divide", to.arithmetic("subtract", one, x), to.arithmetic("add", one, x))
    half = arctangent(to, to.call("sqrt", ratio))
    return to.arithmetic("add", half, half)


def hyperbolic_sine(to: Choosing, x: str) -> str:
    """Give sinh(x)."""
    rising, falling = _halves(to, x)
    large = _with_sign(to, x, to.arithmetic("subtract", rising, falling))
    square = to.arithmetic("multiply", x, x)
    terms = [1 / math.factorial(2 * n + 1) for n in range(_SINH_TERMS, 0, -1)]
    bent = to.arithmetic("multiply", square, _polynomial(to, terms, square))
    small = to.arithmetic("add", x, to.arithmetic("multiply", x, bent))
    return to.choose(to.compare("olt", square, to.literal(1.0)), small, large)


def hyperbolic_cosine(to: Choosing, x: str) -> str:
    """Give cosh(x)."""
    return to.arithmetic("add", *_halves(to, x))


def hyperbolic_tangent(to: Choosing, x: str) -> str:
    """Give tanh(x)."""
    ratio = to.arithmetic("divide", hyperbolic_sine(to, x), hyperbolic_cosine(to, x))
    far = to.compare("ogt", to.call("fabs", x), to.literal(20.0))
    return to.choose(far, _with_sign(to, x, to.literal(1.0)), ratio)


def rest(to: Choosing, x: str, y: str) -> str:
    """Give what is left of x beyond multiples of y, with the sign of x.

    Exact up to quotients of 2^26, and for whole numbers; beyond, off by 2^-78 of x at most.
    """
    size, unit = to.call("fabs", x), to.call("fabs", y)
    count = to.call("trunc", to.arithmetic("divide", size, unit))
    left = size
    for part in _split(to, count):
        for piece in _split(to, unit):
            left = to.arithmetic("subtract", left, to.arithmetic("multiply", part, piece))
    over = to.arithmetic("add", left, unit)  # the quotient may have been rounded up to a whole number
    left = to.choose(to.compare("olt", left, to.literal(0.0)), over, left)
    return _with_sign(to, x, to.choose(to.compare("olt", size, unit), size, left))


def _wave(to: Choosing, x: str, turned: int) -> str:
    """Give the sine of x, turned by quarters of a circle."""
    shifted = to.arithmetic("multiply", x, to.literal(2 / math.pi))
    shifted = to.arithmetic("add", shifted, to.literal(_ROUNDER))
    quarters = to.arithmetic("subtract", shifted, to.literal(_ROUNDER))
    angle = _reduced(to, x, quarters)
    square = to.arithmetic("multiply", angle, angle)
    bent = to.arithmetic("multiply", square, _polynomial(to, _SIN, square))
    upright = to.arithmetic("add", angle, to.arithmetic("multiply", angle, bent))
    level = _level(to, square)
    bits = to.bits_of(shifted)
    odd = to.compare("olt", _sign(to, to.on_bits("left", bits, _SIGN_PLACE)), to.literal(0.0))
    value = to.choose(odd, *((upright, level) if turned else (level, upright)))
    half = to.on_bits("left", to.on_bits("add", bits, turned), _SIGN_PLACE - 1)
    half = to.on_bits("left", to.on_bits("right", half, _SIGN_PLACE), _SIGN_PLACE)
    value = to.arithmetic("multiply", value, _sign(to, half))
    near = to.compare("ole", to.call("fabs", x), to.literal(_WIDEST))
    return to.choose(near, value, to.literal(math.nan))


def _reduced(to: Choosing, x: str, quarters: str) -> str:
    """Take quarters of a circle from an angle, in parts whose products are exact."""
    scaled = to.arithmetic("multiply", quarters, to.literal(1 / _SPLIT))
    scaled = to.arithmetic("add", scaled, to.literal(_ROUNDER))
    scaled = to.arithmetic("subtract", scaled, to.literal(_ROUNDER))
    high = to.arithmetic("multiply", scaled, to.literal(_SPLIT))
    parts = (high, to.arithmetic("subtract", quarters, high))
    for constant in _HALF_PI:
        for part in parts:
            x = to.arithmetic("subtract", x, to.arithmetic("multiply", part, to.literal(constant)))
    return to.arithmetic("subtract", x, to.arithmetic("multiply", quarters, to.literal(_HALF_PI_REST)))


def _level(to: Choosing, square: str) -> str:
    """Give the cosine of an angle below an eighth of a circle from its square."""
    one, half = to.literal(1.0), to.arithmetic("multiply", square, to.literal(0.5))
    near = to.arithmetic("subtract", one, half)
    missed = to.arithmetic("subtract", to.arithmetic("subtract", one, near), half)
    bent = to.arithmetic("multiply", square, _polynomial(to, _COS, square))
    added = to.arithmetic("add", missed, to.arithmetic("multiply", square, bent))
    return to.arithmetic("add", near, added)


def _halves(to: Choosing, x: str) -> tuple[str, str]:
    """Give exp(|x|) / 2 and exp(-|x|) / 2."""
    size, half = to.call("fabs", x), to.literal(0.5)
    size = to.choose(to.compare("ogt", size, to.literal(_LARGEST)), to.literal(_LARGEST), size)
    root = exponential(to, to.arithmetic("multiply", size, half))
    rising = to.arithmetic("multiply", to.arithmetic("multiply", half, root), root)
    return rising, to.arithmetic("divide", to.arithmetic("divide", half, root), root)


def _split(to: Choosing, x: str) -> tuple[str, str]:
    """Give a number as the sum of two that have 26 and 27 bits."""
    bits = to.on_bits("right", to.bits_of(x), _LOW_BITS)
    high = to.number_of(to.on_bits("left", bits, _LOW_BITS))
    return high, to.arithmetic("subtract", x, high)


def _sign(to: Choosing, bits: str) -> str:
    """Give 1 or, where the first of some bits is set and no other is, -1."""
    return to.number_of(to.on_bits("add", bits, _ONE_BITS))


def _with_sign(to: Choosing, x: str, size: str) -> str:
    """Give a size with the sign of x."""
    below = to.compare("olt", x, to.literal(0.0))
    return to.choose(below, to.arithmetic("subtract", to.literal(-0.0), size), size)


def _polynomial(to: Choosing, coefficients: Sequence[float], x: str) -> str:
    value = to.literal(coefficients[0])
    for coefficient in coefficients[1:]:
        value = to.fused(value, x, to.literal(coefficient))
    return value


WITHOUT_LIBRARY: dict[str, Callable[[Choosing, str], str]] = {
    "sin": sine,
    "cos": cosine,
    "tan": tangent,
    "arcsin": arcsine,
    "arccos": arccosine,
    "arctan": arctangent,
    "sinh": hyperbolic_sine,
    "cosh": hyperbolic_cosine,
    "tanh": hyperbolic_tangent,
}
"""What is written out where the C library may not be called."""
