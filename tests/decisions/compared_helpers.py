"""Results as strategies would give them, made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from twintrack.decisions.compared import Compared
from twintrack.inputs.outcomes import Outcome
from twintrack.inputs.schema_kinds import Bilingual


def outcome(name: str, better: str = "higher", unit: str = "m") -> Outcome:
    title = Bilingual(en=name.capitalize(), zh=f"{name}值")
    return Outcome.model_construct(name=name, title=title, unit=unit, better=better, format=".2f", target={})


def compared(
    outcomes: Mapping[str, tuple[str, Mapping[str, Sequence[float]]]],
    parameters: Mapping[str, Sequence[float]] | None = None,
    **changes: Any,
) -> Compared:
    """One scenario, one year, one cost: by outcome its direction, and values by strategy in each world."""
    strategies = list(next(iter(outcomes.values()))[1])
    worlds = len(next(iter(next(iter(outcomes.values()))[1].values())))
    drawn = {"spin": np.linspace(0, 1, worlds)} if parameters is None else parameters
    data = xr.Dataset(
        {
            name: (
                ("scenario", "strategy", "world", "time"),
                np.array([[values[one] for one in strategies]], dtype=float)[..., np.newaxis],
            )
            for name, (_, values) in outcomes.items()
        },
        coords={
            "scenario": ["central"],
            "strategy": strategies,
            "world": range(worlds),
            "time": [2040.0],
            "parameter": list(drawn),
            "parameters": (("world", "parameter"), np.stack([np.asarray(v) for v in drawn.values()], -1)),
        },
        attrs={"worlds": "prior", "model_hash": "none"},
    )
    given: dict[str, Any] = {
        "results": {"equal": data},
        "outcomes": {name: outcome(name, better) for name, (better, _) in outcomes.items()},
        "headline": list(outcomes),
        "strategies": strategies,
        "origin": "prior",
    }
    return Compared(**{**given, **changes})
