"""A small content with parts, whose answers are known."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from small_history import SMALL

import twintrack
from twintrack.model import Model

PARTS = {"slow": "catchup_share: 0.2", "quick": "catchup_share: 0.8", "cheap": "fiscal_ai_rd: 30"}
PARTS["dear"] = "fiscal_ai_rd: 200"


@pytest.fixture
def parted_content(tmp_path: Path) -> Path:
    """The content of two levers, with a part for each end of both."""
    folder = tmp_path / "content"
    shutil.copytree(SMALL, folder)
    parts = folder / "strategies" / "parts"
    parts.mkdir()
    for name, lever in PARTS.items():
        (parts / f"{name}.yaml").write_text(f"levers: {{{lever}}}\n", encoding="utf-8")
    return folder


@pytest.fixture
def parted_model(parted_content: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    """The model of that content, used from a folder that has no strategies of its own."""
    monkeypatch.chdir(parted_content.parent)
    return twintrack.load(parted_content)
