"""What takes runs of its own beside those that are compared: the map, and shares of variance on the prior.

Both ask about two strategies: those named, or those between which the first headline outcome is decided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from twintrack.core import Core
from twintrack.decisions import variance
from twintrack.decisions.compared import Case, Compared
from twintrack.decisions.contests import with_case
from twintrack.decisions.deciding import DIFFERENCE, LEVEL, Contest, deciders, decisive, lead
from twintrack.decisions.decision_map import decision_map
from twintrack.decisions.gathering import at_cost
from twintrack.decisions.robustness import performance
from twintrack.equations.structure import Array
from twintrack.errors import Fault, TwinTrackError
from twintrack.inputs.validation import FaultList, unknown
from twintrack.runs.experiment import Experiment, Progress
from twintrack.worlds.sampling import sampled

if TYPE_CHECKING:
    import xarray as xr

Pair = tuple[str, str]
TRAJECTORIES = 20
KEPT = 60
"""Parameters that screening leaves for Sobol indices; the others keep their central values."""


@dataclass(frozen=True)
class Way:
    """How runs are made: into a folder, continued there, by how many processes; see `Experiment.run`."""

    folder: Path | None = None
    resume: bool = False
    workers: int | None = None
    progress: Callable[[Progress], None] | None = None

    def results(self, experiment: Experiment) -> xr.Dataset:
        """Run an experiment, or continue it, and give what it found."""
        if self.folder is None:
            return experiment.dataset()
        return experiment.run(self.folder, self.workers, self.resume, progress=self.progress).dataset()


def pair_of(compared: Compared, named: Sequence[str] | None) -> tuple[Case, Contest]:
    """Give the case that is looked at first, and the two strategies that are asked about.

    Raises InputError for names that are not compared, TwinTrackError where nothing is decided between any.
    """
    case = next(compared.headline_cases())
    if named is not None:
        faults = FaultList(
            Fault("between", unknown("compared strategy", name, compared.strategies))
            for name in named
            if name not in compared.strategies
        )
        if len(set(named)) != 2:
            faults.append(Fault("between", "name two strategies"))
        faults.raise_any()
        first, second = named
        return case, Contest(first, second, lead(compared, case, first, second))
    contest = decisive(compared, case)
    if contest is None:
        raise TwinTrackError(f"no two strategies differ in {case.outcome}: there is nothing to ask about")
    return case, contest


def map_tables(
    core: Core, compared: Compared, between: Sequence[str] | None = None
) -> dict[str, pd.DataFrame]:
    """Give the map over the two assumptions that decide most: tables `map` and `map_line`.

    Raises InputError as `pair_of` does, TwinTrackError where fewer than two assumptions decide.
    """
    case, contest = pair_of(compared, between)
    assumptions = deciders(compared, contest)
    if len(assumptions) < 2:
        raise TwinTrackError(f"fewer than two assumptions stand above noise for {case.outcome}: no map")
    found = decision_map(
        core, case, (contest.first, contest.second), (assumptions[0], assumptions[1]), compared.worlds
    )
    columns = {**case.columns(), "first": found.first, "second": found.second}
    return {"map": with_case(found.table, columns), "map_line": with_case(found.line, columns)}


def variance_tables(
    core: Core,
    compared: Compared,
    samples: int,
    between: Sequence[str] | None = None,
    *,
    trajectories: int = TRAJECTORIES,
    kept: int = KEPT,
    seed: int = 1,
    way: Way | None = None,
) -> dict[str, pd.DataFrame]:
    """Screen all parameters by Morris, and give Sobol indices of those that matter most, on the prior.

    Levels of two strategies and their difference, for every headline outcome in the last year at the first
    cost. Tables: `morris`, `sobol`, and `sobol_converged`, which says whether it can be relied on.
    """
    case, contest = pair_of(compared, between)
    pair = contest.first, contest.second
    way = way or Way()
    screen = variance.morris_design(sampled(core.world), trajectories, seed)
    effects = [
        with_case(variance.morris(screen, output), columns)
        for columns, output in _outputs(core, compared, case, pair, screen, inside(way, "morris"))
    ]
    strongest = _strongest(pd.concat(effects, ignore_index=True), kept)
    design = variance.sobol_design(strongest, samples, seed)
    indices: list[pd.DataFrame] = []
    said: list[dict[str, object]] = []
    for columns, output in _outputs(core, compared, case, pair, design, inside(way, "sobol")):
        try:
            found = variance.sobol(design, output)
        except TwinTrackError as error:
            said.append({**columns, "converged": False, "statement": str(error), "left_out": samples})
            continue
        indices.append(with_case(found.table, columns))
        left_out = {"left_out": found.left_out}
        said.append({**columns, "converged": found.converged, "statement": found.statement, **left_out})
    tables = {"morris": pd.concat(effects, ignore_index=True), "sobol_converged": pd.DataFrame(said)}
    return {**tables, "sobol": pd.concat(indices, ignore_index=True)} if indices else tables


def inside(way: Way, name: str) -> Way:
    """Give the same way into a folder of that name inside."""
    return replace(way, folder=way.folder / name) if way.folder else way


def _strongest(effects: pd.DataFrame, kept: int) -> list[str]:
    """Name the parameters that move differences most: by their share of the largest effect in any outcome."""
    differences = effects[effects["of"] == DIFFERENCE]
    largest = differences.groupby("outcome")["mu_star"].transform("max")
    relative = (differences["mu_star"] / largest.where(largest > 0)).fillna(0.0)
    order = relative.groupby(differences["parameter"]).max().sort_values(ascending=False, kind="stable")
    return [str(name) for name in order.index[:kept]]


def _outputs(
    core: Core, compared: Compared, case: Case, pair: Pair, design: variance.Design, way: Way
) -> Iterator[tuple[dict[str, str | float], Array]]:
    """Run both strategies over a design: columns that say what it is, and values by run."""
    experiment = Experiment(
        [replace(at_cost(core.strategy(name), case.cost), name=name) for name in pair],
        (case.scenario,),
        design.worlds(core.world),
        outputs=list(compared.headline),
        times=[case.year],
        model=core,
    )
    results = way.results(experiment)
    for name in compared.headline:
        values = results[name].isel(scenario=0, time=0).transpose("world", "strategy").to_pandas()
        table = pd.DataFrame(values.to_numpy(), columns=list(pair))
        scores = performance(table, compared.outcomes[name].better)
        columns = {**case.columns(), "outcome": name}
        for one in pair:
            yield {**columns, "of": LEVEL, "first": one, "second": ""}, table[one].to_numpy()
        ahead = (scores[pair[0]] - scores[pair[1]]).to_numpy()
        yield {**columns, "of": DIFFERENCE, "first": pair[0], "second": pair[1]}, ahead
