"""A registered projection: one dated JSON text with all that is needed to hold it against what came.

It is JSON because that is text, known everywhere, and can be compared line by line: the quantiles of a
reading stand on one line, its draws on another. It carries the series' scales and
past, so that neither model nor history is needed later. Its digest is that of everything but the date, so
that the same command gives the same digest on any day.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from twintrack.errors import Fault, InputError
from twintrack.inputs.history_schemas import Reading, Scale
from twintrack.inputs.moments import Span
from twintrack.inputs.schema_kinds import Bilingual, Number, StrictSchema, Text
from twintrack.inputs.validation import validated
from twintrack.inputs.yaml_files import Document, read_text, shown
from twintrack.resources import atomic_write

LARGEST_FILE = 100_000_000
"""Bytes; a date of two dozen series takes some 50,000."""

QUANTILES = {"p05": 0.05, "p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95}
"""Quantiles by their names in the file."""

_OUTSIDE_DIGEST = ("made", "sha256")
_MADE_BY = "name a file that `twintrack project` has written"


class Quantiles(StrictSchema):
    """Quantiles in the unit of a series: p05 to p95, the number being per cent."""

    p05: Number
    p10: Number
    p25: Number
    p50: Number
    p75: Number
    p90: Number
    p95: Number


class ProjectedReading(StrictSchema):
    """What is expected of one reading of a series, in its unit."""

    asked: tuple[Text, ...]
    """The dates and periods that were asked for and mean this reading, as they were written."""
    start: Number
    """Decimal year: see `Span`."""
    end: Number
    quantiles: Quantiles
    """Of all worlds, with the model's discrepancy and measurement; of a bound, of what the model says."""
    draws: tuple[Number, ...] = Field(min_length=1)
    """A number for each of the file's `worlds`; the same place is the same world everywhere."""

    @property
    def span(self) -> Span:
        """The time that it speaks of."""
        return Span(self.start, self.end)


class PastPoint(StrictSchema):
    """An observation that was learnt from, in the unit of its series."""

    time: Number
    """Decimal year in which it holds: the middle of a mean."""
    value: Number


class ProjectedSeries(StrictSchema):
    """One series; its keys mean what they mean in model/history/series.yaml."""

    title: Bilingual
    variable: Text
    unit: Text
    scale: Scale
    reading: Reading
    window: Number
    since: Number | None
    bound: Literal["upper"] | None
    past: tuple[PastPoint, ...]
    """What rivals go on from, in the order of time."""
    projected: tuple[ProjectedReading, ...]

    def find(self, span: Span) -> ProjectedReading | None:
        """Give the projected reading of a time; None where there is none."""
        near = [item for item in self.projected if item.span.is_near(span)]
        return min(near, key=lambda item: abs(item.end - span.end), default=None)


class Origin(StrictSchema):
    """What a projection was made from; SHA-256 in hexadecimal digits."""

    model_hash: str
    """What the equations mean."""
    prior_hash: str
    """The prior of the world parameters."""
    history_hash: str
    """The observations that were learnt from."""
    past_hash: str
    """What the baseline does until the last of them."""
    strategy_hash: str
    """What the baseline does until the last date that is projected."""
    posterior_hash: str
    """Names and values of the posterior's worlds."""


class Registered(StrictSchema):
    """The whole file."""

    what: Bilingual
    """What the file is, in words."""
    format: Literal[1]
    made: Text
    """Day on which it was made, in universal time."""
    sha256: Text
    """Digest of all keys but `made` and this one."""
    version: Text
    """Of TwinTrack."""
    seed: int
    strategy: Text
    origin: Origin
    worlds: tuple[int, ...]
    """Rows of the posterior, from 0, that the draws are from."""
    series: dict[str, ProjectedSeries]


def digest_of(data: Mapping[str, Any]) -> str:
    """Give the SHA-256 of a projection without its date."""
    counted = {key: value for key, value in data.items() if key not in _OUTSIDE_DIGEST}
    return hashlib.sha256(json.dumps(counted, sort_keys=True, allow_nan=False).encode()).hexdigest()


def sealed(projection: Registered) -> Registered:
    """Give a projection with its digest."""
    return projection.model_copy(update={"sha256": digest_of(projection.model_dump(mode="json"))})


def write_registered(path: Path, projection: Registered) -> None:
    """Write a projection; the same one gives the same bytes. Raises OSError."""
    atomic_write(path, _laid_out(projection.model_dump(mode="json")) + "\n")


def read_registered(path: Path) -> Registered:
    """Read a projection.

    Raises InputError when there is no such file, when it is damaged or no projection, and when its numbers
    are not those that were registered.
    """
    text, where = read_text(path, LARGEST_FILE), shown(path)
    try:
        data = json.loads(text, object_hook=_frozen)
    except json.JSONDecodeError as error:
        raise InputError(Fault(f"{where}:{error.lineno}", f"is no JSON ({error.msg}); {_MADE_BY}")) from None
    if not isinstance(data, dict) or data.get("format") != 1:
        raise InputError(Fault(where, f"is no projection of format 1; {_MADE_BY}"))
    found = validated(Document(path, data, {(): 1}), Registered, by_hand=False)
    if found.sha256 != digest_of(found.model_dump(mode="json")):
        raise InputError(Fault(where, "the file was changed after it was made: its digest is another one"))
    return found


def _frozen(item: dict[str, Any]) -> dict[str, Any]:
    """Make tuples of lists, as schemas want them."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in item.items()}


def _laid_out(value: Any, indent: str = "") -> str:
    """Write JSON with a line for each thing that holds nothing but plain values."""
    inside = [*value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    if not any(isinstance(item, dict | list) and item for item in inside):
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    deeper = f"{indent} "
    if isinstance(value, dict):
        rows = [f"{deeper}{json.dumps(key)}: {_laid_out(item, deeper)}" for key, item in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    rows = [f"{deeper}{_laid_out(item, deeper)}" for item in value]
    return "[\n" + ",\n".join(rows) + f"\n{indent}]"
