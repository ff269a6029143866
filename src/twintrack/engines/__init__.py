"""Engines that run the equations of any model: compiled by LLVM, under NumPy, and PySD as an oracle.

`base` holds what they share and `registry` knows them by name; `scalar/` makes operations on numbers of
equations, `llvm/` machine code of these, `wasm/` modules for browsers and Node, `numpy/` is the twin on
arrays, `oracles/` are programs of others.
`simulator` runs any model file for users. Nothing here knows what a model is about, or what planners do with
it. What the package itself offers is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twintrack.engines.base import BatchEngine, Blend, Engine
    from twintrack.engines.llvm.engine import NativeEngine
    from twintrack.engines.numpy.engine import NumpyEngine
    from twintrack.engines.oracles.pysd import PysdEngine
    from twintrack.engines.simulator import Simulator

__all__ = [
    "BatchEngine",
    "Blend",
    "Engine",
    "NativeEngine",
    "NumpyEngine",
    "PysdEngine",
    "Simulator",
]

_WHERE = {
    "Blend": "base",
    "BatchEngine": "base",
    "Engine": "base",
    "NativeEngine": "llvm.engine",
    "NumpyEngine": "numpy.engine",
    "PysdEngine": "oracles.pysd",
    "Simulator": "simulator",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for by its name."""
    if name not in _WHERE:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
