"""Questions asked backwards, as they are typed: what is to become true.

"pure_exploration beats pure_catchup on capability_index in 2040"
"catchup_explore_open keeps frontier_gap_months under 24 in 2035 in 80 % of worlds"
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from twintrack.core import Core
from twintrack.errors import Fault, InputError
from twintrack.inputs.validation import FaultList, unknown
from twintrack.runs.asked import saved_rows

FORMS = (
    'write "A beats B on OUTCOME in YEAR" or "A keeps OUTCOME under X in YEAR" (or "over X"), and behind'
    ' either "in P % of worlds" if one world is not enough'
)

_SHARE = r"(?:\s+in\s+(?P<share>\S+?)\s*%\s*of\s+(?:the\s+)?worlds)?\s*"
_BEATS = re.compile(
    r"\s*(?P<first>.+?)\s+beats\s+(?P<second>.+?)\s+on\s+(?P<outcome>\S+)\s+in\s+(?P<year>\S+)" + _SHARE
)
_KEEPS = re.compile(
    r"\s*(?P<first>.+?)\s+keeps\s+(?P<outcome>\S+)\s+(?P<side>under|below|over|above)\s+(?P<bound>\S+)"
    r"\s+in\s+(?P<year>\S+)" + _SHARE
)


@dataclass(frozen=True)
class Question:
    """What is to become true of a strategy.

    Attributes:
        strategy: The one asked about.
        outcome: Name of an outcome.
        year: A saved time, decimal year.
        rival: What it is to beat; empty where it is to keep a bound.
        bound: In the outcome's unit; None where it is to beat a rival.
        higher: Whether the outcome is to be higher than the rival's, or than the bound.
        share: Share of worlds in which that is to be so, from 0 to 1; None: in the middle one.
    """

    strategy: str
    outcome: str
    year: float
    higher: bool
    rival: str = ""
    bound: float | None = None
    share: float | None = None

    @property
    def strategies(self) -> list[str]:
        """Names of all strategies in it."""
        return [name for name in (self.strategy, self.rival) if name]

    def __str__(self) -> str:
        side = "over" if self.higher else "under"
        goal = (
            f"beats {self.rival} on {self.outcome}"
            if self.rival
            else f"keeps {self.outcome} {side} {self.bound:g}"
        )
        worlds = "" if self.share is None else f" in {self.share:.6g} of worlds"
        return f"{self.strategy} {goal} in {self.year:g}{worlds}"


def read_question(text: str, core: Core) -> Question:
    """Read a question. Raises InputError with all that is wrong with it."""
    where = f'whatif "{" ".join(text.split())}"'
    match = _BEATS.fullmatch(text) or _KEEPS.fullmatch(text)
    if match is None:
        raise InputError(Fault(where, f"is no question that can be read; {FORMS}"))
    given = match.groupdict()
    faults = FaultList()
    numbers = {name: _number(where, name, given.get(name), faults) for name in ("year", "bound", "share")}
    for name in ("first", "second"):
        if given.get(name):
            with faults:
                core.strategy(given[name])
    if given.get("second") == given["first"]:
        faults.append(Fault(where, f"{given['first']} cannot beat itself; name two strategies"))
    higher = _direction(where, given, core, faults)
    year, share = numbers["year"], numbers["share"]
    if year is not None:
        with faults:
            saved_rows(core.equations.time.saved, [year], where=f"{where}: year")
    if share is not None and not 0 < share < 100:
        faults.append(Fault(where, f"the share of worlds must be above 0 and below 100 %, not {share:g}"))
    faults.raise_any()
    return Question(
        given["first"],
        given["outcome"],
        float(year or 0.0),
        higher,
        rival=given.get("second") or "",
        bound=numbers["bound"],
        share=None if share is None else share / 100,
    )


def _direction(where: str, given: dict[str, str], core: Core, faults: FaultList) -> bool:
    """Say whether the outcome is to be higher."""
    outcome = core.outcomes.get(given["outcome"])
    if outcome is None:
        message = unknown("outcome", given["outcome"], core.outcomes)
        if given["outcome"] in core.inputs.outcomes.statistics:
            of = core.inputs.outcomes.statistics[given["outcome"]].of
            message = f'{given["outcome"]} is a statistic of many worlds; ask about {of} "in P % of worlds"'
        faults.append(Fault(where, message))
        return True
    if "side" in given:
        return given["side"] in ("over", "above")
    if outcome.better == "neutral":
        message = (
            f"{outcome.name} is better neither higher nor lower; ask what keeps it under or over a number"
        )
        faults.append(Fault(where, message))
    return outcome.better == "higher"


def _number(where: str, name: str, text: str | None, faults: FaultList) -> float | None:
    if text is None:
        return None
    try:
        return float(text.replace(",", "").rstrip("%"))
    except ValueError:
        faults.append(Fault(where, f'"{text}" is no number for the {name}; {FORMS}'))
        return None
