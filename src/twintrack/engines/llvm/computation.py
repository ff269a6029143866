"""One call of compiled code: inputs packed for it, room for what comes out, and the results unpacked."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twintrack.engines.base import Inputs
from twintrack.engines.layout import Layout
from twintrack.engines.llvm.machine import Machine
from twintrack.engines.llvm.past import Past, Pasts, key_of
from twintrack.engines.llvm.source import Source
from twintrack.engines.llvm.target import LONGEST
from twintrack.engines.scalar.lowering import InputLayouts
from twintrack.equations.structure import Array

_CUT = LONGEST
"""Runs that a thread takes at a time: whole blocks."""
_LINE = 64
"""Bytes of a line of the processor's cache: vectors that do not cross two of them are quicker to load."""


@dataclass(frozen=True)
class Kernel:
    """Loaded code: where its inputs lie, what it gives and the sizes that it needs, and its functions."""

    given: InputLayouts
    source: Source
    machine: Machine
    shapes: Mapping[str, tuple[int, ...]]
    """Those of the variables that it gives."""

    @cached_property
    def moving(self) -> Layout:
        """Where the variables lie that change with time."""
        return Layout({name: self.shapes[name] for name in self.source.moving})

    @cached_property
    def still(self) -> Layout:
        """Where the others lie."""
        return Layout({name: self.shapes[name] for name in self.source.still})


class Computation:
    """Runs all runs, some in a register; those that are missing to a multiple of that repeat the last one."""

    def __init__(self, kernel: Kernel, inputs: Inputs) -> None:
        """Pack the inputs."""
        grid, given, source = inputs.grid, kernel.given, kernel.source
        self.kernel = kernel
        self.runs = inputs.runs
        self.steps = grid.steps
        self.padded = -(-inputs.runs // source.lanes) * source.lanes
        rows, saves = grid.steps + 1, len(grid.saved_index)
        both = {**inputs.series, **{given.second[name]: array for name, array in inputs.second.items()}}
        read = rows
        if grid.integration != "euler":  # a step looks ahead to its end, the last one too
            read += 1
            both = {name: np.concatenate([array, array[-1:]]) for name, array in both.items()}
        self.constants = self._packed(given.constants, inputs.constants, ())
        self.series = self._packed(given.series, both, (read,))
        self.shared = given.shared.pack(both, (read,), 1)
        self.moving, self.still = kernel.moving, kernel.still
        self.changing = _aligned((saves, self.moving.width, self.padded))
        self.fixed = _aligned((self.still.width, self.padded))
        self.once, self.every = np.empty(source.fixed), np.empty((rows, source.shared))
        self.rows = np.full(rows, -1, np.int64)
        self.rows[grid.saved_index] = np.arange(saves)

    def compute(self, pasts: Pasts | None = None, step: int = 0) -> None:
        """Compute, on all cores of this process where there is enough to do.

        With `pasts`, go on from a past at the beginning of `step`, which is even, or keep it.
        """
        self.kernel.machine.prepare(self.steps, *map(_address, (self.shared, self.once, self.every)))
        starts = range(0, self.padded, _CUT)
        if pasts is None or not step:
            _for_each(self._part, starts)
            return
        before = int((self.rows[:step] >= 0).sum())
        read = (self.constants, self.series[: step + 1], self.shared[: step + 1])
        key = key_of(f"{id(self.kernel)} {self.runs} {step}", read)
        past = pasts.find(key)
        if past is None:
            past = Past(self._room_for_state(), self.changing[:before], self.fixed)
            _for_each(lambda start: self._blocks(start, step, past, known=False), starts)
            pasts.keep(key, Past(past.state, past.moving.copy(), past.still.copy()))
            return
        self.changing[:before], self.fixed[...] = past.moving, past.still
        _for_each(lambda start: self._blocks(start, step, past, known=True), starts)

    def _room_for_state(self) -> Array:
        source = self.kernel.source
        return np.empty((-(-self.padded // source.block), source.kept))

    def _blocks(self, start: int, step: int, past: Past, *, known: bool) -> None:
        """Compute runs block by block, from a past that is `known` or to it and on."""
        source = self.kernel.source
        work = _aligned((source.work,))
        for first in range(start, min(start + _CUT, self.padded), source.block):
            state = past.state[first // source.block]
            runs = min(source.block, self.padded - first)
            if known:
                work[: source.kept] = state
            else:
                self._run(first, runs, 0, step - 1, work)
                state[...] = work[: source.kept]
            self._run(first, runs, step, self.steps, work)

    def values(self) -> dict[str, Array]:
        """Give what was computed, shape (saves,) + axes + (runs,)."""
        values = dict(self.moving.unpack(self.changing, 1))
        if self.padded > self.runs:
            values = {name: value[..., : self.runs] for name, value in values.items()}
        for name, value in self.still.unpack(self.fixed, 0):
            shape = (len(self.changing), *value.shape[:-1], self.runs)
            values[name] = np.broadcast_to(value[..., : self.runs], shape)
        return values

    def _part(self, start: int) -> None:
        work = _aligned((self.kernel.source.work,))
        self._run(start, min(_CUT, self.padded - start), 0, self.steps, work)

    def _run(self, start: int, runs: int, first: int, last: int, work: Array) -> None:
        """Compute some runs from one step to another."""
        skipped = start * work.itemsize
        self.kernel.machine.run(
            runs,
            self.padded,
            first,
            last,
            _address(self.constants) + skipped,
            _address(self.shared),
            _address(self.series) + skipped,
            _address(self.changing) + skipped,
            _address(self.fixed) + skipped,
            *map(_address, (work, self.once, self.every, self.rows)),
        )

    def _packed(self, layout: Layout, given: Mapping[str, Array], before: tuple[int, ...]) -> Array:
        """Pack arrays with or without an axis of runs into one of all padded runs."""
        if self.padded == 1:
            return np.ascontiguousarray(layout.pack(given, before, 1))
        packed = _aligned((*before, layout.width, self.padded))
        if self.runs == 1:
            packed[...] = layout.pack(given, before, 1)
            return packed
        for name, (start, stop) in layout.places.items():
            array = given[name]
            packed[..., start:stop, : self.runs] = array.reshape((*before, -1, array.shape[-1]))
        packed[..., self.runs :] = packed[..., self.runs - 1 : self.runs]
        return packed


def _aligned(shape: tuple[int, ...]) -> Array:
    """Make room that begins where a line of the cache does."""
    size = prod(shape)
    room = np.empty(size + _LINE // 8)
    start = -_address(room) % _LINE // 8
    return room[start : start + size].reshape(shape)


def _address(array: NDArray[Any]) -> int:
    return array.ctypes.data


def _for_each(work: Callable[[int], None], starts: range) -> None:
    """Work on all blocks, one thread per core: compiled code runs outside Python's lock, on one core each."""
    if len(starts) == 1:
        work(starts[0])
        return
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    with ThreadPoolExecutor(cores) as threads:
        for _ in threads.map(work, starts):
            pass
