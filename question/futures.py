"""Three futures behind one sentence: what each sets, for the same growth of the price of the frontier."""

from __future__ import annotations

from question import asked
from question.answers import Answer
from twintrack.formats import number


def three_futures() -> Answer:
    """Give the values that each future sets from `asked.CHANGE` on, by growth of the price."""
    futures = (asked.spend(), asked.price(), asked.step())
    header = ["the price grows a year", *(f"{future.title}, {_parameter(future)}" for future in futures)]
    rows = [
        (f"{label}-fold", *(number(_value(future, label), ".2f") for future in futures))
        for label in futures[0].settings
    ]
    return Answer("Three futures behind one sentence", header, rows)


def _parameter(future: asked.Family) -> str:
    (name,) = next(iter(future.settings.values()))
    return name


def _value(future: asked.Family, label: str) -> float:
    (path,) = future.settings[label].values()
    return float(path[asked.CHANGE])
