"""The report of a benchmark: its shape, what is missing in it, and its tables. No speed is asserted."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from twintrack.benchmarks import bench, sections
from twintrack.benchmarks.children import child
from twintrack.benchmarks.jobs import JOBS
from twintrack.benchmarks.measuring import Measured, NotMeasuredError, in_turn, percentile, ratios
from twintrack.benchmarks.showing import markdown, number
from twintrack.benchmarks.workloads import SIR, Workload
from twintrack.cli import main
from twintrack.errors import InputError

SIR_JOB = {"workload": Workload(str(SIR), final=1.0).json()}
MEASURED = {"median", "low", "high", "n"}


def answers(job: str, given: dict[str, Any], **_: Any) -> dict[str, Any]:
    """What a child process would answer: every measurement takes a second."""
    rounds = given.get("rounds", 1)
    if job == "throughput":
        names = [*map(str, given["runs"]), *(["c"] if given["with_c"] else [])]
        shape = {"block": 64, "loop": 25, "wide": True}
        return {"seconds": {name: [1.0] * rounds for name in names}, "not_measured_c": None, "c_shape": shape}
    if job == "one_by_one":
        ends = [f"{end:g}" for end in given["finals"]] or [""]
        return {"seconds": {name: [1.0] * rounds for name in ("engine", "still", "moving", *ends)}}
    if job == "latency":
        return {"seconds": [0.001] * given["calls"]}
    if job == "agreement":
        return dict.fromkeys(given["strategies"], 1e-12)
    if job == "first_run":
        return {"first": 2.0, "second": 0.1}
    return {"seconds": 1.0, "peak": 3 * 2**20, "before": 2 * 2**20, "outputs": 2}


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
    report = bench.benchmark()
    assert {"engine_vs_pysd", "engine_vs_pysd_flat", "engine_vs_simlin", "engine_vs_c"} <= set(
        report["ratios"]
    )
    for section in ("ratios", "run_ms", "runs_per_second_per_core", "process_ms", "first_call_s"):
        assert report[section], section
        assert all(set(value) >= MEASURED for value in report[section].values()), section
    assert "p90" in report["run_ms"]["single"]
    assert report["ratios"]["engine_vs_c"] == {"median": 1.0, "low": 1.0, "high": 1.0, "n": 7}
    assert set(report["machine"]) >= {"date", "processor", "cores", "python", "jax", "gcc"}
    assert report["not_measured"] == {}
    json.dumps(report, allow_nan=False)


@pytest.mark.usefixtures("faked")
def test_another_model_has_no_section_on_the_program() -> None:
    report = bench.benchmark(SIR, quick=True)
    assert "process_ms" not in report and "engine_vs_c" in report["ratios"]
    assert report["model"]["steps"] == 3200


@pytest.mark.usefixtures("faked")
def test_what_cannot_be_measured_is_told_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: Any) -> None:
        raise NotMeasuredError("Simlin is not installed")

    monkeypatch.setattr(sections, "on_every_core", missing)
    report = bench.benchmark(only=["simlin"])
    assert report["not_measured"] == {"Simlin": "Simlin is not installed"}
    assert "not measured: Simlin: Simlin is not installed" in markdown(report)


@pytest.mark.usefixtures("faked")
def test_a_lost_gain_of_the_setting_is_a_warning() -> None:
    notes = bench.benchmark(only=["flag"])["notes"]
    assert len(notes) == 1 and notes[0].startswith("warning: xla_cpu_small_while_loop_byte_threshold")


@pytest.mark.usefixtures("faked")
def test_the_command_prints_json_markdown_or_a_table() -> None:
    def output(*words: str) -> str:
        result = CliRunner().invoke(main, ["bench", "--only", "latency,blocks", *words])
        assert result.exit_code == 0, result.output
        assert "measuring: single run" in result.stderr
        return result.stdout

    assert json.loads(output("--json"))["run_ms"]["single"]["n"] == 100
    assert "| single | 1.00 | 1.00 to 1.00, n 100, p90 1.00 |" in output("--markdown")
    assert max(map(len, output().splitlines()[1:])) <= 100


def test_an_unknown_section_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(InputError, match='did you mean "blocks"'):
        bench.chosen_sections(["bloks"], quick=False, own_model=True)
    assert bench.chosen_sections(["latency"], quick=True, own_model=True) == ["latency"]


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
    found = JOBS["throughput"](**SIR_JOB, runs=[2], rounds=2, with_c=False)
    assert len(found["seconds"]["2"]) == 2 and found["not_measured_c"] is None
    assert len(JOBS["latency"](**SIR_JOB, calls=3)["seconds"]) == 3
    assert JOBS["first_run"](**SIR_JOB, runs=2)["first"] > 0
    assert JOBS["ensemble"](**SIR_JOB, worlds=2, outputs=1)["outputs"] == 1
    found = JOBS["one_by_one"](**SIR_JOB, peer="pysd", rounds=1, finals=[0.5, 1.0])
    assert set(found["seconds"]) == {"engine", "0.5", "1"}
    found = JOBS["one_by_one"](**SIR_JOB, peer="pysd_flat", rounds=1, finals=[])
    assert set(found["seconds"]) == {"engine", ""}


@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")
def test_jobs_measure_generated_c() -> None:
    found = JOBS["throughput"](**SIR_JOB, runs=[2], rounds=1, with_c=True)
    assert set(found["seconds"]) == {"2", "c"} and found["c_shape"]["block"] > 0
    assert JOBS["agreement"](**SIR_JOB, strategies=["none"], runs=5)["none"] < 1e-9


def test_jobs_measure_simlin() -> None:
    pytest.importorskip("simlin")
    found = JOBS["one_by_one"](Workload(str(SIR)).json(), "simlin", 1, [])
    assert set(found["seconds"]) == {"engine", "still", "moving"}


def test_a_child_answers_or_says_why_not(tmp_path: Path) -> None:
    found = child("latency", {**SIR_JOB, "calls": 1})
    assert len(found["seconds"]) == 1
    with pytest.raises(NotMeasuredError, match=r"the measurement failed: .*absent\.mdl"):
        child("latency", {"workload": Workload(str(tmp_path / "absent.mdl")).json(), "calls": 1})


def test_the_own_model_gives_worlds() -> None:
    own = Workload(final=2017.0)
    given = own.given(3)
    assert given.runs == 3 and any(value.shape[-1:] == (3,) for value in given.constants.values())
    assert all(len(value) == own.equations.time.steps + 1 for value in given.series.values())


def test_constants_of_another_model_vary_unless_a_delay_has_its_length_from_them() -> None:
    assert Workload(str(SIR)).given(3).constants["contact_rate"].shape == (3,)
    bound = Workload(str(Path(__file__).parents[1] / "data" / "functions.mdl"))
    assert "time_constant" not in bound.given(3).constants
