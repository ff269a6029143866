"""The generator of `equations.streams` as instructions on the bits of registers."""

from __future__ import annotations

from typing import Protocol

from twintrack.equations.streams import BELOW_ONE, DROPPED, ONE_BITS, PARITY, ROTATIONS, ROUNDS


class Bits(Protocol):
    """Registers that can be taken for bits."""

    def literal(self, value: float) -> str:
        """Give a number as a constant."""
        ...

    def arithmetic(self, op: str, one: str, other: str) -> str:
        """Give a sum, difference, product or quotient."""
        ...

    def bits_of(self, number: str) -> str:
        """Give the bits of a number."""
        ...

    def number_of(self, bits: str) -> str:
        """Give the number that has some bits."""
        ...

    def on_bits(self, op: str, bits: str, other: str | int) -> str:
        """Do something to bits: "add", "xor", "or", "turn" them to the left, "unsigned_right"."""
        ...


def uniform(to: Bits, stream: str, seed: str, run: str, now: str) -> str:
    """Give a number within 0 and 1 for a stream, a seed, a run and a time."""
    key = [to.bits_of(stream), to.bits_of(seed)]
    keys = (*key, to.on_bits("xor", to.on_bits("xor", key[0], key[1]), PARITY))
    one = to.on_bits("add", to.bits_of(run), keys[0])
    other = to.on_bits("add", to.bits_of(now), keys[1])
    for number in range(ROUNDS):
        one = to.on_bits("add", one, other)
        other = to.on_bits("xor", to.on_bits("turn", other, ROTATIONS[number % len(ROTATIONS)]), one)
        if number % 4 == 3:
            added = number // 4 + 1
            one = to.on_bits("add", one, keys[added % 3])
            other = to.on_bits("add", to.on_bits("add", other, keys[(added + 1) % 3]), added)
    mantissa = to.on_bits("or", to.on_bits("unsigned_right", one, DROPPED), ONE_BITS)
    return to.arithmetic("subtract", to.number_of(mantissa), to.literal(BELOW_ONE))
