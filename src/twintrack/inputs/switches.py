"""Switches: a strategy that goes over to another one once something has happened.

The state that is waited for is watched by the model itself while it runs, world by world; here stands what is
waited for and what the levers do afterwards. A switch at a date needs none of this: it is a plain path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from twintrack.inputs.levers import LeverTable
from twintrack.inputs.paths import TimePath
from twintrack.inputs.schemas import NO_SWITCH, SwitchOutcome
from twintrack.inputs.settings import Setting

Said = Mapping[str, str]
"""The place ("file:line") where something was said last, by the name of the lever that was set there."""


@dataclass(frozen=True)
class Switch:
    """What a strategy goes over to, and when; it never goes back.

    Attributes:
        to: Name of the strategy that it goes over to, for people to read.
        outcome: What is watched; it must have been
        below: below this, in the outcome's unit, from the start of policies on,
        for_years: for so many years without a break.
        ramp_years: Years that the levers then take to where `paths` stand at that time.
        paths: Path of every lever in the strategy that it goes over to.
        said: Places of the levers that some file sets in `paths`.
    """

    to: str
    outcome: SwitchOutcome
    below: float
    for_years: float
    ramp_years: float
    paths: Mapping[str, TimePath]
    said: Said = field(default_factory=dict, repr=False, compare=False)

    def __str__(self) -> str:
        held = f" for {_years(self.for_years)}" if self.for_years else ""
        pace = f" over {_years(self.ramp_years)}" if self.ramp_years else " at once"
        return f"to {self.to}{pace}, once {self.outcome} has been below {self.below:g}{held}"

    def moved(self, settings: Mapping[str, Setting], table: LeverTable, said: Said) -> Switch:
        """Give the switch with some levers set anew, at the places `said`, in what it leads to."""
        return replace(self, paths=table.moved(self.paths, settings), said={**self.said, **said})

    def to_dict(self) -> dict[str, Any]:
        """Give the switch as plain numbers and texts, without the paths."""
        return {
            "to": self.to,
            "when": {"outcome": self.outcome, "below": self.below, "for_years": self.for_years},
            "ramp_years": self.ramp_years,
        }


def switch_text(switch: Switch | None) -> str:
    """Say in words when a strategy switches, and to what: "none" when it does not."""
    return NO_SWITCH if switch is None else str(switch)


def _years(years: float) -> str:
    return f"{years:g} year" if years == 1 else f"{years:g} years"
