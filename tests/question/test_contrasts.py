"""Where a loser wins, and doors both ways: found in made-up worlds where the answer is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from question import asked, regions
from question.doors import two_ways
from question.regions import JUDGED, Region, best_region, loser_regions
from twintrack.formats import signed
from twintrack.model import Model


def inside(region: Region, worlds: pd.DataFrame) -> pd.Series[bool]:
    """Whether each world lies in all spans of a region."""
    within = [worlds[name].between(band.low, band.high) for name, band in region.spans.items()]
    return pd.concat(within, axis=1).all(axis=1)


@pytest.fixture(scope="module")
def square() -> pd.DataFrame:
    """900 worlds with three parameters, labelled from 1000 on."""
    draws = np.random.default_rng(1).uniform(size=(900, 3))
    return pd.DataFrame(draws, columns=["a", "b", "idle"], index=range(1000, 1900))


def test_the_region_is_where_both_parameters_favour_the_loser(square: pd.DataFrame) -> None:
    lead = 2 * square["a"] - square["b"] - 1.3
    region = best_region(lead, square)
    assert list(region.spans)[:2] == ["a", "b"]
    assert region.spans["a"].label == "high" and region.spans["b"].label == "low"
    assert region.wins > 0.5 > (lead > 0).mean()
    assert region.example == lead[inside(region, square)].idxmax()


def test_the_share_of_a_region_is_that_of_all_worlds(square: pd.DataFrame) -> None:
    region = best_region(square["a"] - 0.99, square)
    assert region.share == pytest.approx(inside(region, square).mean())
    assert region.share == pytest.approx(1 / 27, rel=0.4)


def test_few_worlds_are_parted_by_one_parameter(square: pd.DataFrame) -> None:
    few = square.iloc[:30]
    region = best_region(few["b"] - 2.0, few)
    assert list(region.spans) == ["b"] and region.spans["b"].label == "high"
    assert region.wins == 0 and region.share == pytest.approx(1 / 3)


@pytest.mark.slow
def test_closed_doors_do_better_where_the_leader_answers_and_reading_needs_no_openness(model: Model) -> None:
    """The corner that favours closed doors most, against the one that favours them least, in capability."""
    (doors, programmes) = two_ways(model, model.draw_worlds(60, 1, prior=True))
    for answer in (doors, programmes):
        assert len(answer.rows) == len(asked.YEARS) * len(asked.STRENGTHS)
        assert all(len(row) == len(answer.header) for row in answer.rows)
    unanswered, _, answered = doors.rows[:3]
    assert unanswered[:2] == ("2030", "0") and answered[:2] == ("2030", "1")
    no_return, full_return = doors.header.index("Capability, reciprocity 0"), 4
    assert float(answered[no_return]) > float(unanswered[full_return])


@pytest.mark.slow
def test_an_example_is_repeated_by_a_run_in_its_world(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told leads are rounded as the outcome is; the run has them in full. A lower bar lets contests in."""
    monkeypatch.setattr(regions, "DECIDED", 0.7)
    worlds = model.draw_worlds(100, 1, prior=True)
    (answer,) = loser_regions(model, worlds)
    names = {model.outcomes[name].title.en: name for name in JUDGED}
    assert answer.rows
    for winner, loser, what, *_, example, told, _ in answer.rows:
        title, year = what.rsplit(" ", 1)
        drawn = worlds.to_numpy()[int(example.removeprefix("world "))]
        world = dict(zip(map(str, worlds), map(float, drawn), strict=True))
        runs = [model.run(name, world=world).outcomes for name in (loser, winner)]
        ours, theirs = (float(run[names[title]].loc[float(year)]) for run in runs)
        assert told == signed(ours - theirs, model.outcomes[names[title]].format), (winner, loser, what)
