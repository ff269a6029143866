"""Scalar operations as LLVM's textual form, either on one number or on a vector of runs.

Exponential and logarithm are written out without a branch, so that they run in vector registers; functions on
which no time is lost are left to LLVM, which calls the C library for each number.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from twintrack.engines.lookups import ends_of_slopes
from twintrack.engines.native.graph import ARGUMENT, LITERAL, Loop, Scalar, ScalarGraph
from twintrack.equations.structure import Table

LANES = 8
"""Runs in a vector: one 512-bit register; LLVM splits it on processors with narrower ones."""

BLOCK = 64
"""Runs that a part of the functions takes in one loop: their values stay in the second cache."""

_ARITHMETIC = {"add": "fadd", "subtract": "fsub", "multiply": "fmul", "divide": "fdiv"}
_COMPARED = {
    "equal": "oeq",
    "not_equal": "une",
    "less": "olt",
    "less_equal": "ole",
    "greater": "ogt",
    "greater_equal": "oge",
}
_INTRINSICS = {
    "abs": "fabs",
    "sqrt": "sqrt",
    "trunc": "trunc",
    "sin": "sin",
    "cos": "cos",
    "tan": "tan",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "sinh": "sinh",
    "cosh": "cosh",
    "tanh": "tanh",
}

# exp(x) = 2^n exp(r), |r| <= ln(2)/2; Chebyshev fit of exp(r), relative error 2e-17.
_EXP = (
    2.511003761756205e-08,
    2.763263965412376e-07,
    2.7557240918547625e-06,
    2.480148548228773e-05,
    0.00019841269890047143,
    0.0013888888952314812,
    0.008333333333319601,
    0.04166666666648809,
    0.1666666666666668,
    0.5000000000000019,
    1.0,
    1.0,
)
_LN2_HIGH, _LN2_LOW = float.fromhex("0x1.62e42fefa39efp-1"), float.fromhex("0x1.abc9e3b39803fp-56")
_ROUNDER = 1.5 * 2.0**52
"""Added to a number it leaves the nearest whole one in the low bits of the mantissa."""
_EXP_HIGHEST, _EXP_LOWEST = 709.782712893384, -708.0

# log(m) = 2 s + s z R(z), s = (m - 1) / (m + 1), z = s^2, m between sqrt(1/2) and sqrt(2); coefficients of R
# as published with the C library of Sun Microsystems (fdlibm, e_log.c), error below 2^-58.
_LOG = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)
_SMALL_END = 1e-3
"""A lookup that ends below this share of its largest value is given its last value without adding up."""
_ROOT_HALF_BITS = 0x3FE6A09E667F3BCD
_SMALLEST = 2.2250738585072014e-308


@dataclass(frozen=True)
class Kind:
    """Numbers, or vectors of runs: the types of values, of truth values and of their bits."""

    lanes: int

    @property
    def number(self) -> str:
        """The type of a value."""
        return self._of("double")

    @property
    def truth(self) -> str:
        """The type of a truth value."""
        return self._of("i1")

    @property
    def bits(self) -> str:
        """The type of the bits of a value."""
        return self._of("i64")

    @property
    def suffix(self) -> str:
        """What LLVM's own functions for this type end in."""
        return "f64" if self.lanes == 1 else f"v{self.lanes}f64"

    def literal(self, value: float) -> str:
        """Give a number as a constant."""
        return self._all("double", number(value))

    def whole(self, value: int) -> str:
        """Give a whole number as a constant for bits."""
        return self._all("i64", str(value))

    def yes(self) -> str:
        """Give the constant of truth."""
        return self._all("i1", "true")

    def _of(self, one: str) -> str:
        return one if self.lanes == 1 else f"<{self.lanes} x {one}>"

    def _all(self, one: str, text: str) -> str:
        return text if self.lanes == 1 else f"splat ({one} {text})"


ONE = Kind(1)
RUNS = Kind(LANES)


def number(value: float) -> str:
    """Give a number by its bits, as LLVM writes what decimal digits might miss."""
    return f"0x{struct.unpack('>Q', struct.pack('>d', value))[0]:016X}"


@dataclass
class Body:
    """The lines of one function, and the functions of LLVM that it calls."""

    kind: Kind
    lines: list[str] = field(default_factory=list)
    called: set[str] = field(default_factory=set)
    _count: int = 0

    def put(self, code: str) -> str:
        """Add an instruction and give the name of its result."""
        name = f"%x{self._count}"
        self._count += 1
        self.lines.append(f"{name} = {code}")
        return name

    def call(self, function: str, *args: str) -> str:
        """Call a function of LLVM on values of this kind."""
        kind = self.kind
        name = f"@llvm.{function}.{kind.suffix}"
        self.called.add(f"declare {kind.number} {name}({', '.join([kind.number] * len(args))})")
        return self.put(f"call {kind.number} {name}({', '.join(f'{kind.number} {arg}' for arg in args)})")

    def fused(self, one: str, other: str, added: str) -> str:
        """Give one * other + added."""
        product = self.put(f"fmul contract {self.kind.number} {one}, {other}")
        return self.put(f"fadd contract {self.kind.number} {product}, {added}")

    def compare(self, relation: str, one: str, other: str) -> str:
        """Compare two values."""
        return self.put(f"fcmp {relation} {self.kind.number} {one}, {other}")

    def choose(self, condition: str, yes: str, no: str) -> str:
        """Give one of two values by a truth value."""
        kind = self.kind
        return self.put(f"select {kind.truth} {condition}, {kind.number} {yes}, {kind.number} {no}")


def operation(
    body: Body, item: Scalar, args: Sequence[str], graph: ScalarGraph, tables: Sequence[Table]
) -> str:
    """Write one operation and give the name of its result."""
    kind, op = body.kind, item.op
    if op in _ARITHMETIC:
        # Contracted, a product and a sum are rounded once, which is quicker.
        freely = "" if graph.exact or op == "divide" else " contract"
        return body.put(f"{_ARITHMETIC[op]}{freely} {kind.number} {args[0]}, {args[1]}")
    if op in _COMPARED:
        return body.compare(_COMPARED[op], *args)
    if op == "select":
        return body.choose(*args)
    if op == "negative":
        return body.put(f"fneg {kind.number} {args[0]}")
    if op in ("and", "or"):
        return body.put(f"{op} {kind.truth} {args[0]}, {args[1]}")
    if op == "not":
        return body.put(f"xor {kind.truth} {args[0]}, {kind.yes()}")
    if op in ("max", "min"):
        known = [graph[arg].op == LITERAL for arg in item.args]
        return extreme(body, op, *(args if not known[0] else reversed(args)), known=any(known))
    if op in LOOKUPS:
        return LOOKUPS[op](body, tables[item.place], args[0])
    if op == "repeat":
        return _repeated(body, graph.loops[item.place], args, tables)
    if op in _INTRINSICS:
        return body.call(_INTRINSICS[op], args[0])
    return _WRITTEN_OUT[op](body, *args)


def _repeated(body: Body, loop: Loop, args: Sequence[str], tables: Sequence[Table]) -> str:
    """Write a loop and give its result; what follows stands in another basic block."""
    label, count = len(body.lines), len(loop.following)
    held = [f"%held{label}_{k}" for k in range(count)]
    turn, following, more = f"%turn{label}", f"%following{label}", f"%more{label}"
    body.lines += [f"br label %before{label}", f"before{label}:", f"br label %again{label}", f"again{label}:"]
    top = len(body.lines)
    ends = _inside(body, loop.graph, loop.following, [*held, *args[count:]], tables)
    sources = ((start, end) for start, end in zip(args[:count], ends, strict=True))
    body.lines[top:top] = [
        f"{turn} = phi i64 [ 1, %before{label} ], [ {following}, %turned{label} ]",
        *(
            f"{name} = phi {body.kind.number} [ {start}, %before{label} ], [ {end}, %turned{label} ]"
            for name, (start, end) in zip(held, sources, strict=True)
        ),
    ]
    body.lines += [
        *(f"br label %turned{label}", f"turned{label}:", f"{following} = add i64 {turn}, 1"),
        f"{more} = icmp ult i64 {turn}, {loop.count}",
        *(f"br i1 {more}, label %again{label}, label %after{label}", f"after{label}:"),
    ]
    return _inside(body, loop.graph, [loop.result], [*ends, *args[count:]], tables)[0]


def _inside(
    body: Body, graph: ScalarGraph, targets: Sequence[int], args: Sequence[str], tables: Sequence[Table]
) -> list[str]:
    """Write the operations of a loop that some of its nodes need, and give the names of these."""
    names: dict[int, str] = {}
    for node in graph.needed(targets):
        item = graph[node]
        if item.op == LITERAL:
            names[node] = body.kind.literal(item.value)
        elif item.op == ARGUMENT:
            names[node] = args[item.place]
        else:
            names[node] = operation(body, item, [names[arg] for arg in item.args], graph, tables)
    return [names[target] for target in targets]


def extreme(body: Body, op: str, one: str, other: str, *, known: bool) -> str:
    """Give the greater or smaller of two values; a value that is no number stays one.

    `known`: the other one is a literal.
    """
    beyond = body.compare("ogt" if op == "max" else "olt", other, one)
    result = body.choose(beyond, other, one)
    return result if known else body.choose(body.compare("uno", other, other), other, result)


def _exponential(body: Body, x: str) -> str:
    kind = body.kind
    shifted = body.fused(x, kind.literal(1.0 / math.log(2.0)), kind.literal(_ROUNDER))
    whole = body.put(f"fsub {kind.number} {shifted}, {kind.literal(_ROUNDER)}")
    rest = body.fused(whole, kind.literal(-_LN2_HIGH), x)
    rest = body.fused(whole, kind.literal(-_LN2_LOW), rest)
    value = kind.literal(_EXP[0])
    for coefficient in _EXP[1:]:
        value = body.fused(value, rest, kind.literal(coefficient))
    power = body.put(f"bitcast {kind.number} {shifted} to {kind.bits}")
    power = body.put(f"shl {kind.bits} {power}, {kind.whole(52)}")
    bits = body.put(f"bitcast {kind.number} {value} to {kind.bits}")
    bits = body.put(f"add {kind.bits} {bits}, {power}")
    value = body.put(f"bitcast {kind.bits} {bits} to {kind.number}")
    high = body.compare("ogt", x, kind.literal(_EXP_HIGHEST))
    value = body.choose(high, kind.literal(math.inf), value)
    return body.choose(body.compare("olt", x, kind.literal(_EXP_LOWEST)), kind.literal(0.0), value)


def _logarithm(body: Body, x: str) -> str:
    """Write the natural logarithm; numbers below 2e-308, which have no full mantissa, count as zero."""
    kind = body.kind
    value = _logarithm_of_positive(body, x)
    value = body.choose(body.compare("olt", x, kind.literal(math.inf)), value, x)
    small = body.compare("oge", x, kind.literal(0.0))
    nothing = body.choose(small, kind.literal(-math.inf), kind.literal(math.nan))
    return body.choose(body.compare("oge", x, kind.literal(_SMALLEST)), value, nothing)


def _logarithm_of_positive(body: Body, x: str) -> str:
    """Write the natural logarithm of a number above 2e-308; infinity gives no number, others anything."""
    kind = body.kind
    bits = body.put(f"bitcast {kind.number} {x} to {kind.bits}")
    exponent = body.put(f"sub {kind.bits} {bits}, {kind.whole(_ROOT_HALF_BITS)}")
    exponent = body.put(f"ashr {kind.bits} {exponent}, {kind.whole(52)}")
    shifted = body.put(f"shl {kind.bits} {exponent}, {kind.whole(52)}")
    mantissa = body.put(f"sub {kind.bits} {bits}, {shifted}")
    mantissa = body.put(f"bitcast {kind.bits} {mantissa} to {kind.number}")
    above = body.put(f"fsub {kind.number} {mantissa}, {kind.literal(1.0)}")
    below = body.put(f"fadd {kind.number} {mantissa}, {kind.literal(1.0)}")
    s = body.put(f"fdiv {kind.number} {above}, {below}")
    z = body.put(f"fmul contract {kind.number} {s}, {s}")
    series = kind.literal(_LOG[-1])
    for coefficient in (*_LOG[-2::-1], 2.0):
        series = body.fused(series, z, kind.literal(coefficient))
    power = body.put(f"sitofp {kind.bits} {exponent} to {kind.number}")
    spoiled = body.fused(x, kind.literal(0.0), s)  # 0 times infinity is no number
    fraction = body.put(f"fmul contract {kind.number} {spoiled}, {series}")
    return body.fused(power, kind.literal(math.log(2.0)), fraction)


def _remainder(body: Body, x: str, y: str) -> str:
    """Give x mod y with the sign of y, as NumPy does."""
    kind = body.kind
    rest = body.put(f"frem {kind.number} {x}, {y}")
    other = body.put(f"fmul {kind.number} {rest}, {y}")
    moved = body.put(f"fadd {kind.number} {rest}, {y}")
    return body.choose(body.compare("olt", other, kind.literal(0.0)), moved, rest)


def _interpolated(body: Body, table: Table, x: str) -> str:
    """Add up the segments that lie before x; outside of the table the ends hold."""
    kind = body.kind
    value = kind.literal(table.y[0])
    for (left, low), (right, high) in pairwise(zip(table.x, table.y, strict=True)):
        if high != low and left == right:  # the value jumps behind x
            behind = body.compare("ogt", x, kind.literal(left))
            jump = body.choose(behind, kind.literal(high - low), kind.literal(0.0))
            value = body.put(f"fadd {kind.number} {value}, {jump}")
        elif high != low:
            distance = body.put(f"fsub {kind.number} {x}, {kind.literal(left)}")
            inside = extreme(body, "max", distance, kind.literal(0.0), known=True)
            inside = extreme(body, "min", inside, kind.literal(right - left), known=True)
            value = body.fused(kind.literal((high - low) / (right - left)), inside, value)
    if abs(table.y[-1]) < _SMALL_END * max(map(abs, table.y)):  # the sum has lost its digits
        value = body.choose(
            body.compare("oge", x, kind.literal(table.x[-1])), kind.literal(table.y[-1]), value
        )
    return value


def _extrapolated(body: Body, table: Table, x: str) -> str:
    kind = body.kind
    first, last = (float(slope) for slope in ends_of_slopes((np.array(table.x), np.array(table.y))))
    value = _interpolated(body, table, x)
    for end, slope, op in ((table.x[0], first, "min"), (table.x[-1], last, "max")):
        distance = body.put(f"fsub {kind.number} {x}, {kind.literal(end)}")
        beyond = extreme(body, op, distance, kind.literal(0.0), known=True)
        value = body.fused(kind.literal(slope), beyond, value)
    return value


def _next_point(body: Body, table: Table, x: str) -> str:
    kind = body.kind
    value = kind.literal(table.y[-1])
    for at, y in zip(table.x[::-1], table.y[::-1], strict=True):
        value = body.choose(body.compare("ole", x, kind.literal(at)), kind.literal(y), value)
    return value


def _last_point(body: Body, table: Table, x: str) -> str:
    kind = body.kind
    value = kind.literal(table.y[0])
    for at, y in zip(table.x, table.y, strict=True):
        value = body.choose(body.compare("oge", x, kind.literal(at)), kind.literal(y), value)
    return value


LOOKUPS: dict[str, Callable[[Body, Table, str], str]] = {
    "lookup_interpolate": _interpolated,
    "lookup_extrapolate": _extrapolated,
    "lookup_forward": _next_point,
    "lookup_backward": _last_point,
}

_WRITTEN_OUT: dict[str, Callable[..., str]] = {
    "exp": _exponential,
    "ln": _logarithm,
    "ln_positive": _logarithm_of_positive,
    "mod": _remainder,
}
