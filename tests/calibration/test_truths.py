"""Truths are made up with errors, learnt one by one, and kept; a study that is broken off goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calibration_helpers import ONE, PERSISTENCE, SIZE

from twintrack.calibration import truths as module
from twintrack.calibration.sampler import Settings
from twintrack.calibration.target import Target
from twintrack.calibration.truths import Kept, Truth, Truths, made_up
from twintrack.equations.structure import Array
from twintrack.errors import TwinTrackError

pytestmark = pytest.mark.slow

SETTINGS = Settings(members=512, rounds=1, moves=3, last_rounds=2)
COUNT = 4

Learn = Callable[..., Any]


@pytest.fixture
def study(small_target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Learn:
    """Learn truths of the small model, kept in a folder of the cache with this name."""

    def learn(
        folder: str,
        show: Callable[[str], None] = print,
        workers: int = 1,
        count: int = COUNT,
        described: str = "small",
        **changes: Any,
    ) -> Any:
        monkeypatch.setenv("TWINTRACK_CACHE", str(tmp_path / folder))
        asked = Truths(small_target, 1, **({"settings": SETTINGS, "settling": 2} | changes))
        return asked.learnt(described, count, workers, print, show)

    return learn


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("truth-*.npz"))}


def test_a_study_that_was_broken_off_goes_on_with_the_same_bytes(study: Learn, tmp_path: Path) -> None:
    study("whole")
    whole = files(tmp_path / "whole")
    assert [*whole] == [f"truth-{number}.npz" for number in range(1, COUNT + 1)]

    def broken(text: str) -> None:
        if text.startswith("truth 2"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        study("broken", broken)
    assert [*files(tmp_path / "broken")] == ["truth-1.npz", "truth-2.npz"]
    shown: list[str] = []
    study("broken", shown.append)
    assert shown == ["2 of 4 truths were learnt before", "truth 3 (3 of 4)", "truth 4 (4 of 4)"]
    assert files(tmp_path / "broken") == whole
    study("broken", shown.append)
    assert shown[3:] == ["4 of 4 truths were learnt before"]
    study("two", workers=2)
    assert files(tmp_path / "two") == whole


def test_a_file_that_cannot_be_read_is_made_again(study: Learn, tmp_path: Path) -> None:
    study("one", count=1)
    (path,) = (tmp_path / "one").rglob("truth-1.npz")
    whole = path.read_bytes()
    for damaged in (b"", whole[:200], whole[:-100]):
        path.write_bytes(damaged)
        assert Kept(path.parent).find(0) is None
        study("one", count=1)
        assert path.read_bytes() == whole


@pytest.mark.parametrize(
    "changes", [{"described": "other"}, {"power": 0.5}, {"settings": Settings(512, 1, 3, 1)}, {"settling": 3}]
)
def test_what_follows_from_something_else_is_learnt_anew(study: Learn, changes: dict[str, Any]) -> None:
    study("same", count=1)
    shown: list[str] = []
    study("same", shown.append, count=1, **changes)
    assert shown == ["truth 1 (1 of 1)"]


def test_other_code_learns_anew(study: Learn, monkeypatch: pytest.MonkeyPatch) -> None:
    study("same", count=1)
    shown: list[str] = []
    monkeypatch.setattr(module, "code_digest", lambda room: room.encode())
    study("same", shown.append, count=1)
    assert shown == ["truth 1 (1 of 1)"]


def test_what_is_kept_is_what_was_found(small_target: Target, tmp_path: Path) -> None:
    found = Truths(small_target, 1, SETTINGS, settling=2).compute(Truth(0))
    kept = Kept(tmp_path)
    kept.keep(0, found)
    again = kept.found(0)
    made = made_up(small_target, np.random.default_rng((1, 5, 0)))
    assert (again.truth == made.truth).all() and again.walk == made.walk
    assert again.scores.dtype == np.float32 and again.scores.shape == (2, 512)
    assert again.shares.shape == (5,) and again.shares.sum() == pytest.approx(1)
    assert (again.ranks == found.ranks).all() and len(again.ranks) == 2
    assert not again.silent.any() and again.worth is None
    assert again.directions.shape == (2, len(again.sizes)) and (again.sizes > 1).all()


def test_a_made_up_history_is_the_models_with_errors_of_the_truth(small_target: Target) -> None:
    target = replace(small_target, grid=ONE)
    off = []
    for seed in range(1500):
        made = made_up(target, np.random.default_rng(seed))
        learnt = made.target
        assert learnt.observed.names == ["gap", "gap_of_the_year"] and learnt.power == 1 and made.walk == 0
        said = learnt.said(learnt.unknowns.worlds(made.truth[:, None]), 1)[:, 0]
        assert np.isfinite(said).all()
        off.append(learnt.observed.series[0].values - said[:4])
    residuals = np.array(off)
    apart = np.abs(np.subtract.outer([0, 2, 4, 6], [0, 2, 4, 6]))
    wanted = (2 * SIZE) ** 2 * PERSISTENCE**apart + np.eye(4)  # 1 is the error of measurement
    spread = np.sqrt(np.diag(wanted))
    assert residuals.mean(axis=0) / spread == pytest.approx(np.zeros(4), abs=4 / np.sqrt(1500))
    errors = np.sqrt((wanted**2 + np.outer(spread**2, spread**2)) / 1500)
    assert np.abs((np.cov(residuals.T) - wanted) / errors).max() < 4.5


def test_the_power_is_that_by_which_it_is_learnt(small_target: Target) -> None:
    assert made_up(small_target, np.random.default_rng(1), 0.5).target.power == 0.5


def test_a_model_that_never_says_a_number_is_told(small_target: Target) -> None:
    class Silent(Target):
        def said(self, worlds: Any, runs: int) -> Array:
            return np.full((self.observed.points, runs), np.nan)

    silent = Silent(**{name: getattr(small_target, name) for name in small_target.__dataclass_fields__})
    with pytest.raises(TwinTrackError, match="none of 100 worlds"):
        made_up(silent, np.random.default_rng(1))
