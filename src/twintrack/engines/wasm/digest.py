"""What a module gives to the last bit, found without a browser: whoever runs it can check itself by that.

The text that becomes WebAssembly is compiled for this machine as well. Both take the same operations, each
rounded once, so that the numbers agree in every bit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from twintrack.engines.base import Inputs
from twintrack.engines.labels import Labels
from twintrack.engines.llvm.computation import Computation, Kernel
from twintrack.engines.llvm.machine import Machine, machine_code
from twintrack.engines.llvm.source import Source
from twintrack.engines.scalar.lowering import InputLayouts
from twintrack.equations import Equations
from twintrack.equations.structure import Array

_SEEDS = (0x9747B28C, 0x3C6EF372)
_FACTORS = (0xCC9E2D51, 0x1B873593)
_ADDED = 0xE6546B64
_ALL = 0xFFFFFFFF
_DECLARED = re.compile(r"^declare (.+) @llvm\.fmuladd\.(\w+)\(.*\)$", re.MULTILINE)
_DEFINED = r"""define internal \1 @multiply_add.\2(\1 %one, \1 %other, \1 %added) {
  %product = fmul \1 %one, %other
  %sum = fadd \1 %product, %added
  ret \1 %sum
}"""


def digest_of_run(
    equations: Equations,
    inputs: Inputs,
    given: InputLayouts,
    written: Source,
    moved: Mapping[str, float],
    outputs: Sequence[str],
) -> str:
    """Give the digest of one run of a module with some inputs moved, by label, at all times.

    `outputs` are variables that the module computes, in the order of its description.
    """
    shapes = {name: equations.variables[name].shape for name in (*written.moving, *written.still)}
    kernel = Kernel(given, written, Machine(machine_code(_rounded_twice(written.text))), shapes)
    computation = Computation(kernel, _with_values(equations, inputs, moved))
    computation.compute()
    values = computation.values()
    return digest(values[name] for name in outputs)


def digest(arrays: Iterable[Array]) -> str:
    """Give 64 bits of arrays, one after the other in C order, in hexadecimal digits; as engine.js does.

    Everything that is no number counts as the same.
    """
    numbers = np.concatenate([np.zeros(0), *(np.ravel(array) for array in arrays)])
    numbers[np.isnan(numbers)] = np.nan
    words = numbers.astype("<f8").view("<u4").tolist()
    return "".join(
        f"{_stirred(words, seed, factor):08x}" for seed, factor in zip(_SEEDS, _FACTORS, strict=True)
    )


def _stirred(words: Iterable[int], bits: int, factor: int) -> int:
    """Stir words in as MurmurHash3 of 32 bits does, with one multiplication for each."""
    for word in words:
        bits ^= word * factor & _ALL
        bits = ((bits << 15 | bits >> 17) * 5 + _ADDED) & _ALL
    return bits


def _rounded_twice(text: str) -> str:
    """Let a product be rounded before something is added, as in WebAssembly, whatever a processor can."""
    return _DECLARED.sub(_DEFINED, text).replace("@llvm.fmuladd.", "@multiply_add.")


def _with_values(equations: Equations, inputs: Inputs, moved: Mapping[str, float]) -> Inputs:
    """Set constants and series, which hold one run, to numbers."""
    labels, constants, series = Labels(equations), {**inputs.constants}, {**inputs.series}
    for label, value in moved.items():
        name, cell = labels.find(label)
        arrays, before = (series, (slice(None),)) if name in series else (constants, ())
        arrays[name] = arrays[name].copy()
        arrays[name][(*before, *(() if cell is None else cell))] = value
    return replace(inputs, constants=constants, series=series)
