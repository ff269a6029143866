"""Texts in YAML as plain values, with the line number of every key.

YAML 1.2 by ruamel.yaml: words such as `NO` stay words, `1e-3` is a number. Keys are always given as text as
they stand in the file (a date key 2026-07-01 is "2026-07-01"), so that a repeated key is seen and every
value has an address. Anchors, aliases and tags are refused: these files need none, and aliases can blow a
small file up to any size.
"""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from twintrack.errors import Fault, InputError

DEEPEST = 20
"""Levels of nesting; the deepest file in real use has six."""

_TAG = "tag:yaml.org,2002:"
_PLAIN_TAGS = {_TAG + kind for kind in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq")}

_Address = tuple[str | int, ...]


def parse_mapping(text: str, place: str) -> tuple[dict[str, Any], dict[_Address, int]]:
    """Give the data and lines of a `Document` from the text of a file that messages call `place`.

    Raises InputError for a text that is empty, not YAML, or has keys given twice (all of those at once).
    """
    reader = _Reader(place)
    node = reader.compose(text)
    if node is None:
        raise InputError(Fault(f"{place}:1", "the file is empty; write at least one key"))
    if not isinstance(node, MappingNode):
        message = 'the file must hold lines of the form "key: value"; check the blank after each colon'
        raise InputError(Fault(reader.where(node), message))
    data = reader.convert(node, ())
    if reader.faults:
        raise InputError(reader.faults)
    return data, reader.lines


def parse_value(text: str, where: str) -> Any:
    """Give the value of a YAML text on a command line. Raises InputError, located at `where`."""
    reader = _Reader(where, one_line=True)
    node = reader.compose(text)
    value = None if node is None else reader.convert(node, ())
    if reader.faults:
        raise InputError(reader.faults)
    return value


class _Reader:
    """Turns the nodes of one text into plain values; collects lines and faults on the way."""

    def __init__(self, place: str, *, one_line: bool = False) -> None:
        self.place = place
        self.one_line = one_line
        self.lines: dict[_Address, int] = {}
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

    def convert(self, node: Node, address: _Address) -> Any:
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

    def _mapping(self, node: MappingNode, address: _Address) -> dict[str, Any]:
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
