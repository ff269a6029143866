"""Where the worlds of an ensemble come from: those that agree with history, or all that the ranges allow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from twintrack.errors import Fault, InputError
from twintrack.inputs.validation import unknown
from twintrack.resources import POSTERIOR_FILE
from twintrack.worlds.posterior import Posterior, posterior_sample, read_posterior, repeats_note, stale
from twintrack.worlds.sampling import SAMPLINGS, sample_worlds

if TYPE_CHECKING:
    import pandas as pd

    from twintrack.model import Model

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


def find_posterior(model: Model) -> Found:
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
class Source:
    """What worlds are drawn from: a posterior, or the prior by a design; `notes` are for the user."""

    design: DesignName
    posterior: Posterior | None = None
    notes: tuple[str, ...] = ()


def choose_source(
    model: Model, design: DesignName | None, *, prior: bool, worlds: int | None = None
) -> Source:
    """Choose what worlds are drawn from; `worlds` is their number, where notes about it are wanted.

    The posterior unless the prior is asked for; where there is none that belongs to the model, a Latin
    hypercube of the prior. Raises InputError when the posterior is damaged, or is asked for by name and not
    there.
    """
    if design is not None and design != "posterior":
        return Source(design)
    if prior:
        return Source("latin")
    found = model.found_posterior
    if found.posterior is not None:
        notes = repeats_note(found.posterior, worlds) if worlds else []
        return Source("posterior", found.posterior, tuple(notes))
    if design == "posterior":
        raise InputError(Fault("design posterior", f"{found.reason}; run `twintrack calibrate`, or {_PRIOR}"))
    return Source("latin", notes=(found.note,))


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


def draw_worlds(model: Model, worlds: int, seed: int, *, prior: bool) -> tuple[pd.DataFrame, Iterable[str]]:
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
