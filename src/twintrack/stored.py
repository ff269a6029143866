"""Results on disk: what one process has worked out, the next one only reads."""

from __future__ import annotations

import contextlib
import hashlib
import pickle
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

from twintrack.resources import atomic_write, cache_dir

_UNREADABLE = (
    OSError,
    pickle.UnpicklingError,
    EOFError,
    AttributeError,
    ImportError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
)

_Result = TypeVar("_Result")


def stored(
    kind: str, described: str, rooms: tuple[str, ...], expected: type[_Result], make: Callable[[], _Result]
) -> _Result:
    """Give the result of `make`, from the folder `kind` of the cache when it is there.

    `described` must say everything that the result depends on beside the code, and `rooms` name the folders
    of this package whose code it depends on. A stored file that cannot be read, or holds something else than
    `expected`, is ignored and written again; a folder that cannot be written does no harm. What `make` raises
    is passed on and nothing is stored.
    """
    key = hashlib.sha256(described.encode())
    for room in rooms:
        key.update(code_digest(room))
    path = cache_dir() / kind / f"{key.hexdigest()}.pickle"
    try:
        found = pickle.loads(path.read_bytes())
    except _UNREADABLE:
        found = None
    if isinstance(found, expected):
        return found
    result = make()
    with contextlib.suppress(OSError):
        atomic_write(path, pickle.dumps(result, protocol=pickle.HIGHEST_PROTOCOL))
    return result


@cache
def code_digest(room: str) -> bytes:
    """Give the digest of the code in one folder of this package and the folders in it."""
    digest = hashlib.sha256(room.encode())
    for source in sorted((Path(__file__).parent / room).rglob("*.py")):
        digest.update(source.read_bytes())
    return digest.digest()
