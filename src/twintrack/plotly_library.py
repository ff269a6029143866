"""The library that draws figures on pages and in exported notebooks."""

from __future__ import annotations

import base64
import functools
from importlib import resources


@functools.cache
def packed_plotly() -> str:
    """Give the part of Plotly that draws points, lines and bars (v4.1.1, MIT), packed, as base64."""
    folder = resources.files("twintrack").joinpath("pages", "templates", "plotly")
    return base64.b64encode(folder.joinpath("plotly-basic.min.js.gz").read_bytes()).decode()
