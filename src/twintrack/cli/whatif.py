"""`twintrack whatif`: what would have to be true, or to be done, for a statement to hold."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from twintrack.cli.options import (
    json_option,
    language_option,
    prior_option,
    read_names,
    scenario_option,
    seed_option,
)

if TYPE_CHECKING:
    from twintrack.decisions.whatif_answers import WhatIf
    from twintrack.model import Model


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
@language_option
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
    from twintrack.cli.tables import print_json, print_lines
    from twintrack.decisions.whatif import ask
    from twintrack.pages.decisions.whatif import whatif_lines
    from twintrack.pages.texts import Texts

    model = open_model()
    texts = Texts(options["language"])
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
        tell=lambda stage: click.echo(texts(f"told_stage {stage}"), err=True),
    )
    files = _write(found, options["out"], model) if options["out"] is not None else []
    if options["as_json"]:
        print_json({**_told(found), "files": files})
        return
    print_lines(whatif_lines(model, found, options["language"]))
    for file in files:
        click.echo(texts("told_written", file=file))


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
