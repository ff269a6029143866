"""TwinTrack: a simulator of national AI strategy.

`twintrack.load()` gives the model; its methods run, compare and explain strategies. `twintrack.Experiment`
runs many worlds into a folder, and `twintrack.EnsembleResult` reads them. Everything heavy is imported when
it is first used, so that importing the package is quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twintrack.errors import TwinTrackError
from twintrack.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from twintrack.model import Model
    from twintrack.runs.experiment import Experiment
    from twintrack.runs.stored_ensemble import EnsembleResult

__all__ = ["EnsembleResult", "Experiment", "TwinTrackError", "__version__", "load"]


def load(content: Path | None = None) -> Model:
    """Read the model, its levers, worlds, outcomes and strategies.

    Args:
        content: Folder that holds `model/` and `strategies/`; by default the one that
            `twintrack.resources.content_root` finds.

    Raises:
        InputError: A file of the content is wrong; all faults are in the message.
        EquationError: The `.mdl` uses a construct that is not understood.
    """
    from twintrack.model import load as load_model

    return load_model(content)


def __getattr__(name: str) -> Any:
    """Import what is heavy when it is first used."""
    if name == "Experiment":
        from twintrack.runs.experiment import Experiment

        return Experiment
    if name == "EnsembleResult":
        from twintrack.runs.stored_ensemble import EnsembleResult

        return EnsembleResult
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
