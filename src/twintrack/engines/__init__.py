"""Engines that run the equations of any model.

Compiled by LLVM (the quickest), compiled by JAX (also on accelerators), under NumPy, and PySD as the oracle.
"""

from __future__ import annotations

from twintrack.engines.base import Blend, BlendingEngine, Engine
from twintrack.engines.jax_engine import JaxEngine
from twintrack.engines.native_engine import NativeEngine
from twintrack.engines.numpy_engine import NumpyEngine
from twintrack.engines.pysd_engine import PysdEngine
from twintrack.engines.simulator import Simulator

__all__ = [
    "Blend",
    "BlendingEngine",
    "Engine",
    "JaxEngine",
    "NativeEngine",
    "NumpyEngine",
    "PysdEngine",
    "Simulator",
]
