"""What is learnt from, as commands are asked for it: years, and further observations of a user."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from twintrack.inputs.history import HistorySeries
    from twintrack.model import Model


@dataclass(frozen=True)
class Lesson:
    """What is learnt from.

    Attributes:
        history: The series.
        settings: The last calendar year of them, and the digest of further observations: see `Calibration`.
    """

    history: Sequence[HistorySeries]
    settings: Mapping[str, Any] = field(default_factory=dict)


def with_learning_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say what is learnt from."""
    further = click.option(
        "--observations",
        type=click.Path(path_type=Path),
        metavar="TABLE",
        help="A .csv with further observations beside model/history: series, date or period, value, unit,"
        " publisher, and low and high where they are known.",
    )
    until = click.option(
        "--until",
        type=int,
        metavar="YEAR",
        help="Learn from what was complete at the end of this year.  [default: 2024]",
    )
    return further(until(command))


def read_lesson(model: Model, observations: Path | None, until: int | None) -> Lesson:
    """Read what is learnt from. Raises InputError with all faults of the table."""
    from twintrack.inputs.further import with_further
    from twintrack.inputs.history import LEARNT_UNTIL, history_until

    until = LEARNT_UNTIL if until is None else until
    history, further = model.inputs.history, ""
    if observations is not None:
        history = with_further(history, observations, until)
        further = hashlib.sha256(observations.read_bytes()).hexdigest()
    return Lesson(
        history_until(history.values(), until + 1),
        {"until": until, "further": further},
    )


def is_usual(observations: Path | None, until: int | None) -> bool:
    """Say whether what is asked for is what the content itself is learnt from."""
    from twintrack.inputs.history import LEARNT_UNTIL

    return observations is None and until in (None, LEARNT_UNTIL)
