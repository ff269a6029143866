"""Curves that follow sliders: a figure widget of which only the lines are drawn anew.

A browser needs far longer to draw axes, titles and legends than to move a line: the axes keep their ranges
until a curve no longer fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from twintrack.charts import BASELINE_COLOUR, COLOURS, Style, series_figure
from twintrack.inputs.strategies import BASELINE
from twintrack.pages.texts import Texts

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from twintrack.core import Core
    from twintrack.runs.results import Run

EXPLORED = "your strategy"
FIGURE_WIDTH = 580
"""Pixels: what is left beside the sliders in JupyterLab with its sidebar on a window 1400 pixels wide."""
PANEL_HEIGHT = 235
"""Pixels of a row of panels: two rows are about as high as the column with the sliders."""
ROOM = 0.15
"""Share of the values' span that an axis leaves free on both sides for curves to move into."""
SMALLEST_SHARE = 0.4
"""An axis is fitted anew when its values span less than this share of it."""
WORDS = Texts("en")


class Curves:
    """For each outcome the explored curve and the baseline's, one panel each.

    Attributes:
        figure: The figure widget; its traces are, for each outcome, the explored curve, then the baseline's.
    """

    def __init__(self, model: Core, names: Sequence[str], explored: Run, baseline: Run) -> None:
        self._names = names
        self._ranges: dict[int, tuple[float, float]] = {}
        runs = {EXPLORED: explored, BASELINE: baseline}
        figure = series_figure(
            explored.time,
            {label: {name: run[name] for name in names} for label, run in runs.items()},
            {name: model.outcomes[name].title.en for name in names},
            {name: WORDS.unit(model.outcomes[name].unit) for name in names},
            look={EXPLORED: Style(COLOURS[0], "solid"), BASELINE: Style(BASELINE_COLOUR, "dash")},
        )
        # A figure beside other widgets is drawn before it can know its place's width.
        rows = -(-len(names) // 2)
        figure.update_layout(width=FIGURE_WIDTH, height=80 + PANEL_HEIGHT * rows, margin={"l": 56, "r": 20})
        self.figure = _figure_widget(figure)
        self._fit(range(len(names)), self._values(explored, baseline))

    def move(self, explored: Run, baseline: Run, *, both: bool) -> None:
        """Replace the y values in one message; axes are drawn anew only where a curve no longer fits."""
        values = self._values(explored, baseline)
        misfits = [place for place in range(len(self._names)) if not self._fits(place, values[place])]
        batch = self.figure.batch_update() if misfits else self.figure.batch_animate(duration=0)
        with batch:
            for place, name in enumerate(self._names):
                self.figure.data[2 * place].y = explored[name]
                if both:
                    self.figure.data[2 * place + 1].y = baseline[name]
            self._fit(misfits, values)

    def _axes(self) -> list[Any]:
        return list(self.figure.select_yaxes())[: len(self._names)]

    def _values(self, explored: Run, baseline: Run) -> list[np.ndarray]:
        """Give the values that each panel shows, in the unit of its axis' range."""
        found = []
        for name, axis in zip(self._names, self._axes(), strict=True):
            values = np.concatenate([explored[name], baseline[name]])
            found.append(np.log10(values[values > 0]) if axis.type == "log" else values)
        return found

    def _fits(self, place: int, values: np.ndarray) -> bool:
        low, high = self._ranges[place]
        inside = low <= values.min(initial=high) and values.max(initial=low) <= high
        return bool(inside and np.ptp(values) >= SMALLEST_SHARE * (high - low))

    def _fit(self, places: Iterable[int], values: Sequence[np.ndarray]) -> None:
        axes = self._axes()
        for place in places:
            shown = values[place]
            low, high = (float(shown.min()), float(shown.max())) if shown.size else (0.0, 1.0)
            room = ROOM * (high - low or abs(high) or 1.0)
            self._ranges[place] = (low - room, high + room)
            axes[place].range = self._ranges[place]


def _figure_widget(figure: go.Figure) -> go.FigureWidget:
    """Make a figure widget that draws only the lines anew when their y values are animated."""
    import plotly.graph_objects as go

    class LinesOnly(go.FigureWidget):  # type: ignore[misc]
        def _send_animate_msg(
            self, styles_data: Any, relayout_data: Any, trace_indexes: Any, animation_opts: dict[str, Any]
        ) -> None:
            frame = {**animation_opts["frame"], "redraw": False}
            options = {**animation_opts, "frame": frame}
            super()._send_animate_msg(styles_data, relayout_data, trace_indexes, options)

    return LinesOnly(figure)
