"""The component in Node gives the numbers of the program, for whatever its links say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import numpy as np
import pytest

from twintrack.errors import InputError
from twintrack.hands_on.links import read_link
from twintrack.model import Model
from twintrack.runs.single import run_strategy

if TYPE_CHECKING:
    from conftest import Component

pytestmark = pytest.mark.slow

CASES = 30
CLOSE = 1e-9
"""Largest difference, as a share of the series' scale."""
EQUAL_CLOSE = 1e-6
"""The same at equal cost: a factor counts as found when cost is equal to 1e-9."""


def _link(model: Model, rng: np.random.Generator, *, equal: bool) -> str:
    """Make a link at random: a strategy or a mix, levers with and without dates, a scenario, beliefs."""
    plain = [name for name in model.strategies if model.strategy(name).switch is None]
    mixed = rng.random() < 0.3
    first, second = rng.choice(plain, 2, replace=False)
    pairs = [("s", first if mixed else str(rng.choice(model.strategies)))]
    if mixed:
        pairs.append(("x", f"{second}={rng.integers(0, 101) / 100}"))
    pairs.append(("c", str(rng.choice(model.scenarios))))
    pairs.append(("h", str(rng.choice(["representative", "central"]))))
    for name in rng.choice(list(model.levers), 4, replace=False):
        lever = model.levers[name]
        first, second = (float(value) for value in rng.uniform(lever.low, lever.high, 2))
        start = 2026 + int(rng.integers(0, 40)) / 4
        dated = f"{first},{start},{rng.choice([0, 0.5, 2])},{rng.choice(['-', str(start + 2.25)])}"
        knots = f"{start}:{first};{start + 1.3}:{second}"
        pairs.append(("l", f"{name}={rng.choice([str(first), dated, knots])}"))
    for name in rng.choice(list(model.world), 2, replace=False):
        entry = model.world[name]
        pairs.append(("w", f"{name}={rng.uniform(entry.low, entry.high)}"))
    return urlencode([*pairs, *([("b", "equal")] if equal else [])])


def _expected(model: Model, link: str) -> list[np.ndarray]:
    shown = read_link(model, link)
    run = run_strategy(
        model,
        shown.strategy,
        shown.scenario,
        world=shown.world,
        representative=shown.home == "representative",
    )
    return [run[name] for name in model.catalogue.ordered_outcomes]


def _differences(found: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Give the largest difference of each series as a share of its scale."""
    scale = np.maximum(np.abs(expected).max(axis=-1), 1e-300)
    return np.abs(found - expected).max(axis=-1) / scale


def test_random_links_give_the_numbers_of_single_runs(model: Model, component: Component) -> None:
    rng = np.random.default_rng(19)
    links = [_link(model, rng, equal=False) for _ in range(CASES)]
    expected = np.array([_expected(model, link) for link in links])
    found = component.runs(links, model.catalogue.ordered_outcomes)
    assert _differences(found, expected).max() < CLOSE


def test_node_computes_the_bits_that_the_description_tells(component: Component) -> None:
    assert component.ask(check=True) == {"same": True}


def test_equal_cost_is_found_in_the_one_world(model: Model, component: Component) -> None:
    rng, links, expected = np.random.default_rng(7), [], []
    while len(links) < 3:
        link = _link(model, rng, equal=True)
        try:
            expected.append(_expected(model, link))
        except InputError:  # no factor makes the cost equal
            continue
        links.append(link)
    found = component.runs(links, model.catalogue.ordered_outcomes)
    assert _differences(found, np.array(expected)).max() < EQUAL_CLOSE


@pytest.mark.parametrize(
    ("link", "close"),
    [
        ("s=catchup_explore_open&c=leader_explores&l=failure_tolerance=0.8,2028,1,2033", CLOSE),
        ("s=explore_open&b=equal", EQUAL_CLOSE),
        ("s=explore_open&b=equal&l=catchup_share=0.4", EQUAL_CLOSE),  # goes on from the factors before
    ],
)
def test_many_worlds_are_those_of_an_ensemble(
    link: str, close: float, model: Model, component: Component
) -> None:
    shown, outputs = read_link(model, link), list(model.headline)
    from twintrack.runs.experiment import Experiment

    base = replace(model.strategy("baseline"), name="base")
    results = Experiment(
        {"mine": shown.strategy, "base": base},
        (shown.scenario,),
        200,
        seed=1,
        outputs=outputs,
        times="all",
        world=shown.world,
        model=model,
    ).dataset()
    found, factors = component.worlds(link, outputs)
    for place, name in enumerate(outputs):
        wanted = results[name].isel(scenario=0).transpose("strategy", "world", "time").to_numpy()
        shape = found[place].transpose(0, 2, 1)
        assert (np.isnan(shape) == np.isnan(wanted)).all()
        assert np.nanmax(_differences(np.nan_to_num(shape), np.nan_to_num(wanted))) < close, name
    if factors is not None:
        wanted = results["budget_factor"].sel(strategy="mine").isel(scenario=0).to_numpy()
        np.testing.assert_allclose(factors, wanted, rtol=EQUAL_CLOSE)


def test_bands_are_quantiles_of_what_is_finite(component: Component) -> None:
    """Of 1 to 200 worlds, some of which have no number."""
    stream = np.random.default_rng(5)
    for runs in (1, 2, 3, 24, 200):
        values = stream.normal(size=(4, runs)) ** 3
        values[stream.random(values.shape) < 0.1] = np.nan
        values[2] = np.nan
        sent = [None if np.isnan(value) else value for value in values.ravel()]
        low, high = component.ask(bands={"values": sent, "runs": runs})["bands"]
        for row, own in enumerate(values):
            finite = own[np.isfinite(own)]
            expected = np.quantile(finite, [0.05, 0.95]) if len(finite) else [np.nan, np.nan]
            told = [np.nan if side[row] is None else side[row] for side in (low, high)]
            np.testing.assert_allclose(told, expected, rtol=1e-12)


def test_a_saved_strategy_is_the_one_on_the_sliders(
    model: Model, component: Component, tmp_path: Path
) -> None:
    rng = np.random.default_rng(3)
    for number in range(12):
        link = _link(model, rng, equal=number % 3 == 0)
        path = tmp_path / f"mine_{number}.yaml"
        path.write_text(component.ask(yaml=link)["yaml"], encoding="utf-8")
        read, shown = model.strategy(str(path)), read_link(model, link).strategy
        assert (read.budget, read.unscaled) == (shown.budget, shown.unscaled)
        times = model.equations.time.times
        for name in model.levers:
            np.testing.assert_allclose(read.paths[name].at(times), shown.paths[name].at(times), rtol=1e-12)
        assert (read.switch is None) == (shown.switch is None)


def test_a_link_says_all_that_is_set(model: Model, component: Component) -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        told = component.ask(read=_link(model, rng, equal=False))
        again = component.ask(read=told["again"])
        assert again["dropped"] == told["dropped"] == []
        assert (again["state"], again["again"]) == (told["state"], told["again"])


@pytest.mark.parametrize(
    "hostile",
    [
        "%E0%A4%A",
        "s=__proto__&c=constructor&h=toString&o=__proto__&g=__proto__",
        "l=__proto__=1&w=constructor=1&x=__proto__=0.5",
        "l=catchup_share=1e999&l=catchup_share=NaN&l=failure_tolerance=",
        "l=catchup_share=0.5,1999,1,-&l=failure_tolerance=2026:0.5;2025:0.5",
        "p=s%3D<script>alert(1)</script>",
        "v=99",
        "m=0123456789ab",
        "h=999999&y=2026.5&k=a b",
        "s=" + "a" * 10_000_000,
    ],
    ids=lambda text: text[:20],
)
def test_hostile_links_are_left_out_with_a_notice(hostile: str, component: Component) -> None:
    plain, told = component.ask(read=""), component.ask(read=hostile)
    assert told["dropped"] or hostile == "%E0%A4%A"
    assert {**told["state"], "p": []} == {**plain["state"], "p": []}
    assert all(pin == {"s": "baseline", "x": None, "b": "own", "l": {}} for pin in told["state"]["p"])
