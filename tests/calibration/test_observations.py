"""Readings of a path that is linear between saved rows are its exact values, means and integrals."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from calibration_helpers import SAVED, model_of, point, series, series_of
from scipy.integrate import quad
from scipy.stats import norm

from twintrack.calibration.observations import (
    Z90,
    end_of,
    observations,
    restored,
    transformed,
)
from twintrack.errors import InputError
from twintrack.inputs.history import HistorySeries

PATHS = np.cumsum(np.random.default_rng(3).uniform(0.1, 1, (len(SAVED), 2)), axis=0)
"""Two runs."""


def at(time: float, run: int) -> float:
    return float(np.interp(time, SAVED, PATHS[:, run]))


def integral(start: float, end: float, run: int) -> float:
    knots = [time for time in SAVED if start < time < end]
    return float(quad(at, start, end, args=(run,), points=knots, limit=200)[0])


def read(*history: HistorySeries) -> np.ndarray:
    equations: Any = model_of(("level", ()))
    return observations(history, SAVED).read(equations, {"level": PATHS})


def test_a_reading_at_a_date_lies_on_the_line_between_rows() -> None:
    years = [2016.0, 2017.25, 2019.407, 2026.0]
    found = read(series_of(years, [1.0] * 4))
    assert found == pytest.approx(np.array([[at(year, run) for run in range(2)] for year in years]))


@pytest.mark.parametrize(("year", "window"), [(2020.0, 1.0), (2020.1, 1.0), (2018.03, 0.1), (2016.0, 10.0)])
def test_a_mean_is_the_integral_over_its_window(year: float, window: float) -> None:
    found = read(series_of([year], [1.0], reading="mean", window=window))
    wanted = [integral(year, year + window, run) / window for run in range(2)]
    assert found[0] == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize(("since", "first"), [(2018.6, 2018.6), (2018.5, 2018.5), (None, 2016.0)])
def test_a_total_is_the_integral_since_its_start(since: float | None, first: float) -> None:
    found = read(series_of([2019.1, 2024.0], [1.0, 2.0], reading="total", since=since))
    wanted = [[integral(first, end, run) for run in range(2)] for end in (2019.1, 2024.0)]
    assert found == pytest.approx(np.array(wanted), rel=1e-9)


def test_readings_are_carried_to_units_and_scale_of_their_series_in_order() -> None:
    percent = series_of([2020.0], [0.5], scale="logit", factor=0.01)
    found = read(series_of([2018.0, 2019.0], [1.0, 1.0], scale="log", factor=3.0), percent)
    assert found[:2, 0] == pytest.approx(np.log([3 * at(2018, 0), 3 * at(2019, 0)]))
    share = at(2020, 1) / 100
    assert found[2, 1] == pytest.approx(np.log(share / (1 - share)))


def test_an_element_of_a_variable_is_read() -> None:
    elements = SimpleNamespace(elements=(("east", "west"),))
    equations: Any = SimpleNamespace(variables={"level": elements})
    values = np.stack([PATHS, 2 * PATHS], axis=1)
    observed = observations([series_of([2020], [1.0], variable="level[west]")], SAVED)
    assert observed.read(equations, {"level": values})[0] == pytest.approx([2 * at(2020, 0), 2 * at(2020, 1)])
    assert observed.variables(equations) == ["level"]


def test_what_has_no_place_on_a_scale_is_not_finite() -> None:
    values = np.array([-1.0, 0.0, 0.5, 1.0, 2.0])
    assert np.isfinite(transformed(values, "log")).tolist() == [False, False, True, True, True]
    assert np.isfinite(transformed(values, "logit")).tolist() == [False, False, True, False, False]
    assert transformed(values, "linear") is values


@pytest.mark.parametrize("scale", ["linear", "log", "logit"])
def test_scales_are_undone(scale: str) -> None:
    values = np.array([0.01, 0.5, 0.99])
    assert restored(transformed(values, scale), scale) == pytest.approx(values, rel=1e-12)


def test_an_interval_is_the_central_90_percent_on_the_scale() -> None:
    assert pytest.approx(norm.ppf(0.95), rel=1e-15) == Z90
    observed = observations(
        [series([point(2020, 100, 50, 800), point(2021, 100)], scale="log", error=0.25)], SAVED
    ).series[0]
    assert observed.values == pytest.approx(np.log([200, 100]))  # the middle, not the published value
    assert observed.published == pytest.approx(np.log([100, 100]))
    spread = norm(observed.values[0], observed.errors[0])
    assert spread.cdf(np.log([50, 800])) == pytest.approx([0.05, 0.95])
    assert observed.errors[1] == 0.25


def test_points_hold_in_the_middle_of_their_window_and_are_complete_at_its_end() -> None:
    mean = series_of([2020.0], [1.0], reading="mean", window=0.5)
    total = series_of([2020.0], [1.0], reading="total", since=2018.0)
    assert observations([mean], SAVED).series[0].times.tolist() == [2020.25]
    assert observations([total], SAVED).series[0].times.tolist() == [2020.0]
    assert [end_of(one, one.points[0]) for one in (mean, total)] == [2020.5, 2020.0]


def three() -> list[HistorySeries]:
    return [
        series_of([2020.0, 2021.0], [1.0, 2.0], name="at"),
        series_of([2020.0, 2021.0], [3.0, 4.0], name="mean", reading="mean", window=1.0),
        series_of([2023.0], [5.0], name="late"),
    ]


def test_what_had_happened_by_a_year_is_kept() -> None:
    kept = observations(three(), SAVED).until(2021.0)
    assert kept.names == ["at", "mean"]
    assert [item.years for item in kept.series] == [[2020.0, 2021.0], [2020.0]]
    assert kept.points == 3 and [place for _, place in kept.placed] == [slice(0, 2), slice(2, 3)]
    assert [item.values.tolist() for item in kept.series] == [[1, 2], [3]]


def test_one_series_is_left_out() -> None:
    kept = observations(three(), SAVED).without("mean")
    assert kept.names == ["at", "late"] and [place for _, place in kept.placed] == [slice(0, 2), slice(2, 3)]


def test_points_and_their_weights_go_together() -> None:
    whole = observations(three(), SAVED)
    kept = whole.chosen(lambda series_, point_: point_.year > 2020)
    assert [item.years for item in kept.series] == [[2021.0], [2021.0], [2023.0]]
    assert kept.series[0].values.tolist() == [2]
    equations: Any = model_of(("level", ()))
    everything = whole.read(equations, {"level": PATHS})
    assert kept.read(equations, {"level": PATHS}) == pytest.approx(everything[[1, 3, 4]])


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (series_of([2015.9, 2020.0], [1.0, 1.0], name="early"), "early"),
        (series_of([2025.5], [1.0], name="long", reading="mean", window=1.0), "long"),
        (series_of([2020.0], [1.0], name="sum", reading="total", since=2015.0), "sum"),
    ],
)
def test_a_reading_outside_the_run_is_refused(wrong: HistorySeries, told: str) -> None:
    with pytest.raises(InputError, match=f"^{told}: is read from .* runs from 2016 to 2026"):
        observations([*three(), wrong], SAVED)
