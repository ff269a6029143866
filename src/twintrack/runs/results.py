"""What a simulation gives back: one run, and several runs side by side.

Both hold plain arrays; tables, figures and dictionaries are made when they are asked for, so that a run stays
quick enough for a slider.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from twintrack.core import Catalogue
from twintrack.equations.structure import Array
from twintrack.errors import Fault, InputError
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.strategies import BASELINE, Strategy
from twintrack.inputs.switches import switch_text
from twintrack.names import suggest
from twintrack.runs.arguments import check_arguments
from twintrack.runs.arrays import along_time, place_of
from twintrack.runs.asked import saved_rows
from twintrack.runs.ranges import LEVELS, FoundRanges
from twintrack.runs.switching import SHARE
from twintrack.version import __version__

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from twintrack.equations import Equations
    from twintrack.inputs.courses import Budget
    from twintrack.inputs.paths import TimePath
    from twintrack.inputs.switches import Switch

DEFAULT_YEARS = (2026.0, 2030.0, 2035.0, 2040.0)
DEFAULT_PLOT = 4
"""How many outcomes a figure shows when none is named: the first ones of the headline list."""


@dataclass(eq=False, repr=False)
class Run:
    """One strategy in one world, from the first to the last saved year.

    Outcomes are there from the start; all other variables are computed when the first of them is asked for.

    Attributes:
        plan: The strategy as it was asked for, before its money is scaled.
        strategy: Name of the strategy.
        scenario: Name of the scenario.
        representative: Whether the world is the representative one; else the central one.
        time: Saved times in decimal years, shape (saves,).
        paths: The path of every lever; of a strategy that switches, the path until then.
        switch: What the strategy goes over to, and when; None when it does not.
        factor: What the money levers were multiplied with to cost as much as the baseline; 1 at own budget.
        budget: The rule for that: "equal" holds in this world, "equal_central" in the scenario's central one.
        unscaled: Money levers that were left as they are.
        notes: What a user should know about what was asked.
    """

    catalogue: Catalogue
    _values: Mapping[str, Array]
    _simulate: Callable[..., Mapping[str, Array]]
    _beside: Callable[[], Run]
    _found: Callable[[], FoundRanges]
    _: KW_ONLY
    plan: Strategy
    strategy: str
    scenario: str
    representative: bool
    time: Array
    paths: Mapping[str, TimePath]
    switch: Switch | None
    factor: float
    budget: Budget = "own"
    unscaled: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Run of {self.strategy} in {self.scenario}, {self.time[0]:g}-{self.time[-1]:g}>"

    __iter__ = None
    """Values are asked for by name; without this, Python would ask for those of 0, 1, 2 ..."""

    def __getitem__(self, name: str) -> Array:
        """Give the values of an outcome, variable or element at the saved times, shape (saves,) + axes.

        Raises InputError for a name that the model does not have.
        """
        check_arguments(name=name)
        try:
            variable, place = place_of(self.catalogue.equations, name)
            if variable not in self._values:
                self._values = self._simulate(None)
            return along_time(self._values[variable], place)
        except (KeyError, ValueError):
            raise InputError(Fault(name, f"no variable of this name{suggest(name, self.labels)}")) from None

    def every_step(self) -> tuple[Equations, Mapping[str, Array]]:
        """Give equations that save every step, and with them all variables, shape (steps + 1,) + axes."""
        equations = self.catalogue.equations
        names = [name for name, variable in equations.variables.items() if variable.kind != "lookup"]
        values = self._simulate(names, every_step=True)
        grid = equations.time
        step = (grid.final - grid.initial) / (len(values[names[0]]) - 1)
        return replace(equations, time=grid.with_step(step).between(save_step=step)), values

    @cached_property
    def baseline(self) -> Run:
        """The baseline in the same world."""
        return self._beside()

    @cached_property
    def switched_at(self) -> float | None:
        """The first saved time after the strategy has switched; None where it does not in this world."""
        if self.switch is None or not (moved := self[SHARE] > 0).any():
            return None
        return float(self.time[int(np.argmax(moved))])

    @cached_property
    def labels(self) -> list[str]:
        """Names of all variables, element by element for arrays."""
        variables = self.catalogue.equations.variables.values()
        return [label for variable in variables if variable.kind != "lookup" for label in variable.labels]

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """Outcomes by year: index `year`, one column for each outcome, units in `.attrs["units"]`."""
        return self._frame(list(self.catalogue.outcomes))

    @cached_property
    def variables(self) -> pd.DataFrame:
        """All variables by year, arrays element by element, units in `.attrs["units"]`."""
        return self._frame(self.labels)

    @property
    def units(self) -> dict[str, str]:
        """Unit of every outcome and variable."""
        return {
            name: self.catalogue.unit(name)
            for name in dict.fromkeys([*self.catalogue.outcomes, *self.labels])
        }

    def at(self, name: str, years: Sequence[float]) -> Array:
        """Give the values of an outcome or of a single variable in some years, shape (years,).

        Raises InputError for years that are not saved: nothing is made up between two saves.
        """
        check_arguments(years=years)
        values: Array = self[name][saved_rows(self.time, years, "year")]
        return values

    @property
    def ranges(self) -> FoundRanges:
        """The stored ranges of strategies over worlds that agree with history, or why there are none here."""
        if self.scenario != CENTRAL:
            return FoundRanges(None, f"they are stored for the scenario {CENTRAL}, not for {self.scenario}")
        return self._found()

    def range_of(self, name: str, years: Sequence[float], *, more: bool = False) -> Array | None:
        """Give 5, 25, 50, 75 and 95 % points of an outcome over worlds that agree with history.

        Shape (years, 5); NaN in years that are not stored. `more` asks for what the strategy has more than
        the baseline in the same world. None where nothing is stored of the strategy as it is.
        """
        ranges = self.ranges.ranges
        return None if ranges is None else ranges.of(self.plan, name, years, more=more)

    def plot(self, *names: str) -> go.Figure:
        """Draw outcomes or variables over time, with the baseline; without names the first headline ones."""
        if self.baseline.paths == self.paths and self.baseline.switch == self.switch:
            return _figure({self.strategy: self}, names)
        label = f"{self.strategy}, changed" if self.strategy == BASELINE else self.strategy
        return _figure({label: self, BASELINE: self.baseline}, names)

    def to_dict(self, *, all_variables: bool = False) -> dict[str, Any]:
        """Give the run as plain lists and texts, as `twintrack run --json` prints it.

        Values that are not finite become None, because JSON has no word for them.
        """
        check_arguments(all_variables=all_variables)
        result: dict[str, Any] = {
            "model_hash": self.catalogue.equations.hash,
            "version": __version__,
            "strategy": self.strategy,
            "scenario": self.scenario,
            "world": "representative" if self.representative else "central",
            "ranges": self._ranges(),
            "notes": list(self.notes),
            "switch": self.switch.to_dict() if self.switch else None,
            "budget": self.budget,
            "budget_factor": self.factor,
            "time": self.time.tolist(),
            "outcomes": {name: self._series(name) for name in self.catalogue.outcomes},
        }
        if all_variables:
            result["variables"] = {label: self._series(label) for label in self.labels}
        return result

    def _ranges(self) -> dict[str, Any] | None:
        """Give the stored ranges for JSON: by outcome a list of quantiles for each stored year."""
        ranges = self.ranges.ranges
        if ranges is None:
            return None
        years = ranges.years.tolist()
        found = {name: self.range_of(name, years) for name in self.catalogue.outcomes}
        told = {name: [plain(row) for row in rows] for name, rows in found.items() if rows is not None}
        return {"worlds": ranges.about.worlds, "per_cent": list(LEVELS), "years": years, "outcomes": told}

    def _series(self, name: str) -> dict[str, Any]:
        return {"unit": self.catalogue.unit(name), "values": plain(self[name])}

    def _frame(self, names: list[str]) -> pd.DataFrame:
        import pandas as pd

        table = pd.DataFrame(
            {name: self[name] for name in names}, index=pd.Index(self.time, name="year"), columns=names
        )
        table.attrs["units"] = {name: self.catalogue.unit(name) for name in names}
        return table


class Comparison:
    """Several strategies in the same world, and the baseline in that world.

    Attributes:
        runs: The runs by strategy, in the order asked for.
        baseline: The baseline in the same world, whether or not it was asked for.
    """

    def __init__(self, runs: Mapping[str, Run], baseline: Run) -> None:
        self.runs = dict(runs)
        self.baseline = baseline

    def __repr__(self) -> str:
        return f"<Comparison of {', '.join(self.runs)} in {self.baseline.scenario}>"

    @property
    def reference(self) -> str:
        """Name of the strategy that differences are taken from: the first one."""
        return next(iter(self.runs))

    def table(self, years: Sequence[float] = DEFAULT_YEARS) -> pd.DataFrame:
        """Give the outcomes at chosen years: index (outcome, unit), columns (strategy, year).

        Raises InputError for years that are not saved.
        """
        import pandas as pd

        catalogue = self.baseline.catalogue
        runs = self._with_baseline()
        table = pd.DataFrame(
            [
                [value for run in runs.values() for value in run.at(name, years)]
                for name in catalogue.outcomes
            ],
            index=pd.MultiIndex.from_tuples(
                [(name, catalogue.unit(name)) for name in catalogue.outcomes], names=["outcome", "unit"]
            ),
            columns=pd.MultiIndex.from_product([list(runs), list(years)], names=["strategy", "year"]),
        )
        table.attrs["units"] = {name: catalogue.unit(name) for name in catalogue.outcomes}
        return table

    @cached_property
    def differences(self) -> dict[str, pd.DataFrame]:
        """Outcomes by year minus those of the first strategy, by strategy (all but the first)."""
        first = self.runs[self.reference].outcomes
        found: dict[str, pd.DataFrame] = {}
        for name, run in self.runs.items():
            if name != self.reference:
                found[name] = run.outcomes - first
                found[name].attrs["units"] = first.attrs["units"]
        return found

    @cached_property
    def levers(self) -> pd.DataFrame:
        """Levers that differ between the strategies: index (lever, unit), a column of text for each strategy.

        The text says what the lever is and when, as `describe` puts it.
        """
        import pandas as pd

        rows = self.lever_rows()
        index = pd.MultiIndex.from_tuples([(row[0], row[1]) for row in rows], names=["lever", "unit"])
        return pd.DataFrame([row[2:] for row in rows], index=index, columns=list(self.runs))

    def lever_rows(self) -> list[list[str]]:
        """Give one row for each lever that differs: name, unit, and what each strategy sets.

        When the strategies switch differently, a first row says when each of them does, and to what.
        """
        units = self.baseline.catalogue.lever_units
        runs = self.runs.values()
        switches = [switch_text(run.switch) for run in runs]
        rows = [["switch", "", *switches]] if len(set(switches)) > 1 else []
        return [*rows, *([name, units[name], *(_set(run, name) for run in runs)] for name in self.differing)]

    @cached_property
    def differing(self) -> list[str]:
        """Names of the levers that are not the same in all strategies at all times."""
        first, *others = self.runs.values()
        return [name for name in first.paths if any(_both(run, name) != _both(first, name) for run in others)]

    def plot(self, *names: str) -> go.Figure:
        """Draw outcomes or variables over time, with the baseline; without names the first headline ones."""
        return _figure(self._with_baseline(), names)

    def to_dict(self, *, all_variables: bool = False) -> dict[str, Any]:
        """Give the comparison as plain lists and texts, as `twintrack compare --json` prints it.

        `differences` are taken from the first strategy; `levers` has for each lever that differs, and each
        strategy, the dates between which it is linear and its values there; where a strategy switches and the
        lever then has other values, those are told as "after_switch".
        """
        first = self.runs[self.reference]
        return {
            "runs": {name: run.to_dict(all_variables=all_variables) for name, run in self.runs.items()},
            "differences": {
                name: {
                    outcome: {
                        "unit": first.catalogue.unit(outcome),
                        "values": plain(run[outcome] - first[outcome]),
                    }
                    for outcome in first.catalogue.outcomes
                }
                for name, run in self.runs.items()
                if name != self.reference
            },
            "levers": {
                lever: {
                    "unit": first.catalogue.lever_units[lever],
                    "strategies": {name: _told(run, lever) for name, run in self.runs.items()},
                }
                for lever in self.differing
            },
        }

    def _with_baseline(self) -> dict[str, Run]:
        return self.runs if self.baseline.strategy in self.runs else {**self.runs, BASELINE: self.baseline}


def describe(path: TimePath) -> str:
    """Say what a lever is and when: "0.8", or "60 in 2026, 150 in 2030" (linear between)."""
    if path.is_constant:
        return f"{path.values[0]:.4g}"
    return ", ".join(f"{value:.4g} in {_year(time)}" for time, value in path.knots)


def _year(time: float) -> str:
    return f"{time:.2f}".rstrip("0").rstrip(".")


def _both(run: Run, lever: str) -> tuple[TimePath, TimePath]:
    """Give the path of a lever until the run's strategy switches, and from then on."""
    before = run.paths[lever]
    return before, before if run.switch is None else run.switch.paths[lever]


def _set(run: Run, lever: str) -> str:
    before, after = _both(run, lever)
    text = describe(before)
    return text if before == after else f"{text}; after the switch {describe(after)}"


def _told(run: Run, lever: str) -> dict[str, Any]:
    before, after = _both(run, lever)
    return _knots(before) | ({} if before == after else {"after_switch": _knots(after)})


def _knots(path: TimePath) -> dict[str, list[float]]:
    return {"time": list(path.times), "values": list(path.values)}


def plain(values: Array) -> list[float | None]:
    """Give an array of one dimension as a list for JSON: what is not finite becomes None."""
    return [value if isfinite(value) else None for value in values.tolist()]


def _figure(runs: Mapping[str, Run], names: Sequence[str]) -> go.Figure:
    from twintrack.charts import check_names, series_figure

    first = next(iter(runs.values()))
    catalogue = first.catalogue
    check_arguments(names=names)
    shown = list(names or catalogue.headline[:DEFAULT_PLOT])
    check_names(shown, list(dict.fromkeys([*catalogue.outcomes, *first.labels])))
    return series_figure(
        first.time,
        {label: {name: run[name] for name in shown} for label, run in runs.items()},
        {name: catalogue.title(name) for name in shown},
        {name: catalogue.unit(name) for name in shown if catalogue.unit(name) != "Dmnl"},
    )
