"""The same equations as vectorised C, compiled by gcc: what a processor can do, to measure the engine by.

A yardstick and no product: gcc must be installed. It is given the native engine's scalar operations, and the
library that gcc makes of them is called as the machine code of that engine is.
"""

from __future__ import annotations

import ctypes
import hashlib
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.c_source import Shape, c_source
from bench.machine import compiler_version, has_vectors, processor_facts
from twintrack.engines.base import Inputs
from twintrack.engines.llvm.computation import Kernel
from twintrack.engines.llvm.engine import NativeEngine
from twintrack.engines.llvm.machine import Machine
from twintrack.engines.llvm.source import Source
from twintrack.engines.scalar.lowering import InputLayouts, scalar_program
from twintrack.equations import Equations
from twintrack.errors import TwinTrackError
from twintrack.resources import atomic_write, work_dir

FLAGS = ("-O3", "-march=native", "-ffast-math", "-fopenmp-simd", "-mprefer-vector-width=512", "-std=gnu11")


class CMachine(Machine):
    """The loaded functions of a library in C. Raises TwinTrackError when gcc is missing or refuses."""

    def __init__(self, text: str) -> None:
        built = library(text)
        for name, counts, arrays in (("prepare", 1, 3), ("run", 4, 9)):
            function = getattr(built, name)
            function.restype = None
            function.argtypes = [ctypes.c_int64] * counts + [ctypes.c_void_p] * arrays
            setattr(self, name, function)


class VectorisedC(NativeEngine):
    """The native engine with machine code from generated C; `shape` says how that is cut into loops.

    Raises TwinTrackError for a construct that is computed in a loop, and when gcc is missing or refuses.
    """

    def __init__(self, equations: Equations, shape: Shape | None = None) -> None:
        super().__init__(equations)
        self.shape = shape or Shape(wide=has_wide_vectors())

    def written(self, inputs: Inputs, computed: tuple[str, ...]) -> tuple[InputLayouts, Source]:
        """Give where the inputs lie, and the C that computes so many variables from them."""
        given = self.layouts(inputs)
        program = scalar_program(self.equations, given, computed, inputs.grid, self.sizes.find(inputs))
        return given, c_source(program, self.equations.tables, given, inputs.grid, self.shape)

    def kernel(self, inputs: Inputs, computed: tuple[str, ...]) -> Kernel:
        """Give the code that gcc makes."""
        given, source = self.written(inputs, computed)
        return Kernel(given, source, CMachine(source.text), self._shapes(computed))


def computation(engine: NativeEngine, inputs: Inputs) -> Callable[[], object]:
    """Give a call that does no more than compute: its inputs are packed, and room for results is at hand."""
    return engine.computation(inputs, engine.known(inputs)[0]).compute


def library(text: str) -> ctypes.CDLL:
    """Compile C source, or load what was compiled before. Raises TwinTrackError when gcc refuses."""
    key = hashlib.sha256(
        "\n".join([text, *FLAGS, "linked alone", compiler_version(), *processor_facts()]).encode()
    ).hexdigest()
    path = work_dir() / "c" / f"{key}.so"
    if not path.exists():
        with tempfile.TemporaryDirectory(dir=work_dir()) as folder:
            source, compiled, built = (Path(folder) / name for name in ("model.c", "model.o", "model.so"))
            source.write_text(text, encoding="utf-8")
            _gcc(*FLAGS, "-fPIC", "-c", str(source), "-o", str(compiled))
            # Linked without FLAGS: -ffast-math would make small numbers zero in the whole process.
            _gcc("-shared", str(compiled), "-o", str(built), "-lm")
            atomic_write(path, built.read_bytes())
    return ctypes.CDLL(str(path))


def _gcc(*words: str) -> None:
    done = subprocess.run(["gcc", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise TwinTrackError(f"gcc refuses the generated C: {done.stderr[:400]}")


def has_wide_vectors() -> bool:
    """Tell whether this processor has the 512-bit vectors that can be written out."""
    return has_vectors("avx512f", "avx512dq")
