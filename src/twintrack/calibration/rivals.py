"""Naive forecasts that a model must beat: the last value, the last growth, a line through all values.

Each is normal around its middle, on the scale of the series. Its variance grows by the year as fast as the
squared errors that the same rule made before in that series, with one error more of the size that the history
gives as the series' discrepancy, so that a rule without a past has a width as well.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twintrack.calibration.observations import Observed
from twintrack.calibration.skill import extrapolated, on_the_trend
from twintrack.equations.structure import Array

Rule = Callable[[Array, Array, Array], Array | None]


def last_value(times: Array, values: Array, wanted: Array) -> Array | None:
    """Hold the last value at further times, shape (wanted,); None where there is none."""
    return extrapolated(times[-1:], values[-1:], wanted)


RULES: dict[str, Rule] = {"last": last_value, "growth": extrapolated, "trend": on_the_trend}
"""The rivals by name."""


def naive(item: Observed, known: int, rule: Rule, draws: int) -> Array:
    """Forecast the later points of a series by a rule, as equally likely values, shape (later points, draws).

    `known` says how many points, the first ones and one at least, the rule may use.
    """
    from scipy.special import ndtri

    times, values, later = item.times[:known], item.values[:known], item.times[known:]
    middle = rule(times, values, later)
    if middle is None:
        message = f"{item.name} has no known point from which a rule could go on"
        raise ValueError(message)
    yearly = _yearly_variance(item, known, rule)
    spread = np.sqrt(yearly * np.maximum(later - times[-1], 0.0) + item.errors[known:] ** 2)
    places = ndtri((np.arange(draws) + 0.5) / draws)
    forecast: Array = middle[:, None] + spread[:, None] * places
    return forecast


def _yearly_variance(item: Observed, known: int, rule: Rule) -> float:
    squares = [item.series.discrepancy**2]
    for place in range(1, known):
        middle = rule(item.times[:place], item.values[:place], item.times[place : place + 1])
        if middle is not None:
            apart = item.times[place] - item.times[place - 1]
            squares.append(float((item.values[place] - middle[0]) ** 2 / apart))
    return float(np.mean(squares))
