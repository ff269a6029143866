"""An exponential trend by regression of log10 on date: its growth, how sure it is, and when it gets where.

Dates are decimal years, values positive in any one unit; slopes are orders of magnitude (OOM) a year, and the
growth factor is ten to the slope. Intervals follow Student's t with n - 2 degrees of freedom.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from twintrack.equations.structure import Array
from twintrack.errors import Fault
from twintrack.inputs.validation import FaultList

Interval = tuple[float, float]
"""Lowest and highest value."""

Error = Literal["ordinary", "robust"]
"""Standard error of the slope: of equal scatter everywhere, or whatever the scatter is (HC3)."""

FEWEST = 3
"""Points below which nothing can be said of the scatter."""


@dataclass(frozen=True)
class Trend:
    """A fitted line through log10 of values.

    `middle` is the mean date and `level` the line's log10 there. `slope_error` is the ordinary standard error
    of the slope, `robust_error` the one that holds where the scatter differs between points (HC3: MacKinnon
    and White 1985, Journal of Econometrics 29(3)). `residual_sd` has n - 2 in its denominator. `date_spread`
    is the sum of squares of the dates around their mean, in years squared.
    """

    runs: int
    slope: float
    slope_error: float
    robust_error: float
    r_squared: float
    residual_sd: float
    middle: float
    level: float
    date_spread: float

    @property
    def growth(self) -> float:
        """Value of a year over value of the year before."""
        return float(10**self.slope)

    def growth_interval(self, level: float = 0.95, error: Error = "ordinary") -> Interval:
        """Give the growth factors between which the true one lies with a probability of `level`."""
        low, high = self.slope_interval(level, error)
        return float(10**low), float(10**high)

    def slope_interval(self, level: float = 0.95, error: Error = "ordinary") -> Interval:
        """Give the slopes between which the true one lies with a probability of `level`, in OOM a year."""
        reach = self._t(level) * (self.slope_error if error == "ordinary" else self.robust_error)
        return self.slope - reach, self.slope + reach

    def at(self, date: float) -> float:
        """Give the line's value at a date, in the values' unit: the geometric mean expected then."""
        return float(10 ** (self.level + self.slope * (date - self.middle)))

    def reaches(self, value: float, offset: float = 0.0) -> float:
        """Give the date on which the line, moved up by `offset` OOM, is at a value.

        Infinite where the slope is nought.
        """
        distance = math.log10(value) - offset - self.level
        if self.slope == 0:
            return math.inf
        return self.middle + distance / self.slope

    def reach_interval(self, value: float, level: float = 0.95) -> Interval:
        """Give the dates between which the true line is at a value with a probability of `level`.

        By Fieller's theorem (1954, JRSS B 16(2)): dates at which the value lies inside the line's confidence
        band. An end is infinite where a slope of nought is inside the slope's interval.
        """
        distance = math.log10(value) - self.level
        t = self._t(level)
        steepness = self.slope**2 - (t * self.slope_error) ** 2
        if steepness <= 0:
            return -math.inf, math.inf
        half = (t * self.residual_sd) * math.sqrt(
            steepness / self.runs + distance**2 / self.date_spread,
        )
        centre = self.slope * distance
        return self.middle + (centre - half) / steepness, self.middle + (centre + half) / steepness

    def reach_from(
        self, date: float, start: float, value: float, level: float = 0.95
    ) -> tuple[float, Interval]:
        """Give when a value is reached that starts at `start` on a date and grows with the trend's slope.

        The interval is that of the slope alone: the start is taken as given.
        """
        distance = math.log10(value / start)
        low, high = self.slope_interval(level)
        dates = [date + distance / slope if slope > 0 else math.inf for slope in (self.slope, high, low)]
        return dates[0], (dates[1], dates[2])

    def _t(self, level: float) -> float:
        from scipy.special import stdtrit

        return float(stdtrit(self.runs - 2, 0.5 + level / 2))


def fit_trend(dates: ArrayLike, values: ArrayLike) -> Trend:
    """Fit a trend to values at dates, shape (n,) each.

    Raises InputError when no line can be put through them.
    """
    from scipy.stats import linregress

    x, given = np.asarray(dates, dtype=np.float64), np.asarray(values, dtype=np.float64)
    _check(x, given)
    y = np.log10(given)
    line = linregress(x, y)
    middle = float(x.mean())
    distance = x - middle
    residuals = y - y.mean() - line.slope * distance
    date_spread = float(distance @ distance)
    leverage = 1 / len(x) + distance**2 / date_spread
    # A point that alone decides the line has a leverage of 1 and no residual of its own.
    apart = np.where(leverage < 1, residuals / np.maximum(1 - leverage, 1e-12), 0.0)
    return Trend(
        runs=len(x),
        slope=float(line.slope),
        slope_error=float(line.stderr),
        robust_error=float(np.sqrt(np.sum((distance * apart) ** 2)) / date_spread),
        r_squared=float(line.rvalue**2),
        residual_sd=float(np.sqrt(residuals @ residuals / (len(x) - 2))),
        middle=middle,
        level=float(y.mean()),
        date_spread=date_spread,
    )


def left_out_growth(dates: ArrayLike, values: ArrayLike) -> Array:
    """Give the growth factor without each point in turn, shape (n,)."""
    x, y = np.asarray(dates, dtype=np.float64), np.asarray(values, dtype=np.float64)
    kept = (np.arange(len(x)) != left_out for left_out in range(len(x)))
    return np.array([fit_trend(x[rest], y[rest]).growth for rest in kept])


def bootstrap_growth(
    dates: ArrayLike, values: ArrayLike, draws: int = 4000, seed: int = 1, block: int = 1
) -> Array:
    """Give growth factors of as many resampled sets of points, shape (draws,).

    Whole points are drawn with replacement, so that neither equal scatter nor a normal one is assumed (Efron
    1979); with `block` above 1 as many neighbours by date at a time, the last followed by the first, so that
    scatter may be alike among neighbours (Politis and Romano 1992). The same seed gives the same numbers.
    """
    x, given = np.asarray(dates, dtype=np.float64), np.asarray(values, dtype=np.float64)
    _check(x, given)
    order = np.argsort(x, kind="stable")
    x, y, n = x[order], np.log10(given[order]), len(x)
    stream = np.random.default_rng(seed)
    starts = stream.integers(0, n, (draws, -(-n // block)))
    places = ((starts[:, :, None] + np.arange(block)) % n).reshape(draws, -1)[:, :n]
    distance = x[places] - x[places].mean(axis=1, keepdims=True)
    spread = np.sum(distance**2, axis=1)
    # The rare set with one date only has no slope.
    usable = spread > 0
    slopes = np.sum(distance * y[places], axis=1)[usable] / spread[usable]
    return np.asarray(10**slopes)


def middle_share(values: Array, level: float = 0.95) -> Interval:
    """Give the quantiles between which the middle share `level` of values lies."""
    low, high = np.quantile(values, [0.5 - level / 2, 0.5 + level / 2])
    return float(low), float(high)


def _check(dates: Array, values: Array) -> None:
    faults = FaultList()
    if dates.ndim != 1 or dates.shape != values.shape:
        faults.append(Fault("trend", f"{dates.size} dates and {values.size} values are no pairs"))
    elif len(dates) < FEWEST or np.ptp(dates) == 0:
        faults.append(Fault("trend", f"a trend needs {FEWEST} points or more, not all at one date"))
    if not (np.isfinite(dates).all() and np.isfinite(values).all() and (values > 0).all()):
        faults.append(Fault("trend", "dates must be finite, and values finite and above 0"))
    faults.raise_any()
