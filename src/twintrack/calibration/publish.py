"""Writing what was learnt, with the evidence for it and what strategies bring then, and reading it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from twintrack.calibration.agreement import Agreement
from twintrack.calibration.calibrate import Calibrated, Calibration, runs
from twintrack.calibration.predictive import Sample
from twintrack.calibration.target import Target
from twintrack.errors import Fault, InputError
from twintrack.resources import RANGES_FILE
from twintrack.runs.manifest import CODE, versions
from twintrack.runs.ranges import RangesRecord
from twintrack.runs.ranging import write_ranges
from twintrack.worlds.basis import basis_of
from twintrack.worlds.drawing import found_posterior
from twintrack.worlds.posterior import WALK, Posterior, PosteriorRecord, write_posterior

if TYPE_CHECKING:
    from twintrack.core import Core


def publish(
    path: Path, model: Core, asked: Calibration, found: Calibrated, agreed: Sequence[Agreement]
) -> PosteriorRecord:
    """Write a sample of the posterior with what it was made from. Raises OSError."""
    about = PosteriorRecord(
        **asdict(basis_of(model, found.target.observed.history)),
        seed=asked.seed,
        settings={**asdict(asked), "versions": _libraries()},
        summary=summary(asked, found, agreed),
    )
    write_posterior(path, found.frame(), about)
    return about


def publish_ranges(model: Core) -> RangesRecord:
    """Write what every strategy brings in the worlds of the content's posterior (RANGES_FILE).

    Raises InputError where no posterior belongs to the model, OSError when the file cannot be written.
    """
    found = found_posterior(model)
    if found.posterior is None:
        raise InputError(Fault(RANGES_FILE.as_posix(), f"it cannot be made: {found.reason}"))
    return write_ranges(model, found.posterior)


def _libraries() -> dict[str, str]:
    """Give versions of program and libraries; the digest of the code would tie the file to every comment."""
    return {name: value for name, value in versions().items() if name != CODE}


def summary(asked: Calibration, found: Calibrated, agreed: Sequence[Agreement]) -> dict[str, Any]:
    """Say what came of a calibration, in what JSON can hold."""
    evidence = [population.stages[-1].evidence for population in found.populations]
    return {
        "power": asked.power,
        "walks": _walks(found),
        "parameters": len(found.target.unknowns.names),
        "series": len(found.target.observed.series),
        "observations": found.target.observed.points,
        "runs": sum(runs(asked.settings, population) for population in found.populations),
        "log_evidence": evidence,
        "log_evidence_sd": float(np.std(evidence, ddof=1)),
        "largest_deviation": max(item.largest for item in agreed),
        "stages": [[asdict(stage) for stage in population.stages] for population in found.populations],
        "agreement": [asdict(item) for item in agreed],
    }


def _walks(found: Calibrated) -> dict[str, float]:
    """Give the share of worlds by the value of lambda."""
    walks = found.target.grid.walks
    counts = np.bincount(found.sample.walks, minlength=len(walks)) / len(found.sample.walks)
    return {f"{walk:g}": float(share) for walk, share in zip(walks, counts, strict=True)}


def sample_of(posterior: Posterior, target: Target) -> Sample:
    """Give a published sample as normal scores and numbers of lambda.

    Raises InputError when the posterior does not say how far the discrepancy walks, or says it in other
    values than the target's.
    """
    values = np.array(target.grid.walks)
    column = posterior.errors[WALK].to_numpy() if WALK in posterior.errors else np.full(1, np.nan)
    same = np.isclose(column, values[:, None])
    if not same.any(axis=0).all():
        message = "does not hold how far the discrepancy walks in each world; run `twintrack calibrate`"
        raise InputError(Fault("model/posterior.parquet", message))
    worlds = {name: posterior.frame[name].to_numpy() for name in target.unknowns.names}
    return Sample(target.unknowns.parameter_scores(worlds), np.argmax(same, axis=0))
