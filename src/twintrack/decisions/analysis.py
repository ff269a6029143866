"""The analysis: every measure of this room over what is compared, as tables by name."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from twintrack.decisions.compared import Compared
from twintrack.decisions.contests import contest_tables, with_case
from twintrack.decisions.deciding import deciding_tables
from twintrack.decisions.factorial import factorial_tables
from twintrack.decisions.failing import failing_tables
from twintrack.decisions.robustness import best_by_measure, robustness_measures
from twintrack.decisions.worth import worth_tables
from twintrack.errors import Fault
from twintrack.folders import renewed_folder
from twintrack.inputs.validation import FaultList, unknown
from twintrack.version import __version__

Tables = Mapping[str, pd.DataFrame]


def robustness_tables(compared: Compared) -> Tables:
    """Give measures of every strategy in every case, and which strategy each measure puts first.

    Tables: `robustness`, with the target, and `robust_choice`, which tells whether measures agree.
    """
    measured: list[pd.DataFrame] = []
    chosen: list[dict[str, Any]] = []
    for case in compared.cases():
        target, better = compared.target(case), compared.better(case)
        table = robustness_measures(compared.values(case), better, target)
        measured.append(with_case(table.reset_index().assign(target=target), case.columns()))
        chosen.append({**case.columns(), **best_by_measure(table, better)})
    return {"robustness": pd.concat(measured, ignore_index=True), "robust_choice": pd.DataFrame(chosen)}


SECTIONS: Mapping[str, Callable[[Compared], Tables]] = {
    "contests": contest_tables,
    "factorial": factorial_tables,
    "robustness": robustness_tables,
    "deciding": deciding_tables,
    "failing": failing_tables,
    "worth": worth_tables,
}
"""What is worked out, by name, in order."""


@dataclass(frozen=True)
class Analysis:
    """What an analysis found.

    Attributes:
        compared: What it was read off.
        tables: All tables by name. The first columns say which case a row is of.
    """

    compared: Compared
    tables: Tables

    def write(self, folder: Path, texts: Mapping[str, str] | None = None) -> None:
        """Write every table as a CSV file into a folder, and `texts` by the names of their files.

        An earlier analysis there is replaced.

        Raises InputError for a folder that holds other things, OSError when it cannot be written.
        """
        with renewed_folder(folder, "analysis") as fresh:
            for name, table in self.tables.items():
                (fresh / f"{name}.csv").write_text(as_csv(table), encoding="utf-8")
            for name, text in (texts or {}).items():
                (fresh / name).write_text(text, encoding="utf-8")

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain lists and texts, as `twintrack analyse --json` prints it.

        Values that are not finite become None.
        """
        compared = self.compared
        return {
            "version": __version__,
            "model_hash": next(iter(compared.results.values())).attrs["model_hash"],
            "worlds": {"number": len(compared.worlds), "origin": compared.origin},
            "strategies": list(compared.strategies),
            "scenarios": compared.scenarios,
            "costs": compared.costs,
            "years": compared.years,
            "outcomes": {
                name: {"unit": item.unit, "better": item.better} for name, item in compared.outcomes.items()
            },
            "tables": {name: plain_rows(table) for name, table in self.tables.items()},
        }


def plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the rows of a table for JSON: what is not finite becomes None."""
    rows = table.to_dict("records")
    return [{str(key): _plain(value) for key, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not isfinite(value) else value


def analyse(
    compared: Compared, only: Sequence[str] | None = None, progress: Callable[[str], None] = lambda _: None
) -> Analysis:
    """Work out all sections, or those named; `progress` is told the name of each before it begins.

    Raises InputError for unknown sections.
    """
    chosen = list(SECTIONS if only is None else only)
    FaultList(
        Fault("sections", unknown("section", name, SECTIONS)) for name in chosen if name not in SECTIONS
    ).raise_any()
    tables: dict[str, pd.DataFrame] = {}
    for name in chosen:
        progress(name)
        tables |= SECTIONS[name](compared)
    return Analysis(compared, tables)


def as_csv(table: pd.DataFrame) -> str:
    """Give a table as CSV, numbers with as many digits as they need."""
    file = io.StringIO()
    table.to_csv(file, index=False, lineterminator="\n")
    return file.getvalue()
