"""The model as Python users meet it: `load()` it, then run, compare and explain strategies."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from twintrack.engines.registry import BATCHING, ENGINES, blending_engine_of, engine_of
from twintrack.equations import Equations, load_equations
from twintrack.errors import Fault, InputError, TwinTrackError
from twintrack.experiments.arrays import WorldArrays, WorldInputs
from twintrack.experiments.switching import SWITCH_VARIABLES, LeverInputs, followed_series, lever_inputs
from twintrack.explanation import Explanation, Knowledge, explain
from twintrack.inputs.content import CENTRAL, Content, load_content
from twintrack.inputs.levers import Lever, LeverTable
from twintrack.inputs.outcomes import Outcome
from twintrack.inputs.paths import LeverPath
from twintrack.inputs.strategies import BASELINE, Strategy
from twintrack.inputs.world import Scenario, WorldParameter, WorldValue, world_overrides
from twintrack.inputs.yaml_files import state_of_files
from twintrack.names import snake
from twintrack.resources import MODEL_FILE, POSTERIOR_FILE, content_root
from twintrack.results import Catalogue, Comparison, Run

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from twintrack.engines.base import BlendingEngine
    from twintrack.engines.registry import BlendingName, EngineName
    from twintrack.experiments.drawing import Found
    from twintrack.experiments.posterior import Posterior

StrategyReference = str | Path | Strategy
"""A name, the path of a .yaml file, a mix such as "0.6 pure_catchup + 0.4 baseline", or a merged strategy."""

_Read = TypeVar("_Read")

_log = logging.getLogger(__name__)


def load(content: Path | None = None) -> Model:
    """Read the model. Files are read when they are first needed.

    `content` is the folder with model/ and strategies/; by default the one that `content_root` finds. Raises
    InputError when there is none.
    """
    return Model(content_root() if content is None else Path(content))


class Model:
    """Equations, levers, worlds, outcomes and strategies of one content folder, and engines to run them.

    Every property reads its file when it is first used, and raises InputError (EquationError for the
    equations) with all the faults of that file.
    """

    def __init__(self, content: Path) -> None:
        self.content = content
        self._memory: dict[str, tuple[Path, object, Any]] = {}

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
        plan = reference
        library = self.inputs.strategies
        if isinstance(reference, str) and not reference.endswith((".yaml", ".yml")):
            read = partial(library.resolve, reference)
            plan = self._remembered(
                f"strategy {reference}", read, lambda plan: [*library.folders, *plan.files]
            )
        if isinstance(plan, Strategy) and not levers:
            return plan
        return library.resolve(plan, levers, origin="lever")

    def scenario(self, name: str) -> Scenario:
        """Give a scenario by its name or the path of its .yaml file. Raises InputError."""
        path = Path(name) if name.endswith(".yaml") else self._scenario_file(name)
        return self._remembered(f"scenario {name}", partial(self.inputs.scenario, name), lambda _: [path])

    def files(self, strategies: Iterable[Strategy], scenarios: Iterable[Scenario]) -> set[Path]:
        """Give the files that strategies, with their parents, and named scenarios were read from."""
        found = {path for strategy in strategies for path in strategy.files}
        return found | {self._scenario_file(scenario.name) for scenario in scenarios}

    def _scenario_file(self, name: str) -> Path:
        return self.content / "model" / "scenarios" / f"{name}.yaml"

    def run(
        self,
        strategy: StrategyReference = BASELINE,
        scenario: str = CENTRAL,
        *,
        world: Mapping[str, Any] | None = None,
        engine: EngineName = "native",
        time_step: float | None = None,
        **levers: Any,
    ) -> Run:
        """Simulate one strategy in one world.

        Args:
            strategy: A name, the path of a .yaml file, a mix, or a Strategy.
            scenario: The outside world.
            world: World parameters set on top of the scenario: numbers, {date: value}, or paths.
            engine: "native", compiled by LLVM, or one of the others that it is tested against.
            time_step: Integration step in years; by default the model file's.
            levers: Levers set on top of the strategy: numbers or {date: value}.

        A strategy with an equal budget is scaled to cost as much as the baseline does in the central world of
        the scenario, without what `world` sets. Raises InputError for unknown names and for levers out of
        range. World parameters may leave theirs; TwinTrackError says when an outcome then is not finite.
        """
        plan, factor = self.at_budget(self.strategy(strategy, **levers), scenario)
        outside = self.scenario(scenario)
        overrides = {**outside.world, **self.world_values(world or {})}
        grid = self.equations.time.with_step(time_step)
        arrays = self.world_arrays.inputs(overrides, grid.times)
        levers_given = lever_inputs(plan, self.equations, grid.times)

        def simulate(outputs: Sequence[str] | None) -> dict[str, np.ndarray]:
            values = self._simulate(engine, levers_given, arrays, outputs, time_step)
            return {name: array[..., 0] for name, array in values.items()}

        # Compiled code that computes outcomes alone is half the size: quicker to load and to run. The other
        # engines are not compiled, and take as long for everything.
        compiles = engine in ENGINES and ENGINES[engine].compiles
        values = simulate(self.catalogue.outcome_variables if compiles else None)
        _check_finite(values, self.catalogue.outcome_variables, grid.saved, plan.name)
        return Run(
            self.catalogue,
            values,
            partial(simulate, None),
            strategy=plan.name,
            scenario=outside.name,
            time=grid.saved,
            paths=plan.paths,
            factor=factor,
            switch=plan.switch,
            beside=partial(self.run, BASELINE, scenario, world=world, engine=engine, time_step=time_step),
        )

    def compare(
        self,
        strategies: Sequence[StrategyReference],
        scenario: str = CENTRAL,
        *,
        world: Mapping[str, Any] | None = None,
        **levers: Any,
    ) -> Comparison:
        """Simulate several strategies in the same world, and the baseline in that world.

        `levers` are set on top of every strategy named. Raises InputError as `run` does, and when two
        strategies have the same name.
        """
        plans = [self.strategy(reference, **levers) for reference in strategies]
        names = [plan.name for plan in plans]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice or not plans:
            advice = "name each strategy once" if twice else "name at least one"
            raise InputError(Fault("strategies", f"{', '.join(twice) or 'none is named'}: {advice}"))
        runs = {plan.name: self.run(plan, scenario, world=world) for plan in plans}
        plain = runs.get(BASELINE) if not levers else None
        return Comparison(runs, plain or self.run(BASELINE, scenario, world=world))

    @property
    def posterior(self) -> Posterior | None:
        """The worlds that agree with history; None where there are none that belong to this model."""
        return self.found_posterior.posterior

    @property
    def found_posterior(self) -> Found:
        """The posterior, or why there is none; read again when its file has changed."""
        from twintrack.experiments.drawing import find_posterior

        path = self.content / POSTERIOR_FILE
        return self._remembered("posterior", partial(find_posterior, self), lambda _: [path])

    def draw_worlds(self, worlds: int, seed: int = 1, prior: bool = False) -> pd.DataFrame:
        """Draw the worlds of `ensemble`: those that agree with history, or from the prior.

        A row each, a column for each uncertain parameter; `attrs["worlds"]` is "posterior" or "prior".
        Without a posterior of this model the prior is taken, which is told in the log "twintrack".
        """
        from twintrack.experiments.drawing import draw_worlds

        frame, notes = draw_worlds(self, worlds, seed, prior=prior)
        for note in notes:
            _log.warning("note: %s", note)
        return frame

    def sample_worlds(self, worlds: int, seed: int = 1) -> pd.DataFrame:
        """Draw worlds from the prior: one row each, one column for each uncertain parameter, in its unit."""
        from twintrack.experiments.design import sample_worlds

        return sample_worlds(self.world, worlds, seed)

    def ensemble(
        self,
        strategies: Sequence[StrategyReference],
        scenarios: Sequence[str] = (CENTRAL,),
        worlds: int | pd.DataFrame = 500,
        seed: int = 1,
        outputs: Sequence[str] | None = None,
        prior: bool = False,
    ) -> xr.Dataset:
        """Simulate strategies under scenarios in many worlds, the same worlds for every strategy.

        Args:
            strategies: As for `run`; those with an equal budget are scaled once for each scenario.
            scenarios: Names; what a scenario sets replaces the sampled value in every world.
            worlds: Number of worlds to draw, or the worlds themselves: one column for each parameter.
            seed: Seed of the draw.
            outputs: Variables or elements; by default all outcomes.
            prior: Draw from all that the ranges allow; by default from the worlds that agree with history.

        Returns:
            One variable for each output, dimensions (scenario, strategy, world, time), units in `attrs`. The
            coordinate `budget_factor` is what money levers were multiplied with (1 at own budget). The
            attribute `worlds` says where they come from: "posterior", "prior" or "given".

        What a user should know, such as a posterior that is missing, goes to the log "twintrack".
        """
        from twintrack.experiments.in_memory import ensemble

        return ensemble(self, strategies, scenarios, worlds=worlds, seed=seed, outputs=outputs, prior=prior)

    def explain(self, name: str) -> Explanation:
        """Explain a variable, an element or an outcome's title. Raises InputError with the nearest name."""
        sources, switches = self.inputs.sources, self._switches() if snake(name) in SWITCH_VARIABLES else {}
        known = Knowledge(self.equations, self.levers, self.world, self.outcomes, sources, switches)
        return explain(name, known)

    def explore(self, *arguments: Any, **options: Any) -> Any:
        """Give sliders for levers and world with curves that follow, for a notebook."""
        from twintrack.presentation.notebook import explore

        return explore(self, *arguments, **options)

    @cached_property
    def catalogue(self) -> Catalogue:
        """What all runs share."""
        units = {name: lever.unit for name, lever in self.levers.items()}
        return Catalogue(self.equations, self.outcomes, self.headline, units)

    @cached_property
    def world_arrays(self) -> WorldArrays:
        """What puts world parameters into the arrays of the model's constants."""
        scenarios = [self.scenario(name) for name in self.scenarios]
        dated = {
            name for item in scenarios for name, value in item.world.items() if isinstance(value, LeverPath)
        }
        return WorldArrays(self.equations, self.world, dated)

    def world_values(self, given: Mapping[str, Any]) -> dict[str, WorldValue]:
        """Read world parameters set by hand: numbers, {date: value}, or paths. Raises InputError."""
        ready = {name: value for name, value in given.items() if isinstance(value, LeverPath)}
        rest = {name: value for name, value in given.items() if name not in ready}
        return {**ready, **world_overrides(rest, self.world, levers=self.levers, origin="world")}

    def _switches(self) -> dict[str, str]:
        """Say when strategies switch, by name; what is wrong with others is told when they are used."""
        found: dict[str, str] = {}
        for name in self.strategies:
            with suppress(InputError):
                plan = self.strategy(name)
                found |= {plan.name: str(plan.switch)} if plan.switch else {}
        return found

    def _simulate(
        self,
        engine: EngineName,
        levers: LeverInputs,
        world: WorldInputs,
        outputs: Sequence[str] | None,
        time_step: float | None,
    ) -> dict[str, np.ndarray]:
        """Run one world; an engine that cannot blend is given the levers as another one has moved them."""
        constants = {**world.constants, **levers.constants}
        series = {**levers.series, **world.series}
        if engine in BATCHING:
            blending = blending_engine_of(self.equations, engine)
            return blending.run(constants, series, outputs, time_step=time_step, blend=levers.blend)
        if levers.blend is not None:
            series = followed_series(self.equations, constants, series, levers.blend, time_step)
        return engine_of(self.equations, engine).run(constants, series, outputs, time_step=time_step)

    def blending_engine(self, name: BlendingName) -> BlendingEngine:
        """Give an engine that simulates many worlds at once."""
        return blending_engine_of(self.equations, name)

    def _remembered(
        self, key: str, read: Callable[[], _Read], files: Callable[[_Read], Iterable[Path]]
    ) -> _Read:
        """Read something once, and again when one of the `files` that it was read from has changed."""
        known = self._memory.get(key)
        if known is not None:
            folder, state, before = known
            if folder == Path.cwd() and state == state_of_files(files(before)):
                return cast("_Read", before)
        found = read()
        self._memory[key] = (Path.cwd(), state_of_files(files(found)), found)
        return found

    def at_budget(self, plan: Strategy, scenario: str) -> tuple[Strategy, float]:
        """Give a strategy as its budget rule wants it in a scenario, and the factor on its money levers.

        In a scenario of a country of another size, all money is of that size as well.
        """
        from twintrack.analysis.equal_cost import equal_cost, sized

        size = self.scenario(scenario).public_money
        if plan.budget == "own":
            return sized(plan, size, self.lever_table), 1.0
        result = equal_cost(self, plan, scenario)
        return sized(result.strategy, size, self.lever_table), result.factor


def _check_finite(values: Mapping[str, np.ndarray], names: Iterable[str], time: np.ndarray, run: str) -> None:
    for name in names:
        if not np.isfinite(values[name].sum()):
            finite = np.isfinite(values[name]).reshape(len(time), -1).all(axis=1)
            year = time[finite.argmin()]
            message = f"{run}: {name} has no finite value from {year:g} on; set levers and world less extreme"
            raise TwinTrackError(message)
