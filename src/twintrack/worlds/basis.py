"""What history was held against: equations, prior, observations, and what was done until the last of them.

A posterior belongs to a model, and what calibration and validation have computed is used again, as long as
all of this stands. What comes after the last observation has no part in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twintrack.core import Core
from twintrack.inputs.history import (
    LEARNT_UNTIL,
    HistorySeries,
    history_hash,
    history_until,
    last_observed,
)
from twintrack.inputs.strategies import BASELINE
from twintrack.worlds.sampling import parameter_entry, sampled

if TYPE_CHECKING:
    from twintrack.equations import Equations
    from twintrack.inputs.strategies import Strategy
    from twintrack.inputs.world import WorldParameter


POWER = 0.5
"""Power of the likelihood by which worlds are weighed, where no other is asked for.

It is a judgement: a power below one leaves room for what all worlds of one model have in common, which its
likelihood does not count."""


@dataclass(frozen=True)
class Basis:
    """Digests, each the SHA-256 in hexadecimal digits.

    Attributes:
        model_hash: Of what the equations mean.
        prior_hash: Of what worlds are drawn from (`prior_hash`).
        history_hash: Of the observations.
        past_hash: Of what the baseline does until the last observation (`past_hash`).

    The last two are empty where nothing was observed.
    """

    model_hash: str
    prior_hash: str
    history_hash: str
    past_hash: str

    def differences(self, now: Basis) -> list[str]:
        """Say in what a model, by its basis, is another one than that of this basis."""
        other_prior = "world.yaml has other parameters, ranges, distributions or values"
        told = (
            (self.model_hash, now.model_hash, "the equations are others than those that it was made with"),
            (self.prior_hash, now.prior_hash, other_prior),
            (self.history_hash, now.history_hash, "the observations are others"),
            (self.past_hash, now.past_hash, "the baseline does other things until the last observation"),
        )
        return [said for before, later, said in told if later not in ("", before)]


def learnt_history(core: Core) -> list[HistorySeries]:
    """Give what is learnt from unless a user asks otherwise: all that was complete with LEARNT_UNTIL.

    Raises InputError for faults in the files of the history.
    """
    return history_until(core.inputs.history.values(), LEARNT_UNTIL + 1)


def basis_of(core: Core, history: Sequence[HistorySeries] | None = None) -> Basis:
    """Describe what a model is held against: by default `learnt_history`. Raises InputError as that does."""
    history = learnt_history(core) if history is None else history
    last = last_observed(history)
    return Basis(
        model_hash=core.equations.hash,
        prior_hash=prior_hash(core.world),
        history_hash=history_hash(history) if history else "",
        past_hash=past_hash(core.strategy(BASELINE), core.equations, last) if last is not None else "",
    )


def prior_hash(parameters: Mapping[str, WorldParameter]) -> str:
    """Give the SHA-256 of names, ranges, distributions, values and units of the parameters that are drawn.

    Of those that are not, their values and units count: they are so in every world.
    """
    drawn = {*sampled(parameters)}
    entries = [
        [name, parameter_entry(item) if name in drawn else [item.unit, item.value]]
        for name, item in parameters.items()
    ]
    return _digest(entries)


def past_hash(strategy: Strategy, equations: Equations, end: float) -> str:
    """Give the SHA-256 of what a strategy gives to the model until the last observation, at the time `end`.

    That is every lever over all integration steps until the first saved time not before `end`.
    """
    times = equations.time.until(end).times
    return _digest({name: path.over_steps(times).tolist() for name, path in strategy.paths.items()})


def _digest(described: Any) -> str:
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()
