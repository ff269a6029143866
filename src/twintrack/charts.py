"""Figures of results: plotly figures with titles, units and colours for colour-blind readers too.

Colours are those of Okabe and Ito (2008), "Color Universal Design", jfly.uni-koeln.de/color; each line also
has its own dash, so that a figure survives a black-and-white printer.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from twintrack.errors import Fault, InputError
from twintrack.formats import grouped
from twintrack.names import suggest

if TYPE_CHECKING:
    import plotly.graph_objects as go

BASELINE_COLOUR = "#4d4d4d"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = ("solid", "dash", "dashdot", "longdash", "dot", "longdashdot")
DASH_ARRAYS = {
    "solid": "none",
    "dash": "8 4",
    "dashdot": "8 3 2 3",
    "longdash": "13 4",
    "dot": "2 3",
    "longdashdot": "13 3 2 3",
}
"""The dashes as SVG writes them, for legends outside the figures."""
BRIGHT = 0.179
"""Relative luminance at which black and white contrast alike, 4.6 to 1; above it black is easier to read."""
HISTORY_COLOUR = "#333d47"
REFERENCE_COLOUR = "#8c8c8c"
GRID_COLOUR = "#e3e6ea"
AXIS_COLOUR = "#b6bdc4"
TEXT_COLOUR = "#333d47"
FONT = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', sans-serif"
)
TEXT = {"family": FONT, "size": 12, "color": TEXT_COLOUR}
AXIS = {
    "gridcolor": GRID_COLOUR,
    "linecolor": AXIS_COLOUR,
    "zeroline": False,
    "ticks": "outside",
    "ticklen": 4,
}
YEARS = {"tickformat": "d", "hoverformat": ".2~f"}
"""How an axis and what is read on it write decimal years: without separators, as 2035.5."""
TITLE_WIDTH = 40
"""Characters in a line of the title of one of two panels side by side."""
LABEL_WIDTH = 26
"""Characters in a line of a bar's label."""
LOG_RATIO = 30.0
"""Values whose largest is more than this many times their median are drawn on a logarithmic axis."""
LOG_SPAN = 1e10
"""Values whose largest is more than this many times their smallest are not: it could not be read."""


@dataclass(frozen=True)
class Style:
    """How the lines of one strategy look in every figure and legend."""

    colour: str
    dash: str

    @property
    def fill(self) -> str:
        """The colour of the band behind the line."""
        return f"rgba({self._channels},0.10)"

    @property
    def edge(self) -> str:
        """The colour of the band's edges."""
        return f"rgba({self._channels},0.45)"

    @property
    def ink(self) -> str:
        """Black or white, whichever can be read on the colour (relative luminance of WCAG 2.2)."""
        channels = [int(part) / 255 for part in self._channels.split(",")]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
        luminance = float(np.dot(linear, (0.2126, 0.7152, 0.0722)))
        return "#000000" if luminance > BRIGHT else "#ffffff"

    @property
    def _channels(self) -> str:
        return ",".join(str(int(self.colour[start : start + 2], 16)) for start in (1, 3, 5))


@dataclass(frozen=True)
class Line:
    """One line over time: `middle` on the years, with a band between `low` and `high` where given."""

    label: str
    style: Style
    middle: np.ndarray
    low: np.ndarray | None = None
    high: np.ndarray | None = None

    def cut(self, part: slice) -> Line:
        """Give the line over a part of its times."""
        low = None if self.low is None else self.low[part]
        high = None if self.high is None else self.high[part]
        return replace(self, middle=self.middle[part], low=low, high=high)


@dataclass(frozen=True)
class Panel:
    """What one small figure over time shows; `number_format` is Python's, such as ".1f".

    Until `divergence` (a year), which a dotted line marks, all lines are the same history and drawn once.
    """

    times: np.ndarray
    lines: Sequence[Line]
    unit: str
    number_format: str
    divergence: float
    divergence_label: str
    history_label: str
    reference: Line | None = None
    limits: tuple[float, float] | None = None
    logarithmic: bool = False


def styles(strategies: Sequence[str]) -> dict[str, Style]:
    """Give each strategy its colour and dash by position; a strategy named baseline is grey and solid."""
    others = [name for name in strategies if name != "baseline"]
    # A solid line is for the baseline, or for the first where there is none.
    skipped = int(len(others) < len(strategies))
    chosen = {
        name: Style(COLOURS[place % len(COLOURS)], DASHES[(place + skipped) % len(DASHES)])
        for place, name in enumerate(others)
    }
    return {name: chosen.get(name, Style(BASELINE_COLOUR, DASHES[0])) for name in strategies}


def wants_log_axis(values: np.ndarray) -> bool:
    """Tell whether values spread so widely that a linear axis would hide the early years."""
    if not np.all(values > 0):
        return False
    largest = np.max(values)
    return bool(LOG_RATIO * np.median(values) < largest < LOG_SPAN * np.min(values))


def limits(values: np.ndarray, *, logarithmic: bool) -> tuple[float, float]:
    """Give axis limits that hold all values with a small margin (log10 units on a logarithmic axis)."""
    shown = np.log10(values) if logarithmic else values
    low, high = float(np.min(shown)), float(np.max(shown))
    if not logarithmic and low > 0 and low < 0.5 * high:
        low = 0.0
    margin = 0.04 * (high - low or abs(high) or 1.0)
    return (low if low == 0.0 else low - margin, high + margin)


def panel_figure(panel: Panel) -> go.Figure:
    """Draw one panel: bands first, then the reference, then the lines, whose hover tells the band."""
    import plotly.graph_objects as go

    split = int(np.searchsorted(panel.times, panel.divergence))
    before, after = slice(None, split + 1), slice(split, None)
    history = replace(
        panel.lines[0].cut(before), label=panel.history_label, style=Style(HISTORY_COLOUR, "solid")
    )
    drawn = [(panel.times[before], history), *((panel.times[after], line.cut(after)) for line in panel.lines)]
    reference = [] if panel.reference is None else [(panel.times, panel.reference)]
    bands = [
        _band(times, line.low, line.high, line.style)
        for times, line in drawn
        if line.low is not None and line.high is not None
    ]
    lines = [_line(times, line, panel.number_format) for times, line in (*reference, *drawn)]
    return go.Figure([*bands, *lines], _layout(panel))


def _band(times: np.ndarray, low: np.ndarray, high: np.ndarray, style: Style) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": _light(np.concatenate([times, times[::-1]])),
        "y": _light(np.concatenate([high, low[::-1]])),
        "fill": "toself",
        "fillcolor": style.fill,
        "line": {"width": 0.6, "color": style.edge},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _line(times: np.ndarray, line: Line, number_format: str) -> dict[str, Any]:
    spec = grouped(number_format)
    hover = f"%{{y:{spec}}}"
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines",
        "name": line.label,
        "x": _light(times),
        "y": _light(line.middle),
        "line": {"color": line.style.colour, "dash": line.style.dash, "width": 2.2},
        "showlegend": False,
    }
    if line.low is not None and line.high is not None:
        trace["customdata"] = _light(np.stack([line.low, line.high], axis=-1))
        hover += f" (%{{customdata[0]:{spec}}} – %{{customdata[1]:{spec}}})"
    trace["hovertemplate"] = hover
    return trace


def _light(values: np.ndarray) -> np.ndarray:
    """Seven digits are more than a curve on a screen shows, at half the size."""
    return np.asarray(values, dtype=np.float32)


def _layout(panel: Panel) -> dict[str, Any]:
    span = [float(panel.times[0]), float(panel.times[-1])]
    vertical: dict[str, Any] = {
        **AXIS,
        "title": {"text": panel.unit, "standoff": 8, "font": {"size": 11}},
        "automargin": True,
        "tickformat": ".0%" if panel.number_format.endswith("%") else ",~r",
    }
    if panel.logarithmic:
        vertical |= {"type": "log", "dtick": 1}
    if panel.limits is not None:
        vertical["range"] = list(panel.limits)
    return {
        "template": "none",
        "margin": {"l": 62, "r": 22, "t": 20 if panel.divergence_label else 8, "b": 30},
        "font": TEXT,
        "hovermode": "x unified",
        "hoverlabel": {"namelength": -1, "bgcolor": "rgba(255,255,255,0.95)"},
        "xaxis": {
            **AXIS,
            **YEARS,
            "showgrid": False,
            "range": span,
            "dtick": 4,
            "ticklabeloverflow": "allow",
        },
        "yaxis": vertical,
        "showlegend": False,
        **_divergence_mark(panel.divergence, panel.divergence_label),
    }


def _divergence_mark(year: float, label: str) -> dict[str, Any]:
    line = {"color": "#7a838c", "width": 1, "dash": "dot"}
    place = {"x": year, "y": 1, "yref": "paper", "xanchor": "center", "yanchor": "bottom"}
    return {
        "shapes": [{"type": "line", "x0": year, "x1": year, "y0": 0, "y1": 1, "yref": "paper", "line": line}],
        "annotations": [
            {**place, "text": label, "showarrow": False, "font": {"size": 11, "color": "#5c656e"}}
        ],
    }


def wrapped(label: str) -> str:
    """Break a label into lines that leave room for the bars on a small screen; Chinese is twice as wide."""
    return "<br>".join(textwrap.wrap(label, LABEL_WIDTH if label.isascii() else LABEL_WIDTH // 2))


def bar_figure(
    labels: Sequence[str], values: Sequence[float], colours: tuple[str, str], noise: float, axis_title: str
) -> go.Figure:
    """Draw signed bars, the first label on top; the strip between -noise and +noise is shaded grey.

    `colours` are those of bars above and below zero.
    """
    import plotly.graph_objects as go

    figure = go.Figure(
        go.Bar(
            x=_light(np.asarray(values)),
            y=[wrapped(label) for label in labels],
            orientation="h",
            marker={"color": [colours[0] if value > 0 else colours[1] for value in values]},
            hovertemplate="%{x:+.2f}<extra></extra>",
            text=[f"{value:+.2f}" for value in values],
            textposition="outside",
            cliponaxis=False,
        )
    )
    reach = max(0.3, 1.6 * float(np.max(np.abs(values), initial=0.0)))
    strip = {"x0": -noise, "x1": noise, "y0": 0, "y1": 1, "yref": "paper"}
    figure.add_shape(type="rect", fillcolor="#e9ecef", line={"width": 0}, layer="below", **strip)
    figure.update_layout(
        template="none",
        margin={"l": 10, "r": 16, "t": 8, "b": 44},
        showlegend=False,
        bargap=0.35,
        font=TEXT,
        xaxis={"range": [-reach, reach], "title": {"text": axis_title}, "gridcolor": GRID_COLOUR},
        yaxis={"autorange": "reversed", "automargin": True, "ticks": "", "showgrid": False},
    )
    return figure


def series_figure(
    times: np.ndarray,
    series: Mapping[str, Mapping[str, np.ndarray]],
    titles: Mapping[str, str],
    units: Mapping[str, str],
    look: Mapping[str, Style] | None = None,
) -> go.Figure:
    """Draw runs as small multiples, one per variable; for each variable one line per run, in order.

    `series` maps a run's name to its variables (each an array over `times`), `titles` the variables that are
    drawn, in order, to their headings, `units` to their units, and `look` runs to their styles.
    """
    from plotly.subplots import make_subplots

    from twintrack.shown_figure import ShownFigure

    columns, rows = min(2, len(titles)), -(-len(titles) // 2)
    headings = ["<br>".join(textwrap.wrap(title, TITLE_WIDTH)) for title in titles.values()]
    figure: go.Figure = make_subplots(
        figure=ShownFigure(),
        rows=rows,
        cols=columns,
        subplot_titles=headings,
        vertical_spacing=0.32 / rows,
        horizontal_spacing=0.28 / columns,  # room for the unit, beside the last year of the panel before
    )
    look = look or styles(list(series))
    for place, name in enumerate(titles):
        cell = {"row": place // columns + 1, "col": place % columns + 1}
        for run, values in series.items():
            line = {"color": look[run].colour, "dash": look[run].dash, "width": 2.2}
            legend = {"legendgroup": run, "showlegend": place == 0 and len(series) > 1}
            told = {"name": run, "hovertemplate": "%{y:,.4~r}", **legend}
            figure.add_scatter(x=times, y=values[name], mode="lines", line=line, **told, **cell)
        drawn = np.concatenate([values[name] for values in series.values()])
        scale = "log" if wants_log_axis(drawn) else "linear"
        figure.update_yaxes(title_text=units.get(name, ""), type=scale, **cell)
    figure.update_xaxes(
        showgrid=False, linecolor=AXIS_COLOUR, ticks="outside", ticklabeloverflow="allow", **YEARS
    )
    figure.update_yaxes(gridcolor=GRID_COLOUR, zeroline=False, automargin=True, tickformat=",~r")
    figure.update_layout(
        template="none",
        height=80 + 300 * rows,
        margin={"l": 70, "r": 24, "t": 54, "b": 70},
        hovermode="x unified",
        hoverlabel={"namelength": -1},
        font=TEXT,
        # Below the panels: above them the buttons of the figure would hide it.
        legend={"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0},
    )
    figure.update_annotations(font_size=13)
    return figure


def check_names(names: Sequence[str], known: Sequence[str]) -> None:
    """Raise InputError for names that are not among the known ones, each with its nearest known name."""
    faults = [
        Fault("plot", f'no variable is called "{name}"{suggest(name, known)}')
        for name in names
        if name not in known
    ]
    if faults:
        raise InputError(faults)
