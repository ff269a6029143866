"""Compute `tests/data/world3.csv` anew with pyworld3, an independent program, and compare World3 with it.

    pip install pyworld3==1.1
    python tests/engines/renew_world3.py            # writes the table
    python tests/engines/renew_world3.py compare    # how far bench/world3.mdl lies from it

pyworld3 is no dependency of this project. Like the model, it steps by Euler's method. Where it differs from
the book, it is mended here through its public classes and arguments:

- AI, PFR and LUFD begin with what follows from the book's first values of AI, PFR and CUF; here with these
  values themselves, as the model has it.
- The delay of pollution begins with 3/20 of what enters it; DYNAMO's DELAY3 begins in balance.
- D, CDR and CBR are those of the flows of the step before; here of the same moment.
- A policy begins with the step after its year; DYNAMO's CLIP begins in it.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from twintrack.engines import Simulator
from twintrack.equations import Equations
from twintrack.equations.structure import LookupCall

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "bench" / "world3.mdl"
TABLE = ROOT / "tests" / "data" / "world3.csv"
HEAD = (
    "# World3 by pyworld3 1.1, Euler, steps of half a year, mended as tests/engines/renew_world3.py says.",
    "# Written by: python tests/engines/renew_world3.py. Names are the book's, in small letters.",
)
YEARS = range(1900, 2101, 25)
STEPS = (0.5, 0.25, 0.125)
RUNS: Mapping[str, Mapping[str, float]] = {
    "standard": {},
    "policies": {
        **{"nri": 2e12, "pyear": 1975, "zpgt": 1975, "fcest": 1980, "iet": 1990, "iphst": 1930, "iopcd": 350},
        **{"icor2": 3.5, "scor2": 1.2, "alic2": 18, "alsc2": 25, "fioac2": 0.45},
        **{"lyf2": 1.3, "nruf2": 0.25, "ppgf2": 0.3},
    },
}
"""What each run sets, by the short names of the book.

ALAI2 is not among them: pyworld3 smooths with the length of the step that begins, not of the one that ends.
"""
WITH_POLICIES = ["pop", "le", "tf", "ic", "iopc", "sopc", "luf", "al", "fpc", "nrfr", "fcaor", "ppolx"]
"""What the table has of the run with policies; of the standard run it has everything."""
YEARLY = ("pyear", "iphst", "zpgt", "fcest", "iet")
STARTS = {"cai": 5e9, "fr": 1.0, "luf": 1.0}
"""First value of the smooth of each variable."""
SHORT = re.compile(r"([A-Z][A-Z0-9]*)(?: \(\d+\))?:")


def short_names(model: Simulator) -> dict[str, str]:
    """Give the variable of each short name of the book, in small letters; descriptions begin with it."""
    told = {name: SHORT.match(one.documentation) for name, one in model.equations.variables.items()}
    return {found[1].lower(): name for name, found in told.items() if found}


def reference(step: float, given: Mapping[str, float], *, mended: bool = True) -> dict[str, np.ndarray]:
    """Give every array that pyworld3 computes, by its name there, at every step."""
    late = {
        name: value - step / 2 if mended and name in YEARLY else value for name, value in _with_years(given)
    }
    clock = {name: late.pop(name) for name in ("pyear", "iphst")}
    world: Any = import_module("pyworld3").World3(dt=step, **clock)
    world.init_world3_constants(**late)
    world.init_world3_variables()
    world.set_world3_table_functions()
    world.set_world3_delay_functions()
    if mended:
        for name, value in STARTS.items():
            setattr(world, f"smooth_{name}", _started(getattr(world, f"smooth_{name}"), value))
        world.delay3_ppgr = import_module("pyworld3.specials").Dlinf3(world.ppgr, step, world.time)
    world.run_world3(fast=True)
    found = {name: one for name, one in vars(world).items() if isinstance(one, np.ndarray)}
    return _of_one_moment(found) if mended else found


def _with_years(given: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    yield from {"pyear": 1975.0, "iphst": 1940.0, **given}.items()


def _started(smooth: Any, value: float) -> Callable[[int, float], float]:
    """Let a smooth begin with a value of its own."""

    def call(step: int, delay: float) -> float:
        if step:
            return float(smooth(step, delay))
        smooth.out_arr[0] = value
        return value

    return call


def _of_one_moment(found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    deaths = sum(found[f"d{age}"] for age in (1, 2, 3, 4))
    rates = {"cdr": 1000 * deaths / found["pop"], "cbr": 1000 * found["b"] / found["pop"]}
    return {**found, "d": deaths, **rates}


def write() -> None:
    """Write the table."""
    names = short_names(Simulator(MODEL))
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        file.write("".join(f"{line}\n" for line in HEAD))
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("run", "name", *YEARS))
        for run, given in RUNS.items():
            found = reference(STEPS[0], given)
            for name in names if run == "standard" else WITH_POLICIES:
                if name in found:
                    table.writerow(
                        (run, name, *(repr(float(found[name][2 * (year - 1900)])) for year in YEARS))
                    )


def unlike(equations: Equations, names: Mapping[str, str]) -> Iterator[str]:
    """Give the short names of constants and tables that are not those of pyworld3, to the last digit."""
    world: Any = import_module("pyworld3").World3()
    world.init_world3_constants()
    world.set_world3_table_functions()
    for name, value in vars(world).items():
        if name in names and isinstance(value, int | float) and equations.defaults[names[name]] != value:
            yield name
        if name.endswith("_f"):
            short = name.removesuffix("_f").replace("fce_toclip", "fcet")
            lookup = equations.components[names[short]][0].expression
            table = equations.tables[lookup.tables[0]] if isinstance(lookup, LookupCall) else None
            if table is None or table.x != tuple(value.x) or table.y != tuple(value.y):
                yield short


def compared() -> Iterator[str]:
    """Give a line for each variable: the largest difference in parts of its largest value, by time step."""
    model = Simulator(MODEL)
    names = short_names(model)
    yield f"constants and tables that differ: {', '.join(unlike(model.equations, names)) or 'none'}"
    kinds = [(mended, first) for mended, first in ((True, 1900), (False, 1900), (False, 1950))]
    columns = [_differences(model, names, step, *kind) for kind in kinds for step in STEPS]
    heads = [f"{'mended' if mended else 'as installed'}, from {first}" for mended, first in kinds]
    yield f"steps of {STEPS}: " + "; ".join(heads)
    rows = {name: [one[name] for one in columns] for name in columns[0]}
    for name, row in {**rows, "largest": [max(one.values()) for one in columns]}.items():
        yield f"{name:8}" + "".join(f"{value:9.1e}" for value in row)


def _differences(
    model: Simulator, names: Mapping[str, str], step: float, mended: bool, first: int
) -> dict[str, float]:
    theirs = reference(step, {}, mended=mended)
    shared = {short: name for short, name in names.items() if short in theirs}
    frame = model.run(outputs=list(shared.values()), time_step=step)
    found = {}
    for (short, _), (_, column) in zip(shared.items(), frame.items(), strict=True):
        yearly = theirs[short][:: round(1 / step)]
        away = np.abs(column.to_numpy() - yearly)[first - 1900 :]
        found[short] = float(np.nanmax(away) / np.nanmax(np.abs(yearly)))
    return found


if __name__ == "__main__":
    if sys.argv[1:] == ["compare"]:
        sys.stdout.write("".join(f"{line}\n" for line in compared()))
    else:
        write()
