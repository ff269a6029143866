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
from twintrack.equations import load_equations
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
    path.write_text(begun(ended, NumpyEngine(load_equations(content / MODEL_FILE))), encoding="utf-8")
    pysd = PysdEngine(path)
    return Short(pysd, NumpyEngine(pysd.equations))


def begun(text: str, engine: NumpyEngine) -> str:
    """Write the first largest runs as numbers, for both engines.

    The follower's run needs the leader's capability, and that the leader's run. PySD orders arrays as a
    whole, for which this is a circle.
    """
    rows = engine.run({}, {})["ln_finished_run"][0].reshape(2, -1)
    numbers = " ".join(", ".join(map(repr, row.tolist())) + ";" for row in rows)
    made, found = re.subn(
        r"(?<=finished growth\[country,route\], )LN\(largest run.*(?=\)\n)", "first run[country,route]", text
    )
    assert found == 1
    first = f"first run[country,route]=\n\t{numbers}\n\t~\tDmnl\n\t~\tNumbers. Source: assumption.\n\t|\n\n"
    return made.replace("ln finished run[country,route]=", f"{first}ln finished run[country,route]=", 1)


@pytest.mark.slow
def test_every_variable_agrees_with_pysd(model: Model, short: Short, strategy: str) -> None:
    levers = {name: path.at(LEVERS_OF) for name, path in model.strategy(strategy).paths.items()}
    equations = short.pysd.equations
    assert equations.time.final == 2016 + YEARS
    assert_parity(table(equations, short.numpy.run(levers, {})), table(equations, short.pysd.run(levers, {})))
