"""Tables of shares of worlds: settings, or bands of parameters, by outcome and year."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from question import asked
from question.answers import Answer
from twintrack.decisions.pairs import Pair, PairQuestion, shares_by_band, shares_by_setting
from twintrack.formats import number
from twintrack.model import Model


def setting_answers(
    model: Model, worlds: pd.DataFrame, pairs: Sequence[Pair], families: Iterable[asked.Family]
) -> list[Answer]:
    """Give one table for each pair: a row for each setting, the worlds as drawn first."""
    question = PairQuestion(pairs, asked.OUTCOMES, asked.YEARS)
    table = shares_by_setting(model, question, worlds, asked.everything(families))
    table["row"] = table["setting"]
    return _answers(model, question, table)


def band_answers(
    model: Model, worlds: pd.DataFrame, pairs: Sequence[Pair], parameters: Iterable[str]
) -> list[Answer]:
    """Give one table for each pair: a row for each third of each parameter."""
    question = PairQuestion(pairs, asked.OUTCOMES, asked.YEARS)
    table = shares_by_band(model, question, worlds, dict.fromkeys(parameters))
    table["row"] = [_band(row) for row in table.to_dict("records")]
    return _answers(model, question, table)


def share_columns(model: Model) -> list[str]:
    """Give the headings of shares: each outcome in each year."""
    return [f"{model.outcomes[name].title.en} {year:.0f}" for name in asked.OUTCOMES for year in asked.YEARS]


def _answers(model: Model, question: PairQuestion, table: pd.DataFrame) -> list[Answer]:
    """Put each pair into a table; the last columns count comparisons that are ties or have no number."""
    header = ("", *share_columns(model), "ties", "no number")
    return [
        Answer(f"Share of worlds: {first} better than {second}", header, _rows(table, (first, second)))
        for first, second in question.pairs
    ]


def _rows(table: pd.DataFrame, pair: Pair) -> list[tuple[str, ...]]:
    cells = table[(table["first"] == pair[0]) & (table["second"] == pair[1])]
    return [(str(name), *_row(part.to_dict("records"))) for name, part in cells.groupby("row", sort=False)]


def _row(cells: Sequence[Mapping[Hashable, Any]]) -> list[str]:
    shares = [number(cell["share"], ".2f") for cell in cells]
    return [*shares, *(str(sum(cell[key] for cell in cells)) for key in ("ties", "left_out"))]


def _band(row: Mapping[Hashable, Any]) -> str:
    return f"{row['parameter']} {row['band']}, {row['low']:.3g} to {row['high']:.3g}"
