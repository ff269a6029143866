"""A model's own tests are found in the checkout, and nobody else's Python is ever run."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from twintrack.calibration import field_tests as module
from twintrack.calibration.field_tests import START, field_tests_of, has_field_tests
from twintrack.errors import InputError

GOOD = """
from field_tests.limits import LIMIT
def field_tests(fit):
    return {"one": lambda model: (model, fit, LIMIT)}
"""


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A content with tests of its own; those of this repository, if loaded, are put aside."""
    start = tmp_path / START
    start.parent.mkdir(parents=True)
    start.write_text(GOOD, encoding="utf-8")
    start.with_name("limits.py").write_text("LIMIT = 3\n", encoding="utf-8")
    for name in [name for name in sys.modules if name.split(".")[0] == "field_tests"]:
        monkeypatch.delitem(sys.modules, name)
    # What a test imports goes again with it.
    monkeypatch.setattr(sys, "modules", sys.modules.copy())
    return tmp_path


def test_the_tests_of_the_checkout_are_loaded_once_with_their_modules(
    content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "checkout", lambda: content)
    assert has_field_tests(content)
    assert field_tests_of(content, {"adoption": {}})["one"]("model") == ("model", {"adoption": {}}, 3)
    (content / START).write_text("raise RuntimeError", encoding="utf-8")
    assert list(field_tests_of(content)) == ["one"]


@pytest.mark.parametrize("checkout", [None, Path("elsewhere")])
def test_python_in_the_content_of_somebody_else_is_not_run(
    content: Path, monkeypatch: pytest.MonkeyPatch, checkout: Path | None
) -> None:
    (content / START).write_text("raise RuntimeError", encoding="utf-8")
    monkeypatch.setattr(module, "checkout", lambda: checkout and content / checkout)
    assert not has_field_tests(content)
    with pytest.raises(InputError, match="come with its repository"):
        field_tests_of(content)


def test_tests_that_cannot_be_imported_leave_nothing_behind(
    content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "checkout", lambda: content)
    (content / START).write_text("raise RuntimeError('broken')", encoding="utf-8")
    with pytest.raises(RuntimeError, match="broken"):
        field_tests_of(content)
    assert "field_tests" not in sys.modules
    (content / START).write_text(GOOD, encoding="utf-8")
    assert list(field_tests_of(content)) == ["one"]


def test_this_repository_has_the_twelve(content: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    assert has_field_tests(root)
    assert len(field_tests_of(root)) == 12
