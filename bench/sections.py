"""The sections of the benchmark: what each measures, and which numbers it adds to the report."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.children import child, on_every_core, program
from bench.measuring import (
    Json,
    Measured,
    NotMeasuredError,
    percentile,
    ratios,
    seconds,
)
from bench.session import RUNS, Session, per_second, together
from bench.wasm import POLICY_START
from bench.workloads import SIR, WORLD3, Workload
from twintrack.resources import CACHE_VARIABLE
from twintrack.runs.workers import processor_cores

PYSD_SECONDS = 20.0
"""PySD runs the whole horizon where that takes less."""

WORLDS_IN_NODE = 200
"""As many as a page shows bands of."""

PER_CORE = "runs_per_second_per_core"
ALL_CORES = "runs_per_second_all_cores"


def latency(session: Session) -> None:
    """Measure a single run in Python."""

    def work() -> None:
        answer = child("latency", {**session.given, "calls": 20 if session.quick else 100})
        times = [1e3 * t for t in answer["seconds"]]
        session.put("run_ms", "single", {**Measured.of(times).json(), "p90": percentile(times, 0.9)})
        if "moved" in answer:
            session.put("run_ms", "a lever moved", Measured.of([1e3 * t for t in answer["moved"]]))

    session.attempt("single run", work)


def blocks(session: Session) -> None:
    """Measure runs a second on one core by runs of a call, and C beside them."""
    sizes = [8, 64, RUNS] if session.quick else [8, 16, 64, RUNS, 1024]

    def work() -> None:
        job = {**session.given, "runs": sizes, "rounds": session.rounds, "c": RUNS}
        answer = child("throughput", job, core=processor_cores()[0])
        times = answer["seconds"]
        for size in sizes:
            session.put(PER_CORE, f"{size} runs a call", per_second(size, times[str(size)]))
        _put_c(session, answer, "engine_vs_c")

    session.attempt("runs per second, engine and C", work)
    session.attempt("agreement of engine and C", lambda: _agreement(session))


def _put_c(session: Session, answer: Json, ratio: str) -> None:
    """Report generated C and the ratios to it: of whole calls, and of the computation alone."""
    if answer["not_measured_c"]:
        raise NotMeasuredError(answer["not_measured_c"])
    times, shape = answer["seconds"], answer["c_shape"]
    for title, key in (("computation alone", "alone"), ("C, computation alone", "c")):
        session.put(PER_CORE, f"{title}, {RUNS} runs", per_second(RUNS, times[key]))
    session.put("ratios", ratio, ratios(times["c"], times[str(RUNS)]))
    session.put("ratios", f"{ratio}_alone", ratios(times["c"], times["alone"]))
    session.notes.append(f"C: {shape['block']} runs in a block, {shape['loop']} operations in a loop")


def _agreement(session: Session) -> None:
    strategies = [session.workload.strategy]
    if not session.workload.model and not session.quick:
        strategies += ["baseline", "pure_exploration", "sequenced"]
    answer = child("agreement", {**session.given, "strategies": strategies, "runs": 16})
    worst = max(answer.values())
    session.put("agreement", "engine and C", worst)
    if worst > 1e-9:
        session.notes.append(f"warning: engine and C differ by {worst:.1e}, more than 1e-9")


def ensemble(session: Session) -> None:
    """Measure ensembles in one process on every core at the same time; peers are compared with them."""

    def work() -> None:
        job = {**session.given, "runs": [RUNS], "rounds": session.rounds}
        answers = on_every_core("throughput", job, processor_cores())
        session.all_cores = together(answers, str(RUNS), RUNS)
        session.put(ALL_CORES, f"{RUNS} runs a call, {len(answers)} cores", Measured.of(session.all_cores))

    if not session.all_cores:
        session.attempt("ensembles on all cores", work)


def _against(session: Session, ratio: str, theirs: float) -> None:
    """Report how many times as many runs the ensembles make as a peer does, `theirs` a second."""
    if session.all_cores:
        session.put("ratios", ratio, Measured.of([rate / theirs for rate in session.all_cores]))


def pysd(session: Session) -> None:
    """Measure single runs of PySD, with and without subscripts, in turn with single runs of the engine."""

    def subscripted() -> None:
        ends = [] if session.full or _pysd_seconds(session) < PYSD_SECONDS else _short_ends(session)
        job = {**session.given, "peer": "pysd", "rounds": 1 if session.full else 2, "finals": ends}
        times = child("one_by_one", job, core=processor_cores()[0])["seconds"]
        put("PySD", "pysd", _extrapolated(session, times, ends) if ends else times[""], times["engine"])

    def flat() -> None:
        job = {**session.given, "peer": "pysd_flat", "rounds": 2 if session.quick else 4, "finals": []}
        times = child("one_by_one", job, core=processor_cores()[0])["seconds"]
        put("PySD, flattened", "pysd_flat", times[""], times["engine"])

    def put(title: str, name: str, times: list[float], engine: list[float]) -> None:
        session.put("run_ms", title, Measured.of([1e3 * t for t in times]))
        session.put("ratios", f"single_vs_{name}", ratios(times, engine))
        _against(session, f"engine_vs_{name}", 1 / Measured.of(times).median)

    ensemble(session)
    session.attempt("PySD", subscripted)
    session.attempt("PySD, flattened", flat)


def _pysd_seconds(session: Session) -> float:
    """Say roughly how long PySD takes for a run with subscripts."""
    equations = session.workload.equations
    return 4e-5 * equations.time.steps * sum(len(item.labels) for item in equations.variables.values())


def _short_ends(session: Session) -> list[float]:
    """Give the ends of two short runs whose difference tells how long a step takes."""
    grid = session.workload.equations.time
    return [
        min(grid.final, grid.initial + count * grid.save_step)
        for count in ((1, 6) if session.quick else (2, 10))
    ]


def _extrapolated(session: Session, times: Json, ends: list[float]) -> list[float]:
    """Give how long whole runs would take, from those to two earlier ends."""
    early, late = ends
    final = session.workload.equations.time.final
    ran = f"run to {early:g} and {late:g}, extrapolated to {final:g} by steps"
    session.notes.append(f"PySD with subscripts: {ran}")
    pairs = zip(times[f"{early:g}"], times[f"{late:g}"], strict=True)
    return [long + (long - short) * (final - late) / (late - early) for short, long in pairs]


def simlin(session: Session) -> None:
    """Measure Simlin run by run, one process on every core at the same time.

    The ratio is to Simlin with levers that keep still: it is then never halted to be told the next values.
    """

    def work() -> None:
        count = len(processor_cores())
        job = {**session.given, "peer": "simlin", "rounds": 5 if session.quick else 30, "finals": []}
        theirs = on_every_core("one_by_one", job, processor_cores())
        still, moving = (Measured.of(together(theirs, key, 1)) for key in ("still", "moving"))
        session.put(ALL_CORES, f"Simlin, {count} cores, levers still", still)
        session.put(ALL_CORES, f"Simlin, {count} cores, levers moving", moving)
        _against(session, "engine_vs_simlin", still.median)

    ensemble(session)
    session.attempt("Simlin", work)


def compiling(session: Session) -> None:
    """Measure the first call of a process: compiled anew, and with the code stored."""
    for runs in (1,) if session.quick else (1, RUNS):
        title = f"native engine, {runs} run{'s' * (runs > 1)}"

        def work(runs: int = runs, title: str = title) -> None:
            with tempfile.TemporaryDirectory() as folder:
                job = {**session.given, "runs": runs}
                for name, times in (("cold", 1), ("stored", 1 if session.quick else 3)):
                    answers = [
                        child("first_run", job, environment={CACHE_VARIABLE: folder}) for _ in range(times)
                    ]
                    first = Measured.of([answer["first"] for answer in answers])
                    session.put("first_call_s", f"{title}, {name}", first)

        session.attempt(f"compiling, {title}", work)


def worlds(session: Session) -> None:
    """Measure experiments of growing size, stored by one worker on each core: time and peaks of memory."""
    for size in [1000] if session.quick else [1000, 10_000, 100_000]:

        def work(size: int = size) -> None:
            answer = child("experiment", {**session.given, "worlds": size})
            session.put("worlds_per_second", f"{size} worlds", size / answer["seconds"])
            session.put("worlds_s", f"{size} worlds", answer["seconds"])
            for name, key in (("the largest worker", "worker"), ("the starting process", "peak")):
                session.put("memory_mib", f"{size} worlds, {name}", answer[key] / 2**20)
            session.put("store_mib", f"{size} worlds", answer["size"] / 2**20)

        session.attempt(f"{size} worlds", work)


def horizon(session: Session) -> None:
    """Measure how long an ensemble takes by the length of the horizon."""
    grid = session.workload.equations.time
    for part in (4,) if session.quick else (2, 3, 4):
        end = grid.initial + (grid.final - grid.initial) * part / 4

        def work(end: float = end) -> None:
            shorter = session.workload.until(end)
            job = {"workload": shorter.json(), "runs": [RUNS], "rounds": 3}
            times = child("throughput", job, core=processor_cores()[0])["seconds"][str(RUNS)]
            steps = shorter.equations.time.steps
            session.put("runs_per_second_by_horizon", f"to {end:g}, {steps} steps", per_second(RUNS, times))

        session.attempt(f"horizon to {end:g}", work)


def processes(session: Session) -> None:
    """Measure whole processes of the program."""
    count = 2 if session.quick else 5
    for words in (("--help",), ("check",), ("run", "pure_catchup", "--json")):

        def work(words: tuple[str, ...] = words) -> None:
            program(*words)
            times = [1e3 * seconds(lambda: program(*words)) for _ in range(count)]
            session.put("process_ms", "twintrack " + " ".join(words), Measured.of(times))

        session.attempt("twintrack " + " ".join(words), work)


def sir(session: Session) -> None:
    """Measure the epidemic of 3,200 steps, every row saved."""
    session.attempt("epidemic (SIR)", lambda: _beside_c(session, Workload(str(SIR)), "sir"))


def world(session: Session) -> None:
    """Measure World3, every stock saved each year."""
    workload = Workload(str(WORLD3))
    session.attempt("World3", lambda: _beside_c(session, workload, "world"))

    def against_simlin() -> None:
        rounds = 20 if session.quick else 200
        job = {"workload": workload.json(), "peer": "simlin", "rounds": rounds, "finals": []}
        theirs = Measured.of(together(on_every_core("one_by_one", job, processor_cores()), "still", 1))
        section = "world_runs_per_second_all_cores"
        session.put(section, "Simlin", theirs)
        if "engine" in session.found[section]:
            mine = session.found[section]["engine"]
            scaled = {key: mine[key] / theirs.median for key in ("median", "low", "high")}
            session.put("ratios", "engine_vs_simlin_world", {**mine, **scaled})

    session.attempt("World3 in Simlin", against_simlin)


def _beside_c(session: Session, workload: Workload, name: str) -> None:
    """Measure the engine and C on a small model, one process on every core at the same time."""
    job = {"workload": workload.json(), "runs": [RUNS], "rounds": session.rounds, "c": RUNS}
    answers = on_every_core("throughput", job, processor_cores())
    titles = {"engine": str(RUNS), "engine, computation alone": "alone", "C, computation alone": "c"}
    for title, key in titles.items():
        if rates := together(answers, key, RUNS):
            session.put(f"{name}_runs_per_second_all_cores", title, Measured.of(rates))
    if answers[0]["not_measured_c"]:
        raise NotMeasuredError(answers[0]["not_measured_c"])
    for ratio, key in ((f"engine_vs_c_{name}", str(RUNS)), (f"engine_vs_c_{name}_alone", "alone")):
        rates = together(answers, "c", RUNS)
        pairs = zip(together(answers, key, RUNS), rates, strict=True)
        session.put("ratios", ratio, Measured.of([one / other for one, other in pairs]))


def wasm(session: Session) -> None:
    """Measure the model as a WebAssembly module, in Node on one core: one run and many."""

    def work() -> None:
        job = {**session.given, "runs": WORLDS_IN_NODE, "rounds": session.rounds}
        answer = child("wasm", job, core=processor_cores()[0])
        titles = {
            "one": "one run",
            "many": f"{WORLDS_IN_NODE} runs",
            "later": f"{WORLDS_IN_NODE} runs from {POLICY_START} on",
        }
        for key, title in titles.items():
            if key in answer:
                session.put("wasm_ms", title, Measured.of([1e3 * taken for taken in answer[key]]))
        session.put("wasm_ms", "loading and the first run, on the clock", 1e3 * answer["first"])
        for key, title in (("raw", "as it is"), ("gzip", "compressed")):
            session.put("wasm_kb", title, answer[key] / 1000)
        session.put("agreement", "engine and WebAssembly", answer["worst"])

    session.attempt("WebAssembly in Node", work)


def roofline(session: Session) -> None:
    """Measure how much of what this core can do at most the compiled code does."""

    def work() -> None:
        job = {**session.given, "runs": RUNS, "rounds": session.rounds}
        answer = child("roofline", job, core=processor_cores()[0])
        step, rates = answer["step"], answer["rates"]
        for title, key in (("operations on numbers", "floating"), ("all operations", "operations")):
            session.put("step_of_a_run", title, step[key])
        session.put("step_of_a_run", "bytes read and written", step["bytes"])
        session.put("step_of_a_run", "operations on numbers a byte", step["floating"] / step["bytes"])
        done = {
            "operations on numbers": [rate * step["floating"] / 1e9 for rate in rates["engine"]],
            "operations on numbers at most": [rate / 1e9 for rate in rates["fused"]],
            "bytes": [rate * step["bytes"] / 1e9 for rate in rates["engine"]],
            "bytes from the first cache at most": [rate / 1e9 for rate in rates["near"]],
            "bytes from the second cache at most": [rate / 1e9 for rate in rates["middle"]],
        }
        for title, values in done.items():
            session.put("billions_per_second", title, Measured.of(values))
        for name, mine, most in (
            (
                "operations on numbers, of fused products and sums",
                "operations on numbers",
                "operations on numbers at most",
            ),
            ("bytes, of reading the first cache", "bytes", "bytes from the first cache at most"),
            ("bytes, of reading the second cache", "bytes", "bytes from the second cache at most"),
        ):
            session.put("shares_of_peaks", name, ratios(done[mine], done[most]))

    session.attempt("roofline", work)


SECTIONS: dict[str, Callable[[Session], None]] = {
    "latency": latency,
    "blocks": blocks,
    "ensemble": ensemble,
    "simlin": simlin,
    "pysd": pysd,
    "compile": compiling,
    "worlds": worlds,
    "horizon": horizon,
    "process": processes,
    "sir": sir,
    "world": world,
    "wasm": wasm,
    "roofline": roofline,
}
OWN = frozenset({"process", "worlds"})
"""Sections about TwinTrack's own model and program; the others measure any model."""


def workload_of(model: Path | None) -> Workload:
    """Give what is measured: TwinTrack's own model, or a model file."""
    return Workload() if model is None else Workload(str(model.resolve()))
