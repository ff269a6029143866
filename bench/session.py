"""How much is measured, and what was found so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bench.measuring import Json, Measured, NotMeasuredError
from bench.workloads import Workload

RUNS = 256
"""Runs a call where the number is not what is measured."""


@dataclass
class Session:
    """How much is measured, and what was found so far. `tell` is called with a line for each thing begun."""

    workload: Workload
    quick: bool = False
    full: bool = False
    tell: Callable[[str], None] = lambda line: None
    found: Json = field(default_factory=dict)
    not_measured: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    all_cores: list[float] = field(default_factory=list)
    """Runs per second of the native engine on all cores together, round by round, once they are measured."""

    def put(self, section: str, name: str, value: Measured | Json | float) -> None:
        """Add a number to the report."""
        json = value.json() if isinstance(value, Measured) else value
        self.found.setdefault(section, {})[name] = json

    def attempt(self, name: str, work: Callable[[], None]) -> None:
        """Measure something; why it cannot be measured is reported, never hidden."""
        self.tell(name)
        try:
            work()
        except NotMeasuredError as error:
            self.not_measured[name] = str(error)

    @property
    def rounds(self) -> int:
        """How many interleaved rounds."""
        return 3 if self.quick else 7

    @property
    def given(self) -> dict[str, Any]:
        """What every job is given."""
        return {"workload": self.workload.json()}


def per_second(runs: int, times: list[float]) -> Measured:
    """Give runs a second from seconds for so many runs."""
    return Measured.of([runs / taken for taken in times])


def together(answers: list[Json], key: str, runs: int) -> list[float]:
    """Give the runs per second of all cores together, round by round."""
    rounds = zip(*(answer["seconds"].get(key, []) for answer in answers), strict=True)
    return [sum(runs / taken for taken in times) for times in rounds]
