"""What is told about a question that was asked backwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from twintrack.decisions.whatif_question import Question
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.strategies import Strategy

Changing = Literal["beliefs", "levers"]

WORLDS = 2000
"""Worlds in which shares are told."""


@dataclass(frozen=True)
class Asked:
    """How a question is to be answered.

    Attributes:
        question: What is to become true.
        changing: Whether beliefs or levers change; by default levers where a share of worlds is asked for.
        scenario: Name of the outside world.
        worlds: Worlds in which shares are told.
        seed: Seed of the draw of the worlds and of the search.
        prior: Draw worlds from the prior.
        equal_cost: Whether each strategy costs in each world what the baseline does; beliefs only.
        only: Names of the beliefs or levers that may change; empty: all.
    """

    question: Question
    changing: Changing
    scenario: str = CENTRAL
    worlds: int = WORLDS
    seed: int = 1
    prior: bool = False
    equal_cost: bool = False
    only: tuple[str, ...] = ()


@dataclass(frozen=True)
class Moved:
    """One unknown that changes: before, after, in its unit, and by how much of the measure of distance."""

    name: str
    unit: str
    before: float
    after: float
    change: float


@dataclass(frozen=True)
class Answer:
    """A change that makes the statement true, with the run that proves it.

    Attributes:
        kind: "shortest", "fewest", or "unlike": with other leading unknowns.
        distance: Length of the change, in prior standard deviations, or in shares of levers' ranges.
        moved: What changes, the largest change first.
        margin: How far beyond what is asked for, in the outcome's unit.
        values: The outcome of each strategy there; the median where there are many worlds.
        share_after: Share of worlds in which the statement holds after the change.
        cost: Mean public cost after and before, present value; None for beliefs.
        world: The world that proves it, a value for each parameter; None for levers.
        strategy: The strategy that proves it; None for beliefs.
    """

    kind: str
    distance: float
    moved: tuple[Moved, ...]
    margin: float
    values: Mapping[str, float]
    share_after: float
    cost: tuple[float, float] | None = None
    world: Mapping[str, float] | None = None
    strategy: Strategy | None = None


@dataclass(frozen=True)
class Reached:
    """Where nothing was found: the largest margin that was met, and by which change."""

    margin: float
    moved: tuple[Moved, ...]
    worlds_margin: float
    """The largest margin in any of the worlds, as they are."""


@dataclass(frozen=True)
class WhatIf:
    """What has to change for a statement to be true.

    Attributes:
        asked: The question and its settings.
        origin: Where the worlds come from: "posterior" or "prior".
        margin: How far from what is asked for, before any change; not negative where it is true already.
        values: The outcome of each strategy before.
        share_before: Share of worlds in which it is true before.
        answers: The shortest change, that of fewest unknowns, and others; empty where none was found.
        reached: Where none was found, what was reached.
        runs: Runs that it took.
        notes: What a user should know.
    """

    asked: Asked
    origin: str
    margin: float
    values: Mapping[str, float]
    share_before: float
    answers: tuple[Answer, ...]
    reached: Reached | None
    runs: int
    notes: tuple[str, ...] = ()

    @property
    def already(self) -> bool:
        """Whether the statement is true without any change."""
        return self.margin >= 0
