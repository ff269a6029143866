"""Eight cells of portfolio, doors and programmes at the same money: what one thing does, and two together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from question import asked
from question.answers import Answer, gains
from question.shares import share_columns
from twintrack.decisions.factorial import TOGETHER, cells, effects
from twintrack.decisions.pairs import Pair, PairQuestion, directions, pair_table, simulated
from twintrack.decisions.robustness import finite_worlds, performance
from twintrack.formats import number
from twintrack.model import Model

if TYPE_CHECKING:
    import xarray as xr

FACTORS: Mapping[str, tuple[str, str]] = {
    "mix": ("portfolio_catchup", "portfolio_mix"),
    "open doors": ("doors_closed", "doors_open"),
    "many programmes": ("programmes_today", "programmes_many"),
}
"""Parts by what the second has and the first has not. Money is the baseline's in all cells."""

Levels = tuple[int, ...]
"""A cell: 0 or 1 for each factor, in the order of FACTORS."""


def cell_contrasts(model: Model, worlds: pd.DataFrame) -> list[Answer]:
    """Give two tables: what one factor does in each setting of the others, and what two do together."""
    contrasts = list(_contrasts())
    question = PairQuestion([pair for _, _, pair in contrasts], asked.OUTCOMES, asked.YEARS)
    results = simulated(model, question, worlds)
    table = pair_table(results, question, directions(model, question))
    values = {place: _by_cell(results, *place) for place in product(asked.OUTCOMES, asked.YEARS)}
    return [_of_one(model, table, contrasts), _of_two(model, values)]


def _by_cell(results: xr.Dataset, outcome: str, year: float) -> pd.DataFrame:
    """Give one outcome in one year: a row for each world, a column for each cell, ordered as by `cells`."""
    chosen = results[outcome].squeeze("scenario").sel(time=year)
    return finite_worlds(pd.DataFrame({name: chosen.sel(strategy=name) for name in cells(FACTORS).values()}))


def _of_one(model: Model, table: pd.DataFrame, contrasts: list[tuple[str, str, Pair]]) -> Answer:
    rows = []
    for factor, where, (first, second) in contrasts:
        chosen = table[(table["first"] == first) & (table["second"] == second)]
        rows.append((factor, where, *(number(share, ".2f") for share in chosen["share"])))
    return Answer("Share of worlds in which one thing helps", ("what", "where", *share_columns(model)), rows)


def _of_two(model: Model, values: Mapping[tuple[str, float], pd.DataFrame]) -> Answer:
    header = ["together", "outcome"]
    header += [f"{year:.0f}, {what}" for year in asked.YEARS for what in ("share above zero", "median")]
    rows = []
    scores = {
        (name, year): performance(table, model.outcomes[name].better).to_numpy().T
        for (name, year), table in values.items()
    }
    found = {
        place: {what: effect for kind, what, effect in effects(score, list(FACTORS)) if kind == TOGETHER}
        for place, score in scores.items()
    }
    for one, other in combinations(FACTORS, 2):
        for name in asked.OUTCOMES:
            extra = [found[name, year][f"{one} x {other}"] for year in asked.YEARS]
            shares = [number(float((more > 0).mean()), ".2f") for more in extra]
            medians = gains([float(np.median(more)) for more in extra])
            told = [cell for both in zip(shares, medians, strict=True) for cell in both]
            rows.append((f"{one} and {other}", model.outcomes[name].title.en, *told))
    return Answer("What two things do together beyond what each does alone", header, rows)


def _contrasts() -> Iterator[tuple[str, str, Pair]]:
    """Give every contrast of one factor: its name, where the others stand, and the pair of strategies."""
    for place, factor in enumerate(FACTORS):
        for cell in _cells():
            if cell[place]:
                without = (*cell[:place], 0, *cell[place + 1 :])
                where = [part for at, part in enumerate(_parts(cell)) if at != place]
                yield factor, ", ".join(where), (_name(cell), _name(without))


def _cells() -> list[Levels]:
    return list(product((0, 1), repeat=len(FACTORS)))


def _parts(cell: Levels) -> list[str]:
    return [parts[level] for parts, level in zip(FACTORS.values(), cell, strict=True)]


def _name(cell: Levels) -> str:
    return " + ".join(_parts(cell))
