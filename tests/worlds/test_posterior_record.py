"""The record of a posterior: a file that was found good is not read whole again, any other is."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from twintrack.errors import InputError
from twintrack.inputs.world import WorldParameter
from twintrack.worlds import posterior_record
from twintrack.worlds.basis import prior_hash
from twintrack.worlds.posterior import PosteriorRecord, read_posterior, write_posterior
from twintrack.worlds.posterior_record import good_record

LIKELY = {"range": (0.0, 1.0), "value": 0.5, "distribution": "uniform", "unit": "1"}
WORLD = {"growth": WorldParameter.model_construct(name="growth", **LIKELY)}
ABOUT = PosteriorRecord("m" * 64, prior_hash(WORLD), "h" * 64, "b" * 64, 3, {"tolerance": 0.1}, {"kept": 2})


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A good posterior, and an empty cache."""
    monkeypatch.setenv("TWINTRACK_CACHE", str(tmp_path / "cache"))
    write_posterior(tmp_path / "posterior.parquet", pd.DataFrame({"growth": [0.25, 0.5]}), ABOUT)
    return tmp_path / "posterior.parquet"


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were read whole."""
    seen: list[Path] = []

    def watched(path: Path, parameters: dict[str, WorldParameter]) -> object:
        seen.append(path)
        return read_posterior(path, parameters)

    monkeypatch.setattr(posterior_record, "read_posterior", watched)
    return seen


def test_a_good_posterior_is_read_once(path: Path, readings: list[Path]) -> None:
    assert [good_record(path, WORLD) for _ in range(3)] == [ABOUT] * 3
    assert readings == [path]


def test_a_damaged_or_missing_file_is_told_every_time(path: Path, readings: list[Path]) -> None:
    good_record(path, WORLD)
    whole = path.read_bytes()
    path.write_bytes(whole[:8] + bytes([whole[8] ^ 255]) + whole[9:])
    for _ in range(2):
        with pytest.raises(InputError, match="cannot be read"):
            good_record(path, WORLD)
    path.unlink()
    with pytest.raises(InputError, match="there is no such file"):
        good_record(path, WORLD)
    assert len(readings) == 4


def test_other_parameters_are_another_question(path: Path, readings: list[Path]) -> None:
    good_record(path, WORLD)
    good_record(path, {"growth": WORLD["growth"].model_copy(update={"range": (0.0, 2.0)})})
    assert len(readings) == 2
