"""Only what the program wrote, and as it wrote it, is ever replaced or removed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from twintrack.errors import InputError
from twintrack.folders import LIST, renewed_folder


def write(folder: Path, shared: bool = False, **files: str) -> None:
    """Renew a folder; "a__b" stands for the file b.csv in its folder a, and all else for .html."""
    with renewed_folder(folder, "report", shared=shared) as fresh:
        for name, text in files.items():
            path = fresh / (f"{name.replace('__', '/')}.csv" if "__" in name else f"{name}.html")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")


def found(folder: Path) -> dict[str, str]:
    paths = (
        path
        for path in folder.rglob("*")
        if path.is_file() and path.name != LIST and not path.name.endswith(".twintrack")
    )
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in paths}


@pytest.fixture
def report(tmp_path: Path) -> Path:
    folder = tmp_path / "report"
    write(folder, index="old", gone="old", data__a="old", data__b="old", more__c="old")
    return folder


def test_a_second_result_takes_the_place_of_the_first(report: Path) -> None:
    write(report, index="new", data__a="new")
    assert found(report) == {"index.html": "new", "data/a.csv": "new"}
    assert sorted(path.name for path in report.iterdir()) == [LIST, "data", "index.html"]
    assert list(report.parent.iterdir()) == [report]


def test_what_others_put_beside_it_stays(report: Path) -> None:
    (report / "MY_NOTES.txt").write_text("mine")
    (report / "mydata").mkdir()
    (report / "mydata" / "x.csv").write_text("mine")
    (report / "more" / "mine.csv").write_text("mine")
    for text in ("new", "newer"):
        write(report, index=text)
        assert found(report) == {
            "index.html": text,
            "MY_NOTES.txt": "mine",
            "mydata/x.csv": "mine",
            "more/mine.csv": "mine",
        }


@pytest.mark.parametrize("name", ["thesis.txt", "inputs.d", "validation.json", "model.json", "index.html"])
def test_a_folder_without_a_list_is_refused_whatever_its_files_are_called(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    (tmp_path / "inputs.d").write_text("mine")
    with pytest.raises(InputError, match=r"is not empty .* and holds no report"):
        write(tmp_path, index="new")
    assert (tmp_path / name).read_text() == "mine"


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "report").write_text("mine")
    with pytest.raises(InputError, match="is a file"):
        write(tmp_path / "report", index="new")
    assert (tmp_path / "report").read_text() == "mine"


@pytest.mark.parametrize("name", ["index.html", "gone.html", "data/b.csv", "more/c.csv"])
def test_a_file_that_was_changed_is_the_users(report: Path, name: str) -> None:
    (report / name).write_text("mine")
    before = found(report)
    with pytest.raises(InputError, match="was changed after TwinTrack wrote it"):
        write(report, index="new")
    assert found(report) == before


@pytest.mark.parametrize("kind", ["file", "link", "link to nothing", "folder as file", "linked folder"])
def test_what_stands_in_the_way_is_told_and_nothing_is_touched(
    report: Path, tmp_path: Path, kind: str
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    if kind == "file":
        (report / "next.html").write_text("mine")
    elif kind == "link":
        (other / "x").write_text("mine")
        (report / "next.html").symlink_to(other / "x")
    elif kind == "link to nothing":
        (report / "next.html").symlink_to(other / "nothing")
    elif kind == "folder as file":
        (report / "next").write_text("mine")
    else:
        (report / "next").symlink_to(other)
    before = found(report)
    with pytest.raises(InputError, match="would be lost"):
        write(report, index="new", next="new", next__a="new")
    assert found(report) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "report"]


@pytest.mark.parametrize("name", ["../thesis.txt", "..", ".", "a/../../thesis.txt", "/etc/hosts", LIST])
def test_a_list_of_a_stranger_reaches_nothing_outside(report: Path, name: str) -> None:
    outside = report.parent / "thesis.txt"
    outside.write_text("mine")
    listed = json.loads((report / LIST).read_text())
    listed["files"][name] = listed["files"]["index.html"]
    listed["folders"].append(name)
    (report / LIST).write_text(json.dumps(listed))
    write(report, index="new")
    assert outside.read_text() == "mine"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"files": 3}', "[" * 100_000])
def test_a_list_that_cannot_be_read_lists_nothing(report: Path, text: str) -> None:
    (report / LIST).write_text(text)
    with pytest.raises(InputError, match=r"index\.html: is no file that TwinTrack wrote"):
        write(report, index="new")


def test_a_result_that_fails_leaves_the_old_one(report: Path) -> None:
    before = found(report)
    with pytest.raises(KeyboardInterrupt), renewed_folder(report, "report") as fresh:
        (fresh / "index.html").write_text("half")
        raise KeyboardInterrupt
    assert found(report) == before
    assert list(report.parent.iterdir()) == [report]


def test_a_result_inside_another_is_left(report: Path) -> None:
    write(report / "inner", index="inner")
    write(report, index="new")
    assert found(report) == {"index.html": "new", "inner/index.html": "inner"}


def test_a_folder_may_be_shared_and_only_a_part_of_it_renewed(tmp_path: Path) -> None:
    (tmp_path / "mine.html").write_text("mine")
    write(tmp_path, shared=True, b="old")
    with renewed_folder(
        tmp_path, "diagrams", shared=True, obsolete=lambda name: name.startswith("a")
    ) as fresh:
        for name in ("a_1.html", "a_2.html"):
            (fresh / name).write_text("old")
    with renewed_folder(
        tmp_path, "diagrams", shared=True, obsolete=lambda name: name.startswith("a")
    ) as fresh:
        (fresh / "a.html").write_text("new")
    assert found(tmp_path) == {"mine.html": "mine", "a.html": "new", "b.html": "old"}


KILLED = """
import os, signal, sys
from pathlib import Path
from twintrack.folders import renewed_folder
count = 0
def counted(kind):
    true = getattr(Path, kind)
    def call(self, *given, **named):
        global count
        if count == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        count += 1
        return true(self, *given, **named)
    setattr(Path, kind, call)
for kind in ("replace", "unlink", "mkdir", "rmdir", "write_text"):
    counted(kind)
with renewed_folder(Path(sys.argv[1]), "report") as fresh:
    for name in ("index.html", "data/a.csv", "fresh/d.csv"):
        (fresh / name).parent.mkdir(exist_ok=True)
        (fresh / name).write_text("new")
"""


@pytest.mark.slow
def test_whenever_it_is_killed_files_are_whole_and_the_next_run_cleans_up(tmp_path: Path) -> None:
    for count in range(200):
        report = tmp_path / str(count) / "report"
        write(report, index="old", gone="old", data__a="old", data__b="old", more__c="old")
        (report / "mine.txt").write_text("mine")
        ended = subprocess.run([sys.executable, "-c", KILLED, str(report), str(count)], check=False)
        assert set(found(report).values()) <= {"old", "new", "mine"}
        if found(report).get("index.html") == "new":
            assert found(report)["data/a.csv"] == found(report)["fresh/d.csv"] == "new"
        write(report, index="newest")
        assert found(report) == {"index.html": "newest", "mine.txt": "mine"}
        assert [path.name for path in report.parent.iterdir()] == ["report"]
        if ended.returncode != -signal.SIGKILL:
            break
    assert ended.returncode == 0
    assert count > 20
