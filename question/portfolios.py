"""Catch up, explore, or both: by setting, by band, and where an effect of cost growth dies."""

from __future__ import annotations

import pandas as pd

from question import asked, watched
from question.answers import Answer
from question.medians import watched_medians
from question.shares import band_answers, setting_answers
from twintrack.model import Model


def portfolio_shares(model: Model, worlds: pd.DataFrame) -> list[Answer]:
    """Give one table for each pair of portfolios, by settings."""
    pairs = (*asked.PORTFOLIOS, *asked.SAME_MONEY)
    return setting_answers(model, worlds, pairs, asked.portfolio_families(model))


def all_bands(model: Model, worlds: pd.DataFrame) -> list[Answer]:
    """Give one table for each pair, doors and programmes among them, by thirds of what is drawn."""
    return band_answers(model, worlds, asked.PAIRS, asked.BANDED)


def where_it_dies(model: Model, worlds: pd.DataFrame) -> list[Answer]:
    """Give medians along the way from cost growth to a portfolio's lead, by cost growth and year."""
    title = "Where an effect of cost growth dies"
    pair = asked.PORTFOLIOS[0]
    way = watched.WAY_OF_COST
    return [watched_medians(model, worlds, asked.spend(), pair, way, title=title, under=pair[1:])]
