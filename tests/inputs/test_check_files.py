"""Checking of single files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from twintrack.inputs.check_files import check_file, content_files
from twintrack.inputs.content import Content

Write = Callable[[str, str | bytes], Path]


def test_every_file_of_the_content_is_recognised_and_good(tree: Path, content: Content) -> None:
    files = [path for path in content_files(tree) if path.suffix == ".yaml"]
    assert {path.parent.name for path in files} == {"model", "scenarios", "strategies", "reports"}
    assert [fault for path in files for fault in check_file(path, content)] == []


@pytest.mark.parametrize("folder", ["model", "model/scenarios", "strategies", "reports"])
def test_a_fault_of_each_kind_of_file_is_found(
    tree: Path, content: Content, write: Write, folder: str
) -> None:
    for path in (tree / folder).glob("*.yaml"):
        copy = write(f"{folder}/copy_of_{path.name}", path.read_text(encoding="utf-8") + "\nsurplus: 1\n")
        (fault,) = check_file(copy, content)
        assert 'unknown key "surplus"' in fault.message
        copy.unlink()


def test_what_cannot_be_read_is_told(content: Content, write: Write, tmp_path: Path) -> None:
    for path in (
        write("strategies/empty.yaml", ""),
        write("strategies/binary.yaml", b"\0\1"),
        tmp_path / "none.yaml",
    ):
        (fault,) = check_file(path, content)
        assert path.name in fault.where
