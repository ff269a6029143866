"""model/posterior_ranges.npz: what every strategy brings in the worlds that agree with history.

A single run is one world of many. This table says where its numbers lie among all of them, without running
them again: quantiles over all worlds of the posterior in the central scenario, for every strategy of the
content, every outcome and every year from the start of policies on, and the same of what a strategy has more
than the baseline in the same world. It is written with the posterior, and holds for that one only.

It also names the representative world: the world of the posterior that lies nearest to the medians. In each
year, each headline outcome of each strategy gives every world a rank between 0 and 1; nearest is the world
with the least mean square of (rank - 1/2) over all of these.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from twintrack.core import Core
from twintrack.equations.structure import Array
from twintrack.errors import Fault, InputError
from twintrack.inputs.strategies import BASELINE
from twintrack.inputs.world import laid_over
from twintrack.inputs.yaml_files import yaml_files
from twintrack.resources import POSTERIOR_FILE, RANGES_FILE
from twintrack.runs.manifest import strategy_entry
from twintrack.worlds.basis import Basis, basis_of

if TYPE_CHECKING:
    from twintrack.inputs.strategies import Strategy
    from twintrack.inputs.world import Scenario

FORMAT = 1
"""Version of the layout of the file."""

LEVELS = (5, 25, 50, 75, 95)
"""Per cent of the worlds that lie below the stored values."""

VALUES, MORE = "values", "more"
"""Arrays of the file: of what a strategy brings, and of what it brings more than the baseline."""

ABOUT = "about"
"""The array that holds the record, as JSON."""

_MAKE = "make it with `twintrack calibrate --only-ranges`"


@dataclass(frozen=True)
class RangesRecord(Basis):
    """What the table was made from.

    Attributes:
        posterior: SHA-256 of the file with the worlds, in hexadecimal digits.
        worlds: Number of worlds.
        strategies: Names of strategies, each with the digest of what it does.
        row: Row of the representative world in the posterior, from 0 on.
        world: Its world parameters.
        format: Version of the layout.
    """

    posterior: str
    worlds: int
    strategies: Mapping[str, str]
    row: int
    world: Mapping[str, float]
    format: int = FORMAT


@dataclass(frozen=True)
class Ranges:
    """Quantiles over worlds of the posterior.

    `values` and `more` (than the baseline in the same world) have the shape (strategies, outcomes, years,
    levels of LEVELS); strategies are told by their digests.
    """

    about: RangesRecord
    strategies: Sequence[str]
    outcomes: Sequence[str]
    years: Array
    values: Array
    more: Array

    def lacking(self, plans: Iterable[Strategy]) -> list[str]:
        """Name the strategies that the table does not have as they are."""
        return [plan.name for plan in plans if strategy_digest(plan) not in self.strategies]

    def of(self, plan: Strategy, outcome: str, years: Sequence[float], *, more: bool = False) -> Array | None:
        """Give the quantiles of an outcome, shape (years, levels); NaN where a year is not stored.

        `more` asks for what the strategy has more than the baseline. None where the table does not have the
        strategy as it is, or not the outcome.
        """
        digest = strategy_digest(plan)
        if digest not in self.strategies or outcome not in self.outcomes:
            return None
        table = self.more if more else self.values
        rows = table[self.strategies.index(digest), self.outcomes.index(outcome)]
        found = np.full((len(years), len(LEVELS)), np.nan)
        for place, year in enumerate(years):
            at = np.flatnonzero(self.years == year)
            if at.size:
                found[place] = rows[at[0]]
        return found


@dataclass(frozen=True)
class FoundRanges:
    """The ranges of a content, or why there are none that belong to the model."""

    ranges: Ranges | None
    reason: str = ""


def strategy_digest(plan: Strategy) -> str:
    """Give the SHA-256 of what a strategy does, in hexadecimal digits; its name and words do not count."""
    entry = json.dumps(strategy_entry(plan, {}), sort_keys=True)
    return hashlib.sha256(entry.encode()).hexdigest()


def ranged_strategies(core: Core) -> dict[str, Strategy]:
    """Give the strategies that the table holds: those of the content, not what the current folder adds."""
    files = yaml_files(core.content / "strategies")
    return {name: core.strategy(name) for name in dict.fromkeys([BASELINE, *(path.stem for path in files)])}


def found_ranges(core: Core) -> FoundRanges:
    """Give the stored ranges, or why there are none; read again when a file has changed.

    Raises InputError when the file is damaged.
    """
    files = [core.content / POSTERIOR_FILE, core.content / RANGES_FILE, *core.strategy(BASELINE).files]
    return core.remembered("ranges", partial(_read_found, core), lambda _: files)


def in_representative(core: Core, scenario: Scenario) -> Scenario:
    """Give a scenario in the representative world: what the scenario sets holds there too.

    Before the first date of a dated value that world's own value holds, as in an ensemble.

    Raises InputError where no ranges belong to the model.
    """
    found = found_ranges(core)
    if found.ranges is None:
        raise InputError(Fault("world representative", f"it is not known, for {found.reason}"))
    return replace(scenario, world=laid_over(found.ranges.about.world, scenario.world))


def _read_found(core: Core) -> FoundRanges:
    path, posterior = core.content / RANGES_FILE, core.content / POSTERIOR_FILE
    if not path.is_file():
        return FoundRanges(None, f"there is no {RANGES_FILE.as_posix()}; {_MAKE}")
    ranges = _read(path)
    reasons = ranges.about.differences(basis_of(core))
    if not posterior.is_file() or file_digest(posterior) != ranges.about.posterior:
        reasons.append(f"it was made from another {POSTERIOR_FILE.as_posix()}")
    if set(ranges.outcomes) != set(core.outcomes):
        reasons.append("outcomes.yaml has other outcomes")
    if not reasons:
        return FoundRanges(ranges)
    return FoundRanges(
        None, f"{RANGES_FILE.as_posix()} does not belong to this model: {', and '.join(reasons)}; {_MAKE}"
    )


def _read(path: Path) -> Ranges:
    """Read the table. Raises InputError when it is damaged."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
            found = json.loads(file[ABOUT].tobytes())
            about = RangesRecord(**{item.name: found[item.name] for item in fields(RangesRecord)})
            outcomes, years = [str(name) for name in file["outcomes"]], file["years"].astype(np.float64)
            shape = (len(about.strategies), len(outcomes), len(years), len(LEVELS))
            values, more = (file[key].astype(np.float64).reshape(shape) for key in (VALUES, MORE))
            return Ranges(about, list(about.strategies.values()), outcomes, years, values, more)
    except (zipfile.BadZipFile, OSError, EOFError, KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"it cannot be read ({error}); {_MAKE}"
        raise InputError(Fault(RANGES_FILE.as_posix(), message)) from None


def file_digest(path: Path) -> str:
    """Give the SHA-256 of a file, in hexadecimal digits. Raises OSError."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def place_of(value: float, quantiles: Array) -> str:
    """Say between which of the stored quantiles a value lies; empty where worlds do not differ."""
    if not np.isfinite([value, *quantiles]).all() or quantiles[0] == quantiles[-1]:
        return ""
    above = int(np.searchsorted(quantiles, value))
    if above == 0:
        return f"below {LEVELS[0]} %"
    return f"above {LEVELS[-1]} %" if above == len(LEVELS) else f"{LEVELS[above - 1]}–{LEVELS[above]} %"
