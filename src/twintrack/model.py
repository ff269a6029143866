"""The model as Python users meet it: `load()` it, then run, compare and explain strategies.

It stands on top of all rooms that work something out, and only calls them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twintrack.core import Core, StrategyReference
from twintrack.decisions.explanation import Explanation, explain
from twintrack.engines.registry import EngineName
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.settings import plain_number
from twintrack.inputs.strategies import BASELINE, Strategy
from twintrack.runs.arguments import check_arguments
from twintrack.runs.arrays import WorldArrays, world_arrays
from twintrack.runs.asked import Scenarios, Strategies, tell_notes
from twintrack.runs.equal_cost import at_budget
from twintrack.runs.prepared import DEFAULT_WORLDS
from twintrack.runs.ranges import FoundRanges, found_ranges
from twintrack.runs.results import Comparison, Run
from twintrack.runs.single import compare_strategies, run_strategy

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from twintrack.decisions.analysis import Analysis
    from twintrack.decisions.gathering import AnalysisSettings
    from twintrack.decisions.whatif_answers import WhatIf
    from twintrack.hands_on.notebook import Dashboard, Explorer
    from twintrack.worlds.drawing import Found
    from twintrack.worlds.posterior import Posterior


def load(content: Path | None = None) -> Model:
    """Read the model. Files are read when they are first needed.

    `content` is the folder with model/ and strategies/; by default the one that `content_root` finds. Raises
    InputError when there is none.
    """
    check_arguments(content=content)
    return Model(None if content is None else Path(content))


class Model(Core):
    """A content that can be run: what `Core` holds, and what all rooms make of it."""

    def run(
        self,
        strategy: StrategyReference = BASELINE,
        scenario: str = CENTRAL,
        *,
        world: Mapping[str, Any] | None = None,
        engine: EngineName = "native",
        time_step: float | None = None,
        representative: bool = False,
        **levers: Any,
    ) -> Run:
        """Simulate one strategy in one world.

        Args:
            strategy: A name, the path of a .yaml file, a mix, or a Strategy.
            scenario: The outside world.
            world: World parameters set on top of the scenario: numbers, {date: value}, or paths.
            engine: "native", compiled by LLVM, or one of the others that it is tested against.
            time_step: Integration step in years; by default the model file's.
            representative: Run the world of the posterior that lies nearest to the medians (how it is found
                is said in `twintrack.runs.ranges`), in place of central values. What the scenario sets, and
                `world`, holds there too.
            levers: Levers set on top of the strategy: numbers or {date: value}.

        A strategy with the budget "equal" is scaled to cost as much as the baseline does in this world; with
        "equal_central", in the central world of the scenario, without what `world` sets. Raises InputError
        for unknown names and for levers out of range. World parameters may leave theirs; TwinTrackError says
        when an outcome then is not finite.
        """
        return run_strategy(
            self,
            strategy,
            scenario,
            world=world,
            engine=engine,
            time_step=time_step,
            levers=levers,
            representative=representative,
        )

    def compare(
        self,
        strategies: Strategies,
        scenario: str = CENTRAL,
        *,
        world: Mapping[str, Any] | None = None,
        representative: bool = False,
        **levers: Any,
    ) -> Comparison:
        """Simulate several strategies in the same world, and the baseline in that world.

        `levers` are set on top of every strategy named; `representative` is as for `run`.
        Raises InputError as `run` does, and when two
        strategies have the same name.
        """
        return compare_strategies(
            self, strategies, scenario, world=world, levers=levers, representative=representative
        )

    @property
    def ranges(self) -> FoundRanges:
        """What strategies bring in worlds that agree with history, as stored quantiles; or why not."""
        return found_ranges(self)

    @property
    def posterior(self) -> Posterior | None:
        """The worlds that agree with history; None where there are none that belong to this model."""
        return self.found_posterior.posterior

    @property
    def found_posterior(self) -> Found:
        """The posterior, or why there is none; read again when its file or the baseline has changed."""
        from twintrack.worlds.drawing import found_posterior

        return found_posterior(self)

    def draw_worlds(self, worlds: int, seed: int = 1, prior: bool = False) -> pd.DataFrame:
        """Draw the worlds of `ensemble`: those that agree with history, or from the prior.

        A row each, a column for each uncertain parameter; `attrs["worlds"]` is "posterior" or "prior".
        Without a posterior of this model the prior is taken, which is told in the log "twintrack".
        """
        from twintrack.worlds.drawing import draw_worlds

        check_arguments(count=worlds, seed=seed, prior=prior)
        frame, notes = draw_worlds(self, plain_number(worlds), plain_number(seed), prior=prior)
        tell_notes(notes)
        return frame

    def sample_worlds(self, worlds: int, seed: int = 1) -> pd.DataFrame:
        """Draw worlds from the prior: one row each, one column for each uncertain parameter, in its unit."""
        from twintrack.worlds.sampling import sample_worlds

        check_arguments(count=worlds, seed=seed)
        return sample_worlds(self.world, plain_number(worlds), plain_number(seed))

    def ensemble(
        self,
        strategies: Strategies,
        scenarios: Scenarios = (CENTRAL,),
        worlds: int | pd.DataFrame | Path | str = DEFAULT_WORLDS,
        seed: int = 1,
        outputs: Sequence[str] | None = None,
        prior: bool = False,
    ) -> xr.Dataset:
        """Simulate strategies under scenarios in many worlds, the same worlds for every strategy.

        Args:
            strategies: As for `run`; with the budget "equal" each world has its own factor on money.
            scenarios: Names; what a scenario sets replaces the sampled value in every world.
            worlds: Number of worlds to draw, or the worlds themselves: one column for each parameter.
            seed: Seed of the draw.
            outputs: Variables or elements; by default all outcomes.
            prior: Draw from all that the ranges allow; by default from the worlds that agree with history.

        Returns:
            One variable for each output, dimensions (scenario, strategy, world, time), units in `attrs`. The
            coordinate `budget_factor` is what money levers were multiplied with, by world (1 at own budget;
            NaN, as all outputs, where no factor makes the cost equal), `budget` the rule for that, and
            `parameters` holds the worlds, dimensions (world, parameter), so that results and worlds cannot
            be mistaken for one another's: `results["parameters"].to_pandas()` is their table. The
            attribute `worlds` says where they come from: "posterior", "prior" or "given".

        What a user should know, such as a posterior that is missing, goes to the log "twintrack".
        """
        from twintrack.runs.experiment import Experiment

        names = list(self.outcomes) if outputs is None else outputs
        asked = Experiment(
            strategies, scenarios, worlds, seed=seed, outputs=names, times="all", prior=prior, model=self
        )
        return asked.dataset()

    def analyse(self, asked: AnalysisSettings | Path | str, only: Sequence[str] | None = None) -> Analysis:
        """Compare strategies world by world: contests, robustness, and what else `only` names.

        `asked` says what is to be run, or is the folder of a stored ensemble or of runs of an analysis. By
        default all of `twintrack.decisions.analysis.SECTIONS` are worked out. Raises InputError with all
        faults.
        """
        from twintrack.decisions.analysis import analyse
        from twintrack.decisions.gathering import AnalysisSettings, run_compared, stored_compared

        given = run_compared(self, asked) if isinstance(asked, AnalysisSettings) else None
        return analyse(given or stored_compared(self, Path(str(asked))), only)

    def explain(self, name: str) -> Explanation:
        """Explain a variable, an element or an outcome's title. Raises InputError with the nearest name."""
        check_arguments(name=name)
        return explain(self, name)

    def whatif(self, question: str, **options: Any) -> WhatIf:
        """Say what would have to change for a statement to be true; see `twintrack.decisions.whatif.ask`."""
        from twintrack.decisions.whatif import ask

        return ask(self, question, **options)

    def explore(
        self,
        strategy: str = BASELINE,
        scenario: str = CENTRAL,
        *,
        worlds: int = 200,
        seed: int = 1,
        **levers: float,
    ) -> Explorer:
        """Give sliders for a notebook, with curves and bands that follow and that Python can read and move.

        Args:
            strategy: Name of the strategy that the sliders begin with.
            scenario: The outside world.
            worlds: Number of worlds that the bands are made of.
            seed: Seed of their draw.
            levers: Levers set on top, as numbers.

        Raises InputError for unknown names and values out of range, TwinTrackError where the notebook extra
        is not installed.
        """
        from twintrack.hands_on.notebook import explore

        return explore(self, strategy, scenario, worlds=worlds, seed=seed, **levers)

    def dashboard(self, worlds: int = 200, seed: int = 1) -> Dashboard:
        """Give the page of `twintrack dashboard` in a frame, which needs no kernel once exported.

        `worlds` are those that the bands are made of, `seed` that of their draw.
        """
        from twintrack.hands_on.notebook import dashboard

        return dashboard(self, worlds, seed)

    @property
    def world_arrays(self) -> WorldArrays:
        """What puts world parameters into the arrays of the model's constants."""
        return world_arrays(self)

    def at_budget(self, plan: Strategy, scenario: str) -> tuple[Strategy, float]:
        """Give a strategy as its budget rule wants it in a scenario, and the factor on its money levers."""
        return at_budget(self, plan, self.scenario(scenario))
