"""Writing scalar operations as vectorised C: arrays of runs, the loop over a block of runs innermost.

A value is computed where it has to be computed least often: once (`F`), once per step for all runs (`Z`),
once per run (`K`), or at every step of every run. `c_loops` cuts the operations in loops, each a function.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise

from twintrack.benchmarks.c_loops import Crossing, Loop, Store, cut
from twintrack.benchmarks.scalar_graph import LEAVES, LITERAL
from twintrack.benchmarks.scalar_program import GivenNames, ScalarProgram
from twintrack.equations.structure import Table, TimeGrid

_INFIX = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}
_ARGUMENTS = (
    "double *restrict S, double *restrict K, double *restrict T, In F, In Z, In X, In P, "
    "double *restrict Y, double *restrict N, long stride, long i"
)
_PASSED = "S, K, T, F, Z, X, P, Y, N, stride, i"


@dataclass(frozen=True)
class Shape:
    """How the code is cut: runs in a block, operations in a loop, and whether vectors are written out."""

    block: int = 64
    loop: int = 25
    wide: bool = True


@dataclass(frozen=True)
class CSource:
    """C source of a program. `moving` and `still` are the places of the outputs of either kind."""

    text: str
    moving: tuple[int, ...]
    still: tuple[int, ...]


def c_source(
    program: ScalarProgram, tables: Sequence[Table], given: GivenNames, grid: TimeGrid, shape: Shape
) -> CSource:
    """Write the source of a library with the function `run`; see run.h for its arguments."""
    return _Source(program, tables, given, grid, shape).source()


class _Source:
    """Writes the functions of one library."""

    def __init__(
        self,
        program: ScalarProgram,
        tables: Sequence[Table],
        given: GivenNames,
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
        self.most_crossing = 0

    def source(self) -> CSource:
        """Write the library."""
        outputs = self.program.outputs
        moving = [place for place, node in enumerate(outputs) if self.graph.moving[node]]
        still = [place for place, node in enumerate(outputs) if not self.graph.moving[node]]
        updates = [Store("S", place, slot.following) for place, slot in enumerate(self.program.slots)]
        rows = [Store("Y", place, outputs[number]) for place, number in enumerate(moving)]
        step = self._kernel("step", updates)
        saving = self._kernel("saving_step", [*rows, *updates])
        starts = [
            *(Store("S0", place, slot.first) for place, slot in enumerate(self.program.slots)),
            *(Store("N", place, outputs[number]) for place, number in enumerate(still)),
        ]
        # What later steps hold is known only now, and is computed together with the first values.
        init = self._kernel(
            "init", [*starts, *(Store("K", place, node) for node, place in self.held.items())]
        )
        shared = self._scalar("shared", self.shared)
        fixed = self._scalar("fixed", self.fixed)
        sizes = {
            "STATE": self.state_size,
            "HELD": len(self.held),
            "CROSSING": self.most_crossing,
            "FIXED": len(self.fixed),
            "SHARED": len(self.shared),
            "MOVING": len(moving),
            "SERIES": len(self.given.series),
            "SHARED_SERIES": len(self.given.shared_series),
            "STEPS": self.grid.steps,
            "SAVE_EVERY": self.grid.save_every,
        }
        head = [f"#define BLOCK {self.shape.block}L", *(["#define WIDE"] if self.shape.wide else [])]
        defines = [f"#define {name} {value}L" for name, value in sizes.items()]
        defines += [f"#define INITIAL_TIME {self.grid.initial!r}", f"#define TIME_STEP {self.grid.step!r}"]
        code = [fixed, shared, init, step, saving]
        parts = [*head, _file("vectors.h"), *defines, *code, _file("run.h")]
        return CSource("\n".join(parts), tuple(moving), tuple(still))

    # Code over a block of runs

    def _kernel(self, name: str, stores: Sequence[Store]) -> str:
        """Write the functions that compute and store values over a block of runs."""
        loops = cut(self.graph, stores, self.shape.loop)
        crossing = Crossing(self.graph, loops)
        self.most_crossing = max(self.most_crossing, crossing.size)
        functions, calls = [], []
        for number, loop in enumerate(loops):
            writer = _Writer(self, crossing, number)
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
            return f"ALL({_literal(item.value)})"
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
                    "shared_constant": f"PS[{item.place}]",
                }[item.op]
            else:
                code = self.operation(node, "s")
            kind = "int" if item.logical and node not in inner else "double"
            lines.append(f"const {kind} n{node} = {code};")
            if node in wanted:
                lines.append(f"{target}[{wanted[node]}] = n{node};")
        body = "".join(f"    {line}\n" for line in lines)
        arguments = "In PS, In XS, double *restrict F, double t, double *restrict Z"
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
        if item.op == "lookup":
            return self._lookup(self.tables[item.place], args[0], kind)
        return f"{kind}{item.op}({', '.join(args)})"

    def _name(self, node: int, kind: str) -> str:
        item = self.graph[node]
        if item.op == LITERAL:
            return f"ALL({_literal(item.value)})" if kind == "v" else _literal(item.value)
        return f"n{node}"

    @staticmethod
    def _lookup(table: Table, x: str, kind: str) -> str:
        """Add up the segments that lie before x; outside of the table the ends hold."""

        def number(value: float) -> str:
            return f"ALL({_literal(value)})" if kind == "v" else _literal(value)

        terms = [number(table.y[0])]
        points = zip(table.x, table.y, strict=True)
        for (left, low), (right, high) in pairwise(points):
            if high != low:
                slope = number((high - low) / (right - left))
                inside = f"{kind}max({x} - {number(left)}, {number(0.0)})"
                terms.append(f"{slope} * {kind}min({inside}, {number(right - left)})")
        return " + ".join(terms)


class _Writer:
    """Writes the lines of one loop: every value is loaded before its first use."""

    def __init__(self, source: _Source, crossing: Crossing, number: int) -> None:
        self.source = source
        self.crossing = crossing
        self.number = number
        self.here: set[int] = set()

    def lines(self, loop: Loop) -> list[str]:
        """Give the lines: loads and operations, then stores."""
        graph = self.source.graph
        found: list[str] = []
        for node in loop.operations:
            for arg in graph[node].args:
                found += self._load(arg)
            kind = "M" if graph[node].logical else "V"
            found.append(f"const {kind} n{node} = {self.source.operation(node, 'v')};")
            self.here.add(node)
            if place := self.crossing.place(node, self.number):
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
        if code is None and node in self.crossing.homes:
            code = f"LOAD({self.crossing.address(node)})"
        if code is None:
            code = source.first_value(node) if self.crossing.first else None
        if code is None:
            code = source.held_value(node)
        if item.logical:
            return [f"const M n{node} = vnot_equal({code}, ALL(0.0));"]
        return [f"const V n{node} = {code};"]

    def _as_number(self, node: int) -> str:
        item = self.source.graph[node]
        if item.op == LITERAL:
            return f"ALL({_literal(item.value)})"
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


def _file(name: str) -> str:
    return files("twintrack.benchmarks").joinpath(name).read_text(encoding="utf-8")
