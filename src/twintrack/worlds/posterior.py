"""model/posterior.parquet: worlds that agree with history, equally weighted, and what they were made from.

One row for each world; one column of 32-bit numbers for each world parameter that is drawn, in the order of
model/world.yaml; then `walk`, what was learnt beside them: how far the model's discrepancy wanders in that
world. The metadata of the schema hold, under the key `twintrack`, a JSON text: the fields of
`PosteriorRecord`. Bytes of the numbers are split by significance before they are compressed
(BYTE_STREAM_SPLIT of the Parquet format), and every page has a checksum.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from twintrack.core import Core
from twintrack.errors import Fault, InputError
from twintrack.inputs.validation import FaultList, unknown
from twintrack.inputs.yaml_files import shown
from twintrack.resources import atomic_write
from twintrack.worlds.basis import POWER, Basis, basis_of, prior_hash
from twintrack.worlds.sampling import sampled, sampling_faults
from twintrack.worlds.tables import table_digest, unreadable

if TYPE_CHECKING:
    import pandas as pd

    from twintrack.inputs.world import WorldParameter

FORMAT = 3
"""Version of the layout of the file."""

WALK = "walk"
"""How far the discrepancy walks: lambda of `twintrack.calibration.discrepancy`, a number for each world."""

ERRORS = (WALK,)
"""Columns that are no world parameters."""

_KEY = b"twintrack"
_MEND = "take it from the repository again, or make it with `twintrack calibrate`"


@dataclass(frozen=True)
class PosteriorRecord(Basis):
    """What a posterior was made from.

    Attributes:
        seed: Seed of the calibration.
        settings: How it was calibrated; what JSON can hold.
        summary: What came of it; what JSON can hold.
        format: Version of the layout.
    """

    seed: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    summary: Mapping[str, Any] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def basis(self) -> Basis:
        """What history was held against."""
        return Basis(**{item.name: getattr(self, item.name) for item in fields(Basis)})


@dataclass(frozen=True)
class Posterior:
    """Worlds that agree with history.

    Attributes:
        frame: A row for each world (index `world`), a column for each parameter, in the parameter's unit.
        about: What they were made from.
        errors: A row for each world, a column for each further unknown; may have no columns.
    """

    frame: pd.DataFrame
    about: PosteriorRecord
    errors: pd.DataFrame

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the names and values, in hexadecimal digits."""
        return table_digest((str(name), self.frame[name].to_numpy()) for name in self.frame)

    def described(self) -> dict[str, Any]:
        """Give what a manifest records about it."""
        return {
            "sha256": self.digest,
            "rows": len(self.frame),
            **asdict(self.about.basis),
            "seed": self.about.seed,
        }


def write_posterior(path: Path, frame: pd.DataFrame, about: PosteriorRecord) -> None:
    """Write a posterior; the same worlds and record give the same bytes with the same version of pyarrow.

    `frame` has a row for each world and a column for each parameter that is drawn, in the order of
    world.yaml, then those of ERRORS. Raises ValueError for an empty frame, values that 32-bit numbers cannot
    hold, and a record that is no JSON; OSError when the file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {str(name): frame[name].to_numpy(dtype=np.float32) for name in frame.columns}
    if not len(frame) or not columns:
        message = "a posterior needs at least one world and one parameter"
        raise ValueError(message)
    wrong = [name for name, values in columns.items() if not np.isfinite(values).all()]
    if wrong:
        message = f"not all values are finite 32-bit numbers: {', '.join(wrong)}"
        raise ValueError(message)
    told = json.dumps(asdict(about), sort_keys=True, allow_nan=False, ensure_ascii=False)
    table = pa.table(columns).replace_schema_metadata({_KEY: told.encode()})
    file = io.BytesIO()
    pq.write_table(
        table,
        file,
        compression="zstd",
        compression_level=19,
        use_dictionary=False,
        column_encoding=dict.fromkeys(columns, "BYTE_STREAM_SPLIT"),
        write_statistics=False,
        write_page_checksum=True,
    )
    atomic_write(path, file.getvalue())


def read_posterior(path: Path, parameters: Mapping[str, WorldParameter] | None = None) -> Posterior:
    """Read a posterior; values become 64-bit numbers.

    With the world's `parameters`, when it was made for their ranges: values are clipped to these, for 32-bit
    numbers may lie a rounding beside them, and the columns must be the parameters that are drawn. Raises
    InputError with all faults: there is no such file, it is damaged, or of another format.
    """
    import pyarrow.parquet as pq

    where = shown(path)
    if not path.is_file():
        raise InputError(Fault(where, "there is no such file; make it with `twintrack calibrate`"))
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            about = _record(where, file.schema_arrow.metadata or {})
            table = file.read(use_threads=False)
    except unreadable() as error:
        raise InputError(Fault(where, f"it cannot be read ({error}); {_MEND}")) from None
    fitting = parameters if parameters is not None and about.prior_hash == prior_hash(parameters) else None
    FaultList(_faults(where, table, fitting)).raise_any()
    frame = _frame(table, fitting)
    errors = [name for name in table.column_names if name in ERRORS]
    return Posterior(frame.drop(columns=errors), about, frame[errors])


def stale(about: PosteriorRecord, model: Core) -> list[str]:
    """Say why a posterior does not belong to a model as it stands now; nothing when it does.

    Content without observed series is not asked about them, nor about the past of its baseline.
    """
    return [*about.differences(basis_of(model)), *other_power(about)]


def other_power(about: PosteriorRecord, wanted: float = POWER) -> list[str]:
    """Say that a posterior was learnt with another power of the likelihood, where it was."""
    power = about.settings.get("power", wanted)
    if power == wanted:
        return []
    return [f"it was learnt with the likelihood to the power {power:g}, not {wanted:g}"]


def posterior_sample(posterior: Posterior, worlds: int, seed: int = 1) -> pd.DataFrame:
    """Draw worlds from a posterior without replacement: one row each, index `world`.

    The seed brings the rows into an order, of which the first are taken: fewer worlds are the first ones of
    more. With more worlds than rows the order is gone through again, so that no row comes more than once more
    often than another. Raises InputError as `sample_worlds` does.
    """
    import pandas as pd

    FaultList(sampling_faults(worlds, seed)).raise_any()
    chosen = posterior.frame.iloc[posterior_rows(len(posterior.frame), worlds, seed)]
    frame: pd.DataFrame = chosen.set_index(pd.RangeIndex(worlds, name="world"))
    return frame


def posterior_rows(rows: int, worlds: int, seed: int) -> Any:
    """Give the places of the rows that `posterior_sample` takes, shape (worlds,)."""
    stream = np.random.default_rng([seed, crc32(b"rows of the posterior")])
    return np.resize(stream.permutation(rows), worlds)


def repeats_note(posterior: Posterior, worlds: int) -> list[str]:
    """Say that worlds repeat themselves, where more are asked for than there are."""
    rows = len(posterior.frame)
    if worlds <= rows:
        return []
    return [
        f"only {rows:,} of the {worlds:,} worlds are distinct, for the posterior has no more; --prior (in"
        " Python: prior=True) draws new ones from the prior"
    ]


def _record(where: str, metadata: Mapping[bytes, bytes]) -> PosteriorRecord:
    """Read the record. Raises InputError when it is missing, of another format, or lacks something."""
    try:
        found = json.loads(metadata[_KEY])
    except (KeyError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise InputError(Fault(where, f"it does not say what it was made from; {_MEND}"))
    if found.get("format") != FORMAT:
        read = f"this version of TwinTrack reads format {FORMAT}"
        message = f"it has format {found.get('format')}; {read}: make it anew with `twintrack calibrate`"
        raise InputError(Fault(where, message))
    kinds: dict[str, type] = {item.name: str for item in fields(Basis)}
    kinds |= {"seed": int, "settings": dict, "summary": dict, "format": int}
    wrong = [name for name, kind in kinds.items() if not isinstance(found.get(name), kind)]
    if wrong:
        message = f"what it says of itself lacks {', '.join(wrong)}, or has it in another form; {_MEND}"
        raise InputError(Fault(where, message))
    return PosteriorRecord(**{item.name: found[item.name] for item in fields(PosteriorRecord)})


def _faults(where: str, table: Any, parameters: Mapping[str, WorldParameter] | None) -> list[Fault]:
    import pyarrow as pa

    faults = []
    if not table.num_rows or not table.num_columns:
        faults.append(Fault(where, f"there are no worlds in it; {_MEND}"))
    for name, column in zip(table.column_names, table.columns, strict=True):
        if column.type != pa.float32() or not np.isfinite(column.to_numpy()).all():
            faults.append(Fault(where, f"{name}: not all values are finite 32-bit numbers; {_MEND}"))
    if parameters is not None:
        names = [name for name in table.column_names if name not in ERRORS]
        known = sampled(parameters)
        faults += [
            Fault(where, unknown("world parameter that is drawn", name, known))
            for name in names
            if name not in known
        ]
        faults += [
            Fault(where, f"{name}: there is no column; {_MEND}") for name in known if name not in names
        ]
        if not faults and names != known:
            faults.append(Fault(where, f"the columns are not in the order of world.yaml; {_MEND}"))
    return faults


def _frame(table: Any, parameters: Mapping[str, WorldParameter] | None) -> pd.DataFrame:
    import pandas as pd

    columns = {
        name: column.to_numpy().astype(np.float64)
        for name, column in zip(table.column_names, table.columns, strict=True)
    }
    if parameters is not None:
        for name, values in ((name, columns[name]) for name in sampled(parameters)):
            np.clip(values, parameters[name].low, parameters[name].high, out=values)
    return pd.DataFrame(columns, index=pd.RangeIndex(table.num_rows, name="world"))
