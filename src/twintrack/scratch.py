"""Unfinished files and folders: known as the program's by their names, held while it lives, swept after.

What is not finished lies beside what it will become, as `.NAME.XXXXXXXX.twintrack`, and its process holds a
lock on it. The lock ends with the process, however that ends; whoever works in the same folder next removes
what no process holds any more. Where a file system has no locks, nothing is swept.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import IO


def _locks() -> ModuleType | None:
    """Give the module of locks; not every system has them."""
    try:
        return importlib.import_module("fcntl")
    except ImportError:
        return None


fcntl = _locks()

_ENDING = ".twintrack"
_OURS = re.compile(rf"\..*\.[0-9a-f]{{8}}{re.escape(_ENDING)}", re.DOTALL)
_LONGEST = 40
"""Signs of a target's name that are told in that of its scratch: names of files are short."""

_PATIENCE = 60.0
"""Seconds after which work is not waited for any longer: its process may have been stopped, and not ended."""
_PAUSE = 0.01
"""Seconds between two looks."""

_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


@contextlib.contextmanager
def scratch_file(target: Path, mode: int = 0o666) -> Iterator[tuple[IO[bytes], Path]]:
    """Give an open file beside `target`, and its path; what still bears that name at the end is removed.

    Raises OSError.
    """
    sweep(target.parent)
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR
    descriptor, path = _held(target, lambda path: os.open(path, flags, mode))
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file, path
    finally:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def scratch_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder beside `target`, removed with all that is in it at the end. Raises OSError."""

    def make(path: Path) -> int:
        path.mkdir(mode=0o700)
        return os.open(path, os.O_RDONLY)

    sweep(target.parent)
    descriptor, path = _held(target, make)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(descriptor)


@contextlib.contextmanager
def locked(folder: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold a folder while the block lasts, or the process.

    Waits until no other process holds it; with `wait` unset, raises BlockingIOError then. Raises OSError.
    """
    if fcntl is None:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:  # some network file systems have none
            pass
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def in_turn(target: Path) -> Iterator[None]:
    """Let those who would make the same file work one after another: who comes later finds it made.

    Nobody waits for a process that has ended, nor longer than a minute, nor where there are no locks. The
    folder must be there. Raises nothing.
    """
    path = target.with_name(f".{target.name[:_LONGEST]}.{0:08x}{_ENDING}")
    descriptor = _turn(path)
    try:
        yield
    finally:
        if descriptor is not None:
            with contextlib.suppress(OSError):
                path.unlink()
            os.close(descriptor)


def _turn(path: Path) -> int | None:
    """Wait until this process holds the file at `path`, made on demand; None for who goes without."""
    end = time.monotonic() + _PATIENCE
    with contextlib.suppress(OSError):  # a folder that refuses, or a file system without locks
        while fcntl is not None and time.monotonic() < end:
            descriptor = _taken(path)
            if descriptor is not None:
                return descriptor
            time.sleep(_PAUSE)
    return None


def _taken(path: Path) -> int | None:
    """Hold the file at `path`, or give None where another process does, or removed it. Raises OSError."""
    assert fcntl is not None  # nobody waits without locks
    descriptor, held = os.open(path, os.O_CREAT | _OPEN, 0o600), False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        held = os.path.samestat(path.stat(), os.fstat(descriptor))
    except (BlockingIOError, FileNotFoundError):
        pass
    finally:
        if not held:
            os.close(descriptor)
    return descriptor if held else None


def sweep(folder: Path) -> None:
    """Remove what processes that have ended left unfinished in a folder; never fails."""
    if fcntl is None:
        return
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _OURS.fullmatch(entry.name) and not entry.is_symlink():
                with contextlib.suppress(OSError):
                    _remove_unheld(Path(entry.path))


def _held(target: Path, make: Callable[[Path], int]) -> tuple[int, Path]:
    """Make something of a new name, and take its lock before anyone sweeps it away."""
    while True:
        name = f".{target.name[:_LONGEST]}.{secrets.token_hex(4)}{_ENDING}"
        path = target.with_name(name)
        try:
            descriptor = make(path)
        except OSError as error:  # it is the target that a user knows
            raise OSError(error.errno, error.strerror, str(target)) from None
        if fcntl is None:
            return descriptor, path
        with contextlib.suppress(OSError):  # some network file systems have none
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if path.exists():
            return descriptor, path
        os.close(descriptor)


def _remove_unheld(path: Path) -> None:
    """Remove what no living process holds. Raises OSError for what is held."""
    assert fcntl is not None  # nothing is swept without locks
    descriptor = os.open(path, _OPEN)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    finally:
        os.close(descriptor)
