"""The report of a benchmark: its shape, what is missing in it, and its tables. No speed is asserted."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bench import report, sections
from bench.__main__ import main
from bench.children import child
from bench.jobs import JOBS
from bench.machine import peak_of_memory
from bench.measuring import (
    Measured,
    NotMeasuredError,
    in_turn,
    percentile,
    ratios,
)
from bench.tables import RATIOS, TITLES, markdown, number
from bench.workloads import SIR, WORLD3, Workload
from twintrack.engines.base import check_inputs
from twintrack.engines.layout import Layout
from twintrack.engines.scalar.lowering import InputLayouts, scalar_program
from twintrack.engines.state_sizes import StateSizes
from twintrack.errors import InputError
from twintrack.runs.workers import processor_cores

ROOT = Path(__file__).resolve().parents[2]
SIR_JOB = {"workload": Workload(str(SIR), final=1.0).json()}
MEASURED = {"median", "low", "high", "n"}


def answers(job: str, given: dict[str, Any], **_: Any) -> dict[str, Any]:
    """What a child process would answer: every measurement takes a second."""
    rounds = given.get("rounds", 1)
    if job == "throughput":
        names = [*map(str, given["runs"]), *(["c", "alone"] if given.get("c") else [])]
        shape = {"block": 64, "loop": 25, "wide": True}
        return {"seconds": {name: [1.0] * rounds for name in names}, "not_measured_c": None, "c_shape": shape}
    if job == "one_by_one":
        ends = [f"{end:g}" for end in given["finals"]] or [""]
        return {"seconds": {name: [1.0] * rounds for name in ("engine", "still", "moving", *ends)}}
    if job == "latency":
        return {"seconds": [0.001] * given["calls"]}
    if job == "agreement":
        return dict.fromkeys(given["strategies"], 1e-12)
    if job == "wasm":
        sizes = {"raw": 3000, "gzip": 1000, "worst": 1e-13, "first": 0.1}
        return {key: [0.001] * rounds for key in ("one", "many", "later")} | sizes
    if job == "roofline":
        step = {"floating": 8, "operations": 6, "bytes": 32}
        return {
            "step": step,
            "rates": {name: [1e9] * rounds for name in ("engine", "fused", "near", "middle")},
        }
    if job == "first_run":
        return {"first": 2.0}
    return {"seconds": 1.0, "peak": 3 * 2**20, "worker": 2 * 2**20, "size": 2**20}


@pytest.fixture
def faked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Children that answer at once."""
    monkeypatch.setattr(sections, "child", answers)
    monkeypatch.setattr(
        sections, "on_every_core", lambda job, given, cores: [answers(job, given) for _ in cores]
    )
    monkeypatch.setattr(sections, "program", lambda *words: None)


@pytest.mark.usefixtures("faked")
def test_the_report_keeps_its_contract() -> None:
    found = report.benchmark()
    assert set(found["ratios"]) == set(RATIOS)
    assert set(TITLES) == {key for key, value in found.items() if key in TITLES}
    for section in ("ratios", "run_ms", "runs_per_second_per_core", "process_ms", "first_call_s"):
        assert found[section], section
        assert all(set(value) >= MEASURED for value in found[section].values()), section
    assert "p90" in found["run_ms"]["single"]
    assert found["ratios"]["engine_vs_c"] == {"median": 1.0, "low": 1.0, "high": 1.0, "n": 7}
    assert set(found["machine"]) >= {"date", "processor", "cores", "python", "gcc"}
    assert found["memory_mib"]["1000 worlds, the largest worker"] == 2.0
    assert found["not_measured"] == {}
    json.dumps(found, allow_nan=False)


@pytest.mark.usefixtures("faked")
def test_ensembles_on_all_cores_are_compared_with_single_runs_of_peers() -> None:
    # Runs take a second in peers, and 256 of the engine do, on every core.
    found = report.benchmark(only=["pysd", "simlin"])
    cores = len(processor_cores())
    rate = 256.0 * cores
    assert found["machine"]["cores"] == cores
    assert found["runs_per_second_all_cores"][f"256 runs a call, {cores} cores"]["median"] == rate
    assert found["ratios"]["engine_vs_pysd_flat"]["median"] == rate
    assert found["ratios"]["single_vs_pysd_flat"]["median"] == 1.0
    assert found["ratios"]["engine_vs_simlin"]["median"] == 256.0


@pytest.mark.usefixtures("faked")
def test_another_model_has_no_section_on_the_program() -> None:
    found = report.benchmark(SIR, quick=True)
    assert "process_ms" not in found and "worlds_s" not in found and "engine_vs_c" in found["ratios"]
    assert found["model"]["steps"] == 3200


@pytest.mark.usefixtures("faked")
def test_what_cannot_be_measured_is_told_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: Any) -> None:
        raise NotMeasuredError("Simlin is not installed")

    monkeypatch.setattr(sections, "on_every_core", missing)
    found = report.benchmark(only=["simlin"])
    assert found["not_measured"]["Simlin"] == "Simlin is not installed"
    assert "engine_vs_simlin" not in found["ratios"]
    assert "not measured: Simlin: Simlin is not installed" in markdown(found)


@pytest.mark.usefixtures("faked")
def test_the_command_prints_json_markdown_or_a_table() -> None:
    def output(*words: str) -> str:
        result = CliRunner().invoke(main, ["--only", "latency,blocks", *words])
        assert result.exit_code == 0, result.output
        assert "measuring: single run" in result.stderr
        return result.stdout

    assert json.loads(output("--json"))["run_ms"]["single"]["n"] == 100
    assert "| single | 1.00 | 1.00 to 1.00, n 100, p90 1.00 |" in output("--markdown")
    assert max(map(len, output().splitlines()[1:])) <= 100


def test_the_command_runs_from_the_checkout_and_refuses_a_wrong_section_with_code_2() -> None:
    words = [sys.executable, "-m", "bench", "--only", "bloks"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert 'did you mean "blocks"' in done.stderr and "Traceback" not in done.stderr


def test_an_unknown_section_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(InputError, match='did you mean "blocks"'):
        report.chosen_sections(["bloks"], quick=False, own_model=True)
    assert report.chosen_sections(["latency"], quick=True, own_model=True) == ["latency"]


def test_contestants_take_turns_and_the_first_call_does_not_count() -> None:
    order: list[str] = []
    ticks = iter(range(100))
    works: dict[str, Callable[[], object]] = {name: lambda name=name: order.append(name) for name in "ab"}  # type: ignore[misc]
    times = in_turn(works, 2, clock=lambda: float(next(ticks)))
    assert order == ["a", "b"] * 3
    assert times == {"a": [1.0, 1.0], "b": [1.0, 1.0]}


def test_summaries() -> None:
    assert Measured.of([3.0, 1.0, 2.0]) == Measured(2.0, 1.0, 3.0, 3)
    assert ratios([4.0, 9.0], [2.0, 3.0]) == Measured(2.5, 2.0, 3.0, 2)
    assert percentile([5.0, 1.0, 3.0], 0.9) == 5.0
    assert [number(x) for x in (2304.2, 31.25, 3.456, 0.1234, 2e-12, 0.0)] == [
        "2,304",
        "31.2",
        "3.46",
        "0.123",
        "2.0e-12",
        "0.000",
    ]


def test_jobs_measure_a_small_model() -> None:
    found = JOBS["throughput"](**SIR_JOB, runs=[2], rounds=2)
    assert {name: len(times) for name, times in found["seconds"].items()} == {"2": 2}
    assert found["not_measured_c"] is None
    assert len(JOBS["latency"](**SIR_JOB, calls=3)["seconds"]) == 3
    assert JOBS["first_run"](**SIR_JOB, runs=2)["first"] > 0
    found = JOBS["one_by_one"](**SIR_JOB, peer="pysd", rounds=1, finals=[0.5, 1.0])
    assert set(found["seconds"]) == {"engine", "0.5", "1"}
    found = JOBS["one_by_one"](**SIR_JOB, peer="pysd_flat", rounds=1, finals=[])
    assert set(found["seconds"]) == {"engine", ""}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")
def test_jobs_measure_generated_c() -> None:
    found = JOBS["throughput"](**SIR_JOB, runs=[2], rounds=1, c=3)
    assert set(found["seconds"]) == {"2", "c", "alone"} and found["c_shape"]["block"] > 0
    assert JOBS["agreement"](**SIR_JOB, strategies=["none"], runs=5)["none"] < 1e-9


def test_work_and_traffic_of_a_step_are_counted_and_rates_are_told() -> None:
    """The epidemic's step is a handful of operations, and three stocks are read and written."""
    found = JOBS["roofline"](**SIR_JOB, runs=64, rounds=1)
    step, rates = found["step"], {name: values[0] for name, values in found["rates"].items()}
    assert 5 <= step["floating"] <= 15 and step["operations"] <= step["floating"]
    assert 3 * 3 * 8 <= step["bytes"] <= 20 * 8
    assert {"engine", "fused", "middle", "near"} <= rates.keys() and min(rates.values()) > 0


def test_jobs_measure_simlin() -> None:
    pytest.importorskip("simlin")
    found = JOBS["one_by_one"](Workload(str(SIR)).json(), "simlin", 1, [])
    assert set(found["seconds"]) == {"engine", "still", "moving"}


@pytest.mark.slow
def test_the_job_of_worlds_stores_an_experiment_and_tells_its_memory() -> None:
    found = JOBS["experiment"](Workload().json(), worlds=300)
    assert found["size"] > 1e5 and found["seconds"] > 0
    assert found["worker"] > 2**24 and found["peak"] > 2**24
    assert peak_of_memory() >= found["peak"]


def test_world3_is_as_large_as_the_documentation_says() -> None:
    workload = Workload(str(WORLD3))
    equations = workload.equations
    kinds = Counter(variable.kind for variable in equations.variables.values())
    nothing = InputLayouts(Layout({}), Layout({}), Layout({}), {}, "")
    sizes = StateSizes(equations).find(check_inputs(equations, {}, {}, workload.outputs, 1, equations.time))
    program = scalar_program(equations, nothing, workload.outputs, equations.time, sizes)
    told = (
        f"`bench/world3.mdl`: {len(workload.outputs)} stocks, {len(program.slots)} with the stages of its "
        f"delays and smooths, {kinds['stock'] + kinds['auxiliary']} equations that change with time, "
        f"{WORLD3.read_text(encoding='utf-8').count('WITH LOOKUP')} lookups, {equations.time.steps} steps."
    )
    assert told in " ".join((ROOT / "docs" / "performance.md").read_text(encoding="utf-8").split())


def test_a_child_answers_from_any_folder_or_says_why_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = child("latency", {**SIR_JOB, "calls": 1})
    assert len(found["seconds"]) == 1
    with pytest.raises(NotMeasuredError, match=r"the measurement failed: .*absent\.mdl"):
        child("latency", {"workload": Workload(str(tmp_path / "absent.mdl")).json(), "calls": 1})


def test_the_own_model_gives_worlds() -> None:
    own = Workload(final=2017.0)
    given = own.given(3)
    assert given.runs == 3 and any(value.shape[-1:] == (3,) for value in given.constants.values())
    assert all(len(value) == own.equations.time.steps + 1 for value in given.series.values())


def test_constants_of_another_model_vary_unless_a_delay_has_its_length_from_them(tmp_path: Path) -> None:
    assert Workload(str(SIR)).given(3).constants["contact_rate"].shape == (3,)
    path = tmp_path / "pipe.mdl"
    path.write_text(
        "{UTF-8}\ntau = 2 ~~|\nfree = 3 ~~|\nlate = DELAY FIXED(Time*free, tau, 0) ~~|\n"
        "INITIAL TIME = 0 ~~|\nFINAL TIME = 4 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n",
        encoding="utf-8",
    )
    assert Workload(str(path)).given(3).constants.keys() == {"free"}
