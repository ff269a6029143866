"""Where the program is started, and with what: no cache, no folder, no output, no date, little memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import twintrack
from twintrack import cli
from twintrack.model import Model

PROGRAM = f"{sys.executable} -m twintrack"
SOURCE = str(Path(twintrack.__file__).parents[1])


def shell(
    command: str, folder: Path, content: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command of the shell; $T is the program."""
    given = {**os.environ, "PYTHONPATH": SOURCE, "T": PROGRAM, **environment}
    if content is not None:
        given["TWINTRACK_CONTENT"] = str(content)
    return subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=given,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def told(done: subprocess.CompletedProcess[str], code: int, words: str) -> None:
    assert (done.returncode, words in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_the_package_is_a_program(tmp_path: Path) -> None:
    done = shell("$T --version", tmp_path)
    assert (done.returncode, done.stdout) == (0, f"twintrack, version {twintrack.__version__}\n")
    assert shell("$T nonsense", tmp_path).returncode == 2


@pytest.mark.slow
@pytest.mark.parametrize("words", ["list strategies", "list scenarios", "run fast"])
def test_without_a_home_all_works_with_one_note(small_content: Path, tmp_path: Path, words: str) -> None:
    nowhere = {"HOME": "/proc/nowhere", "XDG_CACHE_HOME": "", "TWINTRACK_CACHE": "", "TMPDIR": str(tmp_path)}
    done = shell(f"$T {words}", tmp_path, small_content, **nowhere)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("working without a cache") == 1
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".twintrack")]


@pytest.mark.parametrize(
    "words", ["--help", "check", "list strategies", "run fast", "report x", "model units"]
)
def test_a_folder_that_is_gone_is_told(small_content: Path, tmp_path: Path, words: str) -> None:
    (tmp_path / "gone").mkdir()
    done = shell(f"cd gone && rmdir ../gone && $T {words}", tmp_path, small_content)
    told(done, 1, "the current folder is gone")


@pytest.mark.parametrize("words", ["--help", "list strategies", "run fast", "run fast --json"])
@pytest.mark.parametrize(("output", "words_told"), [(">&-", "is closed"), (">/dev/full", "No space left")])
def test_an_output_that_takes_nothing_is_told(
    small_content: Path, tmp_path: Path, words: str, output: str, words_told: str
) -> None:
    told(shell(f"$T {words} {output}", tmp_path, small_content), 1, words_told)


def test_a_closed_stderr_does_no_harm(small_content: Path, tmp_path: Path) -> None:
    assert shell("$T run fast 2>&-", tmp_path, small_content).returncode == 0


@pytest.mark.parametrize("date", ["abc", "1.5", "-" * 9, "9" * 30])
def test_a_date_that_is_none_is_told(small_content: Path, tmp_path: Path, date: str) -> None:
    done = shell("$T run fast", tmp_path, small_content, SOURCE_DATE_EPOCH=date)
    told(done, 2, "SOURCE_DATE_EPOCH: must be whole seconds")


@pytest.mark.slow
def test_an_empty_date_is_none(small_content: Path, tmp_path: Path) -> None:
    done = shell("$T ensemble fast --prior --runs 3 --out s", tmp_path, small_content, SOURCE_DATE_EPOCH="")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["gbk", "cp1252", "latin-1", "ascii"])
def test_an_encoding_that_lacks_signs_is_no_fault(small_content: Path, tmp_path: Path, encoding: str) -> None:
    command = "$T run fast --years 2030 > table && $T run fast --json > run.json && $T list strategies"
    done = shell(command, tmp_path, small_content, PYTHONIOENCODING=encoding)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    table = (tmp_path / "table").read_text("utf-8" if encoding == "ascii" else encoding)
    assert table.replace("−", "-").count("-12") == 1
    assert json.loads((tmp_path / "run.json").read_bytes())["strategy"] == "fast"


@pytest.mark.parametrize(
    "words",
    [
        "ensemble fast --prior --runs 3 --out",
        *("model docs --out", "model graph --out", "model flatten --out"),
        "new mine --output",
    ],
)
def test_a_place_that_refuses_is_told(
    program: Callable[..., Result],
    small_content: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
) -> None:
    monkeypatch.setenv("TWINTRACK_CONTENT", str(small_content))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("mine")
    for place in ("/proc/nowhere/x.yaml", "file/x.yaml", "/dev/null/x.yaml"):
        done = program(*words.split(), place)
        assert done.exit_code in (1, 2), done.stderr
        assert place.split("/")[1] in done.stderr
    assert (tmp_path / "file").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "not enough memory"),
        (ImportError("libx.so: failed to map segment"), "a library cannot be loaded"),
        (PermissionError(13, "Permission denied", "a.txt"), "a.txt: Permission denied"),
        (OSError("the scheduler is gone"), "the scheduler is gone"),
    ],
)
def test_what_the_system_refuses_is_told(
    error: Exception, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Model, "explain", refuse)
    with pytest.raises(SystemExit) as caught:
        cli.main(["explain", "gap"])
    assert caught.value.code == 1
    assert words in capsys.readouterr().err


@pytest.mark.slow
def test_new_on_a_full_disk_leaves_nothing_and_can_be_tried_again(
    small_content: Path, tmp_path: Path
) -> None:
    command = "ulimit -f 0; trap '' XFSZ; $T new mine --output mine.yaml"
    done = shell(command, tmp_path, small_content)
    told(done, 2, "cannot be written")
    assert list(tmp_path.iterdir()) == []
    assert shell("$T new mine --output mine.yaml", tmp_path, small_content).returncode == 0
    again = shell("$T new mine --output mine.yaml", tmp_path, small_content)
    told(again, 2, "exists already")
