"""The frontier runs of the content, what it is calibrated to, and a small content with a history."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import twintrack
from twintrack.calibration import validate as validation
from twintrack.calibration.target import Target, prepare_target
from twintrack.inputs.frontier_runs import FrontierDefinition, FrontierRun
from twintrack.model import Model

SMALL = Path(__file__).parents[1] / "data" / "switch"
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
SERIES = """
series:
  gap:
    title: {en: Gap, zh: 差距}
    variable: frontier_gap_months
    reading: at
    scale: linear
    unit: months
    error: 1
    discrepancy: 2
    definition: {en: Gap, zh: 差距}
  gap_of_the_year:
    title: {en: Gap, zh: 差距}
    variable: frontier_gap_months
    reading: mean
    window: 1
    scale: log
    unit: months
    error: 0.1
    discrepancy: 0.2
    definition: {en: Gap, zh: 差距}
  most:
    title: {en: Gap, zh: 差距}
    variable: frontier_gap_months
    reading: at
    scale: log
    unit: months
    bound: upper
    error: 0.1
    discrepancy: 0.2
    definition: {en: Gap, zh: 差距}
"""
TABLES = {
    "gap": {2018: 22.5, 2020: 20, 2022: 17, 2024: 13.5},
    "gap_of_the_year": {2019: 20.5, 2023: 15},
    "most": {2021: 40},
}
HEADER = "year,value,low,high,unit,definition,source\n"


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
    folder = tmp_path_factory.mktemp("content") / "small"
    shutil.copytree(SMALL, folder)
    equations = folder / "model" / "twintrack.mdl"
    text = equations.read_text(encoding="utf-8")
    equations.write_text(re.sub(r"(INITIAL TIME=\s+)2024", r"\g<1>2016", text), encoding="utf-8")
    with (folder / "model" / "world.yaml").open("a", encoding="utf-8") as file:
        file.write(STRENGTH)
    history = folder / "model" / "history"
    history.mkdir()
    (history / "series.yaml").write_text(SERIES, encoding="utf-8")
    for name, values in TABLES.items():
        rows = [f"{year},{value},,,months,made up,assumption" for year, value in values.items()]
        (history / f"{name}.csv").write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
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
