"""Populations on disk, so that a calibration that was broken off goes on where it stood."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from twintrack.calibration.kept_arrays import find_arrays, keep_arrays
from twintrack.calibration.sampler import Population, Stage
from twintrack.scratch import sweep


class Checkpoints:
    """A folder with one file for each population; whatever is in it belongs to one calibration."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, name: str, population: Population) -> None:
        """Write a population over what was there of it. Raises OSError."""
        stages = json.dumps([asdict(stage) for stage in population.stages])
        keep_arrays(
            self._path(name),
            scores=population.scores,
            likelihood=population.likelihood,
            step=np.array(population.step),
            stages=np.array(stages),
        )

    def find(self, name: str) -> Population | None:
        """Give a population as it was kept; None when there is none, or when its file cannot be read."""
        found = find_arrays(self._path(name))
        if found is None:
            return None
        try:
            stages = tuple(
                Stage(**{**given, "accepted": tuple(given["accepted"]), "steps": tuple(given["steps"])})
                for given in json.loads(str(found["stages"]))
            )
            return Population(found["scores"], found["likelihood"], float(found["step"]), stages)
        except (ValueError, KeyError, TypeError):
            return None

    def clear(self) -> None:
        """Remove what was kept, and the folder where nothing else is in it."""
        sweep(self.folder)
        for path in self.folder.glob("*.npz"):
            path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.folder.rmdir()

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.npz"
