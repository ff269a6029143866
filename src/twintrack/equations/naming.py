"""The names of a model file as identifiers: one for each name that Vensim tells apart.

To Vensim, "a b" and "A_B" are one name, and "price$" and "price€" are two, although both are `price` in
snake_case. The first name of a file that needs an identifier gets it; a later one gets a number behind it.
"""

from __future__ import annotations

import re

from twintrack.names import snake

_BLANKS = re.compile(r"[\s_]+")
_WITHOUT_LETTERS = "unnamed"


def same_name(written: str) -> str:
    """Give what is equal for all ways to write one name: without quotes, in lower case, blanks as `_`."""
    text = written.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    return _BLANKS.sub("_", text.replace('\\"', '"').strip()).strip("_").lower()


def spoken(name: str) -> str:
    """Give the name of a function as Vensim writes it."""
    return name.upper().replace("_", " ")


class Names:
    """Identifiers of names: `add` the names that are defined, `find` those that are referred to."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._titles: dict[str, str] = {}

    def add(self, written: str) -> str:
        """Give the identifier of a name that is defined: its snake_case form if nothing else has it."""
        key = same_name(written)
        if key not in self._known:
            base = snake(key) or _WITHOUT_LETTERS
            identifier, number = base, 2
            while identifier in self._titles:
                identifier, number = f"{base}_{number}", number + 1
            self._known[key] = identifier
            self._titles[identifier] = " ".join(written.split()).strip('"')
        return self._known[key]

    def find(self, written: str) -> str:
        """Give the identifier that a name refers to; for an unknown one a word that is no identifier."""
        key = same_name(written)
        return self._known.get(key) or (f"{key}?" if key in self._titles else key)

    def title(self, identifier: str) -> str:
        """Give the name of an identifier as it was written when it was added."""
        return self._titles[identifier]

    def knows(self, written: str) -> bool:
        """Tell whether a name is defined."""
        return same_name(written) in self._known
