"""The two studies of forecasts from past origins: as things were, and with a planted error of the model.

In the second one the model grows by too much or too little, in every world alike and in each variable by an
amount of its own, from the first observation of that variable on. No parameter can mend that: it is the kind
of error that the discrepancy is there for, and that those who wrote the priors could not have foreseen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from twintrack.calibration.lookahead import (
    CONFLICT,
    LARGEST_ERROR,
    YEARS,
    Look,
    forms_of,
    looked,
)
from twintrack.calibration.observations import Observations
from twintrack.calibration.reweighting import prior_runs
from twintrack.calibration.scoreboard import board
from twintrack.calibration.strands import compared, compared_times, stepwise, unit_of
from twintrack.calibration.target import Target
from twintrack.equations.structure import Array
from twintrack.runs.workers import Tell
from twintrack.worlds.basis import POWER

RUNS = 131_072
"""Runs of the prior that are weighed."""

DRAWS = 4000
"""Draws of each forecast."""

GROWTHS = (0.15, 0.3)
"""Standard deviations of planted errors of growth, per year on the scale; half as much on logits."""

PLANTINGS = 3
"""Draws of the planted errors for each of these."""

_STREAM = 15


@dataclass(frozen=True)
class Lean:
    """A planted error of growth: per year on the scale of a strand, and the decimal year where it begins."""

    growth: float
    since: float


def looked_at(
    target: Target,
    seed: int,
    workers: int | None,
    tell: Tell,
    show: Callable[[str], None],
    power: float = POWER,
    runs: int = RUNS,
    draws: int = DRAWS,
) -> dict[str, Any]:
    """Forecast from all origins of what was observed, and score it; see `scoreboard.board`."""
    said = prior_runs(target, runs, seed, workers, tell, show)
    look = Look(target.observed, said, seed, draws, forms=forms_of(power))
    return {"settings": _settings(look), **_board(look, show)}


def planted_study(
    target: Target,
    seed: int,
    workers: int | None,
    tell: Tell,
    show: Callable[[str], None],
    power: float = POWER,
    runs: int = RUNS,
    draws: int = DRAWS,
    growths: Sequence[float] = (0.0, *GROWTHS),
    plantings: int = PLANTINGS,
) -> dict[str, Any]:
    """Do the same with planted errors of growth, and tell the scores of all members for each size."""
    said = prior_runs(target, runs, seed, workers, tell, show)
    look = Look(target.observed, said, seed, draws, forms=forms_of(power))
    found = []
    for growth in growths:
        count = plantings if growth else 1
        boards = []
        for number in range(count):
            show(f"planted error of growth {growth:g}, {number + 1} of {count}")
            leans = planted(target.observed, growth, np.random.default_rng((seed, _STREAM, number)))
            boards.append(_board(replace(look, said=leaning(target.observed, said, leans)), show))
        found.append(_together(growth, boards))
    return {"settings": _settings(look), "plantings": plantings, "growths": found}


def planted(observed: Observations, growth: float, stream: np.random.Generator) -> dict[str, Lean]:
    """Draw an error of growth for each variable, per year on the scale of its series.

    Of one stream, larger errors are the same ones times a number. Plain numbers err by their unit of scores.
    """
    found: dict[str, Lean] = {}
    for item in observed.series:
        variable, first = item.series.variable, float(item.times[0])
        if variable in found:
            found[variable] = replace(found[variable], since=min(found[variable].since, first))
            continue
        size = growth * unit_of(item) * (0.5 if item.series.scale == "logit" else 1.0)
        found[variable] = Lean(size * float(stream.standard_normal()), first)
    return found


def leaning(observed: Observations, said: Array, leans: Mapping[str, Lean]) -> Array:
    """Give what a model would say that erred so by variable, shape (points, runs), as `said` has it.

    Totals and counts err by their steps, each in its middle. Series that are bounds are left as they are.
    """
    found = said.copy()
    for item, place in observed.placed:
        if item.series.bound is not None:
            continue
        lean = leans[item.series.variable]
        away = lean.growth * (compared_times(item, joined=True) - lean.since)
        told = compared(item, said[place], joined=True) + away[:, None]
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            found[place] = np.log(np.exp(told).cumsum(axis=0)) if stepwise(item) else told
    return found


def _board(look: Look, show: Callable[[str], None]) -> dict[str, Any]:
    results = []
    for learnt, predictions in looked(look, look.origins):
        show(f"origin {learnt.time:g}: {learnt.learnt['learnt'].effective:,.0f} effective worlds")
        results.append((learnt, predictions))
    return board(look, results)


def _settings(look: Look) -> dict[str, Any]:
    learnt = look.forms["learnt"]
    return {
        "runs": look.said.shape[1],
        "draws": look.draws,
        "seed": look.seed,
        "power": learnt.power,
        "years": YEARS,
        "walks": learnt.grid.walks,
        "largest_error": LARGEST_ERROR,
        "conflict": CONFLICT,
    }


def _together(growth: float, boards: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Give means over plantings: scores, shares inside, effective worlds and lambda at the last origin."""
    rows = []
    for place, member in enumerate(boards[0]["members"]):
        own = [one["table"][place] for one in boards]
        keys = ("crps", "wis", "inside_50", "inside_90", "passed")
        rows.append({"member": member, **{key: _mean([row[key] for row in own]) for key in keys}})
    ends = [one["origins"][-1] for one in boards]
    effective: list[Array] = [np.array([*end["effective"].values()]) for end in ends]
    return {
        "growth": growth,
        "predictions": sum(one["points"] for one in boards),
        "table": rows,
        "effective": dict(zip(ends[0]["effective"], np.mean(effective, axis=0).tolist(), strict=True)),
        "walks": np.mean([end["walks"] for end in ends], axis=0).tolist(),
    }


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None
