"""Cases of predictions: their form, and what they ask of the model.

A case is a file of tests/cases/predictions. It names a world, some settings of policy, and comparisons
between runs of these settings. Each comparison comes down to numbers, one for each year, that have to lie on
one side of zero by a margin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from twintrack.inputs.strategies import BASELINE, Strategy
from twintrack.inputs.world import WorldParameter
from twintrack.inputs.yaml_files import read_document
from twintrack.model import Model
from twintrack.runs.arrays import WorldArrays
from twintrack.runs.equal_cost import equal_cost
from twintrack.runs.results import Run
from twintrack.runs.simulating import Plan, simulate_planned

Relation = Literal["higher", "lower"]
Margin = Annotated[float, Field(gt=0)]
Years = Annotated[tuple[float, ...], Field(min_length=1)]


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Setting(Form):
    """What is run: a strategy, with levers and world parameters set on top of it and of the case's world."""

    strategy: str = BASELINE
    levers: dict[str, Any] = {}
    world: dict[str, float] = {}
    budget: Literal["own", "equal"] = "own"


class Judge(Protocol):
    """Gives values of an outcome or variable of a setting, one for each year."""

    def values(self, setting: str, outcome: str, years: Sequence[float]) -> np.ndarray: ...

    def drawn(self, setting: str, outcome: str, year: float, draws: int, seed: int) -> np.ndarray: ...


class Pair(Form):
    """One setting against another: a minus b."""

    kind: Literal["pair"]
    a: str
    b: str
    outcome: str
    years: Years
    relation: Relation
    by: Margin

    def excess(self, judge: Judge) -> np.ndarray:
        a, b = (judge.values(name, self.outcome, self.years) for name in (self.a, self.b))
        return _sign(self.relation) * (a - b) - self.by


class Near(Form):
    """One setting no further from another than a distance."""

    kind: Literal["near"]
    a: str
    b: str
    outcome: str
    years: Years
    within: Margin

    def excess(self, judge: Judge) -> np.ndarray:
        a, b = (judge.values(name, self.outcome, self.years) for name in (self.a, self.b))
        return self.within - np.abs(a - b)


class Interaction(Form):
    """What a change brings in one surrounding against what it brings in another: (a - b) - (c - d)."""

    kind: Literal["interaction"]
    a: str
    b: str
    c: str
    d: str
    outcome: str
    years: Years
    relation: Relation
    by: Margin

    def excess(self, judge: Judge) -> np.ndarray:
        names = (self.a, self.b, self.c, self.d)
        a, b, c, d = (judge.values(name, self.outcome, self.years) for name in names)
        return _sign(self.relation) * ((a - b) - (c - d)) - self.by


class Change(Form):
    """One setting in later years against itself in an earlier one."""

    kind: Literal["change"]
    a: str
    outcome: str
    since: float
    years: Years
    relation: Relation
    by: Margin

    def excess(self, judge: Judge) -> np.ndarray:
        start = judge.values(self.a, self.outcome, [self.since])
        return _sign(self.relation) * (judge.values(self.a, self.outcome, self.years) - start) - self.by


class Level(Form):
    """One setting against a number."""

    kind: Literal["level"]
    a: str
    outcome: str
    years: Years
    relation: Relation
    than: float

    def excess(self, judge: Judge) -> np.ndarray:
        return _sign(self.relation) * (judge.values(self.a, self.outcome, self.years) - self.than)


class Agreement(Form):
    """How often drawn luck ranks settings as middling luck does: a share of draws."""

    kind: Literal["agreement"]
    settings: Annotated[tuple[str, ...], Field(min_length=2)]
    outcome: str
    year: float
    draws: int
    seed: int = 1
    relation: Relation
    than: float

    def excess(self, judge: Judge) -> np.ndarray:
        middling = [judge.values(name, self.outcome, [self.year])[0] for name in self.settings]
        drawn = [judge.drawn(name, self.outcome, self.year, self.draws, self.seed) for name in self.settings]
        same = (np.argsort(middling) == np.argsort(drawn, axis=0).T).all(axis=1)
        return np.array([_sign(self.relation) * (same.mean() - self.than)])


class Foremost(Form):
    """How often the outcome that is most often the highest of several is it: a share of draws."""

    kind: Literal["foremost"]
    a: str
    outcomes: Annotated[tuple[str, ...], Field(min_length=2)]
    year: float
    draws: int
    seed: int = 1
    relation: Relation
    than: float

    def excess(self, judge: Judge) -> np.ndarray:
        rows = [judge.drawn(self.a, name, self.year, self.draws, self.seed) for name in self.outcomes]
        commonest = Counter(np.array(rows).argmax(axis=0).tolist()).most_common(1)[0][1]
        return np.array([_sign(self.relation) * (commonest / self.draws - self.than)])


Comparison = Annotated[
    Pair | Near | Interaction | Change | Level | Agreement | Foremost, Field(discriminator="kind")
]


class Case(Form):
    """One file: see README.md beside the files."""

    id: Annotated[str, Field(pattern=r"^P\d+$")]
    title: str
    claim: str
    expect: Literal["reproduce", "refute"]
    why: str
    world: dict[str, float] = {}
    outside_range: dict[str, str] = {}
    settings: Annotated[dict[str, Setting], Field(min_length=1)]
    comparisons: Annotated[tuple[Comparison, ...], Field(min_length=1)]
    unreachable: str | None = None

    @model_validator(mode="after")
    def _settings_are_used_and_known(self) -> Case:
        named = {name for comparison in self.comparisons for name in settings_of(comparison)}
        if named != set(self.settings):
            odd = ", ".join(sorted(named ^ set(self.settings)))
            raise ValueError(f"settings that are either not used or not known: {odd}")
        return self

    def outside(self, world: Mapping[str, WorldParameter]) -> set[str]:
        """Give the world parameters set outside their range, in the case's world or in a setting's."""
        given = [self.world, *(setting.world for setting in self.settings.values())]
        return {
            name
            for values in given
            for name, value in values.items()
            if not world[name].low <= value <= world[name].high
        }


def settings_of(comparison: Any) -> tuple[str, ...]:
    """Give the settings that a comparison names."""
    if isinstance(comparison, Agreement):
        return comparison.settings
    return tuple(getattr(comparison, key) for key in ("a", "b", "c", "d") if hasattr(comparison, key))


def outcomes_of(comparison: Any) -> tuple[str, ...]:
    """Give the outcomes and variables that a comparison looks at."""
    return comparison.outcomes if isinstance(comparison, Foremost) else (comparison.outcome,)


def read_case(path: Path) -> Case:
    return Case.model_validate(read_document(path).data)


class Bench:
    """Runs the settings of one case, each once.

    One run comes from the compiled engine. Many draws at once come from the NumPy engine: a few seconds for a
    setting, and nothing to compile for each set of variables that a case names.
    """

    def __init__(self, model: Model, case: Case) -> None:
        self.model = model
        self.case = case
        self._runs: dict[str, Run] = {}
        self._drawn: dict[tuple[str, int, int], dict[str, np.ndarray]] = {}

    def values(self, setting: str, outcome: str, years: Sequence[float]) -> np.ndarray:
        if setting not in self._runs:
            self._runs[setting] = self.model.run(self._plan(setting), world=self._world(setting))
        return self._runs[setting].at(outcome, years)

    def drawn(self, setting: str, outcome: str, year: float, draws: int, seed: int) -> np.ndarray:
        """Give one value for each draw of luck; the same draws for every setting."""
        key = (setting, draws, seed)
        if key not in self._drawn:
            self._drawn[key] = self._simulate(*key)
        return self._drawn[key][outcome][:, self.model.equations.time.saved == year][:, 0]

    def _simulate(self, setting: str, draws: int, seed: int) -> dict[str, np.ndarray]:
        """Give what the case looks at, by draw and saved time."""
        plan = self._plan(setting)
        if plan.budget == "equal":
            plan = equal_cost(self.model, plan)[0]
        luck = self.model.sample_worlds(draws, seed).filter(like="breakthrough_draw")
        whole = Plan(
            arrays=WorldArrays(self.model.equations, self.model.world, set()),
            scenarios={"": self._world(setting)},
            strategies={"": {plan.name: plan}},
            outputs=sorted({name for item in self.case.comparisons for name in outcomes_of(item)}),
        )
        columns = {name: luck[name].to_numpy() for name in luck}
        return simulate_planned(self.model.batch_engine("numpy"), whole, "", plan.name, columns, draws)

    def _plan(self, setting: str) -> Strategy:
        given = self.case.settings[setting]
        return replace(self.model.strategy(given.strategy, **given.levers), budget=given.budget)

    def _world(self, setting: str) -> dict[str, float]:
        return {**self.case.world, **self.case.settings[setting].world}


def _sign(relation: Relation) -> float:
    return 1.0 if relation == "higher" else -1.0
