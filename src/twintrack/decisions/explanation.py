"""What stands behind a name: its equation in the model file, units, source, causes and uses."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from twintrack.errors import Fault, InputError
from twintrack.inputs.validation import FaultList
from twintrack.inputs.yaml_files import shown
from twintrack.names import snake, split_element, suggest
from twintrack.runs.switching import SWITCH_VARIABLES

if TYPE_CHECKING:
    from twintrack.core import Core
    from twintrack.equations.structure import Variable
    from twintrack.inputs.schema_kinds import Bilingual
    from twintrack.inputs.schemas import Citation

WIDTH = 100


@dataclass(frozen=True)
class Explanation:
    """One variable of the model, explained. `str()` gives it as lines to read.

    Attributes:
        name: Name of the variable, or of the element that was asked for.
        title: The variable's name as it stands in the model file.
        kind: stock, auxiliary, constant, lookup or control.
        place: "file:line" of the equation, the file as seen from here or from the content folder.
        equation: The equation as it stands in the model file.
        units: Units as they stand in the model file.
        documentation: What the variable means.
        sources: Full citations; "assumption" stays as it is.
        depends_on: Variables that the equation refers to.
        used_by: Variables whose equations refer to this one.
        roles: What planners know it as: lever, world parameter or outcome, with range and baseline; for the
            variables that make strategies switch, which ones do.
    """

    name: str
    title: str
    kind: str
    place: str
    equation: str
    units: str
    documentation: str
    sources: tuple[str, ...]
    depends_on: tuple[str, ...]
    used_by: tuple[str, ...]
    roles: tuple[str, ...]

    def __str__(self) -> str:
        facts = [
            ("units", self.units),
            *(("", role) for role in self.roles),
            ("meaning", self.documentation),
            *(("" if place else "source", text) for place, text in enumerate(self.sources)),
            ("depends on", ", ".join(self.depends_on) or "nothing: it is given"),
            ("used by", ", ".join(self.used_by) or "nothing: it is a result"),
        ]
        head = f"{self.name}  ({self.kind}, {self.place})"
        return "\n".join(
            [head, "", textwrap.indent(self.equation, "    "), "", *(_line(*fact) for fact in facts)]
        )


def explain(core: Core, name: str) -> Explanation:
    """Explain a variable by its name, its name in the model file, an element, or words of a title.

    Titles are those of outcomes, and where none fits those of levers and world parameters.

    Raises InputError, with the nearest name, when there is no such variable.
    """
    label, variable = _find(core, name)
    equations = core.equations
    roles = _roles(core, label) or [line for part in variable.labels for line in _roles(core, part)]
    return Explanation(
        name=label,
        title=variable.title,
        kind=variable.kind,
        place=f"{shown(Path(equations.path), core.content)}:{variable.line}",
        equation=variable.equation,
        units=variable.units,
        documentation=variable.documentation,
        sources=tuple(_cited(variable.source, core.inputs.sources)),
        depends_on=equations.causes(variable.name),
        used_by=equations.uses(variable.name),
        roles=tuple(roles),
    )


def _find(core: Core, name: str) -> tuple[str, Variable]:
    """Give the label asked for and its variable. Raises InputError."""
    variables = core.equations.variables
    given = {key: entry.title for entries in (core.world, core.levers) for key, entry in entries.items()}
    outcomes = {key: entry.title for key, entry in core.outcomes.items()}
    titles = {
        text.casefold(): key for key, title in {**given, **outcomes}.items() for text in (title.en, title.zh)
    }
    label = _of_today(core, titles.get(name.strip().casefold(), name))
    try:
        base, elements = split_element(label)
    except ValueError as error:
        raise InputError(Fault(name, str(error))) from None
    variable = variables.get(snake(base))
    if variable is None:
        kind, among = "outcomes", outcomes
        if not (meant := _meant(core, name, outcomes)):
            kind, among = "levers and world parameters", given
            meant = _meant(core, name, given)
        if len(meant) == 1:
            return _find(core, meant[0])
        if meant:
            several = "; ".join(f"{key} ({among[key].en})" for key in meant)
            raise InputError(Fault(name, f"several {kind} have this in their title; name one: {several}"))
        options = [*variables, *(title.en for title in {**given, **outcomes}.values())]
        raise InputError(Fault(name, f"no variable of this name{suggest(name, options)}"))
    if not elements:
        return variable.name, variable
    label = f"{variable.name}[{','.join(map(snake, elements))}]"
    if label not in variable.labels:
        raise InputError(Fault(name, f"no element of this name{suggest(label, variable.labels)}"))
    return label, variable


def _meant(core: Core, text: str, titles: Mapping[str, Bilingual]) -> list[str]:
    """List what has all words of a text in its title or name; of several, the one of the headline."""
    words = set(snake(text).split("_")) - {""}
    found = []
    for key, title in titles.items():
        known = set(f"{snake(title.en)}_{key}".split("_"))
        if words and (words <= known or text.strip() in title.zh):
            found.append(key)
    first = [key for key in found if key in core.headline]
    begun = [key for key in first if snake(titles[key].en).startswith(snake(text) or " ")]
    return next((several for several in (begun, first) if len(several) == 1), found)


def _of_today(core: Core, label: str) -> str:
    """Give what a name of before is called today, other names as they are; InputError if it is gone."""
    variable = core.equations.variables.get(snake(label.partition("[")[0]))
    if variable is not None and ("[" not in label or label in variable.labels):
        return label
    renamed, faults = core.inputs.renamed, FaultList()
    for old in (renamed.levers, renamed.world, renamed.outcomes):
        label = old.settle([label], lambda _: "explain", faults).get(label, label)
    faults.raise_any()
    return label


def _roles(core: Core, label: str) -> list[str]:
    """Give one line for each thing that planners know the name as."""
    lines: list[str] = []
    if label in core.levers:
        lever = core.levers[label]
        lines.append(
            f"lever {label}: {lever.title.en}; range {lever.low:g} to {lever.high:g},"
            f" baseline {lever.baseline:g}"
        )
    if label in core.world:
        entry = core.world[label]
        spread = "" if entry.spread is None else f", standard deviation of the logarithm {entry.spread:g}"
        lines.append(
            f"world parameter {label}: {entry.title.en}; range {entry.low:g} to {entry.high:g}"
            f" ({entry.distribution}{spread}), central value {entry.value:g}, confidence {entry.confidence}"
        )
    if label in core.outcomes:
        outcome = core.outcomes[label]
        better = "neither better nor worse" if outcome.better == "neutral" else f"{outcome.better} is better"
        lines.append(f"outcome {label}: {outcome.title.en}; {better}")
        lines += [
            f"target of {year:g}: {value:g} {outcome.unit} ({outcome.target_source})"
            for year, value in outcome.target.items()
        ]
    if label in SWITCH_VARIABLES:
        lines += _switches(core)
    return lines


def _switches(core: Core) -> Iterator[str]:
    """Say when strategies switch, and to what; what is wrong with others is told when they are used."""
    for name in core.strategies:
        with suppress(InputError):
            plan = core.strategy(name)
            if plan.switch:
                yield f"strategy {plan.name} switches {plan.switch}"


def _cited(text: str, sources: Mapping[str, Citation]) -> Iterable[str]:
    """Resolve "key; key" to citations; words that are no key stay as they are."""
    for part in re.split(r"\s*;\s*", text.strip().rstrip(".")):
        if part in sources:
            source = sources[part]
            yield f"{source.authors} ({source.year}). {source.title}. {source.link}".strip()
        elif part:
            yield part
    if not text.strip():
        yield "not stated"


def _line(head: str, text: str) -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=f"{head:<11} ", subsequent_indent=" " * 12, break_long_words=False
    )
