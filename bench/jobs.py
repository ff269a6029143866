"""The measurements themselves. Each runs in a child process of its own, pinned to one core or not.

Every job takes plain data and gives plain data: `python -m bench.jobs NAME` reads a JSON
object from standard input and prints one. A job that cannot be done answers {"not_measured": reason}.

Comparisons count the processor time of the process: what else the machine is busy with then counts less.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from itertools import cycle
from typing import Any

from bench.machine import peak_of_memory
from bench.measuring import Json, NotMeasuredError, in_turn, seconds
from bench.roofline import roofline
from bench.wasm import wasm
from bench.workloads import Workload, engine_runner

Job = Callable[..., Json]


def throughput(workload: Json, runs: list[int], rounds: int, c: int = 0) -> Json:
    """Time calls of the native engine with several numbers of runs.

    With `c` runs: in turn with them that many runs in C ("c"), and the native engine's compiled code with its
    inputs packed and room for results at hand, as C has it ("alone"). Gives seconds by contestant, and how
    the C was cut.
    """
    what = Workload(**workload)
    contestants: dict[str, Callable[[], object]] = {}
    engine = engine_runner(what)
    for number in runs:
        given = what.given(number)
        contestants[str(number)] = lambda given=given: engine(given, what.outputs)  # type: ignore[misc]
    shape = None
    reason = None
    if c:
        from bench.peers import best_c_runner, native_runner

        try:
            contestants["c"], shape = best_c_runner(what, c)
            contestants["alone"] = native_runner(what, c)
        except NotMeasuredError as error:
            reason = str(error)
    times = in_turn(contestants, rounds, time.process_time)
    found: Json = {"seconds": times, "not_measured_c": reason}
    if shape is not None:
        found["c_shape"] = {"block": shape.block, "loop": shape.loop, "wide": shape.wide}
    return found


def agreement(workload: Json, strategies: list[str], runs: int) -> Json:
    """Give the largest difference between engine and C for each strategy, relative as in the parity tests."""
    from dataclasses import replace

    import numpy as np

    from bench.vectorised_c import VectorisedC
    from twintrack.errors import TwinTrackError

    what = Workload(**workload)
    engine = engine_runner(what)
    found: Json = {}
    try:
        c = VectorisedC(what.equations)
        for strategy in strategies:
            part = replace(what, strategy=strategy)
            given = part.given(runs)
            mine = engine(given, part.outputs)
            other = c.run(given.constants, given.series, part.outputs, runs=runs, blend=given.blend)
            worst = 0.0
            for name, values in mine.items():
                # A value that is zero but for rounding is compared on the scale of its variable.
                scale = np.maximum(np.abs(values), 1e-6 * np.abs(values).max(initial=0.0))
                error = np.abs(other[name] - values) / np.where(scale > 0, scale, 1.0)
                worst = max(worst, float(error.max(initial=0.0)))
            found[strategy] = worst
    except TwinTrackError as error:
        raise NotMeasuredError(str(error).splitlines()[0]) from error
    return found


def one_by_one(workload: Json, peer: str, rounds: int, finals: list[float]) -> Json:
    """Time single runs of a peer, in turn with single runs of the engine.

    `finals` are earlier ends of the peer's runs; none: the whole horizon. Gives seconds of the engine
    ("engine"), and of the peer by end ("" is the whole horizon), or of Simlin with levers that keep "still"
    and with "moving" ones.
    """
    from bench import peers

    what = Workload(**workload)
    engine = engine_runner(what)
    given = what.given(1)
    contestants: dict[str, Callable[[], object]] = {"engine": lambda: engine(given, what.outputs)}
    if peer == "simlin":
        contestants["still"] = peers.simlin_runner(what, still=True)
        contestants["moving"] = peers.simlin_runner(what, still=False)
    else:
        run = peers.pysd_runner(what, flat=peer == "pysd_flat")
        for final in finals:
            part = what.until(final)
            contestants[f"{final:g}"] = lambda part=part: run(part)  # type: ignore[misc]
        if not finals:
            contestants[""] = lambda: run(what)
    return {"seconds": in_turn(contestants, rounds, time.process_time)}


def latency(workload: Json, calls: int) -> Json:
    """Time single runs as Python users make them, warm: the same one, and with a lever moved each time."""
    what = Workload(**workload)
    run: dict[str, Callable[[], object]]
    if what.model:
        runner, given = engine_runner(what), what.given(1)
        run = {"seconds": lambda: runner(given, what.outputs)}
    else:
        from twintrack.model import load

        model = load()
        name, lever = next(iter(model.levers.items()))
        places = cycle(range(1, 97))

        def moved() -> object:
            value = lever.low + next(places) / 97 * (lever.high - lever.low)
            levers: dict[str, Any] = {name: value}
            return model.run(what.strategy, **levers)

        run = {"seconds": lambda: model.run(what.strategy), "moved": moved}
    return in_turn(run, calls)


def first_run(workload: Json, runs: int) -> Json:
    """Time the first call of the engine in this process: importing, compiling or loading, and running.

    The model has been read before.
    """
    what = Workload(**workload)
    given = what.given(runs)
    names = what.outputs
    first = seconds(lambda: engine_runner(what)(given, names))
    return {"first": first}


def experiment(workload: Json, worlds: int) -> Json:
    """Run an experiment as users do, with the default outputs and one worker for each core, and store it.

    A small one before has compiled the model. Gives seconds, the size of the store, and in bytes the peak of
    memory of this process and of the largest worker (0 when this process has worked alone).
    """
    import resource
    import tempfile
    from pathlib import Path

    from twintrack.runs.experiment import Experiment

    strategies = [Workload(**workload).strategy]
    with tempfile.TemporaryDirectory() as folder:
        Experiment(strategies, worlds=8, prior=True).run(out=Path(folder) / "small")
        out = Path(folder) / "store"
        taken = seconds(lambda: Experiment(strategies, worlds=worlds, prior=True).run(out=out))
        size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return {"seconds": taken, "size": size, "peak": peak_of_memory(), "worker": workers}


JOBS: dict[str, Job] = {
    job.__name__: job
    for job in (throughput, agreement, one_by_one, latency, first_run, experiment, roofline, wasm)
}


def main(name: str) -> None:
    """Do a job on the data that standard input holds, and print what it gives as one line of JSON."""
    given: dict[str, Any] = json.load(sys.stdin)
    try:
        found = JOBS[name](**given)
    except NotMeasuredError as error:
        found = {"not_measured": str(error)}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
