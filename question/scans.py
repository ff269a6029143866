"""Levers at one level after another, at equal public cost: what a level brings, and where the best one is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from question import asked
from question.answers import Answer
from twintrack.decisions.levels import best_level
from twintrack.decisions.robustness import performance
from twintrack.formats import number
from twintrack.inputs.strategies import Strategy
from twintrack.model import Model
from twintrack.runs.experiment import Experiment

LARGE = 10.0
"""Gains from this size on are written without decimals."""


def lever_scans(model: Model, worlds: pd.DataFrame) -> list[Answer]:
    """Give one table for each scan: programmes, basic research, chips, the ambition of the run."""
    return [_answer(model, worlds, scan) for scan in asked.scans(model)]


def _answer(model: Model, worlds: pd.DataFrame, scan: asked.Scan) -> Answer:
    """Give the gain of each level over the lowest one, and the best level, by outcome and year."""
    header = ("median gain over the lowest", "year", *(f"{level:g}" for level in scan.levels))
    header += ("best level", "inside", "flat", "no number")
    title = f"{scan.title}, {asked.SCANNED} at equal public cost"
    absent = [name for name in scan.levers if name not in model.levers]
    if absent or not scan.levers:
        return Answer(title, header, [], asked.missing_note(absent or [scan.title], "lever"))
    outcomes = asked.outcomes(model, scan.outcomes)
    missing = [name for name in scan.outcomes if name not in outcomes]
    rows = list(_rows(model, worlds, scan, outcomes))
    return Answer(title, header, rows, asked.missing_note(missing, "outcome"))


def _rows(
    model: Model, worlds: pd.DataFrame, scan: asked.Scan, outcomes: list[str]
) -> Iterator[tuple[str, ...]]:
    results = Experiment(
        {f"level {level:g}": _at_level(model, scan, level) for level in scan.levels},
        worlds=worlds,
        outputs=outcomes,
        times=asked.YEARS,
        model=model,
    ).dataset()
    for name in outcomes:
        outcome = model.outcomes[name]
        for year in asked.YEARS:
            cells = results[name].squeeze("scenario").sel(time=year).transpose("world", "strategy")
            values = pd.DataFrame(cells.to_numpy(), columns=np.array(scan.levels))
            scores = performance(values, outcome.better)
            gains = scores.sub(scores[scan.levels[0]], axis=0).median()
            form = ".3f" if gains.abs().max() < LARGE else ".0f"
            best = best_level(values, outcome.better)
            yield (
                outcome.title.en,
                f"{year:.0f}",
                *(number(gain, form) for gain in gains),
                number(best.median, ".2f"),
                number(best.interior, ".2f"),
                str(best.flat),
                str(best.left_out),
            )


def _at_level(model: Model, scan: asked.Scan, level: float) -> Strategy:
    plan = model.strategy(asked.SCANNED, **dict.fromkeys(scan.levers, level))
    return replace(plan, budget="equal")
