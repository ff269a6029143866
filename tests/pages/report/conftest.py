"""Made-up results, small enough to check by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from twintrack.inputs.outcomes import Outcome
from twintrack.inputs.paths import TimePath
from twintrack.inputs.schema_kinds import Bilingual
from twintrack.inputs.strategies import Strategy
from twintrack.pages.report.data import ReportData

TIMES = np.array([2024.0, 2026.0, 2030.0, 2040.0])
WORLDS = 10
NAMES = ("baseline", "red", "blue")


def _words(text: str) -> Bilingual:
    return Bilingual(en=text, zh=f"{text}（中文）")


def _strategy(name: str, level: float) -> Strategy:
    path = TimePath.through([(2026.0, 1.0), (2028.0, level)])
    title = _words(name.title())
    return Strategy(name, title, title, "own", "", (), {"effort": path}, {"effort": TimePath.constant(1.0)})


def _outcome(name: str, better: str, spec: str) -> Outcome:
    return Outcome.model_construct(name=name, title=_words(name), unit="bn CNY", better=better, format=spec)


@pytest.fixture
def made_up() -> Callable[..., ReportData]:
    """Give results in which each strategy's gain in a world is as asked.

    `gain(strategy, world number)` is added to 100 from 2030 on; the outcome is called gain.
    """

    def make(
        gain: Callable[[str, int], float], *, better: str = "higher", spec: str = ".1f", equal: Any = None
    ) -> ReportData:
        def results(added: Callable[[str, int], float]) -> xr.Dataset:
            values = np.full((1, len(NAMES), WORLDS, len(TIMES)), 100.0)
            for place, name in enumerate(NAMES):
                for world in range(WORLDS):
                    values[0, place, world, 2:] += added(name, world)
            dims = ("scenario", "strategy", "world", "time")
            data = {
                name: (dims, values, {"units": "bn CNY"})
                for name in ("gain", "public_cost", "public_cost_pv")
            }
            coords = {
                "scenario": ["central"],
                "strategy": list(NAMES),
                "world": np.arange(WORLDS),
                "time": TIMES,
            }
            factor = (dims[:3], np.ones((1, len(NAMES), WORLDS)))
            return xr.Dataset(data, {**coords, "budget_factor": factor})

        levels = {"baseline": 1.0, "red": 2.0, "blue": 1.0}
        return ReportData(
            definition=SimpleNamespace(
                years=(2030, 2040), outcomes=("gain",), ensemble=SimpleNamespace(worlds=WORLDS, seed=1)
            ),
            source=Path("made_up.yaml"),
            model=SimpleNamespace(
                content=Path(),
                outcomes={"gain": _outcome("gain", better, spec)},
                levers={"effort": SimpleNamespace(title=_words("Effort"), unit="1")},
                lever_table=SimpleNamespace(policy_start=2026.0, ramp_years=2.0),
                inputs=SimpleNamespace(outcomes=SimpleNamespace(statistics={})),
                strategy=lambda name: _strategy(name, 1.0),
            ),
            strategies={name: _strategy(name, level) for name, level in levels.items()},
            scenarios={"central": SimpleNamespace(name="central", title=_words("Central"))},
            own=results(gain),
            equal=results(equal or gain),
            worlds=pd.DataFrame({"luck": np.linspace(0, 1, WORLDS)}),
        )

    return make
