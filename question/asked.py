"""What is asked, by name: pairs of strategies, outcomes, years, and what is set in all worlds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log
from typing import Any

from twintrack.decisions.pairs import AS_DRAWN, Pair, Settings
from twintrack.model import Model

PORTFOLIOS: tuple[Pair, ...] = (("explore_base", "pure_catchup"), ("pure_exploration", "pure_catchup"))
"""Named strategies: portfolios, each with the money that goes with it."""
SAME_MONEY: tuple[Pair, ...] = (
    ("portfolio_mix", "portfolio_catchup"),
    ("portfolio_exploration", "portfolio_catchup"),
)
"""Portfolios alone: money, doors and programmes are the baseline's."""
DOORS: Pair = ("catchup_explore_closed", "explore_open")
"""Closed doors against open ones: the same portfolio, programmes and money."""
PROGRAMMES: Pair = ("explore_open", "catchup_explore_open")
"""Programmes as today against many: the same portfolio, doors and money."""
GOVERNANCE: tuple[Pair, ...] = (DOORS, PROGRAMMES)
PAIRS: tuple[Pair, ...] = (*PORTFOLIOS, *SAME_MONEY, *GOVERNANCE)

LEVEL = "capability_index"
OUTCOMES = (LEVEL, "capability_gap", "ai_income")
YEARS = (2030.0, 2035.0, 2040.0)

CHANGE = 2026
"""From this year on a dated parameter has another value; until then the one that is drawn."""

COST_GROWTH = (1.6, 2.0, 2.4, 3.0, 3.8)
COMPUTE_PER_MONEY = 1.4
PACE = 3.36
"""Growth of the largest run a year as published: 2.4-fold cost times 1.4-fold compute per money."""
SCALE = "route_ceiling[scale]"
CEILINGS = (11.0, 13.0, 16.0, 20.0, 26.0)
STRENGTHS = (0.0, 0.5, 1.0)

BANDED = (
    "cost_growth_factor",
    "hardware_growth_factor",
    "step_return",
    SCALE,
    "route_combination",
    "lean_distance",
    "race_response",
    "reciprocity",
    "admin_capacity",
    "automation_limit",
    "breakthrough_rate",
    "inheritance",
)
"""World parameters whose thirds are told apart."""


@dataclass(frozen=True)
class Family:
    """Settings that answer one "what if", each in every world.

    Attributes:
        title: What readers see.
        settings: World parameters by label; all settings set the same ones.
    """

    title: str
    settings: Settings


def portfolio_families(model: Model) -> tuple[Family, ...]:
    """Give what may decide between catching up and exploring."""
    return (
        spend(),
        price(),
        step(),
        Family("scale ceiling", _constant(SCALE, CEILINGS)),
        Family("routes combine", _ends(model, "route_combination")),
        Family("lean distance", _ends(model, "lean_distance")),
        Family("tasks that AI does", _ends(model, "automation_limit")),
        Family("breakthroughs", _ends(model, "breakthrough_rate")),
    )


def governance_families(model: Model) -> tuple[Family, ...]:
    """Give what may decide between closed and open doors, and between few and many programmes."""
    return (
        race(),
        Family("reciprocity", _constant("reciprocity", STRENGTHS)),
        Family("administrative capacity", _ends(model, "admin_capacity")),
        Family("gain from ties of stages", _ends(model, "helix_gain")),
    )


def spend() -> Family:
    """Give how fast the cost of the leader's run grows."""
    return Family("SPEND", _dated("cost_growth_factor", {c: c for c in COST_GROWTH}))


def price() -> Family:
    """Give how fast chips get cheaper, by how fast runs get dearer that keep the published pace."""
    return Family("PRICE", _dated("hardware_growth_factor", {c: PACE / c for c in COST_GROWTH}))


def step() -> Family:
    """Give what an order of compute brings where the published pace takes runs that grow so much in cost."""
    returns = {c: log(PACE) / log(COMPUTE_PER_MONEY * c) for c in COST_GROWTH}
    return Family("RETURN", _dated("step_return", returns))


def race() -> Family:
    """Give how strongly the leader answers."""
    return Family("race response", _constant("race_response", STRENGTHS))


def everything(families: Iterable[Family]) -> dict[str, Mapping[str, Any]]:
    """Give all settings by the family's title and their label, the worlds as drawn first."""
    found: dict[str, Mapping[str, Any]] = {AS_DRAWN: {}}
    for family in families:
        found |= {f"{family.title} {label}": world for label, world in family.settings.items()}
    return found


def _dated(name: str, values: Mapping[float, float]) -> Settings:
    return {f"{label:g}": {name: {CHANGE: value}} for label, value in values.items()}


def _constant(name: str, values: Iterable[float]) -> Settings:
    return {f"{value:g}": {name: value} for value in values}


def _ends(model: Model, name: str) -> Settings:
    """Give the ends of a parameter's range and its central value."""
    parameter = model.world[name]
    return _constant(name, (parameter.low, parameter.value, parameter.high))
