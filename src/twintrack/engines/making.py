"""Making engines by name; each is imported only when it is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from twintrack.engines.base import BlendingEngine, Engine
from twintrack.equations import Equations
from twintrack.errors import Fault, InputError
from twintrack.names import suggest

BlendingName = Literal["native", "jax", "numpy"]
"""The engines of this package."""

BLENDING: tuple[BlendingName, ...] = ("native", "jax", "numpy")
ENGINES = ("native", "jax", "numpy", "pysd")
"""Names of all engines."""


def quickest(equations: Equations) -> BlendingName:
    """Give the name of the engine that computes most runs a second on this kind of model."""
    del equations
    return "native"


def make_blending_engine(name: BlendingName, equations: Equations) -> BlendingEngine:
    """Make one of the engines of this package. Raises InputError for an unknown name."""
    if name not in BLENDING:
        raise InputError(Fault("engine", f'there is no engine "{name}"{suggest(name, BLENDING)}'))
    if name == "native":
        from twintrack.engines.native_engine import NativeEngine

        return NativeEngine(equations)
    if name == "jax":
        from twintrack.engines.jax_engine import JaxEngine

        return JaxEngine(equations)
    from twintrack.engines.numpy_engine import NumpyEngine

    return NumpyEngine(equations)


def make_engine(name: str, path: Path) -> Engine:
    """Make an engine of others for a model file. Raises InputError for an unknown name."""
    if name == "pysd":
        from twintrack.engines.pysd_engine import PysdEngine

        return PysdEngine(path)
    raise InputError(Fault("engine", f'there is no engine "{name}"{suggest(name, ENGINES)}'))
