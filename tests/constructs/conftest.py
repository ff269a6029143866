"""Running small models of all kinds under all engines and PySD."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from construct_helpers import CONTROL, Table, key
from wasm_node import Node, NodeModel

from twintrack.engines import Simulator
from twintrack.engines.wasm.module import module_of
from twintrack.equations.subscripts import flat_place


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a model with a clock of 13 times from 0 to 6."""

    def write(text: str) -> Path:
        path = tmp_path / "model.mdl"
        path.write_text("{UTF-8}\n" + text + CONTROL, encoding="utf-8")
        return path

    return write


@pytest.fixture
def run(write: Callable[[str], Path], run_file: Callable[[Path], Table]) -> Callable[[str], Table]:
    """Runs a model under all engines, in Node too, which must agree, and gives the values."""
    return lambda text: run_file(write(text))


@pytest.fixture
def run_file(node: Node, tmp_path: Path) -> Callable[[Path], Table]:
    """Runs a model file under all engines, in Node too, which must agree, and gives the values."""

    def run(path: Path) -> Table:
        model = Simulator(path)
        found = model.table({}, engine="numpy")
        compiled = model.table({}, engine="native")
        assert list(found) == list(compiled)
        for name, values in found.items():
            np.testing.assert_allclose(compiled[name], values, rtol=1e-12, atol=1e-12, err_msg=name)
        if not model.equations.ending:  # a module has no end that moves
            in_node = NodeModel(node, module_of(model.equations), tmp_path).run()
            for name, values in in_node.items():
                for title, cell in model.labels.columns(name):
                    place = flat_place(cell, model.equations.variables[name].shape)
                    expected = found[title]
                    np.testing.assert_allclose(
                        values[:, place, 0], expected, rtol=1e-12, atol=1e-12, err_msg=f"{title} in Node"
                    )
        return found

    return run


@pytest.fixture
def pysd_table(tmp_path: Path) -> Callable[[str], Table]:
    """Runs a model under PySD and gives the values; titles as it writes them, in lower case."""

    def table(text: str) -> Table:
        folder = tmp_path / "pysd"
        folder.mkdir()
        path = folder / "model.mdl"
        path.write_text("{UTF-8}\n" + text + CONTROL, encoding="utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pysd

            frame = pysd.read_vensim(str(path)).run(flatten_output=True)
        shutil.rmtree(folder)
        return {key(name): frame[name].to_numpy(float) for name in frame.columns}

    return table


@pytest.fixture
def agrees_with_pysd(
    run: Callable[[str], Table], pysd_table: Callable[[str], Table]
) -> Callable[[str], Table]:
    """Asserts that all variables of a model have PySD's values, and gives them."""

    def agrees(text: str) -> Table:
        found = run(text)
        expected = pysd_table(text)
        mine = {key(name): values for name, values in found.items()}
        assert mine.keys() - {"time"} == expected.keys()
        for name, values in expected.items():
            np.testing.assert_allclose(mine[name], values, rtol=1e-9, atol=1e-9, err_msg=name)
        return found

    return agrees
