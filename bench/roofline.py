"""What bounds the native engine: work and traffic of a step, beside what this processor can do at most.

Work and traffic are counted in the text that the machine code is made of, for one run and one step. Registers
that the compiler saves in between come on top of that traffic.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from bench.machine import has_vectors
from bench.measuring import Json, in_turn
from bench.peers import checked
from bench.workloads import Workload
from twintrack.engines import NativeEngine
from twintrack.engines.base import Inputs
from twintrack.engines.llvm.machine import batch_target, loaded, machine_code
from twintrack.engines.llvm.source import Source, source
from twintrack.engines.scalar.fusing import fused
from twintrack.engines.scalar.lowering import scalar_program

CHAINS = 10
"""So many sums run side by side in the measurement of the peak, enough to hide how long one takes."""
TURNS = 1_000_000
NEAR, MIDDLE = 16, 256
"""KiB that fit in the first and in the second cache."""
_FLOATING = {"fadd": 1, "fsub": 1, "fmul": 1, "fdiv": 1, "llvm.fmuladd": 2}
_STEP = re.compile(r"define internal void @step_\d+\(.*?\n\}\n", re.DOTALL)


def written(what: Workload, runs: int) -> tuple[Source, Inputs]:
    """Give the text of the code that runs a workload."""
    engine, inputs = NativeEngine(what.equations), checked(what, runs)
    given, (computed, _) = engine.layouts(inputs), engine.known(inputs)
    program = fused(scalar_program(what.equations, given, computed, inputs.grid, engine.sizes.find(inputs)))
    return source(program, what.equations.tables, given, inputs.grid, batch_target()), inputs


def counted(text: str) -> Json:
    """Count what a run does in a saved step: operations on numbers, all operations, and bytes moved."""
    lines = "\n".join(_STEP.findall(text)).splitlines()
    vectors = [line for line in lines if "<" in line and not line.startswith("define")]
    moved = [line for line in vectors if " = load <" in line or line.startswith("store <")]
    computed = [line for line in vectors if line not in set(moved)]
    floating = sum(
        weight
        for line in computed
        for name, weight in _FLOATING.items()
        if re.search(rf"[= @]{name}[ .]", line)
    )
    quiet = (" = bitcast ", " = insertelement ", " = shufflevector ")
    operations = sum(not any(word in line for word in quiet) for line in computed)
    return {"floating": floating, "operations": operations, "bytes": 8 * len(moved)}


def peaks(core_lanes: int) -> dict[str, Callable[[], object]]:
    """Give calls that do as many fused products and sums, and read as many bytes, as the processor can."""
    engine = loaded(machine_code(_kernels(core_lanes)))
    kind = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)
    room = np.ones(MIDDLE * 128)

    def call(name: str, size: int, turns: int) -> Callable[[], object]:
        function: Any = kind(engine.get_function_address(name))
        return lambda keep=engine: function(room.ctypes.data, size, turns)  # type: ignore[misc]

    return {
        "fused": call("fused", 0, TURNS),
        "near": call("read", NEAR * 128, TURNS // 100),
        "middle": call("read", MIDDLE * 128, TURNS // 2000),
    }


def _kernels(lanes: int) -> str:
    """Write `fused` and `read` (memory, numbers, turns), each in a loop that nothing else slows down."""
    vector = f"<{lanes} x double>"
    name = f"@llvm.fmuladd.v{lanes}f64"
    half, one = (f"splat (double {value})" for value in ("5.0e-01", "1.0e+00"))
    chains = range(CHAINS)
    starts = [f"%a{k} = phi {vector} [ {one}, %entry ], [ %b{k}, %loop ]" for k in chains]
    products = [
        f"%b{k} = call {vector} {name}({vector} %a{k}, {vector} {half}, {vector} {one})" for k in chains
    ]
    sums = [f"%s{k} = fadd {vector} %{'b0' if k == 1 else f's{k - 1}'}, %b{k}" for k in chains[1:]]
    loads = [
        line
        for k in chains[:8]
        for line in (
            f"%p{k} = getelementptr double, ptr %here, i64 {k * lanes}",
            f"%l{k} = load {vector}, ptr %p{k}, align 8",
            f"%b{k} = fadd {vector} %a{k}, %l{k}",
        )
    ]
    inner = [f"%a{k} = phi {vector} [ {half}, %turn ], [ %b{k}, %loop ]" for k in chains[:8]]
    newline = "\n"
    return f"""
declare {vector} {name}({vector}, {vector}, {vector})
define void @fused(ptr %at, i64 %size, i64 %turns) {{
entry:
br label %loop
loop:
%t = phi i64 [ 0, %entry ], [ %next, %loop ]
{newline.join([*starts, *products])}
%next = add i64 %t, 1
%more = icmp ult i64 %next, %turns
br i1 %more, label %loop, label %end
end:
{newline.join(sums)}
store {vector} %s{CHAINS - 1}, ptr %at, align 8
ret void
}}
define void @read(ptr %at, i64 %size, i64 %turns) {{
entry:
br label %turn
turn:
%t = phi i64 [ 0, %entry ], [ %nextt, %turned ]
br label %loop
loop:
%r = phi i64 [ 0, %turn ], [ %nextr, %loop ]
{newline.join(inner)}
%here = getelementptr double, ptr %at, i64 %r
{newline.join(loads)}
%nextr = add i64 %r, {8 * lanes}
%morer = icmp ult i64 %nextr, %size
br i1 %morer, label %loop, label %turned
turned:
{newline.join(line for line in sums[:7])}
store {vector} %s7, ptr %at, align 8
%nextt = add i64 %t, 1
%moret = icmp ult i64 %nextt, %turns
br i1 %moret, label %turn, label %end
end:
ret void
}}
"""


def roofline(workload: Json, runs: int, rounds: int) -> Json:
    """Measure a call of compiled code in turn with the peaks of this core.

    Gives what a step takes ("step"), and rates by round: steps of runs a second ("engine"), operations on
    numbers a second at most ("fused"), and bytes a second at most ("near", "middle").
    """
    import time

    from bench.peers import native_runner

    what = Workload(**workload)
    text, inputs = written(what, runs)
    lanes = 8 if has_vectors("avx512f") else 4
    contestants = {"engine": native_runner(what, runs), **peaks(lanes)}
    times = in_turn(contestants, rounds, time.process_time)
    done = {
        "engine": runs * (inputs.grid.steps + 1),
        "fused": 2 * CHAINS * lanes * TURNS,
        "near": NEAR * 1024 * (TURNS // 100),
        "middle": MIDDLE * 1024 * (TURNS // 2000),
    }
    rates = {name: [done[name] / taken for taken in times[name]] for name in contestants}
    return {"step": counted(text.text), "rates": rates}
