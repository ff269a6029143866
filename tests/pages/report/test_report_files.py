"""What a report was made from."""

from __future__ import annotations

from pathlib import Path

import pytest

from twintrack.pages.report.files import dependency_rule


def test_dependencies_are_a_rule_that_make_can_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    inputs = [tmp_path / "model" / "a.mdl", tmp_path / "with blank.yaml"]
    assert dependency_rule(inputs, Path("build/index.html")) == (
        "build/index.html: \\\n  model/a.mdl \\\n  with\\ blank.yaml\n\nmodel/a.mdl:\n\nwith\\ blank.yaml:\n"
    )
