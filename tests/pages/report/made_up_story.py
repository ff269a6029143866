"""Made-up results of a grid or of plain strategies, as the story of a report is told of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from twintrack.inputs.outcomes import Outcome
from twintrack.inputs.paths import TimePath
from twintrack.inputs.report_schemas import TestsEntry
from twintrack.inputs.schema_kinds import Bilingual
from twintrack.inputs.strategies import Strategy
from twintrack.pages.report.asked import COLUMN, ONE, PACKAGE, ROW, Compared, Contrast, Grid
from twintrack.pages.report.data import ReportData
from twintrack.pages.report.story import Told, told
from twintrack.pages.report.view import ReportView
from twintrack.pages.texts import Texts

YEARS = [2027.0, 2030.0, 2035.0, 2040.0]
WORLDS = 200
OUTCOMES = {
    "gap": ("months", "lower", ".0f"),
    "income": ("bn CNY/Year", "higher", ",.0f"),
    "use": ("Dmnl", "higher", ".1%"),
}
LEVELS = {"gap": 60.0, "income": 3000.0, "use": 0.5}

Gain = Callable[[str, str, np.ndarray, float], Any]
"""What a strategy has more of an outcome, in its unit, by world (numbers from 0) and year."""


def words(text: str) -> Bilingual:
    """A text that differs between the languages."""
    return Bilingual(en=text, zh=f"{text}（中）")


def grid_data(
    gain: Gain, rows: Sequence[str] = ("catchup", "both"), goals: Sequence[str] = tuple(OUTCOMES)
) -> ReportData:
    """Results of a grid of some rows by two columns, with both contrasts."""
    columns = ("today", "open")
    cells = {(row, column): f"{row}_{column}" for row in rows for column in columns}
    grid = Grid(
        words("the portfolio"),
        words("the doors"),
        {row: words(row.title()) for row in rows},
        {column: words(column) for column in columns},
        cells,
    )
    by_row = [Compared(cells["both", c], cells["catchup", c], words(c), c) for c in columns]
    by_column = [Compared(cells[r, "open"], cells[r, "today"], words(r.title()), r) for r in rows]
    contrasts = (
        Contrast(
            "b-c",
            words("Doing both"),
            words("Both"),
            words("Catchup"),
            ROW,
            tuple(by_row),
            by_row[-1],
            ("both", "catchup"),
        ),
        Contrast(
            "o-t",
            words("Opening"),
            words("open"),
            words("today"),
            COLUMN,
            tuple(by_column),
            by_column[-1],
            ("open", "today"),
        ),
    )
    return _data(list(cells.values()), gain, goals, contrasts=contrasts, grid=grid)


def pair_data(gain: Gain, *, package: bool = False, goals: Sequence[str] = tuple(OUTCOMES)) -> ReportData:
    """Results of two strategies, red against blue, that differ in one thing or in several."""
    pair = Compared("red", "blue")
    contrast = Contrast(
        "r-b",
        words("Red"),
        words("Red"),
        words("Blue"),
        PACKAGE if package else ONE,
        (pair,),
        pair,
        pair.names,
    )
    return _data(["blue", "red"], gain, goals, contrasts=(contrast,))


def story(data: ReportData, language: str = "en") -> Told:
    """The story of results in a language."""
    return told(ReportView(data, texts=Texts(language)))


def _strategy(name: str, place: int) -> Strategy:
    paths = {"effort": TimePath.through([(2026.0, 1.0), (2028.0, 1.0 + place)])}
    return Strategy(
        name,
        words(name.title()),
        words(name.title()),
        "own",
        "",
        (),
        paths,
        {"effort": TimePath.constant(1.0)},
    )


def _results(names: Sequence[str], gain: Gain) -> xr.Dataset:
    dims, worlds = ("scenario", "strategy", "world", "time"), np.arange(WORLDS)
    found: Mapping[str, Any] = {
        outcome: (
            dims,
            np.array(
                [
                    [
                        [
                            LEVELS[outcome] + np.zeros(WORLDS) + gain(name, outcome, worlds, year)
                            for year in YEARS
                        ]
                        for name in names
                    ]
                ]
            ).transpose(0, 1, 3, 2),
            {"units": OUTCOMES[outcome][0]},
        )
        for outcome in OUTCOMES
    }
    cost = (dims, np.ones((1, len(names), WORLDS, len(YEARS))), {"units": "bn CNY/Year"})
    found = {**found, "public_cost": cost}
    coords = {"scenario": ["central"], "strategy": list(names), "world": worlds, "time": YEARS}
    return xr.Dataset(found, {**coords, "budget_factor": (dims[:3], np.ones((1, len(names), WORLDS)))})


def _data(names: Sequence[str], gain: Gain, goals: Sequence[str], **more: Any) -> ReportData:
    rng = np.random.default_rng(1)
    lever = SimpleNamespace(title=words("Effort"), unit="1", low=0.0, high=10.0, kind="index")
    outcomes = {
        name: Outcome.model_construct(
            name=name, title=words(name), unit=unit, better=better, format=spec, told=None
        )
        for name, (unit, better, spec) in OUTCOMES.items()
    }
    parameter = SimpleNamespace(title=words("luck"), unit="1", confidence="low")
    results = _results(names, gain)
    return ReportData(
        definition=SimpleNamespace(  # type: ignore[arg-type]
            years=(2030.0, 2040.0),
            outcomes=tuple(OUTCOMES),
            title=words("Which?"),
            languages=("en", "zh"),
            ensemble=SimpleNamespace(worlds=WORLDS, seed=1),
            failing={},
            poles=None,
            tests=TestsEntry(),
        ),
        source=Path("made_up.yaml"),
        model=SimpleNamespace(  # type: ignore[arg-type]
            content=Path(),
            outcomes=outcomes,
            levers={"effort": lever},
            world={f"p{number}": parameter for number in range(3)},
            lever_table=SimpleNamespace(policy_start=2026.0, ramp_years=2.0),
            equations=SimpleNamespace(variables=(), hash="0" * 12),
            inputs=SimpleNamespace(outcomes=SimpleNamespace(statistics={})),
            strategy=lambda name: _strategy(name, 0),
        ),
        strategies={name: _strategy(name, place) for place, name in enumerate(names)},
        scenarios={"central": SimpleNamespace(name="central", title=words("Central"))},  # type: ignore[dict-item]
        own=results,
        equal=results,
        worlds=pd.DataFrame({f"p{number}": rng.uniform(size=WORLDS) for number in range(3)}),
        origin="posterior",
        goals=tuple(goals),
        **more,
    )
