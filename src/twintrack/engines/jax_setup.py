"""Starting JAX so that it is fast on a CPU, without changing the user's environment.

XLA reads its settings once, when JAX starts its back end. If the user has started it before, ours cannot be
set any more; the engine then is right but slower.
"""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

# The threshold makes XLA compile a whole time loop into one function, instead of one call per operation and
# step: a single run is then eleven times faster.
XLA_FLAGS = (
    "--xla_cpu_prefer_vector_width=512 "
    "--xla_backend_extra_options=xla_cpu_small_while_loop_byte_threshold=1000000000"
)


@cache
def start_jax() -> Any:
    """Import JAX, start its back end with our settings if nobody has started it, and give the module."""
    import jax
    from jax._src import xla_bridge

    if not xla_bridge.backends_are_initialized():
        with _environment():
            jax.devices()
    return jax


@cache
def fingerprint() -> str:
    """Describe everything outside the program that compiled code depends on."""
    jax = start_jax()
    from jaxlib import version

    device = jax.devices()[0]
    parts = [
        jax.__version__,
        version.__version__,
        device.platform,
        device.device_kind,
        *_in_force,
        *_processor(),
    ]
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


_in_force: list[str] = []
"""The flags with which this process has started JAX; empty if it was started by others."""


@contextmanager
def _environment() -> Iterator[None]:
    """Set our flags for a moment; what the user has set comes after them and so wins."""
    before = os.environ.get("XLA_FLAGS")
    flags = f"{XLA_FLAGS} {before or ''}".strip()
    os.environ["XLA_FLAGS"] = flags
    _in_force.append(flags)
    try:
        yield
    finally:
        if before is None:
            del os.environ["XLA_FLAGS"]
        else:
            os.environ["XLA_FLAGS"] = before


def _processor() -> list[str]:
    """Describe the processor: compiled code must not run on one that lacks its instructions."""
    described = [platform.system(), platform.machine(), platform.processor()]
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return described
    known = ("flags", "Features", "model name")
    return described + sorted({line for line in lines if line.startswith(known)})
