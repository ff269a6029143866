"""The sections of the question, in the order in which they are told."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from question.answers import Answer
from question.cells import cell_contrasts
from question.doors import governance_shares, leader_answer, two_ways
from question.futures import three_futures
from question.portfolios import all_bands, portfolio_shares, where_it_dies
from question.regions import loser_regions
from question.scans import lever_scans
from twintrack.model import Model

SECTIONS: dict[str, Callable[[Model, pd.DataFrame], list[Answer]]] = {
    "futures": lambda _model, _worlds: [three_futures()],
    "portfolios": portfolio_shares,
    "bands": all_bands,
    "dies": where_it_dies,
    "cells": cell_contrasts,
    "doors": governance_shares,
    "answers": two_ways,
    "leader": leader_answer,
    "regions": loser_regions,
    "levers": lever_scans,
}
"""What answers each section, by its name on the command line: from a model and worlds to tables."""
