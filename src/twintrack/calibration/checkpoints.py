"""Populations on disk, so that a calibration that was broken off goes on where it stood."""

from __future__ import annotations

import contextlib
import io
import json
import zlib
from dataclasses import asdict
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from twintrack.calibration.sampler import Population, Stage
from twintrack.resources import atomic_write
from twintrack.scratch import sweep


class Checkpoints:
    """A folder with one file for each population; whatever is in it belongs to one calibration."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, name: str, population: Population) -> None:
        """Write a population over what was there of it. Raises OSError."""
        file = io.BytesIO()
        stages = json.dumps([asdict(stage) for stage in population.stages])
        np.savez(
            file,
            scores=population.scores,
            likelihood=population.likelihood,
            step=population.step,
            stages=np.array(stages),
        )
        atomic_write(self._path(name), file.getvalue())

    def find(self, name: str) -> Population | None:
        """Give a population as it was kept; None when there is none, or when its file cannot be read."""
        try:
            with self._path(name).open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                stages = tuple(
                    Stage(**{**given, "accepted": tuple(given["accepted"]), "steps": tuple(given["steps"])})
                    for given in json.loads(str(file["stages"]))
                )
                return Population(file["scores"], file["likelihood"], float(file["step"]), stages)
        except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error):
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
