"""Single runs: one strategy, or several side by side, in one world."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from twintrack.core import Core, StrategyReference
from twintrack.engines.registry import ENGINES, EngineName
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.settings import plain_number
from twintrack.inputs.strategies import BASELINE, Strategy
from twintrack.inputs.world import Scenario, WorldValue, laid_over
from twintrack.runs.arguments import check_arguments
from twintrack.runs.asked import Strategies, read_asked, tell_notes
from twintrack.runs.equal_cost import at_budget
from twintrack.runs.ranges import found_ranges, in_representative
from twintrack.runs.results import Comparison, Run
from twintrack.runs.simulating import check_finite, simulate_one_world


def run_strategy(
    core: Core,
    strategy: StrategyReference = BASELINE,
    scenario: str = CENTRAL,
    *,
    world: Mapping[str, Any] | None = None,
    engine: EngineName = "native",
    time_step: float | None = None,
    levers: Mapping[str, Any] | None = None,
    representative: bool = False,
    tell: Callable[[Iterable[str]], None] = tell_notes,
) -> Run:
    """Simulate one strategy in one world; see `Model.run`. `tell` gets what a user should know."""
    check_arguments(
        strategy=strategy,
        scenario=scenario,
        world=world,
        engine=engine,
        time_step=time_step,
        representative=representative,
    )
    time_step = plain_number(time_step)
    asked = read_asked(core, [strategy], scenario, world, levers)
    (plan,), (outside,) = asked.strategies.values(), asked.scenarios.values()
    tell(asked.notes)
    run = _run(core, plan, outside, asked.world, engine, time_step, representative=representative)
    run.notes = asked.notes
    return run


def compare_strategies(
    core: Core,
    strategies: Strategies,
    scenario: str = CENTRAL,
    *,
    world: Mapping[str, Any] | None = None,
    levers: Mapping[str, Any] | None = None,
    representative: bool = False,
) -> Comparison:
    """Simulate several strategies in the same world, and the baseline in it; see `Model.compare`."""
    check_arguments(strategies=strategies, scenario=scenario, world=world, representative=representative)
    asked = read_asked(core, strategies, scenario, world, levers)
    (outside,) = asked.scenarios.values()
    tell_notes(asked.notes)
    runs = {
        name: _run(core, plan, outside, asked.world, representative=representative)
        for name, plan in asked.strategies.items()
    }
    for run in runs.values():
        run.notes = asked.notes
    plain = runs.get(BASELINE) if not levers else None
    return Comparison(runs, plain or next(iter(runs.values())).baseline)


def _run_baseline(
    core: Core,
    outside: Scenario,
    world: Mapping[str, WorldValue],
    engine: EngineName,
    time_step: float | None,
    *,
    representative: bool,
) -> Run:
    """Simulate the baseline; a function of its own, so that a run that holds it can be pickled."""
    baseline = core.strategy(BASELINE)
    return _run(core, baseline, outside, world, engine, time_step, representative=representative)


def _run(
    core: Core,
    merged: Strategy,
    outside: Scenario,
    world: Mapping[str, WorldValue],
    engine: EngineName = "native",
    time_step: float | None = None,
    *,
    representative: bool = False,
) -> Run:
    """Simulate a merged strategy under a scenario; `world` is set on top of that."""
    if representative:
        outside = in_representative(core, outside)
    plan, factor = at_budget(core, merged, outside, world)
    values = laid_over(outside.world, world)
    simulate = partial(simulate_one_world, core, plan, values, engine=engine, time_step=time_step)
    # Compiled code that computes outcomes alone is half the size: quicker to load and to run. The other
    # engines are not compiled, and take as long for everything.
    outcomes = core.catalogue.outcome_variables
    compiles = engine in ENGINES and ENGINES[engine].compiles
    found = simulate(outcomes if compiles else None)
    time = core.equations.time.with_step(time_step).saved
    check_finite(found, outcomes, time, merged.name)
    return Run(
        core.catalogue,
        found,
        simulate,
        partial(_run_baseline, core, outside, world, engine, time_step, representative=representative),
        partial(found_ranges, core),
        plan=merged,
        strategy=merged.name,
        scenario=outside.name,
        representative=representative,
        time=time,
        paths=plan.paths,
        factor=factor,
        budget=merged.budget,
        unscaled=merged.unscaled,
        switch=plan.switch,
    )
