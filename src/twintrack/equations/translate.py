"""From a `.mdl` file to typed equations: PySD reads the syntax, the scanner adds what PySD drops.

The result is stored in the cache folder under a key made of the file's bytes and the versions involved, so
that a model that was read once is never parsed again (and PySD, slow to import, is not even loaded). It is
the bytes that count there, not their meaning: a translation holds comments and lines too.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from twintrack.equations.assembly import build_equations
from twintrack.equations.built_in_macros import macros_of
from twintrack.equations.clock import integration_of
from twintrack.equations.data_variables import data_paths, digest_of_data, filled
from twintrack.equations.external import digest_of, read_external, told_once
from twintrack.equations.macros import expand
from twintrack.equations.other_files import OtherFiles
from twintrack.equations.parsing import parse
from twintrack.equations.recursion import deep_recursion
from twintrack.equations.shifting import with_shifts
from twintrack.equations.source import (
    decode,
    read_bytes,
    scan,
    scan_aliases,
    scan_base_date,
)
from twintrack.equations.structure import Equations
from twintrack.equations.subscripts import Ranges
from twintrack.equations.xmile import is_xml, parse_xmile
from twintrack.errors import EquationError
from twintrack.stored import stored


def load_equations(path: Path, *, allow_outside: bool = False, data: Sequence[Path] = ()) -> Equations:
    """Read a model file into typed equations.

    With `allow_outside`, numbers may come from files outside the folder of the model. `data` are files of
    data for variables without an equation; the last one that has a series counts, and behind them files
    beside the model that bear its name.

    Raises EquationError when the file cannot be read or uses constructs that are not understood; the message
    then has one line per fault, each naming file, line, variable and construct. Raises InputError for what is
    wrong with files of data.
    """
    path = Path(path)
    content = read_bytes(path)
    text = decode(content)
    files = OtherFiles(path.parent, scan_aliases(text), allow_outside)
    paths = data_paths(path, data, files)
    read = f"{digest_of(content, text, files)} {digest_of_data(paths)}"
    described = f"{read} {path} {allow_outside} {version('pysd')}"
    with deep_recursion():
        return stored(
            "equations", described, ("equations",), Equations, lambda: translate(text, path, files, paths)
        )


def translate(text: str, path: Path, files: OtherFiles, data: Sequence[Path] = ()) -> Equations:
    """Translate the text of a model file.

    `path` is told in errors, `files` are those that the model names, and `data` those with its data.
    """
    file = str(path)
    parsed = (
        parse_xmile(text, file)
        if is_xml(text)
        else parse(scan(text, file), macros_of(text, file), file, files)
    )
    try:
        ranges = Ranges(parsed.ranges)
    except ValueError as error:
        raise EquationError(str(error), where=file) from error

    def is_range(name: str) -> bool:
        return ranges.is_range(ranges.names.find(name))

    definitions, uncalled = expand(parsed.definitions, parsed.macros, is_range, file)
    definitions = with_shifts(definitions, ranges, file)
    definitions, unread = read_external(definitions, ranges, parsed.strings, file, files)
    definitions = [*filled(definitions, ranges, data)]
    unread = told_once([*parsed.faults, *uncalled, *unread])
    return build_equations(
        definitions, unread, ranges, file, parsed.settings or integration_of(text), scan_base_date(text)
    )
