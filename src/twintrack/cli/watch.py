"""`twintrack watch`: plans that watch and switch, against the best fixed plan; and signposts."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from twintrack.cli.options import json_option, language_option, prior_option, scenario_option, seed_option

if TYPE_CHECKING:
    import pandas as pd

    from twintrack.decisions.watching import Watched
    from twintrack.model import Model


@click.command("watch", short_help="Plans that watch and switch, against the best fixed plan; signposts.")
@click.argument("strategies", metavar="[STRATEGY...]", nargs=-1)
@click.option("--outcome", metavar="NAME", help="Outcome that decides.  [default: the first of the headline]")
@click.option("--year", type=float, help="Year in which it is read.  [default: the last one]")
@click.option("--ramp-years", type=float, help="Years that a switch takes.  [default: as levers do]")
@click.option("--training", type=int, default=200, show_default=True, help="Worlds for choosing plans.")
@click.option("--held-out", type=int, default=500, show_default=True, help="Worlds for judging them.")
@scenario_option
@prior_option
@seed_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder for the rule as a strategy file, differences.csv, signposts.csv and watch.json.",
)
@language_option
@json_option
def watch_command(strategies: tuple[str, ...], **options: Any) -> None:
    """Search the best rule that begins with one STRATEGY and goes over to another when something happens.

    All pairs of the named strategies are tried, by default of the six that are best as they are, with what
    the model can watch, thresholds, and times for which it must hold. The best rule meets the best fixed
    plan, which may go over at a date, on worlds in which neither was chosen, with the baseline's public cost
    in each. Told are also the price of waiting a year, and signposts: what tells early that the second course
    is better.
    """
    from twintrack.cli.session import open_model
    from twintrack.cli.tables import print_json, print_lines
    from twintrack.decisions.watching import Watch, watch_and_switch
    from twintrack.pages.decisions.watch import watch_lines
    from twintrack.pages.texts import Texts

    model = open_model()
    texts = Texts(options["language"])
    year = options["year"]
    asked = Watch(
        options["outcome"] or model.headline[0],
        float(model.equations.time.saved[-1]) if year is None else year,
        strategies,
        options["ramp_years"],
        options["training"],
        options["held_out"],
        options["scenario"],
        options["seed"],
        options["prior"],
    )
    found = watch_and_switch(
        model, asked, tell=lambda stage: click.echo(texts(f"told_stage {stage}"), err=True)
    )
    if options["out"] is not None:
        _write(found, options["out"], model)
    if options["as_json"]:
        print_json(_told(found))
        return
    print_lines(watch_lines(model, found, options["language"]))
    if options["out"] is not None:
        click.echo(texts("told_watch_written", folder=options["out"]))


def _told(found: Watched) -> dict[str, Any]:
    """Give what was found in what JSON can hold: no number is null."""
    told = {key: value for key, value in asdict(found).items() if key != "strategy"}
    plain: dict[str, Any] = json.loads(json.dumps(told).replace("NaN", "null"))
    return plain


def _tables(found: Watched) -> dict[str, pd.DataFrame]:
    import pandas as pd

    from twintrack.pages.decisions.watch import differences

    compared = [
        {"what": name, **_flat(asdict(one), "band", ("low_5", "median", "high_95"))}
        for name, one in differences(found).items()
    ]
    signposts = [
        {
            **_flat(
                _flat(asdict(one), "lead", ("lead_low_5", "lead_median", "lead_high_95")),
                "false_alarm_band",
                ("false_alarms_low", "false_alarms_high"),
            ),
            "skill": one.skill,
        }
        for one in found.signposts
    ]
    return {"differences.csv": pd.DataFrame(compared), "signposts.csv": pd.DataFrame(signposts)}


def _flat(row: dict[str, Any], key: str, names: tuple[str, ...]) -> dict[str, Any]:
    rest = {name: value for name, value in row.items() if name != key}
    return {**rest, **dict(zip(names, row[key], strict=True))}


def _write(found: Watched, folder: Path, model: Model) -> None:
    from twintrack.folders import renewed_folder
    from twintrack.inputs.strategy_files import strategy_yaml

    with renewed_folder(folder, "plan") as fresh:
        text = strategy_yaml(found.strategy, model.lever_table)
        (fresh / "watching.yaml").write_text(text, encoding="utf-8")
        for name, table in _tables(found).items():
            table.to_csv(fresh / name, index=False, lineterminator="\n")
        text = json.dumps(_told(found), ensure_ascii=False, indent=1)
        (fresh / "watch.json").write_text(text + "\n", encoding="utf-8")
