import os
import subprocess
import sys
from pathlib import Path

import pytest

from twintrack import resources
from twintrack.errors import InputError, TwinTrackError
from twintrack.resources import atomic_write, cache_dir, content_root, work_dir


def test_the_variable_names_the_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINTRACK_CONTENT", str(tmp_path))

    assert content_root() == tmp_path.resolve()


def test_a_variable_that_names_no_folder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINTRACK_CONTENT", str(tmp_path / "nowhere"))

    with pytest.raises(InputError, match=r"TWINTRACK_CONTENT: .*nowhere"):
        content_root()


@pytest.mark.parametrize("inside", [".", "src/twintrack/_data"])
def test_content_is_found_in_the_checkout_and_in_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: str
) -> None:
    monkeypatch.delenv("TWINTRACK_CONTENT", raising=False)
    monkeypatch.setattr(resources, "__file__", str(tmp_path / "src" / "twintrack" / "resources.py"))
    model = tmp_path / inside / "model" / "twintrack.mdl"
    model.parent.mkdir(parents=True)
    model.touch()

    assert content_root() == (tmp_path / inside).resolve()


def test_no_content_at_all_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TWINTRACK_CONTENT", raising=False)
    monkeypatch.setattr(resources, "__file__", str(tmp_path / "src" / "twintrack" / "resources.py"))

    with pytest.raises(TwinTrackError, match="no content found"):
        content_root()


def test_the_cache_folder_is_made_on_demand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINTRACK_CACHE", str(tmp_path / "a" / "b"))

    assert cache_dir() == tmp_path / "a" / "b"
    assert (tmp_path / "a" / "b").is_dir()
    assert (tmp_path / "a" / "b").stat().st_mode & 0o077 == 0


def test_without_a_variable_the_cache_is_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TWINTRACK_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    assert cache_dir() == tmp_path / "twintrack"


def test_files_are_written_whole_and_nothing_is_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.txt"

    atomic_write(path, "first")
    atomic_write(path, "zweites é")

    assert path.read_text(encoding="utf-8") == "zweites é"
    assert list(path.parent.iterdir()) == [path]


def test_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    def fail(self: Path, target: Path) -> None:
        raise OSError("no space")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="no space"):
        atomic_write(path, "new")

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kind", ["file", "under a file", "others write", "of another"])
def test_without_a_cache_of_ones_own_the_work_goes_on_with_one_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    folder = tmp_path / "cache"
    if kind == "file":
        folder.touch()
    elif kind == "under a file":
        (tmp_path / "file").touch()
        folder = tmp_path / "file" / "cache"
    else:
        folder.mkdir()
    if kind == "others write":
        folder.chmod(0o777)
    if kind == "of another":
        monkeypatch.setattr(os, "geteuid", lambda: 4321)
    monkeypatch.setenv("TWINTRACK_CACHE", str(folder))

    assert cache_dir() is None
    assert cache_dir() is None
    (note,) = caplog.messages
    assert str(folder) in note
    passing = work_dir()
    assert passing.is_dir()
    assert passing == work_dir()
    assert tmp_path not in passing.parents


def test_the_temporary_folder_of_a_process_ends_with_it(tmp_path: Path) -> None:
    code = "from twintrack.resources import work_dir; print((work_dir() / 'a').write_text('x'))"
    environment = {**os.environ, "TWINTRACK_CACHE": os.devnull, "TMPDIR": str(tmp_path)}

    subprocess.run([sys.executable, "-c", code], env=environment, check=True)

    assert not list(tmp_path.iterdir())


def test_a_private_file_is_for_its_user_only(tmp_path: Path) -> None:
    atomic_write(tmp_path / "a", "x", private=True)

    assert (tmp_path / "a").stat().st_mode & 0o077 == 0
