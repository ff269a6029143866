"""Whether the levers of a mechanism reach and move the outcome that it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from twintrack.inputs.content import CENTRAL
from twintrack.names import split_element
from twintrack.runs.single import run_strategy

if TYPE_CHECKING:
    from twintrack.core import Core
    from twintrack.equations import Equations
    from twintrack.inputs.structure_schemas import Mechanism
    from twintrack.runs.results import Run

ROUNDING = 1e-9
"""A relative change of an outcome that is no more than this is none.

It is what two engines that do the same arithmetic in another order must agree to, and a thousand times what
they differ by; a lever that no equation reads changes nothing at all.
"""


@dataclass(frozen=True)
class Effect:
    """What one lever does to the outcome of a mechanism.

    `change` is the largest difference, over all years, between the lever at its highest and at its lowest
    value from the start of policies on, as a share of the largest value of the outcome in either run.
    """

    mechanism: str
    lever: str
    outcome: str
    change: float

    @property
    def moves(self) -> bool:
        """Whether the outcome changes by more than rounding."""
        return self.change > ROUNDING


def reach(equations: Equations, cause: str, effect: str) -> tuple[str, ...]:
    """Give the shortest chain of variables from a cause to an effect, both included; () for none.

    A stock is reached through its flows and its initial value alike. Elements stand for their arrays. Raises
    EquationError for a variable that the model does not have.
    """
    start, end = split_element(cause)[0], split_element(effect)[0]
    before: dict[str, str] = {}
    pending = [start]
    while pending and end not in (start, *before):
        pending = [following for name in pending for following in _new(equations, name, start, before)]
    if end != start and end not in before:
        return ()
    chain = [end]
    while chain[-1] != start:
        chain.append(before[chain[-1]])
    return tuple(reversed(chain))


def effects(model: Core, mechanisms: Mapping[str, Mechanism]) -> list[Effect]:
    """Move every lever of the mechanisms from end to end, and see what it does to their outcomes.

    All other levers stay at the baseline; the world is the central one, or the one that the mechanism names.
    One run for each lever, end and world serves all mechanisms.

    Raises InputError for names that the content does not have.
    """

    @cache
    def run(lever: str, value: float, scenario: str, world: tuple[tuple[str, float], ...]) -> Run:
        levers: dict[str, Any] = {lever: value}
        return run_strategy(model, scenario=scenario, world=dict(world), levers=levers)

    found = []
    for entry in mechanisms.values():
        place = (entry.scenario or CENTRAL, tuple(sorted(entry.world.items())))
        for lever in entry.lever:
            low, high = (run(lever, value, *place)[entry.outcome] for value in model.levers[lever].range)
            scale = max(np.abs(low).max(), np.abs(high).max())
            change = float(np.abs(high - low).max() / scale) if scale else 0.0
            found.append(Effect(entry.id, lever, entry.outcome, change))
    return found


def _new(equations: Equations, name: str, start: str, before: dict[str, str]) -> list[str]:
    """Give the variables that a variable reaches first, and note in `before` that it does."""
    found = [
        following for following in equations.uses(name) if following not in before and following != start
    ]
    before.update(dict.fromkeys(found, name))
    return found
