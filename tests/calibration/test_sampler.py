"""The sampler finds posteriors that are known, and the same ones from the same seed wherever it computes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from calibration_helpers import Linear, here, linear, sampled

from twintrack.calibration import sampler
from twintrack.calibration.moves import Moved
from twintrack.calibration.sampler import (
    BLOCK,
    Population,
    Settings,
    Task,
    Work,
    effective_size,
    next_power,
    sample,
    settled,
    systematic,
)
from twintrack.equations.structure import Array
from twintrack.errors import TwinTrackError
from twintrack.runs.workers import Crew

QUICK = Settings(members=1024, rounds=2, moves=4, last_rounds=4)
TOLD, UNTOLD, REPEATS = 6, 238, 6


@dataclass(frozen=True)
class Repeated:
    """Populations of one posterior from several seeds."""

    target: Linear
    populations: list[Population]

    def mean_and_error(self, values: Sequence[Array | float]) -> tuple[Array, Array]:
        """Mean over seeds, and its standard error from their scatter."""
        table = np.array(values)
        return table.mean(axis=0), table.std(axis=0, ddof=1) / np.sqrt(len(table))


@pytest.fixture(scope="module")
def repeated() -> Repeated:
    target = linear(TOLD + UNTOLD, TOLD, error=0.1)
    return Repeated(target, [sampled(target, QUICK, (seed,))[-1] for seed in range(REPEATS)])


@pytest.mark.slow
def test_the_posterior_of_a_linear_model_is_found(repeated: Repeated) -> None:
    mean, spread = (part[:TOLD] for part in repeated.target.posterior)
    sizes = np.sqrt(np.diag(spread[:, :TOLD]))
    told = [population.scores[:TOLD] for population in repeated.populations]
    found, _ = repeated.mean_and_error([scores.mean(axis=1) for scores in told])
    # A population of 1,024 after these moves is worth some 250 independent members.
    worth = 250 * REPEATS
    assert np.abs((found - mean) / sizes).max() < 4 / np.sqrt(worth)
    covariance, _ = repeated.mean_and_error([np.cov(scores) for scores in told])
    scale = np.outer(sizes, sizes)
    assert np.abs((covariance - spread[:, :TOLD]) / scale).max() < 4 * np.sqrt(2 / worth)


@pytest.mark.slow
def test_members_that_stand_too_near_settle_as_wide_as_the_posterior() -> None:
    """A reference that stays brings them there, although it is as narrow as they are."""
    target = linear(TOLD, TOLD, error=0.1)
    population = sampled(target, QUICK)[-1]
    middle = population.scores.mean(axis=1, keepdims=True)
    near = middle + 0.7 * (population.scores - middle)
    narrow = replace(population, scores=near, likelihood=target.as_target().log_likelihood(near))
    found = settled(target.as_target(), narrow, 400, (1,))
    mean, spread = target.posterior
    sizes = np.sqrt(np.diag(spread))
    assert found.shape == (TOLD, BLOCK)
    assert np.abs((found.mean(axis=1) - mean) / sizes).max() < 4 / np.sqrt(BLOCK)
    assert np.abs((np.cov(found) - spread) / np.outer(sizes, sizes)).max() < 4 * np.sqrt(2 / BLOCK)
    assert (settled(target.as_target(), narrow, 400, (1,)) == found).all()


@pytest.mark.slow
def test_half_the_likelihood_teaches_half_as_much() -> None:
    target = linear(TOLD, TOLD, error=0.1, power=0.5)
    mean, spread = target.posterior
    sizes = np.sqrt(np.diag(spread))
    found = [sampled(target, QUICK, (seed,))[-1].scores for seed in range(REPEATS)]
    worth = 250 * REPEATS
    assert np.abs((np.mean([one.mean(axis=1) for one in found], axis=0) - mean) / sizes).max() < 4 / np.sqrt(
        worth
    )
    covariance = np.mean([np.cov(one) for one in found], axis=0)
    assert np.abs((covariance - spread) / np.outer(sizes, sizes)).max() < 4 * np.sqrt(2 / worth)


@pytest.mark.slow
def test_the_evidence_is_found(repeated: Repeated) -> None:
    logs = [population.stages[-1].evidence for population in repeated.populations]
    found, error = repeated.mean_and_error(logs)
    assert error < 0.06  # so that what follows says something
    assert abs(found - repeated.target.log_evidence) < 4 * max(float(error), 0.03)


@pytest.mark.slow
def test_scores_of_which_nothing_is_said_stay_as_in_the_prior(repeated: Repeated) -> None:
    untold = [population.scores[TOLD:] for population in repeated.populations]
    found, _ = repeated.mean_and_error([np.mean(scores**2) for scores in untold])
    assert abs(found - 1) < 4 * np.sqrt(2 / (250 * REPEATS * len(untold[0])))
    means, _ = repeated.mean_and_error([scores.mean(axis=1) for scores in untold])
    assert np.abs(means).max() < 4.5 / np.sqrt(250 * REPEATS)


@pytest.mark.slow
def test_every_stage_says_what_was_done(repeated: Repeated) -> None:
    for population in repeated.populations:
        *before, last = population.stages
        assert population.finished and last.power == 1
        assert np.all(np.diff([stage.power for stage in population.stages]) > 0)
        for stage in before:
            assert stage.effective == pytest.approx(QUICK.members / 2, rel=1e-6)
            assert len(stage.accepted) == len(stage.steps) == QUICK.rounds
        assert last.effective >= QUICK.members / 2 and len(last.accepted) == QUICK.last_rounds
        for stage in population.stages:
            assert QUICK.members / 4 < stage.distinct < QUICK.members
            assert all(0 < share < 1 for share in stage.accepted)
            assert TOLD - 3 <= stage.directions <= TOLD


@pytest.mark.slow
def test_steps_shrink_where_too_little_is_accepted_and_grow_where_much_is(repeated: Repeated) -> None:
    for population in repeated.populations:
        steps = [step for stage in population.stages for step in stage.steps] + [population.step]
        accepted = [share for stage in population.stages for share in stage.accepted]
        for step, following, share in zip(steps, steps[1:], accepted, strict=False):
            if share > 0.3:
                assert following > step or following == 1
            else:
                assert following < step


@pytest.mark.slow
def test_likelihoods_belong_to_their_scores(repeated: Repeated) -> None:
    for population in repeated.populations[:2]:
        wanted = repeated.target.log_likelihood(population.scores)
        assert population.likelihood == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("start", [0.0, 0.01])
def test_the_next_power_leaves_half_the_population_effective(start: float) -> None:
    likelihood = -50 * np.random.default_rng(1).standard_normal(2000) ** 2
    power = next_power(likelihood, start)
    assert start < power < 1
    weights = np.exp((power - start) * likelihood)
    assert effective_size(weights) / 2000 == pytest.approx(0.5, abs=1e-9)


def test_the_last_power_is_one_exactly() -> None:
    likelihood = -0.1 * np.random.default_rng(1).standard_normal(500) ** 2
    assert next_power(likelihood, 0.0) == next_power(likelihood, 0.3) == 1.0


def test_members_without_likelihood_count_for_nothing() -> None:
    likelihood = np.where(np.arange(1000) % 5 == 0, -np.inf, -0.01 * np.arange(1000.0))
    power = next_power(likelihood, 0.0)
    assert effective_size(np.exp(power * likelihood)) == pytest.approx(500, rel=1e-6)
    with pytest.raises(TwinTrackError, match="no run agrees with any observation"):
        next_power(np.full(10, -np.inf), 0.0)


def test_effective_size_is_kishs() -> None:
    assert effective_size(np.ones(7)) == pytest.approx(7)
    assert effective_size(np.array([5.0, 0, 0])) == pytest.approx(1)
    assert effective_size(np.array([2.0, 1.0])) == pytest.approx(9 / 5)


def test_resampling_takes_each_member_as_often_as_its_weight_or_once_more() -> None:
    weights = np.random.default_rng(2).dirichlet(np.full(60, 0.3))
    repeats, counts = 4000, np.zeros(60)
    for seed in range(repeats):
        picked = np.bincount(systematic(weights, np.random.default_rng(seed)), minlength=60)
        expected = 60 * weights
        assert ((np.floor(expected) <= picked) & (picked <= np.ceil(expected))).all()
        counts += picked
    error = np.sqrt(0.25 / repeats)
    assert np.abs(counts / repeats - 60 * weights).max() < 5 * error


def test_weights_that_sum_to_a_little_less_than_one_pick_members_that_exist() -> None:
    class Late:
        def random(self) -> float:
            return 1 - 1e-16

    stream: Any = Late()
    assert systematic(np.full(3, 1 / 3) * (1 - 1e-9), stream).max() == 2


def test_the_same_seed_gives_the_same_population_and_another_seed_another() -> None:
    target = linear(20, 4)
    first, again, other = (sampled(target, QUICK, seed)[-1] for seed in ((1, 0), (1, 0), (1, 1)))
    assert first.scores.tobytes() == again.scores.tobytes() and first.stages == again.stages
    assert (first.scores != other.scores).any()


def test_the_order_in_which_blocks_are_done_does_not_matter() -> None:
    target = linear(20, 4)
    wanted = sampled(target, QUICK)[-1]

    def backwards(tasks: Iterable[Task]) -> Iterator[tuple[Task, Moved]]:
        return reversed(list(here(made=target)(tasks)))

    *_, found = sample(backwards, "made", target.as_target(), QUICK, (1,))
    assert found.scores.tobytes() == wanted.scores.tobytes() and found.stages == wanted.stages


@pytest.mark.slow
def test_workers_give_the_bytes_of_this_process() -> None:
    target = linear(20, 4)
    wanted = sampled(target, QUICK)[-1]
    with Crew(Work({"made": target.as_target()}), 2, print) as crew:
        *_, found = sample(crew.compute, "made", target.as_target(), QUICK, (1,))
    assert found.scores.tobytes() == wanted.scores.tobytes() and found.stages == wanted.stages


@pytest.mark.parametrize("done", [0, 1, 4])
def test_a_population_goes_on_from_where_it_stood(done: int) -> None:
    target = linear(20, 4)
    whole = sampled(target, QUICK)
    assert len(whole) > 5 and not whole[done].finished
    target.calls.clear()
    rest = list(sample(here(made=target), "made", target.as_target(), QUICK, (1,), whole[done]))
    assert len(rest) == len(whole) - done - 1
    assert rest[-1].scores.tobytes() == whole[-1].scores.tobytes() and rest[-1].stages == whole[-1].stages
    finished = sample(here(made=target), "made", target.as_target(), QUICK, (1,), whole[-1])
    assert list(finished) == []


def test_blocks_have_random_numbers_of_their_own() -> None:
    population = sampled(linear(20, 4), QUICK)[0]
    assert population.scores.shape == (20, 1024) and population.power == 0 and not population.finished
    assert len(np.unique(population.scores)) == 20 * 1024
    assert np.abs(np.corrcoef(population.scores[:, :BLOCK].ravel(), population.scores[:, BLOCK:].ravel()))[
        0, 1
    ] < 5 / np.sqrt(20 * BLOCK)


def test_no_two_blocks_ever_have_the_same_random_numbers() -> None:
    target = linear(5, 3)
    seeds = []

    def noted(tasks: Iterable[Task]) -> Iterator[tuple[Task, Moved]]:
        for task, result in here(made=target)(tasks):
            seeds.append(task.seed)
            yield task, result

    *_, last = sample(noted, "made", target.as_target(), QUICK, (1, 0))
    rounds = 1 + sum(len(stage.steps) for stage in last.stages)
    assert len(seeds) == len(set(seeds)) == rounds * QUICK.members // BLOCK
    assert {seed[:2] for seed in seeds} == {(1, 0)}


def test_a_power_that_does_not_rise_is_told() -> None:
    target = linear(2, 2)

    class Rare(Linear):
        def log_likelihood(self, scores: Array) -> Array:
            return np.where(scores[0] > 1, 0.0, -np.inf)  # fewer than half of all members

    rare = Rare(target.unknowns, target.observed, target.slopes)
    with pytest.raises(TwinTrackError, match=r"made: the powers .* no longer rise at 0"):
        sampled(rare, QUICK)


def test_a_task_says_what_it_is() -> None:
    assert Task("truth 3", 7, (1,)).label == "block 7 of truth 3"
    assert sampler.BLOCK == 512
