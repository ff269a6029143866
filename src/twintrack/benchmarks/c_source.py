"""Writing scalar operations as vectorised C: arrays of runs, the loop over a block of runs innermost.

A value is computed where it has to be computed least often: once (`F`), once per step for all runs (`Z`), once
per run (`K`), or at every step of every run. The state `S` is moved on in place: a new value is stored in the
last loop that still reads the old one. Loops longer than `Shape.loop` operations are cut in several, each a
function of its own; what one loop leaves to later ones lies in `T`, whose places are used again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import pairwise

from twintrack.benchmarks.scalar_graph import LITERAL, ScalarGraph
from twintrack.benchmarks.scalar_program import GivenNames, ScalarProgram
from twintrack.equations.structure import Table, TimeGrid

_INFIX = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}
_LEAVES = frozenset(
    {"time", "state", "series", "shared_series", "series_start", "shared_series_start"}
    | {"constant", "shared_constant"}
)
_ARGUMENTS = (
    "double *restrict S, double *restrict K, double *restrict T, In F, In Z, In X, In P, "
    "double *restrict Y, double *restrict N, long stride, long i"
)
_PASSED = "S, K, T, F, Z, X, P, Y, N, stride, i"


@dataclass(frozen=True)
class Shape:
    """How the code is cut: runs in a block, operations in a loop, and whether vectors are written out."""

    block: int = 16
    loop: int = 400
    wide: bool = True


@dataclass(frozen=True)
class _Store:
    """A value to keep: `array` and `place` say where."""

    array: str
    place: int
    node: int


@dataclass
class _Loop:
    """One loop over the runs: its operations, and what it stores at its end."""

    operations: list[int] = field(default_factory=list)
    stores: list[_Store] = field(default_factory=list)


@dataclass(frozen=True)
class CSource:
    """C source of a program. `moving` and `still` are the places of the outputs of either kind."""

    text: str
    moving: tuple[int, ...]
    still: tuple[int, ...]


def c_source(
    program: ScalarProgram, tables: Sequence[Table], given: GivenNames, grid: TimeGrid, shape: Shape
) -> CSource:
    """Write the source of a library with the function `run`; see `_MAIN` for its arguments."""
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
        updates = [_Store("S", place, slot.following) for place, slot in enumerate(self.program.slots)]
        rows = [_Store("Y", place, outputs[number]) for place, number in enumerate(moving)]
        step = self._kernel("step", updates)
        saving = self._kernel("saving_step", [*rows, *updates])
        starts = [
            *(_Store("S0", place, slot.first) for place, slot in enumerate(self.program.slots)),
            *(_Store("N", place, outputs[number]) for place, number in enumerate(still)),
        ]
        # What later steps hold is known only now, and is computed together with the first values.
        init = self._kernel(
            "init", [*starts, *(_Store("K", place, node) for node, place in self.held.items())]
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
        vectors = files("twintrack.benchmarks").joinpath("vectors.h").read_text(encoding="utf-8")
        parts = [*head, vectors, *defines, fixed, shared, init, step, saving, _MAIN]
        return CSource("\n".join(parts), tuple(moving), tuple(still))

    # Code over a block of runs

    def _kernel(self, name: str, stores: Sequence[_Store]) -> str:
        """Write the functions that compute and store values over a block of runs."""
        loops = self._loops(stores)
        crossing = _Crossing(self.graph, loops)
        self.most_crossing = max(self.most_crossing, crossing.size)
        functions, calls = [], []
        for number, loop in enumerate(loops):
            writer = _LoopWriter(self, crossing, number)
            lines = writer.lines(loop)
            functions.append(
                f"static __attribute__((noinline)) void {name}_{number}({_ARGUMENTS})\n{{\n"
                "    FOR_RUNS {\n" + "".join(f"        {line}\n" for line in lines) + "    }\n}\n"
            )
            calls.append(f"    {name}_{number}({_PASSED});\n")
        return "\n".join(functions) + f"\nstatic void {name}({_ARGUMENTS})\n{{\n{''.join(calls)}}}\n"

    def _is_operation(self, node: int, *, first: bool) -> bool:
        """Tell whether a node is computed over the runs of a block, either first or at every step."""
        item = self.graph[node]
        return (
            item.op not in _LEAVES
            and item.op != LITERAL
            and self.graph.by_run[node]
            and self.graph.moving[node] != first
        )

    def _loops(self, stores: Sequence[_Store]) -> list[_Loop]:
        """Cut the operations that the stores need in loops, and give every store to one of them."""
        first = any(store.array in ("S0", "N", "K") for store in stores)
        stops = {n for n in range(len(self.graph.nodes)) if not self._is_operation(n, first=first)}
        levels = {store.node: store for store in stores if store.array == "S"}
        plain = self._used_once(stores, stops) & levels.keys()
        targets = [arg for store in stores for arg in self._wanted(store, plain)]
        order = [node for node in self.graph.needed(targets, stops) if node not in stops]
        size = self.shape.loop
        loops = [_Loop(order[start : start + size]) for start in range(0, len(order), size)] or [_Loop()]
        home = {node: number for number, loop in enumerate(loops) for node in loop.operations}
        readers: dict[int, int] = {}
        for number, loop in enumerate(loops):
            for node in loop.operations:
                for arg in self.graph[node].args:
                    if self.graph[arg].op == "state":
                        readers[self.graph[arg].place] = number
        for store in stores:
            for node in self._wanted(store, plain) if store.array == "S" else ():
                item = self.graph[node]
                if item.op == "state" and item.place != store.place:
                    # One part of the state moves on to another: both in the last loop, after all loads.
                    readers[item.place] = readers[store.place] = len(loops) - 1
        for store in stores:
            last = max((home.get(node, 0) for node in self._wanted(store, plain)), default=0)
            if store.array == "S":
                last = max(last, readers.get(store.place, 0))
            loops[last].stores.append(store)
        for loop in loops:  # what is only read is read before anything is overwritten
            loop.stores.sort(key=lambda store: store.array == "S")
        for node, store in levels.items():
            if node in plain:
                loop = next(loop for loop in loops if store in loop.stores)
                loop.operations.append(node)
        return loops

    def _used_once(self, stores: Sequence[_Store], stops: set[int]) -> set[int]:
        """Give the operations that nothing else than one store uses: they are computed where they are stored."""
        uses: dict[int, int] = {}
        for node in self.graph.needed([store.node for store in stores], stops):
            for arg in self.graph[node].args if node not in stops else ():
                uses[arg] = uses.get(arg, 0) + 2
        for store in stores:
            uses[store.node] = uses.get(store.node, 0) + 1
        return {node for node, count in uses.items() if count == 1 and node not in stops}

    def _wanted(self, store: _Store, plain: set[int]) -> list[int]:
        return list(self.graph[store.node].args) if store.node in plain else [store.node]

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
            elif item.op in _LEAVES:
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
        return f"static void {name}(In PS, In XS, double *restrict F, double t, double *restrict Z)\n{{\n{body}}}\n"

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


class _LoopWriter:
    """Writes the lines of one loop: every value is loaded before its first use."""

    def __init__(self, source: _Source, crossing: _Crossing, number: int) -> None:
        self.source = source
        self.crossing = crossing
        self.number = number
        self.here: set[int] = set()

    def lines(self, loop: _Loop) -> list[str]:
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

    def _stored(self, store: _Store) -> list[str]:
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


class _Crossing:
    """The values that one loop leaves to later ones, and their places; a place is used again when it is free."""

    def __init__(self, graph: ScalarGraph, loops: Sequence[_Loop]) -> None:
        self.homes = {node: number for number, loop in enumerate(loops) for node in loop.operations}
        self.first = any(store.array in ("S0", "N", "K") for loop in loops for store in loop.stores)
        last: dict[int, int] = {}
        for number, loop in enumerate(loops):
            for node in self._read(graph, loop):
                if node in self.homes:
                    last[node] = number
        self.places: dict[int, int] = {}
        self.size = 0
        free: list[int] = []
        leaving: dict[int, list[int]] = {}
        for number, loop in enumerate(loops):
            free += leaving.pop(number, [])
            for node in loop.operations:
                if last.get(node, 0) > number:
                    if not free:
                        free.append(self.size)
                        self.size += 1
                    self.places[node] = free.pop()
                    leaving.setdefault(last[node] + 1, []).append(self.places[node])

    @staticmethod
    def _read(graph: ScalarGraph, loop: _Loop) -> Iterable[int]:
        for node in loop.operations:
            yield from graph[node].args
        for store in loop.stores:
            yield store.node

    def place(self, node: int, number: int) -> str | None:
        """Give where a value that is computed in a loop has to be kept for later ones."""
        return self.address(node) if node in self.places and self.homes[node] == number else None

    def address(self, node: int) -> str:
        """Give the address of a kept value."""
        return f"T + {self.places[node]} * BLOCK + r"


def _literal(value: float) -> str:
    """Give a number as C writes it."""
    text = "INFINITY" if value == math.inf else "NAN" if math.isnan(value) else repr(value)
    return f"({text})" if value < 0 else text


_MAIN = """
#define SIZE(numbers) (((numbers) * sizeof(double) / 64 + 1) * 64)

/* Run blocks of runs. Shapes: PS (shared constants), P (constants, stride), XS (steps + 1, shared series),
 * X (steps + 1, series, stride), Y (saves, moving outputs, stride), N (still outputs, stride). */
void run(long blocks, long stride, In PS, In P, In XS, In X, double *restrict Y, double *restrict N)
{
    double *F = aligned_alloc(64, SIZE(FIXED));
    double *Z = aligned_alloc(64, SIZE((STEPS + 1) * SHARED));
    double *work = aligned_alloc(64, SIZE((STATE + HELD + CROSSING) * BLOCK));
    double *S = work, *K = S + STATE * BLOCK, *T = K + HELD * BLOCK;
    fixed(PS, XS, F, 0.0, Z);
    for (long i = 0; i <= STEPS; i++)
        shared(PS, XS + i * SHARED_SERIES, F, INITIAL_TIME + i * TIME_STEP, Z + i * SHARED);
    for (long b = 0; b < blocks; b++) {
        const long r0 = b * BLOCK;
        init(S, K, T, F, Z, X + r0, P + r0, Y + r0, N + r0, stride, 0);
        for (long i = 0; i <= STEPS; i++) {
            In z = Z + i * SHARED, x = X + i * SERIES * stride + r0;
            if (i % SAVE_EVERY == 0)
                saving_step(S, K, T, F, z, x, P + r0, Y + (i / SAVE_EVERY) * MOVING * stride + r0, N + r0, stride, i);
            else
                step(S, K, T, F, z, x, P + r0, Y, N, stride, i);
        }
    }
    free(F);
    free(Z);
    free(work);
}
"""
