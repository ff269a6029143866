"""Test 6, integration error: what changes when the step is halved twice, and under a better method.

The error of an outcome is max_t |x(dt) - x(dt/2)| over the range of x. The order is log2 of the ratio of two
such differences; Euler's method has 1. Runge-Kutta of fourth order runs under NumPy at the model's own step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from field_tests.workbench import COMPARED, JUDGED, workbench
from twintrack.calibration.field_results import Evidence, FieldTest, Text, at_most, columns, told
from twintrack.engines.numpy.engine import NumpyEngine
from twintrack.equations.structure import Array
from twintrack.runs.arrays import along_time, lever_series, place_of

if TYPE_CHECKING:
    from twintrack.model import Model

LARGEST_ERROR = 0.01
PROBABILITIES = ("opened[home]",)
"""Judged against 1: where no new road opens, its own range is almost nothing."""

Courses = dict[str, Array]
"""Outcome to values, shape (strategies, saved times)."""


def integration_error(model: Model) -> FieldTest:
    """Halve the step twice for the compared strategies, and integrate two of them by Runge-Kutta."""
    step = model.equations.time.step
    coarse, fine, finest = (_euler(model, step / part) for part in (1, 2, 4))
    better = _runge_kutta(model)
    rows: list[tuple[str, float, float, float]] = []
    for name, values in coarse.items():
        error = relative(name, values, fine[name])
        order = _order(values, fine[name], finest[name])
        rows.append((name, error, order, relative(name, values[:2], better[name])))
    rows.sort(key=lambda row: row[1], reverse=True)
    errors = {name: error for name, error, _, _ in rows}
    over = [name for name, error in errors.items() if error > LARGEST_ERROR]
    headline = max(errors[name] for name in model.headline)
    order = float(np.median([row[2] for row in rows if np.isfinite(row[2])]))
    swapped = sum(_swaps(coarse[name][:, -1], finest[name][:, -1]) for name in JUDGED)
    against = max(row[3] for row in rows)
    measures = (
        told(Text("Step", "步长"), step, "Year"),
        at_most(
            Text("Largest error of a headline outcome", "主要结果的最大误差"),
            headline,
            LARGEST_ERROR,
            "of range",
        ),
        at_most(Text("Outcomes off by more than 1 %", "误差超过1%的结果"), len(over), 0),
        at_most(
            Text(
                "Pairs of strategies that change order at a quarter of the step",
                "步长减至四分之一时次序改变的战略对",
            ),
            swapped,
            0,
        ),
        at_most(Text("Distance of the observed order from 1", "实测阶数与1之差"), abs(order - 1), 0.2),
        told(Text("Largest difference from Runge-Kutta 4", "与四阶龙格-库塔的最大差"), against, "of range"),
    )
    return FieldTest(
        6,
        "integration_error",
        Text("Integration error", "积分误差"),
        Text(
            f"Half the step moves headline outcomes by at most {headline:.1%} of their range and"
            f" {len(over)} of {len(errors)} outcomes by more than 1 % ({', '.join(over) or 'none'});"
            f" {swapped} pairs of {len(COMPARED)} strategies change order."
            f" The observed order is {order:.2f}.",
            f"步长减半使主要结果最多变化其幅度的{headline:.1%}，{len(errors)}项结果中{len(over)}项超过1%；"
            f"{len(COMPARED)}个战略中{swapped}对次序改变。实测阶数为{order:.2f}。",
        ),
        measures,
        (
            Evidence(
                Text("Error by outcome", "各结果的误差"),
                columns(
                    "outcome|结果",
                    "error at half the step|步长减半的误差",
                    "order|阶数",
                    "difference from Runge-Kutta 4|与四阶龙格-库塔之差",
                ),
                tuple(rows),
            ),
        ),
        "pytest tests/model/test_structure.py -k integration",
    )


def relative(name: str, values: Array, others: Array) -> float:
    """Give the largest difference over the range of an outcome, the worst of all strategies."""
    spread = np.ptp(values, axis=-1)
    scale = np.where(spread > 0, spread, 1.0)
    if name in PROBABILITIES:
        scale = np.ones_like(scale)
    return float((np.abs(values - others).max(axis=-1) / scale).max())


def _order(coarse: Array, fine: Array, finest: Array) -> float:
    first, second = np.abs(coarse - fine).max(), np.abs(fine - finest).max()
    return float(np.log2(first / second)) if first > 0 and second > 0 else float("nan")


def _swaps(first: Array, second: Array) -> int:
    """Count the pairs that stand in another order."""
    upper = np.triu_indices(len(first), 1)
    return int(
        (np.sign(np.subtract.outer(first, first)) != np.sign(np.subtract.outer(second, second)))[upper].sum()
    )


def _euler(model: Model, step: float) -> Courses:
    bench = workbench(model)
    runs = [bench.run(name, time_step=step) for name in COMPARED]
    return _courses(model, {name: np.stack([run[name][..., 0] for run in runs]) for name in runs[0]})


def _runge_kutta(model: Model) -> Courses:
    """Integrate the first two strategies by Runge-Kutta at the model's own step."""
    equations = model.equations
    series = [lever_series(model.strategy(name).paths, equations.time.times) for name in COMPARED[:2]]
    levers = {name: np.stack([item[name] for item in series], axis=-1) for name in series[0]}
    names = model.catalogue.outcome_variables
    values = NumpyEngine(equations, "rk4").run({}, levers, names, runs=2)
    return _courses(model, {name: np.moveaxis(array, -1, 0) for name, array in values.items()})


def _courses(model: Model, values: Courses) -> Courses:
    """Take outcomes out of their variables, elements of arrays included."""
    found = {}
    for name in model.outcomes:
        variable, place = place_of(model.equations, name)
        found[name] = np.stack([along_time(course, place) for course in values[variable]])
    return found
