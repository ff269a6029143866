"""Registering: every series at any time, by worlds of a posterior; the same bytes from the same seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from twintrack.calibration.observations import transformed
from twintrack.calibration.projection import expect
from twintrack.calibration.publish import sample_of
from twintrack.calibration.register import DRAWS, register
from twintrack.calibration.registered import QUANTILES, Registered, digest_of, write_registered
from twintrack.calibration.target import Target
from twintrack.errors import InputError
from twintrack.inputs.moments import Moment, Span, read_moment
from twintrack.model import Model
from twintrack.worlds.basis import basis_of
from twintrack.worlds.posterior import Posterior, PosteriorRecord

WORLDS = 600


@pytest.fixture
def posterior(small_model: Model, small_target: Target) -> Posterior:
    """Worlds and errors that were learnt from nothing, but belong to the model."""
    stream = np.random.default_rng(5)
    frame = pd.DataFrame({"pace": stream.uniform(4, 5, WORLDS), "strength": stream.uniform(9, 11, WORLDS)})
    errors = pd.DataFrame({"walk": stream.choice(small_target.grid.walks, WORLDS)})
    return Posterior(frame, PosteriorRecord(**asdict(basis_of(small_model)), seed=7), errors)


Register = Callable[..., tuple[Registered, list[str]]]


@pytest.fixture
def made(small_model: Model, small_target: Target, posterior: Posterior) -> Register:
    def made(*texts: str, seed: int = 1, target: Target = small_target) -> tuple[Registered, list[str]]:
        return register(small_model, target, posterior, [read_moment(text) for text in texts], seed)

    return made


def test_every_series_is_projected_at_every_time(made: Register) -> None:
    found, notes = made("2025Q4", "2026.25", "2025")
    assert notes == []
    spans = {name: [item.span for item in one.projected] for name, one in found.series.items()}
    dates = [Span(2026, 2026), Span(2026.25, 2026.25)]
    means = [Span(2025, 2026), Span(2025.75, 2026), Span(2026.25, 2027.25)]
    assert spans == {"gap": dates, "gap_of_the_year": means, "most": dates}
    assert found.series["gap"].projected[0].asked == ("2025Q4", "2025")
    assert found.series["most"].bound == "upper" and found.series["gap"].unit == "months"
    assert [(point.time, point.value) for point in found.series["gap_of_the_year"].past] == [
        (2019.5, 20.5), (2023.5, 15),
    ]  # fmt: skip


def test_quantiles_are_those_of_all_worlds_and_draws_those_of_some(
    made: Register, small_target: Target, posterior: Posterior
) -> None:
    found, _ = made("2025", "2026Q1")
    wanted = {name: [item.span for item in one.projected] for name, one in found.series.items()}
    for item in expect(small_target, sample_of(posterior, small_target), wanted, 1):
        one = found.series[item.observed.name]
        for reading, sample in zip(one.projected, item.expected, strict=True):
            levels = [getattr(reading.quantiles, name) for name in QUANTILES]
            exact = np.quantile(sample, list(QUANTILES.values()))
            assert transformed(np.array(levels), one.scale) == pytest.approx(exact, rel=1e-7)
            kept = sample[list(found.worlds)]
            assert transformed(np.array(reading.draws), one.scale) == pytest.approx(kept, rel=1e-7)
    assert len(found.worlds) == len({*found.worlds}) == DRAWS < WORLDS


def test_the_record_says_what_it_was_made_from(
    made: Register, small_model: Model, posterior: Posterior
) -> None:
    found, _ = made("2025")
    origin = found.origin.model_dump()
    assert {name: origin[name] for name in asdict(basis_of(small_model))} == asdict(basis_of(small_model))
    assert found.strategy == "baseline" and found.seed == 1
    assert found.sha256 == digest_of(found.model_dump(mode="json"))
    assert len({*origin.values()}) == 6 and all(len(value) == 64 for value in origin.values())


def test_the_hash_of_a_posterior_is_that_of_worlds_and_errors(
    small_model: Model, small_target: Target, posterior: Posterior
) -> None:
    def hashed(posterior: Posterior) -> str:
        return register(small_model, small_target, posterior, [read_moment("2025")], 1)[
            0
        ].origin.posterior_hash

    others = [
        replace(posterior, frame=posterior.frame * 1.001),
        replace(posterior, errors=posterior.errors[::-1].reset_index(drop=True)),
    ]
    assert len({hashed(posterior), *map(hashed, others)}) == 3


def test_the_same_seed_gives_the_same_bytes(
    made: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1738281600")
    paths = [tmp_path / name for name in "abc"]
    worlds = []
    for path, seed in zip(paths, (1, 1, 2), strict=True):
        found, _ = made("2025", seed=seed)
        write_registered(path, found)
        worlds.append(found.worlds)
    assert worlds[0] == worlds[1] != worlds[2]
    assert found.made == "2025-01-31"
    first, again, other = (path.read_bytes() for path in paths)
    assert first == again != other


def test_what_the_model_has_no_number_for_is_left_out_and_told(made: Register, small_target: Target) -> None:
    gap, mean, most = small_target.observed.series
    total = gap.series.model_copy(update={"reading": "total", "since": 2018.0})
    several = (replace(gap, series=total), mean, most)
    target = small_target.with_observed(replace(small_target.observed, series=several))
    found, notes = made("2017", "2039.5", "2018.0", target=target)
    assert [item.span for item in found.series["gap"].projected] == [Span(2018, 2039.5)]
    assert notes == [
        "gap is left out total of 2018 to 2018: the model has no number there",
        "gap_of_the_year is left out mean of 2039.5 to 2040.5: the model has no number there",
        "most is left out at 2039.5: the model has no number there",  # the gap has sunk below nothing in some
    ]


def test_what_has_no_place_on_the_scale_is_left_out_and_told(
    small_model: Model, small_target: Target, posterior: Posterior
) -> None:
    sinking = replace(posterior, frame=posterior.frame.assign(pace=2.9))  # the gap falls below nothing
    found, notes = register(small_model, small_target, sinking, [read_moment("2017"), read_moment("2026")], 1)
    assert {name: len(one.projected) for name, one in found.series.items()} == {
        "gap": 2, "gap_of_the_year": 1, "most": 1,
    }  # fmt: skip
    assert notes == [
        "gap_of_the_year is left out mean of 2026 to 2027: the model has no number there",
        "most is left out at 2027: the model has no number there",
    ]


def test_times_outside_the_model_and_seeds_below_zero_are_refused(
    small_target: Target, small_model: Model, posterior: Posterior
) -> None:
    moments = [read_moment("2025"), Moment("2015", 2015, 2016), Moment("2041.5", 2041.5, 2041.5)]
    with pytest.raises(InputError) as refused:
        register(small_model, small_target, posterior, moments, -1)
    assert str(refused.value).splitlines() == [
        "seed: the seed must be 0 or more, not -1",
        "--at 2015: the model runs from 2016 to 2040; name a time in it",
        "--at 2041.5: the model runs from 2016 to 2040; name a time in it",
    ]
