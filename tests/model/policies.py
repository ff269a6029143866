"""Runs in which levers move from the start of policy on, in any world, many side by side.

Effects of programmes and doors are counted from the start, so that a lever which stands at another level from
2016 on shows none: these runs move them as strategies do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from field_tests.laboratory import Laboratory, Saved
from twintrack.engines.numpy.engine import NumpyEngine
from twintrack.model import Model
from twintrack.runs.arrays import lever_series


class Policy(NamedTuple):
    """What is run: the baseline with `levers` moved from 2026 on, in the central world but for `world`."""

    levers: Mapping[str, float] = {}
    world: Mapping[str, float] = {}


def policy_runs(model: Model, policies: Mapping[str, Policy]) -> dict[str, Saved]:
    """Give all variables of each policy, shape (saves,) + axes, at the step of the model file."""
    equations = model.equations
    plans = [
        lever_series(model.strategy("baseline", **policy.levers).paths, equations.time.times)
        for policy in policies.values()
    ]
    levers = {name: np.stack([plan[name] for plan in plans], axis=-1) for name in plans[0]}
    worlds = Laboratory(equations).constants([policy.world for policy in policies.values()])
    saved = NumpyEngine(equations).run(worlds, levers, runs=len(plans))
    return {
        name: {key: values[..., min(run, values.shape[-1] - 1)] for key, values in saved.items()}
        for run, name in enumerate(policies)
    }


RIVALRY = {"kpi_quality_weight": 0.0, "interregional_cooperation": 0.1, "central_coordination": 0.2}
COOPETITION = {"kpi_quality_weight": 0.9, "interregional_cooperation": 0.9, "central_coordination": 0.6}
CAREFUL, CARELESS = {"safety_governance": 0.9}, {"safety_governance": 0.1}
HARMFUL = {"misuse_rate": 0.45, "accident_cost": 0.3}
HARMLESS = {"misuse_rate": 0.05, "drag_strength": 0.7}
POLICIES: Mapping[str, Policy] = {
    "central": Policy(),
    "no automation": Policy(world={"automation_limit": 0.0}),
    "some automation": Policy(world={"automation_limit": 0.2}),
    "much automation": Policy(world={"automation_limit": 0.8}),
    "nothing comes back": Policy(world={"recycling": 0.0}),
    "more basic work": Policy(levers={"stage_share_basic": 0.5}),
    "more basic work on one road": Policy(levers={"stage_share_basic": 0.5, "catchup_share": 1.0}),
    "free to fail": Policy(levers={"failure_tolerance": 1.0}),
    "found at home": Policy(world={"breakthrough_draw[home]": 0.95}),
    "found by the leader": Policy(world={"breakthrough_draw[leader]": 0.95}),
    "found by the leader, nothing is read": Policy(
        world={"breakthrough_draw[leader]": 0.95, "foreign_openness_future": 0.0}
    ),
    "found at home, little inherited": Policy(world={"breakthrough_draw[home]": 0.95, "inheritance": -6.0}),
    "released": Policy(levers={"open_source_release": 1.0}),
    "kept": Policy(levers={"open_source_release": 0.0}),
    "rivalry": Policy(levers=RIVALRY),
    "co-opetition": Policy(levers=COOPETITION),
    "rivals": Policy(levers={"kpi_quality_weight": 0.0, "interregional_cooperation": 0.0}),
    "friendly rivals": Policy(levers={"kpi_quality_weight": 0.0, "interregional_cooperation": 1.0}),
    "friends": Policy(levers={"kpi_quality_weight": 1.0, "interregional_cooperation": 1.0}),
    "strangers": Policy(levers={"kpi_quality_weight": 1.0, "interregional_cooperation": 0.0}),
    "careful, harmful": Policy(CAREFUL, HARMFUL),
    "careless, harmful": Policy(CARELESS, HARMFUL),
    "careful, harmless": Policy(CAREFUL, HARMLESS),
    "careless, harmless": Policy(CARELESS, HARMLESS),
    "opened data": Policy(levers={"public_data_opening": 1.0}),
    "opened data behind reviews": Policy(levers={"public_data_opening": 1.0, "own_securitisation": 1.0}),
    "data behind walls": Policy(levers={"platform_antitrust": 0.0}),
    "more scenes": Policy(levers={"scenario_opening": 0.7}),
    "all scenes": Policy(levers={"scenario_opening": 1.0}),
}
"""What the tests of the sectors look at."""
