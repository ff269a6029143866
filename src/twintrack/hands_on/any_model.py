"""Any model as a page: its constants as sliders, every number uncertain by a share that the page declares.

A number that can be moved is, wherever an equation reads it, multiplied by a factor that each world draws
anew. Where a slider moves, bands so move with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from twintrack.engines.labels import Labels
from twintrack.engines.llvm.engine import NativeEngine
from twintrack.engines.wasm.module import module_of
from twintrack.equations import load_equations
from twintrack.equations.structure import RUN_NUMBER, Apply, Expr, Reference, State
from twintrack.errors import Fault, InputError
from twintrack.hands_on.any_sliders import Slider, sliders_of
from twintrack.hands_on.compiled_model import moved_levers
from twintrack.hands_on.page import Worlds, component_page
from twintrack.hands_on.told import FORMAT, STEPS, Words, entry_of, nice_step, texts
from twintrack.inputs.page_options import OutcomeOptions, PageOptions
from twintrack.inputs.strategies import BASELINE
from twintrack.pages.numbers import table_scale
from twintrack.pages.texts import LANGUAGES, Texts

if TYPE_CHECKING:
    from twintrack.equations import Equations
    from twintrack.equations.clock import TimeGrid

ROWS = 200
"""Times that a page shows at most."""
SHOWN = 9
"""Outcomes with a chart from the start."""
OUTCOMES = 120
"""Outcomes that a page offers at most, where no option names them."""
Outcomes = Mapping[str, tuple[str, OutcomeOptions]]
"""The variable and the options of each outcome, by label."""
_OWN = "model_"
"""Words that begin so take the place of those that speak of strategies."""


@dataclass(frozen=True)
class ModelPage:
    """A page, and what its maker should know."""

    text: str
    sliders: int
    outcomes: int
    notes: tuple[str, ...]


def model_page(
    path: Path,
    options: PageOptions,
    *,
    worlds: int,
    seed: int,
    data: Sequence[Path] = (),
    allow_outside: bool = False,
) -> ModelPage:
    """Make the page of a model.

    Raises InputError for options that do not fit it, and for what a page cannot do.
    """
    equations = load_equations(path, data=data, allow_outside=allow_outside)
    if equations.empty:
        message = "has no numbers in the model; name a file of data that has it"
        raise InputError(Fault(name, message) for name in equations.empty)
    fixed = NativeEngine(equations).sizes.deciding() | {RUN_NUMBER}
    sliders, more = sliders_of(equations, options, fixed)
    if not sliders:
        raise InputError(Fault(str(path), "has no constant that could be moved; name some in the options"))
    outcomes, hidden = _outcomes(equations, options)
    uncertain = dict.fromkeys(slider.variable for slider in sliders if not (slider.toggle or slider.date))
    spread = equations_with_factors(equations, uncertain)
    thinned = replace(spread, time=_thinned(spread.time))
    series = list(dict.fromkeys(slider.variable for slider in sliders))
    factors = [name for name in thinned.variables if name not in equations.variables]
    names = list(dict.fromkeys(name for name, _ in outcomes.values()))
    moved = moved_levers((slider.label, slider.low, slider.high) for slider in sliders)
    module = module_of(thinned, names, series, [*series, *factors], moved)
    told = _told(equations, options, sliders, outcomes, factors)
    low, high = 1 - options.spread, 1 + options.spread
    draws = np.random.default_rng(seed).uniform(low, high, (len(factors), worlds))
    drawn = Worlds(factors, worlds, draws.tobytes())
    notes = list(equations.notes)
    notes += [f"{more} more constants have no slider; the options can name others"] if more else []
    notes += [f"{hidden} more variables are not offered; the options can name others"] if hidden else []
    return ModelPage(component_page(told, module, drawn), len(sliders), len(outcomes), tuple(notes))


def equations_with_factors(equations: Equations, names: Collection[str]) -> Equations:
    """Give a model in which some constants, wherever they are read, are multiplied by a new constant of 1.

    The new constants stand in the order of `names`.
    """
    factor = {name: _factor(name) for name in names}

    def changed(expression: Expr) -> Expr:
        if isinstance(expression, Reference) and expression.variable in factor:
            times = Reference(variable=factor[expression.variable])
            return Apply(axes=expression.axes, function="multiply", args=(expression, times))
        return expression.mapped(changed)

    components = {
        name: tuple(
            part
            if part.expression is None or name in names
            else replace(part, expression=changed(part.expression))
            for part in parts
        )
        for name, parts in equations.components.items()
    }
    new = {
        other: replace(
            equations.variables[name],
            name=other,
            title=f"{equations.variables[name].title} factor",
            dims=(),
            elements=(),
            element_titles=(),
            units="Dmnl",
            limits=(),
        )
        for name, other in factor.items()
    }
    parts = {
        other: (replace(equations.components[name][0], variable=other, box=(), axes=(), shape=()),)
        for name, other in factor.items()
    }
    digest = hashlib.sha256(f"{equations.hash} {sorted(names)}".encode()).hexdigest()
    return replace(
        equations,
        hash=digest,
        variables={**equations.variables, **new},
        components={**components, **parts},
        owners={**equations.owners, **dict.fromkeys(new, (0,))},
        defaults={**equations.defaults, **dict.fromkeys(new, np.array(1.0))},
        states=tuple(_changed(state, changed) for state in equations.states),
    )


def _changed(state: State, changed: Callable[[Expr], Expr]) -> State:
    inputs = {role: changed(expression) for role, expression in state.inputs.items()}
    return replace(state, initial=changed(state.initial), inputs=inputs)


def _factor(name: str) -> str:
    return f"{name}:factor"


def _thinned(grid: TimeGrid) -> TimeGrid:
    """Save at most `ROWS` times, the last among them."""
    rows = grid.saved_index
    if len(rows) <= ROWS:
        return grid
    every = -(-(len(rows) - 1) // (ROWS - 1))
    kept = {*rows[::every].tolist(), int(rows[-1])}
    return replace(grid, kept=tuple(sorted(kept)))


def _outcomes(equations: Equations, options: PageOptions) -> tuple[Outcomes, int]:
    """Give the variable and the options of every outcome by label, and how many more there would be.

    Without options: stocks, then other variables that are computed, in the order of the file.
    """
    labels = Labels(equations)
    if options.outcomes:
        found: dict[str, tuple[str, OutcomeOptions]] = {}
        places = labels.variables(options.outcomes, "outcomes")
        for (name, cell), told in zip(places, options.outcomes.values(), strict=True):
            for title, at in labels.columns(name):
                if cell is None or at == cell:
                    found[title] = (name, told)
        return found, 0
    computed = [
        v for v in equations.variables.values() if v.kind in ("stock", "auxiliary") and not v.internal
    ]
    computed.sort(key=lambda variable: variable.kind != "stock")
    every = [(title, variable.name) for variable in computed for title, _ in labels.columns(variable.name)]
    chosen = {title: (name, OutcomeOptions()) for title, name in every[:OUTCOMES]}
    return chosen, len(every) - len(chosen)


def _told(
    equations: Equations,
    options: PageOptions,
    sliders: Sequence[Slider],
    outcomes: Outcomes,
    factors: Sequence[str],
) -> dict[str, Any]:
    """Give what the component is told; see `told_of`, which has the same keys."""
    words, grid = _words_of_models(options.spread), equations.time
    first, last = float(grid.saved[0]), float(grid.saved[-1])
    title = options.title.model_dump() if options.title else _same(Path(equations.path).stem)
    first_of = {slider.variable: slider for slider in reversed(sliders)}
    uncertain = {name: first_of[_origin(name)] for name in factors}
    return {
        "format": FORMAT,
        "title": title,
        "hash": equations.hash,
        "time": {
            "start": first,
            "ramp": 0,
            "last": last,
            "latest": last,
            "shown": first,
            "every": max(1, round(nice_step(first, last))),
        },
        "baseline": BASELINE,
        "central": "central",
        "cost": None,
        "groups": _groups(sliders, words),
        "levers": [_lever(equations, slider) for slider in sliders],
        "sectors": _groups(uncertain.values(), words),
        "world": [
            _parameter(equations, name, options.spread, slider, words) for name, slider in uncertain.items()
        ],
        "outcomes": [_outcome(equations, label, *found) for label, found in outcomes.items()],
        "headline": list(outcomes)[:SHOWN],
        "strategies": [
            {
                **{"name": BASELINE, "title": words["as_written"], "about": _same(""), "budget": "own"},
                **{"unscaled": [], "second": None, "constants": {}},
                "paths": {slider.label: [[first, slider.value]] for slider in sliders},
            }
        ],
        "scenarios": [
            {"name": "central", "title": words["as_written"], "about": _same(""), "money": 1, "world": {}}
        ],
        "switches": [],
        "homes": {"central": {}},
        "entries": [entry_of(equations, name) for name in equations.variables],
        "sources": {},
        "texts": words,
    }


def _words_of_models(spread: float) -> dict[str, Words]:
    found = texts()
    percent = f"{100 * spread:.3g}"
    own = {
        key.removeprefix(_OWN): {one: text.replace("{percent}", percent) for one, text in words.items()}
        for key, words in found.items()
        if key.startswith(_OWN)
    }
    return {**found, **own}


def _same(text: str) -> dict[str, str]:
    return dict.fromkeys(LANGUAGES, text)


def _groups(sliders: Iterable[Slider], words: Mapping[str, Words]) -> list[dict[str, Any]]:
    """Give the headings of sliders, each once."""
    other = words["other_group"]
    headings = dict.fromkeys(_heading(slider) for slider in sliders)
    return [{"name": en, "title": {"en": en or other["en"], "zh": zh or other["zh"]}} for en, zh in headings]


def _heading(slider: Slider) -> tuple[str, str]:
    group = slider.options.group if slider.options else None
    return (group.en, group.zh) if group else (slider.group, slider.group)


def _lever(equations: Equations, slider: Slider) -> dict[str, Any]:
    variable = equations.variables[slider.variable]
    return {
        **{"name": slider.label, "title": _title(slider, slider.label), **_units(variable.units)},
        **{"low": slider.low, "high": slider.high, "step": slider.step},
        **{"toggle": slider.toggle, "date": slider.date},
        **{"variable": variable.name, "note": _same(variable.documentation)},
        **{"group": _heading(slider)[0], "money": False},
    }


def _parameter(
    equations: Equations, name: str, spread: float, slider: Slider, words: Mapping[str, Words]
) -> dict[str, Any]:
    variable = equations.variables[slider.variable]
    of = _same(variable.title) if variable.dims else _title(slider, variable.title)
    title = {language: words["factor_of"][language].format(name=of[language]) for language in LANGUAGES}
    return {
        **{"name": name, "title": title, **_units(""), "group": _heading(slider)[0]},
        **{"low": 1 - spread, "high": 1 + spread, "step": 2 * spread / STEPS or 1.0},
        **{"value": 1.0, "drawn": spread > 0, "dated": False},
        **{"sure": "assumption", "reason": "", "source": ""},
    }


def _title(slider: Slider, otherwise: str) -> dict[str, str]:
    own = slider.options.title if slider.options else None
    return own.model_dump() if own else _same(otherwise)


def _origin(factor: str) -> str:
    return factor.removesuffix(_factor(""))


def _outcome(equations: Equations, label: str, name: str, told: OutcomeOptions) -> dict[str, Any]:
    title = told.title.model_dump() if told.title else _same(label)
    return {
        **{"name": label, "variable": name, "title": title, **_units(equations.variables[name].units)},
        **{"better": told.better, "format": told.format or ".3g", "target": [], "history": []},
    }


def _units(unit: str) -> dict[str, Any]:
    """Give a unit for amounts of any size: as it is written, in Chinese by words if there are some."""
    plain = "" if unit.strip().lower() in ("dmnl", "1", "dimensionless") else unit
    chinese = table_scale(plain, Texts("zh"))
    return {"units": {"en": [[0.0, 1.0, plain]], "zh": [[0.0, chinese.factor, chinese.unit]]}}
