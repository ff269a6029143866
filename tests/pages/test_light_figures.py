"""Figures that lie packed in a page: each number once, with the digits that a screen shows."""

from __future__ import annotations

import json

import numpy as np

from twintrack.charts import Line, Panel, Style, panel_figure
from twintrack.pages.builder import light_figures

TIMES = np.array([2024.0, 2026.0, 2030.0, 2040.0])


def _figure() -> dict[str, list[dict[str, object]]]:
    middle = np.array([1.0, 2.0, 3.123456789, 4.0])
    lines = [Line("One", Style("#0072B2", "dash"), middle, middle - 0.5, middle + 2)]
    panel = Panel(TIMES, lines, "months", ".1f", 2026.0, "", "history")
    found: dict[str, list[dict[str, object]]] = json.loads(light_figures({"one": panel_figure(panel)}))["one"]
    return found


def test_a_line_names_the_trace_of_its_band_and_does_not_repeat_it() -> None:
    traces = _figure()["data"]
    lines = [trace for trace in traces if "fill" not in trace]
    assert len(lines) == 2 and not any("customdata" in trace for trace in traces)
    for line in lines:
        place, middle = line["band"], line["y"]
        assert isinstance(place, int) and isinstance(middle, list)
        there_and_back = traces[place]["y"]
        assert isinstance(there_and_back, list)
        high, low = there_and_back[: len(middle)], there_and_back[: len(middle) - 1 : -1]
        np.testing.assert_allclose(np.subtract(high, middle), 2.0, atol=1e-4)
        np.testing.assert_allclose(np.subtract(middle, low), 0.5, atol=1e-4)


def test_numbers_have_the_digits_of_a_screen() -> None:
    assert _figure()["data"][-1]["y"] == [2.0, 3.1235, 4.0]
