"""Links that are held: nothing changes until they are; a held run follows by hand; so do own paths."""

from __future__ import annotations

import numpy as np
import pytest

from twintrack.engines.numpy.engine import NumpyEngine
from twintrack.equations import Equations, load_equations
from twintrack.equations.holding import Link, every_step, with_links

MODEL = """{UTF-8}
place: near, far
	~	~	|
pull=
	0.5
	~	1/Year
	~	|
weight[place]=
	2, 3
	~	Dmnl
	~	|
level[place]=
	INTEG(flow[place], weight[place])
	~	Dmnl
	~	|
flow[place]=
	-pull*level[place]+0.1*SUM(level[place!])
	~	1/Year
	~	|
smoothed=
	SMOOTH(level[near], 2)
	~	Dmnl
	~	|
FINAL TIME=
	4
	~	Year
	~	|
INITIAL TIME=
	0
	~	Year
	~	|
SAVEPER=
	1
	~	Year
	~	|
TIME STEP=
	0.25
	~	Year
	~	|
"""
INNER, SLOW = Link("level", "flow"), Link("level", "smoothed")
STEPS = 16


@pytest.fixture(scope="module")
def equations(tmp_path_factory: pytest.TempPathFactory) -> Equations:
    path = tmp_path_factory.mktemp("held") / "model.mdl"
    path.write_text(MODEL, encoding="utf-8")
    return load_equations(path)


def by_hand(pull: float, held: np.ndarray | None = None) -> np.ndarray:
    """Give level at every step, shape (steps + 1, places); the link to the flow sees `held` for near."""
    level = np.empty((STEPS + 1, 2))
    level[0] = 2, 3
    for step in range(STEPS):
        seen = level[step].copy()
        if held is not None:
            seen[0] = held[step]
        level[step + 1] = level[step] + 0.25 * (-pull * seen + 0.1 * seen.sum())
    return level


def test_nothing_changes_until_a_link_is_held(equations: Equations) -> None:
    held = with_links(equations, [INNER, SLOW])

    plain, same = (NumpyEngine(item).run({}, {}) for item in (equations, held))

    assert set(plain) == set(same), "what holds links is none of the outputs"
    for name, values in plain.items():
        np.testing.assert_array_equal(values, same[name], err_msg=name)
    assert held.hash != equations.hash


def test_an_effect_sees_what_it_is_given_and_everything_else_the_cause(equations: Equations) -> None:
    held = with_links(equations, [INNER, SLOW])
    other = every_step(held)
    before = by_hand(0.5)[:, 0]
    path = np.stack([before, np.full(STEPS + 1, 99.0)], axis=1)

    found = NumpyEngine(other).run(
        {"pull": 1.0, INNER.share: np.array([1.0, 0.0])}, {INNER.path: path}, ["level", "smoothed"]
    )

    expected = by_hand(1.0, before)
    np.testing.assert_allclose(found["level"][..., 0], expected, rtol=1e-12)
    smoothed = [2.0]
    for step in range(STEPS):
        smoothed.append(smoothed[-1] + 0.25 * (expected[step, 0] - smoothed[-1]) / 2)
    np.testing.assert_allclose(found["smoothed"][:, 0], smoothed, rtol=1e-12)


def test_a_link_held_at_its_own_path_changes_nothing_inside_a_stock_of_a_function_too(
    equations: Equations,
) -> None:
    held = with_links(equations, [INNER, SLOW])
    own = NumpyEngine(every_step(equations)).run({}, {}, ["level"])["level"]

    both = {link.share: np.ones(2) for link in (INNER, SLOW)}
    found = NumpyEngine(held).run(both, {link.path: own for link in (INNER, SLOW)})

    for name, values in NumpyEngine(equations).run({}, {}).items():
        np.testing.assert_allclose(found[name], values, rtol=1e-12, err_msg=name)
    still = NumpyEngine(held).run({SLOW.share: np.ones(2)}, {SLOW.path: np.ones((STEPS + 1, 2))})
    expected = 1 + (2 - 1) * (1 - 0.125) ** np.arange(0, STEPS + 1, 4)
    np.testing.assert_allclose(still["smoothed"][:, 0], expected, rtol=1e-12)
