"""worlds.parquet: whole designs go to the disk, but never into memory."""

from __future__ import annotations

import io
import tracemalloc
from functools import partial
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
