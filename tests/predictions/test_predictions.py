"""What the sources predict can come out of the model, and can fail to: a pair of cases for each."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from prediction_cases import Bench, Case, read_case

from twintrack.model import Model

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parents[1] / "cases" / "predictions"
FILES = sorted(FOLDER.glob("*.yaml"))
PREDICTIONS = 20


def shortfalls(model: Model, case: Case) -> list[str]:
    """Say which comparisons do not hold, in which years, and by how much they miss."""
    bench = Bench(model, case)
    missing = []
    for number, comparison in enumerate(case.comparisons, 1):
        excess = comparison.excess(bench)
        assert np.isfinite(excess).all()
        if (excess < 0).any():
            missing.append(f"comparison {number} ({comparison}): short by {-excess}")
    return missing


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_prediction(model: Model, path: Path) -> None:
    case = read_case(path)
    missing = shortfalls(model, case)
    if case.unreachable:
        assert missing, "the model does this now: take out `unreachable` and its reason"
    else:
        assert not missing, "\n".join(missing)


def test_every_prediction_has_both_cases() -> None:
    expected = {
        f"p{number:02d}_{way}" for number in range(1, PREDICTIONS + 1) for way in ("reproduce", "refute")
    }
    assert expected <= {path.stem for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_is_named_after_its_case_and_owns_up_to_extreme_worlds(model: Model, path: Path) -> None:
    case = read_case(path)
    assert path.stem.startswith(f"p{int(case.id[1:]):02d}_{case.expect}")
    assert case.outside(model.world) == set(case.outside_range)


def test_cases_of_a_prediction_are_about_the_same_claim() -> None:
    cases = [read_case(path) for path in FILES]
    for number in range(1, PREDICTIONS + 1):
        assert len({(case.title, case.claim) for case in cases if case.id == f"P{number}"}) == 1, f"P{number}"


def test_loops_that_carry_a_case_are_loops_of_the_model(model: Model) -> None:
    """Loops are cited by their id, such as B3; a pair of loops has both in its own."""
    known = {name for loop in model.inputs.loops for name in loop.split("-")}
    for path in FILES:
        cited = set(re.findall(r"\b[BR]\d+\b", read_case(path).why))
        assert cited <= known, path.stem
