"""Where the worlds of an ensemble come from: those that agree with history, or all that the ranges allow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from twintrack.core import Core
from twintrack.errors import Fault, InputError
from twintrack.inputs.strategies import BASELINE
from twintrack.inputs.validation import FaultList, unknown
from twintrack.resources import POSTERIOR_FILE
from twintrack.worlds.posterior import (
    Posterior,
    posterior_rows,
    posterior_sample,
    read_posterior,
    repeats_note,
    stale,
)
from twintrack.worlds.sampling import SAMPLINGS, Sampling, pieces, sample_worlds, sampled, sampling_faults
from twintrack.worlds.tables import WorldTable, label_digest, open_table, resampled
from twintrack.worlds.worlds_file import Design

if TYPE_CHECKING:
    import pandas as pd

Origin = Literal["posterior", "prior", "given"]
"""Worlds that agree with history; worlds drawn from the ranges of world.yaml; worlds that a user gave."""

DesignName = Literal["posterior", "latin", "sobol"]
DESIGNS: tuple[DesignName, ...] = ("posterior", *SAMPLINGS)
ORIGINS: dict[str, Origin] = {"posterior": "posterior", "latin": "prior", "sobol": "prior"}
"""Where the worlds of each kind of design come from; those of the kinds of tables are given."""

_PRIOR = 'ask for the prior (--prior; in Python prior=True; in a report "prior: true")'


@dataclass(frozen=True)
class Found:
    """The posterior of a content, or why there is none that belongs to the model."""

    posterior: Posterior | None
    reason: str = ""

    @property
    def note(self) -> str:
        """What a user should know who gets the prior without having asked for it."""
        made = f"make {POSTERIOR_FILE.name} with `twintrack calibrate`, or {_PRIOR}"
        return f"worlds are drawn from the prior, for {self.reason}; {made}"


def found_posterior(core: Core) -> Found:
    """Give the posterior, or why there is none; read again when its file or the baseline has changed.

    Raises InputError when it is damaged.
    """
    read_from = [core.content / POSTERIOR_FILE, *core.inputs.strategies.folders]
    read_from += core.strategy(BASELINE).files
    return core.remembered("posterior", partial(_read_found, core), lambda _: read_from)


def _read_found(model: Core) -> Found:
    """Read the posterior of a content. Raises InputError when it is damaged."""
    path = model.content / POSTERIOR_FILE
    if not path.is_file():
        return Found(None, f"there is no {POSTERIOR_FILE.as_posix()} with worlds that agree with history")
    posterior = read_posterior(path, model.world)
    reasons = stale(posterior.about, model)
    if reasons:
        return Found(
            None, f"{POSTERIOR_FILE.as_posix()} does not belong to this model: {', and '.join(reasons)}"
        )
    return Found(posterior)


@dataclass(frozen=True)
class WorldSource:
    """What worlds are drawn from: a posterior, or the prior by a design; `notes` are for the user."""

    design: DesignName
    posterior: Posterior | None = None
    notes: tuple[str, ...] = ()


def choose_source(
    model: Core, design: DesignName | None, *, prior: bool, worlds: int | None = None
) -> WorldSource:
    """Choose what worlds are drawn from; `worlds` is their number, where notes about it are wanted.

    The posterior unless the prior is asked for; where there is none that belongs to the model, a Latin
    hypercube of the prior. Raises InputError when the posterior is damaged, or is asked for by name and not
    there.
    """
    if design is not None and design != "posterior":
        return WorldSource(design)
    if prior:
        return WorldSource("latin")
    found = found_posterior(model)
    if found.posterior is not None:
        notes = repeats_note(found.posterior, worlds) if worlds else []
        return WorldSource("posterior", found.posterior, tuple(notes))
    if design == "posterior":
        raise InputError(Fault("design posterior", f"{found.reason}; run `twintrack calibrate`, or {_PRIOR}"))
    return WorldSource("latin", notes=(found.note,))


def design_faults(design: Any, *, prior: bool, given: bool) -> list[Fault]:
    """Say what is wrong with a design, and how it contradicts `prior` or a table of worlds (`given`)."""
    faults = []
    if design is not None and design not in DESIGNS:
        faults.append(Fault("design", unknown("design", str(design), DESIGNS)))
    elif design == "posterior" and prior:
        faults.append(Fault("prior", "the design asks for the posterior; leave one of the two out"))
    if given and (prior or design is not None):
        asked = "prior" if prior else f"design {design}"
        faults.append(Fault(asked, "a table says which worlds there are; leave this or the table out"))
    return faults


def draw_worlds(model: Core, worlds: int, seed: int, *, prior: bool) -> tuple[pd.DataFrame, Iterable[str]]:
    """Draw worlds, and give notes for the user; `attrs["worlds"]` of the table is their origin.

    Raises InputError as `sample_worlds` does, and when the posterior is damaged.
    """
    source = choose_source(model, None, prior=prior, worlds=worlds)
    if source.posterior is not None:
        frame = posterior_sample(source.posterior, worlds, seed)
    else:
        frame = sample_worlds(model.world, worlds, seed)
    frame.attrs["worlds"] = ORIGINS[source.design]
    return frame, source.notes


@dataclass(frozen=True)
class DrawnDesign:
    """The worlds of an ensemble; `holder` names what holds the columns (empty: the prior's ranges do)."""

    design: Design
    holder: str
    notes: tuple[str, ...] = ()


def draw_design(
    core: Core,
    worlds: int | pd.DataFrame | Path | str,
    *,
    design: DesignName | None = None,
    seed: int = 1,
    prior: bool = False,
    resample: int | None = None,
) -> DrawnDesign:
    """Give the worlds that are asked for; see `ExperimentSettings`. Raises InputError with all faults."""
    drawn = isinstance(worlds, int | np.integer)
    faults = FaultList(design_faults(design, prior=prior, given=not drawn))
    if isinstance(worlds, int | np.integer):
        faults += sampling_faults(int(worlds), seed)
        if resample is not None:
            faults.append(Fault("resample", "draws from a table of worlds, but none is given"))
        faults.raise_any()
        return _drawn(core, int(worlds), seed, choose_source(core, design, prior=prior, worlds=int(worlds)))
    faults.raise_any()
    table = open_table(worlds, core.world)
    return DrawnDesign(_from_table(table, resample, seed), "the table", table.notes)


def _drawn(core: Core, worlds: int, seed: int, source: WorldSource) -> DrawnDesign:
    """Draw worlds from the posterior or the prior."""
    described: dict[str, Any] = {"kind": source.design, "worlds": worlds, "seed": seed}
    if source.posterior is None:
        sampling: Sampling = "sobol" if source.design == "sobol" else "latin"
        parts = partial(pieces, core.world, worlds, seed, sampling)
        notes = (*source.notes, *_sobol_notes(source.design, worlds))
        return DrawnDesign(Design(tuple(sampled(core.world)), worlds, parts, described), "", notes)
    described["posterior"] = source.posterior.described()
    frame, picked = source.posterior.frame, posterior_rows(len(source.posterior.frame), worlds, seed)
    parts = partial(open_table(frame, core.world).pieces, picked)
    return DrawnDesign(Design(tuple(frame.columns), worlds, parts, described), "the posterior", source.notes)


def _from_table(table: WorldTable, resample: int | None, seed: int) -> Design:
    described = {"kind": "table", "rows": table.rows, "sha256": table.digest, "columns": list(table.names)}
    picked, worlds, labels = None, table.rows, table.labels
    if resample is not None:  # a row may then come more than once, and worlds are numbered
        worlds, labels = int(resample), None
        picked = resampled(table.rows, worlds, seed)
        described |= {"kind": "table, resampled", "seed": seed}
    if labels is not None:
        described["labels"] = label_digest(labels)
    parts = partial(table.pieces, picked)
    return Design(table.names, worlds, parts, {**described, "worlds": worlds}, labels)


def _sobol_notes(design: str, worlds: int) -> list[str]:
    if design != "sobol" or not worlds & (worlds - 1):
        return []
    below = 1 << (worlds.bit_length() - 1)
    return [
        f"a Sobol sequence is evenly spread at powers of two; {worlds} is none,"
        f" take {below} or {2 * below} if you can"
    ]
