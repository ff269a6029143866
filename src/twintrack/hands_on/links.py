"""Links of the component: everything that stands on its sliders, as the fragment of an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from twintrack.errors import Fault, InputError
from twintrack.hands_on.told import FORMAT
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.paths import Knot, TimePath
from twintrack.inputs.strategies import BASELINE, Strategy

if TYPE_CHECKING:
    from twintrack.core import Core

HASH_SIGNS = 12
"""As many signs of the model's hash stand in a link."""


@dataclass(frozen=True)
class Shown:
    """What a link says: the strategy on the sliders, the scenario, and world parameters set by hand.

    `home` is the world that the curves stand in: a name, or the number of a draw as text.
    """

    strategy: Strategy
    scenario: str
    world: Mapping[str, float]
    home: str


@dataclass(frozen=True)
class _Dated:
    """A lever that moves at a date of its own, and back when `until` is given."""

    to: float
    start: float
    years: float
    until: float | None

    def applied(self, path: TimePath) -> TimePath:
        there = path.ramp_to(self.to, self.start, self.years)
        if self.until is None:
            return there
        end = self.until + self.years
        back: list[Knot] = [(self.until, there.value(self.until)), (end, path.value(end))]
        return there.then([*back, *(knot for knot in path.knots if knot[0] > end)])


def link_of(
    core: Core,
    strategy: str = BASELINE,
    scenario: str = CENTRAL,
    *,
    world: Mapping[str, float] | None = None,
    levers: Mapping[str, float] | None = None,
) -> str:
    """Give the link of a strategy of the content, with levers and world parameters set on top.

    Raises InputError with all faults.
    """
    core.strategy(strategy, **(levers or {}))
    core.scenario(scenario)
    core.world_values(world or {})
    if strategy not in core.strategies:
        raise InputError(Fault(strategy, "name a strategy of the content; mixes are made on the page"))
    pairs: list[tuple[str, Any]] = [("v", FORMAT), ("m", core.equations.hash[:HASH_SIGNS])]
    pairs += [("s", strategy), ("c", scenario)]
    pairs += [("l", f"{name}={value}") for name, value in (levers or {}).items()]
    pairs += [("w", f"{name}={value}") for name, value in (world or {}).items()]
    return urlencode(pairs)


def read_link(core: Core, link: str) -> Shown:
    """Give what a link says. Raises InputError for names that do not exist and values out of range."""
    pairs = parse_qsl(link)
    told = dict(pairs)
    reference = told.get("s", BASELINE)
    if "x" in told:
        name, _, weight = told["x"].rpartition("=")
        reference = f"{1 - float(weight):.10g} {reference} + {float(weight):.10g} {name}"
    plan = core.strategy(reference)
    settings = dict(value.rpartition("=")[::2] for key, value in pairs if key == "l")
    for name, text in settings.items():
        plan = _moved(core, plan, name, text)
    if told.get("b", "own") != "own":
        plan = replace(plan, unscaled=plan.unscaled | (settings.keys() & core.lever_table.money))
    world = dict(value.rpartition("=")[::2] for key, value in pairs if key == "w")
    numbers = {name: float(value) for name, value in world.items()}
    core.world_values(numbers)
    home = told.get("h", "")
    plan = replace(plan, name="on the sliders", budget="equal" if told.get("b") == "equal" else "own")
    return Shown(plan, told.get("c", CENTRAL), numbers, home)


def _moved(core: Core, plan: Strategy, name: str, text: str) -> Strategy:
    """Set a lever as the link writes it: a number, knots, or a value with dates."""
    if "," not in text:
        knots = [part.split(":") for part in text.split(";")] if ":" in text else []
        value: Any = {float(time): float(at) for time, at in knots} if knots else float(text)
        return core.inputs.strategies.resolve(plan, {name: value}, origin="link")
    to, start, years, until = text.split(",")
    dated = _Dated(float(to), float(start), float(years), None if until == "-" else float(until))
    core.inputs.strategies.resolve(plan, {name: {dated.start: dated.to}}, origin="link")
    paths = {**plan.paths, name: dated.applied(plan.paths[name])}
    switch = plan.switch and replace(
        plan.switch, paths={**plan.switch.paths, name: dated.applied(plan.switch.paths[name])}
    )
    return replace(plan, paths=paths, switch=switch)
