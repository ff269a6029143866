"""Compiled functions on disk, and how JAX is started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from twintrack.engines import JaxEngine, executables
from twintrack.equations import Equations, load_equations

MODEL = """{UTF-8}
level = INTEG(rate*level, 1) ~ ~ |
rate = 0.1 ~ ~ |
FINAL TIME = 4 ~ ~ |
INITIAL TIME = 0 ~ ~ |
SAVEPER = 1 ~ ~ |
TIME STEP = 1 ~ ~ |
"""
EXPECTED = 1.1 ** np.arange(5)


@pytest.fixture
def equations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Equations:
    monkeypatch.setenv("TWINTRACK_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "model.mdl"
    path.write_text(MODEL, encoding="utf-8")
    return load_equations(path)


def stored_file(tmp_path: Path) -> Path:
    (found,) = (tmp_path / "cache" / "executables").iterdir()
    return found


def level(equations: Equations) -> np.ndarray:
    return JaxEngine(equations).run({}, {}, ["level"])["level"][:, 0]


def test_a_stored_function_is_used_again(
    equations: Equations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.testing.assert_allclose(level(equations), EXPECTED)
    monkeypatch.setattr(executables, "_compile", lambda *_: pytest.fail("compiled again"))
    np.testing.assert_allclose(level(equations), EXPECTED)


@pytest.mark.parametrize("damage", [b"", b"garbage", "cut", "flipped", "foreign"])
def test_a_damaged_file_is_ignored_and_replaced(
    damage: str | bytes, equations: Equations, tmp_path: Path
) -> None:
    import hashlib

    level(equations)
    path = stored_file(tmp_path)
    good = path.read_bytes()
    foreign = hashlib.sha256(b"not a pickle").digest() + b"not a pickle"
    bad = {"cut": good[:-100], "flipped": good[:-1] + bytes([good[-1] ^ 1]), "foreign": foreign}
    path.write_bytes(bad.get(damage, damage))
    np.testing.assert_allclose(level(equations), EXPECTED)
    assert path.stat().st_size > len(good) / 2, "the file was written again"


def test_another_source_is_another_file(equations: Equations, tmp_path: Path) -> None:
    level(equations)
    JaxEngine(equations).run({"rate": 0.2}, {}, ["level"])
    assert len(list((tmp_path / "cache" / "executables").iterdir())) == 2


def test_the_users_environment_and_precision_are_left_alone(tmp_path: Path) -> None:
    script = f"""
import os
from pathlib import Path
from twintrack.engines import JaxEngine
from twintrack.equations import load_equations
found = JaxEngine(load_equations(Path({str(tmp_path / "model.mdl")!r}))).run({{}}, {{}}, ["level"])["level"]
assert found.dtype == "float64" and abs(found[-1, 0] - 1.1**4) < 1e-15, found
assert os.environ["XLA_FLAGS"] == "--xla_cpu_enable_fast_math=false", os.environ["XLA_FLAGS"]
import jax.numpy as jnp
assert jnp.ones(3).dtype == "float32"
"""
    (tmp_path / "model.mdl").write_text(MODEL, encoding="utf-8")
    environment = {**os.environ, "XLA_FLAGS": "--xla_cpu_enable_fast_math=false"}
    subprocess.run([sys.executable, "-c", script], check=True, env=environment)
