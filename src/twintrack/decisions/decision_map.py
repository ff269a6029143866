"""The map over two assumptions: which of two strategies does better where, and the line where that changes.

Both assumptions are moved over their range in the same worlds while all else in each world stays. Worlds that
agree with history need not agree with it after that: the map says what would follow, not how likely it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from twintrack.core import Core
from twintrack.decisions.compared import Case
from twintrack.decisions.contests import spread
from twintrack.decisions.gathering import at_cost
from twintrack.equations.structure import Array
from twintrack.runs.experiment import Experiment
from twintrack.worlds.sampling import quantiles

POINTS = 11
ENDS = (0.025, 0.975)
"""Shares of the prior between which an assumption is moved, evenly in shares."""
WORLDS = 40


@dataclass(frozen=True)
class DecisionMap:
    """What the first of two strategies leads by, over two assumptions.

    Attributes:
        case: The outcome, and where it is looked at.
        first: The strategy that leads where the median is above zero.
        second: The other one.
        across: The assumption that decides most.
        down: The one that decides next.
        table: A row for each point: columns by the names of both assumptions, the BANDS of the lead over
            worlds, `share` of worlds in which the first is better.
        line: Where the better strategy changes: for each value of `down` the values of `across`, and `below`
            and `above`, which strategy is better on which side. Without a row there is none.
    """

    case: Case
    first: str
    second: str
    across: str
    down: str
    table: pd.DataFrame
    line: pd.DataFrame


def decision_map(
    core: Core,
    case: Case,
    pair: tuple[str, str],
    assumptions: tuple[str, str],
    worlds: pd.DataFrame,
    points: int = POINTS,
) -> DecisionMap:
    """Run two strategies over a grid of two assumptions, in the first of some worlds (at most WORLDS).

    Raises InputError for names that do not exist.
    """
    across, down = assumptions
    shares = np.linspace(*ENDS, points)
    axes = {name: quantiles(core.world[name], shares) for name in assumptions}
    base = worlds.iloc[:WORLDS]
    grid = _grid(base, axes)
    results = Experiment(
        [replace(at_cost(core.strategy(name), case.cost), name=name) for name in pair],
        (case.scenario,),
        grid,
        outputs=[case.outcome],
        times=[case.year],
        model=core,
    ).dataset()
    values = results[case.outcome].isel(scenario=0, time=0).transpose("strategy", "world").to_numpy()
    turn = 1.0 if core.outcomes[case.outcome].better == "higher" else -1.0
    leads = turn * (values[0] - values[1]).reshape(points, points, len(base))
    table = _table(leads, axes, across, down)
    median = table["median"].to_numpy().reshape(points, points)
    return DecisionMap(
        case, *pair, across, down, table, switch_line(median, axes[across], axes[down], pair, assumptions)
    )


def switch_line(
    median: Array, across: Array, down: Array, pair: tuple[str, str], names: tuple[str, str]
) -> pd.DataFrame:
    """Give where the median lead, shape (down, across), changes its sign along each row, by interpolation."""
    rows: list[dict[str, object]] = []
    for place, value in enumerate(down):
        lead = median[place]
        for left in np.flatnonzero(np.sign(lead[:-1]) * np.sign(lead[1:]) < 0):
            share = lead[left] / (lead[left] - lead[left + 1])
            below, above = pair if lead[left] > 0 else pair[::-1]
            at = across[left] + share * (across[left + 1] - across[left])
            rows.append({names[1]: value, names[0]: at, "below": below, "above": above})
    return pd.DataFrame(rows, columns=[names[1], names[0], "below", "above"])


def _grid(base: pd.DataFrame, axes: dict[str, Array]) -> pd.DataFrame:
    """Give every world at every point: down outermost, then across, then the world."""
    (across, along), (down, beside) = axes.items()
    cells = len(along) * len(beside)
    grid = pd.concat([base] * cells, ignore_index=True)
    grid[down] = np.repeat(beside, len(along) * len(base))
    grid[across] = np.tile(np.repeat(along, len(base)), len(beside))
    return grid


def _table(leads: Array, axes: dict[str, Array], across: str, down: str) -> pd.DataFrame:
    rows: list[dict[str, float]] = []
    for place, along in np.ndindex(leads.shape[:2]):
        known = leads[place, along][np.isfinite(leads[place, along])]
        bands = {name: float(value) for name, value in spread(known).items()}
        share = float(((np.sign(known) + 1) / 2).mean()) if len(known) else np.nan
        point = {down: float(axes[down][place]), across: float(axes[across][along])}
        rows.append({**point, **bands, "share": share})
    return pd.DataFrame(rows)
