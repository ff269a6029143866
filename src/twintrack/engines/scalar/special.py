"""Special functions as operations of a scalar graph."""

from __future__ import annotations

from twintrack.engines.scalar.graph import ScalarGraph

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


def erfc(graph: ScalarGraph, x: int) -> int:
    """Give the complementary error function."""
    apply, literal = graph.apply, graph.literal
    size = apply("min", apply("abs", x), literal(_FURTHEST))
    t = apply("divide", apply("subtract", size, literal(_MIDDLE)), apply("add", size, literal(_MIDDLE)))
    value = literal(_SCALED[0])
    for coefficient in _SCALED[1:]:
        value = apply("add", apply("multiply", value, t), literal(coefficient))
    fallen = apply("exp", apply("negative", apply("multiply", size, size)))
    scale = apply("add", literal(1.0), apply("multiply", literal(2.0), size))
    above = apply("divide", apply("multiply", fallen, value), scale)
    below = apply("subtract", literal(2.0), above)
    return graph.select(apply("less", x, literal(0.0)), below, above)
