"""Where runs were at the beginning of a step, from which others with the same past go on.

Strategies differ only from the start of policies on: in the same world all but the first need no history.
What counts is whether all inputs until then are the same to the bit, whoever gives them.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock

import numpy as np

from twintrack.equations.structure import Array

MOST = 2**27
"""Bytes of pasts that an engine keeps; the oldest go first."""


@dataclass(frozen=True)
class Past:
    """What runs have come to.

    Attributes:
        state: What compiled code works with, shape (blocks of runs, numbers).
        moving: Outputs that were saved before, shape (rows, outputs, runs).
        still: Outputs that do not change, shape (outputs, runs).
    """

    state: Array
    moving: Array
    still: Array

    @property
    def size(self) -> int:
        """Bytes."""
        return self.state.nbytes + self.moving.nbytes + self.still.nbytes


class Pasts:
    """The pasts that were used last, by what they follow from."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, Past] = OrderedDict()
        self._lock = Lock()

    def find(self, key: bytes) -> Past | None:
        """Give a past that is kept."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def keep(self, key: bytes, past: Past) -> None:
        """Keep a past, and as many of the others as there is room for."""
        with self._lock:
            self._known[key] = past
            while len(self._known) > 1 and sum(known.size for known in self._known.values()) > MOST:
                self._known.popitem(last=False)


def key_of(described: str, arrays: Iterable[Array]) -> bytes:
    """Give what stands for inputs to the bit."""
    digest = hashlib.sha256(described.encode())
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data if array.size else b"")
    return digest.digest()
