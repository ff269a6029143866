"""The sections of the question, in the order in which they are told."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from question.answers import Answer
from question.doors import door_shares, leader_answer
from question.portfolios import portfolio_bands, portfolio_shares, where_it_dies
from question.scans import lever_scans
from twintrack.model import Model

SECTIONS: dict[str, Callable[[Model, pd.DataFrame], list[Answer]]] = {
    "portfolios": portfolio_shares,
    "bands": portfolio_bands,
    "dies": where_it_dies,
    "doors": door_shares,
    "leader": leader_answer,
    "levers": lever_scans,
}
"""What answers each section, by its name on the command line: from a model and worlds to tables."""
