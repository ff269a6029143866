"""Lines of LLVM's textual form, on one number or on a vector of runs, and the names of what they give."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

ARITHMETIC = {"add": "fadd", "subtract": "fsub", "multiply": "fmul", "divide": "fdiv"}
_ON_BITS = {
    "add": "add",
    "subtract": "sub",
    "left": "shl",
    "right": "ashr",
    "unsigned_right": "lshr",
    "or": "or",
    "xor": "xor",
}
_ROUNDER, _ROUNDER_BITS = 1.5 * 2.0**52, 0x4338000000000000


@dataclass(frozen=True)
class Kind:
    """Numbers, or vectors of runs: the types of values, of truth values and of their bits.

    `library` tells whether the C library may be called for what LLVM has no instructions for.
    """

    lanes: int
    library: bool = True

    @property
    def number(self) -> str:
        """The type of a value."""
        return self._of("double")

    @property
    def truth(self) -> str:
        """The type of a truth value."""
        return self._of("i1")

    @property
    def bits(self) -> str:
        """The type of the bits of a value."""
        return self._of("i64")

    @property
    def suffix(self) -> str:
        """What LLVM's own functions for this type end in."""
        return "f64" if self.lanes == 1 else f"v{self.lanes}f64"

    def literal(self, value: float) -> str:
        """Give a number as a constant."""
        return self._all("double", number(value))

    def whole(self, value: int) -> str:
        """Give a whole number as a constant for bits."""
        return self._all("i64", str(value))

    def yes(self) -> str:
        """Give the constant of truth."""
        return self._all("i1", "true")

    def _of(self, one: str) -> str:
        return one if self.lanes == 1 else f"<{self.lanes} x {one}>"

    def _all(self, one: str, text: str) -> str:
        return text if self.lanes == 1 else f"splat ({one} {text})"


def number(value: float) -> str:
    """Give a number by its bits, as LLVM writes what decimal digits might miss."""
    return f"0x{struct.unpack('>Q', struct.pack('>d', value))[0]:016X}"


@dataclass
class Body:
    """The lines of one function, and the functions of LLVM that it calls."""

    kind: Kind
    lines: list[str] = field(default_factory=list)
    called: set[str] = field(default_factory=set)
    _count: int = 0

    @property
    def apart(self) -> bool:
        """Whether two halves of a polynomial are computed at the same time; not in WebAssembly."""
        return self.kind.library

    def put(self, code: str) -> str:
        """Add an instruction and give the name of its result."""
        name = f"%x{self._count}"
        self._count += 1
        self.lines.append(f"{name} = {code}")
        return name

    def call(self, function: str, *args: str) -> str:
        """Call a function of LLVM on values of this kind."""
        kind = self.kind
        name = f"@llvm.{function}.{kind.suffix}"
        self.called.add(f"declare {kind.number} {name}({', '.join([kind.number] * len(args))})")
        return self.put(f"call {kind.number} {name}({', '.join(f'{kind.number} {arg}' for arg in args)})")

    def fused(self, one: str, other: str, added: str) -> str:
        """Give one * other + added, rounded once where the processor can."""
        return self.call("fmuladd", one, other, added)

    def negative(self, value: str) -> str:
        """Give -value."""
        return self.put(f"fneg {self.kind.number} {value}")

    def literal(self, value: float) -> str:
        """Give a number as a constant."""
        return self.kind.literal(value)

    def arithmetic(self, op: str, one: str, other: str) -> str:
        """Give a sum, difference, product or quotient."""
        return self.put(f"{ARITHMETIC[op]} {self.kind.number} {one}, {other}")

    def bits_of(self, number: str) -> str:
        """Give the bits of a number."""
        return self.put(f"bitcast {self.kind.number} {number} to {self.kind.bits}")

    def number_of(self, bits: str) -> str:
        """Give the number that has some bits."""
        return self.put(f"bitcast {self.kind.bits} {bits} to {self.kind.number}")

    def on_bits(self, op: str, bits: str, other: str | int) -> str:
        """Add, subtract, join, move or turn bits."""
        operand = other if isinstance(other, str) else self.kind.whole(other)
        if op == "turn":
            kind = self.kind
            name = f"@llvm.fshl.{kind.suffix.replace('f64', 'i64')}"
            self.called.add(f"declare {kind.bits} {name}({kind.bits}, {kind.bits}, {kind.bits})")
            given = ", ".join(f"{kind.bits} {value}" for value in (bits, bits, operand))
            return self.put(f"call {kind.bits} {name}({given})")
        return self.put(f"{_ON_BITS[op]} {self.kind.bits} {bits}, {operand}")

    def converted(self, bits: str) -> str:
        """Give bits, taken for a whole number with a sign and less than 2^51 in size, as a number."""
        if self.kind.library:
            return self.put(f"sitofp {self.kind.bits} {bits} to {self.kind.number}")
        # A register of WebAssembly cannot convert them: they become the low bits of a mantissa.
        moved = self.number_of(self.on_bits("add", bits, _ROUNDER_BITS))
        return self.arithmetic("subtract", moved, self.literal(_ROUNDER))

    def compare(self, relation: str, one: str, other: str) -> str:
        """Compare two values."""
        return self.put(f"fcmp {relation} {self.kind.number} {one}, {other}")

    def choose(self, condition: str, yes: str, no: str) -> str:
        """Give one of two values by a truth value."""
        kind = self.kind
        return self.put(f"select {kind.truth} {condition}, {kind.number} {yes}, {kind.number} {no}")
