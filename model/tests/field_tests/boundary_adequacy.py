"""Test 1, boundary adequacy: what comes from outside is told with a reason, and a missing feedback is tried.

The feedback tried is that of the industry's success on the climate for capital: where a strategy's industry
is larger than the baseline's, the climate is better in the same proportion. It is added by iteration: the
climate of each world and time is that of the run before. As a second variant the climate is held at its mean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from field_tests.workbench import COMPARED, JUDGED, SEED, best, workbench
from twintrack.calibration.field_results import (
    Evidence,
    FieldTest,
    Measure,
    Text,
    at_most,
    columns,
    told,
)
from twintrack.equations.structure import Array
from twintrack.inputs.boundary import BOUNDARY_FILE, load_boundary
from twintrack.inputs.cross_checks import boundary_faults, driving_inputs

if TYPE_CHECKING:
    from twintrack.inputs.boundary import BoundaryFile
    from twintrack.inputs.schema_kinds import Bilingual
    from twintrack.model import Model

WORLDS = 200
"""Drawn from the prior, of which the text tells."""

ROUNDS = 3
CLIMATE = "capital_climate"
INDUSTRY = "ai_industry_size"
LARGEST_CHANGE = 0.1
"""Share of worlds in which another strategy may be best once the feedback is there."""


def boundary_adequacy(model: Model) -> FieldTest:
    """Compare the boundary file with the equations, and add a feedback that is missing."""
    equations, content = model.equations, model.inputs
    entries = load_boundary(model.content / BOUNDARY_FILE)
    found = driving_inputs(content, equations)
    faults = boundary_faults(model.content / BOUNDARY_FILE, content, equations)
    flat, feedback = climate_changes(model)
    movable = sum(1 for name in found if name in entries.inputs and entries.inputs[name].strategies)
    measures = _measures(entries, found, len(faults), movable, flat, feedback)
    worst = max(*flat.values(), *feedback.values())
    return FieldTest(
        1,
        "boundary_adequacy",
        Text("Boundary adequacy", "边界恰当性"),
        Text(
            f"{len(found)} inputs move with time from outside; {movable} of them could be moved by a"
            f" strategy in reality. With the capital climate flat, or following the industry, another"
            f" strategy is best in at most {worst:.0%} of {WORLDS} worlds of the prior.",
            f"共有{len(found)}个随时间变化的外部输入，其中{movable}个在现实中可被战略影响。资本气候持平或随产业变化时，"
            f"在{WORLDS}个先验世界中最多有{worst:.0%}的世界最优战略改变。",
        ),
        measures,
        _tables(model, entries, found),
        "pytest tests/validation/test_boundary_adequacy.py",
    )


def _measures(
    entries: BoundaryFile,
    found: Mapping[str, str],
    faults: int,
    movable: int,
    flat: Mapping[str, float],
    feedback: Mapping[str, float],
) -> tuple[Measure, ...]:
    return (
        told(Text("Inputs that move with time from outside", "随时间变化的外部输入"), len(found)),
        at_most(
            Text("Of these without a reason, or reasons without input", "其中缺理由或理由失效"),
            faults,
            0,
        ),
        told(Text("Of these that a strategy could move in reality", "其中现实中可被战略影响"), movable),
        told(
            Text("Things left out, each with the bias it causes", "模型未包含的事项"), len(entries.excluded)
        ),
        *(
            at_most(
                Text(f"Another strategy is best by {name}: flat climate", f"{name}：气候持平后最优战略改变"),
                flat[name],
                LARGEST_CHANGE,
                "share of worlds",
            )
            for name in JUDGED
        ),
        *(
            at_most(
                Text(
                    f"Another strategy is best by {name}: climate follows industry",
                    f"{name}：气候随产业变化后最优战略改变",
                ),
                feedback[name],
                LARGEST_CHANGE,
                "share of worlds",
            )
            for name in JUDGED
        ),
    )


def _tables(model: Model, entries: BoundaryFile, found: Mapping[str, str]) -> tuple[Evidence, ...]:
    """Give the inputs with their reasons, the world parameters by sector, and what is left out."""
    return (
        Evidence(
            Text("What moves with time from outside", "随时间变化的外部输入"),
            columns(
                "input|输入",
                "found in|所在",
                "why not computed|为何不由模型计算",
                "strategies that could move it|可影响它的战略",
            ),
            tuple(
                (name, place, _words(entry.why), ", ".join(entry.strategies))
                for name, place in found.items()
                if (entry := entries.inputs.get(name))
            ),
        ),
        Evidence(
            Text("World parameters by sector of the model", "各部门的外部参数数量"),
            columns("sector|部门", "parameters|参数个数"),
            tuple(sorted(_by_group(model).items())),
        ),
        Evidence(
            Text("Left out", "未包含"),
            columns("what|事项", "bias|偏差"),
            tuple((_words(entry.title), _words(entry.bias)) for entry in entries.excluded.values()),
        ),
    )


def _words(text: Bilingual) -> Text:
    return Text(text.en, text.zh)


def _by_group(model: Model) -> Counter[str]:
    variables = model.equations.variables
    return Counter(variables[name.partition("[")[0]].group for name in model.world)


def climate_changes(model: Model) -> tuple[dict[str, float], dict[str, float]]:
    """Give the share of worlds whose best strategy changes, by outcome: flat climate, and with feedback."""
    bench = workbench(model)
    worlds = model.sample_worlds(WORLDS, SEED)
    outside = np.asarray(model.run("baseline")[CLIMATE])
    saved, times = model.equations.time.saved, model.equations.time.times
    present = np.interp(times, saved, outside)
    past = saved < model.policy_start

    def runs(climate: list[Array]) -> tuple[dict[str, Array], list[Array]]:
        found = [
            bench.run(name, worlds, series={CLIMATE: series})
            for name, series in zip(COMPARED, climate, strict=True)
        ]
        ends = {name: np.stack([run[name][-1] for run in found]) for name in JUDGED}
        return ends, [run[INDUSTRY] for run in found]

    def followed(industry: list[Array]) -> list[Array]:
        home = industry[COMPARED.index("baseline")]
        ratio = [np.where(past[:, np.newaxis], 1.0, item / home) for item in industry]
        on_grid = [
            np.stack([np.interp(times, saved, column) for column in item.T], axis=-1) for item in ratio
        ]
        return [present[:, np.newaxis] * item for item in on_grid]

    before, industry = runs([present] * len(COMPARED))
    level, _ = runs([np.full_like(present, present.mean())] * len(COMPARED))
    after = before
    for _ in range(ROUNDS):
        after, industry = runs(followed(industry))
    changed = [
        {
            name: float(np.mean(best(model, name, before[name]) != best(model, name, other[name])))
            for name in JUDGED
        }
        for other in (level, after)
    ]
    return changed[0], changed[1]
