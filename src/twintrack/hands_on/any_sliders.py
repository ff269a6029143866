"""Which constants of a model can be moved, how far, and under which heading."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from twintrack.engines.labels import Labels
from twintrack.equations.naming import same_name
from twintrack.equations.source import read_text, scan_views
from twintrack.errors import Fault, InputError
from twintrack.hands_on.told import nice_step

if TYPE_CHECKING:
    from twintrack.equations import Equations
    from twintrack.equations.structure import Variable
    from twintrack.inputs.page_options import PageOptions, SliderOptions

MOST = 200
"""Sliders that a page has at most."""
ELEMENTS = 12
"""Elements of an array that get a slider each where no option names them."""
YEARS = 1000.0
"""A time from which on it is a date, not a count."""
_SWITCH = re.compile(r"\b(switch|sw|toggle|flag)\b|\bon.?off\b", re.IGNORECASE)
_PURE = ("", "dmnl", "1", "fraction", "dimensionless", "unitless")


@dataclass(frozen=True)
class Slider:
    """A constant, or an element of one, that can be moved.

    `toggle` tells that it is on (1) or off (0), `date` that it is a time, which is never where it lies
    beyond the end of the run.
    """

    variable: str
    label: str
    value: float
    low: float
    high: float
    step: float
    group: str
    options: SliderOptions | None
    toggle: bool = False
    date: bool = False


def sliders_of(
    equations: Equations, options: PageOptions, fixed: Collection[str]
) -> tuple[list[Slider], int]:
    """Give the sliders, and how many more there would be; `fixed` are constants that cannot be moved.

    Those that the author gave limits come first. Raises InputError for options of what cannot be moved.
    """
    groups = groups_of(equations)
    if options.sliders:
        return _named(equations, options, fixed, groups), 0
    free = [
        variable
        for variable in equations.variables.values()
        if variable.kind == "constant" and not variable.internal and variable.name not in fixed
    ]
    free.sort(key=lambda variable: not any(limit is not None for limit in variable.limits))
    found = [
        slider
        for variable in free
        if equations.uses(variable.name) and len(variable.titles) <= ELEMENTS
        for slider in _each(equations, variable, groups)
    ]
    return found[:MOST], max(0, len(found) - MOST)


def groups_of(equations: Equations) -> dict[str, str]:
    """Give a heading for every variable: its group in the file, else the view that it is first drawn in."""
    views: Mapping[str, str] = {}
    if Path(equations.path).suffix.lower() == ".mdl":
        views = {same_name(name): view for name, view in scan_views(read_text(Path(equations.path))).items()}
    return {
        name: variable.group or views.get(same_name(variable.title), "")
        for name, variable in equations.variables.items()
    }


def _named(
    equations: Equations, options: PageOptions, fixed: Collection[str], groups: Mapping[str, str]
) -> list[Slider]:
    labels = Labels(equations)
    faults: list[Fault] = []
    found: list[Slider] = []
    for label, told in options.sliders.items():
        try:
            name, cell = labels.find(label)
        except ValueError as error:
            faults.append(Fault("sliders", str(error)))
            continue
        variable = equations.variables[name]
        if variable.kind != "constant" or name in fixed:
            what = "decides how long a delay is" if variable.kind == "constant" else "is no constant"
            faults.append(Fault("sliders", f"{label} {what}; leave it out"))
            continue
        wanted = None if cell is None else _label(variable, cell)
        own = [one for one in _each(equations, variable, groups, told) if wanted in (None, one.label)]
        if not own:
            faults.append(Fault("sliders", f"{label} is 0, or a time beyond the run; give it a range"))
        found += own
    if faults:
        raise InputError(faults)
    return found


def _each(
    equations: Equations,
    variable: Variable,
    groups: Mapping[str, str],
    told: SliderOptions | None = None,
) -> Iterator[Slider]:
    for cell in product(*map(range, variable.shape)):
        value = float(equations.defaults[variable.name][cell])
        ranged = told is not None and told.range is not None
        toggle = value in (0.0, 1.0) and not ranged and bool(_SWITCH.search(variable.title))
        limits = (0.0, 1.0) if toggle else _limits(equations, variable, value, told)
        if limits is None:
            continue
        low, high = limits
        step = 1.0 if toggle else (variable.limits[2:] or (None,))[0] or nice_step(low, high)
        label = _label(variable, cell)
        date = not toggle and _is_date(equations, variable, value)
        yield Slider(variable.name, label, value, low, high, step, groups[variable.name], told, toggle, date)


def _label(variable: Variable, cell: tuple[int, ...]) -> str:
    names = [names[place] for names, place in zip(variable.element_titles, cell, strict=True)]
    return f"{variable.title}[{','.join(names)}]" if names else variable.title


def _limits(
    equations: Equations, variable: Variable, value: float, told: SliderOptions | None
) -> tuple[float, float] | None:
    """Give the ends of a slider: the author's, or a guess; None where nothing can be guessed."""
    guess = _guess(equations, variable, value)
    low, high = (*variable.limits, None, None)[:2]
    if told and told.range:
        low, high = told.range
    if guess is not None:
        low = guess[0] if low is None else low
        high = guess[1] if high is None else high
    if low is None or high is None or not low < high:
        return guess
    never = _is_date(equations, variable, value) and value > equations.time.final
    return min(low, value), high if never else max(high, value)


def _guess(equations: Equations, variable: Variable, value: float) -> tuple[float, float] | None:
    """Give 0 to 1 for a share, the time of the run for a date, else half to one and a half."""
    time = equations.time
    if _is_time(equations, variable) and value > time.final:
        return None
    if _is_date(equations, variable, value):
        return time.initial, time.final
    if variable.units.strip().lower() in _PURE and 0 < value < 1:
        return 0.0, 1.0
    return (min(0.5 * value, 1.5 * value), max(0.5 * value, 1.5 * value)) if value else None


def _is_time(equations: Equations, variable: Variable) -> bool:
    clock = equations.variables["time_step"]
    return variable.units.strip().lower() == clock.units.strip().lower()


def _is_date(equations: Equations, variable: Variable, value: float) -> bool:
    return _is_time(equations, variable) and value >= max(equations.time.initial, YEARS)
