"""Equations as they stand in the model file, with every variable linked to the place of its own equation."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from markupsafe import Markup, escape

from twintrack.names import snake

_TOKEN = re.compile(
    r"""(?P<number>(?<![\w.])\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)
      | (?P<name>"(?:\\"|[^"])*"|[^\W\d][\w$']*(?:\s+[\w$']+)*)
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


def typeset(text: str, known: Collection[str], href: Callable[[str], str]) -> Markup:
    """Give the HTML of an equation: variables as links, functions and subscripts marked by class.

    `known` are the variables of the model in snake_case, `href` gives the address of one.
    """
    depth = 0
    parts: list[Markup] = []
    for match in _TOKEN.finditer(_tidied(text)):
        token = match.group()
        if match["name"]:
            follows = match.string[match.end() : match.end() + 1]
            parts.append(_name(token, known, href, subscript=depth > 0, call=follows == "("))
            continue
        depth += {"[": 1, "]": -1}.get(token, 0)
        parts.append(escape(token))
    return Markup("").join(parts)


def _tidied(text: str) -> str:
    """Put short right-hand sides on the line of their names, and spaces around the equals sign."""
    tidied = re.sub(r"\s*=[ \t]*\n[ \t]*", " = ", text)
    return tidied.replace("\t", "  ")


def _name(
    token: str, known: Collection[str], href: Callable[[str], str], *, subscript: bool, call: bool
) -> Markup:
    """Mark up one name. Names on two lines are two names unless the model has one such."""
    key = snake(token.strip('"'))
    if key not in known and "\n" in token:
        first, gap, last = re.split(r"(\s*\n\s*)", token, maxsplit=1)
        one = _name(first, known, href, subscript=subscript, call=False)
        return one + escape(gap) + _name(last, known, href, subscript=subscript, call=call)
    if subscript:
        return Markup('<span class="sub">{}</span>').format(token)
    if key in known:
        return Markup('<a href="{}">{}</a>').format(href(key), token)
    if call or token.isupper():
        return Markup('<span class="fn">{}</span>').format(token)
    return escape(token)
