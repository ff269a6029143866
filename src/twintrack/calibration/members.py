"""Another country, learnt from its own history up to a date, and predicted blind after it.

A country of the family is the same equations with other values. What its file gives a range for is unknown,
with all that is unknown of the first country; its own series teach it, and those of the leader that it
shares. Sampling, discrepancies, rivals and scores are those of the first country (`sampler`, `lookahead`,
`scoreboard`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from twintrack.calibration.courses import chance_of_none
from twintrack.calibration.holdout import learn
from twintrack.calibration.lookahead import Form, Look, Origin, forms_of
from twintrack.calibration.observations import observations
from twintrack.calibration.reweighting import Weighed
from twintrack.calibration.sampler import Settings, Work
from twintrack.calibration.scoreboard import board
from twintrack.calibration.strands import chosen_rows
from twintrack.calibration.target import Target, ending
from twintrack.calibration.unknowns import Unknowns
from twintrack.errors import Fault, InputError
from twintrack.inputs.history import LEARNT_UNTIL, HistorySeries, history_until
from twintrack.inputs.schema_kinds import Bilingual
from twintrack.inputs.strategies import BASELINE
from twintrack.inputs.world import WorldParameter
from twintrack.inputs.yaml_files import shown
from twintrack.names import split_element
from twintrack.runs.arrays import WorldArrays
from twintrack.runs.equal_cost import sized
from twintrack.runs.workers import Tell, computing
from twintrack.stored import stored
from twintrack.worlds.basis import POWER, basis_of
from twintrack.worlds.sampling import FIXED, parameter_entry, sampled

if TYPE_CHECKING:
    from twintrack.core import Core
    from twintrack.equations.structure import Array
    from twintrack.inputs.world import Scenario

ORIGIN = 2023.0
"""Decimal year: what was complete by then is learnt from, what came later is predicted."""

SETTINGS = Settings(members=1024, rounds=2, last_rounds=6)
"""How a country's worlds are sampled: fewer than the first country's, for they are looked at once."""

DRAWS = 4000
"""Draws of each forecast."""

_STREAM = 17


@dataclass(frozen=True)
class Member:
    """Another country as it is learnt from.

    Attributes:
        target: The model with the country's values, its own series and those that it shares.
        own: Names of its own series.
    """

    target: Target
    own: tuple[str, ...]


def member_of(core: Core, name: str, power: float = POWER) -> Member:
    """Give a country of the family with its history; raises InputError for none, and for wrong files."""
    country = core.scenario(name)
    own = history_until(core.inputs.member_history(country.name).values(), LEARNT_UNTIL + 1)
    if not own:
        where = shown(core.inputs.member_folder(country.name))
        raise InputError(
            Fault(where, f"there are no observed series of {name} to learn from; write them there")
        )
    equations = ending(core.equations, LEARNT_UNTIL + 1)
    observed = observations([*_shared(core, country, own), *own], equations.time.saved)
    parameters = _parameters(core, country)
    target = Target(
        equations,
        WorldArrays(core.equations, parameters),
        sized(core.strategy(BASELINE), country.public_money, core.lever_table),
        Unknowns(parameters),
        observed,
        tuple(observed.variables(equations)),
        power,
        given={key: value for key, value in country.world.items() if key not in country.ranges},
    )
    return Member(target, tuple(item.name for item in own))


def _shared(core: Core, country: Scenario, own: list[HistorySeries]) -> list[HistorySeries]:
    """Give the shared series. Raises InputError for one that is not there, or has the name of an own one."""
    known, taken = core.inputs.history, {item.name for item in own}
    wrong = [name for name in country.shared if name not in known or name in taken]
    if wrong:
        message = f"these series are not in model/history, or the country has its own: {', '.join(wrong)}"
        raise InputError(Fault(f"shared of {country.name}", message))
    return history_until([known[name] for name in country.shared], LEARNT_UNTIL + 1)


def _parameters(core: Core, country: Scenario) -> dict[str, WorldParameter]:
    """Give the first country's parameters, fixed where this one has a value, drawn where it has a range."""
    parameters = dict(core.world)
    for name in country.world:
        if name in parameters:
            parameters[name] = parameters[name].model_copy(update={"distribution": FIXED})
    for name, ends in country.ranges.items():
        value = country.world[name]
        unit = core.equations.variables[split_element(name)[0]].units
        parameters[name] = WorldParameter.model_construct(
            name=name,
            title=Bilingual(en=name, zh=name) if name not in core.world else core.world[name].title,
            unit=unit,
            value=value,
            range=ends,
            distribution="loguniform" if ends[0] > 0 else "uniform",
            spread=None,
        )
    return parameters


def foreseen(
    core: Core,
    name: str,
    seed: int = 1,
    workers: int | None = None,
    *,
    power: float = POWER,
    settings: Settings = SETTINGS,
    tell: Tell = lambda _: None,
    show: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Learn a country from what was complete at ORIGIN, and score what it says of later points of its own.

    What was computed before is taken from the cache folder. Gives what `scoreboard.board` does, and
    "country", "own" (its series), "taught" (those with a point to learn from), "shared", "learnt" (points),
    "parameters", "drawn" (those with a range) and "settings". Raises InputError as `member_of` does.
    """
    member = member_of(core, name, power)
    described = _described(core, member, name, seed, power, settings)

    def make() -> dict[str, Any]:
        show(f"{name}: learning from what was complete by {ORIGIN:g}")
        return {
            "country": name,
            **_foreseen(member, seed, workers, settings, tell),
            **_about(core, member, name),
        }

    return stored("members", described, ("calibration",), dict, make)


def _described(core: Core, member: Member, name: str, seed: int, power: float, settings: Settings) -> str:
    """Say all that a result depends on beside the code."""
    target, country = member.target, core.scenario(name)
    entries = {key: parameter_entry(item) for key, item in target.unknowns.parameters.items()}
    given = {key: repr(value) for key, value in target.given.items()}
    basis = asdict(basis_of(core, target.observed.history))
    parts = [name, seed, power, asdict(settings), country.public_money, given, entries, basis, member.own]
    return json.dumps(parts, sort_keys=True)


def _about(core: Core, member: Member, name: str) -> dict[str, Any]:
    target, past = member.target, member.target.observed.until(ORIGIN)
    country = core.scenario(name)
    return {
        "own": list(member.own),
        "taught": [item.name for item in past.series if item.name in member.own],
        "shared": list(country.shared),
        "learnt": sum(len(item.values) for item in past.series if item.name in member.own),
        "parameters": len(sampled(target.unknowns.parameters)),
        "drawn": len(country.ranges),
    }


def _foreseen(
    member: Member, seed: int, workers: int | None, settings: Settings, tell: Tell
) -> dict[str, Any]:
    target = member.target
    past = target.with_observed(target.observed.until(ORIGIN))
    with computing(Work({"member": past}), workers, tell) as compute:
        population = learn(compute, "member", past, settings, (seed, _STREAM))
    prior = np.random.default_rng((seed, _STREAM, 1)).standard_normal(population.scores.shape)
    scores = np.concatenate([population.scores, prior], axis=1)
    said = target.said(target.unknowns.worlds(scores), scores.shape[1])
    look = Look(target.observed, said, seed, DRAWS, forms=_forms(target.power))
    origin = _origin(past, population.scores.shape[1], said[chosen_rows(target.observed, -np.inf, ORIGIN)])
    own = [one for one in look.predict(origin) if one.item.name in member.own]
    return {
        **board(look, [(origin, own)]),
        "settings": asdict(settings),
        "stages": len(population.stages),
        "accepted": [share for stage in population.stages for share in stage.accepted],
    }


def _forms(power: float) -> Mapping[str, Form]:
    return {name: form for name, form in forms_of(power).items() if name in ("learnt", "prior")}


def _origin(past: Target, members: int, said: Array) -> Origin:
    """Weigh the worlds: those that were learnt come first and are alike, the prior's come after them.

    `said` is what all of them say at the points that were learnt from, shape (points, runs).
    """
    shares = past.likelihood.walk_shares(said)
    learnt = np.where(np.arange(said.shape[1]) < members, shares, 0.0) / members
    rest = np.where(np.arange(said.shape[1]) < members, 0.0, 1.0)[None] / (said.shape[1] - members)
    weights = {
        "learnt": Weighed(learnt),
        "prior": Weighed(rest),
    }
    return Origin(ORIGIN, chance_of_none(past.observed.series), weights)


def learnable(core: Core) -> list[str]:
    """Name the countries of the family that have a history and are no drafts."""
    countries = map(core.scenario, core.inputs.family)
    return [one.name for one in countries if not one.draft and core.inputs.member_history(one.name)]
