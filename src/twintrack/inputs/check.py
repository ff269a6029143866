"""Checking of all content at once, also against the equations of the model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from math import isclose
from pathlib import Path
from typing import TYPE_CHECKING

from twintrack.errors import Fault
from twintrack.inputs.boundary import BOUNDARY_FILE
from twintrack.inputs.content import Content, load_content
from twintrack.inputs.cross_checks import (
    boundary_faults,
    closed_form_faults,
    mechanism_faults,
    renamed_faults,
    state_faults,
)
from twintrack.inputs.frontier_runs import frontier_faults, frontier_files
from twintrack.inputs.history import SERIES_FILE, has_history, history_faults
from twintrack.inputs.loops import loop_faults
from twintrack.inputs.model_names import name_fault
from twintrack.inputs.renamed import RENAMED_FILE
from twintrack.inputs.sheets import load_definition
from twintrack.inputs.sources import citation_faults
from twintrack.inputs.strategies import PARTS
from twintrack.inputs.strategy_library import StrategyLibrary
from twintrack.inputs.surprises import SURPRISES_FILE, load_surprises
from twintrack.inputs.validation import FaultList, unknown
from twintrack.inputs.yaml_files import read_document, shown, yaml_files
from twintrack.names import split_element

if TYPE_CHECKING:
    from twintrack.equations import Equations

_CONTROL = "control"


def check_content(root: Path, equations: Equations | None = None) -> list[Fault]:
    """Give everything that is wrong with the content under a root folder.

    Every file is read: the tables, scenarios, other countries in family/ and their series, strategies,
    reports, loops, mechanisms, names of before, the observed history, frontier runs and surprises. With
    equations also: every lever and world parameter is a constant of the model (or an element of one) of the
    same value and units, something depends on every lever, every outcome is a variable of the same units,
    every equation has units and a source and is no closed form of the time with a world parameter, constants
    that a scenario sets are variables of the model, every loop is closed, the variables that carry a
    mechanism are there, and those that were observed, in units that agree, and all that moves with time from
    outside is told in boundary.yaml, where there is one.
    """
    faults = FaultList()
    content = None
    with faults:
        content = load_content(root)
    if content is None:
        return list(dict.fromkeys(faults))
    faults += [*_names_used_twice(content), *_countries_that_hide(content), *_hidden_parts(content)]
    faults += _table_citations(content)
    for path in (*yaml_files(root / "model" / "scenarios"), *yaml_files(root / "model" / "family")):
        with faults:
            constants = content.scenario(str(path)).constants
            faults += [*_ground_citations(path, content), *_shared_faults(path, content)]
            if equations is not None:
                faults += _unknown_constants(path, constants, equations)
    # Not those of the current folder, which may hold another baseline.
    strategies = StrategyLibrary(content.levers, (root / "strategies",), content.renamed)
    for path in (*yaml_files(root / "strategies"), *yaml_files(root / "strategies" / PARTS)):
        with faults:
            strategies.resolve(path)
            faults += _strategy_citations(path, content)
    for path in yaml_files(root / "reports"):
        with faults:
            load_definition(path, content)
    with faults:
        faults += state_faults(root / "model" / "loops.yaml", content)
    with faults:
        faults += mechanism_faults(root / "model" / "mechanisms.csv", content, equations)
    if (root / SURPRISES_FILE).is_file():
        with faults:
            load_surprises(root / SURPRISES_FILE)
    if (root / RENAMED_FILE).is_file():
        with faults:
            faults += renamed_faults(root / RENAMED_FILE, content)
    if has_history(content.history_folder):
        with faults:
            faults += history_faults(content.history_folder / SERIES_FILE, content.sources, equations)
    for folder in content.member_folders:
        with faults:
            faults += _member_faults(folder, content, equations)
    for path in frontier_files(root):
        with faults:
            faults += frontier_faults(path, content.sources)
    if equations is not None:
        faults += _against_equations(content, equations)
        with faults:
            faults += loop_faults(root / "model" / "loops.yaml", equations)
        if (root / BOUNDARY_FILE).is_file():
            with faults:
                faults += boundary_faults(root / BOUNDARY_FILE, content, equations)
    return list(dict.fromkeys(faults))


def same_units(one: str, other: str) -> bool:
    """Whether two units texts mean the same: blanks and capitals do not count, Dmnl is 1."""
    return _plain_units(one) == _plain_units(other)


def _plain_units(text: str) -> str:
    plain = re.sub(r"\s*([*/^()])\s*", r"\1", " ".join(text.casefold().split()))
    return re.sub(r"^(dmnl|dimensionless|)$|^(dmnl|dimensionless)(?=/)", "1", plain)


def _names_used_twice(content: Content) -> list[Fault]:
    document = read_document(content.root / "model" / "world.yaml")
    return [
        Fault(document.where("parameters", name), f'"{name}" is a lever too; levers and world share no names')
        for name in content.world
        if name in content.levers.levers
    ]


def _unknown_constants(path: Path, constants: Iterable[str], equations: Equations) -> list[Fault]:
    document = read_document(path)
    wrong = {name: name_fault(name, equations, whole=True) for name in sorted(constants)}
    return [Fault(document.where("constants", name), message) for name, message in wrong.items() if message]


def _countries_that_hide(content: Content) -> list[Fault]:
    return [
        Fault(
            shown(content.root / "model" / "family" / f"{name}.yaml"),
            f'"{name}" is a scenario too; rename one',
        )
        for name in content.family
        if name in content.scenarios
    ]


def _member_faults(folder: Path, content: Content, equations: Equations | None) -> list[Fault]:
    """Check the series of a country. Raises InputError for what cannot be read."""
    if folder.name not in content.family:
        message = f'there is no country "{folder.name}.yaml" beside this folder; write it or move the folder'
        return [Fault(shown(folder), message)]
    return history_faults(folder / SERIES_FILE, content.sources, equations)


def _shared_faults(path: Path, content: Content) -> list[Fault]:
    """Say which series that a country shares there are not."""
    shared = content.scenario(str(path)).shared
    known = content.history if shared else {}
    return [
        Fault(read_document(path).where("shared", place), unknown("series of model/history", name, known))
        for place, name in enumerate(shared)
        if name not in known
    ]


def _hidden_parts(content: Content) -> list[Fault]:
    folder = content.root / "strategies"
    named = {path.stem for path in yaml_files(folder)}
    return [
        Fault(shown(path), f'"{path.stem}" is a strategy too, which hides this part; rename one')
        for path in yaml_files(folder / PARTS)
        if path.stem in named
    ]


def _table_citations(content: Content) -> list[Fault]:
    table = content.outcomes
    beside = [name for name in table.outcomes if name not in table.goals]
    cited = (
        (
            "levers.yaml",
            "levers",
            "source",
            {name: lever.source for name, lever in content.levers.levers.items()},
        ),
        ("world.yaml", "parameters", "source", {name: entry.source for name, entry in content.world.items()}),
        *(
            (
                "outcomes.yaml",
                key,
                "target_source",
                {name: table.outcomes[name].target_source for name in names},
            )
            for key, names in (("outcomes", table.goals), ("context", beside))
        ),
    )
    faults = []
    for file, key, field, sources in cited:
        document = read_document(content.root / "model" / file)
        for name, source in sources.items():
            where = document.where(key, name, field)
            faults += [Fault(where, wrong) for wrong in citation_faults(_keys(source), content.sources)]
    return faults


def _strategy_citations(path: Path, content: Content) -> list[Fault]:
    document = read_document(path)
    references = document.data.get("references", ())
    return [
        Fault(document.where("references", place), wrong)
        for place, text in enumerate(references)
        for wrong in citation_faults([text], content.sources)
    ]


def _ground_citations(path: Path, content: Content) -> list[Fault]:
    document = content.renamed.scenario(read_document(path), [])
    return [
        Fault(document.where("grounds", name, "source"), wrong)
        for name, ground in content.scenario(str(path)).grounds.items()
        for wrong in citation_faults(_keys(ground.source), content.sources)
    ]


def _keys(source: str) -> list[str]:
    return [part.strip(" .") for part in source.split(";")]


def _against_equations(content: Content, equations: Equations) -> list[Fault]:
    levers = {name: (lever.baseline, lever.unit) for name, lever in content.levers.levers.items()}
    world = {name: (parameter.value, parameter.unit) for name, parameter in content.world.items()}
    outcomes = {name: (None, outcome.unit) for name, outcome in content.outcomes.outcomes.items()}
    folder = content.root / "model"
    return [
        *_table_against_equations(folder / "levers.yaml", "levers", "baseline", levers, equations),
        *_unconnected(folder / "levers.yaml", levers, equations),
        *_table_against_equations(folder / "world.yaml", "parameters", "value", world, equations),
        *_table_against_equations(folder / "outcomes.yaml", "outcomes", "", outcomes, equations),
        *_equation_faults(folder / "twintrack.mdl", content, equations),
        *closed_form_faults(folder / "twintrack.mdl", content, equations),
    ]


def _table_against_equations(
    path: Path,
    table: str,
    value_key: str,
    entries: Mapping[str, tuple[float | None, str]],
    equations: Equations,
) -> Iterable[Fault]:
    """Compare (value, unit) of entries with the model; a value of None stands for any variable."""
    document = read_document(path)
    for name, (value, unit) in entries.items():
        wrong = name_fault(name, equations, constant=value is not None)
        if wrong:
            yield Fault(document.where(table, name), wrong)
            continue
        variable = equations.variables[split_element(name)[0]]
        if not same_units(unit, variable.units):
            message = f'unit of {name} is "{unit}" here and "{variable.units}" in the model file'
            yield Fault(document.where(table, name, "unit"), f"{message} (line {variable.line})")
        if value is None:
            continue
        values = dict(zip(variable.labels, equations.defaults[variable.name].ravel().tolist(), strict=True))
        if not isclose(values[name], value, rel_tol=1e-12):
            message = f"{value_key} of {name} is {value!r} here and {values[name]!r} in the model file"
            yield Fault(document.where(table, name, value_key), f"{message} (line {variable.line})")


def _unconnected(path: Path, levers: Iterable[str], equations: Equations) -> Iterable[Fault]:
    """Find levers of the model that move nothing in it."""
    document = read_document(path)
    for name in levers:
        plain = split_element(name)[0]
        if plain in equations.variables and not equations.uses(plain):
            message = f'nothing in the model depends on "{plain}"; use it in an equation, or remove the lever'
            yield Fault(document.where("levers", name), message)


def _equation_faults(path: Path, content: Content, equations: Equations) -> Iterable[Fault]:
    for variable in equations.variables.values():
        where = f"{shown(path)}:{variable.line}"
        if not variable.units.strip():
            yield Fault(where, f"{variable.title} has no units; write them after the first ~ (Dmnl for none)")
        keys = [key for key in _keys(variable.source) if key]
        if not keys and variable.kind != _CONTROL:
            yield Fault(
                where, f'{variable.title} has no source; end its comment with "Source: assumption." or a key'
            )
        for wrong in citation_faults(keys, content.sources):
            yield Fault(where, f"{variable.title}: {wrong}")
