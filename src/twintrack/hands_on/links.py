"""Links of the component: everything that stands on its sliders, as the fragment of an address."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from twintrack.errors import Fault, InputError
from twintrack.hands_on.told import FORMAT, REPRESENTATIVE
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.paths import LATEST, Knot, TimePath
from twintrack.inputs.strategies import BASELINE, Strategy
from twintrack.inputs.validation import FaultList
from twintrack.pages.texts import LANGUAGES

if TYPE_CHECKING:
    from twintrack.core import Core

HASH_SIGNS = 12
"""As many signs of the model's hash stand in a link."""
LONGEST = 20_000
"""Signs of a link that are read."""
MOST_KNOTS = 40
"""Dates that a lever may have."""
VIEWS = ("auto", "levels", "difference")
RULES = ("own", "equal")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.ASCII | re.IGNORECASE)
"""What is read as a number; the component has the same."""


@dataclass(frozen=True)
class Shown:
    """What a link says: the strategy on the sliders, the scenario, and world parameters set by hand.

    `against` is the strategy that it is compared with. `home` is the world that the curves stand in: a name,
    or the number of a draw as text; "" where the link does not say.
    """

    strategy: Strategy
    against: str
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
    """Give what a link says, by the rules of the page; of what may stand there once, the last counts.

    Raises InputError with everything that the page would leave out: names that do not exist, values out of
    range, more than it reads. A link of another model or version is read as far as it goes.
    """
    if len(link) > LONGEST:
        raise InputError(Fault("link", f"has more than {LONGEST} signs"))
    pairs = parse_qsl(link, keep_blank_values=True)
    FaultList(_unknown(core, pairs)).raise_any()
    told = dict(pairs)
    numbers = {name: float(value) for name, value in _named(pairs, "w").items()}
    core.world_values(numbers)
    return Shown(
        replace(_strategy(core, pairs), name="on the sliders"),
        told.get("a", BASELINE),
        told.get("c", CENTRAL),
        numbers,
        told.get("h", ""),
    )


def _unknown(core: Core, pairs: Iterable[tuple[str, str]]) -> Iterator[Fault]:
    """Give a fault for each part whose key or value the page does not know."""
    last = core.equations.time.saved[-1]
    known: dict[str, Any] = {
        **dict.fromkeys(("v", "m"), lambda _: True),
        **dict.fromkeys(("s", "a"), lambda text: text in core.strategies),
        "x": lambda text: (
            text.rpartition("=")[0] in core.strategies and _inside(text.rpartition("=")[2], 0, 1)
        ),
        "b": lambda text: text in RULES,
        "l": lambda text: text.rpartition("=")[0] in core.levers,
        "w": lambda text: _in_world(core, text),
        "c": lambda text: text in core.scenarios,
        "h": lambda text: text in (REPRESENTATIVE, CENTRAL) or re.fullmatch(r"[0-9]{1,6}", text),
        "o": lambda text: text in core.outcomes,
        "k": lambda text: all(name in core.outcomes for name in text.split(" ")),
        "d": lambda text: text in VIEWS,
        "y": lambda text: _inside(text, core.policy_start, last) and float(text).is_integer(),
        "g": lambda text: text in LANGUAGES,
        "p": lambda text: bool(_strategy(core, parse_qsl(text, keep_blank_values=True))),
    }
    for key, text in pairs:
        if key not in known or not known[key](text):
            yield Fault("link", f"{key}={text[:60]} is not known here")


def _strategy(core: Core, pairs: Iterable[tuple[str, str]]) -> Strategy:
    """Give the strategy that a link tells. Raises InputError."""
    told = dict(pairs)
    reference = told.get("s", BASELINE)
    if "x" in told:
        name, _, weight = told["x"].rpartition("=")
        if name == reference:
            raise InputError(Fault("link", f"x={told['x']} mixes a strategy with itself"))
        reference = f"{1 - float(weight):.10g} {reference} + {float(weight):.10g} {name}"
    plan = core.strategy(reference)
    settings = _named(pairs, "l")
    for name, text in settings.items():
        plan = _moved(core, plan, name, text)
    if told.get("b", "own") != "own":
        plan = replace(plan, unscaled=plan.unscaled | (settings.keys() & core.lever_table.money))
    return replace(plan, budget="equal" if told.get("b") == "equal" else "own")


def _named(pairs: Iterable[tuple[str, str]], key: str) -> dict[str, str]:
    """Give the parts "name=value" of a key; the last of a name counts."""
    return dict(text.rpartition("=")[::2] for told, text in pairs if told == key)


def _inside(text: str, low: float = -math.inf, high: float = math.inf) -> bool:
    """Whether a text is a number within limits."""
    return bool(_NUMBER.fullmatch(text)) and low <= float(text) <= high


def _in_world(core: Core, text: str) -> bool:
    """Whether a text sets a world parameter within its range."""
    name, _, value = text.rpartition("=")
    return name in core.world and _inside(value, core.world[name].low, core.world[name].high)


def _moved(core: Core, plan: Strategy, name: str, text: str) -> Strategy:
    """Set a lever as the link writes it: a number, knots, or a value with dates. Raises InputError."""
    wrong = InputError(Fault("link", f"l={name}={text[:60]} is no setting of this lever"))
    start, resolve = core.policy_start, core.inputs.strategies.resolve
    lever = core.levers[name]
    if ":" in text:
        knots = [part.split(":") for part in text.split(";")]
        good = all(
            len(knot) == 2 and _inside(knot[0], start, LATEST) and _inside(knot[1], lever.low, lever.high)
            for knot in knots
        )
        times = [float(knot[0]) for knot in knots] if good else []
        if not times or times != sorted(times) or len(times) > MOST_KNOTS:
            raise wrong
        return resolve(plan, {name: _dates(times, [float(knot[1]) for knot in knots])}, origin="link")
    if "," not in text:
        if not _inside(text, lever.low, lever.high):
            raise wrong
        return resolve(plan, {name: float(text)}, origin="link")
    parts = text.split(",")
    if len(parts) != 4:
        raise wrong
    to, begin, years, until = parts
    ends = until == "-" or (_inside(until, start, LATEST) and _inside(begin) and _inside(years))
    if not (ends and _inside(to, lever.low, lever.high) and _inside(begin, start, LATEST)):
        raise wrong
    if not _inside(years, 0, LATEST - start) or (until != "-" and float(until) < float(begin) + float(years)):
        raise wrong
    return _dated(
        plan, name, _Dated(float(to), float(begin), float(years), None if until == "-" else float(until))
    )


def _dates(times: list[float], values: list[float]) -> dict[float, Any]:
    """Give values by date; of two at one date the first is the one just before it, save at the first date."""
    found: dict[float, Any] = {}
    for time in dict.fromkeys(times):
        own = [value for at, value in zip(times, values, strict=True) if at == time]
        found[time] = own[-1] if time == times[0] or own[0] == own[-1] else [own[0], own[-1]]
    return found


def _dated(plan: Strategy, name: str, dated: _Dated) -> Strategy:
    """Move a lever of a strategy, and of what it switches to, at dates of its own."""
    paths = {**plan.paths, name: dated.applied(plan.paths[name])}
    switch = plan.switch and replace(
        plan.switch, paths={**plan.switch.paths, name: dated.applied(plan.switch.paths[name])}
    )
    return replace(plan, paths=paths, switch=switch)
