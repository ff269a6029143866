"""The judge sees each kind of fault: without this, an empty report of faults would mean nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import fuzz_place
import pytest
from fuzz_place import Case, FaultError, Place, Told, judge, working_in


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path / "place")
    with working_in(made):
        yield made


def _raises(_: Place) -> None:
    Path("../content/model/world.yaml").write_text("gone", encoding="utf-8")


def _spins(_: Place) -> None:
    while True:
        time.process_time()


@pytest.mark.parametrize(("kind", "call"), [("overwritten", _raises), ("hang", _spins)])
def test_what_a_call_does_is_seen(
    kind: str, call: Callable[[Place], None], place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuzz_place, "LONGEST", 0.2)
    with pytest.raises(FaultError) as caught:
        judge(place, Case(call=call))
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    ("kind", "wrong", "told"),
    [
        ("exit code", "", Told(3, "mine.yaml:1: wrong")),
        ("exit code", "mine.yaml:", Told(1, "mine.yaml:1: wrong")),
        ("no message", "", Told(1, "")),
        ("silence", "mine.yaml:", Told(0, "1 file is good")),
        ("no place", "mine.yaml:", Told(2, "other.yaml:1: wrong")),
        ("no place", "", Told(2, "something is wrong")),
    ],
)
def test_what_a_command_tells_is_judged(
    kind: str, wrong: str, told: Told, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "program", lambda *_: told)
    with pytest.raises(FaultError) as caught:
        judge(place, Case(commands=(("check", "mine.yaml"),), wrong=wrong))
    assert caught.value.kind == kind


def test_what_check_calls_good_must_run(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([Told(0, "good"), Told(2, "mine.yaml:1: wrong")])
    monkeypatch.setattr(place, "program", lambda *_: next(answers))
    with pytest.raises(FaultError, match="silence"):
        judge(place, Case(commands=(("check", "mine.yaml"), ("run", "mine.yaml"))))


def test_a_traceback_is_seen(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twintrack.inputs.check_files.check_file", lambda *_: 1 / 0)
    with pytest.raises(FaultError, match="traceback: ZeroDivisionError"):
        judge(place, Case({"work/mine.yaml": b"title: a\n"}, (("check", "mine.yaml"),)))


def test_everything_is_put_back(place: Place) -> None:
    before = place.state()
    judge(
        place,
        Case(
            {"content/model/world.yaml": b"{", "work/mine.yaml": b"{"}, (("check",), ("check", "mine.yaml"))
        ),
    )
    assert place.state() == before
