"""Results on disk: read again when nothing has changed, made again when something has, never in the way."""

from __future__ import annotations

import ast
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import twintrack
from twintrack import scratch
from twintrack.plain_data import to_bytes
from twintrack.stored import code_digest, digest_of_code, reached_code, stored

PACKAGE = Path(twintrack.__file__).parent


class Maker:
    """Counts how often it had to work."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> list[int]:
        self.calls += 1
        return [1, 2, 3]


@pytest.fixture
def maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Maker:
    monkeypatch.setenv("TWINTRACK_CACHE", str(tmp_path / "cache"))
    return Maker()


def test_the_second_call_reads_what_the_first_has_made(maker: Maker) -> None:
    first = stored("lists", "a", ("inputs",), list, maker)
    assert stored("lists", "a", ("inputs",), list, maker) == first
    assert maker.calls == 1


def test_another_description_or_other_code_is_another_result(maker: Maker) -> None:
    stored("lists", "a", ("inputs",), list, maker)
    stored("lists", "b", ("inputs",), list, maker)
    stored("lists", "a", ("engines",), list, maker)
    assert maker.calls == 3


@pytest.mark.parametrize(
    "content",
    [b"", b"no JSON", b"\x80\x04K\x01.", to_bytes({1: 2})],
    ids=["empty", "damaged", "pickle", "other"],
)
def test_a_file_that_is_not_ours_is_made_again(maker: Maker, tmp_path: Path, content: bytes) -> None:
    stored("lists", "a", ("inputs",), list, maker)
    (path,) = (tmp_path / "cache" / "lists").iterdir()
    path.write_bytes(content)
    assert stored("lists", "a", ("inputs",), list, maker) == [1, 2, 3]
    assert maker.calls == 2


@pytest.mark.parametrize("place", [".", "lists", "lists/*.json"])
@pytest.mark.parametrize("whose", ["others write", "of another"])
def test_what_another_user_could_have_written_is_not_read(
    maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, whose: str
) -> None:
    stored("lists", "a", ("inputs",), list, maker)
    (poisoned,) = (tmp_path / "cache" / "lists").iterdir()
    poisoned.write_bytes(to_bytes([666]))
    assert stored("lists", "a", ("inputs",), list, maker) == [666]
    (path,) = (tmp_path / "cache").glob(place) if place != "." else [tmp_path / "cache"]
    if whose == "others write":
        path.chmod(path.stat().st_mode | 0o020)
    else:
        other, looked = path.stat().st_ino, Path.stat
        # As seen by a user who owns all but this one.
        monkeypatch.setattr(Path, "stat", lambda self, **how: _of_another(looked(self, **how), other))
    assert stored("lists", "a", ("inputs",), list, maker) == [1, 2, 3]


def _of_another(about: os.stat_result, inode: int) -> os.stat_result:
    if about.st_ino != inode:
        return about
    values = list(about)
    values[stat.ST_UID] = os.geteuid() + 1
    return os.stat_result(values)


def test_a_failure_is_passed_on_and_not_stored(maker: Maker, tmp_path: Path) -> None:
    def fail() -> list[int]:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        stored("lists", "a", ("inputs",), list, fail)
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


MAKING = """
import os, signal, sys, time
from pathlib import Path
from twintrack.stored import stored

def make():
    with Path(sys.argv[1]).open("a") as calls:
        calls.write("called\\n")
    if len(sys.argv) > 2:
        os.kill(os.getpid(), getattr(signal, sys.argv[2]))
    time.sleep(0.5)
    return [1, 2, 3]

print(stored("lists", "a", ("inputs",), list, make))
"""


def test_processes_that_need_the_same_at_the_same_time_make_it_once(maker: Maker, tmp_path: Path) -> None:
    command = [sys.executable, "-c", MAKING, str(tmp_path / "calls")]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate()[0] for process in started] == ["[1, 2, 3]\n"] * 3
    assert (tmp_path / "calls").read_text() == "called\n"
    (path,) = (tmp_path / "cache" / "lists").iterdir()  # and no lock
    assert path.suffix == ".json"


def test_nobody_waits_for_a_process_that_was_killed(
    maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("waits"))
    subprocess.run([sys.executable, "-c", MAKING, str(tmp_path / "calls"), "SIGKILL"], check=False)
    assert [*(tmp_path / "cache" / "lists").iterdir()], "it held nothing"
    assert stored("lists", "a", ("inputs",), list, maker) == [1, 2, 3]
    (path,) = (tmp_path / "cache" / "lists").iterdir()
    assert maker.calls == 1 and path.suffix == ".json"


def test_a_process_that_was_stopped_is_waited_for_a_while(
    maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(scratch.time, "monotonic", lambda: sum(waited))
    monkeypatch.setattr(scratch.time, "sleep", waited.append)
    stopped = subprocess.Popen([sys.executable, "-c", MAKING, str(tmp_path / "calls"), "SIGSTOP"])
    try:
        os.waitid(os.P_PID, stopped.pid, os.WSTOPPED | os.WNOWAIT)
        assert stored("lists", "a", ("inputs",), list, maker) == [1, 2, 3]
    finally:
        stopped.kill()
        stopped.wait()
    assert maker.calls == 1 and sum(waited) == pytest.approx(60, abs=1)


def test_a_system_without_locks_makes_and_keeps_as_well(
    maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch, "fcntl", None)
    assert [stored("lists", "a", ("inputs",), list, maker) for _ in range(2)] == [[1, 2, 3]] * 2
    assert maker.calls == 1


def test_a_cache_that_cannot_be_written_does_no_harm(maker: Maker, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "lists").write_text("a file where the folder should be")
    assert stored("lists", "a", ("inputs",), list, maker) == [1, 2, 3]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package's code."""
    folder = tmp_path / "src" / "twintrack"
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.mark.parametrize(
    ("file", "reaches", "leaves"),
    [
        ("inputs/paths.py", ("inputs", "runs", "calibration"), ("equations",)),
        ("names.py", ("equations", "inputs", "engines", "runs", "calibration"), ()),
        ("equations/structure.py", ("equations", "engines", "runs", "calibration"), ()),
        ("engines/state_sizes.py", ("engines", "runs", "calibration"), ("equations",)),
        ("cli/options.py", (), ("equations", "inputs", "engines", "runs", "calibration")),
    ],
)
def test_code_counts_wherever_it_is_reached_and_nowhere_else(
    package: Path, tmp_path: Path, file: str, reaches: tuple[str, ...], leaves: tuple[str, ...]
) -> None:
    other = tmp_path / "other" / "twintrack"
    shutil.copytree(package, other)
    with (other / file).open("a", encoding="utf-8") as changed:
        changed.write("# other\n")
    for room in (*reaches, *leaves):
        assert digest_of_code(package, room) == code_digest(room)
        assert (digest_of_code(other, room) != digest_of_code(package, room)) == (room in reaches), room


def test_a_store_says_by_which_code_of_all_rooms_it_was_made(package: Path) -> None:
    script = "from twintrack.runs.manifest import CODE, versions; print(versions()[CODE])"

    def told() -> str:
        environment = {"PYTHONPATH": str(package.parent), "PATH": ""}
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    before = told()
    paths = package / "inputs" / "paths.py"
    paths.write_text(paths.read_text(encoding="utf-8") + "# other\n", encoding="utf-8")
    assert told() != before and len(before) == 64


def imported(path: Path) -> Iterator[str]:
    """All modules that a file imports anywhere, by its syntax."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{item.name}" for item in node.names)
        elif isinstance(node, ast.Import):
            yield from (item.name for item in node.names)


@pytest.mark.parametrize("room", ["equations", "engines", "inputs", "runs", "calibration"])
def test_all_that_is_imported_is_reached(room: str) -> None:
    reached = reached_code(PACKAGE, room)
    assert {str(path.relative_to(PACKAGE)) for path in (PACKAGE / room).rglob("*.py")} <= {*reached}
    for file in reached:
        for module in imported(PACKAGE / file):
            name = module.removeprefix("twintrack").strip(".").replace(".", "/")
            if module.startswith("twintrack.") and (PACKAGE / f"{name}.py").exists():
                assert f"{name}.py" in reached, f"{file} imports {module}"


def test_a_room_that_there_is_not_is_told(package: Path) -> None:
    with pytest.raises(ValueError, match="no room kitchen"):
        digest_of_code(package, "kitchen")
