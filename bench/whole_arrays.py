"""What a function of whole arrays costs in a model of the field's size: 4,014 elements, made up here.

The model has stocks, flows, auxiliaries, lookups and constants over a range of 30 countries, and 400 steps.
Its variants differ in two equations: without such a function, with VECTOR SORT ORDER and VECTOR REORDER, and
with ALLOCATE AVAILABLE. `python -m bench.whole_arrays` measures all of them, natively and under NumPy.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from math import prod
from pathlib import Path
from random import Random
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from twintrack.engines import NativeEngine, NumpyEngine, Simulator

ELEMENTS, COUNTRIES, SECTORS = 4014, 30, 15
RUNS, SINGLE_ROUNDS, ROUNDS = 256, 15, 3
OUTCOME, VARIED = "mean_level", "rate_1"

VARIANTS = {
    "no function of whole arrays": (
        "order[country] = 0.5*score[country]",
        "ordered[country] = score[country] + 0.1*order[country]",
    ),
    "VECTOR SORT ORDER, VECTOR REORDER": (
        "order[country] = VECTOR SORT ORDER(score[country], 1)",
        "ordered[country] = VECTOR REORDER(score[country], order[country])",
    ),
    "ALLOCATE AVAILABLE": (
        "order[country] = 0.5*score[country]",
        "ordered[country] = ALLOCATE AVAILABLE(score[country], priority[country, shape], 20)",
    ),
}
"""Two equations of each variant; what is computed by them drives a stock."""

_CONTROL = """INITIAL TIME = 1900 ~ Year ~ |
FINAL TIME = 2100 ~ Year ~ |
TIME STEP = 0.5 ~ Year ~ |
SAVEPER = 1 ~ Year ~ |
"""


def model_text(variant: str) -> str:
    """Give the text of the model file; the same on every machine."""
    random = Random(1972)
    names = ", ".join(f"c{number}" for number in range(1, COUNTRIES + 1))
    lines = [f"country: {names}", "profile: shape, middle, width, extra"]
    for sector in range(1, SECTORS + 1):
        lines += _sector(random, sector)
    lines += VARIANTS[variant]
    lines.append("score[country] = level 1[country] + 0.1*factor 2[country]")
    lines += [f"priority[country, {part}] = {_numbers(random, *ends)}" for part, ends in _PROFILE.items()]
    means = [f"mean {sector} = SUM(level {sector}[country!])/{COUNTRIES}" for sector in range(1, SECTORS + 1)]
    lines += means
    total = " + ".join(f"mean {sector}" for sector in range(1, SECTORS + 1))
    lines.append(f"mean level = ({total})/{SECTORS}")
    rest = ELEMENTS - 8 * COUNTRIES * SECTORS - (3 + len(_PROFILE)) * COUNTRIES - SECTORS - 1 - _CONTROLS
    lines += [f"spare {number} = mean level*{random.uniform(0.5, 2):.3f}" for number in range(1, rest + 1)]
    return "{UTF-8}\n" + "".join(f"{line} ~ Dmnl ~ |\n" for line in lines) + _CONTROL


_PROFILE = {"shape": (3.0, 3.0), "middle": (1.0, 3.0), "width": (0.5, 1.0), "extra": (0.0, 0.0)}
_CONTROLS = 4


def _sector(random: Random, sector: int) -> list[str]:
    """Give a stock with its flows, a lookup, and what drives them, all over the countries."""
    before = (sector - 2) % SECTORS + 1
    driver = "ordered[country]" if sector == 1 else f"level {before}[country]"
    points = ", ".join(f"({k / 2},{random.uniform(0.6, 1.4):.3f})" for k in range(8))
    return [
        f"rate {sector}[country] = {_numbers(random, 0.01, 0.05)}",
        f"start {sector}[country] = {_numbers(random, 0.5, 1.5)}",
        f"weight {sector}[country] = {_numbers(random, 0.2, 0.8)}",
        f"table {sector}({points})",
        f"effect {sector}[country] = table {sector}(level {before}[country])",
        f"factor {sector}[country] = weight {sector}[country]*effect {sector}[country]"
        f" + (1 - weight {sector}[country])*{driver}/(1 + {driver})",
        f"growth {sector}[country] = rate {sector}[country]*level {sector}[country]*factor {sector}[country]",
        f"decline {sector}[country] = rate {sector}[country]*level {sector}[country]^2",
        f"level {sector}[country] = INTEG(growth {sector}[country] - decline {sector}[country],"
        f" start {sector}[country])",
    ]


def _numbers(random: Random, low: float, high: float) -> str:
    return ", ".join(f"{random.uniform(low, high):.4f}" for _ in range(COUNTRIES))


@dataclass(frozen=True)
class Measured:
    """What one engine takes for one variant; the quickest of some rounds, as others may use the machine."""

    variant: str
    engine: str
    compiling_s: float
    run_ms: float
    runs_per_s: float


def measure(variant: str, folder: Path) -> list[Measured]:
    """Measure a variant under both engines, whose results must agree."""
    path = folder / "model.mdl"
    path.write_text(model_text(variant), encoding="utf-8")
    equations = Simulator(path).equations
    elements = sum(prod(item.shape) for item in equations.variables.values() if item.kind != "lookup")
    assert elements == ELEMENTS, f"the model has {elements} elements"
    rates = equations.defaults[VARIED][:, None]
    spread = np.random.default_rng(1).uniform(0.9, 1.1, (COUNTRIES, RUNS))
    found, results = [], []
    for engine in (NativeEngine(equations), NumpyEngine(equations)):
        name = type(engine).__name__.removesuffix("Engine")

        def run(runs: int, engine: NativeEngine | NumpyEngine = engine) -> NDArray[np.float64]:
            return engine.run({VARIED: rates * spread[:, :runs]}, {}, [OUTCOME], runs=runs)[OUTCOME]

        first, single, many = _seconds(run, 1), _seconds(run, 1, SINGLE_ROUNDS), _seconds(run, RUNS, ROUNDS)
        found.append(Measured(variant, name, max(0.0, first - single), 1000 * single, RUNS / many))
        results.append(run(RUNS))
    np.testing.assert_allclose(results[0], results[1], rtol=1e-9)
    return found


def _seconds(run: Callable[[int], object], runs: int, rounds: int = 1) -> float:
    taken = []
    for _ in range(rounds):
        start = perf_counter()
        run(runs)
        taken.append(perf_counter() - start)
    return min(taken)


def main() -> None:
    """Measure all variants with an empty cache and print a table, or with --json a list of rows."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TWINTRACK_CACHE"] = folder
        found = [row for variant in VARIANTS for row in measure(variant, Path(folder))]
    if "--json" in sys.argv[1:]:
        sys.stdout.write(json.dumps([asdict(row) for row in found], indent=1) + "\n")
        return
    sys.stdout.write(f"{'':36}{'engine':8}{'compiling s':>12}{'one run ms':>12}{f'runs/s of {RUNS}':>16}\n")
    for row in found:
        numbers = f"{row.compiling_s:12.2f}{row.run_ms:12.1f}{row.runs_per_s:16.1f}"
        sys.stdout.write(f"{row.variant:36}{row.engine:8}{numbers}\n")


if __name__ == "__main__":
    main()
