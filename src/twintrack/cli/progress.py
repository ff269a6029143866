"""Progress of long work on stderr: one line rewritten on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import logging
import os
import sys
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twintrack.runs.experiment import Progress

_SECONDS = 20.0
"""Time between two lines where lines are not rewritten."""

_CLEAR = "\x1b[K"
"""What makes a terminal clear the rest of the line."""


class ProgressLine:
    """Tells how far an ensemble is, how fast it goes, and how long it will take. Use it in `with`.

    `name` begins each line. No line is rewritten under make, which may have several programs tell at once.
    """

    def __init__(self, name: str = "") -> None:
        self._begin = f"{name}: " if name else ""
        self._rewritten = sys.stderr.isatty() and "MAKELEVEL" not in os.environ
        self._told = monotonic()
        if self._rewritten:  # messages must not leave the end of this line behind them
            for handler in logging.getLogger("twintrack").handlers:
                handler.setFormatter(logging.Formatter(f"{_CLEAR}%(message)s"))

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(self, *_: object) -> None:
        if self._rewritten:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()

    def show(self, progress: Progress) -> None:
        """Show a state, unless the last one was shown a moment ago."""
        if self._rewritten:
            sys.stderr.write(f"{self._begin}{words(progress)}{_CLEAR}\r")
        elif monotonic() - self._told >= _SECONDS:
            self._told = monotonic()
            sys.stderr.write(f"{self._begin}{words(progress)}\n")
        sys.stderr.flush()


def words(progress: Progress) -> str:
    """Put a state into words: "7,168 of 14,000 runs, 2,300 a second, 3 s left"."""
    text = f"{progress.done:,} of {progress.runs:,} runs"
    if progress.computed == 0:
        return f"{text}, starting (a model that is new is compiled first)"
    if progress.rate is None or progress.left is None:
        return text
    return f"{text}, {progress.rate:,.0f} a second, {duration(progress.left)} left"


def duration(seconds: float) -> str:
    """Put a time into words: "40 s", "12 min", "3 h 05 min"."""
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02d} min"
