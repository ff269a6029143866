"""Open or closed: shares of worlds, and what the leader does when it is caught up with."""

from __future__ import annotations

import pandas as pd

from question import asked
from question.answers import Answer
from question.medians import watched_medians
from question.shares import setting_answers
from twintrack.model import Model


def door_shares(model: Model, worlds: pd.DataFrame) -> list[Answer]:
    """Give the table of closed doors against open ones, by settings."""
    return setting_answers(model, worlds, (asked.DOORS,), asked.door_families(model))


def leader_answer(model: Model, worlds: pd.DataFrame) -> list[Answer]:
    """Give medians of threat, capital and capability with open doors, by how strongly the leader answers."""
    title = "The leader's answer"
    return [watched_medians(model, worlds, asked.race(), asked.DOORS, asked.WAY_OF_ANSWER, title=title)]
