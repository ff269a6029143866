"""Every word that readers see, in each language, from texts.yaml and the files beside it."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from twintrack.errors import TwinTrackError

if TYPE_CHECKING:
    from twintrack.inputs.schema_kinds import Bilingual

LANGUAGES = ("en", "zh")
FILES = (
    "texts.yaml",
    "validation_texts.yaml",
    "decision_texts.yaml",
    "told_texts.yaml",
    "story_texts.yaml",
    "sheet_texts.yaml",
    "glossary_texts.yaml",
)
"""No key is in two of them."""


@dataclass(frozen=True)
class Texts:
    """The words of one language; call it with a key and the values that its text names."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """Give the text of a key with its values filled in.

        Raises TwinTrackError for an unknown key, and where a value that the text names is not given.
        """
        try:
            text = _read()[key][self.language]
        except KeyError:
            message = f'{" and ".join(FILES)} have no text "{key}" in the language {self.language}'
            raise TwinTrackError(message) from None
        try:
            return text.format(**values)
        except KeyError as error:
            message = f'the text "{key}" names {error}, which is not given'
            raise TwinTrackError(message) from None

    def of(self, title: Bilingual) -> str:
        """Give a title of a lever, outcome, strategy or scenario in this language."""
        return title.get(self.language)

    def unit(self, unit: str) -> str:
        """Give a unit of the model as a reader writes it; a pure number has none.

        In Chinese a fraction of known units is known; what has no words stays as its author wrote it.
        """
        told = self._unit(unit)
        if told is not None:
            return told
        parts = [self._unit(part) for part in unit.split("/")]
        if self.language != "zh" or not all(parts[1:]) or parts[0] is None:
            return unit
        first, *others = [(part or "").removeprefix("个") for part in parts]
        return "/".join([first, *others]) if first else f"每{'/'.join(others)}"

    def _unit(self, unit: str) -> str | None:
        key = f"unit {unit.lower().replace(' ', '')}"
        return self(key) if key in _read() else None

    def sector(self, name: str) -> str:
        """Give the name of a sector in this language, as the model file has it where there is no other."""
        key = f"sector {name.lower() or 'other'}"
        return self(key) if key in _read() else name

    def join(self, items: list[str]) -> str:
        """Join items as a list in a sentence."""
        if len(items) < 2:
            return "".join(items)
        return self("list_comma").join(items[:-1]) + self("list_and") + items[-1]


@functools.cache
def _read() -> dict[str, dict[str, str]]:
    from ruamel.yaml import YAML

    folder, reader = resources.files("twintrack.pages"), YAML(typ="safe")
    found: dict[str, dict[str, str]] = {}
    for name in FILES:
        read = reader.load(folder.joinpath(name).read_text(encoding="utf-8"))
        twice = found.keys() & read.keys()
        if twice:
            message = (
                f"{name} has the text {', '.join(sorted(twice))} that another file has; take another key"
            )
            raise TwinTrackError(message)
        found |= read
    return found
