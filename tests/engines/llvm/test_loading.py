"""Machine code reaches its constants and the C library wherever the process has room for them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import mmap, sys
import numpy as np
from twintrack.engines import NativeEngine
from twintrack.equations import load_equations

equations = load_equations(sys.argv[1])
held = [mmap.mmap(-1, 16 << 10) for _ in range(6000)]  # leaves gaps that constants fit in, but no code
held += [mmap.mmap(-1, 64 << 20) for _ in range(120)]  # room that is reserved, not used
found = NativeEngine(equations).run({"x": np.array([0.5, 1.5])}, {}, ["y"], runs=2)["y"]
terms = [np.maximum(np.cos([0.5 + k, 1.5 + k]), 0) ** 1.5 * (k + 0.7) + 3.1 for k in range(60)]
assert abs(found[-1] / sum(terms) - 1).max() < 1e-12, found
print("computed")
"""
TERMS = [f"MAX(COS(x + Time * {k}), 0) ^ 1.5 * {k + 0.7} + 3.1" for k in range(60)]
"""So many that code and constants do not fit into the same gap between what the process holds."""
MODEL = f"""{{UTF-8}}
x = 1 ~ Dmnl ~ |
y = {" + ".join(TERMS)} ~ Dmnl ~ |
FINAL TIME = 1 ~ Year ~ |
INITIAL TIME = 0 ~ Year ~ |
SAVEPER = 1 ~ Year ~ |
TIME STEP = 1 ~ Year ~ |
"""


@pytest.mark.slow
def test_a_process_that_holds_gigabytes_loads_code_with_constants(tmp_path: Path) -> None:
    path = tmp_path / "model.mdl"
    path.write_text(MODEL, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stdout.strip() == "computed", done.stderr[-500:]
