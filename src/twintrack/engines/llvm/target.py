"""What code is made for: this processor, or WebAssembly."""

from __future__ import annotations

from dataclasses import dataclass

from twintrack.engines.llvm.instructions import Kind


@dataclass(frozen=True)
class Target:
    """How wide code works.

    `lanes` runs are in a register. `block` runs are taken by a basic block in one loop: what they leave to
    the next one stays in a near cache. A basic block has so many `operations`, enough to hide the loop and
    few enough to stay in registers. `library` tells whether code may call the C library.
    """

    lanes: int
    block: int
    operations: int
    library: bool = True

    @property
    def one(self) -> Kind:
        """What is computed for all runs at once."""
        return Kind(1, self.library)

    @property
    def runs(self) -> Kind:
        """A register of runs."""
        return Kind(self.lanes, self.library)


NATIVE = Target(lanes=8, block=64, operations=35)
"""One 512-bit register; LLVM splits it on processors with narrower ones. Values stay in the second cache."""

WASM = Target(lanes=2, block=40, operations=200, library=False)
"""One 128-bit register, the widest of WebAssembly. V8 gives registers well in longer basic blocks."""
