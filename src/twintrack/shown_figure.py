"""Figures in notebooks that an export shows without a network.

What Plotly puts into a notebook is drawn by Jupyter itself; an exported page shows nothing of it. A figure
of this kind has a second form for such pages. The library that draws it, 0.5 MB packed, lies in the output of
one cell of the notebook, the first that showed a figure.
"""

from __future__ import annotations

import secrets
from importlib import resources
from typing import Any

import plotly.graph_objects as go

from twintrack.plotly_library import packed_plotly

PLOTLY = "application/vnd.plotly.v1+json"
DRAWN = {"scatter", "bar", "pie"}
"""Kinds of traces that the packed library draws."""

_carriers: list[tuple[str, str]] = []
"""Where the library of this session lies: the cell, and the request that ran it. Empty, or one."""


class ShownFigure(go.Figure):  # type: ignore[misc] # Plotly has no types
    """A figure of Plotly that an exported notebook shows too, where it holds lines, points and bars."""

    def _repr_mimebundle_(self, *args: Any, **options: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(*args, **options)
        if set(bundle) != {PLOTLY} or not {trace.type for trace in self.data} <= DRAWN:
            return bundle  # another way of showing figures was asked for
        return {**bundle, "text/html": exported_figure(self, whole=_carries())}

    def _ipython_display_(self) -> None:
        bundle = self._repr_mimebundle_()
        if "text/html" not in bundle or PLOTLY not in bundle:
            super()._ipython_display_()
            return
        from IPython.display import display

        display(bundle, raw=True)  # type: ignore[no-untyped-call]


def exported_figure(figure: go.Figure, *, whole: bool) -> str:
    """Give a figure as a part of a page; with the library if `whole`, else the page has it elsewhere."""
    key = secrets.token_hex(8)
    library = f'<script type="application/octet-stream" data-twintrack-plotly>{packed_plotly()}</script>'
    told = figure.to_json().replace("<", "\\u003c")
    script = resources.files("twintrack").joinpath("shown_figure.js").read_text(encoding="utf-8").rstrip()
    drawn = f'<div data-twintrack-figure="{key}"></div><script>{script}("{key}",{told});</script>'
    return f"{library if whole else ''}{drawn}"


def _carries() -> bool:
    """Say whether the library is to be put out now: once, and anew when the cell that has it is run anew."""
    cell, request = _place()
    if not _carriers or (_carriers[0][0] == cell and _carriers[0][1] != request):
        _carriers[:] = [(cell, request)]
        return True
    return False


def _place() -> tuple[str, str]:
    """Give the cell that runs, and the request that it runs by; the same one where that is not known."""
    from IPython.core.getipython import get_ipython

    shell: Any = get_ipython()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    request = str(parent.get("header", {}).get("msg_id", ""))
    return str(parent.get("metadata", {}).get("cellId", request)), request
