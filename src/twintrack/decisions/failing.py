"""Where a strategy fails: boxes of assumptions, one question and one rival at a time.

Questions are asked of the difference that decides them. Two opposite failures in one question ("not the best
of three") have no box; so every strategy meets one rival at a time: the one that it beats in the fewest
worlds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from twintrack.decisions import robustness
from twintrack.decisions.boxes import FEWEST, Box, find_box
from twintrack.decisions.compared import Case, Compared
from twintrack.decisions.deciding import lead
from twintrack.equations.structure import Array

NOT_BEST, BELOW_BASELINE, MISSED = "not the best", "worse than the baseline", "target missed"
"""What is asked: a rival is better; the first of the strategies compared is; the target is not reached."""


@dataclass(frozen=True)
class Question:
    """A failure of a strategy.

    Attributes:
        kind: NOT_BEST, BELOW_BASELINE or MISSED.
        strategy: The strategy that fails.
        rival: The strategy that does better then; "" for a target.
        target: The target, in the outcome's unit; NaN for a rival.
        shortfall: How far it fails in each world, above zero where it does, in the outcome's unit.
    """

    kind: str
    strategy: str
    rival: str
    target: float
    shortfall: Array


def failing_tables(compared: Compared) -> dict[str, pd.DataFrame]:
    """Give the table `boxes`: a row for each restriction of each box, one without a restriction for no box.

    `box_curves` tells what boxes of other sizes would do in the held-out worlds. Columns of `boxes` after the
    case: `kind`, `strategy`, `rival`, `target`; `base` (share of held-out worlds in which
    it fails), `coverage`, `density`, `mass` and `chance` of the box there (NaN without one); `parameter`,
    `low` and `high` in the parameter's unit, NaN for an open side.
    """
    worlds = compared.worlds
    if len(worlds) < FEWEST:
        return {}
    rows: list[dict[str, Any]] = []
    curves: list[dict[str, Any]] = []
    for case in compared.headline_cases():
        for question in questions(compared, case):
            box = _box(question, worlds)
            rows += [{**case.columns(), **row} for row in box_rows(question, box)]
            about = {**case.columns(), "kind": question.kind, "strategy": question.strategy}
            curves += [
                {**about, "rival": question.rival, "mass": mass, "coverage": coverage, "density": density}
                for mass, coverage, density in box.curve
            ]
    found = {"boxes": rows, "box_curves": curves}
    return {name: pd.DataFrame(table) for name, table in found.items() if table}


def questions(compared: Compared, case: Case) -> Iterator[Question]:
    """Give what is asked in a case: every strategy, where the choice makes a difference."""
    values = robustness.finite_worlds(compared.values(case))
    if values.empty or robustness.same_for_all(values):
        return
    better, target = compared.better(case), compared.target(case)
    reference = compared.strategies[0]
    for name in compared.strategies:
        rival = robustness.nearest_rival(values, better, name) if values.shape[1] > 1 else ""
        if rival:
            yield _against(compared, case, NOT_BEST, name, rival)
        if name != reference and rival != reference:
            yield _against(compared, case, BELOW_BASELINE, name, reference)
        if target is not None:
            reached = robustness.performance(compared.values(case, [name]) - target, better)[name]
            yield Question(MISSED, name, "", target, -np.asarray(reached, np.float64))


def box_rows(question: Question, box: Box) -> list[dict[str, Any]]:
    """Give the rows of one question; see `failing_tables`."""
    about = {"kind": question.kind, "strategy": question.strategy, "rival": question.rival}
    measured = {"coverage": box.coverage, "density": box.density, "mass": box.mass, "chance": box.chance}
    if not box.found:
        measured = dict.fromkeys(measured, np.nan)
    first = {**about, "target": question.target, "base": box.base, **measured, "held_out": box.worlds}
    if not box.found:
        return [{**first, "parameter": "", "low": np.nan, "high": np.nan}]
    return [
        {**first, "parameter": one.parameter, "low": one.low, "high": one.high} for one in box.restrictions
    ]


def _box(question: Question, worlds: pd.DataFrame) -> Box:
    known = np.isfinite(question.shortfall)
    shortfall = question.shortfall[known]
    return find_box(worlds[known], shortfall > 0, shortfall)


def _against(compared: Compared, case: Case, kind: str, name: str, rival: str) -> Question:
    ahead = np.asarray(lead(compared, case, rival, name), np.float64)
    return Question(kind, name, rival, float("nan"), ahead)
