"""The form without subscripts is a second way to the same numbers; PySD computes it where arrays fail it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from construct_helpers import key
from test_arrays_in_models import CHAIN, RANGES
from test_macros import CALLS, MACROS

from twintrack.engines import Simulator
from twintrack.equations.flatten import flatten_file
from twintrack.errors import EquationError


@pytest.mark.parametrize("text", [RANGES, CHAIN, MACROS + CALLS], ids=["ranges", "chain", "macros"])
def test_pysd_agrees_on_the_flat_form(text: str, write: Callable[[str], Path], tmp_path: Path) -> None:
    model = Simulator(write(text))
    flat = flatten_file(Path(model.equations.path))
    path = tmp_path / "flat.mdl"
    path.write_text(flat.text, encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pysd

        frame = pysd.read_vensim(str(path)).run()
    columns = {key(str(name)): frame[name].to_numpy(float) for name in frame}
    found = model.table({})
    compared = 0
    for variable in model.equations.variables.values():
        for label, title in zip(variable.labels, variable.titles, strict=True):
            if title in found:
                expected = columns[key(flat.names[label])]
                np.testing.assert_allclose(found[title], expected, rtol=1e-9, atol=1e-9, err_msg=title)
                compared += 1
    assert compared == len(found) - 1


def test_functions_of_lookups_are_kept_and_those_of_vectors_told(write: Callable[[str], Path]) -> None:
    text = "t((0,0),(1,2),(4,3)) ~~|\nx = LOOKUP INVERT(t, Time/2) + LOOKUP FORWARD(t, Time) ~~|\n"
    path = write(text)
    before = Simulator(path).table({})["x"]
    path.write_text(flatten_file(path).text, encoding="utf-8")
    np.testing.assert_allclose(Simulator(path).table({})["x"], before)
    with pytest.raises(EquationError, match=r"no form without subscripts \(VECTOR RANK\)"):
        flatten_file(write("r: a, b ~~|\nx[r] = 1, 2 ~~|\ny[r] = VECTOR RANK(x[r], 1) ~~|\n"))
