"""Writing scalar operations as vectorised C: arrays of runs, the loop over a block of runs innermost.

A value is computed where it has to be computed least often: once (`F`), once per step for all runs (`Z`),
once per run (`K`), or at every step of every run. `c_loops` cuts the operations in loops, each a function.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import pairwise

import numpy as np

from bench.c_exp_ln import wide_exp_ln
from bench.c_loops import LoopSpills, cut
from twintrack.engines.llvm.basic_blocks import BasicBlock, Store
from twintrack.engines.llvm.source import Source
from twintrack.engines.lookups import ends_of_slopes
from twintrack.engines.scalar.graph import LEAVES, LITERAL, ScalarGraph
from twintrack.engines.scalar.lowering import InputLayouts, ScalarProgram
from twintrack.equations.clock import TimeGrid
from twintrack.equations.structure import Table
from twintrack.errors import TwinTrackError

_INFIX = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}
_ARGUMENTS = (
    "double *restrict S, double *restrict K, double *restrict T, In F, In Z, In X, In P, "
    "double *restrict Y, double *restrict N, long stride, long i, long n"
)
_PASSED = "S, K, T, F, Z, X, P, Y, N, stride, i, n"


@dataclass(frozen=True)
class Shape:
    """How the code is cut: runs in a block, operations in a loop, and whether vectors are written out."""

    block: int = 64
    loop: int = 25
    wide: bool = True


def c_source(
    program: ScalarProgram, tables: Sequence[Table], given: InputLayouts, grid: TimeGrid, shape: Shape
) -> Source:
    """Write the source of a library with the function `run`; see run.h for its arguments."""
    return _Source(finite(program), tables, given, grid, shape).source()


def finite(program: ScalarProgram) -> ScalarProgram:
    """Give the operations without choices of what is no number, as if all values were finite.

    gcc is told to assume the same. Divisions are no longer kept exact either.
    """
    graph, old = ScalarGraph(), program.graph
    new: list[int] = []
    for item in old.nodes:
        args = [new[arg] for arg in item.args]
        if item.op == LITERAL:
            node = graph.literal(item.value)
        elif item.op in LEAVES:
            node = graph.leaf(item.op, item.place)
        elif item.op == "repeat":
            node = graph.repeat(old.loops[item.place], *args)
        elif item.op in _LOOKUPS:
            node = graph.lookup(item.place, item.op.removeprefix("lookup_"), *args)
        elif item.op == "select":
            arms = [arg for arg in args[1:] if not math.isnan(graph[arg].value)] or args[1:]
            node = graph.select(args[0], arms[0], arms[-1])
        else:
            node = graph.apply(item.op, *args)
        new.append(node)
    slots = tuple(
        replace(slot, first=new[slot.first], following=new[slot.following]) for slot in program.slots
    )
    outputs = {name: tuple(new[node] for node in nodes) for name, nodes in program.outputs.items()}
    return ScalarProgram(graph, slots, outputs)


class _Source:
    """Writes the functions of one library."""

    def __init__(
        self,
        program: ScalarProgram,
        tables: Sequence[Table],
        given: InputLayouts,
        grid: TimeGrid,
        shape: Shape,
    ) -> None:
        self.program = program
        self.graph = program.graph
        self.tables = tables
        self.given = given
        self.grid = grid
        self.shape = shape
        self.bases = []
        place = 0
        for slot in program.slots:
            self.bases.append(place)
            place += slot.length
        self.state_size = place
        self.fixed: dict[int, int] = {}
        self.shared: dict[int, int] = {}
        self.held: dict[int, int] = {}
        self.most_spilled = 0

    def source(self) -> Source:
        """Write the library."""
        outputs = self.program.outputs
        moving = [name for name in outputs if any(self.graph.moving[node] for node in outputs[name])]
        still = [name for name in outputs if name not in moving]
        slots = [(place, slot) for place, slot in enumerate(self.program.slots) if slot.length]
        updates = [Store("S", place, slot.following) for place, slot in slots]
        rows, constant = self._rows("Y", moving), self._rows("N", still)
        step = self._kernel("step", updates)
        saving = self._kernel("saving_step", [*rows, *updates])
        starts = [*(Store("S0", place, slot.first) for place, slot in slots), *constant]
        # What later steps hold is known only now, and is computed together with the first values.
        held = [Store("K", place, node) for node, place in self.held.items()]
        init = self._kernel("init", [*starts, *held])
        shared, fixed = self._scalar("shared", self.shared), self._scalar("fixed", self.fixed)
        sizes = {
            "BLOCK": self.shape.block,
            "STATE": self.state_size,
            "HELD": len(self.held),
            "SHARED": len(self.shared),
            "MOVING": len(rows),
            "SERIES": self.given.series.width,
            "SHARED_SERIES": self.given.shared.width,
        }
        defines = [f"#define {name} {value}L" for name, value in sizes.items()]
        defines += [f"#define INITIAL_TIME {self.grid.initial!r}", f"#define TIME_STEP {self.grid.step!r}"]
        defines += ["#define WIDE"] if self.shape.wide else []
        exp_ln = [wide_exp_ln()] if self.shape.wide else []
        text = [*defines, _file("vectors.h"), *exp_ln, fixed, shared, init, step, saving, _file("run.h")]
        return Source(
            text="\n".join(text),
            moving=tuple(moving),
            still=tuple(still),
            # A cache line more, so that the code can begin at one.
            work=(self.state_size + len(self.held) + self.most_spilled) * self.shape.block + 8,
            fixed=len(self.fixed),
            shared=len(self.shared),
        )

    def _rows(self, array: str, names: Sequence[str]) -> list[Store]:
        nodes = [node for name in names for node in self.program.outputs[name]]
        return [Store(array, place, node) for place, node in enumerate(nodes)]

    # Code over a block of runs

    def _kernel(self, name: str, stores: Sequence[Store]) -> str:
        """Write the functions that compute and store values over a block of runs."""
        loops = cut(self.graph, stores, self.shape.loop)
        spills = LoopSpills(self.graph, loops)
        self.most_spilled = max(self.most_spilled, spills.size)
        functions, calls = [], []
        for number, loop in enumerate(loops):
            writer = _Writer(self, spills, number)
            lines = writer.lines(loop)
            functions.append(
                f"static __attribute__((noinline)) void {name}_{number}({_ARGUMENTS})\n{{\n"
                "    FOR_RUNS {\n" + "".join(f"        {line}\n" for line in lines) + "    }\n}\n"
            )
            calls.append(f"    {name}_{number}({_PASSED});\n")
        return "\n".join(functions) + f"\nstatic void {name}({_ARGUMENTS})\n{{\n{''.join(calls)}}}\n"

    def given_value(self, node: int) -> str | None:
        """Give the code of a value that a loop over runs finds ready, None when it must be computed."""
        graph, item = self.graph, self.graph[node]
        if item.op == LITERAL:
            return _number(item.value, "v")
        if item.op == "state":
            base, length = self.bases[item.place], self.program.slots[item.place].length
            where = f"{base}" if length == 1 else f"({base} + i % {length})"
            return f"LOAD(S + {where} * BLOCK + r)"
        if item.op == "series":
            return f"LOAD(X + {item.place} * stride + r)"
        if not graph.by_run[node]:
            if graph.moving[node]:
                return f"ALL(Z[{self.shared.setdefault(node, len(self.shared))}])"
            return f"ALL(F[{self.fixed.setdefault(node, len(self.fixed))}])"
        return None

    def first_value(self, node: int) -> str | None:
        """Give the code of an input of this run."""
        item = self.graph[node]
        if item.op == "constant":
            return f"LOAD(P + {item.place} * stride + r)"
        return f"LOAD(X + {item.place} * stride + r)" if item.op == "series_start" else None

    def held_value(self, node: int) -> str:
        """Give the code of a value that was computed once per run."""
        return f"LOAD(K + {self.held.setdefault(node, len(self.held))} * BLOCK + r)"

    # Code for all runs at once

    def _scalar(self, name: str, wanted: dict[int, int]) -> str:
        """Write the function that computes values which all runs share."""
        moving = name == "shared"
        target = "Z" if moving else "F"
        lines = []
        needed = self.graph.needed(wanted)
        inner = {n for n in needed if moving and not self.graph.moving[n] and self.graph[n].op != LITERAL}
        for node in self.graph.needed(wanted, inner):
            item = self.graph[node]
            if item.op == LITERAL:
                continue
            if node in inner:
                code = f"F[{self.fixed.setdefault(node, len(self.fixed))}]"
            elif item.op in LEAVES:
                code = {
                    "time": "t",
                    "shared_series": f"XS[{item.place}]",
                    "shared_series_start": f"XS[{item.place}]",
                }[item.op]
            else:
                code = self.operation(node, "s")
            kind = "int" if item.logical and node not in inner else "double"
            lines.append(f"const {kind} n{node} = {code};")
            if node in wanted:
                lines.append(f"{target}[{wanted[node]}] = n{node};")
        body = "".join(f"    {line}\n" for line in lines)
        arguments = "In XS, double *restrict F, double t, double *restrict Z"
        return f"static void {name}({arguments})\n{{\n{body}}}\n"

    # Operations

    def operation(self, node: int, kind: str) -> str:
        """Write one operation; `kind` is "s" for numbers and "v" for vectors."""
        item = self.graph[node]
        args = [self._name(arg, kind) for arg in item.args]
        if item.op in _INFIX:
            return f"{args[0]} {_INFIX[item.op]} {args[1]}"
        if item.op == "negative":
            return f"-{args[0]}"
        if item.op in _LOOKUPS:
            return _LOOKUPS[item.op](self.tables[item.place], args[0], kind)
        if item.op == "repeat":
            raise TwinTrackError("the yardstick in C has no loops within a step")
        return f"{kind}{item.op}({', '.join(args)})"

    def _name(self, node: int, kind: str) -> str:
        item = self.graph[node]
        if item.op == LITERAL:
            return _number(item.value, kind)
        return f"n{node}"


class _Writer:
    """Writes the lines of one loop: every value is loaded before its first use."""

    def __init__(self, source: _Source, spills: LoopSpills, number: int) -> None:
        self.source = source
        self.spills = spills
        self.number = number
        self.here: set[int] = set()

    def lines(self, loop: BasicBlock) -> list[str]:
        """Give the lines: loads and operations, then stores."""
        graph = self.source.graph
        found: list[str] = []
        for node in loop.operations:
            for arg in graph[node].args:
                found += self._load(arg)
            kind = "M" if graph[node].logical else "V"
            found.append(f"const {kind} n{node} = {self.source.operation(node, 'v')};")
            self.here.add(node)
            if place := self.spills.place(node, self.number):
                found.append(f"STORE({place}, {self._as_number(node)});")
        for store in loop.stores:
            found += self._load(store.node)
        return [*found, *(line for store in loop.stores for line in self._stored(store))]

    def _load(self, node: int) -> list[str]:
        """Give the line that makes a value available in this loop, if it is not yet."""
        source = self.source
        item = source.graph[node]
        if node in self.here or item.op == LITERAL:
            return []
        self.here.add(node)
        code = source.given_value(node)
        if code is None and node in self.spills.homes:
            code = f"LOAD({self.spills.address(node)})"
        if code is None:
            code = source.first_value(node) if self.spills.first else None
        if code is None:
            code = source.held_value(node)
        if item.logical:
            return [f"const M n{node} = vnot_equal({code}, ALL(0.0));"]
        return [f"const V n{node} = {code};"]

    def _as_number(self, node: int) -> str:
        item = self.source.graph[node]
        if item.op == LITERAL:
            return _number(item.value, "v")
        return f"vselect(n{node}, ALL(1.0), ALL(0.0))" if item.logical else f"n{node}"

    def _stored(self, store: Store) -> list[str]:
        value = self._as_number(store.node)
        if store.array in ("Y", "N"):
            return [f"STORE({store.array} + {store.place} * stride + r, {value});"]
        if store.array == "K":
            return [f"STORE(K + {store.place} * BLOCK + r, {value});"]
        base, length = self.source.bases[store.place], self.source.program.slots[store.place].length
        if store.array == "S0":
            return [f"STORE(S + {base + at} * BLOCK + r, {value});" for at in range(length)]
        where = f"{base}" if length == 1 else f"({base} + i % {length})"
        return [f"STORE(S + {where} * BLOCK + r, {value});"]


def _literal(value: float) -> str:
    """Give a number as C writes it."""
    text = "INFINITY" if value == math.inf else "NAN" if math.isnan(value) else repr(value)
    return f"({text})" if value < 0 else text


def _number(value: float, kind: str) -> str:
    return f"ALL({_literal(value)})" if kind == "v" else _literal(value)


def _interpolated(table: Table, x: str, kind: str) -> str:
    """Add up the segments that lie before x; outside of the table the ends hold."""
    terms = [_number(table.y[0], kind)]
    for (left, low), (right, high) in pairwise(zip(table.x, table.y, strict=True)):
        if high != low and left == right:  # the value jumps behind x
            behind = f"{kind}greater({x}, {_number(left, kind)})"
            terms.append(f"{kind}select({behind}, {_number(high - low, kind)}, {_number(0.0, kind)})")
        elif high != low:
            inside = f"{kind}max({x} - {_number(left, kind)}, {_number(0.0, kind)})"
            slope = _number((high - low) / (right - left), kind)
            terms.append(f"{slope} * {kind}min({inside}, {_number(right - left, kind)})")
    return " + ".join(terms)


def _extrapolated(table: Table, x: str, kind: str) -> str:
    code = _interpolated(table, x, kind)
    slopes = ends_of_slopes((np.array(table.x), np.array(table.y)))
    for end, slope, op in zip((table.x[0], table.x[-1]), slopes, ("min", "max"), strict=True):
        beyond = f"{kind}{op}({x} - {_number(end, kind)}, {_number(0.0, kind)})"
        code += f" + {_number(float(slope), kind)} * {beyond}"
    return code


def _next_point(table: Table, x: str, kind: str) -> str:
    return _stepped(reversed(table.x), [*reversed(table.y)], table.y[-1], f"{kind}less_equal", x, kind)


def _last_point(table: Table, x: str, kind: str) -> str:
    return _stepped(table.x, table.y, table.y[0], f"{kind}greater_equal", x, kind)


def _stepped(
    points: Iterable[float], values: Sequence[float], otherwise: float, compare: str, x: str, kind: str
) -> str:
    """Give the value of the last point that a comparison holds for."""
    code = _number(otherwise, kind)
    for at, value in zip(points, values, strict=True):
        code = f"{kind}select({compare}({x}, {_number(at, kind)}), {_number(value, kind)}, {code})"
    return code


_LOOKUPS: dict[str, Callable[[Table, str, str], str]] = {
    "lookup_interpolate": _interpolated,
    "lookup_extrapolate": _extrapolated,
    "lookup_forward": _next_point,
    "lookup_backward": _last_point,
}


def _file(name: str) -> str:
    return files("bench").joinpath(name).read_text(encoding="utf-8")
