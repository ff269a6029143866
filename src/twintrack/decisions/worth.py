"""What is worth finding out: the value of perfect and of partial information, from worlds that are there.

The value is what the best choice gains, in the outcome's unit, when it may depend on what is learnt. Partial
information: Strong, Oakley and Brennan (2014), doi:10.1177/0272989X13505910, a regression of every strategy
on what is learnt; here cubic splines on normal scores, fitted to four fifths of the worlds and used on the
rest, and the gain that the choice by the fit realises there. The mean of the fitted maximum, which is often
taken, grows with noise. Samples: Strong et al. (2015), doi:10.1177/0272989X15575286: the same regression on
what a measurement would have shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats
from scipy.interpolate import BSpline

from twintrack.decisions.compared import Case, Compared
from twintrack.decisions.contests import with_case
from twintrack.decisions.robustness import finite_worlds, performance, same_for_all
from twintrack.equations.structure import Array

KNOTS = 5
FOLDS = 5
PERMUTATIONS = 60
DRAWS = 10
"""How often the error of a measurement is drawn."""
ERRORS = (0.25, 0.5, 1.0)
"""Standard deviation of the error of a measurement, over that of what is measured between worlds."""
FEWEST = 200
"""Worlds below which nothing is said of parameters."""
MEASURED = 3
"""Parameters that are measured in thought: those most worth knowing."""

_DEGREE = 3
_RIDGE = 1e-9


def perfect(scores: Array) -> tuple[float, float]:
    """Give the value of perfect information and its standard error.

    `scores` are what strategies reach, shape (worlds, strategies), more being better.
    """
    gains = scores.max(axis=1) - scores[:, scores.mean(axis=0).argmax()]
    return float(gains.mean()), float(gains.std(ddof=1) / np.sqrt(len(gains)))


def basis(signal: Array) -> Array:
    """Give cubic splines on the normal scores of what is learnt, shape (worlds, functions)."""
    scores = stats.norm.ppf((stats.rankdata(signal) - 0.5) / len(signal))
    inner = np.quantile(scores, np.linspace(0, 1, KNOTS + 2))[1:-1]
    ends = scores.min() - 1e-9, scores.max() + 1e-9
    knots = np.concatenate([[ends[0]] * (_DEGREE + 1), inner, [ends[1]] * (_DEGREE + 1)])
    found: Array = BSpline.design_matrix(scores, knots, _DEGREE).toarray()
    return found


def realised(scores: Array, functions: Array, seed: int = 1) -> float:
    """Give what the choice gains that follows the fit, in worlds that it was not fitted to.

    Below zero where the fit is noise: following it then loses.
    """
    order = np.random.default_rng(seed).permutation(len(scores))
    fitted = np.array_split(functions[order], FOLDS)
    reached = np.array_split(scores[order], FOLDS)
    squares = np.stack([part.T @ part for part in fitted])
    products = np.stack([part.T @ found for part, found in zip(fitted, reached, strict=True)])
    sums = np.stack([found.sum(axis=0) for found in reached])
    ridge = _RIDGE * np.trace(squares.sum(axis=0)) * np.eye(functions.shape[1])  # several sets share a level
    gain = 0.0
    for fold, (part, found) in enumerate(zip(fitted, reached, strict=True)):
        others = np.arange(FOLDS) != fold
        coefficients = np.linalg.solve(squares[others].sum(axis=0) + ridge, products[others].sum(axis=0))
        chosen = (part @ coefficients).argmax(axis=1)
        usual = sums[others].sum(axis=0).argmax()
        gain += float((found[np.arange(len(found)), chosen] - found[:, usual]).sum())
    return gain / len(scores)


def partial(scores: Array, signals: Sequence[Array]) -> float:
    """Give the value of learning some signals together, each of shape (worlds,), without interactions."""
    return realised(scores, np.concatenate([basis(signal) for signal in signals], axis=1))


def chance(scores: Array, parameters: int = 1, seed: int = 1) -> float:
    """Give what the largest value of so many parameters that say nothing stays below in 95 % of cases.

    From permutations, as mean and standard deviation of what chance gives, with the normal quantile that so
    many parameters together ask for (Bonferroni).
    """
    rng = np.random.default_rng(seed)
    functions = basis(np.arange(float(len(scores))))
    values = [realised(scores, rng.permutation(functions)) for _ in range(PERMUTATIONS)]
    return float(np.mean(values) + stats.norm.isf(0.05 / parameters) * np.std(values, ddof=1))


def measured(scores: Array, signal: Array, error: float, seed: int = 1) -> tuple[float, float]:
    """Give the value of measuring a signal with an error, and its standard deviation over DRAWS of that.

    `error` is in standard deviations of the signal's normal score.
    """
    rng = np.random.default_rng(seed)
    known = stats.norm.ppf((stats.rankdata(signal) - 0.5) / len(signal))
    values = [partial(scores, [known + error * rng.normal(size=len(known))]) for _ in range(DRAWS)]
    return float(np.mean(values)), float(np.std(values, ddof=1))


def worth_tables(compared: Compared) -> dict[str, pd.DataFrame]:
    """Give what is worth finding out for what is looked at first.

    Tables: `worth_all`, the value of perfect information of all; `worth`, that of each parameter, with the
    level of chance and whether it stands above; `worth_measuring`, of measurements with an error: of the
    parameters most worth knowing, and of what the first strategy would show in the first year. Values
    are in the outcome's unit.
    """
    found: dict[str, list[pd.DataFrame]] = {"worth_all": [], "worth": [], "worth_measuring": []}
    for case in compared.headline_cases():
        values = finite_worlds(compared.values(case))
        if len(values) < 2 or values.shape[1] < 2 or same_for_all(values):
            continue
        scores = performance(values, compared.better(case)).to_numpy(dtype=np.float64)
        columns = {**case.columns(), "origin": compared.origin}
        value, error = perfect(scores)
        found["worth_all"].append(
            pd.DataFrame([{**columns, "value": value, "standard_error": error, "worlds": len(scores)}])
        )
        if len(values) < FEWEST:
            continue
        worlds = compared.worlds.loc[values.index]
        table = parameters_worth(scores, worlds)
        found["worth"].append(with_case(table, columns))
        signals = {str(name): worlds[name].to_numpy() for name in table["parameter"][:MEASURED]}
        signals |= dict(_observed(compared, case, values.index))
        found["worth_measuring"].append(with_case(_measurements(scores, signals), columns))
    return {name: pd.concat(tables, ignore_index=True) for name, tables in found.items() if tables}


def parameters_worth(scores: Array, worlds: pd.DataFrame) -> pd.DataFrame:
    """Give the value of knowing each parameter, the largest first.

    Columns: `parameter`, `value`, `chance`, and `above`, whether the value is more than that.
    """
    varied = [str(name) for name in worlds if worlds[name].nunique() > KNOTS + _DEGREE]
    level = chance(scores, max(len(varied), 1))
    values = [partial(scores, [worlds[name].to_numpy()]) for name in varied]
    table = pd.DataFrame({"parameter": varied, "value": values, "chance": level})
    table["above"] = table["value"] > level
    return table.sort_values("value", ascending=False, kind="stable", ignore_index=True)


def _measurements(scores: Array, signals: Mapping[str, Array]) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    for name, signal in signals.items():
        if len(np.unique(signal)) <= KNOTS + _DEGREE:
            continue
        for error in ERRORS:
            value, spread = measured(scores, signal, error)
            rows.append({"signal": name, "error": error, "value": value, "spread": spread})
    return pd.DataFrame(rows, columns=["signal", "error", "value", "spread"])


def _observed(compared: Compared, case: Case, worlds: pd.Index) -> Iterator[tuple[str, Array]]:
    """Give what the first strategy shows in the first year, where that is before the last.

    In the outcome of the case, and in the one that is looked at first.
    """
    first = compared.years[0]
    if first >= case.year:
        return
    for name in dict.fromkeys([case.outcome, compared.headline[0]]):
        seen = compared.values(Case(case.cost, case.scenario, name, first), compared.strategies[:1])
        signal = seen.loc[worlds].to_numpy(dtype=np.float64)[:, 0]
        if np.isfinite(signal).all():
            yield f"{name} in {first:g}", signal
