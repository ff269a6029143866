"""`twintrack search`: mixes of levers that nothing beats in all outcomes at once, at equal public cost."""

from __future__ import annotations

import json
from collections.abc import Sequence
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
from twintrack.errors import Fault, InputError

if TYPE_CHECKING:
    import pandas as pd

    from twintrack.decisions.search import Front, Judged
    from twintrack.decisions.search_work import Search
    from twintrack.model import Model
    from twintrack.pages.texts import Texts

_GOALS = 3
"""Outcomes of the headline that are taken where none is named."""


@click.command("search", short_help="Search mixes of levers that nothing beats, as strategy files.")
@click.argument("strategies", metavar="[STRATEGY...]", nargs=-1)
@click.option(
    "--outcomes",
    metavar="NAME,NAME...",
    help="What is to be better, all at once.  [default: the first three of the headline]",
)
@click.option("--year", type=float, help="Year in which they are read.  [default: the last one]")
@click.option("--levers", metavar="NAME,NAME...", help="Levers that may move.  [default: all]")
@click.option(
    "--range",
    "ranges",
    multiple=True,
    metavar="LEVER=LOW:HIGH",
    help="Limits of a lever, within its range. May be repeated.",
)
@click.option(
    "--effort",
    type=float,
    help="Largest sum of changes of levers that are no money, in shares of their ranges."
    "  [default: that of the named strategy with the largest]",
)
@click.option("--evaluations", type=int, default=20_000, show_default=True, help="Mixes that are tried.")
@click.option("--population", type=int, default=80, show_default=True, help="Mixes of a generation.")
@click.option("--training", type=int, default=200, show_default=True, help="Worlds in which mixes evolve.")
@click.option("--held-out", type=int, default=500, show_default=True, help="Worlds in which they are judged.")
@click.option("--mixes", type=int, default=20, show_default=True, help="Mixes that are kept at most.")
@scenario_option
@prior_option
@seed_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/search"),
    show_default=True,
    metavar="DIR",
    help="Folder of the mixes (.yaml) and the tables (.csv, .json).",
)
@language_option
@json_option
def search_command(strategies: tuple[str, ...], **options: Any) -> None:
    """Search mixes that no other mix beats in all outcomes at once, at the baseline's public cost.

    Each lever has a level, and each group of levers a date from which it moves. The search starts from the
    named strategies, by default all, and the mixes that it finds are compared with them on worlds that it has
    not seen, with cost equal in each. Told are how far each strategy is from the front, which levers stand at
    a limit, and what it costs to move five levers at most. A search that is broken off goes on where it stood
    when it is called again. It needs pymoo: pip install 'twintrack[decisions]'.
    """
    from twintrack.cli.session import open_model
    from twintrack.cli.tables import print_json, print_lines
    from twintrack.decisions.search import search_mixes
    from twintrack.pages.decisions.search import search_lines
    from twintrack.pages.texts import Texts

    model = open_model()
    asked = _asked(model, strategies, options)
    texts = Texts(options["language"])
    shown = _Shown(asked.evaluations, texts)
    front = search_mixes(
        model, asked, tell=lambda stage: click.echo(texts(f"told_stage {stage}"), err=True), show=shown.show
    )
    _write(front, options["out"], model)
    if options["as_json"]:
        print_json(_told(front))
        return
    print_lines(search_lines(model, front, str(options["out"]), options["language"]))


class _Shown:
    """Tells how far a search is, a line now and then."""

    def __init__(self, whole: int, texts: Texts) -> None:
        from time import monotonic

        self._clock, self._whole, self._texts = monotonic, whole, texts
        self._start = self._told = monotonic()

    def show(self, done: int) -> None:
        """Tell it, unless it was told a moment ago."""
        from twintrack.cli.progress import duration

        now = self._clock()
        if now - self._told < 20:
            return
        self._told = now
        left = (now - self._start) / done * max(0, self._whole - done)
        told = {"done": f"{done:,}", "whole": f"{self._whole:,}", "left": duration(left)}
        click.echo(self._texts("told_mixes_done", **told), err=True)


def _asked(model: Model, strategies: Sequence[str], options: dict[str, Any]) -> Search:
    """Read the options. Raises InputError with their faults."""
    from twintrack.decisions.search_space import read_limits
    from twintrack.decisions.search_work import Search
    from twintrack.inputs.validation import FaultList

    faults = FaultList()
    ranges: dict[str, tuple[float, float]] = {}
    limits: dict[str, tuple[float, float]] = {}
    with faults:
        ranges = _ranges(options["ranges"])
    with faults:
        limits = read_limits(model, read_names(options["levers"]), ranges)
    faults.raise_any()
    given = {name: options[name] for name in ("effort", "evaluations", "population", "training", "held_out")}
    year = options["year"]
    return Search(
        outcomes=read_names(options["outcomes"]) or _headline(model),
        year=float(model.equations.time.saved[-1]) if year is None else year,
        strategies=list(strategies) or model.strategies,
        limits=limits,
        mixes=options["mixes"],
        scenario=options["scenario"],
        seed=options["seed"],
        prior=options["prior"],
        **given,
    )


def _headline(model: Model) -> list[str]:
    from twintrack.runs.equal_cost import COST

    goals = [name for name in model.headline if name != COST and name in model.inputs.outcomes.goals]
    return [name for name in goals if model.outcomes[name].better != "neutral"][:_GOALS]


def _ranges(texts: Sequence[str]) -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    faults = []
    for text in texts:
        name, _, ends = (part.strip() for part in text.partition("="))
        try:
            low, high = (float(end) for end in ends.split(":"))
        except ValueError:
            faults.append(
                Fault(f"--range {text}", "write LEVER=LOW:HIGH with numbers (catchup_share=0.2:0.8)")
            )
            continue
        if name in found:
            faults.append(Fault(f"--range {text}", f"{name} is given twice; keep one"))
        found[name] = (low, high)
    if faults:
        raise InputError(faults)
    return found


def _told(front: Front) -> dict[str, Any]:
    """Give the front in what JSON can hold."""
    return {
        "search": asdict(front.search),
        "worlds_from": front.origin,
        "mixes": [_judged_told(one) for one in front.mixes],
        "strategies": [_judged_told(one) for one in front.named],
        "distances": [asdict(one) for one in front.distances],
        "undominated": list(front.undominated),
        "simple": {**asdict(front.simple), "judged": _judged_told(front.simple.judged)},
        "training_gains": front.training_gains,
        "runs": front.runs,
    }


def _judged_told(one: Judged) -> dict[str, Any]:
    told = {key: value for key, value in vars(one).items() if key != "strategy"}
    return {"name": one.strategy.name, **told}


def _write(front: Front, folder: Path, model: Model) -> None:
    """Write mixes and tables; files that the program wrote before are replaced."""
    from twintrack.folders import renewed_folder
    from twintrack.inputs.strategy_files import strategy_yaml

    with renewed_folder(folder, "search") as fresh:
        for one in (*front.mixes, front.simple.judged):
            text = strategy_yaml(one.strategy, model.lever_table)
            (fresh / f"{one.strategy.name}.yaml").write_text(text, encoding="utf-8")
        for name, table in _tables(front).items():
            table.to_csv(fresh / name, index=False, lineterminator="\n")
        text = json.dumps(_told(front), ensure_ascii=False, indent=1, allow_nan=False)
        (fresh / "search.json").write_text(text + "\n", encoding="utf-8")


def _tables(front: Front) -> dict[str, pd.DataFrame]:
    import pandas as pd

    whole = (*front.mixes, front.simple.judged, *front.named)
    values = [
        {
            "strategy": one.strategy.name,
            "outcome": name,
            "value": one.values[name],
            "gain": one.gains[name],
            "gain_standard_error": one.error[name],
            "gain_in_training": front.training_gains.get(one.strategy.name, {}).get(name),
            "effort": one.effort,
            "levers_moved": len(one.strategy.own),
            "worlds_unmatched": one.unmatched,
        }
        for one in whole
        for name in front.search.outcomes
    ]
    levers = [
        {
            "strategy": one.strategy.name,
            "lever": lever,
            "level": level,
            "from": date,
            "at_limit": one.bounds.get(lever, ""),
        }
        for one in (*front.mixes, front.simple.judged)
        for lever, (level, date) in one.settings.items()
    ]
    return {
        "values.csv": pd.DataFrame(values),
        "levers.csv": pd.DataFrame(levers, columns=["strategy", "lever", "level", "from", "at_limit"]),
        "distances.csv": pd.DataFrame([asdict(one) for one in front.distances]),
    }
