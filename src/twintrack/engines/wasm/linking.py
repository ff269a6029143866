"""From an object file that LLVM has written to a WebAssembly module that stands alone.

One object file needs no linker: the numbers and addresses in it are those that it would get. What it wants
from outside, memory and the pointer to a stack, becomes its own; functions named by the caller are exported.
Formats: the WebAssembly core specification, section 5, and the tool conventions for linking.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from twintrack.errors import TwinTrackError

_MAGIC = b"\0asm\1\0\0\0"
_CUSTOM, _IMPORT, _MEMORY, _GLOBAL, _EXPORT, _DATA = 0, 2, 5, 6, 7, 11
_OF_FUNCTION, _OF_TABLE, _OF_MEMORY, _OF_GLOBAL = range(4)
"""Kinds of imports and exports."""
_ORDER = (1, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11)
"""Sections stand in this order."""
_SYMBOLS = 8
_UNDEFINED, _NAMED = 0x10, 0x40
_I32, _CONST, _END = 0x7F, 0x41, 0x0B
_PAGE = 65_536
_STACK = _PAGE


class Linked(NamedTuple):
    """A module, and the first address of its memory that is free."""

    module: bytes
    free: int


class _Reader:
    """Reads numbers and names of a piece of a file in turn."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        """Read a number of seven bits a byte."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def piece(self) -> bytes:
        """Read as many bytes as a number in front of them says."""
        size = self.number()
        self.at += size
        return self.data[self.at - size : self.at]

    def name(self) -> str:
        return self.piece().decode()

    @property
    def more(self) -> bool:
        return self.at < len(self.data)


def linked(code: bytes, exported: Sequence[str]) -> Linked:
    """Make a module of an object file; it exports `memory` and some of its functions.

    Raises TwinTrackError when the code calls a function that it does not hold.
    """
    sections = dict(_sections(code))
    imports = set(_imports(_Reader(sections.pop(_IMPORT))))
    stack = -(-_end_of_data(sections) // 16) * 16
    free = stack + (_STACK if "__stack_pointer" in imports else 0)
    pages = -(-free // _PAGE) or 1
    sections[_MEMORY] = b"\1\0" + _packed(pages)
    if "__stack_pointer" in imports:
        sections[_GLOBAL] = bytes((1, _I32, 1, _CONST)) + _packed(free, signed=True) + bytes((_END,))
    functions = _functions(_Reader(_linking(code)))
    entries = [_name("memory") + bytes((_OF_MEMORY, 0))]
    entries += [_name(name) + bytes((_OF_FUNCTION,)) + _packed(functions[name]) for name in exported]
    sections[_EXPORT] = _packed(len(entries)) + b"".join(entries)
    parts = (bytes((number,)) + _sized(sections[number]) for number in _ORDER if number in sections)
    return Linked(_MAGIC + b"".join(parts), free)


def _sections(code: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the sections that mean something to a machine."""
    reader = _Reader(code)
    reader.at = len(_MAGIC)
    while reader.more:
        number, data = reader.byte(), reader.piece()
        if number != _CUSTOM:
            yield number, data


def _linking(code: bytes) -> bytes:
    """Give the table of symbols."""
    reader = _Reader(code)
    reader.at = len(_MAGIC)
    while reader.more:
        number, data = reader.byte(), _Reader(reader.piece())
        if number == _CUSTOM and data.name() == "linking":
            data.number()  # the version
            while data.more:
                kind, part = data.byte(), data.piece()
                if kind == _SYMBOLS:
                    return part
    message = "LLVM has written an object file without symbols"
    raise TwinTrackError(message)


def _imports(reader: _Reader) -> Iterator[str]:
    """Yield the names of what is imported: the memory, and the pointer to a stack where code needs one."""
    for _ in range(reader.number()):
        reader.name()
        name, kind = reader.name(), reader.byte()
        if kind == _OF_FUNCTION:
            message = f"the code calls {name} of the C library, which WebAssembly has not"
            raise TwinTrackError(message)
        if kind == _OF_TABLE:
            message = "the code takes the address of a function, which it does not need"
            raise TwinTrackError(message)
        reader.byte()
        reader.number()
        yield name


def _functions(reader: _Reader) -> dict[str, int]:
    """Give the number of every function by its name."""
    found = {}
    for _ in range(reader.number()):
        kind, flags = reader.byte(), reader.number()
        if kind == 1:  # data: a name, and where it lies
            reader.name()
            for _ in range(0 if flags & _UNDEFINED else 3):
                reader.number()
            continue
        index = reader.number()
        if kind != 3 and (not flags & _UNDEFINED or flags & _NAMED):  # sections have no names
            name = reader.name()
            if kind == 0:
                found[name] = index
    return found


def _end_of_data(sections: dict[int, bytes]) -> int:
    """Give the address behind all data."""
    end = 0
    if _DATA in sections:
        reader = _Reader(sections[_DATA])
        for _ in range(reader.number()):
            if reader.number() != 0 or reader.byte() != _CONST:
                message = "LLVM has written data of another form than this program knows"
                raise TwinTrackError(message)
            start = reader.number()
            reader.byte()
            end = max(end, start + len(reader.piece()))
    return end


def _packed(value: int, *, signed: bool = False) -> bytes:
    """Write a number above or at 0 with seven bits a byte; `signed`: one bit is kept for a sign."""
    found = bytearray()
    while value >= (0x40 if signed else 0x80):
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*found, value))


def _sized(data: bytes) -> bytes:
    return _packed(len(data)) + data


def _name(text: str) -> bytes:
    return _sized(text.encode())
