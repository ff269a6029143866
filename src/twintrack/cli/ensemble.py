"""`twintrack ensemble`: simulate strategies in thousands to millions of worlds, into a folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from twintrack.cli.options import (
    changes,
    json_option,
    read_names,
    tell_changes,
    with_setting_options,
    workers_option,
)
from twintrack.cli.progress import ProgressLine, duration
from twintrack.engines.registry import BATCHING
from twintrack.errors import Fault, InputError

if TYPE_CHECKING:
    from twintrack.inputs.strategies import Strategy
    from twintrack.inputs.world import WorldValue
    from twintrack.runs.experiment import Experiment, Progress
    from twintrack.runs.prepared import Times
    from twintrack.runs.stored_ensemble import EnsembleResult

DEFAULT_RUNS = 1000


@click.command("ensemble", short_help="Simulate strategies in many worlds, into a folder.")
@click.argument("strategies", metavar="STRATEGY...", nargs=-1, required=True)
@click.option(
    "--scenario", "scenarios", multiple=True, default=("central",), show_default=True, help="May be repeated."
)
@click.option(
    "--runs",
    type=int,
    default=None,
    help=f"Number of worlds, each with one run of every strategy.  [default: {DEFAULT_RUNS}]",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the draw; it is recorded.")
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Folder of the results."
)
@click.option(
    "--design",
    type=click.Choice(["posterior", "latin", "sobol"]),
    default=None,
    help="How worlds are drawn: from those that agree with history; or from all that the ranges allow, by a"
    " Latin hypercube or a Sobol sequence (best with a power of two).  [default: posterior, or latin where"
    " the model has none]",
)
@click.option(
    "--prior",
    is_flag=True,
    help="Draw from all that the ranges allow, whatever history says: --design latin.",
)
@click.option(
    "--worlds",
    "table",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Take the worlds from a .csv or .parquet file, a column for each world parameter that varies.",
)
@click.option("--resample", is_flag=True, help="Draw --runs rows of --worlds, with replacement.")
@click.option(
    "--factorial",
    multiple=True,
    metavar="LEVER=VALUE,VALUE...",
    help="Cross every strategy with values of a lever. May be repeated: all combinations are run.",
)
@with_setting_options
@click.option("--outputs", metavar="NAME,NAME...", help="Variables or elements.  [default: all outcomes]")
@click.option(
    "--years",
    default="yearly",
    show_default=True,
    metavar="all|yearly|YEAR,YEAR...",
    help="Times to keep: whole years, all saved times, or those named. All outcomes of 1,000,000 worlds take"
    " 5 GB at whole years and 19 GB at all saved times.",
)
@workers_option
@click.option(
    "--engine",
    type=click.Choice(BATCHING),
    default="native",
    show_default=True,
    help="What computes: compiled, or under NumPy.",
)
@click.option("--resume", is_flag=True, help="Continue a run that was broken off.")
@click.option(
    "--cluster", metavar="tcp://HOST:PORT|local", help="Compute on the workers of a Dask scheduler."
)
@json_option
def ensemble_command(**options: Any) -> None:
    """Simulate every STRATEGY in many worlds, the same worlds for each, and keep the results in a folder.

    Worlds are drawn from those that agree with history (model/posterior.parquet), or with --prior from the
    ranges of model/world.yaml. What --set and --world name holds in all of them.

    A run can be broken off at any moment, also by a power cut, and continued with --resume; it then ends with
    the same bytes. Results are Parquet files, which pandas, pyarrow and DuckDB read as one table.
    """
    experiment = _experiment(options)
    last: list[Progress] = []
    with ProgressLine() as line:

        def show(progress: Progress) -> None:
            last[:] = [progress]
            line.show(progress)

        result = experiment.run(
            options["out"], options["workers"], options["resume"], options["cluster"], progress=show
        )
    _print_summary(result, last[-1], options)


def _experiment(options: dict[str, Any]) -> Experiment:
    """Read the options. Raises InputError with the faults of all of them."""
    from twintrack.cli.asked import read_both
    from twintrack.cli.session import open_model
    from twintrack.inputs.strategies import BASELINE
    from twintrack.inputs.validation import FaultList
    from twintrack.runs.experiment import Experiment
    from twintrack.runs.prepared import prepare

    model = open_model()
    table, runs, resample = options["table"], options["runs"], options["resample"]
    faults = FaultList(_table_faults(table, runs, resample=resample))
    levers: dict[str, list[float]] = {}
    times: Times = "yearly"
    plans: Sequence[str | Strategy] = [BASELINE]  # so that all else is checked where these are wrong
    world: dict[str, WorldValue] = {}
    with faults:
        levers = _levers(options["factorial"])
    with faults:
        times = _times(options["years"])
    faults += _crossed_faults(options["settings"], levers, model.inputs.renamed.levers.renamed)
    with faults:
        plans, world = read_both(model, options["strategies"], options["settings"], options["worlds"])
    experiment = Experiment(
        strategies=plans,
        scenarios=options["scenarios"],
        worlds=table or (DEFAULT_RUNS if runs is None else runs),
        design=options["design"],
        seed=options["seed"],
        outputs=read_names(options["outputs"]),
        times=times,
        levers=levers,
        resample=runs if table and resample else None,
        engine=options["engine"],
        model=model,
        prior=options["prior"],
        world=world,
    )
    if faults:
        with faults:
            prepare(experiment)
        faults.raise_any()
    return experiment


def _table_faults(table: Path | None, runs: int | None, *, resample: bool) -> list[Fault]:
    if table is None:
        return [Fault("--resample", "draws from a table: name it with --worlds")] if resample else []
    if resample and runs is None:
        return [Fault("--resample", "say how many worlds to draw, with --runs")]
    if runs is not None and not resample:
        message = (
            "the table says how many worlds there are: leave --runs out, or draw from it with --resample"
        )
        return [Fault(f"--runs {runs}", message)]
    return []


def _levers(texts: Sequence[str]) -> dict[str, list[float]]:
    levers: dict[str, list[float]] = {}
    faults: list[Fault] = []
    for text in texts:
        name, _, values = (part.strip() for part in text.partition("="))
        place = f"--factorial {text}"
        try:
            numbers = [float(value) for value in values.split(",")]
        except ValueError:
            faults.append(Fault(place, "write LEVER=VALUE,VALUE with numbers (catchup_share=0.2,0.8)"))
            continue
        if name in levers:
            faults.append(Fault(place, f"{name} is given twice; write all of its values behind one"))
        levers[name] = numbers
    if faults:
        raise InputError(faults)
    return levers


def _crossed_faults(
    settings: Sequence[str], crossed: Mapping[str, Sequence[float]], renamed: Mapping[str, str]
) -> list[Fault]:
    """Say which levers are set and crossed as well, by names of today or of before."""
    levers = {renamed.get(name, name) for name in crossed}
    message = "--factorial gives it values too; keep one of the two"
    names = [text.partition("=")[0].rpartition(":")[2].strip() for text in settings]
    return [
        Fault(f"--set {text}", message)
        for text, name in zip(settings, names, strict=True)
        if renamed.get(name, name) in levers
    ]


def _times(text: str) -> Times:
    if text == "all":
        return "all"
    if text == "yearly":
        return "yearly"
    try:
        return [float(year) for year in text.split(",")]
    except ValueError:
        message = "write all, yearly, or years such as 2030,2040"
        raise InputError(Fault(f"--years {text}", message)) from None


def _origin(result: EnsembleResult) -> str:
    """Say where the worlds come from."""
    design = result.manifest["design"]
    rows = design.get("posterior", design).get("rows", 0)
    words = {
        "posterior": f"drawn from the {rows:,} that agree with history",
        "latin": "a Latin hypercube of the prior",
        "sobol": "a Sobol sequence of the prior",
        "table": f"the {rows:,} of the given table",
        "table, resampled": f"drawn from the {rows:,} of the given table, with replacement",
    }
    seed = f", seed {design['seed']}" if "seed" in design else ""
    return words[design["kind"]] + seed


def _equal_costs(result: EnsembleResult) -> Iterator[str]:
    """Say what money was multiplied with, and where that makes cost equal."""
    from twintrack.runs.equal_cost import EQUAL_COST

    scaled = [name for name, budget in result.budgets.items() if budget in EQUAL_COST]
    if not scaled:
        return
    found = result.dataset(result.outputs[:1], scaled, times=result.times[-1:])["budget_factor"]
    for scenario, strategy in product(result.scenarios, scaled):
        budget = result.budgets[strategy]
        spread = found.sel(scenario=scenario, strategy=strategy).dropna("world").quantile([0.05, 0.95])
        low, high = (f"{value:.3g}" for value in spread.values)
        factors = low if low == high else f"{low} to {high} (5-95 % of the worlds)"
        goal = f"to cost what the baseline costs {EQUAL_COST[budget]} (budget: {budget})"
        yield f"{strategy} under {scenario}: money levers times {factors}, {goal}"


def _print_summary(result: EnsembleResult, end: Progress, options: Mapping[str, Any]) -> None:
    settings, worlds = options["settings"], options["worlds"]
    broken = result.runs_not_finite()
    for (scenario, strategy), count in broken.items():
        told = f"note: {count:,} of {result.size:,} worlds have outputs that are no finite numbers"
        click.echo(f"{told}: {strategy} under {scenario}", err=True)
    from twintrack.runs.memory import unmatched_note

    unmatched = result.worlds_unmatched()
    for (scenario, strategy), count in unmatched.items():
        click.echo(f"note: {unmatched_note(strategy, scenario, count, result.size)}", err=True)
    rate = end.computed / end.seconds if end.computed else 0.0
    size = sum(path.stat().st_size for path in result.folder.rglob("*") if path.is_file())
    if options["as_json"]:
        from twintrack.cli.tables import print_json

        print_json(
            {
                "store": str(result.folder),
                "model_hash": result.manifest["model_hash"],
                "runs": end.runs,
                "computed": end.computed,
                "seconds": end.seconds,
                "runs_per_second": rate,
                "runs_not_finite": sum(broken.values()),
                "worlds_unmatched": sum(unmatched.values()),
                "budgets": result.budgets,
                "bytes": size,
                "worlds": result.size,
                "worlds_from": result.origin,
                "design": result.manifest["design"]["kind"],
                "seed": result.manifest["design"].get("seed"),
                "scenarios": result.scenarios,
                "strategies": result.strategies,
                "outputs": result.units,
                "times": result.times,
                "notes": result.manifest.get("replaced files", []),
                **changes(settings, worlds),
            }
        )
        return
    click.echo(
        f"{result.folder}: {end.runs:,} runs, {size / 1e6:,.1f} MB; {len(result.strategies)} strategies,"
        f" {len(result.scenarios)} scenarios, {result.size:,} worlds, {len(result.outputs)} outputs,"
        f" {len(result.times)} times"
    )
    click.echo(f"worlds: {_origin(result)}")
    for line in _equal_costs(result):
        click.echo(line)
    tell_changes(settings, worlds)
    if end.computed:
        click.echo(f"computed {end.computed:,} in {duration(end.seconds)}, {rate:,.0f} runs a second")
    click.echo(f'read it with pandas.read_parquet("{result.folder}/runs")')
    click.echo(f'or with twintrack.EnsembleResult.open("{result.folder}").frame()')
