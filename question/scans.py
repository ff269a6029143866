"""Levers at one level after another, at equal public cost: what a level brings, and where the best one is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from question import asked
from question.answers import Answer, gains
from twintrack.decisions.levels import best_level
from twintrack.decisions.robustness import performance
from twintrack.formats import number
from twintrack.inputs.courses import Budget
from twintrack.inputs.strategies import Strategy
from twintrack.model import Model
from twintrack.runs.experiment import Experiment

SCANNED = "explore_base"
PROGRAMME_LEVELS = (0.0, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0)
BASIC_LEVELS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
CHIP_LEVELS = (0.0, 50.0, 100.0, 200.0, 400.0)
EXCHANGE_LEVELS = (0.0, 100.0, 200.0, 300.0, 400.0)
CHIPS_AND_RESEARCH = 480.0
"""Public money for chips and research together where one is given for the other, bn CNY/Year."""
AMBITION_LEVELS = (0.15, 0.35, 0.6, 1.0)
WITH_KEPT = ("compute_kept", *asked.OUTCOMES)


@dataclass(frozen=True)
class Scan:
    """Levers that are set, one level after another.

    Attributes:
        title: What readers see.
        levers: What each lever is set to, by level in rising order.
        outcomes: Names of outcomes that are judged.
        budget: "equal": money is scaled to the baseline's public cost; "own": it is as the levers say.
    """

    title: str
    levers: Mapping[float, Mapping[str, float]]
    outcomes: tuple[str, ...] = asked.OUTCOMES
    budget: Budget = "equal"

    @property
    def levels(self) -> list[float]:
        """All levels in rising order."""
        return list(self.levers)


def scans(model: Model) -> tuple[Scan, ...]:
    """Give the levers that are tried level by level."""
    exchanged = {
        level: {"domestic_chip_invest": level, "fiscal_ai_rd": CHIPS_AND_RESEARCH - level}
        for level in EXCHANGE_LEVELS
    }
    return (
        Scan("All programmes at one level", _same(programmes(model), PROGRAMME_LEVELS), budget="own"),
        Scan("Share of basic research", _same(["stage_share_basic"], BASIC_LEVELS)),
        Scan("Domestic chips", _same(["domestic_chip_invest"], CHIP_LEVELS), WITH_KEPT),
        Scan("Domestic chips in exchange for research money", exchanged, WITH_KEPT, "own"),
        Scan("Ambition of the largest run", _same(["run_ambition"], AMBITION_LEVELS)),
    )


def programmes(model: Model) -> list[str]:
    """Give the levers that are programmes: every index that is no door."""
    doors = model.lever_table.groups["doors"].levers
    return [name for name, lever in model.levers.items() if lever.kind == "index" and name not in doors]


def lever_scans(model: Model, worlds: pd.DataFrame) -> list[Answer]:
    """Give one table for each scan: programmes, basic research, chips, the ambition of the run."""
    return [_answer(model, worlds, scan) for scan in scans(model)]


def _same(levers: Iterable[str], levels: Iterable[float]) -> dict[float, dict[str, float]]:
    names = list(levers)
    return {level: dict.fromkeys(names, level) for level in levels}


def _answer(model: Model, worlds: pd.DataFrame, scan: Scan) -> Answer:
    """Give the gain of each level over the lowest one, and the best level, by outcome and year."""
    header = ("median gain over the lowest", "year", *(f"{level:g}" for level in scan.levels))
    header += ("best level", "inside", "flat", "no number")
    title = f"{scan.title}, {SCANNED} at {'equal public cost' if scan.budget == 'equal' else 'its own money'}"
    return Answer(title, header, list(_rows(model, worlds, scan)))


def _rows(model: Model, worlds: pd.DataFrame, scan: Scan) -> Iterator[tuple[str, ...]]:
    results = Experiment(
        {f"level {level:g}": _at_level(model, scan, level) for level in scan.levels},
        worlds=worlds,
        outputs=scan.outcomes,
        times=asked.YEARS,
        model=model,
    ).dataset()
    for name in scan.outcomes:
        outcome = model.outcomes[name]
        for year in asked.YEARS:
            cells = results[name].squeeze("scenario").sel(time=year).transpose("world", "strategy")
            values = pd.DataFrame(cells.to_numpy(), columns=np.array(scan.levels))
            scores = performance(values, outcome.better)
            best = best_level(values, outcome.better)
            yield (
                outcome.title.en,
                f"{year:.0f}",
                *gains(list(scores.sub(scores[scan.levels[0]], axis=0).median())),
                f"{best.median:g}",
                number(best.interior, ".2f"),
                str(best.flat),
                str(best.left_out),
            )


def _at_level(model: Model, scan: Scan, level: float) -> Strategy:
    return replace(model.strategy(SCANNED, **scan.levers[level]), budget=scan.budget)
