"""Random numbers that follow from what they are for alone: no stream has a state, no number a predecessor.

The generator is Threefry with 20 rounds on two words of 64 bits: J. K. Salmon, M. A. Moraes, R. O. Dror and
D. E. Shaw, Parallel random numbers: as easy as 1, 2, 3 (SC11, 2011). Its key is the stream and the seed, its
counter the run and the time.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROTATIONS = (16, 42, 12, 31, 16, 32, 24, 21)
ROUNDS = 20
PARITY = 0x1BD11BDAA9FC1A22
DROPPED = 12
"""Low bits of a word that are left out, so that the others fill a mantissa."""
ONE_BITS = 0x3FF0000000000000
BELOW_ONE = 1.0 - 2.0**-53
"""What is taken from a number between 1 and 2, so that the result is within 0 and 1 and neither of them."""
STREAM_BITS = 50
"""Bits of the number of a stream: a float holds them, and some draws added to them, exactly."""


def stream_number(*names: object) -> float:
    """Give the number of a stream: a whole one that follows from names."""
    digest = hashlib.sha256("\0".join(map(str, names)).encode()).digest()
    return float(int.from_bytes(digest[:8], "big") >> (64 - STREAM_BITS))


def threefry(
    key: tuple[NDArray[np.uint64], NDArray[np.uint64]], counter: tuple[NDArray[np.uint64], NDArray[np.uint64]]
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Give two words of random bits for each key and counter."""
    keys = (*key, np.uint64(PARITY) ^ key[0] ^ key[1])
    one, other = counter[0] + keys[0], counter[1] + keys[1]
    for number in range(ROUNDS):
        turn = ROTATIONS[number % len(ROTATIONS)]
        one = one + other
        other = (other << np.uint64(turn)) | (other >> np.uint64(64 - turn))
        other = other ^ one
        if number % 4 == 3:
            added = number // 4 + 1
            one = one + keys[added % 3]
            other = other + keys[(added + 1) % 3] + np.uint64(added)
    return one, other


def uniform(stream: Any, seed: Any, run: Any, now: Any) -> Any:
    """Give a number within 0 and 1 for each stream, seed, run and time: floats, or arrays of them."""
    words = [np.asarray(value, np.float64).view(np.uint64) for value in (stream, seed, run, now)]
    with np.errstate(over="ignore"):
        bits, _ = threefry((words[0], words[1]), (words[2], words[3]))
    return ((bits >> np.uint64(DROPPED)) | np.uint64(ONE_BITS)).view(np.float64) - BELOW_ONE
