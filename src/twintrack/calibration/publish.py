"""Writing what was learnt to model/posterior.parquet, with the evidence for it, and reading it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from twintrack.calibration.agreement import Agreement
from twintrack.calibration.calibrate import Calibrated, Calibration, runs
from twintrack.calibration.target import Target
from twintrack.equations.structure import Array
from twintrack.errors import Fault, InputError
from twintrack.runs.manifest import CODE, versions
from twintrack.worlds.basis import basis_of
from twintrack.worlds.posterior import Posterior, PosteriorRecord, write_posterior

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


def _libraries() -> dict[str, str]:
    """Give versions of program and libraries; the digest of the code would tie the file to every comment."""
    return {name: value for name, value in versions().items() if name != CODE}


def summary(asked: Calibration, found: Calibrated, agreed: Sequence[Agreement]) -> dict[str, Any]:
    """Say what came of a calibration, in what JSON can hold."""
    evidence = [population.stages[-1].evidence for population in found.populations]
    return {
        "unknowns": found.target.unknowns.size,
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


def scores_of(posterior: Posterior, target: Target) -> Array:
    """Give a published sample as normal scores, shape (size, worlds).

    Raises InputError when the posterior does not hold the discrepancies of the target's series.
    """
    names = target.observed.names
    lacking = [name for name in names if f"discrepancy[{name}]" not in posterior.errors]
    if lacking:
        message = f"does not hold the discrepancies of {', '.join(lacking)}; run `twintrack calibrate`"
        raise InputError(Fault("model/posterior.parquet", message))

    def columns(kind: str) -> Array:
        return posterior.errors[[f"{kind}[{name}]" for name in names]].to_numpy().T

    worlds = {name: posterior.frame[name].to_numpy() for name in target.unknowns.names}
    return target.unknowns.scores(worlds, columns("discrepancy"), columns("persistence"))
