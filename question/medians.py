"""Medians of variables along a way of effects, by setting and year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from question import asked
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
    way: Sequence[asked.Watched],
    *,
    title: str,
) -> Answer:
    """Give medians under the second strategy of a pair, and at the end the first one's lead in capability.

    A row for each variable and setting, a column for each year; values that are not finite are left out of a
    median.
    """
    found = {item: name for item in way if (name := _name(model, item))}
    known = asked.known(model, [family])
    absent = [" or ".join(item.names) for item in way if item not in found]
    notes = [*known.notes, *asked.missing_note(absent, "variable")]
    header = ("median", family.title, *(f"{year:.0f}" for year in asked.WATCHED_YEARS))
    if not known.families:
        return Answer(title, header, [], notes)
    names = list(dict.fromkeys([*found.values(), asked.LEVEL]))
    results = {
        label: Experiment(
            pair, worlds=worlds, outputs=names, times=asked.WATCHED_YEARS, world=world, model=model
        )
        .dataset()
        .squeeze("scenario")
        for label, world in family.settings.items()
    }
    return Answer(title, header, list(_rows(results, found, pair)), notes)


def _rows(
    results: dict[str, xr.Dataset], found: dict[asked.Watched, str], pair: Pair
) -> Iterator[tuple[str, ...]]:
    first, second = pair
    for item, name in found.items():
        for label, cells in results.items():
            values = cells[name].sel(strategy=second).to_numpy()
            shown = np.log10(values) if item.orders else values
            yield (item.title, label, *_medians(shown, item.form))
    for label, cells in results.items():
        level = cells[asked.LEVEL]
        lead = (level.sel(strategy=first) - level.sel(strategy=second)).to_numpy()
        yield (f"capability, {first} over {second}, OOM", label, *_medians(lead, ".3f"))


def _name(model: Model, item: asked.Watched) -> str | None:
    """Give the first of the names of what is watched that the model has."""
    labels = {label for variable in model.equations.variables.values() for label in variable.labels}
    return next((name for name in item.names if name in labels), None)


def _medians(values: NDArray[np.float64], form: str) -> list[str]:
    """Write the median over worlds, first axis, in each year."""
    middle = pd.DataFrame(values).replace([np.inf, -np.inf], np.nan).median()
    return [number(value, form) for value in middle]
