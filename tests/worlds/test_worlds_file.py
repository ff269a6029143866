"""worlds.parquet: whole designs go to the disk, but never into memory."""

from __future__ import annotations

import io
import subprocess
import sys
import tracemalloc
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from twintrack.runs.parts import part_ranges
from twintrack.worlds.sampling import pieces
from twintrack.worlds.worlds_file import Design, Worlds, write_worlds

EVEN = SimpleNamespace(distribution="uniform", low=1.0, high=3.0, value=1.5)


def design(parameters: int, worlds: int, sampling: Any) -> Design:
    drawn = {f"p{number}": EVEN for number in range(parameters)}
    return Design(tuple(drawn), worlds, partial(pieces, drawn, worlds, 1, sampling), {})


@pytest.mark.parametrize("sampling", ["latin", "sobol"])
def test_parts_of_the_file_are_the_rows_of_the_design(sampling: Any) -> None:
    made = design(5, 70_001, sampling)
    file, parts = io.BytesIO(), part_ranges(70_001)
    write_worlds(file, io.BytesIO(), made, parts)
    expected = pd.DataFrame(made.values().T, columns=made.names)
    with Worlds(io.BytesIO(file.getvalue())) as worlds:  # type: ignore[arg-type]
        assert worlds.names == made.names
        assert worlds.frame(["p3"]).equals(expected[["p3"]])
        for number in (0, 7, len(parts) - 1):
            rows = expected.iloc[parts[number].start : parts[number].stop]
            np.testing.assert_array_equal(worlds.part(number), rows.to_numpy().T)
    assert pd.read_parquet(io.BytesIO(file.getvalue()))["world"].tolist() == list(range(70_001))


@pytest.mark.slow
@pytest.mark.parametrize("sampling", ["latin", "sobol"])
def test_memory_does_not_hold_the_design(sampling: Any, tmp_path: Any) -> None:
    made = design(100, 300_000, sampling)
    assert made.size > 240e6
    with (tmp_path / "worlds").open("wb") as file, (tmp_path / "scratch").open("w+b") as scratch:
        before = pa.total_allocated_bytes()
        tracemalloc.start()
        write_worlds(file, scratch, made, part_ranges(300_000))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 80e6
    assert pa.total_allocated_bytes() - before < 10e6


def test_neither_pandas_nor_statistics_are_needed_to_draw_write_and_read_worlds(tmp_path: Path) -> None:
    """Both take longer to import than some thousand worlds take."""
    program = f"""
import io, sys
from functools import partial
from pathlib import Path
from pathlib import Path
from types import SimpleNamespace
from twintrack.worlds.sampling import pieces
from twintrack.worlds.worlds_file import Design, Worlds, write_worlds
x = SimpleNamespace(name="x", distribution="uniform", low=1.0, high=3.0, value=2.0, spread=None)
design = Design(("x",), 5, partial(pieces, {{"x": x}}, 5, 1, "latin"), {{}})
path = Path({str(tmp_path / "worlds.parquet")!r})
with path.open("wb") as file, io.BytesIO() as scratch:
    write_worlds(file, scratch, design, [range(3), range(3, 5)])
with Worlds(path) as worlds:
    assert worlds.part(1).tolist() == design.values()[:, 3:].tolist()
    assert worlds.labels().tolist() == [0, 1, 2, 3, 4]
print(*[name for name in ("pandas", "scipy.stats") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")
