"""Scores of a projection, against formulas that are written otherwise and numbers worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from projection_helpers import DRAWS, LEVELS, PAST, observation, reading, registered, series

from twintrack.calibration.registered import QUANTILES, ProjectedSeries
from twintrack.calibration.rivals import RULES
from twintrack.calibration.score import PointScore, mean_of, score, uncovered
from twintrack.inputs.moments import Span, read_date, read_period

EXACT = {"rel": 1e-12, "abs": 1e-12}


def scored(value: float, one: ProjectedSeries | None = None) -> PointScore:
    one = one or series()
    (found,) = score(registered(cost=one), [observation(value, of=one)]).series
    (point,) = found.points
    return point


def pinball(levels: Sequence[float], observed: float) -> float:
    """The sum of quantile losses: two of them, times 2 / a, are an interval score."""
    return sum(
        (level - (observed < quantile)) * (observed - quantile)
        for quantile, level in zip(levels, QUANTILES.values(), strict=True)
    )


def integrated(draws: Sequence[float], observed: float) -> float:
    """The CRPS as the integral of (F(x) - 1{x >= y})^2, piece by piece between the steps of F."""
    steps = sorted([*draws, observed])
    total = 0.0
    for left, right in pairwise(steps):
        below = sum(draw <= left for draw in draws) / len(draws)
        total += (right - left) * (below - (left >= observed)) ** 2
    return total


@pytest.mark.parametrize("value", [10.0, 30.0, 60.0, 100.0, 139.0, 1000.0])
@pytest.mark.parametrize("scale", ["log", "linear"])
def test_scores_are_those_of_other_formulas(value: float, scale: str) -> None:
    point = scored(value, series(scale=scale))
    carried = math.log if scale == "log" else float
    observed, levels = carried(value), [carried(level) for level in LEVELS]
    assert point.wis == pytest.approx(2 * pinball(levels, observed) / 7, **EXACT)
    assert point.crps == pytest.approx(integrated([carried(draw) for draw in DRAWS], observed), **EXACT)
    for level, ends, found in ((0.5, (2, 4), point.interval_50), (0.9, (0, 6), point.interval_90)):
        low, high = (levels[end] for end in ends)
        losses = (1 - level) / 2 * max(observed - low, 0) + (1 + level) / 2 * max(low - observed, 0)
        losses += (1 + level) / 2 * max(observed - high, 0) + (1 - level) / 2 * max(high - observed, 0)
        assert found == pytest.approx(2 / (1 - level) * losses, **EXACT)
    assert point.error == pytest.approx(observed - levels[3], **EXACT)


def test_an_example_by_hand() -> None:
    plain = series(scale="linear")
    inside, beyond = scored(100.0, plain), scored(190.0, plain)
    assert (inside.inside_50, inside.inside_90) == (False, True)
    assert (beyond.inside_50, beyond.inside_90) == (False, False)
    # 90 - 40, and 2 / 0.5 times the 10 beyond the upper end; 180 - 20, the 10 beyond it times 2 / 0.1.
    assert inside.interval_50 == pytest.approx(50 + 4 * 10, **EXACT)
    assert inside.interval_90 == pytest.approx(160, **EXACT)
    assert beyond.interval_90 == pytest.approx(160 + 20 * 10, **EXACT)
    # 40 / 2 + 0.25 * 90 + 0.1 * 115 + 0.05 * 160, over three and a half.
    assert inside.wis == pytest.approx((20 + 22.5 + 11.5 + 8) / 3.5, **EXACT)
    # Mean distance to 100: (70 + 55 + 30 + 50) / 4; between draws: 2 (15 + 40 + 120 + 25 + 105 + 80) / 16.
    assert inside.crps == pytest.approx(51.25 - 48.125 / 2, **EXACT)
    assert (inside.error, inside.below) == (40, 0.75)


def test_the_ends_of_a_band_belong_to_it() -> None:
    assert [scored(level).inside_50 for level in LEVELS] == [False, False, True, True, True, False, False]
    assert all(scored(level).inside_90 for level in LEVELS)
    assert not scored(LEVELS[0] * (1 - 1e-9)).inside_90 and not scored(LEVELS[-1] * (1 + 1e-9)).inside_90


def test_rivals_go_on_from_the_past() -> None:
    point = scored(100.0)
    growth = math.log(50 / 20)
    logs = [math.log(value) for value in (10, 20, 50)]
    slope, level = np.polyfit([2023, 2024, 2025], logs, 1)
    assert point.rivals["last"] == pytest.approx(math.log(100 / 50), **EXACT)
    assert point.rivals["growth"] == pytest.approx(math.log(100 / 50) - growth, **EXACT)
    assert point.rivals["trend"] == pytest.approx(math.log(100) - (slope * 2026 + level), abs=1e-9)


def test_rivals_know_only_what_was_before() -> None:
    early = series(PAST, reading(Span(2024.5, 2024.5)))
    row = observation(30.0, read_date("2024.5"), of=early)
    (found,) = score(registered(cost=early), [row]).series
    assert found.points[0].rivals["last"] == pytest.approx(math.log(30 / 20), **EXACT)
    assert set(scored(100.0, series({})).rivals.values()) == {None}
    (alone,) = {*scored(100.0, series({2024.0: 80.0})).rivals.values()}
    assert alone == pytest.approx(math.log(100 / 80), **EXACT)


def test_publishers_of_one_time_are_one_point_of_the_past() -> None:
    twice = (*series().past, *series({2025.0: 60.0}).past)
    point = scored(100.0, series().model_copy(update={"past": twice}))
    assert point.rivals["last"] == pytest.approx(math.log(100) - math.log(50 * 60) / 2, **EXACT)


def test_a_mean_goes_on_to_the_middle_of_its_window() -> None:
    yearly = series({2023.5: 10.0, 2024.5: 20.0}, reading(Span(2025, 2026)), reading="mean", window=1.0)
    assert scored(50.0, yearly).rivals["growth"] == pytest.approx(math.log(50 / 40), **EXACT)


def test_means_are_taken_by_series_and_by_scale() -> None:
    months = series(scale="linear", unit="months")
    shares = series(
        {2024.0: 0.2},
        reading(Span(2026, 2026), [value / 200 for value in LEVELS], (0.2, 0.4)),
        scale="logit",
        unit="1",
    )
    projection = registered(cost=series(), other=series({2024.0: 80.0}), lag=months, share=shares)
    rows = [
        observation(30.0), observation(100.0), observation(130.0, name="other"),
        observation(100.0, name="lag", of=months), observation(0.3, name="share", of=shares),
    ]  # fmt: skip
    found = score(projection, rows)
    assert [(item.name, item.measured_in) for item in found.series] == [
        ("cost", "log"), ("other", "log"), ("lag", "linear, months"), ("share", "logit"),
    ]  # fmt: skip
    together = found.together()
    assert {kind: mean.points for kind, mean in together.items()} == {
        "log": 3,
        "linear, months": 1,
        "logit": 1,
    }
    logs = [point for item in found.series[:2] for point in item.points]
    for name in ("interval_50", "interval_90", "wis", "crps"):
        mean = np.mean([getattr(point, name) for point in logs])
        assert getattr(together["log"], name) == pytest.approx(mean, **EXACT)
    errors = [math.log(30 / 60), math.log(100 / 60), math.log(130 / 60)]
    assert together["log"].bias == pytest.approx(np.mean(errors), **EXACT)
    assert together["log"].error == pytest.approx(np.mean(np.abs(errors)), **EXACT)
    assert (together["log"].inside_50, together["log"].inside_90) == (0, 3)
    assert found.series[0].mean == mean_of(found.series[0].points)
    assert together["log"].rivals["last"] == pytest.approx(
        np.mean(np.abs(np.log([30 / 50, 100 / 50, 130 / 80]))), **EXACT
    )


def test_contests_are_counted_by_series() -> None:
    near, far = series({2024.0: 99.0, 2025.0: 99.0}), series({2024.0: 9.0, 2025.0: 9.0})
    several = {"near": near, "far": far, "as_far": far, "none": series({})}
    found = score(registered(**several), [observation(100.0, name=name) for name in several])
    for rival in RULES:
        assert asdict(found.contests()[rival]) == {"series": 3, "closer": 2}
    assert found.series[3].mean is not None and found.series[3].mean.rivals["trend"] is None
    assert found.together()["log"].rivals["trend"] is None, "not from some of the points only"


def test_a_bound_is_told_apart() -> None:
    bound = series(bound="upper")
    found = score(
        registered(cost=series(), most=bound), [observation(100.0), observation(50.0, name="most", of=bound)]
    )
    assert [item.name for item in found.bounds] == ["most"] and [item.name for item in found.scored] == [
        "cost"
    ]
    assert found.series[1].mean is None and found.series[1].points[0].below == 0.5
    assert found.together()["log"].points == 1
    assert found.contests()["trend"].series == 1


def test_what_is_not_covered_is_told_with_what_is() -> None:
    quarter = series({}, reading(Span(2025, 2026)), reading(Span(2025.75, 2026)), reading="mean", window=1.0)
    projection = registered(cost=series(), rate=quarter, none=series().model_copy(update={"projected": ()}))
    rows = [
        observation(1.0, read_period("2025Q3")),
        observation(1.0, read_date("2025-12-31")),
        observation(1.0, read_period("2025Q3"), "rate", quarter),
        observation(1.0, read_period("2025Q4"), "rate", quarter),
        observation(1.0, name="none"),
    ]
    assert [str(fault) for fault in uncovered(projection, rows, "seen.csv")] == [
        "seen.csv:2: cost is not projected at 2025.75 (2025Q3); it is at 2026",
        "seen.csv:2: rate is not projected mean of 2025.5 to 2025.75 (2025Q3);"
        " it is mean of 2025 to 2026, mean of 2025.75 to 2026",
        "seen.csv:2: none is not projected at 2026 (2025); it is at no time",
    ]


def in_another_unit(one: ProjectedSeries, factor: float) -> ProjectedSeries:
    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: turned(item) for key, item in value.items()}
        return [turned(item) for item in value] if isinstance(value, list | tuple) else factor * value

    past = [{"time": point.time, "value": factor * point.value} for point in one.past]
    projected = [
        {
            **item.model_dump(),
            "quantiles": turned(item.quantiles.model_dump()),
            "draws": tuple(turned(item.draws)),
        }
        for item in one.projected
    ]
    return ProjectedSeries(**{**one.model_dump(), "past": tuple(past), "projected": tuple(projected)})


@pytest.mark.parametrize("seed", range(40))
def test_a_change_of_unit_changes_no_score(seed: int) -> None:
    """Those of plain numbers, which have the unit of the series, change as the numbers do."""
    stream = np.random.default_rng(seed)
    levels, draws = sorted(stream.lognormal(size=7)), stream.lognormal(size=stream.integers(1, 9))
    past = dict(enumerate(stream.lognormal(size=stream.integers(0, 4)).tolist(), 2020))
    observed, factor = float(stream.lognormal()), float(10 ** stream.uniform(-6, 6))
    for scale, grown in (("log", 1.0), ("linear", factor)):
        one = series(past, reading(Span(2026, 2026), levels, draws.tolist()), scale=scale)
        found = score(registered(cost=one), [observation(observed)])
        other = score(registered(cost=in_another_unit(one, factor)), [observation(factor * observed)])
        assert other.contests() == found.contests()
        (before,), (after,) = found.together().values(), other.together().values()
        assert (after.inside_50, after.inside_90) == (before.inside_50, before.inside_90)
        for name in ("interval_50", "interval_90", "wis", "crps", "error", "bias"):
            wanted = pytest.approx(grown * getattr(before, name), rel=1e-9, abs=grown * 1e-12)
            assert getattr(after, name) == wanted, (scale, name)
        for rival, error in before.rivals.items():
            wanted = error if error is None else pytest.approx(grown * error, rel=1e-9, abs=grown * 1e-12)
            assert after.rivals[rival] == wanted, (scale, rival)
