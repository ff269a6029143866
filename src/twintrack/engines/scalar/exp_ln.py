"""Exponential and logarithm, written once in the instructions that registers of any target have.

There is no branch in them, so that they run in vectors: a call of the C library would save and load again
every register in use, and take one number after the other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

# exp(x) = 2^n exp(r), |r| <= ln(2)/2, and exp(r) = 1 + r + r^2 Q(r); coefficients of Q of a Chebyshev fit of
# exp(r), relative error 2e-17.
_EXP = (
    0.5000000000000019,
    0.1666666666666668,
    0.04166666666648809,
    0.008333333333319601,
    0.0013888888952314812,
    0.00019841269890047143,
    2.480148548228773e-05,
    2.7557240918547625e-06,
    2.763263965412376e-07,
    2.511003761756205e-08,
)
# ln(2) in two parts: a whole number times the first is exact, whether or not it is rounded with a sum.
_LN2_HIGH, _LN2_LOW = float.fromhex("0x1.62e42feep-1"), float.fromhex("0x1.a39ef35793c76p-33")
_ROUNDER = 1.5 * 2.0**52
"""Added to a number it leaves the nearest whole one in the low bits of the mantissa."""
HIGHEST, LOWEST = 709.782712893384, -708.0
"""Between these exp(x) has a full mantissa and is finite."""

# log(m) = s (2 + z R(z)), s = (m - 1) / (m + 1), z = s^2, m between sqrt(1/2) and sqrt(2); coefficients of R
# as published with the C library of Sun Microsystems (fdlibm, e_log.c), error below 2^-58.
_LOG = (
    2.0,
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)
_ROOT_HALF_BITS = 0x3FE6A09E667F3BCD
_MANTISSA = 52


class Registers(Protocol):
    """Writes instructions; values are named by text: numbers, and their bits as whole numbers."""

    @property
    def apart(self) -> bool:
        """Whether there are registers enough to compute two halves of a polynomial at the same time."""
        ...

    def literal(self, value: float) -> str:
        """Give a number."""
        ...

    def fused(self, one: str, other: str, added: str) -> str:
        """Give one * other + added, rounded once."""
        ...

    def arithmetic(self, op: str, one: str, other: str) -> str:
        """Give "add", "subtract" or "divide" as they are rounded, or "multiply", which may be fused."""
        ...

    def bits_of(self, number: str) -> str:
        """Give the bits of a number."""
        ...

    def number_of(self, bits: str) -> str:
        """Give the number that has some bits."""
        ...

    def on_bits(self, op: str, bits: str, other: str | int) -> str:
        """Give "add" or "subtract" of bits, or bits moved "left" or "right", with their sign, by places."""
        ...

    def converted(self, bits: str) -> str:
        """Give bits, taken for a whole number with a sign, as a number."""
        ...


def _polynomial(to: Registers, coefficients: Sequence[float], x: str) -> str:
    """Give the sum of coefficients times powers of x, even and odd powers apart where that is quicker."""
    if to.apart:
        square = to.arithmetic("multiply", x, x)
        odd, even = (_horner(to, coefficients[start::2], square) for start in (1, 0))
        return to.fused(odd, x, even)
    return _horner(to, coefficients, x)


def _horner(to: Registers, coefficients: Sequence[float], x: str) -> str:
    *others, last = coefficients
    value = to.literal(last)
    for coefficient in reversed(others):
        value = to.fused(value, x, to.literal(coefficient))
    return value


def exponential(to: Registers, x: str) -> str:
    """Give exp(x) between `LOWEST` and `HIGHEST`; beyond them, anything."""
    shifted = to.fused(x, to.literal(1.0 / math.log(2.0)), to.literal(_ROUNDER))
    whole = to.arithmetic("subtract", shifted, to.literal(_ROUNDER))
    rest = to.fused(whole, to.literal(-_LN2_HIGH), x)
    rest = to.fused(whole, to.literal(-_LN2_LOW), rest)
    square = to.arithmetic("multiply", rest, rest)
    bent = _polynomial(to, _EXP, rest)
    value = to.arithmetic("add", to.fused(square, bent, rest), to.literal(1.0))
    power = to.on_bits("left", to.bits_of(shifted), _MANTISSA)
    return to.number_of(to.on_bits("add", to.bits_of(value), power))


def logarithm(to: Registers, x: str) -> str:
    """Give ln(x) of a number above 2e-308; infinity gives no number, others anything."""
    bits = to.bits_of(x)
    exponent = to.on_bits("subtract", bits, _ROOT_HALF_BITS)
    exponent = to.on_bits("right", exponent, _MANTISSA)
    mantissa = to.number_of(to.on_bits("subtract", bits, to.on_bits("left", exponent, _MANTISSA)))
    above = to.arithmetic("subtract", mantissa, to.literal(1.0))
    below = to.arithmetic("add", mantissa, to.literal(1.0))
    s = to.arithmetic("divide", above, below)
    z = to.arithmetic("multiply", s, s)
    series = _polynomial(to, _LOG, z)
    power = to.converted(exponent)
    spoiled = to.fused(x, to.literal(0.0), s)  # 0 times infinity is no number
    fraction = to.arithmetic("multiply", spoiled, series)
    return to.fused(power, to.literal(math.log(2.0)), fraction)
