"""A small content tree to write into, with the current folder at its root."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from twintrack.errors import InputError
from twintrack.inputs.content import Content, load_content

FIXTURE = Path(__file__).parents[1] / "data" / "content"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the small content tree; it is the current folder."""
    root = tmp_path / "content"
    shutil.copytree(FIXTURE, root)
    monkeypatch.chdir(root)
    return root


@pytest.fixture(scope="session")
def tables() -> Content:
    """What the small content tree holds."""
    return load_content(FIXTURE)


@pytest.fixture
def content(tree: Path, tables: Content) -> Content:
    """The same, with the copy as its root."""
    return replace(tables, root=tree)


@pytest.fixture
def write(tree: Path) -> Callable[[str, str | bytes], Path]:
    """Writes a file of the tree."""

    def write(name: str, text: str | bytes) -> Path:
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


@pytest.fixture
def faults() -> Callable[..., list[str]]:
    """Calls something that must raise InputError; gives its lines."""

    def faults(work: Callable[..., object], *arguments: object, **options: object) -> list[str]:
        with pytest.raises(InputError) as caught:
            work(*arguments, **options)
        assert caught.value.exit_code == 2
        return str(caught.value).splitlines()

    return faults
