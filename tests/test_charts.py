"""Figures: what they show, and that every reader can tell the lines apart."""

from __future__ import annotations

import numpy as np
import pytest

from twintrack import charts
from twintrack.errors import InputError
from twintrack.model import Model

TIMES = np.arange(2016.0, 2041.0)


def _panel(divergence: float = 2026.0) -> charts.Panel:
    look = charts.styles(["baseline", "other"])
    growth = np.exp(0.05 * (TIMES - 2016))
    lines = [
        charts.Line("Baseline", look["baseline"], growth, 0.8 * growth, 1.2 * growth),
        charts.Line("Other", look["other"], growth, 0.8 * growth, 1.2 * growth),
    ]
    return charts.Panel(TIMES, lines, "bn CNY", ".1f", divergence, "differ", "history")


def test_history_is_drawn_once_and_strategies_from_where_they_differ() -> None:
    figure = charts.panel_figure(_panel())
    lines = {trace.name: trace for trace in figure.data if trace.name}
    assert list(lines) == ["history", "Baseline", "Other"]
    assert lines["history"].x[[0, -1]].tolist() == [2016, 2026]
    assert lines["Other"].x[[0, -1]].tolist() == [2026, 2040]
    assert len([trace for trace in figure.data if trace.fill == "toself"]) == 3


def test_a_panel_has_its_unit_and_marks_where_strategies_differ() -> None:
    layout = charts.panel_figure(_panel()).layout
    assert layout.yaxis.title.text == "bn CNY"
    assert layout.shapes[0].x0 == layout.shapes[0].x1 == 2026
    assert layout.annotations[0].text == "differ"


def test_strategies_that_never_differ_still_give_a_figure() -> None:
    assert charts.panel_figure(_panel(2040.0)).data


def test_strategies_have_different_colours_and_the_baseline_its_own() -> None:
    look = charts.styles(["baseline", "a", "b", "c"])
    assert len({style.colour for style in look.values()}) == 4
    assert len({style.dash for style in look.values()}) == 4
    assert look["baseline"] == charts.styles(["x", "baseline"])["baseline"]
    assert look["baseline"].dash == charts.styles(["a"])["a"].dash == "solid"


@pytest.mark.parametrize("colour", [charts.BASELINE_COLOUR, *charts.COLOURS])
def test_print_on_a_colour_has_enough_contrast(colour: str) -> None:
    def luminance(code: str) -> float:
        parts = [int(code[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted([luminance(colour), luminance(charts.Style(colour, "solid").ink)], reverse=True)
    # 3 is what WCAG 2.2 asks for graphical objects and large print.
    assert (bright + 0.05) / (dark + 0.05) >= 3


def test_only_what_grows_exponentially_gets_a_log_axis() -> None:
    years = np.arange(25.0)
    assert charts.wants_log_axis(2.4**years)
    assert not charts.wants_log_axis(0.001 + years)
    assert not charts.wants_log_axis(2.4**years - 1)
    assert not charts.wants_log_axis(4.0**years)  # fourteen powers of ten


def test_limits_hold_all_values() -> None:
    for values in (np.array([5.0, 6.0]), np.array([-1.0, 2.0]), np.array([0.1, 9.0]), np.array([3.0, 3.0])):
        low, high = charts.limits(values, logarithmic=False)
        assert low <= values.min() < values.max() + 1e-12 <= high


def test_long_labels_of_bars_are_broken_into_lines() -> None:
    assert charts.wrapped("Size of public AI money against its estimate").split("<br>") == [
        "Size of public AI money",
        "against its estimate",
    ]
    assert charts.wrapped("政策可引导的路线选择份额的占比") == "政策可引导的路线选择份额的<br>占比"


def test_bars_take_the_colour_of_the_side_they_are_on() -> None:
    bars = charts.bar_figure(["a", "b"], [0.5, -0.2], ("#111111", "#222222"), 0.1, "rank correlation").data[0]
    assert list(bars.marker.color) == ["#111111", "#222222"]
    assert list(bars.y) == ["a", "b"]


def test_a_run_draws_its_outcomes_with_titles_and_units(model: Model) -> None:
    run = model.run("pure_catchup")
    figure = run.plot("frontier_gap_months", "knowledge[home,scale,basic]")
    assert [trace.name for trace in figure.data] == ["pure_catchup", "baseline"] * 2
    # Two compiled functions, for outcomes and for everything, may differ in the last digits.
    np.testing.assert_allclose(figure.data[0].y, run["frontier_gap_months"], rtol=1e-12)
    assert figure.layout.annotations[0].text == model.outcomes["frontier_gap_months"].title.en
    assert figure.layout.yaxis.title.text == "months"


def test_a_comparison_draws_every_strategy_in_every_panel(model: Model) -> None:
    figure = model.compare(["baseline", "pure_catchup"]).plot("adoption_rate", "own_origin_share")
    assert [trace.name for trace in figure.data] == ["baseline", "pure_catchup"] * 2
    assert sum(bool(trace.showlegend) for trace in figure.data) == 2


def test_a_misspelt_name_is_told_with_the_nearest(model: Model) -> None:
    with pytest.raises(InputError, match='did you mean "adoption_rate"'):
        model.run().plot("adoption_rat")


def test_years_are_written_without_separators_and_labels_in_full() -> None:
    """As 2035.5, not as 2,035.5; names of runs are not cut off where values are read."""
    values = np.arange(len(TIMES), dtype=float)
    title = "AI services used at home that home suppliers provide"
    series = charts.series_figure(TIMES, {"one": {"x": values}}, {"x": title}, {})
    for figure in (charts.panel_figure(_panel()), series):
        assert (figure.layout.xaxis.hoverformat, figure.layout.xaxis.tickformat) == (".2~f", "d")
        assert figure.layout.hoverlabel.namelength == -1
    lines = series.layout.annotations[0].text.split("<br>")
    assert " ".join(lines) == title and max(map(len, lines)) <= charts.TITLE_WIDTH
    assert series.layout.legend.yanchor == "bottom", "above the panels the buttons would hide it"
