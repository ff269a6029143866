"""From a `.mdl` file to typed equations: PySD reads the syntax, the scanner adds what PySD drops.

The result is stored in the cache folder under a key made of the file's content and the versions involved, so
that a model that was read once is never parsed again (and PySD, slow to import, is not even loaded).
"""

from __future__ import annotations

import hashlib
import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

from twintrack.equations.faults import raise_together
from twintrack.equations.frame import build_equations
from twintrack.equations.source import Entry, scan
from twintrack.equations.structure import Equations
from twintrack.errors import EquationError
from twintrack.resources import cache_dir
from twintrack.stored import stored


def load_equations(path: Path) -> Equations:
    """Read a model file into typed equations.

    Raises EquationError when the file cannot be read or uses constructs that are not understood; the message
    then has one line per fault, each naming file, line, variable and construct.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EquationError(f"cannot be read: {error}", where=str(path)) from error
    digest = hashlib.sha256(content).hexdigest()
    described = f"{digest} {path} {version('pysd')}"
    return stored("equations", described, ("equations",), Equations, lambda: translate(text, path, digest))


def translate(text: str, path: Path, digest: str) -> Equations:
    """Translate the text of a model file; `path` is told in errors, `digest` becomes `Equations.hash`."""
    file = str(path)
    entries = scan(text, file)
    section = _parse(text, entries, file)
    return build_equations(section, entries, file, digest)


def _parse(text: str, entries: list[Entry], file: str) -> Any:
    """Let PySD parse the file, entry by entry, and give its abstract section.

    PySD stops at the first entry that it cannot parse and does not say where; here the entries are parsed one
    at a time and all faults told with their lines.
    """
    with tempfile.TemporaryDirectory(dir=cache_dir()) as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pysd.translators.vensim.vensim_file import VensimFile

        copy = Path(folder) / "model.mdl"
        copy.write_text(text, encoding="utf-8")
        parsed = VensimFile(copy, encoding="utf-8")
        parsed.parse(parse_all=False)
        if len(parsed.sections) > 1:
            raise EquationError("macros are not understood", construct=parsed.sections[1].name, where=file)
        section = parsed.sections[0]
        section.parse(parse_all=False)
        _parse_elements(section, entries, file)
        return section.get_abstract_section()


def _parse_elements(section: Any, entries: list[Entry], file: str) -> None:
    """Parse both sides of every entry and file the results in the section as PySD itself does."""
    from parsimonious.exceptions import ParsimoniousError
    from pysd.translators.vensim import vensim_element as kinds

    faults = []
    parsed = []
    for element, entry in zip(section.elements, entries, strict=True):
        try:
            item = element.parse()
            if not isinstance(item, kinds.SubscriptRange):
                item.parse()
        except (ParsimoniousError, TypeError, ValueError, SyntaxError, IndexError) as error:
            reason = str(error).split("\n", 1)[0][:160]
            where = f"{file}:{entry.line}"
            faults.append(EquationError(f"not understood: {reason}", variable=entry.name, where=where))
        else:
            parsed.append(item)
    raise_together(faults)
    section.elements = parsed
    section.subscripts = [item for item in parsed if isinstance(item, kinds.SubscriptRange)]
    section.components = [item for item in parsed if isinstance(item, kinds.Component)]
    section.constraints = [item for item in parsed if isinstance(item, kinds.Constraint)]
    section.test_inputs = [item for item in parsed if isinstance(item, kinds.TestInput)]
