"""Packing many named arrays into a few: each array handed to a compiled function costs time per call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any

import numpy as np

from twintrack.equations.structure import Array


class Layout:
    """Where each named array lies on the packed axis; `shapes` are the axes of each that are packed."""

    def __init__(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        self.shapes = dict(shapes)
        self.places: dict[str, tuple[int, int]] = {}
        self.width = 0
        for name, shape in self.shapes.items():
            self.places[name] = (self.width, self.width + prod(shape))
            self.width += prod(shape)

    def __repr__(self) -> str:
        return f"Layout({self.shapes})"

    def pack(self, arrays: Mapping[str, Array], rows: tuple[int, ...], runs: int) -> Array:
        """Pack arrays of shape rows + axes + (runs,) into one of shape rows + (width, runs)."""
        if not self.shapes:
            return np.empty((*rows, 0, runs))
        if not rows and runs == 1:  # flattened one after the other, which is quicker than axis by axis
            return np.concatenate([arrays[name] for name in self.shapes], axis=None)[:, np.newaxis]
        return np.concatenate(
            [arrays[name].reshape((*rows, -1, runs)) for name in self.shapes], axis=len(rows)
        )

    def unpack(self, packed: Any, rows: int) -> Iterator[tuple[str, Any]]:
        """Give each array, shape rows + axes + (runs,); `rows` counts the axes before the packed one."""
        before, head, last = (slice(None),) * rows, packed.shape[:rows], packed.shape[-1]
        for name, (start, stop) in self.places.items():
            shape = self.shapes[name]
            if shape:
                yield name, packed[(*before, slice(start, stop))].reshape((*head, *shape, last))
            else:
                yield name, packed[(*before, start)]
