"""Signs that a terminal's encoding lacks, such as GBK on a Chinese Windows, are written with what it has."""

from __future__ import annotations

import codecs
import sys
import unicodedata

_HANDLER = "twintrack"
_INSTEAD = {"−": "-", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "×": "x", "·": "."}
"""For signs that have no plain form in Unicode's tables."""


def write_what_can_be_written() -> None:
    """Let the standard output take any text, whatever its encoding."""
    codecs.register_error(_HANDLER, _plain)
    change = getattr(sys.stdout, "reconfigure", None)  # what stands in for it in tests has none
    if change is not None:
        change(errors=_HANDLER)


def is_utf8() -> bool:
    """Whether the standard output takes every sign."""
    try:
        return codecs.lookup(sys.stdout.encoding).name == "utf-8"
    except (LookupError, TypeError, AttributeError):
        return False


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Give the nearest text in ASCII for signs that cannot be encoded; "?" where there is none."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_nearest, error.object[error.start : error.end])), error.end


def _nearest(sign: str) -> str:
    found = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()
    return _INSTEAD.get(sign) or found or "?"
