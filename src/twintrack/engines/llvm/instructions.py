"""Scalar operations as LLVM's textual form, either on one number or on a vector of runs.

Functions on which no time is lost are left to LLVM, which calls the C library for each number where there is
one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from twintrack.engines.llvm import threefry
from twintrack.engines.llvm.body import ARITHMETIC, Body, Kind
from twintrack.engines.lookups import ends_of_slopes
from twintrack.engines.scalar import elementary, exp_ln
from twintrack.engines.scalar.graph import ARGUMENT, FUSED, LITERAL, Loop, Scalar, ScalarGraph
from twintrack.equations.structure import Table

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

_SMALL_END = 1e-3
"""A lookup that ends below this share of its largest value is given its last value without adding up."""
_NOTHING = -0.0
"""A zero that LLVM takes an extreme with in one instruction; of plain zero it makes two."""
_SMALLEST = 2.2250738585072014e-308


GATHERED = 8
"""So many numbers are computed side by side where operations of one run are gathered."""
_MANY = {"exp": 22, "ln": 26, "ln_positive": 20, "mod": 20, "random": 150}
"""About how many instructions an operation is that is more than one."""


def instructions(item: Scalar, tables: Sequence[Table]) -> int:
    """Say about how many instructions an operation is."""
    if item.op in LOOKUPS:
        return 3 * len(tables[item.place].x)
    return _MANY.get(item.op, 1)


def operation(
    body: Body, item: Scalar, args: Sequence[str], graph: ScalarGraph, tables: Sequence[Table]
) -> str:
    """Write one operation and give the name of its result."""
    kind, op = body.kind, item.op
    if op in ARITHMETIC:
        return body.arithmetic(op, *args)
    if op in _FUSED:
        return _FUSED[op](body, *args)
    if op in _COMPARED:
        return body.compare(_COMPARED[op], *args)
    if op == "select":
        return body.choose(*args)
    if op == "negative":
        return body.negative(args[0])
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
    if op in elementary.WITHOUT_LIBRARY and not kind.library:
        return elementary.WITHOUT_LIBRARY[op](body, args[0])
    if op in _INTRINSICS:
        return body.call(_INTRINSICS[op], args[0])
    return _WRITTEN_OUT[op](body, *args)


def each(op: str) -> set[str]:
    """Write the function `each_...` that replaces numbers side by side by those that an operation gives.

    It takes `GATHERED` at a time: there must be room for a multiple. Gives it with what it calls.
    """
    body = Body(Kind(GATHERED))
    value = _WRITTEN_OUT[op](body, body.put(f"load {body.kind.number}, ptr %here, align 8"))
    text = "\n".join(body.lines)
    return body.called | {
        f"""define internal void @each_{op}(ptr %at, i64 %count) noinline {{
entry:
br label %loop
loop:
%k = phi i64 [ 0, %entry ], [ %next, %loop ]
%here = getelementptr double, ptr %at, i64 %k
{text}
store {body.kind.number} {value}, ptr %here, align 8
%next = add i64 %k, {GATHERED}
%more = icmp ult i64 %next, %count
br i1 %more, label %loop, label %end
end:
ret void
}}"""
    }


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
    value = exp_ln.exponential(body, x)
    high = body.compare("ogt", x, kind.literal(exp_ln.HIGHEST))
    value = body.choose(high, kind.literal(math.inf), value)
    return body.choose(body.compare("olt", x, kind.literal(exp_ln.LOWEST)), kind.literal(0.0), value)


def _logarithm(body: Body, x: str) -> str:
    """Write the natural logarithm; numbers below 2e-308, which have no full mantissa, count as zero."""
    kind = body.kind
    value = exp_ln.logarithm(body, x)
    value = body.choose(body.compare("olt", x, kind.literal(math.inf)), value, x)
    small = body.compare("oge", x, kind.literal(0.0))
    nothing = body.choose(small, kind.literal(-math.inf), kind.literal(math.nan))
    return body.choose(body.compare("oge", x, kind.literal(_SMALLEST)), value, nothing)


def _remainder(body: Body, x: str, y: str) -> str:
    """Give x mod y with the sign of y, as NumPy does."""
    kind = body.kind
    rest = body.put(f"frem {kind.number} {x}, {y}") if kind.library else elementary.rest(body, x, y)
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
            inside = extreme(body, "max", distance, kind.literal(_NOTHING), known=True)
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
        beyond = extreme(body, op, distance, kind.literal(_NOTHING), known=True)
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

_FUSED: dict[str, Callable[[Body, str, str, str], str]] = {
    FUSED["add"]: Body.fused,
    FUSED["subtract"]: lambda body, one, other, added: body.fused(body.negative(one), other, added),
    FUSED["from"]: lambda body, one, other, added: body.fused(one, other, body.negative(added)),
}

_WRITTEN_OUT: dict[str, Callable[..., str]] = {
    "exp": _exponential,
    "ln": _logarithm,
    "ln_positive": exp_ln.logarithm,
    "mod": _remainder,
    "random": threefry.uniform,
}
