"""Catch up, explore, or both: by setting, by band, and where an effect of cost growth dies."""

from __future__ import annotations

import pandas as pd

from question import asked
from question.answers import Answer
from question.medians import watched_medians
from question.shares import band_answers, setting_answers
from twintrack.model import Model


def portfolio_shares(model: Model, worlds: pd.DataFrame) -> list[Answer]:
    """Give one table for each pair of portfolios, by settings."""
    return setting_answers(model, worlds, asked.PORTFOLIOS, asked.portfolio_families(model))


def portfolio_bands(model: Model, worlds: pd.DataFrame) -> list[Answer]:
    """Give one table for each pair of portfolios, by thirds of what is drawn."""
    return band_answers(model, worlds, asked.PORTFOLIOS, asked.BANDED)


def where_it_dies(model: Model, worlds: pd.DataFrame) -> list[Answer]:
    """Give medians along the way from cost growth to a portfolio's lead, by cost growth and year."""
    title = "Where an effect of cost growth dies"
    pair = asked.PORTFOLIOS[0]
    return [watched_medians(model, worlds, asked.spend(), pair, asked.WAY_OF_COST, title=title)]
