"""Running a model compiled by JAX: one function for the whole run, over blocks of runs.

The function is compiled once for each set of given names, outputs and block size, and stored in the cache
folder, so that later processes neither trace nor compile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from twintrack.engines.base import Blend, Inputs, check_inputs, varying_inputs
from twintrack.engines.emit import emit
from twintrack.engines.executables import compiled
from twintrack.engines.jax_setup import start_jax
from twintrack.engines.known import KnownOutputs
from twintrack.engines.methods import Method
from twintrack.engines.packing import Layout
from twintrack.engines.simulation import Simulation
from twintrack.engines.sizes import Sizes
from twintrack.engines.threads import for_each
from twintrack.equations import Equations
from twintrack.equations.structure import Array

BLOCKS = (1, 16, 64)
"""Numbers of runs that functions are compiled for; with more, a large model leaves the processor's cache."""

ACCELERATOR_BLOCKS = (*BLOCKS, 4096)
"""The same for an accelerator, which works on many runs at once."""


@dataclass(frozen=True)
class _Kernel:
    """A simulation and its compiled function."""

    simulation: Simulation
    executable: Any


class JaxEngine:
    """An `Engine` that compiles the model; `method` is "euler" or "rk4"."""

    def __init__(self, equations: Equations, method: Method = "euler") -> None:
        self.equations = equations
        self.method = method
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
        """Run the model; see `BlendingEngine.run`."""
        grid = self.equations.time.with_step(time_step)
        inputs = check_inputs(self.equations, constants, series, outputs, runs, grid, blend)
        computed, known = self._known.split(inputs)
        sizes = BLOCKS if start_jax().default_backend() == "cpu" else ACCELERATOR_BLOCKS
        block = next((size for size in sizes if size >= runs), sizes[-1])
        kernel = self._kernel(inputs, computed, block)
        simulation = kernel.simulation
        packed = _packed(simulation, inputs)
        moving = np.empty((len(grid.saved_index), simulation.moving.width, runs))
        still = np.empty((simulation.still.width, runs))

        def run_block(start: int) -> None:
            part = slice(start, min(start + block, runs))
            filled = [_filled(array, part, block) if i % 2 else array for i, array in enumerate(packed)]
            with start_jax().enable_x64(True):  # holds for this thread only
                rows, fixed = kernel.executable(*filled)
            moving[..., part] = np.asarray(rows)[..., : part.stop - start]
            still[..., part] = np.asarray(fixed)[..., : part.stop - start]

        for_each(run_block, range(0, runs, block))
        values = {**known, **dict(simulation.moving.unpack(moving, 1))}
        for name, value in simulation.still.unpack(still, 0):
            values[name] = np.broadcast_to(value, (len(moving), *value.shape))
        values |= self._known.moved(inputs, values)
        return {name: values[name] for name in inputs.outputs}

    def _kernel(self, inputs: Inputs, computed: tuple[str, ...], block: int) -> _Kernel:
        """Give the compiled function for inputs of these names and kinds that gives `computed`."""
        orders = self._sizes.find(inputs)
        names = (tuple(inputs.constants), tuple(inputs.series), computed)
        blend = (tuple(inputs.second), inputs.weight)
        given = (inputs.constants, inputs.series, inputs.second)
        varying = tuple(varying_inputs(arrays, inputs.runs) for arrays in given)
        key = (*names, *blend, varying, block, inputs.grid.step, tuple(orders.items()))
        if key not in self._kernels:
            shapes = {name: variable.shape for name, variable in self.equations.variables.items()}
            program = emit(self.equations, *names, inputs.grid, orders, *blend)

            def layouts(kind: int) -> tuple[Layout, Layout]:
                same = Layout({name: shapes[name] for name in given[kind] if name not in varying[kind]})
                return same, Layout({name: shapes[name] for name in varying[kind]})

            simulation = Simulation(
                program=program,
                grid=inputs.grid,
                method=self.method,
                runs=block,
                constants=layouts(0),
                series=layouts(1),
                second=layouts(2) if inputs.second else (),
                moving=Layout({name: shapes[name] for name in program.moving}),
                still=Layout({name: shapes[name] for name in program.still}),
            )
            executable = compiled(simulation, simulation.argument_shapes, repr(simulation))
            self._kernels[key] = _Kernel(simulation, executable)
        return self._kernels[key]


def _packed(simulation: Simulation, inputs: Inputs) -> list[Array]:
    """Pack the inputs of all runs as the simulation's arguments, the axis of runs not yet cut into blocks."""
    rows = (inputs.grid.steps + 1,)
    packed = []
    for layouts, given, before in (
        (simulation.constants, inputs.constants, ()),
        (simulation.series, inputs.series, rows),
        (simulation.second, inputs.second, rows),
    ):
        for layout, runs in zip(layouts, (1, inputs.runs), strict=False):
            packed.append(layout.pack(given, before, runs))
    return packed


def _filled(array: Array, part: slice, block: int) -> Array:
    """Cut a block of runs out, filled up with copies of its last run."""
    cut = array[..., part]
    missing = block - cut.shape[-1]
    return np.ascontiguousarray(
        cut if not missing else np.concatenate([cut, np.repeat(cut[..., -1:], missing, -1)], -1)
    )
