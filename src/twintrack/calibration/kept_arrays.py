"""Arrays on disk that a work which was broken off goes on from: found as they were written, or not at all."""

from __future__ import annotations

import hashlib
import io
import tokenize
import zlib
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from twintrack.equations.structure import Array
from twintrack.resources import atomic_write

_UNREADABLE = (
    *(OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error, MemoryError, OverflowError),
    *(NotImplementedError, RuntimeError, SyntaxError, tokenize.TokenError, TypeError, AttributeError),
)
"""What reading an archive of arrays raises when it is none, though its digest is right."""


def keep_arrays(path: Path, **arrays: Array) -> None:
    """Write arrays to a file, behind the SHA-256 of what follows. Raises OSError."""
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]
    content = file.getvalue()
    atomic_write(path, hashlib.sha256(content).digest() + content)


def find_arrays(path: Path) -> dict[str, Array] | None:
    """Read arrays; None when there is no file, or one that is damaged. Objects are never read."""
    try:
        whole = path.read_bytes()
        size = hashlib.sha256().digest_size
        if hashlib.sha256(whole[size:]).digest() != whole[:size]:
            return None
        with np.load(io.BytesIO(whole[size:]), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except _UNREADABLE:
        return None
