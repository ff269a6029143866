"""Where the content and the cache are, and how files are written."""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import stat
import tempfile
from functools import cache
from pathlib import Path

from twintrack.errors import Fault, InputError, TwinTrackError
from twintrack.scratch import scratch_file, scratch_folder

CONTENT_VARIABLE = "TWINTRACK_CONTENT"
CACHE_VARIABLE = "TWINTRACK_CACHE"
MODEL_FILE = Path("model") / "twintrack.mdl"
POSTERIOR_FILE = Path("model") / "posterior.parquet"
"""The worlds that agree with history; a content need not have them."""
RANGES_FILE = Path("model") / "posterior_ranges.npz"
"""What strategies bring in those worlds, as quantiles; made with them."""


def content_root() -> Path:
    """Give the folder that holds model/, strategies/ and reports/.

    The first that applies: the environment variable TWINTRACK_CONTENT; the checkout, when the package is
    used from one; the content packed into the installed package. Raises InputError when the variable names
    no folder, TwinTrackError when there is no content at all.
    """
    given = os.environ.get(CONTENT_VARIABLE)
    if given:
        folder = Path(given).expanduser()
        if not folder.is_dir():
            raise InputError(Fault(CONTENT_VARIABLE, f'"{given}" is not a folder; name one, or unset it'))
        return folder.resolve()
    here = checkout()
    if here is not None:
        return here
    package = Path(__file__).resolve().parent
    if (package / "_data" / MODEL_FILE).is_file():
        return package / "_data"
    message = f"no content found beside {package}; install the package again, or set {CONTENT_VARIABLE}"
    raise TwinTrackError(message)


def checkout() -> Path | None:
    """Give the folder of the checkout that this package is used from; None for an installed wheel."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / MODEL_FILE).is_file() else None


def cache_dir() -> Path | None:
    """Give the folder for things that can be made again, made on demand; None where there can be none.

    The environment variable TWINTRACK_CACHE, or else "twintrack" in the user's cache folder. What is kept
    there is run as code: a folder that belongs to another user, or that others can write to, is not used. The
    first call that finds none says why in the log.
    """
    given = os.environ.get(CACHE_VARIABLE)
    if given:
        folder = Path(given).expanduser()
    else:
        from platformdirs import user_cache_path

        folder = user_cache_path("twintrack", appauthor=False)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        reason = None if folder.is_dir() else "is no folder"
    except OSError as error:
        reason = f"cannot be made: {error.strerror}"
    reason = reason or untrusted(folder)
    if reason is None:
        return folder
    _tell_no_cache(f"note: working without a cache, so all takes longer: {folder} {reason}")
    return None


def work_dir() -> Path:
    """Give the cache folder, or where there is none a temporary one that ends with this process."""
    return cache_dir() or _passing_folder()


@cache
def _passing_folder() -> Path:
    held = contextlib.ExitStack()
    atexit.register(held.close)
    return held.enter_context(scratch_folder(Path(tempfile.gettempdir()) / "twintrack"))


def untrusted(path: Path) -> str | None:
    """Say why a file or folder may hold what another user wrote; None where only this user can write to it.

    Raises OSError where it cannot be looked at.
    """
    if not hasattr(os, "geteuid"):  # where there are no such rights, the user's own folders are private
        return None
    about = path.stat()
    if about.st_uid != os.geteuid():
        return "belongs to another user"
    if about.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return "can be written by other users; empty it, and take that right away (chmod go-w)"
    return None


@cache
def _tell_no_cache(message: str) -> None:
    logging.getLogger("twintrack").warning(message)


def atomic_write(path: Path, data: bytes | str, *, private: bool = False, fresh: bool = False) -> None:
    """Write a file so that readers see the old content or the whole new one, never a part of it.

    Text is written as UTF-8. The folder is created on demand; with `private`, only this user can read and
    write the file; with `fresh`, what is there already stays. Raises OSError when it cannot be written,
    FileExistsError for what stays; nothing is then left beside the target.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with scratch_file(path, 0o600 if private else 0o666) as (file, temporary):
        file.write(data.encode("utf-8") if isinstance(data, str) else data)
        file.flush()
        if fresh:
            _link(temporary, path)
        else:
            temporary.replace(path)


def _link(source: Path, path: Path) -> None:
    """Give a file another name that is not taken. Raises FileExistsError."""
    try:
        path.hardlink_to(source)
    except FileExistsError:
        raise
    except OSError:  # some file systems have no such links
        with path.open("xb") as file:
            try:
                file.write(source.read_bytes())
                file.flush()
            except OSError:
                path.unlink()
                raise
