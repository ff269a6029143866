"""YAML files of every kind, changed with regard to what they hold: known to be wrong, or only strange."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fuzz_place import Case
from hypothesis import strategies as st

Address = tuple[Any, ...]


class Raw(str):
    """A text that stands in the file as it is, without quotes."""

    __slots__ = ()


WRONG_FOR: dict[type, list[Any]] = {
    float: ["abc", "", "{a}", "{found:>300000000}", True, [[1], [2]], {"zz": 1}]
    + [Raw(text) for text in (".nan", ".inf", "-.inf", "1e999", "-1e999", "60%", "1_0x", "'60'")],
    str: [{"zz": 1}, [[1]], [{"zz": "{a}"}], Raw("!!python/object:os.system {}"), Raw("!!binary aGk=")],
    dict: [[1], ["zz"], Raw("[{zz: 1}]"), Raw("? [a]\n: b")],
    list: [5.5, True, {"zz": 1}, [{"zz": [1]}], Raw("[[[1]]]")],
}
"""What cannot stand in the place of a value, by the value's type."""

STRANGE: list[Any] = [
    *(
        None,
        "",
        0,
        -1,
        1e308,
        5e-324,
        10**30,
        "\u0000",
        "a" * 5000,
        "{0}",
        "%s%n",
        "\ud7ff",
        "🙂",
        "<b>",
        "../..",
    ),
    *(
        Raw(text)
        for text in ("~", "NO", "1e-3", "0x10", "1:30", "2026-07-01", "2026-02-30", "&a", "*a", "|", ">-")
    ),
    *(
        [],
        {},
        [None],
        {"": None},
        {"2026": 1},
        {"1e999": 1},
        {"2026": {"2027": 1}},
        "/etc/passwd",
        "baseline",
    ),
    *(
        "fast",
        "0.5 fast + 0.5 open",
        "mine",
        "mine.yaml",
        "none",
        "equal",
        {"2026": 0.5, "2030": 0.6},
        2030,
        0.5,
    ),
]
WHOLE: dict[str, Callable[[str], bytes]] = {
    "empty": lambda _: b"",
    "blank": lambda _: b"\n  \n# nothing\n",
    "gbk": lambda text: ("# 战略中的差距与追赶\n" + text).encode("gbk"),
    "utf-16": lambda text: text.encode("utf-16"),
    "latin": lambda text: ("# caf\u00e9\n" + text).encode("latin-1", "replace"),
    "null bytes": lambda text: text.encode() + b"\x00\x00",
    "deep": lambda text: text.encode() + b"zz: " + b"[" * 20_000,
    "deep mapping": lambda text: text.encode() + b"zz: " + b"{a: " * 300 + b"1" + b"}" * 300,
    "large": lambda text: text.encode() + b"# " + b"x" * 1_000_001,
    "bomb": lambda text: (
        text.encode()
        + b"a: &a [x,x]\n"
        + b"".join(b"%c: &%c [*%c,*%c]\n" % (98 + n, 98 + n, 97 + n, 97 + n) for n in range(20))
    ),
    "list": lambda _: b"- a\n- b\n",
    "word": lambda _: b"word\n",
    "tab": lambda text: text.encode() + b"zz:\n\t- a\n",
    "open quote": lambda text: text.encode() + b'zz: "open\n',
    "two documents": lambda text: text.encode() + b"---\n" + text.encode(),
    "merge": lambda text: text.encode() + b"<<: {zz: 1}\n",
}
"""Changes of a whole file that are wrong in every kind."""


@dataclass(frozen=True)
class Kind:
    """One kind of YAML file: valid ones to begin with, where they stand, and what reads them.

    `free` are addresses whose value may be of another type than it has in `bases`.
    """

    file: str
    bases: tuple[dict[str, Any], ...]
    commands: tuple[tuple[str, ...], ...]
    wrong: tuple[tuple[Address, Any], ...] = ()
    free: frozenset[str] = frozenset()
    strict: bool = False

    @property
    def told_in(self) -> str:
        return self.file.rpartition("/")[2] + ":"


def emit(value: Any, depth: int = 0) -> str:
    """Write a value as YAML: mappings as indented lines, so that each value has a line of its own."""
    if isinstance(value, dict) and value and depth < 4:
        pad = "  " * depth
        return "\n" + "".join(
            f"{pad}{_key(key)}: {emit(one, depth + 1).rstrip()}\n" for key, one in value.items()
        )
    return _flow(value)


def _key(key: Any) -> str:
    return (
        key
        if isinstance(key, Raw) or (isinstance(key, str) and key.replace("_", "").isalnum())
        else json.dumps(key)
    )


def _flow(value: Any) -> str:
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def addresses(value: Any, above: Address = ()) -> Iterator[Address]:
    """Give the address of every value, the whole left out."""
    for key, one in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield (*above, key)
        yield from addresses(one, (*above, key))


def at(data: Any, address: Address) -> Any:
    for key in address:
        data = data[key]
    return data


def put(data: Any, address: Address, value: Any) -> Any:
    """Give the data with another value at an address."""
    if not address:
        return value
    head, rest = address[0], address[1:]
    if isinstance(data, list):
        return [put(one, rest, value) if place == head else one for place, one in enumerate(data)]
    return {**data, head: put(data.get(head, {}), rest, value)}


def _type(value: Any) -> type:
    return float if isinstance(value, int | float) and not isinstance(value, bool) else type(value)


@st.composite
def yaml_cases(draw: st.DrawFn, kind: Kind) -> Case:
    """Draw a file of a kind with one change that is known to be wrong, or with a few that may be."""
    base = draw(st.sampled_from(kind.bases))
    way = draw(
        st.sampled_from(
            ("type", "unknown key", "twice", "value", "whole", "strange", "strange", "torn", "good")
        )
    )
    known, content = _WAYS[way](draw, kind, base)
    return Case(
        {kind.file: content}, kind.commands, wrong=kind.told_in if known else "", what=way, strict=kind.strict
    )


_Made = tuple[bool, bytes]


def _wrong_type(draw: st.DrawFn, kind: Kind, base: dict[str, Any]) -> _Made:
    places = [
        one for one in addresses(base) if _type(at(base, one)) in WRONG_FOR and str(one[-1]) not in kind.free
    ]
    place = draw(st.sampled_from(places))
    value = draw(st.sampled_from(WRONG_FOR[_type(at(base, place))]))
    return True, emit(put(base, place, value)).encode()


def _unknown_key(draw: st.DrawFn, kind: Kind, base: dict[str, Any]) -> _Made:
    places = [(), *(one for one in addresses(base) if isinstance(at(base, one), dict))]
    name = draw(
        st.sampled_from(("zz_unknown", "Title", "levers ", "", "{found}", "未知", "title.en", "1e999", "nan"))
    )
    return True, emit(
        put(base, (*draw(st.sampled_from(places)), name), draw(st.sampled_from((None, 5, "x"))))
    ).encode()


def _twice(draw: st.DrawFn, kind: Kind, base: dict[str, Any]) -> _Made:
    lines = emit(base).splitlines()
    keyed = [place for place, line in enumerate(lines) if ": " in line and not line.startswith("-")]
    place = draw(st.sampled_from(keyed))
    return True, "\n".join([*lines[: place + 1], lines[place], *lines[place + 1 :]]).encode()


def _wrong_value(draw: st.DrawFn, kind: Kind, base: dict[str, Any]) -> _Made:
    known = [one for one in kind.wrong if one[0][:-1] == () or _has(base, one[0][:-1])]
    if not known:
        return _wrong_type(draw, kind, base)
    place, value = draw(st.sampled_from(known))
    return True, emit(put(base, place, value)).encode()


def _has(base: Any, address: Address) -> bool:
    try:
        return isinstance(at(base, address), dict | list)
    except (KeyError, IndexError, TypeError):
        return False


def _whole(draw: st.DrawFn, kind: Kind, base: dict[str, Any]) -> _Made:
    return True, WHOLE[draw(st.sampled_from(sorted(WHOLE)))](emit(base))


def _strange(draw: st.DrawFn, kind: Kind, base: dict[str, Any]) -> _Made:
    data: Any = base
    for _ in range(draw(st.integers(1, 3))):
        places = list(addresses(data))
        value = draw(st.sampled_from(STRANGE) | st.text(max_size=30) | st.floats() | st.integers())
        place = draw(st.sampled_from(places)) if places else ("zz",)
        data = put(data, place, _written(value))
    return False, emit(data).encode("utf-8", "surrogatepass")


def _written(value: Any) -> Any:
    return (
        Raw(repr(value).replace("nan", ".nan").replace("inf", ".inf")) if isinstance(value, float) else value
    )


def _torn(draw: st.DrawFn, kind: Kind, base: dict[str, Any]) -> _Made:
    content = emit(base).encode()
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(content)))
        end = min(len(content), begin + draw(st.integers(0, 12)))
        inserted = draw(
            st.sampled_from((b"", b":", b"{", b"}", b"[", b"'", b'"', b"\t", b"\r", b"&a ", b"*a", b"\xff"))
            | st.binary(max_size=6)
        )
        content = content[:begin] + inserted + content[end:]
    return False, content


def _good(draw: st.DrawFn, kind: Kind, base: dict[str, Any]) -> _Made:
    mark = draw(st.sampled_from((b"", b"\xef\xbb\xbf", b"%YAML 1.2\n---\n", b"# nothing\n")))
    ends = draw(st.sampled_from((b"\n", b"\r\n", b"\r")))
    return False, mark + emit(base).strip().encode().replace(b"\n", ends)


_WAYS: dict[str, Callable[[st.DrawFn, Kind, dict[str, Any]], _Made]] = {
    "type": _wrong_type,
    "unknown key": _unknown_key,
    "twice": _twice,
    "value": _wrong_value,
    "whole": _whole,
    "strange": _strange,
    "torn": _torn,
    "good": _good,
}
