"""The diagrams of a model's sectors, each with the file it is written to."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from twintrack.errors import Fault, InputError
from twintrack.folders import renewed_folder
from twintrack.names import snake, suggest
from twintrack.pages.model import svg as model_svg
from twintrack.pages.model.drawing import Drawing, draw
from twintrack.pages.model.views import Structure, model_structure

if TYPE_CHECKING:
    from twintrack.core import Core

_NUMBER = re.compile(r"(_\d+)?\.svg$")
"""How names of files end: the number of a picture where a sector has several."""

MOST = 22
"""Variables of its own that a picture holds at most, unless one chain of stocks has more."""


@dataclass(frozen=True)
class Diagram:
    """A picture of a sector, the `place`-th of `count`, and what it shows."""

    sector: str
    place: int
    count: int
    variables: tuple[str, ...]
    stocks: tuple[str, ...]
    drawing: Drawing
    about: dict[str, str]

    @property
    def file(self) -> str:
        """Name of its file: `talent.svg`, or `talent_2.svg` where the sector has several."""
        stem = _stem(self.sector)
        return f"{stem}.svg" if self.count == 1 else f"{stem}_{self.place}.svg"

    def svg(self, href: Callable[[str], str] | None = None) -> str:
        """Write it as SVG; with `href` every name is a link, without it a legend is below."""
        title = self.sector if self.count == 1 else f"{self.sector} ({self.place}/{self.count})"
        return model_svg.svg(self.drawing, title, self.about, href)


def diagrams(structure: Structure, sector: str) -> list[Diagram]:
    """Draw a sector in as many pictures as it takes; none when nothing in it varies."""
    variables = structure.equations.variables
    titles = {name: variable.title for name, variable in variables.items()}
    about = {
        name: f"{variable.title} [{variable.units}]: {variable.documentation}"
        for name, variable in variables.items()
    }
    views = [structure.view(sector, own) for own in structure.parts(sector, MOST)]
    return [
        Diagram(sector, place, len(views), view.own, view.stocks, draw(view, titles), about)
        for place, view in enumerate(views, start=1)
    ]


def write_diagrams(model: Core, folder: Path, sector: str | None = None) -> list[Path]:
    """Write the diagrams of a sector, or of all, as SVG files into a folder; give their paths.

    Diagrams of the same sectors that were written before and are no longer needed are removed. Raises
    InputError for a sector that does not exist or in which nothing varies, and for files that would be lost.
    """
    structure = model_structure(model)
    sectors = structure.sectors if sector is None else [_sector(sector, structure)]
    stems = {_stem(name) for name in sectors}

    def renewed(name: str) -> bool:
        return _NUMBER.sub("", name) in stems

    with renewed_folder(folder, "diagrams", shared=True, obsolete=renewed) as fresh:
        found = [diagram for name in sectors for diagram in diagrams(structure, name)]
        for diagram in found:
            (fresh / diagram.file).write_text(diagram.svg(), encoding="utf-8")
    return [folder / diagram.file for diagram in found]


def _sector(name: str, structure: Structure) -> str:
    """Find a sector by its name, in any case, with blanks or underscores. Raises InputError."""
    known = {snake(sector): sector for sector in structure.sectors}
    if snake(name) not in known:
        listed = "; ".join(known.values())  # some have commas in them
        message = (
            f"no sector of this name that can be drawn{suggest(name, known.values())}; there are: {listed}"
        )
        raise InputError(Fault(f"--sector {name}", message))
    return known[snake(name)]


def _stem(sector: str) -> str:
    """Give what names of files of a sector begin with."""
    return snake(sector) or "other"
