"""The outcomes: what planners compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from twintrack.errors import Fault
from twintrack.inputs.schemas import OutcomeEntry, OutcomesFile, StatisticEntry
from twintrack.inputs.validation import FaultList, repeated, unknown, validated
from twintrack.inputs.yaml_files import read_document

if TYPE_CHECKING:
    import pandas as pd


class Outcome(OutcomeEntry):
    """An outcome with its name, which is a variable of the model or an element of one."""

    name: str


class Statistic(StatisticEntry):
    """A statistic of an ensemble with its name."""

    name: str

    def over_worlds(self, values: pd.DataFrame) -> pd.Series[float]:
        """Give the statistic of each column, from a row for each world, values in the unit of the outcome.

        The result is a quantile in that unit, or a share of worlds from 0 to 1. A world without a number
        makes it NaN.
        """
        found = (values > self.above).mean() if self.quantile is None else values.quantile(self.quantile)
        return found.where(values.notna().all())


@dataclass(frozen=True)
class OutcomeTable:
    """What is compared and shown.

    `outcomes` holds the outcomes and, after them, the context that is shown beside them; `goals` are the
    names of the outcomes proper, `headline` of those shown first, `statistics` those of an ensemble.
    """

    outcomes: Mapping[str, Outcome]
    goals: tuple[str, ...]
    statistics: Mapping[str, Statistic]
    headline: tuple[str, ...]


def load_outcomes(path: Path) -> OutcomeTable:
    """Read model/outcomes.yaml; raises InputError with all its faults."""
    document = read_document(path)
    file = validated(document, OutcomesFile)
    known = {**file.outcomes, **file.context}
    faults = FaultList(
        Fault(document.where("headline", place), unknown("outcome", name, known))
        for place, name in enumerate(file.headline)
        if name not in known
    )
    faults += repeated("outcome", file.headline, where=document.where("headline"))
    for name, statistic in file.statistics.items():
        if statistic.of not in known:
            where = document.where("statistics", name, "of")
            faults.append(Fault(where, unknown("outcome", statistic.of, known)))
    for name in file.context:
        if name in file.outcomes:
            where = document.where("context", name)
            faults.append(Fault(where, f"{name} is an outcome already; take one of the two out"))
    faults.raise_any()
    outcomes = {name: Outcome.model_construct(name=name, **dict(entry)) for name, entry in known.items()}
    statistics = {
        name: Statistic.model_construct(name=name, **dict(entry)) for name, entry in file.statistics.items()
    }
    return OutcomeTable(outcomes, tuple(file.outcomes), statistics, file.headline)
