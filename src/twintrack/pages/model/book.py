"""What the pages of a model are made from: its variables by sector, its diagrams, loops and sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twintrack.decisions.loops import Loops, loops_of
from twintrack.inputs.sources import ASSUMPTION
from twintrack.names import snake, split_element
from twintrack.pages.blocks import Basis, View
from twintrack.pages.builder import page_names
from twintrack.pages.model.diagrams import Diagram, diagrams
from twintrack.pages.model.views import Structure
from twintrack.pages.texts import LANGUAGES
from twintrack.runs.single import run_strategy
from twintrack.version import __version__

if TYPE_CHECKING:
    from twintrack.core import Core
    from twintrack.equations.structure import Variable
    from twintrack.inputs.structure_schemas import LoopEntry
    from twintrack.runs.results import Run

_GROUP_NOTE = re.compile(r"\*{3,}\s*\.(?P<name>[^\n*]+?)\s*\n\s*\*{3,}\s*~(?P<note>[^|]*)\|")


def page_name(stem: str, language: str) -> str:
    """Give the file of a page: `talent.html` in the first language, `talent.zh.html` in another."""
    return page_names(LANGUAGES, stem)[language]


def stem_of(sector: str) -> str:
    """Give the file name of a sector without its ending; variables outside of all groups are in `other`."""
    stem = snake(sector) or "other"
    return f"{stem}_sector" if stem == "index" else stem


@dataclass(frozen=True)
class Book:
    """What the pages are made from; the same for all languages."""

    model: Core
    structure: Structure

    @cached_property
    def sectors(self) -> dict[str, list[Variable]]:
        """The variables of each sector, in the order of the file."""
        found: dict[str, list[Variable]] = {}
        for variable in self.model.equations.variables.values():
            found.setdefault(variable.group, []).append(variable)
        return found

    @cached_property
    def notes(self) -> dict[str, str]:
        """What the model file says of each group."""
        text = Path(self.model.equations.path).read_text(encoding="utf-8")
        return {
            match["name"].strip(): " ".join(match["note"].split()) for match in _GROUP_NOTE.finditer(text)
        }

    @cached_property
    def diagrams(self) -> dict[str, list[Diagram]]:
        """The diagrams of each sector; none where nothing varies."""
        return {sector: diagrams(self.structure, sector) for sector in self.sectors}

    @property
    def all_diagrams(self) -> list[Diagram]:
        """The diagrams of all sectors, in order."""
        return [diagram for found in self.diagrams.values() for diagram in found]

    @cached_property
    def loops(self) -> tuple[LoopEntry, ...]:
        """The named feedback loops; none where the content has no file of them."""
        if not (self.model.content / "model" / "loops.yaml").is_file():
            return ()
        return tuple(self.model.inputs.loops.values())

    @cached_property
    def driving(self) -> tuple[Run, Loops] | None:
        """The baseline in the central world, and what its loops are worth; None where none has a name."""
        if not self.loops:
            return None
        run = run_strategy(self.model)
        return run, loops_of(run, (cycle for entry in self.loops for cycle in entry.cycles))

    @cached_property
    def parameters(self) -> dict[str, list[str]]:
        """For each variable the world parameters that it or its elements are."""
        found: dict[str, list[str]] = {}
        for name in self.model.world:
            found.setdefault(split_element(name)[0], []).append(name)
        return found

    def kind(self, name: str) -> str:
        """Give the kind of a variable as readers see it, among them lever and world."""
        kind = self.structure.kind(name)
        return "world" if kind == "constant" and name in self.parameters else kind

    def sources(self, text: str) -> list[str]:
        """Split what an equation says of its source into keys."""
        return [item for item in re.split(r"\s*;\s*", text.strip().rstrip(".")) if item]

    def rests_on(self, variable: Variable) -> str:
        """Say whether an equation is supported by sources: source, part, or assumption."""
        keys = self.sources(variable.source) or [ASSUMPTION]
        if ASSUMPTION not in keys:
            return "source"
        return "part" if len(keys) > 1 else ASSUMPTION

    def loops_of(self, names: Iterable[str]) -> list[LoopEntry]:
        """Give the loops that run through any of some variables."""
        wanted = set(names)
        return [loop for loop, through in self._through if not through.isdisjoint(wanted)]

    @cached_property
    def _through(self) -> list[tuple[LoopEntry, frozenset[str]]]:
        """The loops, and the variables that each runs through: every variable's entry asks for them."""
        return [(loop, frozenset(loop_variables(loop))) for loop in self.loops]

    def listing(self) -> dict[str, Any]:
        """List all variables with their pages, for other programs."""
        entries = [
            {
                "name": item.name,
                "kind": self.kind(item.name),
                "group": item.group,
                "page": page_name(stem_of(item.group), LANGUAGES[0]),
            }
            for item in self.model.equations.variables.values()
        ]
        return {"model_hash": self.model.equations.hash, "version": __version__, "variables": entries}


def loop_variables(loop: LoopEntry) -> list[str]:
    """Give the variables of a loop without elements, in order, each once."""
    labels = (label for cycle in loop.cycles for label in cycle.variables)
    return list(dict.fromkeys(split_element(label)[0] for label in labels))


@dataclass(frozen=True)
class BookView(View):
    """The book in one language."""

    book: Book

    def basis(self, part: str) -> Basis:
        """Say that all is in one file."""
        return Basis(part, "twintrack model docs")

    @property
    def variables(self) -> Mapping[str, Variable]:
        """The variables of the model by name."""
        return self.book.model.equations.variables

    def page(self, stem: str) -> str:
        """Give the file of a page."""
        return page_name(stem, self.texts.language)

    def href(self, name: str) -> str:
        """Give the address of a variable."""
        return f"{self.page(stem_of(self.variables[name].group))}#{name}"

    def kind(self, name: str) -> str:
        """Name the kind of a variable."""
        return self.texts(f"kind_{self.book.kind(name)}")

    def called(self, name: str) -> str:
        """Give the title that planners know a lever, world parameter or outcome by."""
        model = self.book.model
        for table in (model.levers, model.world, model.outcomes):
            if name in table:
                return self.of(table[name].title)
        return ""
