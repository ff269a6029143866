"""Whether what Python users give has the kind that is asked for; the same answer wherever it is given."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from twintrack.errors import Fault, InputError
from twintrack.inputs.settings import plain_number, shortened
from twintrack.inputs.strategies import Strategy
from twintrack.inputs.world import Scenario


def check_arguments(**given: Any) -> None:
    """Check arguments by their names, all known here. Raises InputError with all that are wrong."""
    faults = [
        Fault(name, f"must be {_KINDS[name][1]}, not {_shown(value)}")
        for name, value in given.items()
        if not _KINDS[name][0](value)
    ]
    if faults:
        raise InputError(faults)


def _shown(value: Any) -> str:
    """Give a value as messages show it, with its type."""
    return f"{shortened(' '.join(repr(value).split()))} ({type(value).__name__})"


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_path(value: Any) -> bool:
    return isinstance(value, str | Path)


def _is_reference(value: Any) -> bool:
    return isinstance(value, str | Path | Strategy)


def _is_scenario(value: Any) -> bool:
    return isinstance(value, str | Scenario)


def _is_whole(value: Any) -> bool:
    value = plain_number(value)
    return isinstance(value, Integral) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return _is_whole(value) or _is_path(value) or hasattr(value, "columns")


def _is_step(value: Any) -> bool:
    value = plain_number(value)
    number = isinstance(value, Real) and not isinstance(value, bool)
    return value is None or (number and math.isfinite(value) and value > 0)


def _is_yes_or_no(value: Any) -> bool:
    return isinstance(value, bool) or type(value).__name__ == "bool_"


def _has_names(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_is_text, value))


def _can_be_gone_through(value: Any) -> bool:
    """Whether there are parts: an array without axes says that it has some, and has none."""
    try:
        iter(value)
    except TypeError:
        return False
    return True


def _several(is_one: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Accept one, or several in whatever can be gone through; those of a list are looked at."""

    def check(value: Any) -> bool:
        if is_one(value):
            return True
        if not _can_be_gone_through(value) or isinstance(value, bytes) or hasattr(value, "columns"):
            return False
        # Others can be gone through only once.
        return not isinstance(value, Collection) or all(map(is_one, value))

    return check


def _is_list(value: Any) -> bool:
    return (
        _can_be_gone_through(value) and isinstance(value, Collection) and not isinstance(value, str | bytes)
    )


def _are_references(value: Any) -> bool:
    if isinstance(value, Mapping):
        return _has_names(value) and all(map(_is_reference, value.values()))
    return _several(_is_reference)(value)


def _is_year(value: Any) -> bool:
    return isinstance(plain_number(value), Real)


def _are_years(value: Any) -> bool:
    return not isinstance(value, str) and not _is_year(value) and _several(_is_year)(value)


_Check = Callable[[Any], bool]

_KINDS: dict[str, tuple[_Check, str]] = {
    "content": (lambda value: value is None or _is_path(value), "a folder"),
    "folder": (_is_path, "a folder"),
    "name": (_is_text, "a name"),
    "names": (_several(_is_text), "names, one after the other"),
    "strategy": (_is_reference, "a name, the path of a .yaml file, or a Strategy"),
    "strategies": (_are_references, "a strategy, several, or several by names of their own"),
    "scenario": (_is_scenario, "the name of a scenario"),
    "scenarios": (_several(_is_scenario), "the name of a scenario, or several"),
    "world": (lambda value: value is None or _has_names(value), "values by the names of world parameters"),
    "levers": (
        lambda value: value is None or (_has_names(value) and all(map(_is_list, value.values()))),
        "lists of values by the names of levers",
    ),
    "engine": (_is_text, "the name of an engine"),
    "design": (lambda value: value is None or _is_text(value), "the name of a design"),
    "time_step": (_is_step, "a number of years above 0"),
    "worlds": (_is_count, "a whole number, or a table of worlds"),
    "count": (_is_whole, "a whole number of worlds"),
    "resample": (lambda value: value is None or _is_whole(value), "a whole number of worlds"),
    "seed": (_is_whole, "a whole number"),
    "outputs": (lambda value: value is None or _several(_is_text)(value), "names of outputs"),
    "years": (_are_years, "years, such as [2030, 2040]"),
    "times": (
        lambda value: value is None or _is_text(value) or _several(_is_year)(value),
        'years, "yearly" or "all"',
    ),
    **dict.fromkeys(("prior", "representative", "all_variables", "resume"), (_is_yes_or_no, "True or False")),
}
"""By argument: what is accepted, and what to say of it."""
