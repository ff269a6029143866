"""The files beside a report's page: data as CSV, and what the page was made from."""

from __future__ import annotations

import functools
import hashlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from twintrack.decisions import robustness
from twintrack.errors import Fault, InputError
from twintrack.resources import POSTERIOR_FILE

if TYPE_CHECKING:
    import pandas as pd

    from twintrack.presentation.report_data import ReportData

DEPENDENCIES = "inputs.d"
NUMBER_FORMAT = "%.10g"
"""Ten digits: enough to recompute any number of the page, and no rounding noise."""


@contextmanager
def replaced_folder(
    folder: Path, what: str = "report", marker: str = DEPENDENCIES, spare: Collection[str] = ()
) -> Iterator[Path]:
    """Give an empty folder that takes the place of `folder` when the block ends without error.

    A run that is killed or fails leaves the old folder as it was. Raises InputError when the folder holds
    anything but an earlier result (`what`, known by its file `marker`) and entries named in `spare`, for it
    would be lost.
    """
    if folder.exists() and not _is_replaceable(folder, marker, spare):
        message = f"is not empty and holds no {what}; name a new or empty folder"
        raise InputError(Fault(str(folder), message))
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    fresh, old = work / "new", work / "old"
    fresh.mkdir()
    try:
        yield fresh
        if folder.exists():
            folder.replace(old)
        fresh.replace(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _is_replaceable(folder: Path, marker: str, spare: Collection[str]) -> bool:
    if not folder.is_dir():
        return False
    names = {path.name for path in folder.iterdir()}
    return marker in names or names <= set(spare)


def _frame(rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(list(rows))
    return frame.set_index(frame.columns[0])


def _time_paths(data: ReportData) -> pd.DataFrame:
    import pandas as pd

    parts = []
    for name in data.bands.data_vars:
        frame = data.bands[name].rename("value").to_dataframe()["value"].unstack("percentile")
        frame.columns = pd.Index([f"p{level:g}" for level in frame.columns])
        parts.append(pd.concat({str(name): frame}, names=["outcome"]))
    table = pd.concat(parts)
    table.insert(
        0, "unit", [data.own[name].attrs["units"] for name in table.index.get_level_values("outcome")]
    )
    return table


def _results(data: ReportData, *, equal: bool = False) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    for name, scenario, year in itertools.product(data.outcomes, data.scenarios, data.years):
        values = data.at(name, scenario, year, equal=equal)
        first = {"outcome": name, "unit": data.outcomes[name].unit, "scenario": scenario, "year": year}
        for strategy, column in values.items():
            low, middle, high = np.percentile(column, (5, 50, 95))
            found = {"strategy": strategy, "p5": low, "p50": middle, "p95": high, "mean": column.mean()}
            rows.append(first | found)
    return _frame(rows)


def _regret(data: ReportData) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    for name, scenario, year in itertools.product(data.ranked, data.scenarios, data.years):
        table = robustness.regret_summary(data.at(name, scenario, year), data.outcomes[name].better)
        first = {"outcome": name, "unit": data.outcomes[name].unit, "scenario": scenario, "year": year}
        for row in table.reset_index().to_dict("records"):
            rows.append({**first, **{str(key): value for key, value in row.items()}})
    return _frame(rows)


def _win_shares(data: ReportData) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    for name, scenario, year in itertools.product(data.ranked, data.scenarios, data.years):
        table = robustness.win_shares(data.at(name, scenario, year), data.outcomes[name].better)
        for first, second in itertools.permutations(data.strategies, 2):
            rows.append(
                {"outcome": name, "scenario": scenario, "year": year, "strategy": first, "other": second}
                | {"share_better": table.loc[first, second]}
            )
    return _frame(rows)


def _values_by_world(data: ReportData) -> pd.DataFrame:
    import pandas as pd

    parts = {}
    for name, scenario in itertools.product(data.outcomes, data.scenarios):
        values = data.at(name, scenario, data.last_year)
        parts[(name, data.outcomes[name].better, scenario, data.last_year)] = values.rename_axis("world")
    return pd.concat(parts, names=["outcome", "better", "scenario", "year"])


def _worlds(data: ReportData) -> pd.DataFrame:
    return data.worlds.rename_axis("world")


def _decisions(data: ReportData) -> pd.DataFrame:
    reference = data.strategies[data.reference].paths
    phases = [(plan.name, "start", plan.paths) for plan in data.strategies.values()]
    phases += [
        (plan.name, "after_switch", plan.switch.paths) for plan in data.strategies.values() if plan.switch
    ]
    rows: list[dict[str, object]] = []
    for name, lever in data.model.levers.items():
        if all(paths[name] == reference[name] for _, _, paths in phases):
            continue
        rows.extend(
            {"lever": name, "unit": lever.unit, "strategy": strategy, "phase": phase}
            | {"time": time, "value": value}
            for strategy, phase, paths in phases
            for time, value in paths[name].knots
        )
    empty = dict.fromkeys(("lever", "unit", "strategy", "phase", "time", "value"))
    return _frame(rows or [empty])


def _experiment(data: ReportData) -> pd.DataFrame:
    """Give the portfolio by governance experiment world by world, in the years of the report."""
    import pandas as pd

    if data.experiment is None:
        return pd.DataFrame(columns=["budget", "outcome", "scenario", "year", "world"])
    years = list(data.years)
    budgets = {"own": data.experiment.own, "equal": data.experiment.equal}
    parts = {
        (budget, str(name)): array.sel(time=years)
        .to_series()
        .unstack("strategy")[list(data.experiment.strategies)]
        for budget, results in budgets.items()
        for name, array in results.data_vars.items()
    }
    table: pd.DataFrame = pd.concat(parts, names=["budget", "outcome"])
    return table.rename_axis(index={"time": "year"})


def _waste(data: ReportData) -> pd.DataFrame:
    import pandas as pd

    parts = {
        name: values.mean("world").to_series().rename("mean_per_year") for name, values in data.waste.items()
    }
    if not parts:
        return pd.DataFrame(columns=["part", "scenario", "strategy", "mean_per_year"])
    table: pd.DataFrame = pd.concat(parts, names=["part"]).to_frame()
    return table


def _factors(data: ReportData) -> pd.DataFrame:
    return data.equal["budget_factor"].to_series().rename("factor").to_frame()


_TABLES: dict[str, Callable[[ReportData], pd.DataFrame]] = {
    "time_paths.csv": _time_paths,
    "results.csv": _results,
    "results_equal_cost.csv": functools.partial(_results, equal=True),
    "regret.csv": _regret,
    "win_shares.csv": _win_shares,
    "worlds.csv": _worlds,
    "values_by_world.csv": _values_by_world,
    "decisions.csv": _decisions,
    "portfolio_governance.csv": _experiment,
    "waste.csv": _waste,
    "equal_cost_factors.csv": _factors,
}
TABLE_NAMES = tuple(_TABLES)


def write_tables(data: ReportData, folder: Path) -> None:
    """Write every table of the report as CSV into a new folder."""
    folder.mkdir()
    for name, table in _TABLES.items():
        table(data).to_csv(folder / name, float_format=NUMBER_FORMAT, lineterminator="\n")


def inputs_of(data: ReportData) -> list[Path]:
    """List every file that the report depends on: definition, content and the program itself."""
    content = data.model.content
    package = Path(__file__).resolve().parents[1]
    files = {data.source.resolve(), *data.model.files(data.simulated.values(), data.scenarios.values())}
    files |= set((content / "model").glob("*.yaml")) | {content / "model" / "twintrack.mdl"}
    posterior = content / POSTERIOR_FILE
    if posterior.is_file() and not data.definition.ensemble.prior:
        files.add(posterior)
    files |= set(package.rglob("*.py"))
    files |= set((package / "presentation").glob("*.yaml")) | set(
        (package / "presentation" / "templates").iterdir()
    )
    return sorted(path.resolve() for path in files)


def write_dependencies(inputs: Sequence[Path], page: Path, target: Path) -> None:
    """Write a make rule saying that `page` depends on the inputs, with paths as make sees them from here.

    Each input gets an empty rule of its own: a file that is gone makes the page out of date, not make fail.
    """
    names = [_escaped(os.path.relpath(path)) for path in inputs]
    lines = [" \\\n  ".join([f"{_escaped(os.path.relpath(page))}:", *names]), *(f"{name}:" for name in names)]
    target.write_text("\n\n".join(lines) + "\n", encoding="utf-8")


def _escaped(path: str) -> str:
    return path.replace("$", "$$").replace("#", "\\#").replace(" ", "\\ ")


def digest(paths: Sequence[Path]) -> str:
    """Give the SHA-256 of the contents of files, in the given order."""
    result = hashlib.sha256()
    for path in paths:
        result.update(hashlib.sha256(path.read_bytes()).digest())
    return result.hexdigest()
