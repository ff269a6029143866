"""Small models, one for each construct, with values that were found by hand or from Vensim's manual.

A folder is a family. What a variable must be worth stands in its comment: `= 1 2 3; why`, one number for all
times or one for each, with `/` between the elements of an array. A model that must be refused begins with
what must be said of it: `{refused: one line; another}`.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from wasm_node import Node, NodeModel

from twintrack.engines import Simulator
from twintrack.engines.wasm.module import module_of
from twintrack.equations.structure import NA, Array
from twintrack.equations.subscripts import flat_place
from twintrack.errors import TwinTrackError

Table = dict[str, Array]
HERE = Path(__file__).parent
MODELS = {path for ending in ("mdl", "xmile", "stmx", "itmx") for path in HERE.rglob(f"*.{ending}")}
FAMILIES = sorted({path.parent.name for path in MODELS})
WORDS = {"NA": NA, "nan": np.nan}


def expected(comment: str) -> list[list[float]]:
    """Give the values that a comment asks for, by element; nothing where it asks for none."""
    found = re.match(r"= ([^;]*)", comment)
    texts = found[1].split("/") if found else []
    return [[WORDS[word] if word in WORDS else float(word) for word in text.split()] for text in texts]


def refusals(path: Path) -> list[str]:
    """Give what must be said of a model; nothing where it must run."""
    found = re.search(r"\{refused: (.*)\}", path.read_text(encoding="utf-8"))
    return found[1].split("; ") if found else []


def check_refused(path: Path, lines: list[str]) -> None:
    with pytest.raises(TwinTrackError) as caught:
        Simulator(path).table({})
    told = str(caught.value).splitlines()
    assert len(told) == len(lines), told
    for line, words in zip(told, lines, strict=True):
        assert words in line
        assert path.name in line


def in_node(model: Simulator, node: Node, folder: Path) -> Table:
    """Run a model as WebAssembly in Node; values by title."""
    found = NodeModel(node, module_of(model.equations), folder).run()
    variables = model.equations.variables
    return {
        title: found[name][:, flat_place(cell, variables[name].shape), 0]
        for name in found
        for title, cell in model.labels.columns(name)
    }


def check_values(path: Path, node: Node, folder: Path) -> int:
    """Hold every value that a model asks for against all engines; give how many variables ask."""
    model = Simulator(path)
    wanted = {name: expected(item.documentation) for name, item in model.equations.variables.items()}
    tables = {name: model.table({}, engine=name) for name in ("numpy", "native")}
    rows = tables["numpy"]["time"].shape
    tables["Node"] = in_node(model, node, folder)
    for engine, found in tables.items():
        for name, elements in wanted.items():
            titles = [title for title, _ in model.labels.columns(name)] if elements else []
            every = elements * len(titles) if len(elements) == 1 else elements
            for title, values in zip(titles, every, strict=True):
                message = f"{path.stem}: {title} in {engine}"
                right = np.broadcast_to(values, rows)
                np.testing.assert_allclose(found[title], right, rtol=1e-9, atol=1e-9, err_msg=message)
    return sum(map(bool, wanted.values()))


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_models_have_their_values(family: str, node: Node, tmp_path: Path) -> None:
    for path in sorted(path for path in MODELS if path.parent.name == family):
        lines = refusals(path)
        if lines:
            check_refused(path, lines)
        else:
            assert check_values(path, node, tmp_path), f"{path} asks for no value"


def test_there_are_many() -> None:
    assert len(MODELS) >= 150
