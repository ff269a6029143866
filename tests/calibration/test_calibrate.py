"""From a model to a sample of its posterior: settings, workers, and calls that are broken off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from twintrack.calibration import calibrate as module
from twintrack.calibration.calibrate import (
    Calibrated,
    Calibration,
    calibrate,
    described,
    pooled,
    runs,
)
from twintrack.calibration.checkpoints import Checkpoints
from twintrack.calibration.sampler import Population, Settings, Stage
from twintrack.calibration.target import Target
from twintrack.errors import InputError
from twintrack.model import Model
from twintrack.runs.experiment import Progress
from twintrack.worlds.basis import basis_of

QUICK = Calibration(3, 2, 100, Settings(members=512, rounds=1, moves=4, last_rounds=2))
Learn = Callable[..., Calibrated]


@pytest.fixture
def learn(small_model: Model) -> Learn:
    """Calibrates the small model, and forgets it."""

    def learn(asked: Calibration = QUICK, workers: int = 1, **options: Any) -> Calibrated:
        found = calibrate(small_model, asked, workers, **options)
        found.checkpoints.clear()
        return found

    return learn


def test_all_wrong_settings_are_told_at_once() -> None:
    asked = Calibration(-1, 1, 0, Settings(members=700))
    with pytest.raises(InputError) as told:
        asked.check(workers=0)
    where = [fault.where for fault in told.value.faults]
    assert where == ["seed", "populations", "members", "worlds", "workers"]
    with pytest.raises(InputError, match=r"power must be above 0 and at most 1, not 1\.5"):
        replace(QUICK, power=1.5).check()
    with pytest.raises(InputError, match="between 1 and 1,024 worlds can be taken, not 1,025"):
        Calibration(1, 2, 1025, Settings(members=512)).check()
    Calibration(0, 2, 1024, Settings(members=512)).check(workers=1)


def test_wrong_settings_are_told_before_anything_is_computed(learn: Learn) -> None:
    with pytest.raises(InputError, match="at least 1 worker is needed, not -1"):
        learn(workers=-1)


@pytest.mark.slow
def test_the_posterior_of_the_small_model_is_that_of_a_grid(learn: Learn, small_target: Target) -> None:
    asked = Calibration(1, 4, 4096, Settings(members=1024, rounds=2, moves=6, last_rounds=8))
    found = learn(asked)
    growth = found.frame()["pace"] - found.frame()["strength"] / 2
    # The same by weighting many draws of the prior, which this small model allows.
    stream = np.random.default_rng(5)
    scores = stream.standard_normal((small_target.unknowns.size, 200_000))
    weights = np.exp(small_target.log_likelihood(scores))
    worlds = small_target.unknowns.worlds(scores)
    wanted = worlds["pace"] - worlds["strength"] / 2
    mean = np.average(wanted, weights=weights)
    spread = np.sqrt(np.average((wanted - mean) ** 2, weights=weights))
    assert spread < 0.3 * wanted.std()  # the history says something
    # Some 500 independent members in all populations, and as many draws that count.
    assert growth.mean() == pytest.approx(mean, abs=4 * spread / np.sqrt(500))
    assert growth.std() == pytest.approx(spread, rel=4 / np.sqrt(2 * 500))
    evidence = [population.stages[-1].evidence for population in found.populations]
    # That of a population of 1,024 scatters by 0.065 from seed to seed.
    assert np.mean(evidence) == pytest.approx(np.log(weights.mean()), abs=4 * 0.065 / 2 + 0.02)


@pytest.mark.slow
def test_workers_and_calls_give_the_same_bytes(learn: Learn) -> None:
    here, again, by_two = learn(), learn(), learn(workers=2)
    assert here.sample.scores.tobytes() == again.sample.scores.tobytes() == by_two.sample.scores.tobytes()
    assert learn(replace(QUICK, seed=4)).sample.scores.tobytes() != here.sample.scores.tobytes()


def test_a_call_that_is_broken_off_goes_on(
    small_model: Model, learn: Learn, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = learn()
    keep, left = Checkpoints.keep, [len(wanted.populations[0].stages) + 3]

    def breaks(self: Checkpoints, name: str, population: Population) -> None:
        keep(self, name, population)
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    monkeypatch.setattr(Checkpoints, "keep", breaks)
    with pytest.raises(KeyboardInterrupt):
        calibrate(small_model, QUICK, 1)
    told: list[str] = []
    shown: list[Progress] = []
    found = calibrate(small_model, QUICK, 1, tell=told.append, show=shown.append)
    assert told[0] == "population 1: going on at power 1" and told[2].startswith("population 2: going on at")
    assert found.sample.scores.tobytes() == wanted.sample.scores.tobytes()
    assert [one.stages for one in found.populations] == [one.stages for one in wanted.populations]
    last = shown[-1]
    assert last.done == sum(runs(QUICK.settings, one) for one in wanted.populations)
    assert 0 < last.computed < last.done

    again: list[str] = []
    calibrate(small_model, QUICK, 1, tell=again.append)  # until it is cleared, all of it is kept
    assert sum("going on" in text for text in again) == 2
    fresh: list[str] = []
    calibrate(small_model, QUICK, 1, fresh=True, tell=fresh.append).checkpoints.clear()
    assert not any("going on" in text for text in fresh)
    after: list[str] = []
    learn(tell=after.append)
    assert not any("going on" in text for text in after)


def test_what_is_kept_belongs_to_one_call(small_model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    basis = basis_of(small_model)
    key = module._key(QUICK, basis)
    others = [
        module._key(other, basis)
        for other in (
            replace(QUICK, seed=9),
            replace(QUICK, worlds=99),
            replace(QUICK, settings=replace(QUICK.settings, moves=5)),
            replace(QUICK, power=1.0),
            replace(QUICK, until=2023),
            replace(QUICK, further="a table"),
        )
    ]
    monkeypatch.setattr(module, "code_digest", lambda room: room.encode())
    others.append(module._key(QUICK, basis))
    others.append(module._key(QUICK, replace(basis, history_hash="another")))
    assert len({key, *others}) == 9


def test_progress_never_falls_and_ends_with_all_runs(learn: Learn) -> None:
    shown: list[Progress] = []
    found = learn(show=shown.append)
    done = [progress.done for progress in shown]
    assert all(before <= after for before, after in pairwise(done))
    assert all(progress.done <= progress.runs for progress in shown)
    assert done[-1] == shown[-1].runs == sum(runs(QUICK.settings, one) for one in found.populations)


def test_runs_are_those_of_the_draw_and_of_every_move() -> None:
    stage = Stage(0.5, 1.0, 1, (0.2, 0.3), (0.5, 0.5), 1, 0.0)
    last = replace(stage, power=1.0, accepted=(0.2, 0.3, 0.4), evidence=-3.456)
    population = Population(np.zeros((1, 1)), np.zeros(1), 0.5, (stage, last))
    assert runs(Settings(members=1000, moves=4), population) == 1000 * (1 + 5 * 4)
    assert described(population) == (
        "2 powers, 20% to 40% of proposals accepted, effective sample 1 at least, log evidence -3.46"
    )


def numbered(population: int, members: int = 10) -> Population:
    return Population(100.0 * population + np.arange(members)[None], np.zeros(members))


def test_worlds_come_evenly_from_all_populations_and_none_twice() -> None:
    taken = pooled([numbered(0), numbered(1), numbered(2)], 8, seed=1)[0]
    assert (taken // 100).tolist() == [0, 1, 2, 0, 1, 2, 0, 1]
    assert len(set(taken)) == 8
    whole = pooled([numbered(0), numbered(1)], 20, seed=1)[0]
    assert sorted(whole) == [*range(10), *range(100, 110)]
    assert (pooled([numbered(0), numbered(1)], 20, seed=2)[0] != whole).any()


def test_rows_of_several_unknowns_stay_together() -> None:
    population = numbered(1)
    both = replace(population, scores=np.concatenate([population.scores, -population.scores]))
    taken = pooled([both, both], 6, seed=1)
    assert taken.shape == (2, 6) and (taken[0] == -taken[1]).all()


def test_the_frame_has_parameters_then_how_far_the_discrepancy_walks(learn: Learn) -> None:
    found = learn()
    frame = found.frame()
    assert list(frame) == ["pace", "strength", "walk"]
    assert len(frame) == QUICK.worlds and not frame.duplicated().any()
    walks = found.target.grid.walks
    assert (frame["walk"] == np.array(walks)[found.sample.walks]).all() and set(frame["walk"]) <= {*walks}
    # As often as the history makes each value likely, given the worlds.
    said = found.target.said(found.target.unknowns.worlds(found.sample.scores), QUICK.worlds)
    shares = found.target.likelihood.walk_shares(said).mean(axis=1)
    counts = np.bincount(found.sample.walks, minlength=len(walks)) / QUICK.worlds
    assert counts == pytest.approx(shares, abs=4 * np.sqrt(0.25 / QUICK.worlds))
