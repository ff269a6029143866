"""Random functions have the distributions of Vensim's manual, compiled and under NumPy."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from construct_helpers import Table
from scipy import stats

from twintrack.engines import Simulator

pytestmark = pytest.mark.slow

RUNS = 20_000
FREE = "-1e30, 1e30"
LOG = math.sqrt(math.log(1.25))  # of a mean of 2 and a deviation of 1
CONTINUOUS: dict[str, Any] = {
    "RANDOM 0 1()": stats.uniform(),
    "RANDOM UNIFORM(2, 5, 1)": stats.uniform(2, 3),
    f"RANDOM NORMAL({FREE}, 1, 2, 1)": stats.norm(1, 2),
    "RANDOM NORMAL(2, 3, 0, 1, 1)": stats.truncnorm(2, 3),
    "RANDOM NORMAL(-9, -1, 0, 1, 1)": stats.truncnorm(-9, -1),
    f"RANDOM LOGNORMAL({FREE}, 2, 1, 1)": stats.lognorm(LOG, scale=2 / math.sqrt(1.25)),
    f"RANDOM EXPONENTIAL({FREE}, 0, 1, 1)": stats.expon(),
    "RANDOM EXPONENTIAL(1, 4, 0.5, 2, 1)": stats.truncexpon(b=1.5, loc=1, scale=2),
    f"RANDOM WEIBULL({FREE}, 1.7, 0, 3, 1)": stats.weibull_min(1.7, scale=3 / math.gamma(1 + 1 / 1.7)),
    "RANDOM TRIANGULAR(0, 10, 1, 2, 5, 1)": stats.triang(0.25, 1, 4),
    "RANDOM TRIANGULAR(0, 10, 1, 5, 5, 1)": stats.triang(1, 1, 4),
    f"RANDOM GAMMA({FREE}, 2.5, 0, 1, 1)": stats.gamma(2.5),
    f"RANDOM GAMMA({FREE}, 0.5, 3, 2, 1)": stats.expon(3, 2),  # an order below 1 counts as 1
    f"RANDOM LOOKUP(rising, {FREE}, 0, 1, 1)": stats.triang(1, 0, 3),
    "RANDOM LOOKUP(box, 1, 4, 0, 2, 1)": stats.uniform(2, 2),  # from 1 to 4, of which the box begins at 2
    "RANDOM BETA(0, 1, 2, 3, 0, 1, 1)": stats.beta(2, 3),
    "RANDOM BETA(-9, 9, 0.4, 0.7, 1, 2, 1)": stats.beta(0.4, 0.7, 1, 2),
}
COUNTS: dict[str, Any] = {
    f"RANDOM POISSON({FREE}, 3.3, 0, 1, 1)": stats.poisson(3.3),
    f"RANDOM POISSON({FREE}, 40, 0, 1, 1)": stats.poisson(40),
    f"RANDOM BINOMIAL({FREE}, 0.3, 12, 0, 1, 1)": stats.binom(12, 0.3),
    f"RANDOM BINOMIAL({FREE}, 0.8, 100, 0, 1, 1)": stats.binom(100, 0.8),
    f"RANDOM NEGATIVE BINOMIAL({FREE}, 0.3, 4, 0, 1, 1)": stats.nbinom(4, 0.3, loc=4),
    f"RANDOM NEGATIVE BINOMIAL({FREE}, 0.05, 7, 0, 1, 1)": stats.nbinom(7, 0.05, loc=7),
}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    """Gives many numbers of each function, by its text."""
    functions = [*CONTINUOUS, *COUNTS]
    text = "k = 1 ~~|\nrising((0,0),(3,6)) ~~|\nbox((1,5),(3,5)) ~~|\n" + "".join(
        f"x{place} = {item} + 0*k ~~|\n" for place, item in enumerate(functions)
    )
    path = tmp_path_factory.mktemp("random") / "model.mdl"
    clock = "INITIAL TIME = 0 ~~|\nFINAL TIME = 1 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"
    path.write_text("{UTF-8}\n" + text + clock, encoding="utf-8")
    names = [f"x{place}" for place in range(len(functions))]
    data = Simulator(path).batch({"k": np.ones(RUNS)}, names, engine="native")
    return {item: data[name][0].to_numpy() for name, item in zip(names, functions, strict=True)}


@pytest.mark.parametrize("function", CONTINUOUS)
def test_continuous_numbers_have_their_distribution(function: str, drawn: dict[str, np.ndarray]) -> None:
    assert stats.kstest(drawn[function], CONTINUOUS[function].cdf).pvalue > 0.01


@pytest.mark.parametrize("function", COUNTS)
def test_counts_have_their_distribution(function: str, drawn: dict[str, np.ndarray]) -> None:
    known, values = COUNTS[function], drawn[function]
    least, most = int(known.ppf(0.002)), int(known.ppf(0.998))
    inside = range(least + 1, most)
    seen = [(values <= least).sum(), *((values == k).sum() for k in inside), (values >= most).sum()]
    expected = [known.cdf(least), *map(known.pmf, inside), known.sf(most - 1)]
    assert stats.chisquare(seen, np.multiply(expected, RUNS)).pvalue > 0.01


def test_a_range_cuts_what_is_stretched_and_shifted(run: Callable[[str], Table]) -> None:
    found = run(
        "p = RANDOM POISSON(2, 5, 3, 0, 1, 1) ~~|\ng = RANDOM GAMMA(5, 6, 2, 1, 2, 1) ~~|\n"
        "far = RANDOM GAMMA(1000, 1001, 2, 0, 1, 1) ~~|\nb = RANDOM BINOMIAL(3, 9, 0.5, 4, 1, 2, 1) ~~|\n"
        "fixed = RANDOM UNIFORM(2, 2, 1) ~~|\nsure = RANDOM NORMAL(0, 1, 0.5, 0, 7) ~~|\n"
        "beyond = RANDOM NORMAL(0, 1, 5, 0, 7) ~~|\n"
    )
    assert set(found["p"]) <= {2, 3, 4, 5}
    assert ((found["g"] >= 5) & (found["g"] <= 6)).all()
    assert set(found["far"]) == {1000}  # where nothing is found, the mean kept in the range
    assert set(found["b"]) <= {3, 5, 7, 9}
    assert (set(found["fixed"]), set(found["sure"]), set(found["beyond"])) == ({2}, {0.5}, {1})


def test_numbers_may_follow_from_others(run: Callable[[str], Table]) -> None:
    found = run(
        "low = Time ~~|\nx = RANDOM UNIFORM(low, low + 1, 1) ~~|\n"
        "y = RANDOM POISSON(0, 99, 5*Time, 0, 1, 1) ~~|\n"
    )
    assert ((found["x"] > found["low"]) & (found["x"] < found["low"] + 1)).all()
    assert found["y"][0] == 0
    assert found["y"][-1] > found["y"][1]


def test_flat_text_has_what_users_write(tmp_path: Path) -> None:
    from twintrack.equations.flatten import flatten_file

    path = tmp_path / "model.mdl"
    clock = "INITIAL TIME = 0 ~~|\nFINAL TIME = 1 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"
    path.write_text(
        "{UTF-8}\nr: a, b ~~|\nx[r] = RANDOM NORMAL(0, 9, 1, 2, 7) ~~|\n" + clock, encoding="utf-8"
    )
    assert "RANDOM NORMAL(0.0, 9.0, 1.0, 2.0, 7.0)" in flatten_file(path).text
