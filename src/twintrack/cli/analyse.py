"""`twintrack analyse`: which strategy holds up, by how much, and in which worlds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from twintrack.cli.options import json_option, prior_option, read_names, seed_option, workers_option
from twintrack.cli.progress import ProgressLine
from twintrack.errors import Fault
from twintrack.inputs.validation import FaultList

if TYPE_CHECKING:
    from twintrack.decisions.analysis import Analysis
    from twintrack.decisions.compared import Compared
    from twintrack.model import Model

RUNS, RESULTS = "runs", "results"
"""Folders in that of an analysis: stored ensembles by cost, and tables."""


@click.command("analyse", short_help="Which strategy holds up, by how much, in which worlds.")
@click.argument("sources", metavar="DIR|STRATEGY...", nargs=-1, required=True)
@click.option(
    "--scenario", "scenarios", multiple=True, default=("central",), show_default=True, help="May be repeated."
)
@click.option("--runs", type=int, default=1000, show_default=True, help="Number of worlds.")
@seed_option
@prior_option
@click.option("--years", default="2030,2035,2040", show_default=True, metavar="YEAR,...", help="Horizons.")
@click.option(
    "--cost",
    "costs",
    default="equal,own",
    show_default=True,
    metavar="equal,own",
    help="At the baseline's public cost in each world, at own budget, or both; the first is told first.",
)
@click.option(
    "--factor",
    "factors",
    multiple=True,
    metavar="NAME=PART,PART",
    help="Run all combinations of parts without and with something, such as"
    " doors=doors_closed,doors_open; of a stored ensemble, read them. May be repeated.",
)
@click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="OUTCOME@YEAR=VALUE",
    help="What an outcome is to reach, beside the targets of model/outcomes.yaml. May be repeated.",
)
@click.option(
    "--map", "with_map", is_flag=True, help="Run the map over the two assumptions that decide most."
)
@click.option(
    "--sobol",
    type=int,
    metavar="N",
    help="Shares of variance on the prior: N base samples, a power of two, after Morris screening.",
)
@click.option(
    "--between",
    metavar="STRATEGY,STRATEGY",
    help="The two that --map and --sobol ask about.  [default: the two that are best most often]",
)
@click.option("--only", metavar="SECTION,...", help="Work out these sections only.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("build/decisions"),
    show_default=True,
    metavar="DIR",
    help="Folder of the runs and tables.",
)
@click.option("--resume", is_flag=True, help="Continue runs that were broken off.")
@workers_option
@json_option
def analyse_command(sources: tuple[str, ...], **options: Any) -> None:
    """Compare strategies world by world: contests, robustness, what decides, where each fails.

    DIR is a stored ensemble of `twintrack ensemble`, or the folder of an earlier analysis. Otherwise every
    STRATEGY is run, in the same worlds as the baseline. All tables are written as CSV files, and what they
    come to as findings.md in English and Chinese.
    """
    from twintrack.cli.session import open_model
    from twintrack.decisions.analysis import analyse
    from twintrack.decisions.further_runs import pair_of
    from twintrack.pages.findings import FILE, findings_text, with_sentences

    model = open_model()
    compared = _compared(model, sources, options)
    between = read_names(options["between"])
    if options["with_map"] or options["sobol"] is not None:
        pair_of(compared, between)  # told before the work, not after it
    analysis = analyse(compared, read_names(options["only"]), lambda name: _tell(f"computing: {name}"))
    folder: Path = options["out"] / RESULTS
    analysis = _further(model, analysis, between, options)
    analysis = replace(analysis, tables=with_sentences(model, analysis.tables))
    text = findings_text(model, analysis)
    analysis.write(folder, {FILE: text})
    if options["as_json"]:
        from twintrack.cli.tables import print_json

        print_json({**analysis.to_dict(), "findings": text})
        return
    _print(analysis, folder)
    click.echo(f"\n{text}")


def _compared(model: Model, sources: Sequence[str], options: dict[str, Any]) -> Compared:
    """Read or run what is compared. Raises InputError with all faults."""
    from twintrack.decisions.gathering import AnalysisSettings, run_compared, stored_compared

    faults = FaultList()
    factors = _factors(options["factors"], faults)
    targets = _targets(options["targets"], faults)
    years = _years(options["years"], faults)
    samples = options["sobol"]
    if samples is not None and (samples < 2 or samples & (samples - 1)):
        faults.append(Fault(f"--sobol {samples}", "must be a power of two, such as 1024"))
    folder = Path(sources[0])
    if len(sources) == 1 and folder.is_dir():
        faults.raise_any()
        inner = folder / RUNS
        stored = inner if inner.is_dir() and not _is_store(folder) else folder
        return stored_compared(model, stored, targets, factors)
    faults.raise_any()
    asked = AnalysisSettings(
        strategies=list(sources),
        scenarios=options["scenarios"],
        worlds=options["runs"],
        seed=options["seed"],
        prior=options["prior"],
        years=years,
        costs=tuple(part.strip() for part in options["costs"].split(",") if part.strip()),
        factors=factors,
        targets=targets,
    )
    with ProgressLine() as line:
        return run_compared(
            model,
            asked,
            options["out"] / RUNS,
            resume=options["resume"],
            workers=options["workers"],
            progress=line.show,
        )


def _further(
    model: Model, analysis: Analysis, between: Sequence[str] | None, options: dict[str, Any]
) -> Analysis:
    """Add the tables of what takes runs of its own, where it was asked for."""
    from twintrack.decisions.further_runs import Way, map_tables, variance_tables

    tables = dict(analysis.tables)
    if options["with_map"]:
        _tell("computing: map")
        tables |= map_tables(model, analysis.compared, between)
    if options["sobol"] is not None:
        _tell("computing: shares of variance")
        with ProgressLine() as line:
            way = Way(options["out"] / RUNS, options["resume"], options["workers"], line.show)
            tables |= variance_tables(
                model, analysis.compared, options["sobol"], between, seed=options["seed"], way=way
            )
    return replace(analysis, tables=tables)


def _is_store(folder: Path) -> bool:
    from twintrack.runs.store import MANIFEST

    return (folder / MANIFEST).exists()


def _factors(texts: Sequence[str], faults: FaultList) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for text in texts:
        name, _, parts = (part.strip() for part in text.partition("="))
        without, _, with_it = (part.strip() for part in parts.partition(","))
        if not (name and without and with_it) or "," in with_it:
            message = "write NAME=PART,PART: what is asked about, the part without it, the part with it"
            faults.append(Fault(f"--factor {text}", message))
        elif name in found:
            faults.append(Fault(f"--factor {text}", f"{name} is given twice; keep one"))
        else:
            found[name] = (without, with_it)
    return found


def _targets(texts: Sequence[str], faults: FaultList) -> dict[str, dict[float, float]]:
    found: dict[str, dict[float, float]] = {}
    for text in texts:
        place, _, value = text.rpartition("=")
        name, _, year = place.rpartition("@")
        try:
            found.setdefault(name.strip(), {})[float(year)] = float(value)
        except ValueError:
            message = "write OUTCOME@YEAR=VALUE with numbers (frontier_gap_months@2035=24)"
            faults.append(Fault(f"--target {text}", message))
    return {name: by_year for name, by_year in found.items() if by_year}


def _years(text: str, faults: FaultList) -> list[float]:
    try:
        years = [float(year) for year in text.split(",") if year.strip()]
    except ValueError:
        years = []
    if not years:
        faults.append(Fault(f"--years {text}", "write years such as 2030,2040"))
    return years


def _tell(text: str) -> None:
    click.echo(text, err=True)


def _print(analysis: Analysis, folder: Path) -> None:
    """Print who stands first in the last year, and where the tables are."""
    from twintrack.cli.tables import plain_table, print_table

    compared = analysis.compared
    worlds = f"{len(compared.worlds):,} worlds of the {compared.origin}"
    click.echo(f"{len(compared.strategies)} strategies in {worlds}, cost: {', '.join(compared.costs)}")
    places = analysis.tables.get("first_places")
    if places is not None:
        rows = [row for case in compared.headline_cases() for row in _first_rows(places, case.columns())]
        year = compared.years[-1]
        click.echo(f"who stands first in {year:g} at {compared.costs[0]} cost, with the share of worlds:")
        print_table(plain_table(["scenario", "outcome", "first", "share best"], rows))
    click.echo(f"{len(analysis.tables)} tables in {folder}")


def _first_rows(places: Any, case: dict[str, Any]) -> list[list[str]]:
    from twintrack.decisions.contests import SAME
    from twintrack.formats import share

    chosen = places
    for column, value in case.items():
        chosen = chosen[chosen[column] == value]
    first = chosen[chosen["place"] != ""]
    if (first["place"] == SAME).all() and len(first):
        return [[str(case["scenario"]), str(case["outcome"]), "all alike", ""]]
    names = ", ".join(first["strategy"]) or "none: they beat one another in a circle"
    shares = ", ".join(share(value) for value in first["share_best"])
    return [[str(case["scenario"]), str(case["outcome"]), names, shares]]
