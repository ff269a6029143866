"""Reading of YAML files with the line number of every key.

YAML 1.2 by ruamel.yaml: words such as `NO` stay words, `1e-3` is a number. Keys are always given as text as
they stand in the file (a date key 2026-07-01 is "2026-07-01"), so that a repeated key is seen and every
value has an address. Anchors, aliases and tags are refused: these files need none, and aliases can blow a
small file up to any size.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from twintrack.errors import Fault, InputError
from twintrack.names import suggest

LARGEST_FILE = 1_000_000
"""Bytes; the largest file in real use has some thousand."""

DEEPEST = 20
"""Levels of nesting; the deepest file in real use has six."""

_TAG = "tag:yaml.org,2002:"
_PLAIN_TAGS = {_TAG + kind for kind in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq")}

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
        return f"{shown(self.path)}:{self.lines[known]}"


def shown(path: Path) -> str:
    """Give a path as messages show it: relative to the current folder when it lies inside."""
    absolute = path.absolute()
    folder = Path.cwd()
    return str(absolute.relative_to(folder)) if absolute.is_relative_to(folder) else str(absolute)


def read_document(path: Path) -> Document:
    """Read a YAML file that must hold a mapping.

    Raises InputError for a file that is missing, a folder, too large, not text in UTF-8, empty, not YAML, or
    with keys given twice (all of those at once).
    """
    reader = _Reader(shown(path))
    node = reader.compose(read_text(path))
    if node is None:
        raise InputError(Fault(f"{shown(path)}:1", "the file is empty; write at least one key"))
    if not isinstance(node, MappingNode):
        message = 'the file must hold lines of the form "key: value"; check the blank after each colon'
        raise InputError(Fault(reader.where(node), message))
    data = reader.convert(node, ())
    if reader.faults:
        raise InputError(reader.faults)
    return Document(path, data, reader.lines)


def read_value(text: str, where: str) -> Any:
    """Read a value given as YAML text on a command line: "0.6" or "{2026: 60, 2030: 150}".

    Raises InputError, located at `where`, when the text is not YAML.
    """
    reader = _Reader(where, one_line=True)
    node = reader.compose(text)
    value = None if node is None else reader.convert(node, ())
    if reader.faults:
        raise InputError(reader.faults)
    return value


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
            state = path.stat()
        except OSError:
            states.append((0, -1))
        else:
            states.append((state.st_mtime_ns, state.st_size))
    return states


def read_text(path: Path) -> str:
    """Read a text file in UTF-8; raises InputError when it is missing, a folder, too large or no text."""
    place = shown(path)
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise InputError(Fault(place, "is a folder; name a .yaml file in it"))
        if not path.is_file():
            raise InputError(Fault(place, "is not a plain file; name a .yaml file"))
        if size > LARGEST_FILE:
            message = f"the file has {size:,} bytes, more than {LARGEST_FILE:,}; name another file"
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


class _Reader:
    """Turns the nodes of one text into plain values; collects lines and faults on the way."""

    def __init__(self, place: str, *, one_line: bool = False) -> None:
        self.place = place
        self.one_line = one_line
        self.lines: dict[Address, int] = {}
        self.faults: list[Fault] = []

    def where(self, node: Node) -> str:
        return self.place if self.one_line else f"{self.place}:{node.start_mark.line + 1}"

    def compose(self, text: str) -> Node | None:
        try:
            node: Node | None = YAML(typ="safe", pure=True).compose(text)
        except ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            raise InputError(self._unreadable("a character that is not allowed in YAML", line)) from None
        except YAMLError as error:
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            problem = getattr(error, "problem", None) or "not YAML"
            raise InputError(self._unreadable(problem, mark.line + 1 if mark else 1)) from None
        except RecursionError:
            raise InputError(self._unreadable("it is nested too deeply", 1)) from None
        return node

    def _unreadable(self, problem: str, line: int) -> Fault:
        where = self.place if self.one_line else f"{self.place}:{line}"
        advice = "check the indentation (blanks, no tabs), the colons and the quotes, here and one line above"
        return Fault(where, f"cannot be read as YAML: {problem}; {advice}")

    def convert(self, node: Node, address: tuple[str | int, ...]) -> Any:
        self.lines.setdefault(address, node.start_mark.line + 1)
        if node.anchor is not None:
            return self._refuse(node, "anchors (&) and aliases (*) are not read; write the value out")
        if str(node.tag) not in _PLAIN_TAGS:
            return self._refuse(node, f'the tag "{node.tag}" is not read; write the plain value')
        if len(address) > DEEPEST:
            return self._refuse(node, "is nested too deeply; check the indentation")
        if isinstance(node, MappingNode):
            return self._mapping(node, address)
        if isinstance(node, SequenceNode):
            return tuple(self.convert(item, (*address, index)) for index, item in enumerate(node.value))
        return self._scalar(str(node.tag), str(node.value))

    def _refuse(self, node: Node, message: str) -> None:
        self.faults.append(Fault(self.where(node), message))

    def _mapping(self, node: MappingNode, address: tuple[str | int, ...]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self.faults.append(Fault(self.where(key), "a key must be a plain word, name or date"))
                continue
            name = str(key.value)
            if name in result:
                first = self.lines[(*address, name)]
                message = f'the key "{name}" is given twice, first on line {first}; keep one'
                self.faults.append(Fault(self.where(key), message))
                continue
            self.lines[(*address, name)] = key.start_mark.line + 1
            result[name] = self.convert(value, (*address, name))
        return result

    def _scalar(self, tag: str, text: str) -> str | int | float | bool | None:
        if tag == _TAG + "null":
            return None
        if tag == _TAG + "bool":
            return text.lower() in ("true", "yes", "on")
        if tag in (_TAG + "int", _TAG + "float"):
            return _number(text)
        return text


def _number(text: str) -> int | float | str:
    """Give the number that a YAML text stands for; the text itself when it has too many digits."""
    plain = text.replace("_", "").lower()
    digits = plain.lstrip("+-")
    try:
        if digits.startswith(("0x", "0o")):
            return int(plain, 0)
        if digits.isdigit():
            return int(plain)
        return float(plain.replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return text
