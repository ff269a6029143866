from itertools import pairwise

import numpy as np
import pytest

from twintrack.inputs.paths import Knot, TimePath, weighted_mean

GRID = np.arange(2016, 2040.01, 0.125)
LEVEL = TimePath.constant(0.8)


def random_knots(seed: int, count: int = 6) -> list[Knot]:
    """Knots at whole years, some of them at one time, with values of all sizes."""
    draw = np.random.default_rng(seed)
    times = np.sort(draw.integers(2016, 2041, draw.integers(1, count + 1))).astype(float)
    values = draw.normal(size=len(times)) * 10.0 ** draw.integers(-6, 7, len(times))
    return list(zip(times.tolist(), values.tolist(), strict=True))


def random_path(seed: int) -> TimePath:
    return TimePath.through(random_knots(seed))


seeds = pytest.mark.parametrize("seed", range(25))


def test_a_ramp_leaves_the_past_alone_and_ends_at_its_value() -> None:
    path = LEVEL.ramp_to(0.6, 2026, 2)

    np.testing.assert_allclose(path.at([2016, 2026, 2027, 2028, 2040]), [0.8, 0.8, 0.7, 0.6, 0.6])
    assert path.at(GRID).shape == GRID.shape


def test_a_ramp_starts_where_a_moving_parent_is() -> None:
    parent = LEVEL.then([(2024, 0.8), (2030, 0.2)])

    path = parent.ramp_to(0.9, 2026, 2)

    np.testing.assert_allclose(path.at([2025, 2026, 2027, 2028, 2030]), [0.7, 0.6, 0.75, 0.9, 0.9])


def test_a_ramp_of_no_years_is_a_step() -> None:
    path = LEVEL.ramp_to(0.6, 2026, 0)

    assert path.before(2026) == 0.8
    assert path.at(2026) == 0.6


def test_dated_values_follow_the_parent_until_the_first_date() -> None:
    parent = LEVEL.ramp_to(0.6, 2026, 2)

    path = parent.then([(2027, 0.5), (2029, 0.4)])

    np.testing.assert_allclose(
        path.at([2026, 2026.5, 2027, 2028, 2029, 2035]), [0.8, 0.75, 0.5, 0.45, 0.4, 0.4]
    )
    assert path.before(2027) == 0.7


def test_a_value_from_the_earliest_date_on_is_a_constant() -> None:
    assert LEVEL.then([(2016, 0.5)]) == TimePath.constant(0.5)


def test_knots_that_change_nothing_are_left_out() -> None:
    knots = [(2018, 1), (2020, 1), (2021, 2), (2022, 2), (2023, 2), (2024, 3), (2025, 3)]

    assert TimePath.through(knots).knots == ((2020, 1), (2021, 2), (2023, 2), (2024, 3))
    assert TimePath.through([(2020, 1), (2021, 1)]).is_constant
    assert LEVEL.ramp_to(0.8, 2026, 2) == LEVEL


@seeds
def test_a_path_passes_through_its_knots_exactly(seed: int) -> None:
    found = random_knots(seed)
    path = TimePath.through(found)

    last = dict(found)
    assert [float(path.at(time)) for time in last] == list(last.values())
    first = {time: value for time, value in reversed(found)}
    earliest = found[0][0]
    assert path.before(earliest) == first[earliest]


@seeds
def test_evaluating_one_by_one_and_at_once_agree(seed: int) -> None:
    path = random_path(seed)

    assert path.at(GRID).tolist() == [float(path.at(time)) for time in GRID]


@seeds
def test_means_over_steps_keep_the_whole_of_a_path(seed: int) -> None:
    path, times = random_path(seed), 2016 + np.sort(np.random.default_rng(seed).uniform(0, 24, 40))

    means = path.over_steps(times)

    pieces = np.union1d(times, [time for time in path.times if times[0] < time < times[-1]])
    ends = [(float(path.at(begin)), path.before(end)) for begin, end in pairwise(pieces)]
    whole = np.mean(ends, axis=1) @ np.diff(pieces)
    scale = max(abs(value) for value in path.values)
    assert means[:-1] @ np.diff(times) == pytest.approx(whole, rel=1e-9, abs=1e-9 * scale)
    assert means[-1] == path.at(times[-1])
    slow = [np.mean(path.at(np.linspace(begin, end, 2001))) for begin, end in pairwise(times[:5])]
    np.testing.assert_allclose(means[:4], slow, rtol=1e-3, atol=1e-3 * scale)


def test_a_pulse_between_two_times_is_spread_over_the_step() -> None:
    pulse = TimePath.through([(2030.25, 0), (2030.25, 8), (2030.375, 8), (2030.375, 0)])

    assert pulse.at([2030, 2031]).tolist() == [0, 0]
    assert pulse.over_steps([2029, 2030, 2031]).tolist() == [0, 1, 0]


@seeds
def test_where_nothing_moves_the_mean_is_the_value_itself(seed: int) -> None:
    value = float(np.random.default_rng(seed).normal())

    steady = LEVEL.then([(2030.01, value), (2030.02, value), (2030.03, value)])

    assert set(TimePath.constant(value).over_steps(np.linspace(2016, 2040, 101)).tolist()) == {value}
    assert set(steady.over_steps(np.linspace(2030.02, 2040, 101)).tolist()) == {value}


@seeds
def test_a_mix_is_the_weighted_mean_at_every_time(seed: int) -> None:
    one, other, weight = random_path(seed), random_path(seed + 1000), seed / 24

    mix = weighted_mean([one, other], [weight, 1 - weight])

    expected = weight * one.at(GRID) + (1 - weight) * other.at(GRID)
    np.testing.assert_allclose(mix.at(GRID), expected, rtol=1e-9, atol=1e-6)


@seeds
def test_a_mix_of_equal_paths_is_that_path(seed: int) -> None:
    path = random_path(seed)

    assert weighted_mean([path, path], [seed / 24, 1 - seed / 24]) == path


def test_a_mix_does_not_leave_the_range_of_its_members() -> None:
    # 0.7 * 0.8 + 0.3 * 0.8 is a little more than 0.8 in binary arithmetic.
    one, other = LEVEL, LEVEL.then([(2030, 0.2)])

    mix = weighted_mean([one, other], [0.7, 0.3])

    assert mix.at(2020) == 0.8


def test_a_path_goes_over_to_another() -> None:
    one = TimePath.through([(2020.0, 10.0), (2030.0, 20.0)])
    other = TimePath.through([(2024.0, 0.0), (2028.0, 40.0), (2028.0, 50.0), (2036.0, 60.0)])
    found = one.over_to(other, 2026.0, 4.0)

    assert found.at([2016, 2025, 2026]).tolist() == [10, 15, 16]
    assert (found.before(2028), float(found.at(2028))) == (29, 34)
    assert found.at([2030, 2033, 2036, 2040]).tolist() == other.at([2030, 2033, 2036, 2040]).tolist()
    assert found.at(2027) == (16 + 29) / 2


def test_a_path_goes_over_at_once_or_not_at_all() -> None:
    one, other = TimePath.constant(1.0), TimePath.through([(2020.0, 2.0), (2030.0, 4.0)])

    step = one.over_to(other, 2025.0, 0.0)
    assert (step.before(2025), float(step.at(2025)), float(step.at(2035))) == (1, 3, 4)
    assert one.over_to(one, 2025.0, 2.0) is one
    assert other.over_to(one, 2016.0, 0.0) == one


def test_the_way_over_ends_with_the_last_date() -> None:
    found = TimePath.constant(0.0).over_to(TimePath.constant(1.0), 2039.0, 4.0)

    assert found.knots == ((2039.0, 0.0), (2040.0, 0.25))


@seeds
def test_one_time_alone_gives_the_same_bits_as_among_others(seed: int) -> None:
    path = random_path(seed)
    times = np.union1d(GRID, [*path.times, 1990.0, 2060.0])
    assert [path.value(time) for time in times.tolist()] == path.at(times).tolist()
    before = [float(path.at(np.nextafter(time, -np.inf))) for time in times]
    rounding = 1e-9 * max(map(abs, path.values))
    np.testing.assert_allclose([path.before(time) for time in times.tolist()], before, rtol=0, atol=rounding)


@seeds
def test_paths_that_differ_before_a_time_do_not_agree_until_it(seed: int) -> None:
    path = random_path(seed)
    other = path.then([(2030.0, path.before(2030.0)), (2030.0, path.value(2030.0) + 1)])
    assert path.agrees_until(2030.0, other)
    assert not path.agrees_until(2030.5, other)
