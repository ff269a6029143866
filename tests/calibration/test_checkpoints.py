"""Populations are kept and found again; whatever cannot be read is not there."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from calibration_helpers import linear, sampled

from twintrack.calibration.checkpoints import Checkpoints
from twintrack.calibration.sampler import Population, Settings


@pytest.fixture(scope="module")
def populations() -> list[Population]:
    return sampled(linear(5, 3), Settings(members=512, rounds=1, moves=2, last_rounds=1))


@pytest.fixture
def checkpoints(tmp_path: Path) -> Checkpoints:
    return Checkpoints(tmp_path / "kept")


def test_a_population_is_found_as_it_was_kept(
    populations: list[Population], checkpoints: Checkpoints
) -> None:
    for population in (populations[0], populations[-1]):  # without stages, and with all of them
        checkpoints.keep("one", population)
        found = checkpoints.find("one")
        assert found is not None
        assert found.scores.tobytes() == population.scores.tobytes()
        assert found.likelihood.tobytes() == population.likelihood.tobytes()
        assert (found.step, found.stages) == (population.step, population.stages)
    assert checkpoints.find("two") is None


@pytest.mark.parametrize("damage", ["cut", "short", "empty", "text", "flipped", "header"])
def test_a_damaged_checkpoint_is_ignored(
    populations: list[Population], checkpoints: Checkpoints, damage: str
) -> None:
    checkpoints.keep("one", populations[-1])
    (path,) = checkpoints.folder.iterdir()
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(
        {
            "cut": whole[:middle],
            "short": whole[:-9],
            "empty": b"",
            "text": b"no archive at all" * 50,
            "flipped": whole[:middle]
            + bytes(255 - byte for byte in whole[middle : middle + 8])
            + whole[middle + 8 :],
            "header": b"PK\x03\x04" + b"\0" * 200,
        }[damage]
    )
    assert checkpoints.find("one") is None
    checkpoints.keep("one", populations[0])
    assert checkpoints.find("one") is not None


def test_an_archive_of_something_else_is_ignored(checkpoints: Checkpoints) -> None:
    checkpoints.folder.mkdir()
    np.savez(checkpoints.folder / "one.npz", scores=np.zeros(3))
    assert checkpoints.find("one") is None


def test_nothing_is_left_after_clearing(populations: list[Population], checkpoints: Checkpoints) -> None:
    checkpoints.clear()  # nothing there is no fault
    checkpoints.keep("one", populations[0])
    assert [path.name for path in checkpoints.folder.iterdir()] == ["one.npz"]  # no temporary file
    checkpoints.clear()
    assert not checkpoints.folder.exists()


@pytest.mark.slow
def test_no_damage_gives_other_numbers_or_an_error(
    populations: list[Population], checkpoints: Checkpoints
) -> None:
    """Heads of the archive and of its arrays are hit most: there a bit changes meaning."""
    checkpoints.keep("one", populations[-1])
    (path,) = checkpoints.folder.iterdir()
    whole = path.read_bytes()
    heads = [place for place in range(len(whole)) if whole[place : place + 2] in (b"PK", b"\x93N")]
    draw = random.Random(1)
    for _ in range(1000):
        damaged = bytearray(whole)
        place = draw.choice([*heads, draw.randrange(len(whole))]) + draw.randrange(130)
        damaged[min(place, len(whole) - 1)] ^= 1 << draw.randrange(8)
        path.write_bytes(damaged)
        assert checkpoints.find("one") is None
