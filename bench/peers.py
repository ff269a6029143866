"""The other programs that the engine is measured against, each as functions that make one run or many.

What is not installed, or cannot read a model, raises NotMeasuredError with the reason.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bench.measuring import NotMeasuredError, seconds
from bench.workloads import Workload
from twintrack.engines.base import check_inputs
from twintrack.errors import TwinTrackError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.c_source import Shape

C_SHAPES = ((8, 400), (64, 25), (128, 25))
"""Runs per block and operations per loop of the C that is tried; the quickest counts."""
SMALL_SHAPES = ((8, 400), (128, 400), (256, 400))
"""The same for a model of at most `SMALL` variables, whose state leaves room in the cache for more runs."""
SMALL = 100


@contextmanager
def _told() -> Iterator[None]:
    """Turn the errors of a peer into the reason why it is not measured."""
    try:
        yield
    except TwinTrackError as error:
        raise NotMeasuredError(str(error).splitlines()[0]) from error


def c_runner(workload: Workload, runs: int, shape: Shape) -> Callable[[], object]:
    """Give a call that computes so many runs in generated C, and does nothing else."""
    from bench.vectorised_c import VectorisedC, computation

    with _told():
        return computation(VectorisedC(workload.equations, shape), checked(workload, runs))


def native_runner(workload: Workload, runs: int) -> Callable[[], object]:
    """Give a call of the native engine's compiled code that does no more than `c_runner` does."""
    from bench.vectorised_c import computation
    from twintrack.engines import NativeEngine

    return computation(NativeEngine(workload.equations), checked(workload, runs))


def best_c_runner(workload: Workload, runs: int) -> tuple[Callable[[], object], Shape]:
    """Give the quickest of the tried forms of C, and how it is cut."""
    from bench.c_source import Shape
    from bench.vectorised_c import has_wide_vectors

    tried: list[tuple[float, int, Callable[[], object], Shape]] = []
    small = len(workload.equations.variables) <= SMALL
    for block, loop in SMALL_SHAPES if small else C_SHAPES:
        shape = Shape(block, loop, wide=has_wide_vectors())
        call = c_runner(workload, runs, shape)
        call()
        tried.append((min(seconds(call, time.process_time) for _ in range(5)), len(tried), call, shape))
    _, _, call, shape = min(tried)
    return call, shape


def pysd_runner(workload: Workload, *, flat: bool) -> Callable[[Workload], object]:
    """Give a function that makes one run in PySD, of this workload or the same with an earlier end."""
    from twintrack.engines.oracles.pysd import FlatPysdEngine, PysdEngine

    try:
        with _told():
            engine: Any = (FlatPysdEngine if flat else PysdEngine)(workload.path)
    except (SyntaxError, ValueError, KeyError, NotImplementedError) as error:
        raise NotMeasuredError(f"PySD cannot read it: {error}") from error
    # The engine has PySD read its module again before every run; runs with the same inputs need none of it.
    engine._pysd.model.reload = lambda: None

    def run(part: Workload) -> object:
        engine.equations = part.equations
        given = part.given(1)
        return engine.run(given.constants, given.series, part.outputs, blend=given.blend)

    return run


def simlin_runner(workload: Workload, *, still: bool) -> Callable[[], object]:
    """Give a call that makes one run in Simlin and takes the outputs' series out, nothing else.

    `still`: no lever moves; Simlin otherwise halts at every step to be told the next values.
    """
    from bench.simlin import SimlinEngine

    with _told():
        engine = SimlinEngine(workload.path)
        if workload.final is not None:
            raise NotMeasuredError("Simlin runs to the end that the model file says")
        run = engine.timed_run(checked(workload, 1), still=still)
        run()
    return run


def checked(workload: Workload, runs: int) -> Any:
    """Give the checked inputs of so many runs of a workload."""
    given = workload.given(runs)
    equations = workload.equations
    return check_inputs(
        equations, given.constants, given.series, workload.outputs, runs, equations.time, given.blend
    )
