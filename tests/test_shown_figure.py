"""A figure in a notebook has a second form for exported pages; the library that draws it lies there once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import plotly.io as pio
import pytest

from twintrack import shown_figure
from twintrack.charts import series_figure
from twintrack.shown_figure import PLOTLY, ShownFigure

LIBRARY = "data-twintrack-plotly>"

Run = Callable[[str, str], None]


@pytest.fixture(autouse=True)
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A session that has shown nothing yet, in which Jupyter draws figures."""
    monkeypatch.setattr(shown_figure, "_carriers", [])
    before = pio.renderers.default
    pio.renderers.default = "plotly_mimetype"
    yield
    pio.renderers.default = before


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give what runs a cell by a request."""
    return lambda cell, request: monkeypatch.setattr(shown_figure, "_place", lambda: (cell, request))


def shown(figure: ShownFigure) -> dict[str, Any]:
    return figure._repr_mimebundle_()


def test_the_library_is_put_out_once_and_again_with_its_own_cell(run: Run) -> None:
    figure = ShownFigure([{"type": "scatter", "y": [1, 2]}])
    put_out = []
    for cell, request in [("a", "1"), ("a", "1"), ("b", "2"), ("a", "3"), ("a", "3"), ("b", "4")]:
        run(cell, request)
        put_out.append(LIBRARY in shown(figure)["text/html"])
    assert put_out == [True, False, False, True, False, False]


def test_jupyter_draws_what_it_drew_before(run: Run) -> None:
    run("a", "1")
    figure = series_figure(
        np.array([2020.0, 2021.0]), {"one": {"x": np.array([1.0, 2.0])}}, {"x": "X"}, {"x": "m"}
    )
    assert isinstance(figure, ShownFigure)
    assert shown(figure)[PLOTLY]["data"][0]["name"] == "one"


def test_what_the_library_does_not_draw_and_other_ways_of_showing_are_left_alone(run: Run) -> None:
    run("a", "1")
    assert set(shown(ShownFigure([{"type": "heatmap", "z": [[1, 2]]}]))) == {PLOTLY}
    pio.renderers.default = "json"
    assert set(shown(ShownFigure([{"type": "scatter", "y": [1, 2]}]))) == {"application/json"}


def test_a_title_ends_no_script() -> None:
    figure = ShownFigure(layout={"title": {"text": "</script><b>"}})
    assert "</script><b>" not in shown_figure.exported_figure(figure, whole=False)
