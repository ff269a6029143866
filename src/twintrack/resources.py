"""Where the content and the cache are, and how files are written."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from twintrack.errors import Fault, InputError, TwinTrackError

CONTENT_VARIABLE = "TWINTRACK_CONTENT"
CACHE_VARIABLE = "TWINTRACK_CACHE"
MODEL_FILE = Path("model") / "twintrack.mdl"
POSTERIOR_FILE = Path("model") / "posterior.parquet"
"""The worlds that agree with history; a content need not have them."""
RANGES_FILE = Path("model") / "posterior_ranges.parquet"
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


def cache_dir() -> Path:
    """Give the folder for things that can be made again; it is created on demand.

    The environment variable TWINTRACK_CACHE, or else "twintrack" in the user's cache folder.
    """
    given = os.environ.get(CACHE_VARIABLE)
    if given:
        folder = Path(given).expanduser()
    else:
        from platformdirs import user_cache_path

        folder = user_cache_path("twintrack", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def atomic_write(path: Path, data: bytes | str) -> None:
    """Write a file so that readers see the old content or the whole new one, never a part of it.

    Text is written as UTF-8. The folder is created on demand. Raises OSError when it cannot be written; the
    temporary file beside the target is then removed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        temporary.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
