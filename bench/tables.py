"""The report of a benchmark for readers: rows of a table, and the same in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.measuring import Json

TITLES = {
    "ratios": "so many times as many runs a second (below 1: fewer)",
    "run_ms": "one run, ms",
    "runs_per_second_per_core": "runs per second on one core",
    "runs_per_second_all_cores": "runs per second on all cores",
    "agreement": "largest relative difference",
    "first_call_s": "first call of a process, s",
    "worlds_per_second": "stored experiment on all cores, worlds per second",
    "worlds_s": "stored experiment on all cores, s",
    "memory_mib": "peak of memory, MiB",
    "store_mib": "size of the store, MiB",
    "runs_per_second_by_horizon": "runs per second on one core, by horizon",
    "process_ms": "whole process, ms",
    "sir_runs_per_second_all_cores": "epidemic, 3,200 steps, all saved: runs per second on all cores",
    "wasm_ms": "WebAssembly in Node on one core, ms",
    "wasm_kb": "WebAssembly module, kB",
    "step_of_a_run": "one run, one step that is saved",
    "billions_per_second": "billions per second on one core",
    "shares_of_peaks": "share of the peak on one core",
    "world_runs_per_second_all_cores": "World3: runs per second on all cores",
}
RATIOS = {
    "engine_vs_pysd": "ensemble on all cores vs PySD run after run",
    "engine_vs_pysd_flat": "ensemble on all cores vs PySD, flattened model",
    "single_vs_pysd": "single run vs PySD",
    "single_vs_pysd_flat": "single run vs PySD, flattened model",
    "engine_vs_simlin": "ensemble on all cores vs Simlin on all cores",
    "engine_vs_c": "whole call vs computation alone in C",
    "engine_vs_c_alone": "computation alone vs C",
    "engine_vs_c_sir": "epidemic: whole call vs computation alone in C",
    "engine_vs_c_sir_alone": "epidemic: computation alone vs C",
    "engine_vs_c_world": "World3: whole call vs computation alone in C",
    "engine_vs_c_world_alone": "World3: computation alone vs C",
    "engine_vs_simlin_world": "World3: ensemble vs Simlin, all cores",
}


def rows(report: Json) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Give each section's title with its rows: what, median, and range with the number of measurements."""
    for section, title in TITLES.items():
        if found := report.get(section):
            yield title, [(RATIOS.get(name, name), *_texts(value)) for name, value in found.items()]


def described(report: Json) -> str:
    """Say in one line what was measured where."""
    machine, model = report["machine"], report["model"]
    return (
        f"{machine['date']}: {model['file']}, {model['scalars']} scalars, {model['steps']} steps, "
        f"{model['outputs']} outputs, on {machine['processor']}, {machine['cores']} cores, "
        f"{machine['memory_gib']:g} GiB, Python {machine['python']}"
    )


def remarks(report: Json) -> list[str]:
    """Give the lines under the table: notes, then what was not measured and why."""
    missing = [f"not measured: {name}: {reason}" for name, reason in report["not_measured"].items()]
    return [*report["notes"], *missing]


def markdown(report: Json) -> str:
    """Give the report as a Markdown table with date and machine."""
    lines = [described(report), "", "| | median | range |", "|---|---|---|"]
    for title, section in rows(report):
        lines.append(f"| **{title}** | | |")
        lines += [f"| {' | '.join(row)} |" for row in section]
    return "\n".join([*lines, "", *(f"- {line}" for line in remarks(report))]).rstrip() + "\n"


def number(value: float) -> str:
    """Give a number with three digits that count."""
    if value != 0 and not 1e-3 <= abs(value) < 1e7:
        return f"{value:.1e}"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:,.{digits}f}"


def _texts(value: Any) -> tuple[str, str]:
    if not isinstance(value, dict):
        return number(value), ""
    ends = f"{number(value['low'])} to {number(value['high'])}, n {value['n']}"
    tail = f", p90 {number(value['p90'])}" if "p90" in value else ""
    return number(value["median"]), ends + tail
