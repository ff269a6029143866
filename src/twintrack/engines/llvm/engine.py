"""Running a model compiled by LLVM to vector instructions: eight runs in a register, or one run alone.

Every run takes the same operations wherever it stands among others, so that its numbers do not depend on how
many run beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from twintrack.engines.base import BatchEngine, Inputs
from twintrack.engines.layout import Layout
from twintrack.engines.llvm.computation import Computation, Kernel
from twintrack.engines.llvm.machine import Machine, batch_target, fingerprint, machine_code
from twintrack.engines.llvm.past import Pasts
from twintrack.engines.llvm.source import Source, source
from twintrack.engines.llvm.target import SINGLE
from twintrack.engines.scalar.fusing import fused
from twintrack.engines.scalar.lowering import InputLayouts, scalar_program
from twintrack.engines.state_sizes import StateSizes
from twintrack.equations import Equations
from twintrack.equations.structure import Array
from twintrack.stored import stored


@dataclass(frozen=True)
class _Compiled:
    """What is kept in the cache folder, so that a model is compiled once."""

    source: Source
    code: bytes


class NativeEngine(BatchEngine):
    """An engine of machine code made for one model; integrates as its time grid says."""

    def __init__(self, equations: Equations) -> None:
        super().__init__(equations)
        self.sizes = StateSizes(equations)
        self._kernels: dict[Any, Kernel] = {}
        self._pasts = Pasts()

    def _compute(self, inputs: Inputs, computed: tuple[str, ...]) -> dict[str, Array]:
        computation = self.computation(inputs, computed)
        computation.compute(self._pasts, inputs.common_steps)
        return computation.values()

    def _shapes(self, names: Sequence[str]) -> dict[str, tuple[int, ...]]:
        return {name: self.equations.variables[name].shape for name in names}

    def computation(self, inputs: Inputs, computed: tuple[str, ...]) -> Computation:
        """Pack the inputs for the variables to compute, and make room for what comes out."""
        return Computation(self.kernel(inputs, computed), inputs)

    def kernel(self, inputs: Inputs, computed: tuple[str, ...]) -> Kernel:
        """Give the machine code that computes variables from inputs of these names and kinds."""
        sizes = self.sizes.find(inputs)
        differing = tuple(_varying(arrays, inputs.runs) for arrays in (inputs.series, inputs.second))
        names = (tuple(inputs.constants), tuple(inputs.series), tuple(inputs.second), computed)
        clock = inputs.grid.step, inputs.grid.integration
        target = SINGLE if inputs.runs == 1 else batch_target()
        key = (names, differing, inputs.weight, clock, tuple(sizes.items()), target)
        if key not in self._kernels:
            given = self.layouts(inputs)
            described = f"{self.equations.numbered} {inputs.grid} {key} {fingerprint()}"

            def compiled() -> _Compiled:
                program = fused(scalar_program(self.equations, given, computed, inputs.grid, sizes))
                written = source(program, self.equations.tables, given, inputs.grid, target)
                return _Compiled(replace(written, text=""), machine_code(written.text))

            found = stored("machine_code", described, ("equations", "engines"), _Compiled, compiled)
            self._kernels[key] = Kernel(given, found.source, Machine(found.code), self._shapes(computed))
        return self._kernels[key]

    def layouts(self, inputs: Inputs, varying: Iterable[str] = ()) -> InputLayouts:
        """Say where each input lies; second values of a series stand under its name with a stroke.

        `varying` are series that are to differ from run to run beside those that do.
        """
        names = {name: f"{name}'" for name in inputs.second}
        series, second = (_varying(arrays, inputs.runs) for arrays in (inputs.series, inputs.second))
        shapes = self._shapes([*inputs.series])
        both = {**shapes, **{names[name]: shapes[name] for name in inputs.second}}
        by_run = {*series, *varying, *(names[name] for name in second)}
        return InputLayouts(
            constants=Layout(self._shapes([*inputs.constants])),
            series=Layout({name: shape for name, shape in both.items() if name in by_run}),
            shared=Layout({name: shape for name, shape in both.items() if name not in by_run}),
            second=names,
            weight=inputs.weight,
        )


def _varying(given: Mapping[str, Array], runs: int) -> tuple[str, ...]:
    """Give the names of the inputs that differ from run to run: those with an axis of runs, at the end."""
    return tuple(name for name, array in given.items() if array.shape[-1] == runs > 1)
