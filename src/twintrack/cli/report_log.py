"""The log of a report, beside its page: what was told and when, how long it took, and how it ended."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, process_time

from twintrack.errors import InputError, TwinTrackError
from twintrack.folders import renewed_folder
from twintrack.formats import today
from twintrack.version import __version__

LOG = "log.txt"


@contextlib.contextmanager
def kept_log(folder: Path, what: str) -> Iterator[None]:
    """Keep as LOG in the folder what the log "twintrack" tells while the block lasts, and how that ends.

    What else is in the folder stays as it is. A log that cannot be written does no harm.
    """
    lines = _Lines(f"TwinTrack {__version__}, {today()}: {what}")
    log = logging.getLogger()
    log.addHandler(lines)
    try:
        yield
    except (TwinTrackError, OSError, MemoryError) as error:
        lines.end(f"failed after {lines.elapsed}: {str(error) or type(error).__name__}")
        _write(folder, lines.text)
        raise
    finally:
        log.removeHandler(lines)
    lines.end(f"built in {lines.elapsed}, {process_time():.0f} s of a processor{_memory()}")
    _write(folder, lines.text)


def last_failure(folder: Path) -> str:
    """Give what the log of a folder ends with where that is a failure, on one line; "" otherwise."""
    try:
        text = (folder / LOG).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
    _, failed, told = text.partition("\nfailed after ")
    return "; ".join(f"{failed}{told}".split("\n")).strip("; ")


class _Lines(logging.Handler):
    """Collects what is told, each with the seconds since the start."""

    def __init__(self, first: str) -> None:
        super().__init__(logging.INFO)
        self.addFilter(logging.Filter("twintrack"))
        self._start, self.text = monotonic(), f"{first}\n"

    @property
    def elapsed(self) -> str:
        """Time since the start."""
        return f"{monotonic() - self._start:.1f} s"

    def emit(self, record: logging.LogRecord) -> None:
        self.text += f"{self.elapsed:>8}  {record.getMessage()}\n"

    def end(self, text: str) -> None:
        """Say how it ended."""
        self.text += f"{text}\n"


def _memory() -> str:
    """Give the largest memory of this process, where the system tells it."""
    try:
        import resource
    except ImportError:
        return ""
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return f", {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit:,.0f} MiB of memory"


def _write(folder: Path, text: str) -> None:
    with (
        contextlib.suppress(OSError, InputError),
        renewed_folder(folder, "report", obsolete=lambda name: name == LOG) as fresh,
    ):
        (fresh / LOG).write_text(text, encoding="utf-8")
