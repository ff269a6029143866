"""Special functions, written against a builder: all engines compute them in the same way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from twintrack.equations.operations import Builder

V = Any
"""A value of the builder."""
B = Builder[Any]

# B_2k / (2k (2k - 1)), the coefficients of Stirling's series, and half the logarithm of 2 pi.
_STIRLING = (
    1.0 / 12.0,
    -1.0 / 360.0,
    1.0 / 1260.0,
    -1.0 / 1680.0,
    1.0 / 1188.0,
    -691.0 / 360360.0,
    1.0 / 156.0,
    -3617.0 / 122400.0,
)
_HALF_LOG_TWO_PI = 0.9189385332046727
_FAR = 8
"""From this argument on, Stirling's series has all digits."""

# (1 + 2 x) exp(x^2) erfc(x) for x >= 0 as a polynomial in (x - 3.75) / (x + 3.75): the form of M. M. Shepherd
# and J. G. Laframboise, Mathematics of Computation 36 (1981), 249-253, here a Chebyshev fit of degree 20 with
# a relative error of 4e-15. The highest power comes first.
_MIDDLE = 3.75
_SCALED = (
    1.7582623875241753e-08,
    8.539341490132955e-09,
    -2.1444935965770694e-07,
    -2.7808488846780253e-08,
    1.6962771374598382e-06,
    -1.008232827937939e-06,
    -1.1400031275352141e-05,
    2.2409901890565507e-05,
    5.162621432925037e-05,
    -0.0002901662256381371,
    0.0002937213510335931,
    0.0017556294823232916,
    -0.009746581175729433,
    0.028362276763965077,
    -0.05869339839020396,
    0.09230432122552865,
    -0.10880393015440347,
    0.08227673848717172,
    0.0035854154857793696,
    -0.14024059858550714,
    1.2375126308378266,
)
_FURTHEST = 30.0
"""Beyond this, erfc(x) is nothing."""

# The quantiles of the normal distribution: M. J. Wichura, Algorithm AS 241, Applied Statistics 37 (1988),
# 477-484, for the middle, and for the tails near and far. Of each quotient the highest power comes first.
_CENTRE = (
    (
        2.5090809287301226727e3,
        3.3430575583588128105e4,
        6.7265770927008700853e4,
        4.5921953931549871457e4,
        1.3731693765509461125e4,
        1.9715909503065514427e3,
        1.3314166789178437745e2,
        3.3871328727963666080e0,
    ),
    (
        5.2264952788528545610e3,
        2.8729085735721942674e4,
        3.9307895800092710610e4,
        2.1213794301586595867e4,
        5.3941960214247511077e3,
        6.8718700749205790830e2,
        4.2313330701600911252e1,
        1.0,
    ),
)
_NEAR = (
    (
        7.74545014278341407640e-4,
        2.27238449892691845833e-2,
        2.41780725177450611770e-1,
        1.27045825245236838258e0,
        3.64784832476320460504e0,
        5.76949722146069140550e0,
        4.63033784615654529590e0,
        1.42343711074968357734e0,
    ),
    (
        1.05075007164441684324e-9,
        5.47593808499534494600e-4,
        1.51986665636164571966e-2,
        1.48103976427480074590e-1,
        6.89767334985100004550e-1,
        1.67638483018380384940e0,
        2.05319162663775882187e0,
        1.0,
    ),
)
_TAIL = (
    (
        2.01033439929228813265e-7,
        2.71155556874348757815e-5,
        1.24266094738807843860e-3,
        2.65321895265761230930e-2,
        2.96560571828504891230e-1,
        1.78482653991729133580e0,
        5.46378491116411436990e0,
        6.65790464350110377720e0,
    ),
    (
        2.04426310338993978564e-15,
        1.42151175831644588870e-7,
        1.84631831751005468180e-5,
        7.86869131145613259100e-4,
        1.48753612908506148525e-2,
        1.36929880922735805310e-1,
        5.99832206555887937690e-1,
        1.0,
    ),
)


def polynomial(b: B, coefficients: Sequence[float], x: V) -> V:
    """Give a polynomial, whose highest power comes first."""
    value = b.literal(coefficients[0])
    for coefficient in coefficients[1:]:
        value = b.apply("add", b.apply("multiply", value, x), b.literal(coefficient))
    return value


def gamma_ln(b: B, x: V) -> V:
    """By Stirling's series at z = x, or for small x at z = x + 8, less ln x (x + 1) ... (x + 7)."""
    near = b.apply("less", x, b.literal(_FAR))
    factors = b.select(near, x, b.literal(1.0))
    product = factors
    for number in range(1, _FAR):
        product = b.apply("multiply", product, b.apply("add", factors, b.literal(number)))
    z = b.select(near, b.apply("add", x, b.literal(_FAR)), x)
    inverse = b.apply("divide", b.literal(1.0), z)
    square = b.apply("multiply", inverse, inverse)
    series = polynomial(b, _STIRLING[::-1], square)
    growth = b.apply("multiply", b.apply("subtract", z, b.literal(0.5)), b.apply("ln", z))
    rest = b.apply("subtract", b.literal(_HALF_LOG_TWO_PI), z)
    far = b.apply("add", b.apply("add", growth, rest), b.apply("multiply", series, inverse))
    skipped = b.select(near, b.apply("ln", product), b.literal(0.0))
    positive = b.apply("greater", x, b.literal(0.0))
    return b.select(positive, b.apply("subtract", far, skipped), b.literal(math.nan))


def erfc(b: B, x: V) -> V:
    """Give the complementary error function."""
    size = b.apply("min", b.apply("abs", x), b.literal(_FURTHEST))
    middle = b.literal(_MIDDLE)
    t = b.apply("divide", b.apply("subtract", size, middle), b.apply("add", size, middle))
    fallen = b.apply("exp", b.apply("negative", b.apply("multiply", size, size)))
    scale = b.apply("add", b.literal(1.0), b.apply("multiply", b.literal(2.0), size))
    above = b.apply("divide", b.apply("multiply", fallen, polynomial(b, _SCALED, t)), scale)
    below = b.apply("subtract", b.literal(2.0), above)
    return b.select(b.apply("less", x, b.literal(0.0)), below, above)


def normal_share(b: B, z: V) -> V:
    """Give the share of the standard normal distribution that lies below a value."""
    return b.apply("multiply", b.literal(0.5), erfc(b, b.apply("multiply", z, b.literal(-math.sqrt(0.5)))))


def normal_quantile(b: B, share: V) -> V:
    """Give the value below which a share of the standard normal distribution lies."""
    half = b.literal(0.5)
    q = b.apply("subtract", share, half)
    inside = b.apply("subtract", b.literal(0.180625), b.apply("multiply", q, q))
    centre = b.apply("multiply", q, _quotient(b, _CENTRE, inside))
    tail = b.apply("min", share, b.apply("subtract", b.literal(1.0), share))
    r = b.apply("sqrt", b.apply("negative", b.apply("ln", tail)))
    near = _quotient(b, _NEAR, b.apply("subtract", r, b.literal(1.6)))
    far = _quotient(b, _TAIL, b.apply("subtract", r, b.literal(5.0)))
    outer = b.select(b.apply("less_equal", r, b.literal(5.0)), near, far)
    outer = b.select(b.apply("less", q, b.literal(0.0)), b.apply("negative", outer), outer)
    return b.select(b.apply("less_equal", b.apply("abs", q), b.literal(0.425)), centre, outer)


def _quotient(b: B, quotient: tuple[Sequence[float], Sequence[float]], x: V) -> V:
    return b.apply("divide", polynomial(b, quotient[0], x), polynomial(b, quotient[1], x))
