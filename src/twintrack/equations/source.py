"""The text of a model file as it stands: each equation with its line, group, units and comment.

The text is read whatever program and country it was saved in.

PySD's reader drops the layout, the line numbers and the groups of a `.mdl`; this scanner keeps them. It knows
only the frame of the format: entries `equation ~ units ~ comment |`, the group blocks between rows of stars,
and the sketch after the equations, which is left out.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from twintrack.errors import EquationError
from twintrack.names import snake

_SKETCH = re.compile(r"\\{2,3}---///")
BRACES = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
"""A comment inside an equation, which may hold others."""
_HEADER = re.compile(r"\A\ufeff?\s*\{[^}]*\}")
_NAMED_ENCODING = re.compile(rb"\A\s*\{([^{}\r\n]*)\}")
_FALLBACK = "cp1252"
"""What Vensim writes on Western Windows when it names no encoding."""
_DRAWN = re.compile(r'10,\d+,(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^",]+)),')
"""A name in the sketch: what it is, its number, and the name."""
_LIMITS = re.compile(r"\s*\[(?P<limits>[^\[\]]*)\]\s*\Z")
_SOURCE = re.compile(r"\bSource:\s*(?P<source>.*?)\s*\.?\s*\Z", re.DOTALL)
_SEPARATOR = re.compile(r"[~|]")
_QUOTED_OR_SEPARATOR = re.compile(rf'"(?:\\"|[^"])*"|{BRACES}|[~|]')
_NAME = re.compile(r'\s*(?P<name>"(?:\\"|[^"])*"|[^\[\]=(:<~|]+)')
_CONTINUATION = re.compile(r"\\[ \t]*\n[ \t]*")
_MACRO = re.compile(
    r":MACRO:\s*(?P<name>[^(]*?)\s*\((?P<inputs>[^():]*):?(?P<outputs>[^()]*)\)(?P<body>.*?):END OF MACRO:",
    re.DOTALL | re.IGNORECASE,
)
_WRAPPED_END = re.compile(r"(?:\\\s*)+\Z")
_COMMENT = re.compile(rf"(?:\s*{BRACES})+")
_ALIAS = re.compile(r"^30:(?P<name>\?[^=\n]+)=(?P<file>[^\n]+)$", re.MULTILINE)
_BASE_DATE = re.compile(r"^(?P<code>3[789]):(?P<number>\d+)\s*$", re.MULTILINE)
_VISIBLE = re.compile(r"[^\n]")


def read_bytes(path: Path) -> bytes:
    """Read a model file. Raises EquationError when it cannot be read."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise EquationError(f"cannot be read: {error}", where=str(path)) from error


def decode(content: bytes) -> str:
    """Give the text of a model file, lines ended by a newline.

    The encoding is the one that the first line names in braces, as PySD takes it, if the file holds to it;
    else UTF-8, else Windows-1252, in which a byte without a meaning is replaced by a question mark.
    """
    if content.startswith(codecs.BOM_UTF8):
        content = content[len(codecs.BOM_UTF8) :]
    elif content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _lines(content.decode("utf-16", "replace"))
    header = _NAMED_ENCODING.match(content)
    named = header[1].decode("ascii", "replace").strip() if header else ""
    for encoding in filter(None, (named, "utf-8")):
        try:
            return _lines(content.decode(encoding))
        except (LookupError, UnicodeDecodeError):
            continue
    return _lines(content.decode(_FALLBACK, "replace"))


def read_text(path: Path) -> str:
    """Read and decode a model file. Raises EquationError when it cannot be read."""
    return decode(read_bytes(path))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@dataclass(frozen=True)
class Entry:
    """One equation (or subscript range) of the file, as its author wrote it.

    `title` is the name left of the equals sign without quotes, `text` the equation with its layout, `line`
    the 1-based line where it begins, `documentation` the comment without its Source sentence. `limits` are
    the lowest and the highest value and the step of a slider, as written behind the units, None where open.
    """

    title: str
    text: str
    units: str
    documentation: str
    source: str
    group: str
    line: int
    limits: tuple[float | None, ...] = ()

    @property
    def name(self) -> str:
        """The name in snake_case."""
        return snake(self.title)

    def fault(self, message: str, file: str, construct: str = "") -> EquationError:
        """Give an error that tells this entry and its line in a file."""
        return EquationError(message, variable=self.name, construct=construct, where=f"{file}:{self.line}")


@dataclass(frozen=True)
class MacroText:
    """A macro as it is written: its name, the names of what goes in and of further results, its entries."""

    title: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    entries: tuple[Entry, ...]


def without_sketch(text: str) -> tuple[str, str]:
    """Split the text of a `.mdl` into its equations and what follows, the mark of the sketch included."""
    mark = _SKETCH.search(text)
    return (text[: mark.start()], text[mark.start() :]) if mark else (text, "")


def scan(text: str, file: str) -> list[Entry]:
    """Split the text of a `.mdl` into its entries, in the order of the file, without those of macros.

    `file` is the name told in errors. Raises EquationError when an entry has no `~` or is not closed by `|`.
    """
    body, _ = without_sketch(text)
    header = _HEADER.match(body)
    # The place of a macro is left blank, so that all lines keep their numbers.
    blank = _MACRO.sub(lambda macro: _VISIBLE.sub(" ", macro.group()), body)
    return _entries(blank, header.end() if header else 0, file)


def scan_macros(text: str, file: str) -> list[MacroText]:
    """Give the macros of a `.mdl` in the order of the file. Raises what `scan` raises."""
    body, _ = without_sketch(text)
    return [
        MacroText(
            title=_title(macro["name"]),
            inputs=_names(macro["inputs"]),
            outputs=_names(macro["outputs"]),
            entries=tuple(_entries(body[: macro.end("body")], macro.start("body"), file)),
        )
        for macro in _MACRO.finditer(body)
    ]


def scan_aliases(text: str) -> dict[str, str]:
    """Give the files that names with a question mark stand for, from the settings behind the sketch."""
    return {match["name"]: match["file"].strip() for match in _ALIAS.finditer(text)}


def scan_base_date(text: str) -> tuple[int, int, int]:
    """Give year, month and day at time 0 from the settings behind the sketch, Vensim's own by default."""
    found = {match["code"]: int(match["number"]) for match in _BASE_DATE.finditer(without_sketch(text)[1])}
    parts = tuple(found.get(code, default) for code, default in (("37", 2000), ("38", 1), ("39", 1)))
    try:
        date(*parts)
    except ValueError:
        return 2000, 1, 1
    return parts[0], parts[1], parts[2]


def _names(text: str) -> tuple[str, ...]:
    plain = _CONTINUATION.sub(" ", text)
    return tuple(" ".join(name.split()) for name in plain.split(",") if name.strip())


def _entries(body: str, start: int, file: str) -> list[Entry]:
    entries: list[Entry] = []
    group = ""
    fields: list[str] = []
    field_start = entry_start = start
    while mark := _next_mark(body, field_start, in_equation=not fields):
        fields.append(body[field_start : mark.start()])
        field_start = mark.end()
        if mark.group() == "~":
            continue
        line = _line_of(body, entry_start)
        if fields[0].lstrip().startswith("***"):
            group = fields[0].strip().strip("*").strip().lstrip(".")
        elif len(fields) < 2:
            raise EquationError(
                "an equation needs units and a comment: write `equation ~ units ~ comment |`",
                variable=_title(fields[0]),
                where=f"{file}:{line}",
            )
        else:
            entries.append(_entry(fields, group, line))
        fields, entry_start = [], field_start
    if fields or body[field_start:].strip():
        where = f"{file}:{_line_of(body, entry_start)}"
        raise EquationError(
            "the last entry is not closed by `|`", construct=body[entry_start:].strip()[:60], where=where
        )
    return entries


def _next_mark(body: str, start: int, *, in_equation: bool) -> re.Match[str] | None:
    """Find the next `~` or `|`; quotes hide them in names, but a quote in a comment means nothing."""
    if not in_equation:
        return _SEPARATOR.search(body, start)
    return next((mark for mark in _QUOTED_OR_SEPARATOR.finditer(body, start) if mark.group() in "~|"), None)


def _line_of(body: str, position: int) -> int:
    """Give the 1-based line of the first visible character at or after a position, comments left out."""
    comment = _COMMENT.match(body, position)
    start = comment.end() if comment else position
    blank = len(body[start:]) - len(body[start:].lstrip())
    return body.count("\n", 0, start + blank) + 1


def _title(equation: str) -> str:
    text = _CONTINUATION.sub(" ", equation)
    comment = _COMMENT.match(text)
    match = _NAME.match(text, comment.end() if comment else 0)
    return " ".join(match["name"].split()).strip('"') if match else equation.strip()[:40]


def _entry(fields: Sequence[str], group: str, line: int) -> Entry:
    written = fields[2] if len(fields) > 2 else ""
    comment = " ".join(_CONTINUATION.sub(" ", written).split())
    source = _SOURCE.search(comment)
    units = " ".join(_CONTINUATION.sub(" ", fields[1]).split())
    limits = _LIMITS.search(units)
    return Entry(
        title=_title(fields[0]),
        text=_WRAPPED_END.sub("", fields[0]).strip(),
        units=_LIMITS.sub("", units),
        documentation=comment[: source.start()].strip() if source else comment,
        source=source["source"] if source else "",
        group=group,
        line=line,
        limits=tuple(map(_limit, limits["limits"].split(","))) if limits else (),
    )


def _limit(text: str) -> float | None:
    """Give a limit; a question mark, or what is no number, leaves it open."""
    try:
        return float(text)
    except ValueError:
        return None


def scan_views(text: str) -> dict[str, str]:
    """Give the view that each variable is first drawn in, by its name as the sketch writes it."""
    found: dict[str, str] = {}
    view = ""
    for line in without_sketch(text)[1].splitlines():
        if line.startswith("*"):
            view = line[1:].strip()
        elif (drawn := _DRAWN.match(line)) and view:
            found.setdefault((drawn["quoted"] or drawn["plain"]).strip(), view)
    return found
