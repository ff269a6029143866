"""What the engine compiled by LLVM promises beyond what all engines do; constructs are tested elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from twintrack.engines import NativeEngine, NumpyEngine
from twintrack.engines.llvm import engine as llvm_engine
from twintrack.equations import load_equations

CONTROL = """
FINAL TIME = 4 ~ Year ~ |
INITIAL TIME = 0 ~ Year ~ |
SAVEPER = 0.5 ~ Year ~ |
TIME STEP = 0.25 ~ Year ~ |
"""
FUNCTIONS = """
x = 1 ~ Dmnl ~ |
y = 1 ~ Dmnl ~ |
moving = x + 0 * Time ~ Dmnl ~ |
exponential = EXP(moving) ~ Dmnl ~ |
logarithm = LN(moving) ~ Dmnl ~ |
general power = moving ^ y ~ Dmnl ~ |
cube root = moving ^ (1/3) ~ Dmnl ~ |
tenth power = moving ^ 10 ~ Dmnl ~ |
inverse square = moving ^ (-2) ~ Dmnl ~ |
greatest = MAX(moving, y) ~ Dmnl ~ |
smallest = MIN(y, moving) ~ Dmnl ~ |
at least two = MAX(2, moving) ~ Dmnl ~ |
whole = INTEGER(moving / y) ~ Dmnl ~ |
rest = MODULO(moving, y) ~ Dmnl ~ |
"""
CHAIN = """
speed = 0.3 ~ Dmnl ~ |
level = INTEG(speed * level - level ^ 1.5 / 10, 1) ~ Dmnl ~ |
late = DELAY3(level, 1) ~ Dmnl ~ |
piped = DELAY FIXED(level, 1, 0) ~ Dmnl ~ |
"""
TINY = np.finfo(np.float64).tiny


def path_of(text: str, folder: Path) -> Path:
    path = folder / "model.mdl"
    path.write_text("{UTF-8}\n" + text + CONTROL, encoding="utf-8")
    return path


@pytest.fixture
def functions(tmp_path: Path) -> NativeEngine:
    return NativeEngine(load_equations(path_of(FUNCTIONS, tmp_path)))


def value(engine: NativeEngine, name: str, x: np.ndarray, y: np.ndarray | float = 1.0) -> np.ndarray:
    runs = len(x)
    given = {"x": x, "y": np.broadcast_to(y, runs).astype(np.float64)}
    return engine.run(given, {}, [name], runs=runs)[name][0]


def test_exponential_is_right_to_the_last_digits(functions: NativeEngine) -> None:
    x = np.concatenate([np.linspace(-707, 709.7, 20001), np.linspace(-1e-9, 1e-9, 101)])
    np.testing.assert_allclose(value(functions, "exponential", x), np.exp(x), rtol=5e-16)


def test_exponential_at_the_ends(functions: NativeEngine) -> None:
    x = np.array([-np.inf, -1e300, -745.2, 709.79, 1e300, np.inf, np.nan])
    expected = np.array([0.0, 0.0, 0.0, np.inf, np.inf, np.inf, np.nan])
    np.testing.assert_array_equal(value(functions, "exponential", x), expected)


def test_logarithm_is_right_to_the_last_digits(functions: NativeEngine) -> None:
    x = np.concatenate([np.geomspace(TINY, 1e308, 20001), np.linspace(0.5, 2, 4001)])
    np.testing.assert_allclose(value(functions, "logarithm", x), np.log(x), rtol=5e-16, atol=3e-17)


def test_logarithm_at_the_ends(functions: NativeEngine) -> None:
    x = np.array([0.0, -1.0, -np.inf, np.inf, np.nan])
    expected = np.array([-np.inf, np.nan, np.nan, np.inf, np.nan])
    np.testing.assert_array_equal(value(functions, "logarithm", x), expected)


def test_powers_take_signs_and_zeros_as_the_library_does(functions: NativeEngine) -> None:
    bases, exponents = (
        np.array([-8.0, -1.5, 0.0, 0.3, 1.0, 7.0]),
        np.array([-3.0, -2.0, 0.0, 0.5, 1.5, 2.0, 9.0]),
    )
    x, y = (grid.ravel() for grid in np.meshgrid(bases, exponents))
    with np.errstate(all="ignore"):
        expected = np.power(x, y)
        roots, tenth, inverse = np.power(bases, 1 / 3), bases**10, bases**-2.0
    np.testing.assert_allclose(value(functions, "general_power", x, y), expected, rtol=3e-15)
    np.testing.assert_allclose(value(functions, "cube_root", bases), roots, rtol=3e-15)
    np.testing.assert_allclose(value(functions, "tenth_power", bases), tenth, rtol=3e-15)
    np.testing.assert_allclose(value(functions, "inverse_square", bases), inverse, rtol=3e-15)


@pytest.mark.parametrize("name", ["greatest", "smallest", "at_least_two", "cube_root", "general_power"])
def test_what_is_no_number_stays_none(functions: NativeEngine, name: str) -> None:
    assert np.isnan(value(functions, name, np.array([np.nan]), 1.0)).all()


def test_what_is_rounded_down_is_divided_exactly(functions: NativeEngine) -> None:
    """A multiplication by 1 / 0.1 would carry some of these quotients below the whole number."""
    x = np.arange(201) * 0.1
    np.testing.assert_array_equal(value(functions, "whole", x, 0.1), np.trunc(x / 0.1))
    np.testing.assert_allclose(value(functions, "rest", x, 0.1), x - 0.1 * np.trunc(x / 0.1), atol=1e-15)


def test_a_run_has_the_same_bits_whatever_runs_beside_it(tmp_path: Path) -> None:
    engine = NativeEngine(load_equations(path_of(CHAIN, tmp_path)))
    names = ["level", "late", "piped"]
    speeds = np.linspace(0.1, 0.9, 301)
    together = engine.run({"speed": speeds}, {}, names, runs=301)
    for first, last in ((0, 1), (5, 12), (77, 205), (300, 301)):
        part = engine.run({"speed": speeds[first:last]}, {}, names, runs=last - first)
        for name in names:
            np.testing.assert_array_equal(part[name], together[name][:, first:last])
    alone = engine.run({"speed": speeds[40]}, {}, names)
    assert (alone["level"][:, 0] == together["level"][:, 40]).all()
    numpy = NumpyEngine(engine.equations).run({"speed": speeds}, {}, names, runs=301)
    for name in names:
        np.testing.assert_allclose(together[name], numpy[name], rtol=1e-13)


def test_machine_code_is_compiled_once_and_then_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINTRACK_CACHE", str(tmp_path / "cache"))
    path = path_of(CHAIN, tmp_path)
    first = NativeEngine(load_equations(path)).run({}, {}, ["level"])["level"]

    def refuse(text: str) -> bytes:
        raise AssertionError(text[:0])

    monkeypatch.setattr(llvm_engine, "machine_code", refuse)
    again = NativeEngine(load_equations(path)).run({}, {}, ["level"])["level"]
    np.testing.assert_array_equal(first, again)
    (stored,) = (tmp_path / "cache" / "machine_code").iterdir()
    stored.write_bytes(stored.read_bytes()[:100])
    with pytest.raises(AssertionError):
        NativeEngine(load_equations(path)).run({}, {}, ["level"])


def test_a_lookup_that_falls_far_ends_at_its_last_point(tmp_path: Path) -> None:
    text = """
x = 9 ~ Dmnl ~ |
y = WITH LOOKUP(x, ((0,1e6),(1,3e4),(2,700),(3,20),(4,0.3),(5,1e-3),(6,1e-5),(7,1.158656e-7))) ~ Dmnl ~ |
z = y + 0 * Time ~ Dmnl ~ |
"""
    engine = NativeEngine(load_equations(path_of(text, tmp_path)))
    found = engine.run({"x": np.array([-1.0, 0.5, 7.0, 9.0])}, {}, ["z"], runs=4)["z"][0]
    np.testing.assert_allclose(found, [1e6, 515000.0, 1.158656e-7, 1.158656e-7], rtol=1e-12)


def test_a_truth_value_that_is_held_for_each_run_is_read_again(tmp_path: Path) -> None:
    text = "a = 1 ~ Dmnl ~ |\nx = IF THEN ELSE(a > 2, Time, -Time) ~ Dmnl ~ |\n"
    engine = NativeEngine(load_equations(path_of(text, tmp_path)))
    found = engine.run({"a": np.array([1.0, 3.0])}, {}, ["x"], runs=2)["x"]
    times = engine.equations.time.saved
    np.testing.assert_array_equal(found, np.stack([-times, times], axis=-1))
