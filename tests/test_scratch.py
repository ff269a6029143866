"""What is not finished is known as the program's, held while its process lives, and swept when it is dead."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from twintrack.resources import atomic_write
from twintrack.scratch import scratch_file, scratch_folder, sweep

DYING = """
import os, signal, sys
from pathlib import Path
from twintrack.scratch import scratch_file, scratch_folder
target = Path(sys.argv[1])
with scratch_folder(target) as folder, scratch_file(target) as (file, path):
    (folder / "half").write_text("half")
    file.write(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def left(tmp_path: Path) -> list[Path]:
    """What a process leaves that was killed in the middle of a file and a folder."""
    subprocess.run([sys.executable, "-c", DYING, str(tmp_path / "page")], check=False)
    found = sorted(tmp_path.iterdir())
    assert len(found) == 2
    return found


def test_what_a_killed_process_has_left_is_removed_by_the_next_writing(
    tmp_path: Path, left: list[Path]
) -> None:
    atomic_write(tmp_path / "other", "whole")
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_what_a_living_process_holds_is_kept(tmp_path: Path) -> None:
    with scratch_folder(tmp_path / "page") as folder, scratch_file(tmp_path / "table") as (file, path):
        file.write(b"half")
        subprocess.run(
            [
                sys.executable,
                "-c",
                "import sys, pathlib, twintrack.scratch as s; s.sweep(pathlib.Path(sys.argv[1]))",
                str(tmp_path),
            ],
            check=True,
        )
        assert folder.is_dir()
        assert path.is_file()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "name",
    [
        ".page.tmp",
        ".page.abcd1234",
        "page.0011aaff.twintrack",
        ".page.0011AAFF.twintrack",
        ".page.xyz.twintrack",
    ],
)
def test_only_names_of_the_program_are_swept(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    sweep(tmp_path)
    assert (tmp_path / name).read_text() == "mine"


def test_a_link_is_never_followed(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("mine")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / ".page.0011aaff.twintrack").symlink_to(mine)
    sweep(folder)
    assert (mine / "thesis.txt").read_text() == "mine"


def test_a_long_name_of_many_bytes_has_a_scratch_as_well(tmp_path: Path) -> None:
    path = tmp_path / ("双轨" * 40)
    atomic_write(path, "whole")
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def test_nothing_is_made_in_a_folder_that_refuses(tmp_path: Path) -> None:
    with pytest.raises(OSError), scratch_file(tmp_path / "nowhere" / "page"):
        pass
    assert not list(tmp_path.iterdir())
