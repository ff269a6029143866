"""The model as a WebAssembly module, timed in Node."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from bench.measuring import Json, NotMeasuredError
from bench.workloads import RunInputs, Workload, engine_runner
from twintrack.engines.base import check_inputs
from twintrack.engines.wasm.module import Module, compiled
from twintrack.equations.structure import Array

SCRIPT = Path(__file__).with_name("run_module.mjs")
POLICY_START = 2026
"""From here on strategies differ: runs of the same worlds can go on from this time."""


def wasm(workload: Json, runs: int, rounds: int) -> Json:
    """Time one run and many in Node, in processor time.

    Gives seconds ("one", "many", and "later" from `POLICY_START` on), those to the end of the first run on
    the clock ("first"), bytes ("raw", "gzip"), and the largest difference from the native engine relative to
    each variable's largest value ("worst").
    """
    node = shutil.which("node")
    if node is None:
        raise NotMeasuredError("node is not installed")
    what = Workload(**workload)
    given = what.given(runs)
    varying = [name for name, array in given.series.items() if array.shape[-1] == runs]
    module = _module(what, varying)
    many = {**given.constants, **{name: given.series[name] for name in varying}}
    later = "" if what.model else str(POLICY_START)
    with tempfile.TemporaryDirectory() as folder:
        module.write(Path(folder))
        for place, array in enumerate(many.values()):
            np.broadcast_to(array, (*array.shape[:-1], runs)).astype(np.float64).tofile(
                f"{folder}/{place}.bin"
            )
        (Path(folder) / "names.json").write_text(json.dumps(list(many)), encoding="utf-8")
        words = [node, str(SCRIPT), folder, str(runs), str(rounds), later]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise NotMeasuredError(f"node failed: {done.stderr.strip().splitlines()[-1]}")
        found: Json = json.loads(done.stdout)
        numbers = np.fromfile(f"{folder}/results.bin")
    sizes = {"raw": len(module.code), "gzip": len(gzip.compress(module.code))}
    return {**found, **sizes, "worst": _worst(what, given, numbers)}


def _module(what: Workload, varying: list[str]) -> Module:
    one, grid = what.given(1), what.equations.time
    inputs = check_inputs(what.equations, one.constants, one.series, what.outputs, 1, grid, one.blend)
    return compiled(what.equations, inputs, varying)


def _worst(what: Workload, given: RunInputs, numbers: Array) -> float:
    """Give the largest difference from the native engine; `numbers` are all outputs one after the other."""
    worst, start = 0.0, 0
    for values in engine_runner(what)(given, what.outputs).values():
        found = numbers[start : start + values.size].reshape(values.shape)
        start += values.size
        worst = max(worst, float(np.abs(found - values).max() / max(float(np.abs(values).max()), 1e-300)))
    return worst
