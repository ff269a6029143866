"""The sections of the benchmark: what each measures, and which numbers it adds to the report."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twintrack.benchmarks.children import child, on_every_core, program
from twintrack.benchmarks.measuring import (
    Json,
    Measured,
    NotMeasuredError,
    cores,
    percentile,
    ratios,
    seconds,
)
from twintrack.benchmarks.workloads import SIR, Workload
from twintrack.resources import CACHE_VARIABLE

NO_FLAG = "--xla_backend_extra_options=xla_cpu_small_while_loop_byte_threshold=1024"
"""What XLA does without the engine's own setting; set by a user, it wins over that."""
PYSD_SECONDS = 20.0
"""PySD runs the whole horizon where that takes less."""
FLAG_GAIN = 1.5
"""The loop compiled as one function must make a single run at least so much faster."""


@dataclass
class Plan:
    """How much is measured, and what was found so far. `tell` is called with a line for each thing begun."""

    workload: Workload
    quick: bool = False
    full: bool = False
    tell: Callable[[str], None] = lambda line: None
    found: Json = field(default_factory=dict)
    not_measured: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def put(self, section: str, name: str, value: Measured | Json | float) -> None:
        """Add a number to the report."""
        json = value.json() if isinstance(value, Measured) else value
        self.found.setdefault(section, {})[name] = json

    def attempt(self, name: str, work: Callable[[], None]) -> None:
        """Measure something; why it cannot be measured is reported, never hidden."""
        self.tell(name)
        try:
            work()
        except NotMeasuredError as error:
            self.not_measured[name] = str(error)

    @property
    def rounds(self) -> int:
        """How many interleaved rounds."""
        return 3 if self.quick else 7


def per_second(runs: int, times: list[float]) -> Measured:
    """Give runs a second from seconds for so many runs."""
    return Measured.of([runs / taken for taken in times])


def latency(plan: Plan) -> None:
    """Measure a single run in Python."""

    def work() -> None:
        calls = 20 if plan.quick else 100
        times = [1e3 * t for t in child("latency", {**_given(plan), "calls": calls})["seconds"]]
        plan.put("run_ms", "single", {**Measured.of(times).json(), "p90": percentile(times, 0.9)})

    plan.attempt("single run", work)


def blocks(plan: Plan) -> None:
    """Measure runs a second on one core by size of the ensemble, and the same in C."""
    sizes = [16, 64, 256] if plan.quick else [16, 64, 128, 256, 512]

    def work() -> None:
        job = {**_given(plan), "runs": sizes, "rounds": plan.rounds, "with_c": True}
        answer = child("throughput", job, core=cores()[0])
        times = answer["seconds"]
        for size in sizes:
            plan.put("runs_per_second_per_core", f"engine, {size} runs", per_second(size, times[str(size)]))
        if "c" in times:
            largest = max(sizes)
            plan.put("runs_per_second_per_core", f"C, {largest} runs", per_second(largest, times["c"]))
            plan.put("ratios", "engine_vs_c", ratios(times["c"], times[str(largest)]))
            shape = answer["c_shape"]
            plan.notes.append(f"C: {shape['block']} runs in a block, {shape['loop']} operations in a loop")
        if answer["not_measured_c"]:
            raise NotMeasuredError(answer["not_measured_c"])

    plan.attempt("runs per second, engine and C", work)
    plan.attempt("agreement of engine and C", lambda: _agreement(plan))


def _agreement(plan: Plan) -> None:
    strategies = [plan.workload.strategy]
    if not plan.workload.model and not plan.quick:
        strategies += ["baseline", "pure_exploration", "sequenced"]
    answer = child("agreement", {**_given(plan), "strategies": strategies, "runs": 16})
    worst = max(answer.values())
    plan.put("agreement", "engine_vs_c", worst)
    if worst > 1e-9:
        plan.notes.append(f"warning: engine and C differ by {worst:.1e}, more than 1e-9")


def pysd(plan: Plan) -> None:
    """Measure single runs of PySD, with and without subscripts, in turn with the engine's."""

    def subscripted() -> None:
        ends = [] if plan.full or _pysd_seconds(plan) < PYSD_SECONDS else _short_ends(plan)
        job = {**_given(plan), "peer": "pysd", "rounds": 1 if plan.full else 2, "finals": ends}
        times = child("one_by_one", job, core=cores()[0])["seconds"]
        whole = _extrapolated(plan, times, ends) if ends else times[""]
        _put_peer(plan, "PySD", "engine_vs_pysd", whole, times["engine"])

    def flat() -> None:
        job = {**_given(plan), "peer": "pysd_flat", "rounds": 2 if plan.quick else 4, "finals": []}
        times = child("one_by_one", job, core=cores()[0])["seconds"]
        _put_peer(plan, "PySD, flattened", "engine_vs_pysd_flat", times[""], times["engine"])

    plan.attempt("PySD", subscripted)
    plan.attempt("PySD, flattened", flat)


def _pysd_seconds(plan: Plan) -> float:
    """Say roughly how long PySD takes for a run with subscripts."""
    equations = plan.workload.equations
    return 4e-5 * equations.time.steps * sum(len(item.labels) for item in equations.variables.values())


def _short_ends(plan: Plan) -> list[float]:
    """Give the ends of two short runs whose difference tells how long a step takes."""
    grid = plan.workload.equations.time
    return [
        min(grid.final, grid.initial + count * grid.save_step)
        for count in ((1, 6) if plan.quick else (2, 10))
    ]


def _extrapolated(plan: Plan, times: Json, ends: list[float]) -> list[float]:
    """Give how long whole runs would take, from those to two earlier ends."""
    early, late = ends
    final = plan.workload.equations.time.final
    ran = f"run to {early:g} and {late:g}, extrapolated to {final:g} by steps"
    plan.notes.append(f"PySD with subscripts: {ran}")
    pairs = zip(times[f"{early:g}"], times[f"{late:g}"], strict=True)
    return [long + (long - short) * (final - late) / (late - early) for short, long in pairs]


def _put_peer(plan: Plan, title: str, ratio: str, times: list[float], engine: list[float]) -> None:
    plan.put("run_ms", title, Measured.of([1e3 * t for t in times]))
    plan.put("ratios", ratio, ratios(times, engine))


def simlin(plan: Plan) -> None:
    """Measure Simlin run by run and the engine's ensembles, one process on every core at the same time.

    The ratio is to Simlin with levers that keep still: it is then never halted to be told the next values.
    """

    def work() -> None:
        count, runs = len(cores()), 256
        peer = {**_given(plan), "peer": "simlin", "rounds": 5 if plan.quick else 30, "finals": []}
        mine = {**_given(plan), "runs": [runs], "rounds": plan.rounds, "with_c": False}
        theirs = on_every_core("one_by_one", peer, cores())
        own = together(on_every_core("throughput", mine, cores()), str(runs), runs)
        still, moving = (together(theirs, key, 1) for key in ("still", "moving"))
        section = "runs_per_second_all_cores"
        plan.put(section, f"engine, {count} cores", Measured.of(own))
        plan.put(section, f"Simlin, {count} cores, levers still", Measured.of(still))
        plan.put(section, f"Simlin, {count} cores, levers moving", Measured.of(moving))
        middle = Measured.of(still).median
        plan.put("ratios", "engine_vs_simlin", Measured.of([value / middle for value in own]))

    plan.attempt("Simlin", work)


def together(answers: list[Json], key: str, runs: int) -> list[float]:
    """Give the runs per second of all cores together, round by round."""
    rounds = zip(*(answer["seconds"].get(key, []) for answer in answers), strict=True)
    return [sum(runs / taken for taken in times) for times in rounds]


def compiling(plan: Plan) -> None:
    """Measure the first call of a process: compiling everything anew, and with the compiled code stored."""

    def work() -> None:
        for runs in (1,) if plan.quick else (1, 256):
            with tempfile.TemporaryDirectory() as folder:
                job = {**_given(plan), "runs": runs}
                for name, times in (("cold", 1), ("stored", 1 if plan.quick else 3)):
                    answers = [
                        child("first_run", job, environment={CACHE_VARIABLE: folder}) for _ in range(times)
                    ]
                    first = Measured.of([answer["first"] for answer in answers])
                    plan.put("first_call_s", f"{name}, {runs} run{'s' * (runs > 1)}", first)

    plan.attempt("compiling", work)


def worlds(plan: Plan) -> None:
    """Measure ensembles of growing size on all cores: time, and the peak of memory."""
    sizes = [1000] if plan.quick else [1000, 10_000, 100_000]
    for size in sizes:

        def work(size: int = size) -> None:
            answer = child(
                "ensemble", {**_given(plan), "worlds": size, "outputs": 10 if size > 50_000 else 0}
            )
            plan.put("worlds_per_second", f"{size} worlds", size / answer["seconds"])
            plan.put("memory_mib", f"{size} worlds, {answer['outputs']} outputs", answer["peak"] / 2**20)
            grown = max(answer["peak"] - answer["before"], 0)
            plan.put("memory_kib_per_run", f"{size} worlds, {answer['outputs']} outputs", grown / size / 1024)

        plan.attempt(f"{size} worlds", work)


def horizon(plan: Plan) -> None:
    """Measure how long an ensemble takes by the length of the horizon."""
    grid = plan.workload.equations.time
    ends = (
        [grid.final]
        if plan.quick
        else [grid.initial + (grid.final - grid.initial) * k / 4 for k in (2, 3, 4)]
    )
    for end in ends:

        def work(end: float = end) -> None:
            part = plan.workload.until(end)
            job = {"workload": part.json(), "runs": [256], "rounds": 3, "with_c": False}
            times = child("throughput", job, core=cores()[0])["seconds"]["256"]
            steps = part.equations.time.steps
            plan.put("runs_per_second_by_horizon", f"to {end:g}, {steps} steps", per_second(256, times))

        plan.attempt(f"horizon to {end:g}", work)


def processes(plan: Plan) -> None:
    """Measure whole processes of the program."""
    count = 2 if plan.quick else 5
    for words in (("--help",), ("check",), ("run", "pure_catchup", "--json")):

        def work(words: tuple[str, ...] = words) -> None:
            program(*words)
            times = [1e3 * seconds(lambda: program(*words)) for _ in range(count)]
            plan.put("process_ms", "twintrack " + " ".join(words), Measured.of(times))

        plan.attempt("twintrack " + " ".join(words), work)


def sir(plan: Plan) -> None:
    """Measure the epidemic of 3,200 steps, every row saved, one process on every core at the same time."""

    def work() -> None:
        runs = 256 if plan.quick else 1024
        job = {"workload": Workload(str(SIR)).json(), "runs": [runs], "rounds": plan.rounds, "with_c": True}
        answers = on_every_core("throughput", job, cores())
        for name, key in (("engine", str(runs)), ("C", "c")):
            if rates := together(answers, key, runs):
                plan.put("sir_runs_per_second_all_cores", name, Measured.of(rates))
        if answers[0]["not_measured_c"]:
            raise NotMeasuredError(answers[0]["not_measured_c"])
        pairs = [ratios(a["seconds"]["c"], a["seconds"][str(runs)]) for a in answers]
        plan.put("ratios", "engine_vs_c_sir", pairs[0])

    plan.attempt("epidemic (SIR)", work)


def flag(plan: Plan) -> None:
    """Check that the undocumented setting that makes one function of the time loop still has its effect."""

    def work() -> None:
        job = {**_given(plan), "calls": 20}
        times = {}
        for name, environment in (("with", {}), ("without", {"XLA_FLAGS": NO_FLAG})):
            times[name] = [1e3 * t for t in child("latency", job, environment=environment)["seconds"]]
            plan.put("flag_run_ms", f"{name} the setting", Measured.of(times[name]))
        gain = Measured.of(times["without"]).median / Measured.of(times["with"]).median
        plan.put("flag_run_ms", "gain", gain)
        if gain < FLAG_GAIN:
            plan.notes.append(
                f"warning: xla_cpu_small_while_loop_byte_threshold gains only {gain:.2f} times; "
                "XLA may no longer read it"
            )

    plan.attempt("XLA setting", work)


def _given(plan: Plan) -> dict[str, Any]:
    return {"workload": plan.workload.json()}


SECTIONS: dict[str, Callable[[Plan], None]] = {
    "latency": latency,
    "blocks": blocks,
    "simlin": simlin,
    "pysd": pysd,
    "compile": compiling,
    "worlds": worlds,
    "horizon": horizon,
    "process": processes,
    "sir": sir,
    "flag": flag,
}
OWN = frozenset({"process"})
"""Sections about TwinTrack's own model; the others measure any model."""


def workload_of(model: Path | None) -> Workload:
    """Give what is measured: TwinTrack's own model, or a model file."""
    return Workload() if model is None else Workload(str(model.resolve()))
