"""Test 10, surprise behaviour: the worlds farthest out, and what makes them so.

Distance is that of Mahalanobis (1936) in the final outcomes of the baseline, on a scale of logarithms where
values span ten times or more, with a covariance shrunk a little towards its diagonal. Each world far out is
named by its kind: the outcome that deviates most, and the side. The parameters that stand out are those with
the largest shares of that deviation in a linear fit over other worlds, in which they are significant. What a
kind means is said in model/surprises.yaml; a kind without an entry there is not understood yet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from field_tests.workbench import SEED, workbench
from twintrack.calibration.field_results import Evidence, FieldTest, Text, at_most, columns, told
from twintrack.equations.structure import Array
from twintrack.inputs.surprises import SURPRISES_FILE, load_surprises

if TYPE_CHECKING:
    import pandas as pd

    from twintrack.inputs.surprises import SurpriseKind
    from twintrack.model import Model

WORLDS = 500
FIT_WORLDS = 2000
FARTHEST = 20
SIGNIFICANT = 3.0
"""Slope over its standard error from which a parameter counts."""

SHRINKAGE = 0.05


@dataclass(frozen=True)
class Surprise:
    """A world far out: its distance, the outcome that deviates most, and the parameters behind it."""

    world: int
    distance: float
    outcome: str
    side: str
    deviation: float
    parameters: tuple[tuple[str, float, float], ...]
    """Name, value, and share of the deviation that a linear fit gives to it; the largest two."""

    @property
    def kind(self) -> str:
        """The outcome and the side, as surprises.yaml names it."""
        return f"{self.outcome} {self.side}"


def surprise_behaviour(model: Model) -> FieldTest:
    """Find the worlds farthest out and look up what is known of their kinds."""
    notes = load_surprises(model.content / SURPRISES_FILE).kinds
    found = farthest_worlds(model)
    kinds = Counter(item.kind for item in found)
    unknown = [kind for kind in kinds if kind not in notes]
    faults = [kind for kind in kinds if kind in notes and notes[kind].label == "fault"]
    labels = Counter(notes[kind].label for kind in kinds if kind in notes)
    measures = (
        told(Text("Worlds of the prior looked through", "检查的先验世界数"), WORLDS),
        told(Text("Largest distance", "最大距离"), found[0].distance, "standard deviations"),
        told(Text("Kinds among the farthest worlds", "最远世界的种类"), len(kinds)),
        at_most(Text("Kinds that nobody has explained", "尚未解释的种类"), len(unknown), 0),
        at_most(Text("Kinds that are faults of the model", "属于模型缺陷的种类"), len(faults), 0),
    )
    return FieldTest(
        10,
        "surprise_behaviour",
        Text("Surprise behaviour", "意外行为"),
        Text(
            f"The {FARTHEST} worlds farthest out of {WORLDS} of the prior are of {len(kinds)} kinds:"
            f" {labels['understood']} understood, {labels['insight']} insights, {labels['fault']} faults,"
            f" {len(unknown)} unexplained.",
            f"{WORLDS}个先验世界中最远的{FARTHEST}个分为{len(kinds)}类：已理解{labels['understood']}类、新认识{labels['insight']}类、"
            f"缺陷{labels['fault']}类、未解释{len(unknown)}类。",
        ),
        measures,
        _tables(found, kinds, notes),
        "pytest tests/validation/test_surprise_behaviour.py",
    )


LABELS = {
    "understood": Text("understood", "已理解"),
    "insight": Text("insight", "新认识"),
    "fault": Text("fault", "缺陷"),
    "unexplained": Text("unexplained", "未解释"),
}


def _tables(
    found: Sequence[Surprise], kinds: Counter[str], notes: Mapping[str, SurpriseKind]
) -> tuple[Evidence, ...]:
    return (
        Evidence(
            Text("The worlds farthest out", "最远的世界"),
            columns(
                "world|世界",
                "distance|距离",
                "outcome that deviates most|偏离最大的结果",
                "side|方向",
                "standard deviations|标准差",
                "parameters that stand out|突出的参数",
                "label|类别",
            ),
            tuple(
                (
                    item.world,
                    item.distance,
                    item.outcome,
                    item.side,
                    item.deviation,
                    ", ".join(f"{name} = {value:.3g}" for name, value, _ in item.parameters),
                    LABELS[notes[item.kind].label if item.kind in notes else "unexplained"],
                )
                for item in found
            ),
        ),
        Evidence(
            Text("What the kinds mean", "各类含义"),
            columns("kind|种类", "worlds|世界数", "meaning|含义"),
            tuple((kind, count, Text(*_meaning(notes.get(kind)))) for kind, count in kinds.most_common()),
        ),
    )


def _meaning(note: SurpriseKind | None) -> tuple[str, str]:
    return ("", "") if note is None else (note.meaning.en, note.meaning.zh)


def farthest_worlds(model: Model) -> list[Surprise]:
    """Give the worlds farthest out, the farthest first."""
    worlds = model.sample_worlds(WORLDS, SEED)
    run = workbench(model).run("baseline", worlds)
    names = [name for name in model.inputs.outcomes.goals if name in run]
    scores = np.stack([_standard(run[name][-1]) for name in names], axis=-1)
    distances = mahalanobis(scores)
    sides = _sides(worlds)
    slopes = _slopes(model, names)
    return [
        _surprise(int(world), distances[world], scores[world], sides[world], slopes, names, worlds)
        for world in np.argsort(-distances)[:FARTHEST]
    ]


def _sides(worlds: pd.DataFrame) -> Array:
    """Give where each parameter lies among the worlds, scaled; shape (worlds, parameters)."""
    return np.stack([_standard(worlds[name].to_numpy(np.float64)) for name in worlds], axis=-1)


def _slopes(model: Model, names: list[str]) -> Array:
    """Give the significant slopes of outcomes by parameters in many other worlds, zero elsewhere.

    Shape (parameters, outcomes), both scaled.
    """
    worlds = model.sample_worlds(FIT_WORLDS, SEED + 1)
    run = workbench(model).run("baseline", worlds)
    scores = np.stack([_standard(run[name][-1]) for name in names], axis=-1)
    sides = _sides(worlds)
    slopes, *_ = np.linalg.lstsq(sides, scores, rcond=None)
    rest = (scores - sides @ slopes).std(axis=0)
    errors = np.sqrt(np.diag(np.linalg.inv(sides.T @ sides)))[:, np.newaxis] * rest
    kept: Array = np.where(np.abs(slopes) >= SIGNIFICANT * errors, slopes, 0.0)
    return kept


def mahalanobis(scores: Array) -> Array:
    """Give the distance of each row from the mean row; `scores` of shape (worlds, outcomes)."""
    centred = scores - scores.mean(axis=0)
    covariance = np.cov(centred, rowvar=False)
    shrunk = (1 - SHRINKAGE) * covariance + SHRINKAGE * np.diag(np.diag(covariance))
    solved = np.linalg.solve(shrunk, centred.T).T
    distances: Array = np.sqrt((centred * solved).sum(axis=1))
    return distances


def _standard(values: Array) -> Array:
    """Scale to mean 0 and deviation 1, logarithms where all values are above zero and span ten times."""
    wide = values.min() > 0 and values.max() > 10 * values.min()
    scale = np.log(values) if wide else values
    spread = scale.std()
    result: Array = (scale - scale.mean()) / (spread if spread > 0 else 1.0)
    return result


def _surprise(
    world: int,
    distance: float,
    scores: Array,
    parameters: Array,
    slopes: Array,
    names: list[str],
    worlds: pd.DataFrame,
) -> Surprise:
    most = int(np.abs(scores).argmax())
    parts = parameters * slopes[:, most] / scores[most]
    behind = tuple(
        (str(worlds.columns[place]), float(worlds.iloc[world, place]), float(parts[place]))
        for place in np.argsort(-parts)[:2]
    )
    side = "high" if scores[most] > 0 else "low"
    return Surprise(world, float(distance), names[most], side, float(scores[most]), behind)
