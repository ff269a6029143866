"""Doors and programmes: shares of worlds, and what the leader does when it is caught up with."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pandas as pd

from question import asked, watched
from question.answers import Answer
from question.medians import watched_medians
from question.shares import setting_answers
from twintrack.decisions.pairs import Pair, PairQuestion, shares_by_setting
from twintrack.formats import number
from twintrack.model import Model


def governance_shares(model: Model, worlds: pd.DataFrame) -> list[Answer]:
    """Give two tables by settings: closed doors against open ones, programmes as today against many."""
    return setting_answers(model, worlds, asked.GOVERNANCE, asked.governance_families(model))


def two_ways(model: Model, worlds: pd.DataFrame) -> list[Answer]:
    """Give both contrasts again by the leader's answer, downwards, and by reciprocity, across."""
    question = PairQuestion(asked.GOVERNANCE, asked.OUTCOMES, asked.YEARS)
    settings = {
        _label(race, back): {"race_response": race, "reciprocity": back}
        for race, back in product(asked.STRENGTHS, repeat=2)
    }
    table = shares_by_setting(model, question, worlds, settings)
    columns = product(asked.OUTCOMES, asked.STRENGTHS)
    header = ["year", "race response"]
    header += [f"{model.outcomes[name].title.en}, reciprocity {back:g}" for name, back in columns]
    return [
        Answer(
            f"Share of worlds: {pair[0]} better than {pair[1]}, two ways", header, list(_rows(table, pair))
        )
        for pair in question.pairs
    ]


def leader_answer(model: Model, worlds: pd.DataFrame) -> list[Answer]:
    """Give medians from threat to gap behind closed and open doors, by how strongly the leader answers."""
    title = "The leader's answer"
    way = watched.WAY_OF_ANSWER
    return [
        watched_medians(model, worlds, asked.race(), asked.DOORS, way, title=title, under=asked.DOORS),
    ]


def _rows(table: pd.DataFrame, pair: Pair) -> Iterator[tuple[str, ...]]:
    of_pair = table[(table["first"] == pair[0]) & (table["second"] == pair[1])]
    shares = of_pair.set_index(["outcome", "year", "setting"])["share"]
    for year, race in product(asked.YEARS, asked.STRENGTHS):
        cells = [
            float(shares.loc[(name, year, _label(race, back))])
            for name, back in product(asked.OUTCOMES, asked.STRENGTHS)
        ]
        yield (f"{year:.0f}", f"{race:g}", *(number(share, ".2f") for share in cells))


def _label(race: float, back: float) -> str:
    return f"{race:g}, {back:g}"
