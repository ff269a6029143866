"""The component with the whole model, run in Node."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from wasm_node import Node

from twintrack.hands_on.compiled_model import module_for
from twintrack.hands_on.loop_part import loop_part
from twintrack.hands_on.page import component_code, lean
from twintrack.hands_on.told import drawn, told_of
from twintrack.model import Model

WORLDS = 200


class Component:
    """The component in Node: it reads links, and runs what they say."""

    def __init__(self, model: Model, folder: Path) -> None:
        self.folder = folder
        names, count, values, _ = drawn(model, WORLDS, 1)
        module = module_for(model)
        self.times = len(module.description["time"]["saved"])
        told = {"data": told_of(model), "description": lean(module.description)}
        (folder / "model.json").write_text(json.dumps({**told, "draws": {"names": names, "count": count}}))
        (folder / "model.wasm").write_bytes(module.code)
        (folder / "draws.bin").write_bytes(values)
        loops = loop_part(model)
        assert loops is not None
        (folder / "links.wasm").write_bytes(loops.code)
        (folder / "loops.json").write_text(json.dumps(loops.told))
        (folder / "component.mjs").write_text(component_code(), encoding="utf-8")
        self.node = Node(Path(__file__).with_name("component_runner.mjs"))

    def ask(self, **job: Any) -> dict[str, Any]:
        """Give the answer to a job."""
        return self.node.ask({"folder": str(self.folder), **job})

    def runs(self, links: Sequence[str], outputs: Sequence[str]) -> np.ndarray:
        """Give outputs of links in the world that curves stand in, shape (links, outputs, times)."""
        self.ask(runs=[{"link": link, "outputs": outputs} for link in links])
        return np.fromfile(self.folder / "numbers.bin").reshape(len(links), len(outputs), self.times)

    def worlds(self, link: str, outputs: Sequence[str]) -> tuple[np.ndarray, Any]:
        """Give outputs of a link and of the baseline, (outputs, 2, times, worlds), and factors."""
        asked = {"link": link, "places": list(range(WORLDS)), "outputs": outputs}
        factors = self.ask(runs=[asked])["factors"][0]
        numbers = np.fromfile(self.folder / "numbers.bin")
        return numbers.reshape(len(outputs), 2, self.times, WORLDS), factors


@pytest.fixture(scope="module")
def component(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Component]:
    """The component, loaded once for a file of tests."""
    made = Component(model, tmp_path_factory.mktemp("component"))
    yield made
    made.node.close()
