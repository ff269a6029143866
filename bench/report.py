"""A benchmark as a whole: sections by name, measured on one machine, and one report of plain data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from bench.machine import machine
from bench.measuring import Json
from bench.sections import OWN, SECTIONS, workload_of
from bench.session import Session
from twintrack.errors import Fault, InputError
from twintrack.names import suggest

QUICK = ("latency", "blocks", "ensemble", "simlin", "process", "sir", "world", "wasm")
"""What `--quick` measures unless sections are named."""


def chosen_sections(only: Sequence[str], *, quick: bool, own_model: bool) -> list[str]:
    """Give the names of the sections to measure. Raises InputError for names that are none."""
    faults = [
        Fault("--only", f'"{name}" is no section{suggest(name, SECTIONS)}; there are {", ".join(SECTIONS)}')
        for name in only
        if name not in SECTIONS
    ]
    if faults:
        raise InputError(faults)
    names = list(only or (QUICK if quick else SECTIONS))
    return [name for name in names if own_model or name not in OWN]


def benchmark(
    model: Path | None = None,
    only: Sequence[str] = (),
    *,
    quick: bool = False,
    full: bool = False,
    tell: Callable[[str], None] = lambda line: None,
) -> Json:
    """Measure and give the report.

    Args:
        model: A model file; by default TwinTrack's own, with its strategies and worlds.
        only: Sections; by default all, or those of `QUICK`.
        quick: Fewer rounds, and only what is quick to measure.
        full: PySD with subscripts runs the whole horizon, which takes minutes.
        tell: Is called with a line for each thing that is begun.

    Returns:
        "machine" and "model", then by section each measured thing: median, low, high and n (number of
        measurements), or one number; "not_measured" holds reasons, "notes" lines for readers.

    Raises:
        InputError: A section is unknown.
        EquationError: The model file cannot be read.
    """
    names = chosen_sections(only, quick=quick, own_model=model is None)
    session = Session(workload_of(model), quick=quick, full=full, tell=tell)
    equations = session.workload.equations
    report: Json = {
        "machine": machine(),
        "model": {
            "file": Path(equations.path).name,
            "hash": equations.hash[:12],
            "variables": len(equations.variables),
            "scalars": sum(len(variable.labels) for variable in equations.variables.values()),
            "steps": equations.time.steps,
            "outputs": len(session.workload.outputs),
        },
        "ratios": {},
        "run_ms": {},
    }
    for name in names:
        SECTIONS[name](session)
    return {**report, **session.found, "not_measured": session.not_measured, "notes": session.notes}
