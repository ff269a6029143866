"""What code is made for: this processor, or WebAssembly."""

from __future__ import annotations

from dataclasses import dataclass, replace

from twintrack.engines.llvm.body import Kind


@dataclass(frozen=True)
class Target:
    """How wide code works.

    `lanes` runs are in a register. `block` runs are taken by a basic block in one loop: what they leave to
    the next one stays in a near cache. A basic block has about so many `instructions`, enough to hide the
    loop and few enough to stay in registers. `library` tells whether code may call the C library; `gathers`,
    whether exponentials and logarithms are gathered and computed side by side, in code for one run;
    `streams`, whether outputs go past the caches: a small model gives more than these hold, and does not
    read it again.
    """

    lanes: int
    block: int
    instructions: int
    library: bool = True
    gathers: bool = False
    streams: bool = False

    def sized(self, state: int) -> Target:
        """Give the target for a model whose runs hold so many numbers: the fewer, the more runs in a block.

        Outputs are then written in longer pieces.
        """
        block = self.block
        while self.library and 1 < block < LONGEST and 2 * block * state * 8 <= _NEAR:
            block *= 2
        return replace(self, block=block, streams=block > self.block)

    @property
    def one(self) -> Kind:
        """What is computed for all runs at once."""
        return Kind(1, self.library)

    @property
    def runs(self) -> Kind:
        """A register of runs."""
        return Kind(self.lanes, self.library)


LONGEST = 256
"""Most runs of a block of the native engine."""
_NEAR = 2**18
"""Bytes of the second cache that the state of a block may take for it to grow."""

NATIVE = Target(lanes=8, block=64, instructions=50)
"""One 512-bit register; LLVM splits it on processors with narrower ones. Values stay in the second cache."""

MANY_REGISTERS = replace(NATIVE, instructions=80)
"""The same for processors that have 32 of these registers."""

SINGLE = Target(lanes=1, block=1, instructions=300, gathers=True)
"""Code for one run: without lanes that compute for nothing, and without loops over runs."""

WASM = Target(lanes=2, block=40, instructions=450, library=False)
"""One 128-bit register, the widest of WebAssembly. V8 gives registers well in longer basic blocks."""

SHORT = replace(WASM, instructions=2000)
"""The same for code that is to be short and is seldom run: the longer a basic block, the less is spilled."""
