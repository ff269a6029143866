"""In what share of worlds one strategy is better than another, by settings and by bands of the world.

A pair is compared world by world, in the same worlds: what both share does not blur the comparison. A
question names pairs, outcomes and years; each setting of world parameters is one batch of runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from twintrack.core import Core
from twintrack.decisions import robustness
from twintrack.errors import Fault, TwinTrackError
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.validation import FaultList, unknown
from twintrack.runs.asked import read_asked
from twintrack.runs.experiment import Experiment

if TYPE_CHECKING:
    import xarray as xr

Pair = tuple[str, str]
"""Two strategies: the first is asked about, the second is what it is compared with."""

Settings = Mapping[str, Mapping[str, Any]]
"""World parameters that hold in all worlds, by a label: numbers, or {date: value} from that date on."""

AS_DRAWN = "as drawn"


@dataclass(frozen=True)
class PairQuestion:
    """What is asked: every pair, in every outcome and year.

    Attributes:
        pairs: Names of strategies, the one asked about first.
        outcomes: Names of outcomes that have a direction.
        years: Saved times in decimal years.
    """

    pairs: Sequence[Pair]
    outcomes: Sequence[str]
    years: Sequence[float]

    @property
    def strategies(self) -> list[str]:
        """Names of all strategies in the pairs, each once."""
        return list(dict.fromkeys(name for pair in self.pairs for name in pair))


@dataclass(frozen=True)
class PairShare:
    """How the first of two strategies does against the second.

    Attributes:
        worlds: Worlds in which both have a number.
        share: Share of these in which the first is better; a tie counts one half. NaN without any world.
        ties: Worlds of these in which the two are equal, to within a relative 1e-6 (robustness.ROUNDING).
        left_out: Worlds in which at least one of the two has no finite number; they count for nobody.
        lead: Median of how much better the first is, in the outcome's unit: above zero it does better, also
            where lower values are better. NaN without any world.
    """

    worlds: int
    share: float
    ties: int
    left_out: int
    lead: float


@dataclass(frozen=True)
class Band:
    """Worlds in which a parameter lies from `low` to `high`; `members` are their places in the table."""

    label: str
    low: float
    high: float
    members: NDArray[np.int64]


def pair_share(first: ArrayLike, second: ArrayLike, better: str) -> PairShare:
    """Compare two strategies by their values in the same worlds, both of shape (worlds,).

    Raises TwinTrackError for an outcome that is better neither "higher" nor "lower".
    """
    values = pd.DataFrame({"first": np.asarray(first, float), "second": np.asarray(second, float)})
    finite = robustness.finite_worlds(values)
    left_out = len(values) - len(finite)
    lead = robustness.paired_difference(finite, better, "first", "second")
    if finite.empty:
        return PairShare(0, np.nan, 0, left_out, np.nan)
    ties = int((robustness.regret(finite, better) == 0).all(axis=1).sum())
    share = robustness.win_shares(finite, better).to_numpy()[0, 1]
    return PairShare(len(finite), float(share), ties, left_out, float(lead.median()))


def bands(parameter: pd.Series[float], edges: Sequence[float] | None = None) -> list[Band]:
    """Part worlds by a parameter: in thirds of equal size, or between edges in its unit.

    An edge belongs to the band above it, the last one to the band below. Worlds beyond the outer edges are in
    no band. Raises TwinTrackError for edges that do not rise, and for thirds of what does not vary.
    """
    values: NDArray[np.float64] = np.asarray(parameter, dtype=np.float64)
    if edges is None:
        if values.min() == values.max():
            raise TwinTrackError(f"{parameter.name} is {values[0]:g} in all worlds and has no thirds")
        return [
            Band(label, float(values[members].min()), float(values[members].max()), members)
            for label, members in robustness.thirds(parameter).items()
        ]
    if len(edges) < 2 or any(low >= high for low, high in pairwise(edges)):
        raise TwinTrackError(f"edges of {parameter.name} must be two or more, each above the one before")
    return list(_between(values, edges))


def pair_table(
    results: xr.Dataset,
    question: PairQuestion,
    better: Mapping[str, str],
    parted: Sequence[Band] = (),
) -> pd.DataFrame:
    """Give the shares of a question from what was simulated.

    Args:
        results: Outcomes with dimensions (scenario, strategy, world, time), as of `Experiment.dataset`; one
            scenario.
        question: What is asked of them.
        better: "higher" or "lower" by outcome.
        parted: Bands of worlds; by default all worlds together, as one band without ends.

    Returns one row for each pair, outcome, year and band: columns `first`, `second`, `outcome`, `year`,
    `band`, `low`, `high`, and the fields of `PairShare`.
    """
    everything = Band("all", np.nan, np.nan, np.arange(results.sizes["world"]))
    asked = product(question.pairs, question.outcomes, question.years, parted or [everything])
    rows = []
    for (first, second), outcome, year, band in asked:
        values = results[outcome].squeeze("scenario").sel(time=year)
        a, b = (values.sel(strategy=name).to_numpy()[band.members] for name in (first, second))
        row = {"first": first, "second": second, "outcome": outcome, "year": year, "band": band.label}
        ends = {"low": band.low, "high": band.high}
        rows.append({**row, **ends, **asdict(pair_share(a, b, better[outcome]))})
    return pd.DataFrame(rows)


def simulated(
    core: Core, question: PairQuestion, worlds: pd.DataFrame, world: Mapping[str, Any] | None = None
) -> xr.Dataset:
    """Simulate all strategies of a question in the same worlds, one batch.

    `worlds` has a row for each world, as of `Model.draw_worlds`; `world` sets parameters in all of them. A
    parameter that is set from a date on has its central value before. Raises InputError with all faults.
    """
    faults = question_faults(core, question)
    with faults:
        read_asked(core, question.strategies, CENTRAL, world)
    faults.raise_any()
    return Experiment(
        question.strategies,
        worlds=worlds,
        outputs=question.outcomes,
        times=question.years,
        world=world,
        model=core,
    ).dataset()


def shares_by_setting(
    core: Core, question: PairQuestion, worlds: pd.DataFrame, settings: Settings
) -> pd.DataFrame:
    """Give the shares of a question under each setting, in the same worlds: `pair_table` and a `setting`."""
    tables = []
    for label, world in settings.items():
        table = pair_table(simulated(core, question, worlds, world), question, directions(core, question))
        tables.append(table.assign(setting=label))
    return pd.concat(tables, ignore_index=True)


def shares_by_band(
    core: Core,
    question: PairQuestion,
    worlds: pd.DataFrame,
    edges: Mapping[str, Sequence[float] | None],
) -> pd.DataFrame:
    """Give the shares of a question by bands of world parameters: `pair_table` and a `parameter`.

    `edges` has the ends of the bands by parameter, None for thirds; one batch serves all. Raises InputError
    for a parameter that `worlds` has no column of.
    """
    FaultList(
        Fault("bands", unknown("sampled parameter", name, worlds.columns))
        for name in edges
        if name not in worlds
    ).raise_any()
    results, better = simulated(core, question, worlds), directions(core, question)
    tables = [
        pair_table(results, question, better, bands(worlds[name], ends)).assign(parameter=name)
        for name, ends in edges.items()
    ]
    return pd.concat(tables, ignore_index=True)


def directions(core: Core, question: PairQuestion) -> dict[str, str]:
    """Give "higher" or "lower" for every outcome of a question."""
    return {name: core.outcomes[name].better for name in question.outcomes}


def question_faults(core: Core, question: PairQuestion) -> FaultList:
    """Say which outcomes of a question are unknown, or have no direction."""
    faults = FaultList()
    for name in question.outcomes:
        if name not in core.outcomes:
            faults.append(Fault("outcomes", unknown("outcome", name, core.outcomes)))
        elif core.outcomes[name].better not in ("higher", "lower"):
            faults.append(Fault("outcomes", f"{name} is better neither higher nor lower: it ranks nothing"))
    return faults


def _between(values: NDArray[np.float64], edges: Sequence[float]) -> Iterator[Band]:
    for low, high in pairwise(edges):
        below = values <= high if high == edges[-1] else values < high
        yield Band(f"{low:g} to {high:g}", low, high, np.flatnonzero((values >= low) & below))
