"""What an analysis comes to: only what tables show, and at most ten statements."""

from __future__ import annotations

import numpy as np
import pytest
from compared_helpers import compared

from twintrack.decisions.analysis import analyse
from twintrack.decisions.compared import Compared
from twintrack.decisions.findings import MOST, Finding, findings

WORLDS = 400


def results(**speeds: np.ndarray) -> Compared:
    rng = np.random.default_rng(3)
    drawn = {f"p{place}": rng.uniform(size=WORLDS) for place in range(6)}
    noise = rng.normal(size=WORLDS)
    made = {name: noise + of for name, of in speeds.items()}
    return compared({"speed": ("higher", {name: list(made[name]) for name in made})}, drawn)


def told(given: Compared) -> dict[str, Finding]:
    return {one.kind: one for one in findings(given, analyse(given).tables)}


def test_the_best_is_told_with_its_nearest_rival_and_the_paired_difference() -> None:
    flat = np.zeros(WORLDS)
    best = told(results(baseline=flat, bold=flat + 3, calm=flat + 1))["best"]
    assert best.strategies == {"first": ["bold"], "second": ["calm"]}
    assert best.amounts["median"] == pytest.approx(2) and best.shares["share"] == 1


def test_who_is_second_in_the_table_of_contests_is_told_the_right_way_round() -> None:
    flat = np.zeros(WORLDS)
    tilted = np.linspace(-1, 0.1, WORLDS)
    best = told(results(baseline=tilted, bold=flat))["best"]
    assert best.strategies == {"first": ["bold"], "second": ["baseline"]}
    assert best.shares["share"] == pytest.approx((tilted < 0).mean())
    assert best.amounts["low90"] == pytest.approx(-np.quantile(tilted, 0.95))


def test_where_no_paired_test_shows_a_winner_none_is_claimed() -> None:
    turns = np.where(np.arange(WORLDS) % 2, 1.0, -1.0)
    found = told(results(baseline=np.zeros(WORLDS), bold=turns))
    assert "best" not in found and set(found["shared"].strategies["first"]) == {"baseline", "bold"}
    assert found["decides_none"].table == "deciding" and "box" not in found
    assert found["worth_none"].amounts["value"] == pytest.approx(0.5, abs=0.1)


def test_what_decides_where_it_fails_and_what_is_worth_knowing_are_told() -> None:
    rng = np.random.default_rng(3)
    planted = [rng.uniform(size=WORLDS) for _ in range(2)]  # the first two parameters of `results`
    lead = 2 * planted[0] + planted[1] - 1.2
    found = told(results(baseline=np.zeros(WORLDS), bold=lead))
    assert {*found["decides"].parameters["one"], *found["decides"].parameters["other"]} == {"p0", "p1"}
    assert found["worth"].parameters == {"one": ["p0"]}
    box = found["box"]
    assert box.strategies["second"] != box.strategies["first"] and box.shares["density"] > 0.8
    assert "p0" in {name for name, _ in box.settings.values()}


def test_there_are_at_most_ten_and_nothing_is_told_of_what_was_not_worked_out() -> None:
    flat = np.zeros(WORLDS)
    given = results(baseline=flat, bold=flat + 1)
    assert len(findings(given, analyse(given).tables)) <= MOST
    assert findings(given, {}) == []
    only = findings(given, analyse(given, ["robustness"]).tables)
    assert {one.kind for one in only} == {"robust_agree"}
