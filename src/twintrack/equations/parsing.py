"""From the entries of a model file to syntax trees, which PySD's grammar reads one equation at a time.

PySD stops at the first equation that it cannot read and does not say where; here all are read, and all faults
told with their lines. What its grammar lacks is rewritten first: comments in braces, lookups as a list of
numbers, the further results of a macro, mappings element by element.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twintrack.equations.clock import Integration
from twintrack.equations.naming import same_name
from twintrack.equations.other_files import OtherFiles
from twintrack.equations.source import BRACES, Entry, MacroText
from twintrack.equations.subscripts import RangeText
from twintrack.errors import EquationError

_COMMENT_OR_ZEROS = re.compile(rf'("(?:\\"|[^"])*")|{BRACES}|([-+*/^(,=<>;]\s*)0+(?=\d)')
_NAME_ONLY = re.compile(r'(?:"(?:\\"|[^"])*"|[^"=:(<])*\Z')
_CONTINUATION = re.compile(r"\\[ \t]*(?:\n\s*|\Z)")
_KEYWORD = re.compile(
    r'("(?:\\"|[^"])*"|\'[^\']*\')|:\s*(AND|OR|NOT|NA|IS|EXCEPT|INTERPOLATE|RAW|HOLD\s+BACKWARD|LOOK\s+FORWARD|'
    r"THE\s+CONDITION|TEST\s+INPUT)\s*:|\bTABBED\s+ARRAY\b",
    re.IGNORECASE,
)
"""What the grammar knows in capital letters only, or a text in which it means nothing."""
_STRING = re.compile(r'(?P<name>"(?:\\"|[^"])*"|[^":=]*?)\s*:IS:\s*\'(?P<text>[^\']*)\'\Z')
_NUMBER = r"[-+]?\s*(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_ONE_POINT = re.compile(
    rf"(?P<before>\(\s*(?:\[[^\]]*\]\s*,)?\s*)(?P<pair>\(\s*{_NUMBER}\s*,\s*{_NUMBER}\s*\))(?=\s*,?\s*\))"
)
_BASE = r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
for _ in range(3):  # which may stand in brackets
    _BASE = rf"(?:{_BASE}|\(\s*[-+]?\s*{_BASE}\s*\))"
_SIGNED_BASE = re.compile(rf'("(?:\\"|[^"])*")|((?:^|[-+*/^(,=<>:])\s*-\s*)({_BASE})(?=\s*\^)')
_NUMBER_LIST = re.compile(rf"(?P<name>[^=(]+)\(\s*(?P<numbers>{_NUMBER}\s*(?:,\s*{_NUMBER}\s*)*),?\s*\)\s*\Z")
_MAPPED = re.compile(r"\(\s*(?P<name>[^:()]+?)\s*:\s*(?P<items>(?:[^()]|\([^()]*\))*)\)|(?P<plain>[^,()]+)")
_SEQUENCE = re.compile(
    r"\(\s*(?P<stem>.*?)(?P<first>\d+)\s*-\s*(?P<other>.*?)(?P<last>\d+)\s*\)\Z", re.DOTALL
)
_QUOTED_EQUALS_OR_ARROW = re.compile(r'"(?:\\"|[^"])*"|=|(?<!<)->')
UNREADABLE = (TypeError, ValueError, SyntaxError, IndexError, OSError, KeyError, AttributeError)
"""What PySD raises for what it cannot read, subscripts in files included."""
_DEEPEST = 1000
_LOGICAL = re.compile(r":(?:AND|OR|NOT|NA):", re.IGNORECASE)


@dataclass(frozen=True)
class Definition:
    """One equation: what stands on the left, and the syntax tree of the right-hand side.

    `name` is as it is written, `excepted` the subscripts of each :EXCEPT: group, `kind` "equation", "lookup"
    or "data", `keyword` how data are read between their times. `internal` tells that it belongs to a macro
    and not to the model. `points` are the times and values of data that were read.
    """

    entry: Entry
    name: str
    subscripts: tuple[str, ...]
    excepted: tuple[tuple[str, ...], ...]
    tree: Any
    kind: str = "equation"
    internal: bool = False
    keyword: str = ""
    points: tuple[tuple[float, ...], tuple[float, ...]] | None = None


@dataclass(frozen=True)
class Macro:
    """A macro whose equations are parsed; see `MacroText`."""

    title: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    definitions: tuple[Definition, ...]
    unread: tuple[EquationError, ...] = ()
    """What of it cannot be read; nothing is said then of what calls it."""


@dataclass(frozen=True)
class Unread:
    """An equation that cannot be read: the name on its left, what is wrong, and the file that is missing."""

    name: str
    error: EquationError
    missing: str = ""


@dataclass(frozen=True)
class Parsed:
    """A model file as syntax trees, and what of it cannot be read."""

    definitions: tuple[Definition, ...]
    ranges: tuple[RangeText, ...]
    macros: tuple[Macro, ...]
    faults: tuple[Unread, ...]
    strings: Mapping[str, str]
    """String constants (`:IS:`) by the names that are the same to Vensim."""
    settings: tuple[Integration, str] | None = None
    """How XMILE wants to be integrated, and a note where that is done in another way."""


def parse(entries: Iterable[Entry], macros: Iterable[MacroText], file: str, files: OtherFiles) -> Parsed:
    """Parse all equations; `file` is told in errors, `files` are those that it names."""
    texts = list(macros)
    reader = _Reader([macro.title for macro in texts], file, files)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        definitions = tuple(reader.definitions(entries))
        ready = tuple(map(reader.macro, texts))
    return Parsed(definitions, tuple(reader.ranges), ready, tuple(reader.faults), reader.strings)


class _Reader:
    """Reads entries; `ranges`, `strings` and `faults` grow while it does."""

    def __init__(self, macros: list[str], file: str, files: OtherFiles) -> None:
        self.file = file
        self.files = files
        self.ranges: list[RangeText] = []
        self.strings: dict[str, str] = {}
        self.faults: list[Unread] = []
        names = sorted(macros, key=len, reverse=True)
        words = "|".join(r"[\s_]+".join(map(re.escape, name.split())) for name in names)
        self._macro = re.compile(rf"(?<!\w)(?:{words})\s*\(", re.IGNORECASE) if words else None

    def definitions(self, entries: Iterable[Entry]) -> Iterator[Definition]:
        """Yield the equations among some entries, and put away the subscript ranges."""
        from parsimonious.exceptions import ParsimoniousError

        for entry in entries:
            try:
                found = self._definition(entry)
            except (ParsimoniousError, *UNREADABLE) as error:
                reason = str(error).split("\n", 1)[0][:160]
                missing = getattr(error, "filename", None) or ""
                verb = "cannot be read" if isinstance(error, OSError) else "not understood"
                self.faults.append(Unread(entry.title, entry.fault(f"{verb}: {reason}", self.file), missing))
            else:
                if found is not None:
                    yield found

    def macro(self, text: MacroText) -> Macro:
        """Read the entries of a macro."""
        before = len(self.faults)
        found = tuple(self.definitions(text.entries))
        unread = tuple(fault.error for fault in self.faults[before:])
        return Macro(text.title, text.inputs, text.outputs, found, unread)

    def _definition(self, entry: Entry) -> Definition | None:
        """Read one entry; None for a range, a string and what only Vensim's reality checks use."""
        from pysd.translators.vensim import vensim_element as kinds

        text = _clean(entry.text)
        check_depth(text)
        string = _STRING.match(text)
        if string:
            self.strings[same_name(string["name"])] = string["text"]
            return None
        text, mappings = _without_mappings(text)
        if text.endswith("="):
            message = "the equation is empty"
            raise ValueError(message)
        bare = _NAME_ONLY.match(text)  # data, which the grammar knows by a keyword behind the name
        text += ":RAW:" if bare else ""
        item: Any = kinds.Element(with_signs_outside(_with_pairs(text)), "", "").parse()
        if isinstance(item, kinds.SubscriptRange):
            if isinstance(item.definition, dict):
                item.definition["file"] = self.files.found(item.definition["file"])
            self.ranges.append(_range(item, mappings, self.files.folder))
            return None
        if isinstance(item, kinds.Constraint | kinds.TestInput):
            return None
        if self._macro and item.expression:
            item.expression = _with_results(item.expression, self._macro)
        item.parse()
        # Lookups of spreadsheets are written as equations; only their trees tell.
        lookup = isinstance(item, kinds.Lookup) or item.lookup
        data = isinstance(item, kinds.Data) or type(item.ast).__name__ == "GetDataStructure"
        kind = "lookup" if lookup else "data" if data else "equation"
        left, excepted = item.subscripts
        keyword = "" if bare else getattr(item, "keyword", None) or ""
        groups = tuple(map(tuple, excepted))
        return Definition(entry, item.name, tuple(left), groups, item.ast, kind, keyword=keyword)


def _clean(text: str) -> str:
    """Put an equation on one line, without comments and zeros in front of numbers, keywords in capitals."""
    text = _COMMENT_OR_ZEROS.sub(lambda match: match[1] or match[2] or " ", _CONTINUATION.sub(" ", text))
    return " ".join(_KEYWORD.sub(_capitals, text).split())


def _capitals(match: re.Match[str]) -> str:
    """Write a keyword as the grammar knows it; what stands in quotes stays."""
    if match[1]:
        return match[1]
    words = " ".join((match[2] or match[0]).upper().split())
    return f":{words}:" if match[2] else words


def with_signs_outside(text: str) -> str:
    """Keep the reader from taking the sign of `-2^2` for a part of the number; that of `(-2)^2` is one."""
    return _SIGNED_BASE.sub(lambda match: match[1] or f"{match[2]}({match[3]}+0)", text)


def check_depth(text: str) -> None:
    """Raise ValueError for brackets so deep that reading them could break the program off."""
    depth = deepest = 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    if deepest > _DEEPEST:
        message = f"brackets are nested {deepest} deep; make variables of the inner parts"
        raise ValueError(message)


def _without_mappings(text: str) -> tuple[str, str]:
    """Split a subscript range at the arrow behind which its mappings stand; an equation has none."""
    for mark in _QUOTED_EQUALS_OR_ARROW.finditer(text):
        if mark.group() == "=":
            break
        if mark.group() == "->":
            return text[: mark.start()], text[mark.end() :]
    return text, ""


def _with_pairs(text: str) -> str:
    """Write a lookup given as all x and then all y values as pairs of numbers, and a single pair twice."""
    text = _ONE_POINT.sub(r"\g<before>\g<pair>,\g<pair>", text)
    match = _NUMBER_LIST.fullmatch(text)
    if match is None:
        return text
    numbers = [part.strip() for part in match["numbers"].split(",")]
    half = len(numbers) // 2
    if len(numbers) % 2 or half < 1:
        message = "a lookup as a list of numbers needs as many y as x values"
        raise ValueError(message)
    pairs = ",".join(f"({x},{y})" for x, y in zip(numbers[:half], numbers[half:], strict=True))
    return f"{match['name']}({pairs})"


def _with_results(expression: str, macro: re.Pattern[str]) -> str:
    """Write the names behind the colon in the call of a macro as a text, which PySD's grammar allows."""
    parts: list[str] = []
    done = 0
    for match in macro.finditer(expression):
        colon, end = _colon_and_end(expression, match.end())
        if colon is not None and match.start() >= done:
            parts += [expression[done:colon], f", '{expression[colon + 1 : end].strip()}'"]
            done = end
    return "".join(parts) + expression[done:]


def _colon_and_end(text: str, start: int) -> tuple[int | None, int]:
    """Find the colon between arguments and results, and the bracket that closes the call."""
    depth, colon, place = 1, None, start
    while place < len(text):
        sign = text[place]
        logical = _LOGICAL.match(text, place)
        if logical:
            place = logical.end()
            continue
        if sign == '"':
            place = text.find('"', place + 1)
            if place < 0:
                break
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth == 0:
            return colon, place
        if sign == ":" and depth == 1:
            colon = place
        place += 1
    return None, len(text)


def _range(item: Any, mappings: str, folder: Path) -> RangeText:
    """Give a subscript range as it is written, or as the file in `folder` says that it names."""
    if isinstance(item.definition, dict):
        from pysd.py_backend.external import ExtSubscript

        cells = {key: item.definition[key] for key in ("tab", "firstcell", "lastcell", "prefix")}
        item.definition = ExtSubscript(item.definition["file"], root=folder, **cells).subscript
    copied = isinstance(item.definition, str)
    return RangeText(
        name=item.name,
        items=() if copied else tuple(item.definition),
        copied=item.definition if copied else "",
        mappings=tuple(
            (match["name"] or match["plain"].strip(), tuple(_items(match["items"] or "")))
            for match in _MAPPED.finditer(mappings)
            if match["name"] or match["plain"].strip()
        ),
    )


def _items(text: str) -> Iterator[str]:
    """Yield the names of a list, sequences such as (A1-A3) written out."""
    for part in (part.strip() for part in text.split(",")):
        sequence = _SEQUENCE.match(part)
        if sequence:
            for number in range(int(sequence["first"]), int(sequence["last"]) + 1):
                yield f"{sequence['stem']}{number}"
        elif part:
            yield part
