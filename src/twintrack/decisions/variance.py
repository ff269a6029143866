"""Shares of variance on the prior: Morris screening and Sobol indices, by SALib.

They want independent parameters: on worlds that agree with history, which are dependent, they mean nothing.
Sources: Morris (1991), Technometrics 33(2); Saltelli et al. (2010), doi:10.1016/j.cpc.2009.09.018; Jansen
(1999) for total indices; as in SALib (Herman and Usher 2017, doi:10.21105/joss.00097).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from twintrack.equations.structure import Array
from twintrack.errors import TwinTrackError
from twintrack.inputs.world import WorldParameter
from twintrack.worlds.sampling import quantiles

LEVELS = 6
"""Levels of a Morris design."""

RESAMPLES = 200
"""Bootstrap samples behind each interval."""

SURE, MATTERS, TOP = 0.05, 0.1, 10
"""Converged: total indices above MATTERS known to within SURE, and the TOP parameters the same with half."""


@dataclass(frozen=True)
class Design:
    """Where to simulate: `shares` of each parameter's distribution, shape (runs, parameters)."""

    names: tuple[str, ...]
    shares: Array
    seed: int

    @property
    def problem(self) -> dict[str, Any]:
        """What SALib calls the problem: all parameters from 0 to 1."""
        return {"num_vars": len(self.names), "names": list(self.names), "bounds": [[0, 1]] * len(self.names)}

    def worlds(self, parameters: Mapping[str, WorldParameter]) -> pd.DataFrame:
        """Give the worlds, by the quantiles of each parameter; all others keep their central values."""
        columns = {
            name: quantiles(parameters[name], column)
            for name, column in zip(self.names, self.shares.T, strict=True)
        }
        return pd.DataFrame(columns, pd.RangeIndex(len(self.shares), name="world"))


@dataclass(frozen=True)
class SobolIndices:
    """Shares of variance.

    Attributes:
        table: A row for each parameter, the largest total first: `parameter`; `first_order`, `total`;
            `first_order_conf` and `total_conf`, half of the width of a 95 % interval.
        converged: Whether the indices can be relied on; see SURE.
        statement: The same in words, with the numbers it rests on.
        left_out: Base samples in which some run has no number.
    """

    table: pd.DataFrame
    converged: bool
    statement: str
    left_out: int


def morris_design(names: Sequence[str], trajectories: int, seed: int = 1) -> Design:
    """Give trajectories in which parameters move one by one: trajectories x (parameters + 1) runs.

    Raises TwinTrackError where SALib is not installed.
    """
    sample = _salib("sample.morris")
    design = Design(tuple(names), np.empty((0, len(names))), seed)
    shares = sample.sample(design.problem, trajectories, num_levels=LEVELS, seed=seed)
    return Design(tuple(names), np.asarray(shares, np.float64), seed)


def morris(design: Design, output: Array) -> pd.DataFrame:
    """Give elementary effects, shape of `output` (runs,): a row for each parameter, the strongest first.

    Columns: `parameter`; `mu_star`, the mean size of what it moves over its range, in the output's unit;
    `mu_star_conf`, half of the width of its 95 % interval; `mu`, with signs; `sigma`, how unlike the effects
    are: large means interactions or bends. Trajectories with a run without a number are left out.
    """
    length = len(design.names) + 1
    whole = np.repeat(np.isfinite(output).reshape(-1, length).all(axis=1), length)
    analyze = _salib("analyze.morris")
    found = analyze.analyze(
        design.problem, design.shares[whole], output[whole], num_levels=LEVELS, seed=design.seed
    )
    columns = ("mu_star", "mu_star_conf", "mu", "sigma")
    table = pd.DataFrame({"parameter": design.names, **{key: np.asarray(found[key]) for key in columns}})
    return table.sort_values("mu_star", ascending=False, kind="stable", ignore_index=True)


def sobol_design(names: Sequence[str], samples: int, seed: int = 1) -> Design:
    """Give a design of samples x (parameters + 2) runs; `samples` is a power of two.

    Raises TwinTrackError for other numbers, and where SALib is not installed.
    """
    if samples < 2 or samples & (samples - 1):
        raise TwinTrackError(f"base samples of Sobol indices are a power of two, such as 1024, not {samples}")
    sample = _salib("sample.sobol")
    design = Design(tuple(names), np.empty((0, len(names))), seed)
    shares = sample.sample(design.problem, samples, calc_second_order=False, scramble=True, seed=seed)
    return Design(tuple(names), np.asarray(shares, np.float64), seed)


def sobol(design: Design, output: Array) -> SobolIndices:
    """Give first and total indices of an output, shape (runs,) in the order of the design.

    Raises TwinTrackError where fewer than four base samples are left, or the output does not vary.
    """
    length = len(design.names) + 2
    blocks = output.reshape(-1, length)
    whole = blocks[np.isfinite(blocks).all(axis=1)]
    if len(whole) < 4 or np.ptp(whole) == 0:
        raise TwinTrackError("no Sobol indices: the output does not vary, or has no numbers")
    table, half = (_indices(design, part.ravel()) for part in (whole, whole[: len(whole) // 2]))
    mattering = table[table["total"] > MATTERS]
    widest = float(mattering["total_conf"].max()) if len(mattering) else 0.0
    top = min(TOP, len(table))
    same = len(set(table["parameter"][:top]) & set(half["parameter"][:top]))
    converged = widest <= SURE and same == top
    statement = (
        f"{'converged' if converged else 'not converged'} at {len(whole):,} base samples: total indices above"
        f" {MATTERS:g} are known to within {widest:.3f} (asked: {SURE:g}), and {same} of the {top} strongest"
        " are the same with half of the samples"
    )
    return SobolIndices(table, converged, statement, len(blocks) - len(whole))


def _indices(design: Design, output: Array) -> pd.DataFrame:
    analyze = _salib("analyze.sobol")
    found = analyze.analyze(
        design.problem,
        output,
        calc_second_order=False,
        num_resamples=RESAMPLES,
        seed=design.seed,
    )
    names = {"first_order": "S1", "first_order_conf": "S1_conf", "total": "ST", "total_conf": "ST_conf"}
    table = pd.DataFrame({"parameter": design.names, **{own: found[key] for own, key in names.items()}})
    return table.sort_values("total", ascending=False, kind="stable", ignore_index=True)


def _salib(module: str) -> Any:
    """Import a module of SALib. Raises TwinTrackError where it is not installed."""
    from importlib import import_module

    try:
        return import_module(f"SALib.{module}")
    except ImportError:
        message = "SALib is needed for Morris and Sobol: pip install 'twintrack[decisions]'"
        raise TwinTrackError(message) from None
