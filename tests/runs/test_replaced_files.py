"""A file of the user's that takes the place of one of the content is told by whatever uses it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from twintrack.cli import main
from twintrack.inputs.check import check_content
from twintrack.model import Model

TOLD = "note: strategies/fast.yaml takes the place of "


@pytest.fixture
def own(small_model: Model, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of the current folder that is called as one of the content."""
    monkeypatch.setenv("TWINTRACK_CONTENT", str(small_model.content))
    path = Path("strategies/fast.yaml")
    path.parent.mkdir()
    path.write_text("levers: {catchup_share: 0.9}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "words",
    [
        ["run", "fast"],
        ["run", "turning"],  # extends it
        ["run", "0.5 fast + 0.5 baseline"],
        ["compare", "baseline", "fast"],
        ["ensemble", "fast", "--runs", "2", "--prior", "--workers", "1", "--out", "store"],
        ["list", "strategies"],
        ["check", "strategies/fast.yaml"],
    ],
)
def test_every_command_that_uses_it_tells_it_once(own: Path, words: list[str]) -> None:
    told = CliRunner().invoke(main, words)
    assert told.exit_code == 0
    assert told.stderr.count(TOLD) == 1
    own.rename("strategies/other.yaml")
    words = [word.replace("strategies/fast", "strategies/other").replace("store", "other") for word in words]
    assert TOLD not in CliRunner().invoke(main, words).stderr


def test_the_content_is_as_good_as_before_beside_another_baseline(
    small_model: Model, own: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("content")
    shutil.copytree(small_model.content, root, dirs_exist_ok=True)
    (root / "strategies" / "baseline.yaml").write_text("title: Baseline\n", encoding="utf-8")
    before = check_content(root)
    (own.parent / "baseline.yaml").write_text("levers: {catchup_share: {2018: 0.9}}\n", encoding="utf-8")
    assert check_content(root) == before


@pytest.mark.parametrize("read", [lambda told: told, lambda told: told["runs"]["fast"]])
def test_json_tells_it(own: Path, read: Callable[..., dict[str, list[str]]]) -> None:
    words = ["run", "fast"] if read({"runs": {"fast": {}}}) else ["compare", "baseline", "fast"]
    told = json.loads(CliRunner().invoke(main, [*words, "--json"]).stdout)
    assert any(f"note: {note}".startswith(TOLD) for note in read(told)["notes"])


def test_the_record_of_a_store_tells_it(own: Path) -> None:
    words = ["ensemble", "fast", "--runs", "2", "--prior", "--workers", "1", "--out", "store"]
    assert CliRunner().invoke(main, words).exit_code == 0
    (note,) = json.loads(Path("store/manifest.json").read_text(encoding="utf-8"))["replaced files"]
    assert f"note: {note}".startswith(TOLD)


def test_a_part_of_the_users_is_told(small_model: Model, own: Path) -> None:
    """Parts lie in a folder of their own, of the user as of the content."""
    library = small_model.inputs.strategies
    assert library.hidden(own) == small_model.content.resolve() / "strategies" / "fast.yaml"
    assert library.hidden(Path("strategies/parts/fast.yaml")) is None


def test_in_the_folder_of_the_content_nothing_takes_a_place(
    small_model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(small_model.content)
    assert small_model.run("fast").notes == ()
