"""The functions of a compiled model as LLVM text.

A value is computed where it has to be computed least often: once (`F`), once per step for all runs (`Z`),
once per run (`K`), or at every step of every run. What is computed for runs is cut in basic blocks, each a
function of its own; what one leaves to later ones is spilled to `T`. A step reads the state `S` and writes
the next one to `S2`; pipelines, in `R`, are written in place at the very end. Arrays over runs have the axis
of runs last, of the target's length in those of a block of runs, `stride` in those of all runs (inputs `P`
and `X`, outputs `Y`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from twintrack.engines.llvm.basic_blocks import BasicBlock, BlockWriter, Memory, SpillSlots, Store
from twintrack.engines.llvm.body import Body, number
from twintrack.engines.llvm.driver import START, STEP, driver
from twintrack.engines.llvm.instructions import instructions, operation
from twintrack.engines.llvm.target import NATIVE, Target
from twintrack.engines.scalar.graph import LEAVES, LITERAL
from twintrack.engines.scalar.lowering import InputLayouts, ScalarProgram
from twintrack.equations.clock import TimeGrid
from twintrack.equations.structure import Table

_POINTERS = ("S", "S2", "R", "K", "T", "F", "Z", "X", "P", "Y")
_COUNTS = "i64 %stride, i64 %i, i1 %save, i64 %n"
_GATHERED = frozenset({"exp", "ln", "ln_positive"})
_ARGUMENTS = ", ".join([*(f"ptr noalias %{name}" for name in _POINTERS), _COUNTS])


@dataclass(frozen=True)
class Source:
    """The text of a model's functions, and what its driver must be given.

    `moving` and `still` are the outputs that change and those that do not; the sizes are numbers of values:
    `work` for each block of runs, `fixed` once, `shared` for every step. Runs are computed so many `lanes` at
    a time, in blocks of `block`; from the first `kept` values of a block's work later steps go on.
    """

    text: str
    moving: tuple[str, ...]
    still: tuple[str, ...]
    work: int
    fixed: int
    shared: int
    lanes: int = NATIVE.lanes
    block: int = NATIVE.block
    kept: int = 0


def source(
    program: ScalarProgram, tables: Sequence[Table], given: InputLayouts, grid: TimeGrid, target: Target
) -> Source:
    """Write the functions of a model."""
    return _Writer(program, tables, given, grid, target).source()


class _Writer:
    def __init__(
        self,
        program: ScalarProgram,
        tables: Sequence[Table],
        given: InputLayouts,
        grid: TimeGrid,
        target: Target,
    ) -> None:
        self.program = program
        self.graph = program.graph
        self.tables = tables
        self.given = given
        self.grid = grid
        slots = program.slots
        self.target = target.sized(self._numbers())
        levels = _places(slot.length == 1 for slot in slots)
        rings = _places(slot.length if slot.length > 1 else 0 for slot in slots)
        self.memory = Memory(slots, levels, rings, given.series.width)
        self.spilled = 0
        self.called: set[str] = set()

    def source(self) -> Source:
        """Write everything; what the steps hold and share is known only after them."""
        outputs, memory = self.program.outputs, self.memory
        changing = [name for name in outputs if any(self.graph.moving[node] for node in outputs[name])]
        still = [name for name in outputs if name not in changing]
        updates = self._state("S2", "R", [slot.following for slot in memory.slots])
        step, steps = self._kernel("step", [*self._rows(changing), *updates], first=False)
        held = [Store("K", place, node) for node, place in memory.held.items()]
        starts = self._state("S", "R0", [slot.first for slot in memory.slots])
        init, start = self._kernel("init", [*starts, *self._rows(still), *held], first=True)
        shared, fixed = self._once("shared", memory.shared), self._once("fixed", memory.fixed)
        sizes = {
            "levels": sum(slot.length == 1 for slot in memory.slots),
            "rings": sum(slot.length for slot in memory.slots if slot.length > 1),
            "held": len(memory.held),
            "moving": sum(len(outputs[name]) for name in changing),
            "shared": len(memory.shared),
            "series": self.given.series.width,
            "shared_series": self.given.shared.width,
        }
        main = driver(sizes, self.grid, self.target, start, steps)
        return Source(
            text="\n".join([*sorted(self.called), fixed, shared, init, step, main]),
            moving=tuple(changing),
            still=tuple(still),
            work=(2 * sizes["levels"] + sizes["rings"] + sizes["held"] + self.spilled) * self.target.block,
            fixed=len(memory.fixed),
            shared=len(memory.shared),
            lanes=self.target.lanes,
            block=self.target.block,
            kept=(2 * sizes["levels"] + sizes["rings"] + sizes["held"]) * self.target.block,
        )

    def _numbers(self) -> int:
        """Say how many numbers of a run a step reads and leaves, about."""
        graph = self.graph
        moving = graph.needed(slot.following for slot in self.program.slots)
        computed = [node for node in moving if graph.moving[node] and graph.by_run[node]]
        held = {arg for node in computed for arg in graph[node].args if not graph.moving[arg]}
        return 2 * sum(slot.length for slot in self.program.slots) + len(held) + len(computed) // 4

    def _rows(self, names: Sequence[str]) -> list[Store]:
        nodes = [node for name in names for node in self.program.outputs[name]]
        return [Store("Y", place, node) for place, node in enumerate(nodes)]

    def _state(self, level: str, ring: str, nodes: Sequence[int]) -> list[Store]:
        """Store a node for each slot: a level in one array, a pipeline in the other; unused slots nowhere."""
        numbered = list(enumerate(zip(self.program.slots, nodes, strict=True)))
        levels = [
            Store(level, self.memory.levels[p], node) for p, (slot, node) in numbered if slot.length == 1
        ]
        return [*levels, *(Store(ring, p, node) for p, (slot, node) in numbered if slot.length > 1)]

    # Functions over a block of runs

    def _kernel(self, name: str, stores: Sequence[Store], *, first: bool) -> tuple[str, str]:
        """Write the basic blocks that compute and store values, and the calls of them."""
        blocks = self._blocks(stores, first=first)
        spills = SpillSlots(self.graph, blocks)
        self.spilled = max(self.spilled, spills.size)
        functions: list[str] = []
        calls: dict[bool, list[str]] = {False: [], True: []}
        for position, block in enumerate(blocks):
            writer = BlockWriter(self.graph, self.tables, self.memory, spills, position, first, self.target)
            text = "\n".join(writer.lines(block))
            self.called |= writer.body.called
            functions.append(
                f"define internal void @{name}_{position}({_ARGUMENTS}) noinline {{\nentry:\n{text}\n}}"
            )
            calls[block.saving].append(f"call void @{name}_{position}({START if first else STEP})")
        always, saving = calls[False], calls[True]
        rings = [always.pop()] if any(store.array == "R" for store in stores) else []
        if saving and not first:
            saving = ["br i1 %save, label %keep, label %done", "keep:", *saving, "br label %done", "done:"]
        return "\n".join(functions), "\n".join([*always, *saving, *rings])

    def _blocks(self, stores: Sequence[Store], *, first: bool) -> list[BasicBlock]:
        """Cut the operations that the stores need in basic blocks; each store follows the block of its value.

        What only saved rows need comes after all else, and pipelines are written after everything has been
        read.
        """
        stops = {node for node in range(len(self.graph.nodes)) if not self._is_operation(node, first=first)}
        needed = self.graph.needed([node for array, _, node in stores if array != "Y"], stops)
        always = [node for node in needed if node not in stops]
        known = stops.union(always)
        saving = [node for node in self.graph.needed([n for _, _, n in stores], stops) if node not in known]
        blocks = [*self._cut(always, saving=False)] or [BasicBlock()]
        blocks += self._cut(saving, saving=True)
        home: dict[int, BasicBlock] = {}
        keeper = blocks[-1]
        for block in reversed(blocks):
            keeper = keeper if block.gathered else block
            home |= dict.fromkeys(block.operations, keeper)
        rings = BasicBlock(stores=[store for store in stores if store.array == "R"])
        read = BasicBlock(saving=True)  # of outputs that are no more than states or inputs
        for store in stores:
            if store.array != "R":
                otherwise = read if store.array == "Y" else blocks[0]
                home.get(store.node, otherwise).stores.append(store)
        return [*blocks, *(block for block in (read, rings) if block.stores)]

    def _cut(self, nodes: Sequence[int], *, saving: bool) -> Iterator[BasicBlock]:
        """Cut operations in basic blocks of about as many instructions as the target wants."""
        for plain, gathered in self._waves(nodes) if self.target.gathers else [(list(nodes), {})]:
            part: list[int] = []
            length = 0
            for node in plain:
                part.append(node)
                length += instructions(self.graph[node], self.tables)
                if length >= self.target.instructions:
                    yield BasicBlock(part, saving=saving)
                    part, length = [], 0
            if part or self.target.gathers:
                yield BasicBlock(part, saving=saving)
            for op, group in gathered.items():
                yield BasicBlock(group, saving=saving, gathered=op)

    def _waves(self, nodes: Sequence[int]) -> list[tuple[list[int], dict[str, list[int]]]]:
        """Part operations: those that need no gathered one, then these, what needs these, and so on.

        The last part gathers nothing.
        """
        waves: dict[int, int] = {}
        for node in nodes:
            args = [arg for arg in self.graph[node].args if arg in waves]
            waves[node] = max((waves[arg] + (self.graph[arg].op in _GATHERED) for arg in args), default=0)
        last = max((wave + (self.graph[node].op in _GATHERED) for node, wave in waves.items()), default=0)
        found: list[tuple[list[int], dict[str, list[int]]]] = [([], {}) for _ in range(last + 1)]
        for node, wave in waves.items():
            plain, gathered = found[wave]
            op = self.graph[node].op
            (gathered.setdefault(op, []) if op in _GATHERED else plain).append(node)
        return found

    def _is_operation(self, node: int, *, first: bool) -> bool:
        """Tell whether a node is computed over runs, either first or at every step."""
        op = self.graph[node].op
        computed = op not in LEAVES and op != LITERAL
        return computed and self.graph.by_run[node] and self.graph.moving[node] != first

    # Functions for all runs at once

    def _once(self, name: str, wanted: Mapping[int, int]) -> str:
        """Write the function that computes values which all runs share, at one step or once."""
        moving = name == "shared"
        body = Body(self.target.one)
        names: dict[int, str] = {}
        fixed = {node for node in self.graph.needed(wanted) if moving and not self.graph.moving[node]}
        for node in self.graph.needed(wanted, fixed):
            names[node] = self._shared_value(body, node, names, fixed=node in fixed)
        for node, place in wanted.items():
            value = body.choose(names[node], "1.0", "0.0") if self.graph[node].logical else names[node]
            address = body.put(f"getelementptr double, ptr %{'Z' if moving else 'F'}, i64 {place}")
            body.lines.append(f"store double {value}, ptr {address}")
        self.called |= body.called
        text = "\n".join([*body.lines, "ret void"])
        return f"define internal void @{name}(ptr %XS, ptr %F, ptr %Z, double %t) {{\n{text}\n}}"

    def _shared_value(self, body: Body, node: int, names: Mapping[int, str], *, fixed: bool) -> str:
        item = self.graph[node]
        if item.op == LITERAL:
            return number(item.value)
        if item.op == "time":
            return "%t"
        if fixed:
            place = self.memory.fixed.setdefault(node, len(self.memory.fixed))
            value = body.put(f"load double, ptr {body.put(f'getelementptr double, ptr %F, i64 {place}')}")
            return body.compare("une", value, "0.0") if item.logical else value
        if item.op.startswith("shared_series"):
            place = item.place + (self.given.shared.width if item.op == "shared_series_next" else 0)
            return body.put(f"load double, ptr {body.put(f'getelementptr double, ptr %XS, i64 {place}')}")
        return operation(body, item, [names[arg] for arg in item.args], self.graph, self.tables)


def _places(lengths: Iterable[int]) -> list[int]:
    """Give where each slot begins."""
    places, total = [], 0
    for length in lengths:
        places.append(total)
        total += length
    return places
