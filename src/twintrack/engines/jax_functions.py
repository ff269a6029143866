"""What generated code calls when it runs under JAX.

Logarithms and powers are written out in operations that XLA turns into vector instructions: the library's own
call the scalar functions of libm, five to ten times slower. Lookups are sums of ramps for the same reason.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from twintrack.engines.functions import Value, shared_functions
from twintrack.engines.jax_setup import start_jax
from twintrack.engines.vector_functions import vector_functions
from twintrack.equations.structure import Array

_ROOT_HALF_BITS = 0x3FE6A09E667F3BCD
"""The bits of sqrt(1/2) as a float64: the mantissa is taken between it and sqrt(2)."""
_SMALLEST = float(np.finfo(np.float64).tiny)


@cache
def jax_functions() -> dict[str, Any]:
    """Give the names that generated code needs."""
    start_jax()
    import jax.numpy as jnp
    from jax import lax
    from jax.scipy.special import erfc

    def repeat(count: int, body: Callable[[Any, Any], Any], start: Any) -> Any:
        return lax.fori_loop(0, count, body, start)

    return {
        **shared_functions(jnp),
        **vector_functions(jnp, repeat, erfc),
        "log": _logarithm(),
        "log_to_base": lambda value, base: _logarithm()(value) / _logarithm()(base),
        "power": _power,
        "lookup": _lookup,
        "ring_make": lambda value, shape, length, runs: jnp.broadcast_to(
            jnp.asarray(value, jnp.float64), (length, *shape, runs)
        ),
        "ring_read": _ring_read,
        "ring_read_each": _ring_read_each,
        "ring_write": _ring_write,
    }


@cache
def _logarithm() -> Any:
    """Give the natural logarithm: 2 artanh((m - 1) / (m + 1)) + k ln 2 for x = m 2^k, to 4e-16.

    Numbers below 2e-308, which have no full mantissa, count as zero.
    """
    import jax
    import jax.numpy as jnp

    def forward(x: Value) -> Value:
        x = jnp.asarray(x, jnp.float64)
        bits = jax.lax.bitcast_convert_type(x, jnp.int64)
        exponent = (bits - _ROOT_HALF_BITS) >> 52
        mantissa = jax.lax.bitcast_convert_type(bits - (exponent << 52), jnp.float64)
        s = (mantissa - 1.0) / (mantissa + 1.0)
        square = s * s
        series = jnp.full_like(s, 1.0 / 21.0)
        for odd in range(19, 0, -2):
            series = series * square + 1.0 / odd
        value = exponent * math.log(2.0) + 2.0 * s * series
        value = jnp.where(x < jnp.inf, value, x)
        return jnp.where(x >= _SMALLEST, value, jnp.where(x >= 0.0, -jnp.inf, jnp.nan))

    logarithm = jax.custom_jvp(forward)
    logarithm.defjvp(lambda primals, tangents: (logarithm(primals[0]), tangents[0] / primals[0]))
    return logarithm


def _power(base: Value, exponent: Value) -> Value:
    """Raise to a power as exp(y log |x|), with the sign and the special cases of the library function."""
    import jax.numpy as jnp

    logarithm = _logarithm()
    if isinstance(exponent, float) and not exponent.is_integer():
        positive = base > 0.0
        size = jnp.exp(exponent * logarithm(jnp.where(positive, base, 1.0)))
        elsewhere = jnp.where(base == 0.0, 0.0 if exponent > 0.0 else jnp.inf, jnp.nan)
        return jnp.where(positive, size, elsewhere)
    zero = base == 0.0
    size = jnp.exp(exponent * logarithm(jnp.where(zero, 1.0, jnp.absolute(base))))
    at_zero = jnp.where(exponent > 0.0, 0.0, jnp.where(exponent == 0.0, 1.0, jnp.inf))
    whole = exponent == jnp.floor(exponent)
    odd = exponent - 2.0 * jnp.floor(exponent / 2.0) == 1.0
    negative = jnp.where(whole, jnp.where(odd, -size, size), jnp.nan)
    return jnp.where(zero, at_zero, jnp.where(base < 0.0, negative, size))


def _lookup(x: Value, points: tuple[Array, Array]) -> Value:
    """Add up the segments that lie before x; segments without slope need nothing."""
    import jax.numpy as jnp
    from jax import lax

    xs, ys = (values.tolist() for values in points)
    x = jnp.asarray(x, jnp.float64)
    value = jnp.full_like(x, ys[0])
    for left, right, low, high in zip(xs, xs[1:], ys, ys[1:], strict=False):
        width = right - left
        if high != low and width == 0.0:  # the value jumps behind x
            value = value + jnp.where(x > left, high - low, 0.0)
        elif high != low:
            value = value + (high - low) / width * lax.clamp(0.0, x - left, width)
    return value


def _ring_read(ring: Value, i: Value) -> Value:
    from jax import lax

    return lax.dynamic_index_in_dim(ring, i % ring.shape[0], axis=0, keepdims=False)


def _ring_read_each(ring: Value, i: Value, lengths: Sequence[int]) -> Value:
    """Read a ring whose elements have different lengths, given flat in C order."""
    import jax.numpy as jnp

    each = np.reshape(lengths, (*ring.shape[1:-1], 1))
    value = _ring_read(ring, i - lengths[0])
    for length in sorted(set(lengths)):
        value = jnp.where(each == length, _ring_read(ring, i - length), value)
    return value


def _ring_write(ring: Value, i: Value, value: Value) -> Value:
    import jax.numpy as jnp
    from jax import lax

    entering = jnp.broadcast_to(jnp.asarray(value, jnp.float64), ring.shape[1:])
    return lax.dynamic_update_index_in_dim(ring, entering, i % ring.shape[0], axis=0)
