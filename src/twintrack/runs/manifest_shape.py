"""Whether what a manifest holds has the shape that reading and continuing a store rely on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from twintrack.runs.equal_cost import EQUAL_COST, IN_EACH_WORLD
from twintrack.worlds.sampling import MOST_WORLDS

_Faults = Iterator[str]


def shape_faults(manifest: Mapping[str, Any]) -> _Faults:
    """Say what is missing in a manifest, or is none of what stands there; nothing for a good one."""
    yield from _each(manifest, "", {"model_hash": _text, "versions": _texts, "design": _design})
    yield from _each(manifest, "", {"scenarios": _scenarios, "outputs": _outputs, "times": _times})
    scenarios = manifest.get("scenarios")
    yield from _named(manifest.get("strategies"), "strategies", _strategy(scenarios))


def _each(found: Any, place: str, parts: Mapping[str, Callable[[Any, str], _Faults]]) -> _Faults:
    """Check the values of some keys; `place` leads to what has them."""
    if not isinstance(found, Mapping):
        yield f"{place} must be an object with {', '.join(parts)}"
        return
    for key, check in parts.items():
        where = f"{place}.{key}" if place else key
        if key in found:
            yield from check(found[key], where)
        else:
            yield f"{where} is missing"


def _named(found: Any, place: str, check: Callable[[Any, str], _Faults]) -> _Faults:
    """Check an object that has at least one entry, each of one shape."""
    if not isinstance(found, Mapping) or not found:
        yield f"{place} must be an object with an entry for each name"
        return
    for name, entry in found.items():
        yield from check(entry, f"{place}.{name}")


def _text(found: Any, place: str) -> _Faults:
    if not isinstance(found, str):
        yield f"{place} must be text"


def _texts(found: Any, place: str) -> _Faults:
    yield from _each(found, place, {"twintrack": _text})


def _design(found: Any, place: str) -> _Faults:
    yield from _each(found, place, {"kind": _text, "worlds": _count})


def _count(found: Any, place: str) -> _Faults:
    if type(found) is not int or not 0 < found <= MOST_WORLDS:
        yield f"{place} must be a whole number from 1 to {MOST_WORLDS:,}"


def _number(found: Any, place: str) -> _Faults:
    if not _is_number(found):
        yield f"{place} must be a number"


def _factor(found: Any, place: str) -> _Faults:
    """Check what money was multiplied with: a number, or words where each world has its own."""
    if not _is_number(found) and found != IN_EACH_WORLD:
        yield f'{place} must be a number, or "{IN_EACH_WORLD}"'


def _budget(found: Any, place: str) -> _Faults:
    if found not in ("own", *EQUAL_COST):
        yield f"{place} must be one of {', '.join(('own', *EQUAL_COST))}"


def _times(found: Any, place: str) -> _Faults:
    good = isinstance(found, list) and found and all(map(_is_number, found))
    if not good or any(after <= before for before, after in pairwise(found)):
        yield f"{place} must be a list of years, each later than the one before"


def _outputs(found: Any, place: str) -> _Faults:
    yield from _named(found, place, lambda entry, where: _each(entry, where, {"unit": _text}))


def _scenarios(found: Any, place: str) -> _Faults:
    yield from _named(found, place, _values)


def _strategy(scenarios: Any) -> Callable[[Any, str], _Faults]:
    factors = dict.fromkeys(scenarios, _factor) if isinstance(scenarios, Mapping) else {}

    def check(found: Any, place: str) -> _Faults:
        def factor(entry: Any, where: str) -> _Faults:
            return _each(entry, where, factors)

        yield from _each(found, place, {"budget": _budget, "budget_factor": factor})
        yield from _each(found, place, {"levers": _values, "switch": _switch})

    return check


def _switch(found: Any, place: str) -> _Faults:
    if found is not None:
        yield from _each(found, place, {"levers": _values})


def _values(found: Any, place: str) -> _Faults:
    """Check values by name: a number each, or pairs of a time and a value."""
    if not isinstance(found, Mapping):
        yield f"{place} must be an object with values by name"
        return
    for name, value in found.items():
        if not _is_number(value) and not _is_path(value):
            yield f"{place}.{name} must be a number, or a list of pairs of time and value"


def _is_path(found: Any) -> bool:
    if not isinstance(found, list) or not found:
        return False
    pairs = [isinstance(pair, list) and len(pair) == 2 and all(map(_is_number, pair)) for pair in found]
    return all(pairs) and all(after[0] >= before[0] for before, after in pairwise(found))


def _is_number(found: Any) -> bool:
    return type(found) in (int, float) and math.isfinite(found)
