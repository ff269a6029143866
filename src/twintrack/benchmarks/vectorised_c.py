"""The same equations as vectorised C, compiled by gcc: what a processor can do, to measure the engine by.

A yardstick and no product: gcc must be installed. It is given the native engine's scalar operations, and the
library that gcc makes of them is called as the machine code of that engine is.
"""

from __future__ import annotations

import ctypes
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from twintrack.benchmarks.c_source import Shape, c_source
from twintrack.engines.base import Inputs
from twintrack.engines.native.kernels import Source
from twintrack.engines.native.lowering import InputLayouts, scalar_program
from twintrack.engines.native.machine import Machine
from twintrack.engines.native_engine import NativeEngine, _Kernel, _packed, _varying
from twintrack.engines.packing import Layout
from twintrack.equations import Equations
from twintrack.equations.structure import Array
from twintrack.errors import TwinTrackError
from twintrack.resources import atomic_write, cache_dir

FLAGS = ("-O3", "-march=native", "-ffast-math", "-fopenmp-simd", "-mprefer-vector-width=512", "-std=gnu11")


class CMachine(Machine):
    """The loaded functions of a library in C. Raises TwinTrackError when gcc is missing or refuses."""

    def __init__(self, text: str) -> None:
        built = library(text)
        for name, counts, arrays in (("prepare", 1, 3), ("run", 3, 9)):
            function = getattr(built, name)
            function.restype = None
            function.argtypes = [ctypes.c_int64] * counts + [ctypes.c_void_p] * arrays
            setattr(self, name, function)


class VectorisedC(NativeEngine):
    """The native engine with machine code from generated C; `shape` says how that is cut into loops.

    Raises NoScalarFormError as that engine does, and TwinTrackError when gcc is missing or refuses.
    """

    def __init__(self, equations: Equations, shape: Shape | None = None) -> None:
        super().__init__(equations)
        self.shape = shape or Shape(wide=has_wide_vectors())

    def written(self, inputs: Inputs, computed: Sequence[str]) -> tuple[InputLayouts, Source]:
        """Give where the inputs lie, and the C that computes so many variables from them."""
        varying = (_varying(arrays, inputs.runs) for arrays in (inputs.series, inputs.second))
        given = self._given(inputs, *varying)
        program = scalar_program(self.equations, given, computed, inputs.grid, self._sizes.find(inputs))
        return given, c_source(program, self.equations.tables, given, inputs.grid, self.shape)

    def _kernel(self, inputs: Inputs, computed: tuple[str, ...]) -> _Kernel:
        given, source = self.written(inputs, computed)
        return _Kernel(given, source, CMachine(source.text))


def computation(engine: NativeEngine, inputs: Inputs) -> Callable[[], object]:
    """Give a call that does no more than compute: its inputs are packed, and room for results is at hand."""
    computed, _ = engine._known.split(inputs)
    kernel = engine._kernel(inputs, computed)
    given, source, grid = kernel.given, kernel.source, inputs.grid
    steps, padded = grid.steps + 1, -(-inputs.runs // 8) * 8
    both = {**inputs.series, **{given.second[name]: array for name, array in inputs.second.items()}}
    rows = np.full(steps, -1, np.int64)
    rows[grid.saved_index] = np.arange(len(grid.saved_index))
    shapes = {name: engine.equations.variables[name].shape for name in computed}
    moving, still = (Layout({n: shapes[n] for n in names}) for names in (source.moving, source.still))
    shared, once, every, work = (
        _aligned(array)
        for array in (
            given.shared.pack(both, (steps,), 1),
            np.empty(source.fixed),
            np.empty((steps, source.shared)),
            np.empty(source.work),
        )
    )
    arrays = [
        _aligned(_packed(given.constants, inputs.constants, (), inputs.runs, padded)),
        shared,
        _aligned(_packed(given.series, both, (steps,), inputs.runs, padded)),
        _aligned(np.empty((len(grid.saved_index), moving.width, padded))),
        _aligned(np.empty((still.width, padded))),
        *(work, once, every, rows),
    ]

    def call() -> object:
        kernel.machine.prepare(grid.steps, *(array.ctypes.data for array in (shared, once, every)))
        kernel.machine.run(padded, padded, grid.steps, *(array.ctypes.data for array in arrays))
        return arrays  # held as long as they are used

    return call


def _aligned(array: Array) -> Array:
    """Give an array that begins where a line of the cache does."""
    room = np.empty(array.size + 8)
    start = -room.ctypes.data % 64 // 8
    copy = room[start : start + array.size].reshape(array.shape)
    copy[...] = array
    return copy


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
