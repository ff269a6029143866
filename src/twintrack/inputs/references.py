"""How one text names several strategies: with weights a mix, without them parts that are put together."""

from __future__ import annotations

import re

from twintrack.errors import Fault, InputError

_PLUS = re.compile(r"\s\+\s")
_TERM = re.compile(r"(?P<weight>\d+(\.\d*)?|\.\d+)\s*[*\s]\s*(?P<name>\S+)")
_NAME = re.compile(r"[^\W\d]\w*")


def mix_terms(text: str, place: str) -> dict[str, float] | None:
    """Read "0.6 a + 0.4 b" as {"a": 0.6, "b": 0.4}; None for a text that is not such a mix.

    Raises InputError, located at `place`, for a mix that names one strategy twice.
    """
    matches = [_TERM.fullmatch(part.strip()) for part in _PLUS.split(text)]
    terms = [(match["name"], float(match["weight"])) for match in matches if match]
    if len(terms) < len(matches):
        return None
    if len({name for name, _ in terms}) < len(terms):
        raise InputError(Fault(place, "a strategy stands in the mix twice; add its weights up"))
    return dict(terms)


def part_names(text: str) -> tuple[str, ...]:
    """Read "a + b" as ("a", "b"); nothing for a text that is not two names or more."""
    names = tuple(part.strip() for part in _PLUS.split(text))
    return names if len(names) > 1 and all(map(_NAME.fullmatch, names)) else ()
