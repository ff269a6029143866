"""Parts of an ensemble."""

from __future__ import annotations

from itertools import pairwise

import pytest

from twintrack.runs.parts import LARGEST, SMALLEST, part_ranges


@pytest.mark.parametrize(
    ("worlds", "number", "longest"),
    [(1, 1, 1), (256, 1, 256), (257, 2, 129), (1000, 4, 250), (8192, 32, 256), (1_000_000, 245, 4082)],
)
def test_parts_follow_from_the_number_of_worlds(worlds: int, number: int, longest: int) -> None:
    parts = part_ranges(worlds)
    assert (len(parts), len(parts[0])) == (number, longest)


@pytest.mark.parametrize("worlds", [1, 2, 255, 511, 513, 8193, 9999, 131_073, 3_000_001])
def test_parts_hold_each_world_once_and_are_about_as_long(worlds: int) -> None:
    parts = part_ranges(worlds)
    assert parts[0].start == 0 and parts[-1].stop == worlds
    assert all(one.stop == next_one.start for one, next_one in pairwise(parts))
    lengths = {len(part) for part in parts[:-1]} or {len(parts[0])}
    assert len(lengths) == 1
    assert len(parts[0]) <= (SMALLEST if worlds <= 8192 else LARGEST)
    assert len(parts[0]) - len(parts[-1]) < len(parts)
