"""The model that a command works with."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twintrack.model import Model


def open_model() -> Model:
    """Give the model of the content folder; what takes long is announced on stderr."""
    from twintrack.model import load

    log_to_stderr()
    return load()


def log_to_stderr() -> None:
    """Show what the log "twintrack" tells on stderr, as it is."""
    log = logging.getLogger("twintrack")
    log.setLevel(logging.INFO)
    log.handlers = [logging.StreamHandler(sys.stderr)]
