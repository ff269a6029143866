"""The frontier runs of the content, what it is calibrated to, and a small content with a history."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_history import STRENGTH, copy_with_history, series

import twintrack
from twintrack.calibration import validate as validation
from twintrack.calibration.target import Target, prepare_target
from twintrack.inputs.frontier_runs import FrontierDefinition, FrontierRun
from twintrack.model import Model

ENTRIES = (
    series("gap")
    + series("gap_of_the_year", "log", 0.1, 0.2, reading="mean", window=1)
    + series("most", "log", 0.1, 0.2, bound="upper")
)
TABLES = {
    "gap": {2018: 22.5, 2020: 20, 2022: 17, 2024: 13.5},
    "gap_of_the_year": {2019: 20.5, 2023: 15},
    "most": {2021: 40},
}


@pytest.fixture(scope="session")
def runs(model: Model) -> tuple[FrontierRun, ...]:
    """The dated runs."""
    return model.inputs.frontier_runs


@pytest.fixture(scope="session")
def definitions(model: Model) -> tuple[FrontierDefinition, ...]:
    """Growth under other definitions of the frontier."""
    return model.inputs.frontier_definitions


@pytest.fixture(scope="session")
def target(model: Model) -> Target:
    """What the model of this checkout is calibrated to."""
    return prepare_target(model)


@pytest.fixture(scope="session")
def small_content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A content whose model runs from 2016, compiles at once, and is linear in its two parameters."""
    folder = copy_with_history(tmp_path_factory.mktemp("content") / "small", ENTRIES, TABLES)
    with (folder / "model" / "world.yaml").open("a", encoding="utf-8") as file:
        file.write(STRENGTH)
    return folder


@pytest.fixture
def small_model(small_content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    """The model of the small content, used from a folder that has no strategies of its own."""
    monkeypatch.chdir(tmp_path)
    return twintrack.load(small_content)


@pytest.fixture
def small_target(small_model: Model) -> Target:
    """What the small model is calibrated to."""
    return prepare_target(small_model)


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Sections that were computed and not read, among made-up ones; what is kept is kept for this test."""
    names: list[str] = []

    def made(name: str) -> Callable[[validation.Validation], dict[str, Any]]:
        return lambda asked: {"name": names.append(name) or name, "seed": asked.seed}  # type: ignore[func-returns-value]

    monkeypatch.setattr(validation, "SECTIONS", {"fit": made("fit"), "ranking": made("ranking")})
    stored = validation.stored

    def apart(*asked: Any) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TWINTRACK_CACHE", str(tmp_path / "sections"))
            return stored(*asked)

    monkeypatch.setattr(validation, "stored", apart)
    return names
