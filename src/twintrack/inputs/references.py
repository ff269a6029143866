"""How one text names several strategies: with weights a mix, without them parts that are put together."""

from __future__ import annotations

import math
import re
from unicodedata import normalize

from twintrack.errors import Fault, InputError

HOW_MIXED = 'a mix is written "0.6 pure_catchup + 0.4 baseline"'
"""What to say about a text that may be meant as a mix and is none."""

_PLUS = re.compile(r"\s*\+\s*")
_NUMBER = r"\d+(?:\.\d*)?|\.\d+"
_TERM = re.compile(
    rf"(?P<weight>{_NUMBER})(?:\s*(?P<percent>%)|\s*[/\u2044]\s*(?P<parts>{_NUMBER}))?"
    r"(?:\s*[*\u00d7]\s*|\s+|(?<=%))(?P<name>[^\s*].*)"
)
_NAME = re.compile(r"[^\W\d]\w*")
_MAYBE_MIX = re.compile(r"[+%]|(^|\s)[\d.]")


def mix_terms(text: str, place: str) -> dict[str, float] | None:
    """Read "0.6 a + 0.4 b" as {"a": 0.6, "b": 0.4}; None for a text that is not such a mix.

    A weight may be written as 60% or 3/5 as well, and all signs as wide as a Chinese keyboard makes them.
    Raises InputError, located at `place`, for a mix that names one strategy twice.
    """
    matches = [_TERM.fullmatch(part.strip()) for part in _PLUS.split(normalize("NFKC", text))]
    terms = [(match["name"], _weight(match)) for match in matches if match]
    if len(terms) < len(matches):
        return None
    if len({name for name, _ in terms}) < len(terms):
        raise InputError(Fault(place, "a strategy stands in the mix twice; add its weights up"))
    return dict(terms)


def _weight(term: re.Match[str]) -> float:
    weight = float(term["weight"])
    if term["percent"]:
        return weight / 100
    return weight / (float(term["parts"]) or math.nan) if term["parts"] else weight


def part_names(text: str) -> tuple[str, ...]:
    """Read "a + b" as ("a", "b"); nothing for a text that is not two names or more."""
    names = tuple(part.strip() for part in _PLUS.split(normalize("NFKC", text)))
    return names if len(names) > 1 and all(map(_NAME.fullmatch, names)) else ()


def mix_advice(text: str) -> str:
    """Say how a mix is written, where a text that names no strategy may be meant as one."""
    return f"; {HOW_MIXED}" if _MAYBE_MIX.search(normalize("NFKC", text)) else ""
