"""The file of worlds that agree with history, and the worlds that are drawn from it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from twintrack.errors import InputError
from twintrack.inputs.world import WorldParameter
from twintrack.model import Model
from twintrack.worlds.basis import Basis, basis_of, prior_hash
from twintrack.worlds.posterior import (
    Posterior,
    PosteriorRecord,
    posterior_sample,
    read_posterior,
    repeats_note,
    stale,
    write_posterior,
)

ABOUT = PosteriorRecord(
    "m" * 64, "p" * 64, "h" * 64, "b" * 64, 3, {"tolerance": 0.1, "chains": 4}, {"kept": 40, "of": [100, 200]}
)


def parameter(name: str, low: float, high: float, distribution: str = "uniform") -> WorldParameter:
    described = {"range": (low, high), "value": low, "distribution": distribution, "unit": "1"}
    return WorldParameter.model_construct(name=name, **described)


WORLD = {
    "third": parameter("third", 0.1, 0.3),
    "held": parameter("held", 1.0, 2.0, "fixed"),
    "first": parameter("first", -4.0, 9.0),
}
FITTING = replace(ABOUT, prior_hash=prior_hash(WORLD))


@pytest.fixture
def frame() -> pd.DataFrame:
    stream = np.random.default_rng(1)
    return pd.DataFrame({"third": stream.uniform(0.1, 0.3, 40), "first": stream.uniform(-4, 9, 40)})


def lines(path: Path, *arguments: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_posterior(path, *arguments)
    return str(caught.value).splitlines()


def test_what_is_written_is_read_again(tmp_path: Path, frame: pd.DataFrame) -> None:
    write_posterior(tmp_path / "model" / "a.parquet", frame, FITTING)
    found = read_posterior(tmp_path / "model" / "a.parquet", WORLD)
    assert found.about == FITTING
    assert list(found.frame) == ["third", "first"] and found.frame.index.name == "world"
    assert set(found.frame.dtypes) == {np.dtype(np.float64)}
    assert not list((tmp_path / "model").glob(".*"))
    np.testing.assert_allclose(found.frame, frame, rtol=1e-7)


def test_the_same_worlds_give_the_same_bytes(tmp_path: Path, frame: pd.DataFrame) -> None:
    paths = [tmp_path / name for name in ("a.parquet", "b.parquet", "c.parquet")]
    write_posterior(paths[0], frame, ABOUT)
    write_posterior(paths[1], frame, replace(ABOUT, settings=dict(reversed(ABOUT.settings.items()))))
    write_posterior(paths[2], frame.iloc[::-1], ABOUT)
    first, second, third = (path.read_bytes() for path in paths)
    assert first == second != third
    digests = [read_posterior(path).digest for path in paths]
    assert digests[0] == digests[1] != digests[2]


def test_the_file_is_small_and_any_reader_of_parquet_reads_it(tmp_path: Path) -> None:
    frame = pd.DataFrame(np.random.default_rng(1).random((2000, 50)), columns=[f"p{i}" for i in range(50)])
    write_posterior(tmp_path / "a.parquet", frame, ABOUT)
    assert (tmp_path / "a.parquet").stat().st_size < 2000 * 50 * 4
    assert set(pd.read_parquet(tmp_path / "a.parquet").dtypes) == {np.dtype(np.float32)}
    told = json.loads(pq.read_schema(tmp_path / "a.parquet").metadata[b"twintrack"])
    assert told["format"] == 3 and told["summary"] == {"kept": 40, "of": [100, 200]}
    encodings = pq.ParquetFile(tmp_path / "a.parquet").metadata.row_group(0).column(0).encodings
    assert "BYTE_STREAM_SPLIT" in encodings


def test_no_value_leaves_its_range_by_rounding(tmp_path: Path) -> None:
    edges = pd.DataFrame({"third": [0.1, 0.3], "first": [-4.0, 9.0]})
    assert float(np.float32(0.1)) > 0.1 and float(np.float32(0.3)) > 0.3
    write_posterior(tmp_path / "a.parquet", edges, FITTING)
    assert read_posterior(tmp_path / "a.parquet").frame["third"].max() > 0.3
    assert read_posterior(tmp_path / "a.parquet", WORLD).frame["third"].max() == 0.3


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (pd.DataFrame({"a": []}), "at least one world"),
        (pd.DataFrame(index=range(3)), "at least one world"),
        (pd.DataFrame({"a": [1.0], "b": [np.nan]}), "finite 32-bit numbers: b"),
        (pd.DataFrame({"a": [1e300], "b": [1.0]}), "finite 32-bit numbers: a"),
    ],
)
@pytest.mark.filterwarnings("ignore:overflow encountered in cast")
def test_worlds_that_are_none_are_not_written(tmp_path: Path, wrong: pd.DataFrame, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        write_posterior(tmp_path / "a.parquet", wrong, ABOUT)
    with pytest.raises(ValueError, match="JSON"):
        write_posterior(tmp_path / "a.parquet", pd.DataFrame({"a": [1.0]}), replace(ABOUT, seed=np.nan))
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_missing_or_damaged_is_told(tmp_path: Path, frame: pd.DataFrame) -> None:
    path = tmp_path / "a.parquet"
    assert "make it with `twintrack calibrate`" in lines(path)[0]
    path.write_text("pace\n1\n", encoding="utf-8")
    assert "a.parquet: it cannot be read" in lines(path)[0]
    write_posterior(path, frame, ABOUT)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "it cannot be read" in lines(path)[0]
    changed = bytearray(whole)
    changed[60] ^= 1
    path.write_bytes(changed)
    assert "it cannot be read" in lines(path)[0]


@pytest.mark.slow
def test_every_damage_ends_in_the_same_worlds_or_in_a_message(tmp_path: Path, frame: pd.DataFrame) -> None:
    path = tmp_path / "a.parquet"
    write_posterior(path, frame, ABOUT)
    whole, digest = path.read_bytes(), read_posterior(path).digest
    for place in range(0, len(whole), 7):
        for new in (whole[place] ^ 0xB6, whole[place] ^ 1):
            path.write_bytes(whole[:place] + bytes([new]) + whole[place + 1 :])
            try:
                found = read_posterior(path)
            except InputError as error:
                assert "a.parquet" in str(error)
            else:
                assert found.digest == digest or set(found.frame) != set(frame)


def test_a_file_of_another_program_or_format_is_told(tmp_path: Path, frame: pd.DataFrame) -> None:
    path = tmp_path / "a.parquet"
    frame.to_parquet(path)
    assert "does not say what it was made from" in lines(path)[0]
    write_posterior(path, frame, replace(ABOUT, format=2))
    told = "has format 2; this version of TwinTrack reads format 3: make it anew with `twintrack calibrate`"
    assert told in lines(path)[0]
    write_posterior(path, frame, replace(ABOUT, seed="one", history_hash=None))  # type: ignore[arg-type]
    assert "lacks history_hash, seed" in lines(path)[0]


def test_all_columns_that_do_not_fit_are_told_at_once(tmp_path: Path, frame: pd.DataFrame) -> None:
    path = tmp_path / "a.parquet"
    write_posterior(path, frame.rename(columns={"first": "frist"}), FITTING)
    told = lines(path, WORLD)
    assert len(told) == 2 and 'did you mean "first"?' in told[0] and "first: there is no column" in told[1]
    write_posterior(path, frame[["first", "third"]], FITTING)
    assert "order of world.yaml" in lines(path, WORLD)[0]
    told_of = pq.read_schema(path).metadata
    pq.write_table(pa.table({"third": [1.0], "first": ["x"]}).replace_schema_metadata(told_of), path)
    assert len(lines(path, WORLD)) == 2


def test_columns_of_an_older_world_are_no_fault(tmp_path: Path, frame: pd.DataFrame) -> None:
    write_posterior(tmp_path / "a.parquet", frame.rename(columns={"first": "frist"}), ABOUT)
    assert list(read_posterior(tmp_path / "a.parquet", WORLD).frame) == ["third", "frist"]


def test_every_reason_why_it_does_not_belong_to_the_model_is_given() -> None:
    assert ABOUT.basis == Basis("m" * 64, "p" * 64, "h" * 64, "b" * 64)
    assert ABOUT.differences(ABOUT.basis) == []
    for name, said in (
        ("model", "equations"),
        ("prior", "world"),
        ("history", "observ"),
        ("past", "baseline"),
    ):
        (told,) = ABOUT.differences(replace(ABOUT.basis, **{f"{name}_hash": "0" * 64}))
        assert said in told
    assert len(ABOUT.differences(Basis(*["0" * 64] * 4))) == 4
    assert ABOUT.differences(replace(ABOUT.basis, history_hash="", past_hash="")) == []


def test_another_power_of_the_likelihood_is_told(small_model: Model) -> None:
    about = replace(ABOUT, **asdict(basis_of(small_model)))
    assert stale(about, small_model) == stale(replace(about, settings={"power": 0.5}), small_model) == []
    assert stale(replace(about, settings={"power": 1.0}), small_model) == [
        "it was learnt with the likelihood to the power 1, not 0.5"
    ]


def test_what_was_learnt_beside_the_worlds_is_kept_apart(tmp_path: Path, frame: pd.DataFrame) -> None:
    path = tmp_path / "a.parquet"
    errors = pd.DataFrame({"walk": 0.5}, index=frame.index)
    write_posterior(path, frame.join(errors), FITTING)
    found = read_posterior(path, WORLD)
    assert list(found.frame) == list(frame)
    assert list(found.errors) == list(errors) and set(found.errors.to_numpy().ravel()) == {0.5}


@pytest.mark.parametrize(
    "changes",
    [{"range": (0.1, 0.4)}, {"value": 0.2}, {"distribution": "loguniform"}, {"distribution": "fixed"}],
)
def test_another_range_value_or_distribution_is_another_prior(changes: dict[str, Any]) -> None:
    other = WORLD["third"].model_copy(update=changes)
    assert prior_hash(WORLD) != prior_hash(WORLD | {"third": other})
    ranges, value = (WORLD["held"].model_copy(update=item) for item in ({"range": (0, 9)}, {"value": 1.5}))
    assert prior_hash(WORLD) == prior_hash(WORLD | {"held": ranges}) != prior_hash(WORLD | {"held": value})


def test_fewer_worlds_are_the_first_of_more_and_none_comes_twice(frame: pd.DataFrame) -> None:
    posterior = Posterior(frame, ABOUT, frame[[]])
    few, many, other = (posterior_sample(posterior, *asked) for asked in ((7, 2), (40, 2), (40, 3)))
    assert few.equals(many.head(7))
    assert few.index.name == "world" and few.index.tolist() == list(range(7))
    assert sorted(many["first"]) == sorted(frame["first"]) and not many.equals(other)
    assert not repeats_note(posterior, 40)


def test_more_worlds_than_there_are_come_evenly(frame: pd.DataFrame) -> None:
    posterior = Posterior(frame, ABOUT, frame[[]])
    drawn = posterior_sample(posterior, 100, 2)
    assert drawn.groupby("first").size().value_counts().to_dict() == {2: 20, 3: 20}
    assert drawn.head(40).equals(posterior_sample(posterior, 40, 2))
    assert "only 40 of the 100 worlds are distinct" in repeats_note(posterior, 100)[0]
    with pytest.raises(InputError, match="at least 1 world"):
        posterior_sample(posterior, 0)


def test_the_model_finds_it_when_it_comes_changes_and_goes(
    small_content: Path, tmp_path: Path, put_posterior: Callable[..., Path]
) -> None:
    import twintrack

    root = tmp_path / "content"
    shutil.copytree(small_content, root)
    model = twintrack.load(root)
    assert model.posterior is None
    path = put_posterior(root, 40)
    assert model.posterior is not None and len(model.posterior.frame) == 40
    assert model.posterior is model.posterior
    put_posterior(root, 30, model_hash="0" * 64)
    assert model.posterior is None and "equations are others" in model.found_posterior.reason
    path.write_bytes(b"PAR1")
    with pytest.raises(InputError, match="cannot be read"):
        _ = model.posterior
    path.unlink()
    assert model.posterior is None
