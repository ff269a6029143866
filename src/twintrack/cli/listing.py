"""`twintrack list`: what there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from twintrack.cli.options import json_option

if TYPE_CHECKING:
    from twintrack.model import Model

Entry = dict[str, Any]


def _strategies(model: Model) -> list[Entry]:
    plans = [model.strategy(name) for name in model.strategies]
    return [
        {
            "name": plan.name,
            "title": plan.title.model_dump(),
            "description": plan.description.model_dump(),
            "budget": plan.budget,
            "levers": list(plan.own),
        }
        for plan in plans
    ]


def _scenarios(model: Model) -> list[Entry]:
    found = [model.scenario(name) for name in model.scenarios]
    return [
        {
            "name": scenario.name,
            "title": scenario.title.model_dump(),
            "description": scenario.description.model_dump() if scenario.description else None,
            "world": list(scenario.world),
        }
        for scenario in found
    ]


def _levers(model: Model) -> list[Entry]:
    return [_named(entry.model_dump(mode="json")) for entry in model.levers.values()]


def _world(model: Model) -> list[Entry]:
    return [_named(entry.model_dump(mode="json")) for entry in model.world.values()]


def _outcomes(model: Model) -> list[Entry]:
    return [_named(entry.model_dump(mode="json")) for entry in model.outcomes.values()]


def _named(entry: Entry) -> Entry:
    """Put the name first."""
    return {"name": entry.pop("name"), **entry}


def _variables(model: Model) -> list[Entry]:
    return [
        {
            "name": variable.name,
            "title": {"en": variable.title, "zh": variable.title},
            "unit": variable.units,
            "kind": variable.kind,
            "group": variable.group,
            "elements": variable.labels if variable.shape else [],
        }
        for variable in model.equations.variables.values()
    ]


def _reports(model: Model) -> list[Entry]:
    from twintrack.inputs.reports import load_report
    from twintrack.inputs.yaml_files import yaml_files

    files = yaml_files(model.content / "reports")
    return [{"name": path.stem, **load_report(path, model.inputs).model_dump(mode="json")} for path in files]


KINDS: dict[str, tuple[Callable[[Model], list[Entry]], tuple[str, ...]]] = {
    "strategies": (_strategies, ("name", "title", "budget", "levers")),
    "scenarios": (_scenarios, ("name", "title", "world")),
    "levers": (_levers, ("name", "title", "unit", "range", "baseline")),
    "world": (_world, ("name", "title", "unit", "range", "value", "confidence")),
    "outcomes": (_outcomes, ("name", "title", "unit", "better")),
    "variables": (_variables, ("name", "unit", "kind", "group", "elements")),
    "reports": (_reports, ("name", "title", "strategies", "scenarios")),
}
"""For each kind how it is listed, and the columns that people see."""


@click.command("list", short_help="List strategies, levers, outcomes and more.")
@click.argument("kind", metavar="KIND", type=click.Choice(list(KINDS)))
@json_option
def list_command(kind: str, as_json: bool) -> None:
    """List all things of a KIND: strategies, scenarios, levers, world, outcomes, variables or reports."""
    from twintrack.cli.session import open_model
    from twintrack.cli.tables import plain_table, print_json, print_table

    listed, columns = KINDS[kind]
    entries = listed(open_model())
    if as_json:
        print_json(entries)
    else:
        print_table(
            plain_table(columns, ([_shown(entry[column]) for column in columns] for entry in entries))
        )


def _shown(value: Any) -> str:
    """Write a value of an entry as a cell: titles in English, ranges from low to high."""
    if isinstance(value, dict):
        return str(value["en"])
    if isinstance(value, list) and len(value) == 2 and all(isinstance(item, float) for item in value):
        return f"{value[0]:g} to {value[1]:g}"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
