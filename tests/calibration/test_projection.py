"""Projections go on from the model and the last residuals of every series."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pytest
from calibration_helpers import point, with_values

from twintrack.calibration.discrepancy import Grid, Nodes
from twintrack.calibration.observations import observations
from twintrack.calibration.predictive import Sample
from twintrack.calibration.projection import Projection, expect, project, table
from twintrack.calibration.target import Target
from twintrack.equations.structure import Array
from twintrack.inputs.history import HistoryPoint
from twintrack.inputs.moments import Span, time_of

RUNS = 4000


@dataclass(frozen=True)
class Known(Grid):
    """A discrepancy that is known, in units of the scale of a series."""

    size: float = 1.0
    persistence: float = 0.5

    @cached_property
    def nodes(self) -> tuple[Nodes, ...]:
        size, share, persistence, walk, weight = np.array([[self.size, 0, self.persistence, 0, 1]]).T
        return (Nodes(size, share, persistence, walk, weight),)


def known(target: Target, discrepancy: float, persistence: float) -> Target:
    """The target whose first series has one discrepancy and persistence; its scale is 2."""
    return replace(target, grid=Known(walks=(0.0,), size=discrepancy / 2, persistence=persistence))


def central(target: Target) -> Sample:
    """One world again and again."""
    worlds = {"pace": np.full(RUNS, 4.0), "strength": np.full(RUNS, 10.0)}
    return Sample(target.unknowns.parameter_scores(worlds), np.zeros(RUNS, dtype=np.int64))


def off_by(target: Target, residuals: Array) -> Target:
    said = target.said(target.unknowns.worlds(central(target).scores), RUNS)[:, 0]
    return target.with_observed(with_values(target.observed, said + residuals))


def exact(target: Target) -> Target:
    """The same series without error of measurement (but for a trace, so that a matrix has an inverse)."""
    series = tuple(
        replace(
            item,
            errors=np.full(len(item.errors), 1e-6),
            series=item.series.model_copy(update={"error": 1e-6}),
        )
        for item in target.observed.series
    )
    return target.with_observed(replace(target.observed, series=series))


def projected(target: Target) -> dict[tuple[str, int], Projection]:
    return {(item.series, item.year): item for item in project(target, central(target), seed=1)}


def gap(year: float) -> float:
    return 24 + (4 - 5) * (year - 2016)


def test_what_the_model_says_is_read_for_calendar_years(small_target: Target) -> None:
    found = projected(known(small_target, 0.1, 0.5))
    assert [key for key in found if key[0] == "gap"] == [("gap", 2025), ("gap", 2026)]
    # The gap falls by a month a year until policies move in 2026: at the end of 2025, and in the mean of it.
    assert found["gap", 2025].said.p50 == pytest.approx(gap(2026), abs=1e-3)
    assert found["gap_of_the_year", 2025].said.p50 == pytest.approx(gap(2025.5), rel=1e-3)
    assert found["gap", 2025].reading == "end of the year"
    assert found["gap_of_the_year", 2026].reading == "mean of the year"
    assert found["gap", 2025].unit == "months"


def test_a_mean_is_projected_over_the_whole_year_whatever_its_window(small_target: Target) -> None:
    gap_, mean, most = small_target.observed.series
    short = replace(mean, series=mean.series.model_copy(update={"window": 0.25}))
    target = small_target.with_observed(replace(small_target.observed, series=(gap_, short, most)))
    found = projected(known(target, 0.1, 0.5))
    assert found["gap_of_the_year", 2025].said.p50 == pytest.approx(gap(2025.5), rel=1e-3)


def test_a_residual_that_persists_goes_on(small_target: Target) -> None:
    target = known(exact(small_target), 0.5, 1 - 1e-9)
    found = projected(off_by(target, np.array([0.0, 0, 0, 1, 0, 0, 0])))
    for year in (2025, 2026):
        item = found["gap", year]
        assert item.expected.p50 - item.said.p50 == pytest.approx(1, abs=0.01)
        assert item.expected.p95 - item.expected.p05 < 0.01


def test_a_residual_that_does_not_persist_is_forgotten(small_target: Target) -> None:
    target = known(exact(small_target), 0.5, 1e-9)
    item = projected(off_by(target, np.array([0.0, 0, 0, 1, 0, 0, 0])))["gap", 2025]
    assert item.expected.p50 - item.said.p50 == pytest.approx(0, abs=5 * 0.5 * 1.25 / np.sqrt(RUNS))
    assert item.expected.p95 - item.expected.p05 == pytest.approx(2 * 1.645 * 0.5, rel=0.05)


def test_in_between_it_fades_with_its_persistence(small_target: Target) -> None:
    target = known(exact(small_target), 0.5, 0.8)
    found = projected(off_by(target, np.array([0.0, 0, 0, 1, 0, 0, 0])))
    for year in (2025, 2026):
        apart = year + 1 - 2024  # from the last point to the end of the year
        # With no error each point tells all that earlier ones do.
        item, share = found["gap", year], 0.8**apart
        wide = 0.5 * np.sqrt(1 - share**2)
        assert item.expected.p50 - item.said.p50 == pytest.approx(share, abs=5 * 1.25 * wide / np.sqrt(RUNS))
        assert item.expected.p95 - item.expected.p05 == pytest.approx(2 * 1.645 * wide, rel=0.06)


def test_measurement_of_the_series_is_added(small_target: Target) -> None:
    target = known(small_target, 1e-3, 0.5)
    found = projected(off_by(target, np.zeros(7)))
    wide = found["gap", 2025].expected.p95 - found["gap", 2025].expected.p05
    assert wide == pytest.approx(2 * 1.645 * 1.0, rel=0.05)


def test_of_a_bound_only_what_the_model_says_is_given(small_target: Target) -> None:
    item = projected(known(small_target, 2.0, 0.5))["most", 2026]
    assert item.expected == item.said


def test_the_same_seed_projects_the_same(small_target: Target) -> None:
    target = known(small_target, 0.5, 0.5)
    first, again, other = (project(target, central(target), seed) for seed in (1, 1, 2))
    assert first == again and first != other


def test_the_table_has_a_row_for_each_series_and_year(small_target: Target) -> None:
    found = project(known(small_target, 0.1, 0.5), central(small_target), seed=1)
    rows = list(csv.DictReader(io.StringIO(table(found))))
    assert list(rows[0]) == ["series", "year", "p05", "p50", "p95", "unit"]
    assert [(row["series"], int(row["year"])) for row in rows] == [(item.series, item.year) for item in found]
    for row, item in zip(rows, found, strict=True):
        assert float(row["p50"]) == pytest.approx(item.expected.p50, rel=1e-5)
        assert float(row["p05"]) < float(row["p95"]) or item.series == "most"
        assert row["unit"] == "months"


def test_any_time_may_be_asked_for(small_target: Target) -> None:
    target = known(small_target, 0.1, 0.5)
    times = [Span(2017.3, 2017.3), Span(2024, 2024), Span(2025.625, 2025.625), Span(2026, 2026)]
    quarters = [Span(2025.25, 2025.5), Span(2019, 2019.25)]
    found = [*expect(target, central(target), {"gap": times, "gap_of_the_year": quarters}, 1)]
    assert [item.observed.name for item in found] == ["gap", "gap_of_the_year"]
    assert found[0].said.shape == found[0].expected.shape == (4, RUNS)
    assert found[0].said[:, 0] == pytest.approx([gap(item.end) for item in times], abs=1e-3)
    middles = [gap(time_of(found[1].observed.series, item)) for item in quarters]
    assert np.exp(found[1].said[:, 0]) == pytest.approx(middles, rel=1e-3)


def test_a_time_that_was_learnt_from_is_measured_anew(small_target: Target) -> None:
    target = known(exact(small_target), 0.5, 0.8)
    missed = off_by(target, np.array([0.0, 0, 1, 0, 0, 0, 0]))  # that of 2022 by one
    (item,) = expect(missed, central(missed), {"gap": [Span(2022, 2022), Span(2022.25, 2022.25)]}, 1)
    errors = item.expected - item.said
    assert errors[0] == pytest.approx(1, abs=1e-4)
    # Between 2022 and 2024, where nothing is missed: a bridge of a process that fades with its persistence.
    near, far, whole = 0.8**0.25, 0.8**1.75, 0.8**2
    share = (near - far * whole) / (1 - whole**2)
    assert errors[1].mean() == pytest.approx(share, abs=0.02)


def test_years_are_projected_as_if_they_were_asked_for(small_target: Target) -> None:
    target = known(small_target, 0.5, 0.5)
    years = {(item.series, item.year): item for item in project(target, central(target), seed=1)}
    (item,) = expect(target, central(target), {"gap": [Span(2026, 2026), Span(2027, 2027)]}, 1)
    for year, said, expected in zip((2025, 2026), item.said, item.expected, strict=True):
        assert years["gap", year].said.p50 == np.median(said)
        assert years["gap", year].expected.p95 == np.quantile(expected, 0.95)


def with_series(target: Target, **changes: object) -> Target:
    """The same target whose first series is read otherwise."""
    first, *others = target.observed.series
    changed = replace(first, series=first.series.model_copy(update=changes))
    return target.with_observed(replace(target.observed, series=(changed, *others)))


@pytest.mark.parametrize("course", ["maximum", "record"])
def test_what_never_falls_stays_between_what_was_published(small_target: Target, course: str) -> None:
    target = with_series(known(small_target, 3.0, 0.5), course=course, points=rising())
    times = [Span(at, at) for at in (2017.0, 2019.0, 2020.0, 2023.5, 2025.0, 2030.0)]
    (item,) = expect(target, central(target), {"gap": times}, 1)
    ends = [(None, 18.0), (18.0, 20.0), (20.0, 22.0), (22.0, 24.0), (24.0, None), (24.0, None)]
    for row, (low, high) in zip(item.expected, ends, strict=True):
        assert low is None or row.min() >= low
        assert high is None or row.max() <= high
    if course == "maximum":
        stays = (item.expected[4] == item.expected[4].min()).mean()
        assert stays > 0.1 and (item.expected[5] >= item.expected[4]).all()


def test_a_total_goes_on_by_steps_from_what_was_published(small_target: Target) -> None:
    target = with_series(
        known(small_target, 0.1, 0.5), reading="total", since=2016.0, scale="log", points=rising()
    )
    read = observations(target.observed.history, target.equations.time.saved)
    target = target.with_observed(read)
    times = [Span(2016, at) for at in (2024.0, 2026.0, 2025.0, 2021.0)]
    (item,) = expect(target, central(target), {"gap": times}, 1)
    now, later, soon, past = np.exp(item.expected)
    assert now == pytest.approx(np.full(RUNS, 24.0))
    assert (soon > 24).all() and (later > soon).all()
    assert (past >= 20).all() and (past <= 22 * (1 + 1e-9)).all()


def rising() -> tuple[HistoryPoint, ...]:
    return tuple(point(year, value) for year, value in ((2018, 18), (2020, 20), (2022, 22), (2024, 24)))
