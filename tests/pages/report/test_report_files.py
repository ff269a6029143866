"""The files beside a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from twintrack.errors import InputError
from twintrack.pages.report.files import replaced_folder, write_dependencies


def _report(folder: Path, text: str) -> None:
    for name in ("index.html", "inputs.d"):
        (folder / name).write_text(text, encoding="utf-8")


def test_a_finished_report_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    folder.mkdir()
    _report(folder, "old")
    (folder / "gone.csv").touch()
    with replaced_folder(folder) as fresh:
        _report(fresh, "new")
    assert (folder / "index.html").read_text(encoding="utf-8") == "new"
    assert not (folder / "gone.csv").exists()
    assert list(tmp_path.iterdir()) == [folder]


def test_a_report_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    folder.mkdir()
    _report(folder, "old")

    def fail() -> None:
        with replaced_folder(folder) as fresh:
            _report(fresh, "half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert (folder / "index.html").read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_a_folder_with_other_things_is_not_replaced(tmp_path: Path, kind: str) -> None:
    target = tmp_path if kind == "folder" else tmp_path / "thesis.txt"
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="holds no report"), replaced_folder(target):
        pass
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "mine"


def test_dependencies_are_a_rule_that_make_can_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    target = tmp_path / "inputs.d"
    inputs = [tmp_path / "model" / "a.mdl", tmp_path / "with blank.yaml"]
    write_dependencies(inputs, Path("build/index.html"), target)
    assert target.read_text(encoding="utf-8") == (
        "build/index.html: \\\n  model/a.mdl \\\n  with\\ blank.yaml\n\nmodel/a.mdl:\n\nwith\\ blank.yaml:\n"
    )
