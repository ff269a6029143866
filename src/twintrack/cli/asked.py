"""What commands are asked to simulate: strategies with the levers that are set, and the world."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from twintrack.cli.options import SETTING_HELP, read_settings
from twintrack.errors import Fault
from twintrack.inputs.strategies import Strategy
from twintrack.inputs.validation import FaultList, unknown
from twintrack.inputs.world import WorldValue, world_overrides
from twintrack.model import Model
from twintrack.runs.asked import own_name_faults

_NAMED = re.compile(r"\s*([^=/\\+]+?)\s*=\s*(.+)", re.DOTALL)
"""NAME=STRATEGY."""


def read_strategies(model: Model, texts: Sequence[str], settings: Sequence[str]) -> list[Strategy]:
    """Read strategies, each STRATEGY or NAME=STRATEGY, and set levers on top.

    A setting LEVER=VALUE holds for all of them, NAME:LEVER=VALUE for one. Raises InputError with all faults.
    """
    levers: dict[str, str] = {}
    named = [_named(text) for text in texts]
    faults = FaultList(fault for name, _ in named for fault in own_name_faults(name))
    with faults:
        levers = read_settings("--set", settings)
    faults += _owner_faults(levers, [name for name, _ in named if name])
    plans: list[Strategy] = []
    for name, reference in named:
        own = dict(_levers_of(name, levers))
        with faults:
            plan = model.inputs.strategies.resolve(reference, own)
            plans.append(replace(plan, name=name) if name else plan)
    faults.raise_any()
    return plans


def read_world(model: Model, texts: Sequence[str]) -> dict[str, WorldValue]:
    """Read world parameters that are set. Raises InputError with all faults."""
    given, old = read_settings("--world", texts), model.inputs.renamed.world
    return world_overrides(given, model.world, levers=model.levers, old=old)


def read_both(
    model: Model, strategies: Sequence[str], settings: Sequence[str], worlds: Sequence[str]
) -> tuple[list[Strategy], dict[str, WorldValue]]:
    """Read strategies and world. Raises InputError with the faults of both."""
    plans: list[Strategy] = []
    world: dict[str, WorldValue] = {}
    faults = FaultList()
    with faults:
        plans = read_strategies(model, strategies, settings)
    with faults:
        world = read_world(model, worlds)
    faults.raise_any()
    return plans, world


def _named(text: str) -> tuple[str, str]:
    """Split NAME=STRATEGY; the name is empty where there is none."""
    found = _NAMED.fullmatch(text)
    return (found[1], found[2]) if found else ("", text)


def _levers_of(name: str, levers: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Give the settings that hold for a strategy; its own go before those of all."""
    for owner in ("", name) if name else ("",):
        for key, value in levers.items():
            before, colon, lever = key.rpartition(":")
            if before.strip() == owner and bool(colon) == bool(owner):
                yield lever.strip(), value


def _owner_faults(levers: dict[str, str], names: Sequence[str]) -> Iterator[Fault]:
    for key, value in levers.items():
        owner, colon, _ = key.rpartition(":")
        if colon and not names:
            message = f"no strategy has a name of its own; give it one ({owner.strip() or 'mine'}=STRATEGY)"
            yield Fault(f"--set {key}={value}", f"{message}, or {SETTING_HELP}")
        elif colon and owner.strip() not in names:
            yield Fault(f"--set {key}={value}", unknown("strategy", owner.strip(), names))
