"""`twintrack whatif`: what would have to be true, or to be done, for a statement to hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from twintrack.cli.options import json_option, prior_option, read_names, scenario_option, seed_option

if TYPE_CHECKING:
    from twintrack.decisions.whatif_answers import Answer, Moved, WhatIf
    from twintrack.model import Model

_LISTED = 8
"""Changes that are listed of an answer."""


@click.command("whatif", short_help="The smallest change of beliefs or levers that makes a statement true.")
@click.argument("question")
@click.option(
    "--change",
    type=click.Choice(["beliefs", "levers"]),
    help="What may change.  [default: levers where the question asks for a share of worlds, else beliefs]",
)
@scenario_option
@click.option("--worlds", type=int, default=2000, show_default=True, help="Worlds in which shares are told.")
@prior_option
@click.option("--equal-cost", is_flag=True, help="Each strategy costs in each world what the baseline does.")
@click.option("--only", metavar="NAME,NAME...", help="Beliefs or levers that may change.  [default: all]")
@seed_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for what proves each answer, a table of the world or a strategy file, and changes (.csv).",
)
@json_option
def whatif_command(question: str, **options: Any) -> None:
    """Say what would have to change for a statement to be true.

    QUESTION is "A beats B on OUTCOME in YEAR" or "A keeps OUTCOME under X in YEAR" (or over X), each with "in
    P % of worlds" behind it if that is asked. Beliefs change in standard deviations of their priors, from the
    medians of the worlds; levers in shares of their ranges. Told are the shortest change, the one of fewest
    beliefs or levers, and others unlike it, each with the run that proves it and the share of worlds in which
    it holds then.
    """
    from twintrack.cli.session import open_model
    from twintrack.cli.tables import print_json
    from twintrack.decisions.whatif import ask

    model = open_model()
    found = ask(
        model,
        question,
        changing=options["change"],
        scenario=options["scenario"],
        worlds=options["worlds"],
        seed=options["seed"],
        prior=options["prior"],
        equal_cost=options["equal_cost"],
        only=read_names(options["only"]) or (),
        tell=lambda text: click.echo(text, err=True),
    )
    files = _write(found, options["out"], model) if options["out"] is not None else []
    if options["as_json"]:
        print_json({**_told(found), "files": files})
        return
    for line in _lines(found, model):
        click.echo(line)
    for file in files:
        click.echo(f"written: {file}")


def _told(found: WhatIf) -> dict[str, Any]:
    """Give the answer in what JSON can hold."""
    told = asdict(found)
    told["question"] = str(found.asked.question)
    told["already"] = found.already
    for answer in told["answers"]:
        del answer["strategy"]
    return told


def _write(found: WhatIf, folder: Path, model: Model) -> list[str]:
    """Write what proves each answer, and a table of all changes."""
    import pandas as pd

    from twintrack.folders import renewed_folder
    from twintrack.inputs.strategy_files import strategy_yaml

    with renewed_folder(folder, "answer") as fresh:
        rows = [
            {"answer": number, "kind": answer.kind, **asdict(moved)}
            for number, answer in enumerate(found.answers, 1)
            for moved in answer.moved
        ]
        columns = ["answer", "kind", "name", "unit", "before", "after", "change"]
        pd.DataFrame(rows, columns=columns).to_csv(fresh / "changes.csv", index=False, lineterminator="\n")
        for number, answer in enumerate(found.answers, 1):
            if answer.world is not None:
                world = pd.DataFrame([answer.world])
                world.to_csv(fresh / f"world_{number}.csv", index=False, lineterminator="\n")
            if answer.strategy is not None:
                text = strategy_yaml(answer.strategy, model.lever_table)
                (fresh / f"whatif_{number}.yaml").write_text(text, encoding="utf-8")
    return sorted(str(path) for path in folder.iterdir() if not path.name.startswith("."))


def _lines(found: WhatIf, model: Model) -> Iterator[str]:
    question, asked = found.asked.question, found.asked
    unit = model.catalogue.unit(question.outcome)
    yield f"{question}?"
    yield f"worlds: {asked.worlds:,} from the {found.origin}, seed {asked.seed}; scenario {asked.scenario}"
    yield f"now: {_values(found.values, unit)}; true in {found.share_before:.1%} of the worlds"
    if found.already:
        yield "It is true without any change."
        return
    if not found.answers:
        yield from _not_found(found, unit)
        return
    for number, answer in enumerate(found.answers, 1):
        yield ""
        yield from _answer_lines(number, answer, found, unit)


def _values(values: Any, unit: str) -> str:
    return ", ".join(f"{name} {value:.6g}" for name, value in values.items()) + f" {unit}"


def _measure(found: WhatIf) -> str:
    beliefs = found.asked.changing == "beliefs"
    return "prior standard deviations" if beliefs else "ranges of levers"


_KINDS = {"shortest": "shortest way", "fewest": "fewest changes", "unlike": "another way"}


def _answer_lines(number: int, answer: Answer, found: WhatIf, unit: str) -> Iterator[str]:
    from twintrack.decisions.whatif import SHOWN

    large = [moved for moved in answer.moved if abs(moved.change) > SHOWN]
    yield (
        f"{number}. {_KINDS[answer.kind]}: {answer.distance:.3f} {_measure(found)},"
        f" {len(large)} changed by more than {SHOWN:g}"
    )
    for moved in answer.moved[:_LISTED]:
        yield _moved_line(moved)
    if len(answer.moved) > _LISTED:
        yield f"   and {len(answer.moved) - _LISTED} smaller ones"
    if answer.cost is not None:
        after, before = answer.cost
        yield f"   public cost: {after:,.0f} bn CNY, {after / before - 1:+.1%}"
    yield (
        f"   then: {_values(answer.values, unit)};"
        f" true in {answer.share_after:.1%} of the worlds, before in {found.share_before:.1%}"
    )


def _moved_line(moved: Moved) -> str:
    return f"   {moved.change:+.3f}  {moved.name}: {moved.before:.4g} -> {moved.after:.4g} {moved.unit}"


def _not_found(found: WhatIf, unit: str) -> Iterator[str]:
    yield "Not found: no change within reach makes it true. That is no proof that there is none."
    reached = found.reached
    if reached is not None:
        yield (
            f"The largest margin reached is {reached.margin:.4g} {unit} (needed: 0);"
            f" in the worlds as they are, {reached.worlds_margin:.4g}. It is reached with:"
        )
        for moved in reached.moved[:_LISTED]:
            yield _moved_line(moved)
