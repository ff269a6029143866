"""Names: from the model file to snake_case, elements of arrays, and nearest-name suggestions."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

_NOT_A_NAME_CHARACTER = re.compile(r"[\W_]+")
_ELEMENT = re.compile(r"^(?P<name>\w+)\[(?P<elements>[^\[\]]*)\]$")


def snake(text: str) -> str:
    """Give the snake_case form of a name of the model file: "Frontier Run Cost" -> "frontier_run_cost"."""
    return _NOT_A_NAME_CHARACTER.sub("_", text.strip()).strip("_").lower()


def split_element(label: str) -> tuple[str, tuple[str, ...]]:
    """Split "room[home,scale]" into ("room", ("home", "scale")); "x" gives ("x", ()).

    Blanks around the elements are ignored. Raises ValueError when the brackets are not in order.
    """
    if "[" not in label and "]" not in label:
        return label.strip(), ()
    match = _ELEMENT.match(label.strip())
    elements = tuple(part.strip() for part in match["elements"].split(",")) if match else ()
    if match is None or not all(elements):
        message = f'"{label}" is not a name or an element such as "room[home,scale]"'
        raise ValueError(message)
    return match["name"], elements


def join_element(name: str, elements: Sequence[str]) -> str:
    """Give the label of an element: ("room", ("home", "scale")) -> "room[home,scale]"."""
    return f"{name}[{','.join(elements)}]" if elements else name


def suggest(word: str, options: Iterable[str]) -> str:
    """Give '; did you mean "x"?' for the option nearest to `word`, or '' when none is near."""
    by_key = {option.lower(): option for option in options}
    nearest = difflib.get_close_matches(word.lower(), by_key, n=1, cutoff=0.6)
    return f'; did you mean "{by_key[nearest[0]]}"?' if nearest else ""
