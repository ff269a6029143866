"""Names of before: what levers, world parameters and outcomes were called, and which of them are gone.

Files of users outlive a rewriting of the model. A name that was changed is taken as the new one, which a note
tells once; a name that is gone is a fault that says why, and what to use. Files of the content that belong to
the model itself, such as loops and mechanisms, are written in the names of today.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import Field

from twintrack.errors import Fault
from twintrack.inputs.schema_kinds import StrictSchema, Text
from twintrack.inputs.validation import validated
from twintrack.inputs.yaml_files import Address, Document, read_document

RENAMED_FILE = Path("model") / "renamed.yaml"

_log = logging.getLogger(__name__)


class NamesByKind(StrictSchema):
    """A text for each name of before, by what the name was."""

    levers: dict[str, Text] = Field(default_factory=dict)
    world: dict[str, Text] = Field(default_factory=dict)
    outcomes: dict[str, Text] = Field(default_factory=dict)


class RenamedFile(StrictSchema):
    """model/renamed.yaml."""

    renamed: NamesByKind = Field(default_factory=NamesByKind)
    """The name of today for each one of before."""
    gone: NamesByKind = Field(default_factory=NamesByKind)
    """What it was folded into, or why it went, and what to use instead."""


@dataclass(frozen=True)
class OldNames:
    """Names of before of one `kind`: `renamed` gives the name of today, `gone` the reason for a fault."""

    kind: str
    renamed: Mapping[str, str] = field(default_factory=dict)
    gone: Mapping[str, str] = field(default_factory=dict)
    _told: set[tuple[str, str]] = field(default_factory=set, repr=False, compare=False)

    def settle(
        self, written: Iterable[str], where: Callable[[str], str], faults: list[Fault]
    ) -> dict[str, str]:
        """Give the name of today for each one written; those that are gone are left out.

        `where(name)` is the place of a name. Names that were never changed, also unknown ones, stay as they
        are. A new name goes to the log, once for each file. Added to `faults`: names that are gone, and two
        that mean the same.
        """
        today: dict[str, str] = {}
        for name in written:
            if name in self.gone:
                faults.append(Fault(where(name), f'the {self.kind} "{name}" is gone: {self.gone[name]}'))
                continue
            new = self.renamed.get(name, name)
            same = next((other for other, its in today.items() if its == new), None)
            if same is not None:
                message = f'"{same}" and "{name}" are the same {self.kind}, now called "{new}"; keep one'
                faults.append(Fault(where(name), message))
            elif new != name:
                self._tell(name, new, where(name))
            today[name] = new
        return today

    def _tell(self, name: str, new: str, place: str) -> None:
        once = (place.rpartition(":")[0], name)
        if once not in self._told:
            self._told.add(once)
            _log.warning("note: %s: the %s has a new name: %s -> %s", place, self.kind, name, new)

    def in_keys(self, document: Document, address: Address, faults: list[Fault]) -> Document:
        """Give a document whose mapping at an address has the keys of today, each at its old place."""
        given = _at(document.data, address)
        if not isinstance(given, Mapping):
            return document
        today = self.settle(given, lambda name: document.where(*address, name), faults)
        if list(given) == list(today.values()):
            return document
        data = _put(document.data, address, {new: given[name] for name, new in today.items()})
        return replace(document, data=data, lines=dict(_moved(document.lines, address, today)))

    def in_texts(self, document: Document, address: Address, faults: list[Fault]) -> Document:
        """Give a document whose text, or list of texts, at an address has the names of today."""
        given = _at(document.data, address)
        several = given if isinstance(given, tuple) else (given,)
        texts = dict.fromkeys(text for text in several if isinstance(text, str))
        today = self.settle(texts, lambda name: document.where(*address, several.index(name)), faults)
        if all(name == new for name, new in today.items()):
            return document
        new = tuple(today.get(text, text) if isinstance(text, str) else text for text in several)
        return replace(document, data=_put(document.data, address, new if several is given else new[0]))


@dataclass(frozen=True)
class Renamed:
    """The names of before of each kind, and how files of users are read in the names of today.

    The methods add to `faults` what names of before are wrong.
    """

    levers: OldNames = field(default_factory=lambda: OldNames("lever"))
    world: OldNames = field(default_factory=lambda: OldNames("world parameter"))
    outcomes: OldNames = field(default_factory=lambda: OldNames("outcome"))

    def strategy(self, document: Document, faults: list[Fault]) -> Document:
        """Give a strategy or a part in the names of today."""
        for address in (("levers",), ("switch", "levers")):
            document = self.levers.in_keys(document, address, faults)
        return self.outcomes.in_texts(document, ("switch", "when", "outcome"), faults)

    def scenario(self, document: Document, faults: list[Fault]) -> Document:
        """Give a scenario, or a country of the family, in the names of today."""
        for address in (("world",), ("grounds",), ("ranges",)):
            document = self.world.in_keys(document, address, faults)
        return document

    def report(self, document: Document, faults: list[Fault]) -> Document:
        """Give the definition of a report in the names of today; outcomes that are gone stay in it."""
        shown = self.outcomes.in_texts(document, ("outcomes",), faults)
        return self.outcomes.in_texts(shown, ("goals",), faults)


def load_renamed(path: Path) -> Renamed:
    """Read model/renamed.yaml; nothing was renamed where there is none. Raises InputError with all faults."""
    if not path.exists():
        return Renamed()
    file = validated(read_document(path), RenamedFile)
    return Renamed(
        OldNames("lever", file.renamed.levers, file.gone.levers),
        OldNames("world parameter", file.renamed.world, file.gone.world),
        OldNames("outcome", file.renamed.outcomes, file.gone.outcomes),
    )


def _at(data: Any, address: Address) -> Any:
    """Give what stands at an address, None for nothing."""
    for key in address:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data


def _put(data: Mapping[Any, Any], address: Address, value: Any) -> dict[Any, Any]:
    """Give data with another value at an address."""
    key, *rest = address
    return {**data, key: _put(data[key], tuple(rest), value) if rest else value}


def _moved(
    lines: Mapping[Address, int], address: Address, today: Mapping[str, str]
) -> Iterator[tuple[Address, int]]:
    """Give the lines with new names for the keys right below an address."""
    level = len(address)
    for place, line in lines.items():
        if len(place) > level and place[:level] == address:
            key = str(place[level])
            yield (*address, today.get(key, key), *place[level + 1 :]), line
        else:
            yield place, line
