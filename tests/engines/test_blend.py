"""Series that move towards second values while the model runs, as far as a stock says."""

from __future__ import annotations

import numpy as np
import pytest
from engine_helpers import EngineOf

from twintrack.engines import BatchEngine, Blend, NativeEngine, NumpyEngine
from twintrack.errors import InputError

STEP = 0.25
TIMES = np.arange(17) * STEP
MODEL = """
speed = 1 ~ Dmnl ~ |
threshold = 1 ~ Dmnl ~ |
pull[side] = 1, 2 ~ Dmnl ~ |
side: left, right ~ ~ |
road = INTEG(speed, 0) ~ Dmnl ~ |
share = INTEG(IF THEN ELSE(road>=threshold :AND: share<1, 1, 0), 0) ~ Dmnl ~ |
reach = 2*speed ~ Dmnl ~ |
load[side] = INTEG(pull[side], 0) ~ Dmnl ~ |
rest = INTEG(0, 3) ~ Dmnl ~ |
flow share = 1-share ~ Dmnl ~ |
"""


def by_hand(first: np.ndarray, second: np.ndarray, threshold: float) -> tuple[np.ndarray, ...]:
    """Step through the model by Euler's method; give the speed used, the road and the share."""
    road = share = 0.0
    rows = []
    for one, other in zip(first, second, strict=True):
        used = one + share * (other - one)
        rows.append((used, road, share))
        road, share = road + STEP * used, share + STEP * (road >= threshold and share < 1)
    return tuple(np.array(rows).T)


def engine(engine_for: EngineOf) -> BatchEngine:
    built = engine_for(MODEL)
    assert isinstance(built, NativeEngine | NumpyEngine)
    return built


def test_a_series_follows_the_stock_from_its_first_to_its_second_values(engine_for: EngineOf) -> None:
    first, second = 1 + TIMES, 10 - TIMES
    used, road, share = by_hand(first, second, 1.0)
    found = engine(engine_for).run(
        {}, {"speed": first}, ["speed", "road", "share", "reach"], blend=Blend("share", {"speed": second})
    )
    assert share[0] == 0 and share[-1] == 1
    for name, expected in (("speed", used), ("road", road), ("share", share), ("reach", 2 * used)):
        np.testing.assert_allclose(found[name][:, 0], expected[::2], rtol=1e-14, err_msg=name)


def test_an_output_needs_neither_the_stock_nor_the_series(engine_for: EngineOf) -> None:
    used, road, _ = by_hand(1 + TIMES, 10 - TIMES, 1.0)
    tool, blend = engine(engine_for), Blend("share", {"speed": 10 - TIMES})
    alone = tool.run({}, {"speed": 1 + TIMES}, ["road"], blend=blend)
    assert list(alone) == ["road"]
    np.testing.assert_allclose(alone["road"][:, 0], road[::2], rtol=1e-14)
    speed = tool.run({}, {"speed": 1 + TIMES}, ["speed"], blend=blend)
    assert list(speed) == ["speed"]
    np.testing.assert_allclose(speed["speed"][:, 0], used[::2], rtol=1e-14)


def test_every_run_moves_at_its_own_time(engine_for: EngineOf) -> None:
    """Runs that differ in the threshold, in the first or in the second values equal runs made alone."""
    random = np.random.default_rng(5)
    thresholds = np.array([0.5, 2.0, 4.0, 6.0, 40.0])
    first, second = random.uniform(1, 3, (17, 5)), random.uniform(2, 9, (17, 5))
    outputs = ["speed", "road", "share"]
    tool = engine(engine_for)
    for given, other in ((first, second), (first[:, 0], second), (first, second[:, 0])):
        together = tool.run(
            {"threshold": thresholds},
            {"speed": given},
            outputs,
            runs=5,
            blend=Blend("share", {"speed": other}),
        )
        for run in range(5):
            one = np.broadcast_to(given.T, (5, 17))[run]
            two = np.broadcast_to(other.T, (5, 17))[run]
            expected = by_hand(one, two, thresholds[run])
            for name, values in zip(outputs, expected, strict=True):
                np.testing.assert_allclose(together[name][:, run], values[::2], rtol=1e-14, err_msg=name)
    shares = tool.run(
        {"threshold": thresholds},
        {"speed": first},
        ["share"],
        runs=5,
        blend=Blend("share", {"speed": second}),
    )["share"]
    assert len({int((column == 0).sum()) for column in shares.T}) > 2
    assert shares[-1, -1] == 0


def test_elements_move_apart_and_other_series_stay(engine_for: EngineOf) -> None:
    pull, other = np.full((17, 2), [1.0, 2.0]), np.full((17, 2), [5.0, 2.0])
    found = engine(engine_for).run(
        {},
        {"pull": pull, "speed": np.ones(17)},
        ["pull", "speed", "load"],
        blend=Blend("share", {"pull": other}),
    )
    _, _, share = by_hand(np.ones(17), np.ones(17), 1.0)
    np.testing.assert_allclose(found["pull"][:, 0, 0], 1 + 4 * share[::2])
    np.testing.assert_array_equal(found["pull"][:, 1, 0], 2)
    np.testing.assert_array_equal(found["speed"], 1)
    np.testing.assert_allclose(found["load"][-1, 0, 0], STEP * (1 + 4 * share[:-1]).sum())


def test_second_values_that_equal_the_first_change_no_bit(engine_for: EngineOf) -> None:
    random = np.random.default_rng(7)
    path = random.uniform(0, 2, 17)
    tool = engine(engine_for)
    outputs = ["road", "share", "load", "speed"]
    plain = tool.run({}, {"speed": path}, outputs)
    same = tool.run({}, {"speed": path}, outputs, blend=Blend("share", {"speed": path}))
    none = tool.run({}, {"speed": path}, outputs, blend=Blend("share", {}))
    for name in outputs:
        np.testing.assert_array_equal(same[name], plain[name])
        np.testing.assert_array_equal(none[name], plain[name])


def test_runge_kutta_takes_the_share_within_the_step(engine_for: EngineOf) -> None:
    """With dx/dt = x (b - a) + a, x -> the share of a stock that grows at 1 a year: exact to 4th order."""
    text = "speed = 1 ~ Dmnl ~ |\nshare = INTEG(1, 0) ~ Dmnl ~ |\nroad = INTEG(speed, 0) ~ Dmnl ~ |\n"
    equations = engine_for(text).equations
    blend = Blend("share", {"speed": 3 - TIMES})
    road = NumpyEngine(equations, "rk4").run({}, {"speed": 1 + TIMES}, ["road"], blend=blend)["road"][:, 0]
    saved = TIMES[::2]
    # The integral of 1 + t + t (2 - 2 t); Runge and Kutta's rule is exact for polynomials up to degree 3.
    np.testing.assert_allclose(road, saved + 1.5 * saved**2 - 2 / 3 * saved**3, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize(
    ("weight", "told"),
    [
        ("shar", 'did you mean "share"?'),
        ("reach", "reach: cannot weight a blend"),
        ("load", "load: cannot weight a blend"),
        ("rest", "rest: cannot weight a blend"),
        ("flow_share", "flow_share: cannot weight a blend"),
    ],
)
def test_only_a_stock_that_starts_from_zero_can_weight(engine_for: EngineOf, weight: str, told: str) -> None:
    with pytest.raises(InputError, match=r"load|share|rest|reach") as raised:
        engine(engine_for).run({}, {"speed": TIMES}, blend=Blend(weight, {"speed": TIMES}))
    assert told in str(raised.value)


def test_faults_of_second_values_are_told(engine_for: EngineOf) -> None:
    with pytest.raises(InputError) as raised:
        engine(engine_for).run(
            {"share": 0.0}, {"speed": TIMES}, blend=Blend("share", {"speed": TIMES[1:], "threshold": TIMES})
        )
    text = str(raised.value)
    assert "threshold: has second values, but is no series" in text
    assert "share: cannot weight a blend" in text
    assert "speed: has shape (16,); (17,)" in text


def test_a_model_may_be_run_with_and_without_second_values(engine_for: EngineOf) -> None:
    """What is compiled for one is not taken for the other."""
    tool = engine(engine_for)
    plain = tool.run({}, {"speed": 1 + TIMES}, ["road"])["road"]
    moved = tool.run({}, {"speed": 1 + TIMES}, ["road"], blend=Blend("share", {"speed": 9 + TIMES}))["road"]
    np.testing.assert_array_equal(tool.run({}, {"speed": 1 + TIMES}, ["road"])["road"], plain)
    assert moved[-1, 0] > plain[-1, 0]
