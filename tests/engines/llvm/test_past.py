"""Runs with the same past go on from where it ends, and their numbers are those of whole runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from twintrack.engines import NativeEngine
from twintrack.engines.llvm import past
from twintrack.engines.llvm.past import Past, Pasts
from twintrack.equations import load_equations
from twintrack.equations.structure import Array

MODEL = """{UTF-8}
speed = 0.3 ~ Dmnl ~ |
push = 1 ~ Dmnl ~ |
level = INTEG(push * speed * level - level ^ 1.5 / 10, 1) ~ Dmnl ~ |
late = DELAY3(level, 1) ~ Dmnl ~ |
piped = DELAY FIXED(level, 0.75, 0) ~ Dmnl ~ |
kept = INITIAL(level * speed) ~ Dmnl ~ |
FINAL TIME = 8 ~ Year ~ |
INITIAL TIME = 0 ~ Year ~ |
SAVEPER = 0.5 ~ Year ~ |
TIME STEP = 0.25 ~ Year ~ |
"""
NAMES = ["level", "late", "piped", "kept"]
START = 4.0
"""When pushes begin to differ."""


@pytest.fixture
def engine(tmp_path: Path) -> NativeEngine:
    path = tmp_path / "model.mdl"
    path.write_text(MODEL, encoding="utf-8")
    return NativeEngine(load_equations(path))


def ran(
    engine: NativeEngine, runs: int, push: Array, until: float | None, speed: float = 0.1
) -> dict[str, Array]:
    speeds = np.linspace(speed, 0.9, runs) if runs > 1 else np.array(speed)
    return engine.run({"speed": speeds}, {"push": push}, NAMES, runs=runs, common_until=until)


@pytest.mark.parametrize("runs", [1, 70, 301])
def test_what_goes_on_from_a_past_has_the_bits_of_whole_runs(engine: NativeEngine, runs: int) -> None:
    times = engine.equations.time.times
    for later in (1.0, 0.5, 2.0):
        push = np.where(times >= START, later, 1.0)
        whole, parted = ran(engine, runs, push, None), ran(engine, runs, push, START)
        for name in NAMES:
            np.testing.assert_array_equal(whole[name], parted[name])
    assert len(engine._pasts._known) == 1


def test_another_past_is_not_gone_on_from(engine: NativeEngine) -> None:
    times = engine.equations.time.times
    for early in (3.25, 3.75, 0.0):  # differs before the time that callers say
        push = np.where(times >= early, 0.5, 1.0)
        ran(engine, 9, np.ones_like(times), START)
        np.testing.assert_array_equal(ran(engine, 9, push, START)["late"], ran(engine, 9, push, None)["late"])
    slow = ran(engine, 9, np.ones_like(times), START, speed=0.05)
    np.testing.assert_array_equal(
        slow["level"], ran(engine, 9, np.ones_like(times), None, speed=0.05)["level"]
    )


def test_what_goes_on_is_not_computed_anew(engine: NativeEngine) -> None:
    push = np.ones_like(engine.equations.time.times)
    ran(engine, 9, push, START)
    (known,) = engine._pasts._known.values()
    known.moving[...] = -1.0
    found = ran(engine, 9, push, START)["level"]
    assert (found[: len(known.moving)] == -1.0).all() and (found[len(known.moving) :] > 0).all()


def test_the_oldest_pasts_go_when_there_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "MOST", 2_000)
    pasts = Pasts()
    for key in (b"a", b"b", b"c"):
        pasts.keep(key, Past(np.zeros((1, 100)), np.zeros((0, 0, 0)), np.zeros((0, 0))))
        pasts.find(b"a")
    assert pasts.find(b"b") is None and pasts.find(b"a") is not None and pasts.find(b"c") is not None
