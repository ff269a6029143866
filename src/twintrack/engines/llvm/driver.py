"""The function that runs a compiled model: over blocks of runs, and for each over all steps."""

from __future__ import annotations

from collections.abc import Mapping

from twintrack.engines.llvm.body import number
from twintrack.engines.llvm.target import Target
from twintrack.equations.clock import TimeGrid

_PARAMETERS = (
    "i64 %runs, i64 %stride, i64 %from, i64 %steps, ptr noalias %P, ptr noalias %XS, ptr noalias %X, "
    "ptr noalias %Y, ptr noalias %N, ptr noalias %W, ptr noalias %F, ptr noalias %Z, ptr noalias %rows"
)

START = (
    "ptr %A, ptr %B, ptr %R, ptr %K, ptr %T, ptr %F, ptr %Z, ptr %x0, ptr %p, ptr %still, "
    "i64 %stride, i64 0, i1 true, i64 %n"
)
"""What `run` passes to the basic blocks that compute initial values."""
STEP = (
    "ptr %S, ptr %S2, ptr %R, ptr %K, ptr %T, ptr %F, ptr %z, ptr %x, ptr %p, ptr %y, "
    "i64 %stride, i64 %i, i1 %save, i64 %n"
)
"""What `run` passes to the basic blocks of a step."""


def driver(sizes: Mapping[str, int], grid: TimeGrid, target: Target, init: str, steps: str) -> str:
    """Write `prepare` and `run`; `init` and `steps` are the calls of the basic blocks.

    They stand in `run` itself: a function between them would pass arguments on through memory, and a step of
    a small model would wait for that.

    `prepare(steps, XS, F, Z)` computes what all runs share; `run` all the rest. Arrays of float64, the axis
    of runs last and `stride` long: P (constants, runs), XS (steps + 1, shared series), X (steps + 1, series,
    runs), Y (saved rows, moving outputs, runs), N (still outputs, runs); W is room to work. `rows` tells for
    every step which row of Y it is saved in, or -1.

    Runs begin at step 0 where `from` is 0. From another step, which must be even, one block of runs goes on
    with the W of a call whose last step was the one before; nothing that it gave for N has to be given again.
    Y and N begin at a line of the cache, and `stride` is a whole number of lines.
    """
    levels, rings, held = (sizes[name] * target.block for name in ("levels", "rings", "held"))
    return f"""
{_times(grid)}
declare i64 @llvm.umin.i64(i64, i64)
define internal void @fill(ptr %at, {target.runs.number} %value, i64 %length) {{
entry:
  br label %loop
loop:
  %k = phi i64 [ 0, %entry ], [ %next, %loop ]
  %offset = mul i64 %k, {target.block}
  %address = getelementptr double, ptr %at, i64 %offset
  store {target.runs.number} %value, ptr %address, align 8
  %next = add i64 %k, 1
  %more = icmp ult i64 %next, %length
  br i1 %more, label %loop, label %end
end:
  ret void
}}
define void @prepare(i64 %steps, ptr %XS, ptr %F, ptr %Z) {{
entry:
  call void @fixed(ptr %XS, ptr %F, ptr %Z, double {number(grid.initial)})
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
{_time(grid)}
  %xo = mul i64 %i, {sizes["shared_series"]}
  %x = getelementptr double, ptr %XS, i64 %xo
  %zo = mul i64 %i, {sizes["shared"]}
  %z = getelementptr double, ptr %Z, i64 %zo
  call void @shared(ptr %x, ptr %F, ptr %z, double %t)
  %next = add i64 %i, 1
  %more = icmp ule i64 %next, %steps
  br i1 %more, label %loop, label %end
end:
  ret void
}}
define void @run({_PARAMETERS}) {{
entry:
  %A = getelementptr double, ptr %W, i64 0
  %B = getelementptr double, ptr %W, i64 {levels}
  %R = getelementptr double, ptr %W, i64 {2 * levels}
  %K = getelementptr double, ptr %W, i64 {2 * levels + rings}
  %T = getelementptr double, ptr %W, i64 {2 * levels + rings + held}
  br label %block
block:
  %r = phi i64 [ 0, %entry ], [ %nextr, %endblock ]
  %left = sub i64 %runs, %r
  %n = call i64 @llvm.umin.i64(i64 %left, i64 {target.block})
  %p = getelementptr double, ptr %P, i64 %r
  %still = getelementptr double, ptr %N, i64 %r
  %x0 = getelementptr double, ptr %X, i64 %r
  %fresh = icmp eq i64 %from, 0
  br i1 %fresh, label %begin, label %step
begin:
{init}
  br label %step
step:
  %i = phi i64 [ %from, %block ], [ 0, %begin ], [ %nexti, %stepped ]
  %S = phi ptr [ %A, %block ], [ %A, %begin ], [ %S2, %stepped ]
  %S2 = phi ptr [ %B, %block ], [ %B, %begin ], [ %S, %stepped ]
  %zo = mul i64 %i, {sizes["shared"]}
  %z = getelementptr double, ptr %Z, i64 %zo
  %xr = mul i64 %i, {sizes["series"]}
  %xs = mul i64 %xr, %stride
  %xo = add i64 %xs, %r
  %x = getelementptr double, ptr %X, i64 %xo
  %ra = getelementptr i64, ptr %rows, i64 %i
  %row = load i64, ptr %ra
  %save = icmp sge i64 %row, 0
  %yr = mul i64 %row, {sizes["moving"]}
  %ys = mul i64 %yr, %stride
  %yo = add i64 %ys, %r
  %y = getelementptr double, ptr %Y, i64 %yo
{steps}
  br label %stepped
stepped:
  %nexti = add i64 %i, 1
  %morei = icmp ule i64 %nexti, %steps
  br i1 %morei, label %step, label %endblock
endblock:
  %nextr = add i64 %r, {target.block}
  %morer = icmp ult i64 %nextr, %runs
  br i1 %morer, label %block, label %end
end:
  {"fence seq_cst" if target.streams else ""}
  ret void
}}
{"!0 = !{i32 1}" if target.streams else ""}
"""


def _times(grid: TimeGrid) -> str:
    """Write the times of a grid whose steps differ."""
    if not grid.lengths:
        return ""
    values = ", ".join(f"double {number(time)}" for time in grid.times)
    return f"@times = internal constant [{len(grid.times)} x double] [{values}]"


def _time(grid: TimeGrid) -> str:
    """Write what gives the time %t of the step %i."""
    if grid.lengths:
        return "  %at = getelementptr double, ptr @times, i64 %i\n  %t = load double, ptr %at"
    return f"""  %count = sitofp i64 %i to double
  %passed = fmul double %count, {number(grid.step)}
  %t = fadd double %passed, {number(grid.initial)}"""
