"""Medians of variables along a way of effects, by setting and year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from question import asked, watched
from question.answers import Answer
from twintrack.decisions.pairs import Pair
from twintrack.formats import number
from twintrack.model import Model
from twintrack.runs.experiment import Experiment

if TYPE_CHECKING:
    import xarray as xr


def watched_medians(
    model: Model,
    worlds: pd.DataFrame,
    family: asked.Family,
    pair: Pair,
    way: Sequence[watched.Watched],
    *,
    title: str,
    under: Sequence[str],
) -> Answer:
    """Give medians under some strategies of a pair, and at the end the first one's lead in capability.

    A row for each variable, strategy and setting, a column for each year; values that are not finite are left
    out of a median.
    """
    names = list(dict.fromkeys([*(item.name for item in way), asked.LEVEL]))
    results = {
        label: Experiment(pair, worlds=worlds, outputs=names, times=watched.YEARS, world=world, model=model)
        .dataset()
        .squeeze("scenario")
        for label, world in family.settings.items()
    }
    header = ("median", "under", family.title, *(f"{year:.0f}" for year in watched.YEARS))
    return Answer(title, header, [*_levels(results, way, under), *_leads(results, pair)])


def _levels(
    results: dict[str, xr.Dataset], way: Sequence[watched.Watched], under: Sequence[str]
) -> Iterator[tuple[str, ...]]:
    for item in way:
        for strategy in under:
            for label, cells in results.items():
                values = cells[item.name].sel(strategy=strategy).to_numpy()
                shown = np.log10(values) if item.orders else values
                yield (item.title, strategy, label, *_medians(shown, item.form))


def _leads(results: dict[str, xr.Dataset], pair: Pair) -> Iterator[tuple[str, ...]]:
    first, second = pair
    for label, cells in results.items():
        level = cells[asked.LEVEL]
        lead = (level.sel(strategy=first) - level.sel(strategy=second)).to_numpy()
        yield ("lead in capability, OOM", f"{first} over {second}", label, *_medians(lead, ".3f"))


def _medians(values: NDArray[np.float64], form: str) -> list[str]:
    """Write the median over worlds, first axis, in each year."""
    middle = pd.DataFrame(values).replace([np.inf, -np.inf], np.nan).median()
    return [number(value, form) for value in middle]
