"""What the rooms above share of a model: its content, its equations, and engines that run them.

Nothing is simulated here; `runs` does that with a `Core`, and `twintrack.model.Model` is one for users.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from twintrack.engines.registry import EngineName, batch_engine_of, engine_of
from twintrack.equations import Equations, load_equations
from twintrack.errors import Fault, InputError
from twintrack.inputs.content import Content, load_content
from twintrack.inputs.levers import Lever, LeverTable
from twintrack.inputs.outcomes import Outcome
from twintrack.inputs.paths import TimePath
from twintrack.inputs.settings import described
from twintrack.inputs.strategies import Strategy
from twintrack.inputs.world import Scenario, WorldParameter, WorldValue, world_overrides
from twintrack.inputs.yaml_files import state_of_files
from twintrack.names import split_element
from twintrack.resources import MODEL_FILE, content_root

if TYPE_CHECKING:
    from twintrack.engines.base import BatchEngine, Engine

StrategyReference = str | Path | Strategy
"""A name, the path of a .yaml file, a mix such as "0.6 a + 0.4 b", parts ("a + b"), or a merged strategy."""

_Read = TypeVar("_Read")


@dataclass(frozen=True)
class Catalogue:
    """What all runs of one model share: its equations and what planners compare."""

    equations: Equations
    outcomes: Mapping[str, Outcome]
    headline: Sequence[str]
    lever_units: Mapping[str, str]

    @cached_property
    def outcome_variables(self) -> list[str]:
        """Names of the variables that hold the outcomes, each once, in alphabetical order."""
        return sorted({split_element(name)[0] for name in self.outcomes})

    @property
    def ordered_outcomes(self) -> list[str]:
        """Names of all outcomes, those of the headline first."""
        return list(dict.fromkeys([*self.headline, *self.outcomes]))

    def title(self, name: str) -> str:
        """Give the English title of an outcome, or of a variable as it stands in the model."""
        if name in self.outcomes:
            return self.outcomes[name].title.en
        variable, elements = split_element(name)
        known = self.equations.variables[variable]
        return f"{known.title}[{', '.join(elements)}]" if elements else known.title

    def unit(self, name: str) -> str:
        """Give the unit of an outcome, or of a variable as it stands in the model."""
        if name in self.outcomes:
            return self.outcomes[name].unit
        return self.equations.variables[split_element(name)[0]].units


class Core:
    """Equations, levers, worlds, outcomes and strategies of one content folder, and engines to run them.

    Every property reads its file when it is first used, and raises InputError (EquationError for the
    equations) with all the faults of that file.
    """

    def __init__(self, content: Path | None = None) -> None:
        """Take a content folder, by default the one that `content_root` finds; InputError for none."""
        self.content = content_root() if content is None else Path(content)
        self._memory: dict[Hashable, tuple[str, object, Any]] = {}

    @cached_property
    def equations(self) -> Equations:
        """The translated model file."""
        return load_equations(self.content / MODEL_FILE)

    @cached_property
    def inputs(self) -> Content:
        """What the content folder holds beside the equations: levers, world, outcomes, strategies."""
        return load_content(self.content)

    @property
    def lever_table(self) -> LeverTable:
        """The levers, and when those that are given as one number move."""
        return self.inputs.levers

    @property
    def policy_start(self) -> float:
        """Decimal year in which policies begin."""
        return self.lever_table.policy_start

    @property
    def levers(self) -> Mapping[str, Lever]:
        """What planners can set, by name."""
        return self.lever_table.levers

    @property
    def world(self) -> Mapping[str, WorldParameter]:
        """What nobody controls, by name."""
        return self.inputs.world

    @property
    def outcomes(self) -> Mapping[str, Outcome]:
        """What planners compare, by name."""
        return self.inputs.outcomes.outcomes

    @property
    def headline(self) -> tuple[str, ...]:
        """Names of the outcomes that are shown first."""
        return self.inputs.outcomes.headline

    @property
    def strategies(self) -> list[str]:
        """Names of all strategies, the baseline first."""
        return self.inputs.strategies.names()

    @property
    def scenarios(self) -> list[str]:
        """Names of all scenarios, the central one first."""
        return self.inputs.scenarios

    def strategy(self, reference: StrategyReference, **levers: Any) -> Strategy:
        """Give a strategy merged with its parents, and with levers set on top.

        `levers` are numbers or {date: value}. Raises InputError with all faults.
        """
        given: object = reference  # whoever calls from Python may give anything
        if not isinstance(given, str | Path | Strategy):
            message = f"must be a name, the path of a .yaml file, or a Strategy, not {described(given)}"
            raise InputError(Fault("strategy", message))
        plan = reference
        library = self.inputs.strategies
        if isinstance(reference, str) and not reference.endswith((".yaml", ".yml")):
            read = partial(library.resolve, reference)
            plan = self.remembered(
                f"strategy {reference}", read, lambda plan: [*library.searched, *plan.files]
            )
        if plan is not reference and isinstance(plan, Strategy) and not levers:
            return plan
        return library.resolve(plan, levers, origin="lever")

    def scenario(self, name: str | Scenario) -> Scenario:
        """Give a scenario by its name or the path of its .yaml file. Raises InputError."""
        if isinstance(name, Scenario):
            return name
        given: object = name  # whoever calls from Python may give anything
        if not isinstance(given, str):
            message = f"must be the name of a scenario, not {described(given)}"
            raise InputError(Fault("scenario", message))
        path = self.inputs.scenario_file(name)
        return self.remembered(f"scenario {name}", partial(self.inputs.scenario, name), lambda _: [path])

    def files(self, strategies: Iterable[Strategy], scenarios: Iterable[Scenario]) -> set[Path]:
        """Give the files that strategies, with their parents, and named scenarios were read from."""
        found = {path for strategy in strategies for path in strategy.files}
        return found | {self.inputs.scenario_file(scenario.name) for scenario in scenarios}

    @cached_property
    def catalogue(self) -> Catalogue:
        """What all runs share."""
        units = {name: lever.unit for name, lever in self.levers.items()}
        return Catalogue(self.equations, self.outcomes, self.headline, units)

    def world_values(self, given: Mapping[str, Any]) -> dict[str, WorldValue]:
        """Read world parameters set by hand: numbers, {date: value}, or paths. Raises InputError."""
        ready = {name: value for name, value in given.items() if isinstance(value, TimePath)}
        rest = {name: value for name, value in given.items() if name not in ready}
        old = self.inputs.renamed.world
        read = world_overrides(rest, self.world, levers=self.levers, old=old, origin="world")
        return {**ready, **read}

    def engine(self, name: EngineName) -> Engine:
        """Give an engine by its name."""
        return engine_of(self.equations, name)

    def batch_engine(self, name: EngineName) -> BatchEngine:
        """Give an engine that simulates many worlds at once."""
        return batch_engine_of(self.equations, name)

    def remembered(
        self, key: Hashable, read: Callable[[], _Read], files: Callable[[_Read], Iterable[Path]]
    ) -> _Read:
        """Read something once, and again when one of the `files` that it was read from has changed."""
        known = self._memory.get(key)
        if known is not None:
            folder, state, before = known
            if folder == _here() and state == state_of_files(files(before)):
                return cast("_Read", before)
        found = read()
        self._memory[key] = (_here(), state_of_files(files(found)), found)
        return found


def _here() -> str:
    """Give the current folder."""
    return os.getcwd()  # noqa: PTH109 - a third of the time of Path.cwd(), and done before every run
