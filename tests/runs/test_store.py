"""Stores: begun, broken off, damaged, continued; and what refuses to be continued."""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from store_helpers import content_of, parts_of

import twintrack
from twintrack import EnsembleResult
from twintrack.errors import InputError, TwinTrackError
from twintrack.inputs.levers import LeverTable
from twintrack.model import Model
from twintrack.runs import experiment as experiments
from twintrack.runs import store as stores
from twintrack.scratch import locked

Run = Callable[..., EnsembleResult]


@pytest.fixture
def whole(run: Run) -> dict[str, bytes]:
    """The files of an unbroken store."""
    return content_of(run("whole").folder)


@pytest.fixture
def broken(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The same store, broken off after two parts."""
    with monkeypatch.context() as patch:
        original = stores.Store.commit
        count = iter(range(2))

        def commit(self: stores.Store, *arguments: Any) -> None:
            if next(count, None) is None:
                raise KeyboardInterrupt
            original(self, *arguments)

        patch.setattr(stores.Store, "commit", commit)
        with pytest.raises(KeyboardInterrupt):
            run("broken")
    folder = tmp_path / "broken"
    assert len(parts_of(folder)) == 2
    return folder


def refused(call: Callable[..., Any], *arguments: Any, **named: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        call(*arguments, **named)
    return str(caught.value).splitlines()


def test_a_broken_run_ends_as_an_unbroken_one(run: Run, whole: dict[str, bytes], broken: Path) -> None:
    strange = broken / "runs" / "scenario=central" / "strategy=fast"
    scraps = [broken / ".worlds.parquet.new.tmp", strange / ".part-00001-00112233445566aa.parquet.tmp"]
    for scrap in scraps:
        scrap.write_bytes(b"half")
    done = {path: path.stat().st_mtime_ns for path in parts_of(broken)}
    run("broken", resume=True)
    assert content_of(broken) == whole
    assert all(path.stat().st_mtime_ns == time for path, time in done.items()), "nothing is computed twice"


def test_resuming_where_nothing_is_begins(run: Run, whole: dict[str, bytes], tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / ".manifest.json.tmp").write_text("{")  # killed while the manifest was written
    run("new", resume=True)
    assert content_of(folder) == whole


def test_the_date_is_that_of_the_first_start(
    run: Run, whole: dict[str, bytes], broken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    run("broken", resume=True)
    assert content_of(broken) == whole


@pytest.mark.parametrize("damage", ["flip", "cut", "empty"])
def test_a_damaged_part_is_told_and_computed_again(
    run: Run, whole: dict[str, bytes], caplog: pytest.LogCaptureFixture, tmp_path: Path, damage: str
) -> None:
    part = parts_of(tmp_path / "whole")[3]
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes({"flip": bytes(content), "cut": bytes(content[:-100]), "empty": b""}[damage])
    run("whole", resume=True)
    assert f"{part} is damaged and is computed again" in caplog.text
    assert content_of(tmp_path / "whole") == whole


@pytest.mark.parametrize("name", ["worlds.parquet", "worlds.parquet.sha256"])
@pytest.mark.parametrize("gone", [True, False])
def test_damaged_worlds_are_made_again(
    run: Run, whole: dict[str, bytes], tmp_path: Path, name: str, gone: bool
) -> None:
    path = tmp_path / "whole" / name
    if gone:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-7])
    run("whole", resume=True)
    assert content_of(tmp_path / "whole") == whole


def test_a_part_that_stands_there_twice_is_kept_once(
    run: Run, whole: dict[str, bytes], tmp_path: Path
) -> None:
    part = parts_of(tmp_path / "whole")[0]
    part.with_name("part-00000-0000000000000000.parquet").write_bytes(part.read_bytes())
    run("whole", resume=True)
    assert content_of(tmp_path / "whole") == whole


def test_a_store_is_not_written_over(run: Run, broken: Path, tmp_path: Path) -> None:
    before = content_of(broken)
    assert "continue it with --resume" in refused(run, "broken")[0]
    other = tmp_path / "thesis"
    other.mkdir()
    (other / "chapter.txt").write_text("mine")
    assert "holds other things (chapter.txt" in refused(run, "thesis")[0]
    assert "is a file" in refused(run, "thesis/chapter.txt")[0]
    assert content_of(broken) == before and len(content_of(other)) == 1


def test_two_processes_do_not_write_at_once(run: Run, broken: Path) -> None:
    with locked(broken), pytest.raises(TwinTrackError, match="another process is writing to this store"):
        run("broken", resume=True)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"seed": 2}, ["design seed: store 1, now 2"]),
        ({"worlds": 500}, ["design worlds: store 600, now 500"]),
        ({"design": "sobol"}, ["design kind: store latin, now sobol"]),
        ({"outputs": ["public_cost_pv"]}, ["outputs frontier_gap_months: store something, now nothing"]),
        (
            {"outputs": ["public_cost_pv", "frontier_gap_months"]},
            [
                "outputs: store has the order frontier_gap_months, public_cost_pv; now public_cost_pv,"
                " frontier_gap_months"
            ],
        ),
        ({"times": [2040]}, ["times: store 17 of them, now 1; the first that differs is 2024, now 2040"]),
        ({"strategies": ["fast"]}, ["strategy turning: store something, now nothing"]),
        ({"scenarios": ["fast_leader"]}, ["scenario central: ", "scenario fast_leader: "]),
        ({"worlds": pd.DataFrame({"pace": [2.0] * 600})}, ["design kind: store latin, now table"]),
    ],
)
def test_another_experiment_does_not_continue_a_store(
    run: Run, broken: Path, changes: dict[str, Any], told: list[str]
) -> None:
    before = content_of(broken)
    found = refused(run, "broken", resume=True, **changes)
    assert "cannot be continued" in found[0]
    for part in told:
        assert any(line.startswith(part) for line in found[1:]), (part, found)
    assert content_of(broken) == before


def test_every_difference_of_a_strategy_is_named(run: Run, broken: Path, small_model: Model) -> None:
    table: LeverTable = small_model.lever_table
    fast = small_model.strategy("fast", catchup_share={2026: 0.5, 2028: 0.8}, fiscal_ai_rd=60)
    turning = small_model.strategy("turning")
    assert turning.switch is not None and table
    later = replace(turning, switch=replace(turning.switch, below=7.0))
    found = refused(run, "broken", resume=True, strategies=[fast, later])
    assert found[1:] == [
        "strategy fast: fiscal_ai_rd at 2028: 90, now 60",
        "strategy fast: catchup_share at 2028: 0.9, now 0.8",
        "strategy turning: switch when below: store 6, now 7",
    ]


def test_another_model_or_library_does_not_continue_a_store(run: Run, broken: Path) -> None:
    path = broken / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["model_hash"] = "3f2a" * 16
    manifest["versions"] |= {"llvmlite": "0.9.0", "twintrack": "0.1.0"}
    manifest["machine"]["cores"] = 1024
    manifest["design"]["parameters"]["pace"]["range"] = [1, 9]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    found = "\n".join(refused(run, "broken", resume=True))
    for part in (
        "model hash: store 3f2a3f2a3f2a…, now ",
        "versions llvmlite: store 0.9.0, now ",
        "versions twintrack: store 0.1.0, now ",
        "design parameters pace range: store [1, 9], now [2",
    ):
        assert part in found
    assert "cores" not in found
    manifest["format"] = 99
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert "the store has format 99" in refused(run, "broken", resume=True)[0]
    path.write_text("{", encoding="utf-8")
    assert "is damaged" in refused(run, "broken", resume=True)[0]


def test_a_changed_comment_continues_a_store_and_a_changed_constant_does_not(
    run: Run, whole: dict[str, bytes], broken: Path, small_content: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(small_content, copy)
    equations = copy / "model" / "twintrack.mdl"
    text = equations.read_text(encoding="utf-8")
    equations.write_text(text.replace("switch ramp=\n\t2", "switch ramp=\n\t3"), encoding="utf-8")
    assert "model hash: store" in refused(run, "broken", resume=True, model=twintrack.load(copy))[1]
    equations.write_text(text.replace("Source: assumption", "\n\nSource: nobody"), encoding="utf-8")
    run("broken", resume=True, model=twintrack.load(copy))
    assert content_of(broken) == whole


def test_another_machine_is_noted(run: Run, broken: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = broken / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["machine"]["processor"] = "abacus"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    run("broken", resume=True)
    assert "machine processor: store abacus, now" in caplog.text


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_a_disk_that_refuses_is_told_and_the_store_continues(
    run: Run, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: int
) -> None:
    with monkeypatch.context() as patch:
        calls = iter(range(9))

        def fsync(_: int) -> None:
            if next(calls, None) is None:
                raise OSError(error, os.strerror(error))

        patch.setattr(os, "fsync", fsync)
        with pytest.raises(TwinTrackError) as caught:
            run("store")
    folder = tmp_path / "store"
    assert os.strerror(error) in str(caught.value) and str(folder) in str(caught.value)
    assert "continue with --resume" in str(caught.value)
    assert 0 < len(parts_of(folder)) < 6
    assert not list(folder.rglob(".*"))
    run("store", resume=True)
    assert content_of(folder) == whole


@contextmanager
def file_limit(size: int) -> Iterator[None]:
    """No file may become larger; a write beyond that fails as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_files_that_cannot_grow_are_told(run: Run, whole: dict[str, bytes], tmp_path: Path) -> None:
    with file_limit(20_000), pytest.raises(TwinTrackError, match=r"store.*too large.*--resume"):
        run("store")
    with file_limit(6_000), pytest.raises(TwinTrackError, match=r"worlds\.parquet.*too large"):
        run("other")
    for name in ("store", "other"):
        run(name, resume=True)
        assert content_of(tmp_path / name) == whole


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with room for little."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this user may not mount a file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_full_and_a_read_only_disk(
    run: Run, whole: dict[str, bytes], small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TwinTrackError, match=r"but only \d+ kB are free"):
        run("disk/store")
    assert not (small_disk / "store").exists()
    monkeypatch.setattr(experiments, "_CLEARLY", 0.0)
    with pytest.raises(TwinTrackError, match="No space left on device"):
        run("disk/store", resume=True)
    folder = small_disk / "store"
    assert not list(folder.rglob("*.tmp"))
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(TwinTrackError, match="Read-only file system"):
        run("disk/store", resume=True)
    with pytest.raises(TwinTrackError, match="Read-only file system"):
        run("disk/other")
    subprocess.run(["mount", "-o", "remount,rw,size=4m", small_disk], check=True)
    run("disk/store", resume=True)
    assert content_of(folder) == whole
