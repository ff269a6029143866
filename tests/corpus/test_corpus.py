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

from twintrack.engines import Simulator
from twintrack.equations.structure import NA
from twintrack.errors import TwinTrackError

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


def check_values(path: Path) -> int:
    model = Simulator(path)
    wanted = {name: expected(item.documentation) for name, item in model.equations.variables.items()}
    for engine in ("numpy", "native"):
        found = model.table({}, engine=engine)
        for name, elements in wanted.items():
            titles = [title for title, _ in model.labels.columns(name)] if elements else []
            assert len(titles) == len(elements) or len(elements) == 1, f"{path.stem}: {name} in {engine}"
            for title, values in zip(
                titles, elements * (len(titles) if len(elements) == 1 else 1), strict=True
            ):
                message = f"{path.stem}: {title} in {engine}"
                every = np.broadcast_to(values, found["time"].shape)
                np.testing.assert_allclose(found[title], every, rtol=1e-9, atol=1e-9, err_msg=message)
    return sum(map(bool, wanted.values()))


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_models_have_their_values(family: str) -> None:
    for path in sorted(path for path in MODELS if path.parent.name == family):
        lines = refusals(path)
        if lines:
            check_refused(path, lines)
        else:
            assert check_values(path), f"{path} asks for no value"


def test_there_are_many() -> None:
    assert len(MODELS) >= 150
