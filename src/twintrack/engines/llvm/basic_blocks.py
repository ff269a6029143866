"""Basic blocks of the functions over runs: straight code in a loop over vectors, and what is spilled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from twintrack.engines.llvm.body import Body, Kind
from twintrack.engines.llvm.instructions import GATHERED, each, operation
from twintrack.engines.llvm.target import Target
from twintrack.engines.scalar.graph import LITERAL, ScalarGraph
from twintrack.engines.scalar.lowering import Slot
from twintrack.equations.structure import Table


class Store(NamedTuple):
    """Something to store: in which array, at which place, the value of which node."""

    array: str
    place: int
    node: int


@dataclass
class BasicBlock:
    """Operations of one function, and what is stored at its end.

    `saving`: only where a row is saved. `gathered`: all are this operation, and computed side by side.
    """

    operations: list[int] = field(default_factory=list)
    stores: list[Store] = field(default_factory=list)
    saving: bool = False
    gathered: str = ""


@dataclass
class Memory:
    """Where values lie: levels and pipelines by state; of other arrays by node what has been asked for.

    `series` is the number of those that may differ from run to run.
    """

    slots: Sequence[Slot]
    levels: Sequence[int]
    rings: Sequence[int]
    series: int
    fixed: dict[int, int] = field(default_factory=dict)
    shared: dict[int, int] = field(default_factory=dict)
    held: dict[int, int] = field(default_factory=dict)


@dataclass
class BlockWriter:
    """Writes one basic block: every value is loaded before its first use.

    `position` is that of the block; `first` tells that it computes initial values.
    """

    graph: ScalarGraph
    tables: Sequence[Table]
    memory: Memory
    spills: SpillSlots
    position: int
    first: bool
    target: Target
    names: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.kind: Kind = self.target.runs
        self.body = Body(self.kind)
        self.run = "%r" if self.target.block > 1 else "0"

    def lines(self, block: BasicBlock) -> list[str]:
        """Give the lines of the function."""
        if block.gathered:
            self._gather(block)
        else:
            self._write(block)
        if self.target.block == 1:
            return [*self.body.lines, "ret void"]
        return [
            *("br label %loop", "loop:", "%r = phi i64 [ 0, %entry ], [ %following, %next ]"),
            *self.body.lines,
            *(
                "br label %next",
                "next:",
                f"%following = add i64 %r, {self.target.lanes}",
                "%more = icmp ult i64 %following, %n",
            ),
            *("br i1 %more, label %loop, label %end", "end:", "ret void"),
        ]

    def _gather(self, block: BasicBlock) -> None:
        """Put the arguments side by side where the results are looked for, and compute all of them there."""
        for node in block.operations:
            self._store(self._address("%T", self.spills.slots[node]), self.graph[node].args[0])
        first = self._address("%T", self.spills.slots[block.operations[0]])
        self.body.lines.append(f"call void @each_{block.gathered}(ptr {first}, i64 {len(block.operations)})")
        self.body.called |= each(block.gathered)

    def _write(self, block: BasicBlock) -> None:
        """Write operations one after the other, and what is stored."""
        for node in block.operations:
            item = self.graph[node]
            args = [self._value(arg) for arg in item.args]
            self.names[node] = operation(self.body, item, args, self.graph, self.tables)
        for node in block.operations:
            place = self.spills.leaving(node, self.position)
            if place is not None:
                self._store(self._address("%T", place), node)
        rows = [store for store in block.stores if store.array == "Y"]
        for _, _, node in block.stores:
            self._value(node)  # outputs are stored in a block of their own, after which names are unknown
        for store in block.stores:
            if store not in rows:
                self._keep(*store)
        if rows:
            self._keep_rows(rows)

    def _keep(self, array: str, place: int, node: int) -> None:
        if array == "R0":
            value, address = self._as_number(node), self._address("%R", self.memory.rings[place])
            length = self.memory.slots[place].length
            self.body.lines.append(
                f"call void @fill(ptr {address}, {self.kind.number} {value}, i64 {length})"
            )
        elif array == "R":
            self._store(self._ring(place), node)
        else:
            self._store(self._address(f"%{array}", place), node)

    def _keep_rows(self, rows: Sequence[Store]) -> None:
        """Store outputs, where the row is to be saved."""
        self.body.lines += ["br i1 %save, label %keep, label %done", "keep:"]
        for _, place, node in rows:
            self._store(self._strided("%Y", place), node, streamed=self.target.streams)
        self.body.lines += ["br label %done", "done:"]

    def _value(self, node: int) -> str:
        """Give the name of a value, loaded if it is not here yet."""
        item = self.graph[node]
        if item.op == LITERAL:
            return self.kind.literal(item.value)
        if node not in self.names:
            value = self._loaded(node)
            if item.logical:
                value = self.body.compare("une", value, self.kind.literal(0.0))
            self.names[node] = value
        return self.names[node]

    def _loaded(self, node: int) -> str:
        item, memory = self.graph[node], self.memory
        if item.op == "state":
            if memory.slots[item.place].length > 1:
                return self._load(self._ring(item.place))
            return self._load(self._address("%S", memory.levels[item.place]))
        if item.op == "series":
            return self._load(self._strided("%X", item.place))
        if item.op == "series_next":
            return self._load(self._strided("%X", memory.series + item.place))
        if not self.graph.by_run[node]:
            array, places = ("%Z", memory.shared) if self.graph.moving[node] else ("%F", memory.fixed)
            return self._spread(array, places.setdefault(node, len(places)))
        if node in self.spills.slots:
            return self._load(self._address("%T", self.spills.slots[node]))
        if self.first:
            return self._load(self._strided("%P" if item.op == "constant" else "%X", item.place))
        return self._load(self._address("%K", memory.held.setdefault(node, len(memory.held))))

    def _as_number(self, node: int) -> str:
        value = self._value(node)
        if self.graph[node].logical:
            return self.body.choose(value, self.kind.literal(1.0), self.kind.literal(0.0))
        return value

    def _address(self, array: str, place: int) -> str:
        start = self.body.put(f"getelementptr double, ptr {array}, i64 {place * self.target.block}")
        return self.body.put(f"getelementptr double, ptr {start}, i64 {self.run}")

    def _strided(self, array: str, place: int) -> str:
        offset = self.body.put(f"mul i64 %stride, {place}")
        start = self.body.put(f"getelementptr double, ptr {array}, i64 {offset}")
        return self.body.put(f"getelementptr double, ptr {start}, i64 {self.run}")

    def _ring(self, place: int) -> str:
        """Give the address at which a pipeline is read, and then written, at this step."""
        turn = self.body.put(f"urem i64 %i, {self.memory.slots[place].length}")
        offset = self.body.put(f"mul i64 {turn}, {self.target.block}")
        start = self._address("%R", self.memory.rings[place])
        return self.body.put(f"getelementptr double, ptr {start}, i64 {offset}")

    def _load(self, address: str) -> str:
        return self.body.put(f"load {self.kind.number}, ptr {address}, align 8")

    def _spread(self, array: str, place: int) -> str:
        """Load a number that all runs share."""
        kind = self.kind
        address = self.body.put(f"getelementptr double, ptr {array}, i64 {place}")
        value = self.body.put(f"load double, ptr {address}")
        if kind.lanes == 1:
            return value
        value = self.body.put(f"insertelement {kind.number} poison, double {value}, i32 0")
        zeros = f"<{kind.lanes} x i32> zeroinitializer"
        return self.body.put(f"shufflevector {kind.number} {value}, {kind.number} poison, {zeros}")

    def _store(self, address: str, node: int, *, streamed: bool = False) -> None:
        way = "align 64, !nontemporal !0" if streamed else "align 8"
        self.body.lines.append(f"store {self.kind.number} {self._as_number(node)}, ptr {address}, {way}")


class SpillSlots:
    """The values that one basic block leaves to later ones; a slot is used again when it is free."""

    def __init__(self, graph: ScalarGraph, blocks: Sequence[BasicBlock]) -> None:
        self.homes = {node: position for position, block in enumerate(blocks) for node in block.operations}
        last: dict[int, int] = {}
        for position, block in enumerate(blocks):
            for node in self._read(graph, block):
                if node in self.homes:
                    last[node] = position
        self.slots: dict[int, int] = {}
        self.size = 0
        free: list[int] = []
        ending: dict[int, list[int]] = {}
        for position, block in enumerate(blocks):
            free += ending.pop(position, [])
            if block.gathered:
                self.slots |= {node: self.size + place for place, node in enumerate(block.operations)}
                self.size += -(-len(block.operations) // GATHERED) * GATHERED
                continue
            for node in block.operations:
                if last.get(node, 0) > position:
                    if not free:
                        free.append(self.size)
                        self.size += 1
                    self.slots[node] = free.pop()
                    ending.setdefault(last[node] + 1, []).append(self.slots[node])

    @staticmethod
    def _read(graph: ScalarGraph, block: BasicBlock) -> Iterator[int]:
        for node in block.operations:
            yield from graph[node].args
        for _, _, node in block.stores:
            yield node

    def leaving(self, node: int, position: int) -> int | None:
        """Give where a value that is computed in a basic block has to be kept for later ones."""
        return self.slots.get(node) if self.homes[node] == position else None
