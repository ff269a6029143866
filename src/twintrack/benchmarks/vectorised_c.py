"""The same equations as vectorised C, compiled by gcc: what a processor can do, to measure the engine by.

A yardstick and no product: explicit Euler steps only, one thread, and gcc must be installed.
"""

from __future__ import annotations

import ctypes
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from twintrack.benchmarks.c_source import CSource, Shape, c_source
from twintrack.benchmarks.scalar_program import GivenNames, flat_equations, scalar_program
from twintrack.engines.base import Blend, Inputs, check_inputs
from twintrack.engines.sizes import Sizes
from twintrack.equations import Equations
from twintrack.equations.structure import Array
from twintrack.errors import TwinTrackError
from twintrack.resources import atomic_write, cache_dir

FLAGS = ("-O3", "-march=native", "-ffast-math", "-fopenmp-simd", "-mprefer-vector-width=512", "-std=gnu11")
SECOND = "second:"
"""What the names of second values of series begin with."""


@dataclass(frozen=True)
class Prepared:
    """A compiled run on packed inputs. `call` computes; `rows` (saves, outputs, runs) holds what it gives."""

    call: Callable[[], object]
    rows: Array
    still: Array
    source: CSource
    runs: int


class VectorisedC:
    """An engine made of generated C. Raises EquationError for what it has no form for.

    `shape` says how the code is cut. Raises TwinTrackError when gcc is missing or refuses.
    """

    def __init__(self, equations: Equations, shape: Shape | None = None) -> None:
        self.equations = equations
        self.shape = shape or Shape(wide=has_wide_vectors())
        self._flat, self._names = flat_equations(equations)
        self._sizes = Sizes(self._flat)

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
        prepared = self.prepare(inputs)
        prepared.call()
        labels = [label for name in inputs.outputs for label in self.equations.variables[name].labels]
        found = np.empty((len(grid.saved_index), len(labels), runs))
        found[:, list(prepared.source.moving)] = prepared.rows[..., :runs]
        found[:, list(prepared.source.still)] = prepared.still[None, :, :runs]
        values = {}
        place = 0
        for name in inputs.outputs:
            shape = self.equations.variables[name].shape
            width = int(np.prod(shape))
            values[name] = found[:, place : place + width].reshape((len(found), *shape, runs))
            place += width
        return values

    def prepare(self, inputs: Inputs) -> Prepared:
        """Compile the model for these inputs, and pack them."""
        elements = {
            **self._elements(inputs.constants, 0),
            **self._elements(inputs.series, 1),
            **{SECOND + name: value for name, value in self._elements(inputs.second, 1).items()},
        }
        given = self._given(elements, inputs)
        checked = Inputs(
            {name: elements[name] for name in (*given.constants, *given.shared_constants)},
            {
                name: elements[name]
                for name in (*given.series, *given.shared_series)
                if name in self._flat.variables
            },
            (),
            inputs.runs,
            inputs.grid,
        )
        outputs = [
            self._names[label] for name in inputs.outputs for label in self.equations.variables[name].labels
        ]
        flat = replace(self._flat, time=inputs.grid)
        program = scalar_program(flat, given, outputs, self._sizes.find(checked))
        source = c_source(program, flat.tables, given, inputs.grid, self.shape)
        return _prepared(source, given, elements, inputs, self.shape.block)

    def _elements(self, values: Mapping[str, Array], before: int) -> dict[str, Array]:
        """Give the values of every element by its flat name, `before` axes of time first, runs last."""
        found: dict[str, Array] = {}
        for name, value in values.items():
            flat = value.reshape(*value.shape[:before], -1, value.shape[-1])
            labels = self.equations.variables[name].labels
            found.update((self._names[label], flat[..., i, :]) for i, label in enumerate(labels))
        return found

    def _given(self, elements: Mapping[str, Array], inputs: Inputs) -> GivenNames:
        """Sort the flat names by whether their values move and whether they differ between runs."""
        names: dict[tuple[int, bool], list[str]] = {}
        for name, value in elements.items():
            varies = value.shape[-1] == inputs.runs > 1
            names.setdefault((value.ndim - 1, varies), []).append(name)
        second = {name.removeprefix(SECOND): name for name in elements if name.startswith(SECOND)}
        return GivenNames(
            constants=tuple(names.get((0, True), ())),
            shared_constants=tuple(names.get((0, False), ())),
            series=tuple(names.get((1, True), ())),
            shared_series=tuple(names.get((1, False), ())),
            second=second,
            weight=self._names[inputs.weight] if second else "",
        )


def _prepared(
    source: CSource, given: GivenNames, elements: Mapping[str, Array], inputs: Inputs, block: int
) -> Prepared:
    rows = inputs.grid.steps + 1
    blocks = -(-inputs.runs // block)
    stride = blocks * block

    def packed(names: Sequence[str], before: tuple[int, ...], width: int) -> Array:
        array = np.empty((*before, len(names), width))
        for place, name in enumerate(names):
            value = elements[name]
            array[..., place, : value.shape[-1]] = value
            array[..., place, value.shape[-1] :] = value[..., -1:]
        return array

    arrays = [
        packed(given.shared_constants, (), 1),
        packed(given.constants, (), stride),
        packed(given.shared_series, (rows,), 1),
        packed(given.series, (rows,), stride),
        np.empty((len(inputs.grid.saved_index), len(source.moving), stride)),
        np.empty((len(source.still), stride)),
    ]
    function = library(source.text).run
    function.restype = None
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in arrays]

    def call() -> object:
        function(ctypes.c_long(blocks), ctypes.c_long(stride), *pointers)
        return arrays  # held as long as they are used

    return Prepared(call, arrays[4], arrays[5], source, inputs.runs)


def library(text: str) -> ctypes.CDLL:
    """Compile C source, or load what was compiled before. Raises TwinTrackError when gcc refuses."""
    key = hashlib.sha256("\n".join([text, *FLAGS, compiler_version(), *_processor()]).encode()).hexdigest()
    path = cache_dir() / "c" / f"{key}.so"
    if not path.exists():
        with tempfile.TemporaryDirectory(dir=cache_dir()) as folder:
            source, built = Path(folder) / "model.c", Path(folder) / "model.so"
            source.write_text(text, encoding="utf-8")
            words = ["gcc", *FLAGS, "-shared", "-fPIC", str(source), "-o", str(built), "-lm"]
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            if done.returncode:
                raise TwinTrackError(f"gcc refuses the generated C: {done.stderr[:400]}")
            atomic_write(path, built.read_bytes())
    return ctypes.CDLL(str(path))


@cache
def compiler_version() -> str:
    """Give the first line that gcc says of itself. Raises TwinTrackError when there is none."""
    if shutil.which("gcc") is None:
        raise TwinTrackError("gcc is not installed")
    done = subprocess.run(["gcc", "--version"], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[0]


@cache
def _processor() -> tuple[str, ...]:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ()
    return tuple(sorted({line for line in lines if line.startswith(("flags", "Features", "model name"))}))


def has_wide_vectors() -> bool:
    """Tell whether this processor has the 512-bit vectors that can be written out."""
    return any(" avx512f" in line and " avx512dq" in line for line in _processor())
