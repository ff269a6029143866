"""The engines by name: how each is made, and what it can do. Nothing else keeps a list of them.

An engine is imported when it is first asked for, and one of each model is kept, so that what it has compiled
serves all who ask.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Literal, cast

from twintrack.errors import Fault, InputError
from twintrack.names import suggest

if TYPE_CHECKING:
    from collections.abc import Collection

    from twintrack.engines.base import BatchEngine, Engine
    from twintrack.equations import Equations

BatchEngineName = Literal["native", "numpy"]
EngineName = Literal["native", "numpy", "pysd"]

KEPT = 8
"""So many engines are kept; a process that works on many models forgets the one that it made first."""


def _native(equations: Equations) -> Engine:
    from twintrack.engines.llvm.engine import NativeEngine

    return NativeEngine(equations)


def _numpy(equations: Equations) -> Engine:
    from twintrack.engines.numpy.engine import NumpyEngine

    return NumpyEngine(equations)


def _pysd(equations: Equations) -> Engine:
    from twintrack.engines.oracles.pysd import PysdEngine

    return PysdEngine(Path(equations.path))


@dataclass(frozen=True)
class EngineKind:
    """How an engine is made and what it can do.

    `batches`: it computes many runs a call (a `BatchEngine`);
    without that it is an oracle, made of another program. `compiles`: the first call takes seconds.
    """

    make: Callable[[Equations], Engine]
    batches: bool
    compiles: bool = False


ENGINES: dict[str, EngineKind] = {
    "native": EngineKind(_native, batches=True, compiles=True),
    "numpy": EngineKind(_numpy, batches=True),
    "pysd": EngineKind(_pysd, batches=False),
}
BATCHING = tuple(name for name, kind in ENGINES.items() if kind.batches)

_kept: dict[tuple[object, ...], Engine] = {}
_lock = Lock()


def engine_of(equations: Equations, name: str) -> Engine:
    """Give the engine of this name for a model. Raises InputError for an unknown name."""
    return _engine(equations, name, ENGINES)


def batch_engine_of(equations: Equations, name: str) -> BatchEngine:
    """Give an engine that computes many runs a call. Raises InputError for the name of any other."""
    return cast("BatchEngine", _engine(equations, name, BATCHING))


def _engine(equations: Equations, name: str, allowed: Collection[str]) -> Engine:
    if name not in allowed:
        raise InputError(Fault("engine", f'there is no engine "{name}"{suggest(name, allowed)}'))
    # The horizon is no part of the hash: a model may be asked for until an earlier year.
    key = (name, equations.hash, equations.path, equations.time)
    with _lock:
        if key not in _kept:
            while len(_kept) >= KEPT:
                del _kept[next(iter(_kept))]
            _kept[key] = ENGINES[name].make(equations)
        return _kept[key]
