"""What the component is told of a model, as plain data: levers, world, outcomes, strategies, equations.

The component knows nothing of any model; whoever has another one gives the same keys.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any

from twintrack.hands_on.compiled_model import can_switch, further_constants, switch_constants
from twintrack.hands_on.sectors import lever_sectors, world_sectors
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.history import end_of
from twintrack.inputs.paths import LATEST, TimePath
from twintrack.inputs.strategies import BASELINE
from twintrack.names import split_element
from twintrack.pages.numbers import scales
from twintrack.pages.texts import LANGUAGES, Texts
from twintrack.runs.arrays import world_arrays
from twintrack.runs.equal_cost import COST
from twintrack.runs.ranges import found_ranges
from twintrack.runs.switching import TIMES, TRIGGER

if TYPE_CHECKING:
    from twintrack.core import Core
    from twintrack.equations import Equations
    from twintrack.inputs.history import HistorySeries
    from twintrack.inputs.schema_kinds import Bilingual
    from twintrack.inputs.strategies import Strategy
    from twintrack.inputs.world import Scenario

FORMAT = 1
"""Version of the data, and of the links that a page makes."""

STEPS = 100
"""A slider has about this many steps."""

REPRESENTATIVE = "representative"

Words = dict[str, str]
"""A text by language."""


def told_of(core: Core) -> dict[str, Any]:
    """Give what the component is told of a content. Raises InputError with what is wrong with its files."""
    sources = core.inputs.sources
    return {
        "format": FORMAT,
        "title": _said("hands_title"),
        "hash": core.equations.hash,
        "time": {
            "start": core.policy_start,
            "ramp": core.lever_table.ramp_years,
            "last": float(core.equations.time.saved[-1]),
            "latest": LATEST,
            "shown": max(float(core.equations.time.saved[0]), core.policy_start - 6),
        },
        "baseline": BASELINE,
        "central": CENTRAL,
        "cost": COST if COST in core.equations.variables else None,
        "groups": [{"name": name, "title": _words(group.title)} for name, group in _groups(core).items()],
        "levers": _levers(core),
        "sectors": [
            {"name": name, "title": _sector(name)} for name in dict.fromkeys(world_sectors(core).values())
        ],
        "world": _world(core),
        "outcomes": [_outcome(core, name) for name in core.catalogue.ordered_outcomes],
        "headline": list(core.headline),
        "strategies": [_strategy(core, name) for name in core.strategies],
        "scenarios": [_scenario(core.scenario(name)) for name in core.scenarios],
        "switches": [{"constant": name, "never": value} for name, value in switch_constants(core).items()],
        "homes": _homes(core),
        "entries": [entry_of(core.equations, name) for name in core.equations.variables],
        "sources": {key: _cited(one) for key, one in sources.items()},
        "texts": texts(),
    }


def texts() -> dict[str, Words]:
    """Give every word of the component, by key."""
    from ruamel.yaml import YAML

    file = resources.files("twintrack.hands_on").joinpath("texts.yaml")
    found: dict[str, Words] = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    return found


def nice_step(low: float, high: float) -> float:
    """Give a step of 1, 2 or 5 times a power of ten that divides a range into about a hundred."""
    rough = (high - low) / STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= rough * (1 - 1e-9))


def _said(key: str) -> Words:
    return dict(texts()[key])


def _words(title: Bilingual | None) -> Words:
    return {language: title.get(language) if title else "" for language in LANGUAGES}


def _units(unit: str) -> dict[str, Any]:
    """Give the units of readers by language: [least size, factor, name], the largest first."""
    own = {language: scales(unit, Texts(language)) for language in LANGUAGES}
    told = {language: [[one.least, one.factor, one.unit] for one in found] for language, found in own.items()}
    return {"units": told}


def _sector(name: str) -> Words:
    return {language: Texts(language).sector(name) for language in LANGUAGES}


def _groups(core: Core) -> Mapping[str, Any]:
    return core.lever_table.groups


def _levers(core: Core) -> list[dict[str, Any]]:
    sectors = lever_sectors(core)
    groups = [name for group in core.lever_table.groups.values() for name in group.levers]
    return [
        {
            "name": name,
            "title": _words(core.levers[name].title),
            **_units(core.levers[name].unit),
            "low": core.levers[name].low,
            "high": core.levers[name].high,
            "step": nice_step(core.levers[name].low, core.levers[name].high),
            "note": _words(core.levers[name].effort),
            "group": core.lever_table.group_of(name) or sectors[name],
            "money": name in core.lever_table.money,
        }
        for name in groups or core.levers
    ]


def _world(core: Core) -> list[dict[str, Any]]:
    dated, sectors = set(world_arrays(core).dated), world_sectors(core)
    found = []
    for name, sector in sectors.items():
        entry = core.world[name]
        found.append(
            {
                "name": name,
                "title": _words(entry.title),
                **_units(entry.unit),
                "low": entry.low,
                "high": entry.high,
                "step": nice_step(entry.low, entry.high),
                "value": entry.value,
                "group": sector,
                "drawn": entry.distribution != "fixed",
                "dated": split_element(name)[0] in dated,
                "sure": entry.confidence,
                "reason": entry.reason,
                "source": entry.source,
            }
        )
    further = further_constants(core)
    return [*found, *({"name": name, "value": value, "dated": False} for name, value in further.items())]


def _outcome(core: Core, name: str) -> dict[str, Any]:
    outcome, variable = core.outcomes[name], split_element(name)[0]
    return {
        "name": name,
        "variable": variable,
        "title": _words(outcome.title),
        **_units(outcome.unit),
        "better": outcome.better,
        "format": outcome.format,
        "target": [[year, value] for year, value in outcome.target.items()],
        "history": [
            _series(one)
            for one in core.inputs.history.values()
            if one.variable == name and one.reading != "total"
        ],
    }


def _series(one: HistorySeries) -> dict[str, Any]:
    """Give observed points in the unit of the outcome, at the middle of what each is a mean of."""
    points = [
        {
            "time": (point.year + end_of(one, point)) / 2,
            "value": point.value / one.factor,
            "low": None if point.low is None else point.low / one.factor,
            "high": None if point.high is None else point.high / one.factor,
            "source": point.source,
        }
        for point in one.points
    ]
    return {"title": _words(one.title), "points": points}


def _strategy(core: Core, name: str) -> dict[str, Any]:
    plan = core.strategy(name)
    switch = plan.switch if can_switch(core) else None
    constants = {}
    if switch is not None:
        never = {**switch_constants(core)}
        told = {
            TRIGGER[switch.outcome]: switch.below,
            **{key: getattr(switch, part) for key, part in TIMES.items()},
        }
        constants = {**never, **told}
    return {
        "name": name,
        "title": _words(plan.title),
        "about": _words(plan.description),
        "budget": plan.budget,
        "unscaled": sorted(plan.unscaled),
        "paths": _paths(plan.paths, plan),
        "second": None if switch is None else _paths(switch.paths, plan),
        "constants": constants,
    }


def _paths(paths: Mapping[str, TimePath], plan: Strategy) -> dict[str, list[list[float]]]:
    """Give knots of the paths that differ from the baseline's; of the baseline all of them."""
    whole = plan.name == BASELINE
    return {
        name: [list(knot) for knot in path.knots]
        for name, path in paths.items()
        if whole or path != plan.baseline[name]
    }


def _scenario(scenario: Scenario) -> dict[str, Any]:
    def value(told: float | TimePath) -> float | list[list[float]]:
        said = getattr(told, "said", None) or getattr(told, "knots", None)
        return [list(knot) for knot in said] if said else float(told)  # type: ignore[arg-type]

    return {
        "name": scenario.name,
        "title": _words(scenario.title),
        "about": _words(scenario.description),
        "money": scenario.public_money,
        "world": {name: value(told) for name, told in scenario.world.items()},
    }


def _homes(core: Core) -> dict[str, dict[str, float]]:
    """Give the worlds that curves can stand in by name; the first is where a page begins."""
    ranges = found_ranges(core).ranges
    central: dict[str, dict[str, float]] = {CENTRAL: {}}
    return {REPRESENTATIVE: dict(ranges.about.world), **central} if ranges else central


def entry_of(equations: Equations, name: str) -> dict[str, Any]:
    """Give what stands behind a variable: its equation with unit, words and causes."""
    variable = equations.variables[name]
    return {
        "name": name,
        "title": variable.title,
        "kind": variable.kind,
        "unit": variable.units,
        "equation": variable.equation,
        "text": variable.documentation,
        "source": variable.source,
        "causes": list(equations.causes(name)),
    }


def _cited(source: Any) -> dict[str, str]:
    return {"text": f"{source.authors} ({source.year}). {source.title}.", "link": source.link}


def drawn(core: Core, worlds: int, seed: int) -> tuple[list[str], int, bytes, Iterable[str]]:
    """Draw worlds: names of parameters, how many, and numbers as bytes, all worlds of a name in a row."""
    from twintrack.worlds.drawing import draw_worlds

    frame, notes = draw_worlds(core, worlds, seed, prior=False)
    return list(frame.columns), len(frame), frame.to_numpy("float64").T.tobytes(), notes
