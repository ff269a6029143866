"""Results on disk: what one process has worked out, the next one only reads."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from twintrack.plain_data import NotPlainError, from_bytes, to_bytes
from twintrack.resources import atomic_write, cache_dir, untrusted
from twintrack.scratch import in_turn

_NAMED = re.compile(rb"twintrack((?:\.\w+)*)(?: import (\([^)]*\)|[^\n]*))?")
"""A module of this package, named in full, and what is imported from it."""

_WORD = re.compile(rb"\w+")

_Result = TypeVar("_Result")


def stored(
    kind: str, described: str, rooms: tuple[str, ...], expected: type[_Result], make: Callable[[], _Result]
) -> _Result:
    """Give the result of `make`, from the folder `kind` of the cache when it is there.

    `described` must say everything that the result depends on beside the code, and `rooms` name the folders
    of this package that make it; all that their code reaches counts. A stored file that cannot be read, or
    holds something else than `expected`, or that another user could have written, is ignored and written
    again; a folder that cannot be written does no harm, and a result that is not plain data is not kept. What
    `make` raises is passed on and nothing is stored. Processes that need the same at the same time wait for
    the first of them.
    """
    folder = cache_dir()
    if folder is None:
        return make()
    key = hashlib.sha256(described.encode())
    for room in rooms:
        key.update(code_digest(room))
    path = folder / kind / f"{key.hexdigest()}.json"
    found = _found(path)
    if isinstance(found, expected):
        return found
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, exist_ok=True)
    with in_turn(path):
        found = _found(path)
        return found if isinstance(found, expected) else _kept(path, make())


def _kept(path: Path, result: _Result) -> _Result:
    """Give a result, and write it down where that can be done."""
    with contextlib.suppress(OSError, NotPlainError):
        atomic_write(path, to_bytes(result), private=True)
    return result


def _found(path: Path) -> Any:
    """Give what a file of the cache holds; None where it cannot be read, or is not this user's alone."""
    try:
        if untrusted(path.parent) or untrusted(path):
            return None
        return from_bytes(path.read_bytes())
    except (OSError, NotPlainError):
        return None


@cache
def code_digest(room: str) -> bytes:
    """Give the digest of the code of one room of this package, and of all that it reaches."""
    return digest_of_code(Path(__file__).parent, room)


def digest_of_code(package: Path, room: str) -> bytes:
    """Give the digest of `reached_code` of the package in some folder: names and bytes of all modules."""
    digest = hashlib.sha256(room.encode())
    for name in reached_code(package, room):
        digest.update(f"{name}\0".encode() + _module(f"{package}/{name}").digest)
    return digest.digest()


def reached_code(package: Path, room: str) -> list[str]:
    """List the files of a room, and of all modules that it reaches by imports, at any distance.

    A room is a folder of the package or one module. Whatever names a module of the package in full counts as
    an import: lazy ones, those for types only, a mention in a text. The package's own `__init__`, which leads
    everywhere, is never followed. Raises ValueError for a room that there is not.
    """
    files = _files(package)
    pending = [name for name in files if name == f"{room}.py" or name.startswith(f"{room}/")]
    if not pending:
        message = f"the package has no room {room}"
        raise ValueError(message)
    reached = {*pending}
    while pending:
        named = _module(f"{package}/{pending.pop()}").named
        found = {file for module in named for file in _files_of(module) if file in files} - reached
        reached |= found
        pending += found
    return sorted(reached)


@dataclass(frozen=True)
class _Module:
    """One source file: the digest of its bytes, and the modules that it may name, as paths in the package."""

    digest: bytes
    named: tuple[str, ...]


@cache
def _module(path: str) -> _Module:
    source = Path(path).read_bytes()
    named = set()
    for module, members in _NAMED.findall(source):
        named.add(module)
        named.update(module + b"." + member for member in _WORD.findall(members))
    paths = b" ".join(named).decode().replace(".", "/").split()
    return _Module(hashlib.sha256(source).digest(), tuple(path[1:] for path in paths))


@cache
def _files(package: Path) -> frozenset[str]:
    """List the source files of a package, as paths from its folder."""
    return frozenset(
        f"{folder}/{name}"[len(str(package)) + 1 :].replace(os.sep, "/")
        for folder, _, names in os.walk(package)
        for name in names
        if name.endswith(".py")
    )


@cache
def _files_of(module: str) -> tuple[str, ...]:
    """Name the files that an import of a module may run: its own, and the `__init__` of rooms around it."""
    own = (f"{module}.py", f"{module}/__init__.py")
    room = module.rpartition("/")[0]
    return (*own, *_files_of(room)) if room else own
