"""Whether it matters how regions rival: co-opetition against involution, as strategies and by levers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from question import asked
from question.answers import Answer
from question.felt.spreads import judged, simulated
from twintrack.decisions.robustness import ROUNDING
from twintrack.formats import number
from twintrack.inputs.strategies import BASELINE, Strategy
from twintrack.model import Model

BETTER, WORSE = "regional_coopetition", "involution"
LEVERS = ("central_coordination", "kpi_quality_weight", "interregional_cooperation")
OUTCOMES = ("ai_enabled_output", "ai_income", "fiscal_return")
ENOUGH = 0.02
"""From this relative difference on it matters."""
STRATEGIES, TOGETHER = "strategies", "three levers"


def rivalry_table(model: Model, worlds: pd.DataFrame) -> pd.DataFrame:
    """Compare co-opetition with involution world by world, and give a row for each contrast, outcome, year.

    The contrasts: the two strategies; the baseline with the three levers at their values; the baseline with
    one of these levers at either value. Columns: `contrast`, `outcome`, `year`; `median`, of the difference
    over worlds, as a share of the size under involution; `share`, of worlds in which co-opetition is better
    by more than a relative 1e-6; `enough`, whether the median is 2 % or more.
    """
    contrasts = _contrasts(model)
    plans = {
        f"{name}: {side}": plan
        for name, pair in contrasts.items()
        for side, plan in zip((BETTER, WORSE), pair, strict=True)
    }
    found = simulated(model, plans, worlds)
    rows = []
    for name in contrasts:
        for outcome in OUTCOMES:
            row = judged(model).index(outcome)
            more, less = (found[f"{name}: {side}"][row] for side in (BETTER, WORSE))
            lead = (more - less) / np.where(less == 0, np.nan, np.abs(less))
            for at, year in enumerate(asked.YEARS):
                median = float(np.nanmedian(lead[at]))
                share = float((lead[at] > ROUNDING).mean())
                told = {"median": median, "share": share, "enough": median >= ENOUGH}
                rows.append({"contrast": name, "outcome": outcome, "year": int(year), **told})
    return pd.DataFrame(rows)


def rivalry_answers(table: pd.DataFrame) -> list[Answer]:
    """Give a row for each contrast and outcome."""
    years = [f"{year:.0f}" for year in asked.YEARS]
    header = ("contrast", "outcome", *years, *(f"better in {year}" for year in years), "2 % or more in")
    rows = []
    for (contrast, outcome), cells in table.groupby(["contrast", "outcome"], sort=False):
        enough = ", ".join(str(year) for year in cells["year"][cells["enough"]])
        rows.append(
            (
                str(contrast),
                str(outcome),
                *(number(value, ".1%") for value in cells["median"]),
                *(number(value, ".2f") for value in cells["share"]),
                enough or "no year",
            )
        )
    return [Answer("Co-opetition of regions against involution", header, rows)]


def _contrasts(model: Model) -> Mapping[str, tuple[Strategy, Strategy]]:
    """Give pairs of strategies by what they differ in."""
    both = (model.strategy(BETTER), model.strategy(WORSE))
    return {
        STRATEGIES: both,
        TOGETHER: _with(model, both, LEVERS),
        **{lever: _with(model, both, (lever,)) for lever in LEVERS},
    }


def _with(
    model: Model, both: tuple[Strategy, Strategy], levers: tuple[str, ...]
) -> tuple[Strategy, Strategy]:
    more, less = (
        model.strategy(BASELINE, **{name: plan.paths[name].values[-1] for name in levers}) for plan in both
    )
    return more, less
