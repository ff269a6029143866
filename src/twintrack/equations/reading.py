"""Reading the text of a model file, whatever program and country it was saved in."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from twintrack.errors import EquationError

_HEADER = re.compile(rb"\A\s*\{([^{}\r\n]*)\}")
_FALLBACK = "cp1252"
"""What Vensim writes on Western Windows when it names no encoding."""


def read_bytes(path: Path) -> bytes:
    """Read a model file. Raises EquationError when it cannot be read."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise EquationError(f"cannot be read: {error}", where=str(path)) from error


def decode(content: bytes) -> str:
    """Give the text of a model file, lines ended by a newline.

    The encoding is the one that the first line names in braces, as PySD takes it, if the file holds to it;
    else UTF-8, else Windows-1252, in which a byte without a meaning is replaced by a question mark.
    """
    if content.startswith(codecs.BOM_UTF8):
        content = content[len(codecs.BOM_UTF8) :]
    elif content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _lines(content.decode("utf-16", "replace"))
    header = _HEADER.match(content)
    named = header[1].decode("ascii", "replace").strip() if header else ""
    for encoding in filter(None, (named, "utf-8")):
        try:
            return _lines(content.decode(encoding))
        except (LookupError, UnicodeDecodeError):
            continue
    return _lines(content.decode(_FALLBACK, "replace"))


def read_text(path: Path) -> str:
    """Read and decode a model file. Raises EquationError when it cannot be read."""
    return decode(read_bytes(path))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
