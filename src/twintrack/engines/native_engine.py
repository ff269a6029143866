"""Running a model compiled by LLVM to vector instructions: eight runs in a register, and no other blocks.

Every run takes the same instructions wherever it stands among others, so that its numbers do not depend on
how many run beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twintrack.engines.base import Blend, Inputs, check_inputs, varying_inputs
from twintrack.engines.known import KnownOutputs
from twintrack.engines.native.kernels import Source, source
from twintrack.engines.native.lowering import InputLayouts, scalar_program
from twintrack.engines.native.machine import ROOMS, Machine, compiled
from twintrack.engines.native.text import LANES
from twintrack.engines.packing import Layout
from twintrack.engines.sizes import Sizes
from twintrack.engines.threads import for_each
from twintrack.equations import Equations
from twintrack.equations.structure import Array
from twintrack.stored import stored

_CUT = 256
"""Runs that a thread takes at a time."""


@dataclass(frozen=True)
class _Kernel:
    given: InputLayouts
    source: Source
    machine: Machine


class NativeEngine:
    """An `Engine` for models whose constructs all work element by element; integrates by Euler's method."""

    def __init__(self, equations: Equations) -> None:
        self.equations = equations
        self._known = KnownOutputs(equations)
        self._sizes = Sizes(equations)
        self._kernels: dict[Any, _Kernel] = {}

    def run(
        self,
        constants: Mapping[str, ArrayLike],
        series: Mapping[str, ArrayLike],
        outputs: Sequence[str] | None = None,
        *,
        runs: int = 1,
        time_step: float | None = None,
        blend: Blend | None = None,
    ) -> dict[str, Array]:
        """Run the model; see `BlendingEngine.run`.

        Raises NoScalarFormError for a construct that works on whole arrays.
        """
        grid = self.equations.time.with_step(time_step)
        inputs = check_inputs(self.equations, constants, series, outputs, runs, grid, blend)
        computed, known = self._known.split(inputs)
        kernel = self._kernel(inputs, computed)
        values = {**known, **_simulate(kernel, inputs, self._shapes(computed))}
        values |= self._known.moved(inputs, values)
        return {name: values[name] for name in inputs.outputs}

    def _shapes(self, names: Sequence[str]) -> dict[str, tuple[int, ...]]:
        return {name: self.equations.variables[name].shape for name in names}

    def _kernel(self, inputs: Inputs, computed: tuple[str, ...]) -> _Kernel:
        sizes = self._sizes.find(inputs)
        varying = tuple(varying_inputs(arrays, inputs.runs) for arrays in (inputs.series, inputs.second))
        names = (tuple(inputs.constants), tuple(inputs.series), tuple(inputs.second), computed)
        key = (names, varying, inputs.weight, inputs.grid.step, tuple(sizes.items()))
        if key not in self._kernels:
            given = self._given(inputs, *varying)
            described = f"{self.equations.hash} {self.equations.path} {inputs.grid} {key}"

            def write() -> Source:
                program = scalar_program(self.equations, given, computed, inputs.grid, sizes)
                return source(program, self.equations.tables, given, inputs.grid)

            written = stored("sources", described, ROOMS, Source, write)
            machine = compiled(lambda: written.text, described)
            self._kernels[key] = _Kernel(given, written, machine)
        return self._kernels[key]

    def _given(self, inputs: Inputs, series: Sequence[str], second: Sequence[str]) -> InputLayouts:
        names = {name: f"{name}'" for name in inputs.second}
        shapes = self._shapes([*inputs.series])
        first = {name: shapes[name] for name in inputs.series}
        later = {names[name]: shapes[name] for name in inputs.second}
        varying = {*series, *(names[name] for name in second)}
        both = {**first, **later}
        return InputLayouts(
            constants=Layout(self._shapes([*inputs.constants])),
            series=Layout({name: shape for name, shape in both.items() if name in varying}),
            shared=Layout({name: shape for name, shape in both.items() if name not in varying}),
            second=names,
            weight=inputs.weight,
        )


def _simulate(kernel: _Kernel, inputs: Inputs, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array]:
    """Run all runs, eight at a time; those that are missing to a multiple of eight repeat the last one."""
    grid, runs = inputs.grid, inputs.runs
    padded = -(-runs // LANES) * LANES
    given, written = kernel.given, kernel.source
    steps = (grid.steps + 1,)
    both = {**inputs.series, **{given.second[name]: array for name, array in inputs.second.items()}}
    constants = _packed(given.constants, inputs.constants, (), runs, padded)
    series = _packed(given.series, both, steps, runs, padded)
    shared = given.shared.pack(both, steps, 1)
    moving, still = (
        Layout({n: shapes[n] for n in written.moving}),
        Layout({n: shapes[n] for n in written.still}),
    )
    rows = np.full(steps, -1, np.int64)
    rows[grid.saved_index] = np.arange(len(grid.saved_index))
    changing = np.empty((len(grid.saved_index), moving.width, padded))
    fixed = np.empty((still.width, padded))
    once, every = np.empty(written.fixed), np.empty((*steps, written.shared))
    kernel.machine.prepare(grid.steps, *map(_address, (shared, once, every)))

    def part(start: int) -> None:
        stop = min(start + _CUT, padded)
        work = np.empty(written.work)
        cut = start * 8
        kernel.machine.run(
            stop - start,
            padded,
            grid.steps,
            _address(constants) + cut,
            _address(shared),
            _address(series) + cut,
            _address(changing) + cut,
            _address(fixed) + cut,
            *map(_address, (work, once, every, rows)),
        )

    for_each(part, range(0, padded, _CUT))
    values = {name: value[..., :runs] for name, value in moving.unpack(changing, 1)}
    for name, value in still.unpack(fixed, 0):
        values[name] = np.broadcast_to(value[..., :runs], (len(grid.saved_index), *value.shape[:-1], runs))
    return values


def _packed(
    layout: Layout, given: Mapping[str, Array], before: tuple[int, ...], runs: int, padded: int
) -> Array:
    """Pack arrays with or without an axis of runs into one of `padded` runs."""
    if runs == 1:
        return np.repeat(layout.pack(given, before, 1), padded, axis=-1)
    packed = np.empty((*before, layout.width, padded))
    for name, (start, stop) in layout.places.items():
        array = given[name]
        packed[..., start:stop, :runs] = array.reshape((*before, -1, array.shape[-1]))
    packed[..., runs:] = packed[..., runs - 1 : runs]
    return packed


def _address(array: NDArray[Any]) -> int:
    return array.ctypes.data
