"""What is asked, by name. A name that the model does not have is told and left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from math import log
from typing import Any

from twintrack.decisions.pairs import AS_DRAWN, Pair, Settings
from twintrack.model import Model

PORTFOLIOS: tuple[Pair, ...] = (("explore_base", "pure_catchup"), ("pure_exploration", "pure_catchup"))
DOORS: Pair = ("catchup_explore_closed", "catchup_explore_open")
OUTCOMES = ("capability_index", "capability_gap", "ai_income")
YEARS = (2030.0, 2035.0, 2040.0)

CHANGE = 2026
"""From this year on a dated parameter has another value; until then the central one."""

COST_GROWTH = (1.6, 2.0, 2.4, 3.0, 3.8)
PACE = 3.36
"""Growth of the largest run a year: 2.4-fold cost times 1.4-fold compute per money."""
COMPUTE_PER_MONEY = 1.4
LEVEL = "capability_index"
QUARTER = 0.25
STEP = 0.15
"""Growth that is 1.6-fold here and 3.8-fold there parts levels by 0.09 OOM within a quarter. What parts them
by more than this has applied the new growth to the past as well."""
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
)
"""World parameters whose thirds are told apart."""

SCANNED = "explore_base"
DOOR_LEVERS = (
    "knowledge_openness",
    "open_source_release",
    "trade_openness",
    "visa_openness",
    "own_securitisation",
    "international_coop",
)
"""Index levers that open or close; all others are programmes."""
PROGRAMME_LEVELS = (0.0, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0)
BASIC_LEVELS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
CHIP_LEVELS = {"chip_share": (0.0, 0.25, 0.5, 0.8), "domestic_chip_invest": (0.0, 50.0, 100.0, 200.0, 400.0)}
"""Levels of the lever of chips, by the name that it may have."""
AMBITION_LEVELS = (0.15, 0.35, 0.6, 1.0)


@dataclass(frozen=True)
class Watched:
    """A variable along a way of effects.

    Attributes:
        title: What readers see, with the unit.
        names: Names that it may have; the first one that the model has counts.
        form: Format of a median.
        orders: Whether the decimal logarithm is shown.
    """

    title: str
    names: tuple[str, ...]
    form: str = ".2f"
    orders: bool = False


WATCHED_YEARS = (2028.0, 2030.0, 2032.0, 2035.0, 2040.0)
GAP = Watched("capability gap, OOM", ("capability_gap",))
HOME = Watched("capability at home, OOM", ("capability_index",))
WAY_OF_COST = (
    Watched("cost of the leader's run, log10 MUSD", ("frontier_run_cost",), orders=True),
    Watched("leader's run, log10 FLOP", ("largest_run[leader,scale]", "leader_run_compute"), orders=True),
    Watched("bill of parity, share of AI money", ("bill_of_parity", "matching_burden")),
    GAP,
    Watched("private capital at home, bn CNY/Year", ("private_capital[home]", "private_capital"), ".0f"),
    Watched("run at home, log10 FLOP", ("largest_run[home,scale]", "home_run_compute"), orders=True),
    HOME,
)
"""From what the leader pays to what home can do."""
WAY_OF_ANSWER = (
    Watched("threat as the leader sees it", ("threat",)),
    Watched("leader's capital, bn CNY/Year", ("private_capital[leader]", "leader_capital"), ".0f"),
    Watched("capability of the leader, OOM", ("leader_capability_index",)),
    HOME,
    GAP,
)
"""From what the leader sees to how far it is ahead."""


@dataclass(frozen=True)
class Scan:
    """Levers that are set to the same level, one level after another.

    Attributes:
        title: What readers see.
        levers: Names of the levers.
        levels: Levels in rising order.
        outcomes: Names of outcomes that are judged.
    """

    title: str
    levers: tuple[str, ...]
    levels: tuple[float, ...]
    outcomes: tuple[str, ...]


@dataclass(frozen=True)
class Family:
    """Settings that answer one "what if", each in every world.

    Attributes:
        title: What readers see.
        settings: World parameters by label; all settings set the same ones.
    """

    title: str
    settings: Settings

    @property
    def dated(self) -> bool:
        """Whether a parameter changes at a date."""
        return any(isinstance(value, Mapping) for world in self.settings.values() for value in world.values())

    @property
    def parameters(self) -> list[str]:
        """Names of the parameters that are set."""
        return list(dict.fromkeys(name for world in self.settings.values() for name in world))


@dataclass(frozen=True)
class Known:
    """Families whose parameters the model has, and a plain word on each of the others."""

    families: tuple[Family, ...]
    notes: tuple[str, ...]


def portfolio_families(model: Model) -> Known:
    """Give what decides between catching up and exploring, as far as the model knows it."""
    return known(
        model,
        (
            spend(),
            price(),
            step(),
            Family("scale ceiling", _constant(SCALE, CEILINGS)),
            Family("routes combine", _ends(model, "route_combination")),
            Family("lean distance", _constant("lean_distance", (0.0, 1.5, 3.0))),
        ),
    )


def door_families(model: Model) -> Known:
    """Give what decides between open and closed doors, as far as the model knows it."""
    corners = {
        f"{race:g}, {back:g}": {"race_response": race, "reciprocity": back}
        for race, back in product((0.0, 1.0), repeat=2)
    }
    return known(
        model,
        (
            race(),
            Family("reciprocity", _constant("reciprocity", STRENGTHS)),
            Family("race response, reciprocity", corners),
        ),
    )


def spend() -> Family:
    """Give how fast the cost of the leader's run grows."""
    return Family("SPEND", _dated("cost_growth_factor", {c: c for c in COST_GROWTH}))


def price() -> Family:
    """Give how much more slowly chips get cheaper, so that the same runs cost more."""
    return Family("PRICE", _dated("hardware_growth_factor", {c: PACE / c for c in COST_GROWTH}))


def step() -> Family:
    """Give what an order of compute brings where the same pace takes runs that grow so much in cost."""
    returns = {c: log(PACE) / log(COMPUTE_PER_MONEY * c) for c in COST_GROWTH}
    return Family("RETURN", _dated("step_return", returns))


def race() -> Family:
    """Give how strongly the leader answers."""
    return Family("race response", _constant("race_response", STRENGTHS))


def scans(model: Model) -> tuple[Scan, ...]:
    """Give the levers that are tried level by level."""
    programmes = tuple(
        name for name, lever in model.levers.items() if lever.kind == "index" and name not in DOOR_LEVERS
    )
    kept = tuple(name for name in model.outcomes if name.startswith("compute_kept")) or ("compute_kept",)
    chips = next((name for name in CHIP_LEVELS if name in model.levers), next(iter(CHIP_LEVELS)))
    return (
        Scan("All programmes at one level", programmes, PROGRAMME_LEVELS, OUTCOMES),
        Scan("Share of basic research", ("stage_share_basic",), BASIC_LEVELS, OUTCOMES),
        Scan("Domestic chips", (chips,), CHIP_LEVELS[chips], (*kept, *OUTCOMES)),
        Scan("Ambition of the largest run", ("run_ambition",), AMBITION_LEVELS, OUTCOMES),
    )


def known(model: Model, families: Iterable[Family]) -> Known:
    """Part the families that can be asked from those that this model has no answer to, and say why."""
    found, notes = [], []
    for family in families:
        reason = _reason_against(model, family)
        if reason:
            notes.append(f"{family.title} is left out: {reason}.")
        else:
            found.append(family)
    return Known(tuple(found), tuple(notes))


def outcomes(model: Model, names: Iterable[str] = OUTCOMES) -> list[str]:
    """Give those of some outcomes that the model has."""
    return [name for name in names if name in model.outcomes]


def missing_note(names: Iterable[str], kind: str) -> list[str]:
    """Say which names the model does not have."""
    absent = list(names)
    return [f"Left out, for this model has no such {kind}: {', '.join(absent)}."] if absent else []


def everything(families: Iterable[Family]) -> dict[str, Mapping[str, Any]]:
    """Give all settings by the family's title and their label, the worlds as drawn first."""
    found: dict[str, Mapping[str, Any]] = {AS_DRAWN: {}}
    for family in families:
        found |= {f"{family.title} {label}": world for label, world in family.settings.items()}
    return found


def _reason_against(model: Model, family: Family) -> str:
    missing = [name for name in family.parameters if name not in model.world]
    if missing:
        return f"this model has no parameter {' and no '.join(missing)}"
    step = _apart_after_a_quarter(model, family) if family.dated else 0.0
    if step > STEP:
        return (
            f"{' and '.join(family.parameters)} set from {CHANGE} on moves {LEVEL} by {step:.2f} within a"
            " quarter, so the equations apply the new value to the past as well"
        )
    return ""


def _apart_after_a_quarter(model: Model, family: Family) -> float:
    """Give how far settings are apart a quarter after the date, in the central world."""
    runs = [model.run(PORTFOLIOS[0][1], world=world) for world in family.settings.values()]
    levels = [float(run.outcomes[LEVEL].loc[CHANGE + QUARTER]) for run in runs]
    return max(levels) - min(levels)


def _dated(name: str, values: Mapping[float, float]) -> Settings:
    return {f"{label:g}": {name: {CHANGE: value}} for label, value in values.items()}


def _constant(name: str, values: Iterable[float]) -> Settings:
    return {f"{value:g}": {name: value} for value in values}


def _ends(model: Model, name: str) -> Settings:
    """Give the ends of a parameter's range and its central value; a lone nan where there is no such name."""
    if name not in model.world:
        return {"": {name: float("nan")}}
    parameter = model.world[name]
    return _constant(name, (parameter.range[0], parameter.value, parameter.range[1]))
