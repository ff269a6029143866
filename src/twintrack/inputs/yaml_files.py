"""Reading of YAML files with the line number of every key.

What `yaml_texts` makes of a text is kept in the cache folder: a file that has not changed is not parsed
again, for parsing takes longer than most of what is then done with it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from twintrack.errors import Fault, InputError
from twintrack.names import suggest
from twintrack.stored import stored

LARGEST_FILE = 1_000_000
"""Bytes; the largest file in real use has some thousand."""

Address = tuple[str | int, ...]
"""The keys and list positions that lead to a value."""


@dataclass(frozen=True)
class Document:
    """A YAML file that holds a mapping.

    `data` has mappings as dict with text keys, lists as tuple, scalars as str, int, float, bool or None;
    `lines` maps the address of a value (the keys and list positions that lead to it) to its line, from 1.
    """

    path: Path
    data: dict[str, Any]
    lines: Mapping[Address, int] = field(repr=False)

    @property
    def name(self) -> str:
        """The file's name without its ending: what others refer to it by."""
        return self.path.stem

    def where(self, *keys: str | int) -> str:
        """Give "file:line" of the value at an address; keys that the file does not have are passed over."""
        known: Address = ()
        for key in keys:
            if (*known, key) in self.lines:
                known = (*known, key)
        return f"{self._shown}:{self.lines[known]}"

    @cached_property
    def _shown(self) -> str:
        return shown(self.path)


def shown(path: Path, root: Path | None = None) -> str:
    """Give a path as messages show it: relative to the current folder when it lies inside, else to `root`.

    What lies in neither is told in full. Give a root for what readers elsewhere keep, as an exported
    notebook: a folder of this machine says nothing there.
    """
    absolute = path.absolute()
    folders = (Path.cwd(), *([root.absolute()] if root else []))
    inside = (absolute.relative_to(folder) for folder in folders if absolute.is_relative_to(folder))
    return str(next(inside, absolute))


def read_document(path: Path) -> Document:
    """Read a YAML file that must hold a mapping.

    Raises InputError for a file that is missing, a folder, too large, not text in UTF-8, empty, not YAML, or
    with keys given twice (all of those at once).
    """
    return Document(path, *_parsed(read_text(path), shown(path)))


@lru_cache(maxsize=512)
def _parsed(text: str, place: str) -> tuple[dict[str, Any], Mapping[Address, int]]:
    """Give data and lines of a text; from the cache folder when it was good before. Raises InputError."""

    def parse() -> tuple[dict[str, Any], Mapping[Address, int]]:
        from twintrack.inputs.yaml_texts import parse_mapping

        return parse_mapping(text, place)

    return stored("yaml", f"{_parser_version()} {text}", ("inputs",), tuple, parse)


@cache
def _parser_version() -> str:
    return version("ruamel.yaml")


def read_value(text: str, where: str) -> Any:
    """Read a value given as YAML text on a command line: "0.6" or "{2026: 60, 2030: 150}".

    Raises InputError, located at `where`, when the text is not YAML.
    """
    from twintrack.inputs.yaml_texts import parse_value

    return parse_value(text, where)


def yaml_files(folder: Path) -> list[Path]:
    """List the .yaml files of a folder by name; a folder that does not exist has none."""
    return sorted(path for path in folder.glob("*.yaml") if not path.name.startswith("."))


def state_of_files(paths: Iterable[Path]) -> list[tuple[int, int]]:
    """Give time of change and size of files and folders: equal while none has changed.

    A folder changes when a file in it comes, goes or is renamed; what is missing has a state as well.
    """
    states = []
    for path in paths:
        try:
            state = os.stat(path)  # noqa: PTH116 - half the time of path.stat(), and done before every run
        except OSError:
            states.append((0, -1))
        else:
            states.append((state.st_mtime_ns, state.st_size))
    return states


def read_text(path: Path, largest: int = LARGEST_FILE) -> str:
    """Read a text file in UTF-8 of at most so many bytes.

    Raises InputError when it is missing, a folder, too large or no text.
    """
    place = shown(path)
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise InputError(Fault(place, "is a folder; name a file in it"))
        if not path.is_file():
            raise InputError(Fault(place, "is not a plain file; name one"))
        if size > largest:
            message = f"the file has {size:,} bytes, more than {largest:,}; name another file"
            raise InputError(Fault(place, message))
        content = path.read_bytes()
    except FileNotFoundError:
        names = [other.stem for other in yaml_files(path.parent)]
        message = f"there is no such file{suggest(path.stem, names)}"
        raise InputError(Fault(place, message)) from None
    except OSError as error:
        raise InputError(Fault(place, f"cannot be read: {error.strerror}")) from None
    return _decode(content, place)


def _decode(content: bytes, place: str) -> str:
    if b"\0" in content:
        raise InputError(Fault(f"{place}:1", "is a binary file; a text file in UTF-8 is needed"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = "is not text in UTF-8; save the file again with the encoding UTF-8"
        raise InputError(Fault(f"{place}:{line}", message)) from None
