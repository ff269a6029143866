"""What the figures of the page on validation are drawn from: axes, bars of bands, dots of observations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from twintrack.charts import AXIS, COLOURS, TEXT, wrapped
from twintrack.pages.validation.view import Computed

SPAN = (2015.6, 2025.4)
"""Years that the panels of observed series show."""
PRIOR, EXPECTED, SAID = "#cfd4d9", "#9cc5e6", "#0b5cad"
OBSERVED, NAIVE = "#000000", "#D55E00"
NEXT = "#b9dfc4"
AHEAD = ("#0b5cad", "#5a9bd4", "#a9cbea")
"""Of forecasts one, two and three years ahead."""
WIDTHS = {PRIOR: 11.0, EXPECTED: 7.0, NEXT: 7.0, SAID: 3.0, **dict.fromkeys(AHEAD[1:], 3.0)}
"""Pixels of the bars of a band."""
REACH = 100.0
"""Ratios of predicted to observed beyond which an axis does not go."""
MOST_BARS = 15
_CLEAR = "rgba(0,0,0,0)"
"""The page shows through, and with it the shadow where there is more to the side."""
_MOST_PLAIN, _MOST_WRITTEN = 9999.0, 1e9
"""Above these the numbers of an axis are thousands and millions (k, M), and powers of ten."""


def colour_of(place: int) -> str:
    """Give the colour of a population."""
    return COLOURS[place % len(COLOURS)]


def axis_title(text: str) -> dict[str, Any]:
    """Give the title of an axis in small print."""
    return {"text": text, "standoff": 8, "font": {"size": 11}}


def layout_of(across: dict[str, Any], vertical: dict[str, Any]) -> dict[str, Any]:
    """Give the layout of a panel, as those of reports, with what its two axes need beside that."""
    return {
        "template": "none",
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
        "margin": {"l": 58, "r": 16, "t": 8, "b": 40 if "title" in across else 28},
        "font": TEXT,
        "hovermode": "closest",
        "showlegend": False,
        "xaxis": {**AXIS, "automargin": True, **across},
        "yaxis": {**AXIS, "automargin": True, "tickformat": ",~r", **vertical},
    }


def named_rows(labels: Sequence[str]) -> dict[str, Any]:
    """Give an axis with a name for each row, the first on top."""
    return {
        "tickvals": list(range(len(labels))),
        "ticktext": [wrapped(label) if len(labels) <= MOST_BARS else label for label in labels],
        "range": [len(labels) - 0.4, -0.6],
        "ticks": "",
        "tickformat": "",
    }


def upright_line(value: float, dash: str = "solid") -> dict[str, Any]:
    """Mark a value of the horizontal axis."""
    line = {"color": "#5c656e", "width": 1.2, "dash": dash}
    return {"type": "line", "x0": value, "x1": value, "y0": 0, "y1": 1, "yref": "paper", "line": line}


def upright_bars(
    times: Sequence[float], bands: Sequence[Computed], colour: str, factor: float
) -> dict[str, Any]:
    """Draw upright bars from the 5 to the 95 % points at some dates."""
    across = [place for time in times for place in (time, time, None)]
    along = [value for band in bands for value in (band["p05"] * factor, band["p95"] * factor, None)]
    return _thick(across, along, colour)


def lying_bars(bands: Sequence[tuple[float, float]], colour: str) -> dict[str, Any]:
    """Draw bars that lie one in each row."""
    across = [value for band in bands for value in (*band, None)]
    return _thick(across, [place for row in range(len(bands)) for place in (row, row, None)], colour)


def _thick(across: Sequence[Any], along: Sequence[Any], colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(across),
        "y": list(along),
        "line": {"color": colour, "width": WIDTHS[colour]},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def observed_dots(points: Sequence[Computed], factor: float) -> dict[str, Any]:
    """Draw observations with the intervals that they have."""
    values = [point["observed"] for point in points]
    up = [(point["high"] or point["observed"]) - point["observed"] for point in points]
    down = [point["observed"] - (point["low"] or point["observed"]) for point in points]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [point["time"] for point in points],
        "y": [value * factor for value in values],
        "error_y": {
            "array": [value * factor for value in up],
            "arrayminus": [value * factor for value in down],
            "thickness": 1,
            "width": 3,
            "color": OBSERVED,
        },
        "marker": {"size": 6, "color": "#ffffff", "line": {"color": OBSERVED, "width": 1.6}},
        "hovertemplate": "%{x:.2f}: %{y:.3g}<extra></extra>",
        "showlegend": False,
    }


def log_axis(values: Sequence[float]) -> dict[str, Any]:
    """Give a logarithmic axis for values as they are shown, labelled at 1, 2, 5 where it spans little."""
    decades = float(np.log10(max(values) / min(values)))
    axis = {"type": "log", "dtick": "D2" if decades < 1.7 else max(1, round(decades / 4))}
    if max(values) > _MOST_WRITTEN:
        return axis | {"tickformat": "", "exponentformat": "power"}
    return axis | ({"tickformat": "~s"} if max(values) > _MOST_PLAIN else {})


def ratio(band: Computed, observed: float) -> tuple[float, float]:
    """Give the ends of a band over what was observed, cut where the axis ends."""
    low, high = (float(np.clip(band[end] / observed, 1 / REACH, REACH)) for end in ("p05", "p95"))
    return low, high


def line_trace(x: Any, y: Any, colour: str, dash: str) -> dict[str, Any]:
    """Draw a line that is read off its axes alone."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(x),
        "y": list(y),
        "line": {"color": colour, "width": 2, "dash": dash},
        "hoverinfo": "skip",
        "showlegend": False,
    }
