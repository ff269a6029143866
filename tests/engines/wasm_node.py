"""Running modules of WebAssembly in Node, by the engine that users get."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from twintrack.engines.wasm.module import Module

RUNNER = Path(__file__).with_name("wasm_runner.mjs")


class NodeError(Exception):
    """What the engine in Node has thrown."""


class Node:
    """A process of Node that runs one job after the other."""

    def __init__(self, runner: Path = RUNNER) -> None:
        node = shutil.which("node")
        assert node, "Node is needed to test WebAssembly; install it (apt-get install nodejs)"
        self._process = subprocess.Popen(
            [node, str(runner)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """Give the answer to a job. Raises NodeError."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None
        stdin.write(json.dumps(job) + "\n")
        stdin.flush()
        told: dict[str, Any] = json.loads(stdout.readline())
        if "fault" in told:
            raise NodeError(told["fault"])
        return told

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


class NodeModel:
    """A module that is run in Node; its files lie in a folder."""

    def __init__(self, node: Node, module: Module, folder: Path) -> None:
        self.node = node
        self.folder = folder
        self.outputs = {item["name"]: len(item["labels"]) for item in module.description["outputs"]}
        module.write(folder)

    def run(
        self,
        many: Mapping[str, np.ndarray] | None = None,
        outputs: Sequence[str] | None = None,
        **job: Any,
    ) -> dict[str, np.ndarray]:
        """Run once, or once for each value of the last axis of what is in `many`.

        Gives for each output an array (saved times, elements, runs). Other words are those of the runner.
        """
        if many is not None:
            for place, array in enumerate(many.values()):
                np.ascontiguousarray(array, np.float64).tofile(self.folder / f"{place}.bin")
            job["many"] = {name: f"{place}.bin" for place, name in enumerate(many)}
        told = self.node.ask({"folder": str(self.folder), "outputs": outputs, **job})
        numbers = np.fromfile(self.folder / "results.bin")
        found, rows, runs, start = {}, len(told["times"]), told["runs"], 0
        for name in outputs or self.outputs:
            size = rows * self.outputs[name] * runs
            found[name] = numbers[start : start + size].reshape(rows, self.outputs[name], runs)
            start += size
        assert start == len(numbers)
        return found
