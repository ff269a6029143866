"""Experiments on a small content."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from twintrack import EnsembleResult, Experiment
from twintrack.model import Model

Run = Callable[..., EnsembleResult]


@pytest.fixture
def run(small_model: Model, tmp_path: Path) -> Run:
    """Runs an experiment in this process into tmp_path/store, or into another folder; worlds of the prior."""

    def run(out: str = "store", resume: bool = False, workers: int = 1, **changes: Any) -> EnsembleResult:
        asked: dict[str, Any] = {"strategies": ["fast", "turning"], "worlds": 600, "model": small_model}
        asked["prior"] = isinstance(changes.get("worlds", 600), int) and "design" not in changes
        return Experiment(**(asked | changes)).run(tmp_path / out, workers=workers, resume=resume)

    return run


@pytest.fixture(autouse=True)
def same_date(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two stores of one experiment are then equal in every byte."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
