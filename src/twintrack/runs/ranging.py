"""Making model/posterior_ranges.npz: every strategy in every world of the posterior, as quantiles."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from twintrack.core import Core
from twintrack.equations.structure import Array
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.strategies import BASELINE
from twintrack.resources import POSTERIOR_FILE, RANGES_FILE, atomic_write
from twintrack.runs.experiment import Experiment
from twintrack.runs.ranges import (
    ABOUT,
    LEVELS,
    MORE,
    VALUES,
    Ranges,
    RangesRecord,
    file_digest,
    ranged_strategies,
    strategy_digest,
)
from twintrack.worlds.basis import basis_of

if TYPE_CHECKING:
    import pandas as pd

    from twintrack.worlds.posterior import Posterior


def write_ranges(core: Core, posterior: Posterior) -> RangesRecord:
    """Compute the ranges of a content from its posterior, and write them. Raises OSError."""
    strategies = ranged_strategies(core)
    years = [float(time) for time in core.equations.time.saved if time % 1 == 0 and time >= core.policy_start]
    outcomes = list(core.outcomes)
    plain = _simulated(core, BASELINE, posterior.frame, outcomes, years)
    values, more, score = [], [], np.zeros(len(posterior.frame))
    for name in strategies:
        brought = plain if name == BASELINE else _simulated(core, name, posterior.frame, outcomes, years)
        values.append(_quantiles(brought))
        more.append(_quantiles(brought - plain))
        score += _distance(brought[[outcomes.index(headline) for headline in core.headline]])
    row = int(np.argmin(score))
    about = RangesRecord(
        **asdict(basis_of(core)),
        posterior=file_digest(core.content / POSTERIOR_FILE),
        worlds=len(posterior.frame),
        strategies={name: strategy_digest(plan) for name, plan in strategies.items()},
        row=row,
        world={str(name): float(value) for name, value in posterior.frame.iloc[row].items()},
    )
    digests = list(about.strategies.values())
    ranges = Ranges(about, digests, outcomes, np.array(years), np.array(values), np.array(more))
    atomic_write(core.content / RANGES_FILE, _content(ranges))
    return about


def _simulated(
    core: Core, name: str, worlds: pd.DataFrame, outcomes: Sequence[str], years: Sequence[float]
) -> Array:
    """Give the outcomes of a strategy, shape (outcomes, worlds, years)."""
    asked = Experiment([name], CENTRAL, worlds, outputs=outcomes, times=years, model=core).dataset()
    return np.array([asked[outcome].to_numpy()[0, 0] for outcome in outcomes])


def _quantiles(values: Array) -> Array:
    """Give the quantiles over worlds, shape (outcomes, years, levels); no number where a world has none."""
    return np.moveaxis(np.quantile(values, np.array(LEVELS) / 100, axis=1), 0, -1)


def _distance(values: Array) -> Array:
    """Give how far each world is from the medians of some outcomes, shape (worlds,).

    Where all worlds have the same value no world is nearer than another. A world without a number is
    infinitely far.
    """
    from scipy.stats import rankdata

    worlds = values.shape[1]
    ranks = (rankdata(values, axis=1) - 0.5) / worlds
    distance: Array = np.square(ranks - 0.5).mean(axis=(0, 2))
    return np.where(np.isfinite(values).all(axis=(0, 2)), distance, np.inf)


def _content(ranges: Ranges) -> bytes:
    """Give the bytes of the file: arrays of shape (strategies, outcomes, years, levels), and the record."""
    told = json.dumps(asdict(ranges.about), sort_keys=True, ensure_ascii=False)
    arrays = {
        ABOUT: np.frombuffer(told.encode(), np.uint8),
        "outcomes": np.array(ranges.outcomes),
        "years": ranges.years,
        VALUES: ranges.values.astype(np.float32),
        MORE: ranges.more.astype(np.float32),
    }
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()
