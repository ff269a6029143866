"""`twintrack list`: what there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

from twintrack.cli.options import json_option

if TYPE_CHECKING:
    from twintrack.inputs.schema_kinds import StrictSchema
    from twintrack.model import Model

Listed = dict[str, Any]


def _strategies(model: Model, names: list[str]) -> list[Listed]:
    from twintrack.inputs.switches import switch_text
    from twintrack.runs.asked import replaced_notes, tell_notes

    plans = [model.strategy(name) for name in names]
    tell_notes(replaced_notes(model, plans))
    return [
        {
            "name": plan.name,
            "title": plan.title.model_dump(),
            "description": plan.description.model_dump(),
            "extends": list(plan.parents),
            "budget": plan.budget,
            "levers": list(plan.own),
            "switch": switch_text(plan.switch),
        }
        for plan in plans
    ]


def _parts(model: Model) -> list[Listed]:
    """List the parts of strategies, with the levers that they set, be it to where these stand anyway."""
    entries = _strategies(model, model.inputs.strategies.parts())
    plans = [model.strategy(entry["name"]) for entry in entries]
    levers = [[name for name in model.levers if name in plan.said] for plan in plans]
    return [{**entry, "levers": names} for entry, names in zip(entries, levers, strict=True)]


def _worlds(model: Model, names: list[str]) -> list[Listed]:
    return [
        {
            "name": scenario.name,
            "title": scenario.title.model_dump(),
            "description": scenario.description.model_dump() if scenario.description else None,
            "world": list(scenario.world),
        }
        for scenario in map(model.scenario, names)
    ]


def _countries(model: Model) -> list[Listed]:
    """List other countries, with their own series and whether nothing is learnt from these yet."""
    inputs = model.inputs
    return [
        {
            **entry,
            "series": list(inputs.member_history(entry["name"])),
            "draft": model.scenario(entry["name"]).draft,
        }
        for entry in _worlds(model, inputs.family)
    ]


def _entries(entries: Iterable[StrictSchema]) -> list[Listed]:
    """List entries of a file as they stand there, the name first."""
    dumped = (entry.model_dump(mode="json") for entry in entries)
    return [{"name": entry.pop("name"), **entry} for entry in dumped]


def _levers(model: Model) -> list[Listed]:
    """List the levers, each with the group that it is in."""
    table = model.lever_table
    return [{**entry, "group": table.group_of(entry["name"])} for entry in _entries(model.levers.values())]


def _outcomes(model: Model) -> list[Listed]:
    """List the outcomes proper and the statistics; `context` lists what is shown beside them."""
    table = model.inputs.outcomes
    return _entries([*(table.outcomes[name] for name in table.goals), *table.statistics.values()])


def _context(model: Model) -> list[Listed]:
    table = model.inputs.outcomes
    return _entries(entry for name, entry in table.outcomes.items() if name not in table.goals)


def _variables(model: Model) -> list[Listed]:
    return [
        {
            "name": variable.name,
            "title": {"en": variable.title, "zh": variable.title},
            "unit": variable.units,
            "kind": variable.kind,
            "group": variable.group,
            "elements": variable.labels if variable.shape else [],
            "limits": list(variable.limits),
        }
        for variable in model.equations.variables.values()
    ]


FRAME = ("Levers", "Outside world", "Indicators", "Control")
"""Groups of the model that are no sectors: what goes in, what comes out, and the settings of the run."""


def _sectors(model: Model) -> list[Listed]:
    """Count the variables of each sector by kind; a flow is an auxiliary that fills or drains a stock."""
    from twintrack.pages.model.flows import read_flows

    flows = read_flows(model.equations).names
    counts: dict[str, Counter[str]] = {}
    for variable in model.equations.variables.values():
        kind = "flow" if variable.name in flows else variable.kind
        counts.setdefault(variable.group, Counter())[kind] += 1
    return [
        {
            "name": group,
            "title": {"en": group, "zh": group},
            "stocks": found["stock"],
            "flows": found["flow"],
            "auxiliaries": found["auxiliary"],
            "constants": found["constant"],
            "lookups": found["lookup"],
        }
        for group, found in counts.items()
        if group not in FRAME
    ]


def _loops(model: Model) -> list[Listed]:
    """List the loops; one of several parts has the variables of all of them, each once."""
    return [
        {
            "name": loop.id,
            "id": loop.id,
            "sign": "/".join(dict.fromkeys(cycle.sign for cycle in loop.cycles)),
            "title": loop.title.model_dump(),
            "variables": list(dict.fromkeys(name for cycle in loop.cycles for name in cycle.variables)),
            "parts": [cycle.model_dump(mode="json") for cycle in loop.cycles],
            **loop.model_dump(mode="json", include={"strengthened_by", "weakened_by", "reading", "state"}),
        }
        for loop in model.inputs.loops.values()
    ]


def _mechanisms(model: Model) -> list[Listed]:
    return [
        {
            "name": entry.id,
            "title": {"en": entry.claim_en, "zh": entry.claim_en},
            **entry.model_dump(mode="json", exclude={"claim_en"}),
        }
        for entry in model.inputs.mechanisms.values()
    ]


def _reports(model: Model) -> list[Listed]:
    from twintrack.inputs.sheets import Sheet, load_definition
    from twintrack.inputs.yaml_files import yaml_files

    found = []
    for path in yaml_files(model.content / "reports"):
        definition = load_definition(path, model.inputs)
        entry = {"name": path.stem, **definition.model_dump(mode="json")}
        if isinstance(definition, Sheet):
            title = model.strategy(definition.strategy).title.model_dump()
            entry |= {"title": title, "strategies": [definition.strategy], "scenarios": [definition.scenario]}
        else:
            entry["strategies"] = list(definition.few)
        found.append(entry)
    return found


KINDS: dict[str, tuple[Callable[[Model], list[Listed]], tuple[str, ...]]] = {
    "strategies": (
        lambda model: _strategies(model, model.strategies),
        ("name", "title", "extends", "budget", "levers", "switch"),
    ),
    "parts": (_parts, ("name", "title", "levers")),
    "scenarios": (lambda model: _worlds(model, model.scenarios), ("name", "title", "world")),
    "family": (_countries, ("name", "title", "series", "draft", "world")),
    "levers": (_levers, ("name", "group", "title", "unit", "range", "baseline")),
    "world": (
        lambda model: _entries(model.world.values()),
        ("name", "title", "unit", "range", "value", "distribution", "confidence"),
    ),
    "outcomes": (_outcomes, ("name", "title", "unit", "better")),
    "context": (_context, ("name", "title", "unit", "better")),
    "variables": (_variables, ("name", "unit", "kind", "group", "elements")),
    "sectors": (_sectors, ("name", "stocks", "flows", "auxiliaries", "constants")),
    "loops": (_loops, ("id", "sign", "title", "variables")),
    "mechanisms": (
        _mechanisms,
        ("id", "sector", "title", "variables", "cut", "felt_outcome", "felt_share", "status"),
    ),
    "reports": (_reports, ("name", "title", "strategies", "scenarios")),
}
"""For each kind how it is listed, and the columns that people see."""


def _assumed(entries: list[Listed]) -> str:
    """Say how many world parameters rest on judgement, as their sources tell."""
    from twintrack.inputs.sources import ASSUMPTION

    cited = [{part.strip(" .") for part in entry["source"].split(";")} for entry in entries]
    assumed = [sources for sources in cited if ASSUMPTION in sources]
    alone = sum(len(sources) == 1 for sources in assumed)
    shares = [alone, len(assumed) - alone, len(cited) - len(assumed)]
    total = max(len(cited), 1)
    texts = [f"{count} ({count / total:.0%})" for count in shares]
    return (
        f"Of {len(cited)} parameters, {texts[0]} rest on assumption alone, {texts[1]} partly, "
        f"and {texts[2]} on sources alone."
    )


def _besides(entries: list[Listed]) -> str:
    return f"{len(entries)} sectors; besides them the model has the groups {', '.join(FRAME)}."


NOTES: dict[str, Callable[[list[Listed]], str]] = {
    "parts": lambda _: (
        'Strategies are made of these: "extends: [a, b]" in a file, or "a + b" in place of a name.'
    ),
    "family": lambda _: "These are other countries in the same equations; name one as the scenario of a run.",
    "world": _assumed,
    "sectors": _besides,
}
"""What people read below the table of a kind."""


@click.command("list", short_help="List strategies, levers, outcomes and more.")
@click.argument("kind", metavar="KIND", type=click.Choice(list(KINDS)))
@json_option
def list_command(kind: str, as_json: bool) -> None:
    """List all things of a KIND.

    Kinds: strategies, parts (what strategies are made of), scenarios, family (other countries), levers,
    world, outcomes, context, variables, sectors, loops, mechanisms and reports.
    """
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
        if kind in NOTES:
            click.echo(NOTES[kind](entries))


def _shown(value: Any) -> str:
    """Write a value of an entry as a cell: titles in English, ranges from low to high."""
    if isinstance(value, dict):
        return str(value["en"])
    if isinstance(value, list) and len(value) == 2 and all(isinstance(item, float) for item in value):
        return f"{value[0]:g} to {value[1]:g}"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
