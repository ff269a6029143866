"""A laboratory for the bare equations: any of their constants may be changed, many runs at once.

Constants outside world.yaml are changed too, so these runs use the NumPy engine, which needs no compilation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from field_tests.bounds import SHARES, amounts
from twintrack.engines.numpy.engine import NumpyEngine
from twintrack.equations import Equations
from twintrack.equations.structure import Array
from twintrack.model import Model
from twintrack.runs.arrays import lever_series, place_of

Saved = dict[str, Array]
Changes = Mapping[str, float]
STEP = 0.25
CORNERS = 300
CORNER_STEP = 0.125
"""Twice the model file's step. At a quarter of a year, a step in rare corners takes more out of a stock than
the stock holds, which says nothing of the equations."""
NO_PEOPLE = (
    "initial_market_enrolment[home]",
    "initial_skilled[home]",
    "initial_top_at_home",
    "initial_top_abroad",
)
NO_MONEY = ("private_norm[home]", "reinvestment_share", "index_cost", "local_budget", "subsidy_rate")
NO_INVESTORS = {"capital_shock": 1.0, "private_norm[home]": 0.0}
NO_CHIPS = (
    "private_capital_start[home]",
    "domestic_chip_invest",
    "chip_diversion",
    "smuggling_share",
    "trade_access_base",
    "trade_openness",
)
"""Of the home country: the leader has chips in all conditions, for it is what others are measured by."""

EMBARGO = {"export_control_future": 1.0, "rationing": 1.0, "smuggling_share": 0.0}
DECOUPLING = {
    "export_control_future": 1.0,
    "tool_control_future": 1.0,
    "visa_restriction_future": 1.0,
    "open_source_cutoff": 1.0,
    "foreign_openness_future": 0.0,
}


class Laboratory:
    """Runs the equations from 2016 on at a step of a quarter of a year, the interval of saved results."""

    def __init__(self, equations: Equations) -> None:
        self.equations = equations
        self.step = STEP
        self.engine = NumpyEngine(equations)

    def run(self, **changes: float) -> Saved:
        """Give all variables, shape (saves,) + axes; a number fills an array constant whole."""
        return self.runs({"only": changes})["only"]

    def runs(self, cases: Mapping[str, Changes]) -> dict[str, Saved]:
        """Give all variables of each case, which says what differs from the model file.

        Changes are numbers by constant or element; all cases are computed side by side.
        """
        saved = self.engine.run(self.constants(list(cases.values())), {}, runs=len(cases), time_step=STEP)
        return {
            case: {name: values[..., min(i, values.shape[-1] - 1)] for name, values in saved.items()}
            for i, case in enumerate(cases)
        }

    def constants(self, cases: Sequence[Changes]) -> Saved:
        """Give every constant that some case sets, shape axes + (cases,)."""
        given: Saved = {}
        for i, changes in enumerate(cases):
            for label, value in changes.items():
                name, place = place_of(self.equations, label)
                if name not in given:
                    given[name] = np.repeat(self.equations.defaults[name][..., np.newaxis], len(cases), -1)
                at: Any = (*place, ..., i)
                given[name][at] = value
        return given


def extreme_conditions(model: Model) -> dict[str, dict[str, float]]:
    """Say what differs from the model file under each of the extreme conditions."""
    levers = model.levers
    index = [name for name, lever in levers.items() if lever.kind == "index"]
    money = [name for name, lever in levers.items() if lever.kind == "money"]
    low = {name: lever.low for name, lever in levers.items()}
    high = {name: lever.high for name, lever in levers.items()}
    low_world = {name: parameter.low for name, parameter in model.world.items()}
    high_world = {name: parameter.high for name, parameter in model.world.items()}
    return {
        "no money": {**dict.fromkeys([*money, *NO_MONEY], 0.0), **NO_INVESTORS, "recycling": 0.0},
        # Nor does anything come back from taxes.
        "no public money": {**dict.fromkeys(money, 0.0), "recycling": 0.0},
        "a thousand times the research money": {"fiscal_ai_rd": 60e3},
        "no private capital": NO_INVESTORS,
        # Not quite nobody: shares of nobody are not defined.
        "no talent": {**dict.fromkeys(NO_PEOPLE, 1e-2), "talent_training": 0.0, "talent_attraction": 0.0},
        "no chips": {**EMBARGO, **dict.fromkeys(NO_CHIPS, 0.0)},
        "embargo": EMBARGO,
        "total decoupling": DECOUPLING,
        "all levers at their low end": low,
        "all levers at their high end": high,
        "all index levers 0": dict.fromkeys(index, 0.0),
        "all index levers 1": dict.fromkeys(index, 1.0),
        "one programme alone": {**dict.fromkeys(index, 0.0), "public_data_opening": 1.0},
        "no growth of cost": {"cost_growth_factor": 1.0},
        "tenfold growth of cost": {"cost_growth_factor": 10.0},
        "a hundredfold growth of cost": {"cost_growth_factor": 100.0},
        # Luck of 1 is a wait of nothing: the road is known before policy begins.
        "a new road known from the start": {"breakthrough_draw": 1.0},
        "a new road never found": {"breakthrough_rate": 0.0},
        "AI that does every task": {"automation_limit": 1.0, "task_mean": 2.0},
        "all who are displaced stay so": {
            "reemployment_rate": 0.0,
            "displacement_rate": 3.0,
        },
        "exhausted routes": {"route_ceiling": 4.0},
        "every parameter at its low end": low_world,
        "every parameter at its high end": high_world,
    }


def random_corners(model: Model, laboratory: Laboratory) -> dict[str, Saved]:
    """Stocks, shares and outcomes by course of action, in worlds with every parameter at one of its ends."""
    equations, rng = model.equations, np.random.default_rng(11)
    ends = np.array([parameter.range for parameter in model.world.values()])
    sides = rng.integers(0, 2, (len(ends), CORNERS))
    world = laboratory.constants(
        [dict(zip(model.world, ends[np.arange(len(ends)), sides[:, i]], strict=True)) for i in range(CORNERS)]
    )
    index = [name for name, lever in model.levers.items() if lever.kind == "index"]
    low = {name: lever.low for name, lever in model.levers.items()}
    courses = {
        "baseline": model.strategy("baseline"),
        "all index levers 1": model.strategy("baseline", **dict.fromkeys(index, 1.0)),
        "all levers at their low end": model.strategy("baseline", **low),
        "catchup_explore_open": model.strategy("catchup_explore_open"),
    }
    outputs = sorted({*amounts(equations), *SHARES, *model.catalogue.outcome_variables})
    times = equations.time.with_step(CORNER_STEP).times
    return {
        name: laboratory.engine.run(
            world,
            lever_series(strategy.paths, times),
            outputs,
            runs=CORNERS,
            time_step=CORNER_STEP,
        )
        for name, strategy in courses.items()
    }
