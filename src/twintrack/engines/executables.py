"""What JAX has compiled, on disk: what one process has compiled, the next one only reads."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import pickle
from collections.abc import Callable, Sequence
from typing import Any

from twintrack.engines.jax_setup import fingerprint, start_jax
from twintrack.resources import atomic_write, cache_dir
from twintrack.stored import code_digest

_DIGEST_LENGTH = 32

_log = logging.getLogger(__name__)


def compiled(function: Callable[..., Any], shapes: Sequence[tuple[int, ...]], described: str) -> Any:
    """Give the executable of `function` for float64 arguments of these shapes.

    `described` must say everything that the result depends on beside the shapes, the machine and the code of
    the engines. A stored file that is damaged or foreign is ignored and written again; a folder that is
    read-only does no harm.
    """
    key = hashlib.sha256(f"{described}\n{list(shapes)}\n{fingerprint()}".encode())
    key.update(code_digest("engines"))
    path = cache_dir() / "executables" / f"{key.hexdigest()}.bin"
    try:
        stored = path.read_bytes()
    except OSError:
        stored = b""
    executable = _restored(stored)
    if executable is None:
        _log.info("compiling the model by JAX, once; takes up to a minute")
        executable = _compile(function, shapes)
        with contextlib.suppress(OSError):
            atomic_write(path, _stored(executable))
    return executable


def _compile(function: Callable[..., Any], shapes: Sequence[tuple[int, ...]]) -> Any:
    jax = start_jax()
    with jax.enable_x64(True):
        arguments = [jax.ShapeDtypeStruct(shape, "float64") for shape in shapes]
        return jax.jit(function).lower(*arguments).compile()


def _stored(executable: Any) -> bytes:
    """Give the bytes of an executable behind their digest: XLA may crash on bytes that are not its own."""
    from jax.experimental import serialize_executable

    content = pickle.dumps(serialize_executable.serialize(executable))
    return hashlib.sha256(content).digest() + content


def _restored(stored: bytes) -> Any | None:
    from jax.experimental import serialize_executable

    digest, content = stored[:_DIGEST_LENGTH], stored[_DIGEST_LENGTH:]
    if hashlib.sha256(content).digest() != digest:
        return None
    try:
        return serialize_executable.deserialize_and_load(*pickle.loads(content))
    except Exception:  # what JAX raises here is not documented, and compiling again is always right
        return None
