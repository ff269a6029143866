"""Calls of random functions: what their numbers follow from is written behind what users write."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from twintrack.equations.distributions import DISTRIBUTIONS
from twintrack.equations.expressions import Call, Lowering
from twintrack.equations.naming import spoken
from twintrack.equations.streams import stream_number
from twintrack.equations.structure import RUN_NUMBER, Expr, Literal, Number, Reference


def drawn(lowering: Lowering, name: str, args: Sequence[Expr]) -> Expr:
    """Give a random function: its last argument is the seed, and the stream and the run stand behind it.

    As in Vensim, a seed of 0 means NOISE SEED, where the model has one.
    """
    seed = args[-1] if DISTRIBUTIONS[name].arguments else Number(value=0.0)
    noise = lowering.frame.names.find("noise seed")
    if noise in lowering.frame.axes and not lowering.frame.axes[noise]:
        other = Reference(variable=noise)
        unset = lowering.apply("equal", seed, Number(value=0.0))
        seed = lowering.apply("if_then_else", unset, other, seed)
    places = lowering.sorted_axes([*lowering.left, *(axis for arg in args for axis in arg.axes)])
    number = lowering.frame.draws[lowering.variable] = lowering.frame.draws.get(lowering.variable, 0) + 1
    elements = [lowering.frame.ranges.elements[axis.removesuffix("!")] for axis in places]
    streams = tuple(stream_number(lowering.variable, number, *cell) for cell in product(*elements))
    stream: Expr = Number(value=streams[0])
    if places:
        stream = Literal(axes=places, values=streams, shape=tuple(map(len, elements)))
    written = args[: len(DISTRIBUTIONS[name].arguments) - 1]
    return lowering.apply(name, *written, seed, stream, Reference(variable=RUN_NUMBER))


def _call(lowering: Lowering, name: str, trees: Sequence[Any]) -> Expr:
    needed = len(DISTRIBUTIONS[name].arguments)
    if len(trees) != needed:
        return lowering.fault(f"{needed} arguments are needed, {len(trees)} are given", spoken(name))
    return drawn(lowering, name, [lowering.lower(tree) for tree in trees])


CALLS: dict[str, Call] = dict.fromkeys(DISTRIBUTIONS, _call)
"""What lowers each random function."""
