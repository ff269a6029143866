"""The small content with a history: a model that runs from 2016, and the series that it is held against."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

SMALL = Path(__file__).parent / "data" / "switch"
STRENGTH = """
  strength:
    title: {en: Strength, zh: 力度}
    unit: months/Year
    range: [8, 12]
    value: 10
    distribution: triangular
    source: assumption
    confidence: assumption
"""
"""A second uncertain parameter for the world of the small content."""
HEADER = "year,value,low,high,unit,definition,source\n"

Values = Mapping[float, float]


def series(name: str, scale: str = "linear", error: float = 1, discrepancy: float = 2, **more: object) -> str:
    """Give the entry of a series of gaps for series.yaml; `more` replaces what stands in it, or is added."""
    entry = {
        "title": "{en: Gap, zh: 差距}",
        "variable": "frontier_gap_months",
        "reading": "at",
        "scale": scale,
        "unit": "months",
        "error": error,
        "discrepancy": discrepancy,
        "definition": "{en: Gap, zh: 差距}",
        **more,
    }
    return f"  {name}:\n" + "".join(f"    {key}: {value}\n" for key, value in entry.items())


def write_history(folder: Path, entries: str, tables: Mapping[str, Values]) -> None:
    """Write series.yaml with some entries, and a table of values by year for each series."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "series.yaml").write_text(f"series:\n{entries}", encoding="utf-8")
    for name, values in tables.items():
        rows = (f"{year},{value},,,months,made up,assumption\n" for year, value in values.items())
        (folder / f"{name}.csv").write_text(HEADER + "".join(rows), encoding="utf-8")


def copy_with_history(root: Path, entries: str, tables: Mapping[str, Values]) -> Path:
    """Copy the small content to `root`, with a model that begins in 2016 and a history; give `root`."""
    shutil.copytree(SMALL, root)
    equations = root / "model" / "twintrack.mdl"
    text = equations.read_text(encoding="utf-8")
    equations.write_text(re.sub(r"(INITIAL TIME=\s+)2024", r"\g<1>2016", text), encoding="utf-8")
    write_history(root / "model" / "history", entries, tables)
    return root


def give_public_cost(root: Path) -> None:
    """Tell public spending by the year, as pages of a report ask for it; the model computes the same."""
    equations = root / "model" / "twintrack.mdl"
    text = equations.read_text(encoding="utf-8")
    spent = "public cost pv=\n\tINTEG(fiscal ai rd, 0)"
    assert spent in text
    by_year = "public cost=\n\tfiscal ai rd\n\t~\tbn CNY/Year\n\t~\tSource: assumption.\n\t|\n\n"
    summed = "public cost pv=\n\tINTEG(public cost, 0)"
    equations.write_text(text.replace(spent, by_year + summed), encoding="utf-8")
