"""A small content whose model compiles at once: two levers, two uncertain parameters, two scenarios."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import twintrack
from twintrack import EnsembleResult, Experiment
from twintrack.model import Model

DATA = Path(__file__).parents[1] / "data" / "switch"
STRENGTH = """
  strength:
    title: {en: Strength, zh: 力度}
    unit: months/Year
    range: [8, 12]
    value: 10
    distribution: triangular
    source: assumption
    confidence: assumption
"""
SCENARIO = "title: {en: Fast leader, zh: 快}\nworld:\n  strength: {2026: 10, 2030: 11}\n"

Run = Callable[..., EnsembleResult]


@pytest.fixture(scope="session")
def small_content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the content."""
    folder = tmp_path_factory.mktemp("content") / "small"
    shutil.copytree(DATA, folder)
    with (folder / "model" / "world.yaml").open("a", encoding="utf-8") as file:
        file.write(STRENGTH)
    (folder / "model" / "scenarios" / "fast_leader.yaml").write_text(SCENARIO, encoding="utf-8")
    return folder


@pytest.fixture
def small_model(small_content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    """The model, used from a folder that has no strategies of its own."""
    monkeypatch.chdir(tmp_path)
    return twintrack.load(small_content)


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
