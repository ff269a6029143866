"""The engine against PySD on the model as it stands, subscripts and all, over one year.

PySD needs minutes for twenty-five years of arrays. Strategies differ from 2026 on, which a year from 2016
would never see: here every lever has from the start the value that the strategy gives it in 2030.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from parity_helpers import assert_parity, table

from twintrack.engines import NumpyEngine, PysdEngine
from twintrack.model import Model
from twintrack.resources import MODEL_FILE

YEARS = 1
LEVERS_OF = 2030.0


@dataclass(frozen=True)
class Short:
    """Both engines for the model that ends early."""

    pysd: PysdEngine
    numpy: NumpyEngine


@pytest.fixture(scope="module")
def short(content: Path, tmp_path_factory: pytest.TempPathFactory) -> Short:
    text = (content / MODEL_FILE).read_text(encoding="utf-8")
    path = tmp_path_factory.mktemp("short") / "model.mdl"
    ended, found = re.subn(r"^(FINAL TIME\s*=\s*)2040", rf"\g<1>{2016 + YEARS}", text, flags=re.MULTILINE)
    assert found == 1
    path.write_text(ended, encoding="utf-8")
    pysd = PysdEngine(path)
    return Short(pysd, NumpyEngine(pysd.equations))


@pytest.mark.slow
def test_every_variable_agrees_with_pysd(model: Model, short: Short, strategy: str) -> None:
    levers = {name: path.at(LEVERS_OF) for name, path in model.strategy(strategy).paths.items()}
    equations = short.pysd.equations
    assert equations.time.final == 2016 + YEARS
    assert_parity(table(equations, short.numpy.run(levers, {})), table(equations, short.pysd.run(levers, {})))
