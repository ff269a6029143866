"""The kit: the blocks that every page is made of, the sections that hold them, and what makes them.

A block that tells a number has the key of its text and a basis: the file beside the page that holds the
number, and the command that makes it. Each kind of block has a template of its name in `templates/blocks`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from markupsafe import Markup, escape

from twintrack.errors import TwinTrackError
from twintrack.pages.texts import Texts

if TYPE_CHECKING:
    from twintrack.inputs.schema_kinds import Bilingual


@dataclass(frozen=True)
class Basis:
    """Where numbers come from: the file beside the page that holds them, and the command that makes it."""

    data: str
    command: str


class Block:
    """Anything that a section shows."""

    kind: ClassVar[str]


@dataclass(frozen=True)
class Claim(Block):
    """A paragraph with numbers."""

    key: str
    text: str
    basis: Basis
    style: str = ""
    kind: ClassVar[str] = "claim"


@dataclass(frozen=True)
class Note(Block):
    """A paragraph that tells no result; an `aside` is for readers whose browser runs no script."""

    text: str
    style: str = ""
    aside: bool = False
    kind: ClassVar[str] = "note"


@dataclass(frozen=True)
class Heading(Block):
    """A heading inside a section; `mark` is a status, `id` makes it a place that links lead to."""

    text: str
    mark: str = ""
    tone: str = ""
    id: str = ""
    kind: ClassVar[str] = "heading"


@dataclass(frozen=True)
class Items(Block):
    """A list; its entries are texts or cells."""

    items: Sequence[str | Cell]
    style: str = ""
    ordered: bool = False
    kind: ClassVar[str] = "items"


@dataclass(frozen=True)
class Fact:
    """A term and what there is to say of it: texts, what to type ("code"), or addresses ("link")."""

    title: str
    values: Sequence[str]
    form: str = "text"


@dataclass(frozen=True)
class Facts(Block):
    """A list of terms; it has a basis where it tells numbers that were worked out."""

    facts: Sequence[Fact]
    style: str = "provenance"
    basis: Basis | None = None
    kind: ClassVar[str] = "facts"


@dataclass(frozen=True)
class Part:
    """A part of a bar: its share of the whole width in percent, and what is written in it and told of it."""

    width: float
    colour: str
    ink: str = ""
    text: str = ""
    title: str = ""


@dataclass(frozen=True)
class Bar:
    """A bar inside a table; without `alt` readers who cannot see it miss nothing."""

    parts: Sequence[Part]
    alt: str = ""


@dataclass(frozen=True)
class Cell:
    """What stands in a table or a list.

    Attributes:
        text: What is read first.
        small: Smaller, below it.
        tone: Class that colours it: "good", "poor", "best" and others of the style sheet.
        mark: A word beside the text, in a frame.
        range: Two ends, after the text.
        end: A sign at the left edge.
        title: What is told when pointed at.
        swatch: Colour of a small square before the text.
        bar: Drawn in the place of the text.
        href: Where the text leads.
        rows: Rows that a heading stands for, which begin a group; 0 for all other cells.
        columns: Columns that it is as wide as.
    """

    text: str
    small: str = ""
    tone: str = ""
    mark: str = ""
    range: str = ""
    end: str = ""
    title: str = ""
    swatch: str = ""
    bar: Bar | None = None
    href: str = ""
    rows: int = 0
    columns: int = 1


Row = Sequence[str | Cell]


def grouped(heading: Cell, rows: Sequence[Row]) -> list[Row]:
    """Put one or more rows under a heading that stands for all of them."""
    first, *others = rows
    return [[replace(heading, rows=len(rows)), *first], *others]


@dataclass(frozen=True)
class Table(Block):
    """A table; the first cell of each row is its heading, after that of its group.

    `over` is a row above `head`; a folded table is opened by the reader.
    """

    key: str
    label: str
    head: Row
    rows: Sequence[Row]
    basis: Basis
    style: str = "plain"
    note: str = ""
    folded: bool = False
    over: Row = ()
    kind: ClassVar[str] = "table"

    @property
    def groups(self) -> list[list[Row]]:
        """The rows in groups: a heading that stands for several begins one."""
        found: list[list[Row]] = []
        for row in self.rows:
            if not found or (isinstance(row[0], Cell) and row[0].rows):
                found.append([])
            found[-1].append(row)
        return found


@dataclass(frozen=True)
class Panel:
    """One drawing of a figure: its id among the drawn ones, and what it shows in words."""

    id: str
    title: str
    alt: str
    style: str = "small"


@dataclass(frozen=True)
class Key:
    """An entry of a legend: how something looks ("bar", "dot", "diamond", "line", "ring") and what it is."""

    text: str
    colour: str
    shape: str = "bar"
    dash: str = "none"


@dataclass(frozen=True)
class Legend(Block):
    """What colours mean in the blocks below; a narrow one is for small screens, which cut headings off."""

    keys: Sequence[Key]
    narrow: bool = False
    kind: ClassVar[str] = "legend"


@dataclass(frozen=True)
class Figure(Block):
    """A figure of one or more panels with one legend."""

    key: str
    title: str
    panels: Sequence[Panel]
    basis: Basis
    keys: Sequence[Key] = ()
    note: str = ""
    unit: str = ""
    style: str = ""
    kind: ClassVar[str] = "figure"


@dataclass(frozen=True)
class Fold(Block):
    """Blocks that the reader opens; `mark` is a status, `id` makes it a place that links lead to."""

    label: str
    blocks: Sequence[Block]
    mark: str = ""
    tone: str = ""
    id: str = ""
    kind: ClassVar[str] = "fold"


def every_block(blocks: Iterable[Block]) -> Iterator[Block]:
    """Give blocks, and after each fold those inside it."""
    for block in blocks:
        yield block
        if isinstance(block, Fold):
            yield from every_block(block.blocks)


@dataclass(frozen=True)
class View:
    """What makes blocks in one language.

    Attributes:
        texts: The words of the language.
        drawn: Plotly figures by id, collected while blocks are made.
        kept: What sections have worked out and others need, by name.
    """

    texts: Texts = field(kw_only=True)
    drawn: dict[str, Any] = field(default_factory=dict, kw_only=True)
    kept: dict[str, Any] = field(default_factory=dict, kw_only=True)

    def of(self, words: Bilingual) -> str:
        """Give a title in the language."""
        return self.texts.of(words)

    def basis(self, part: str) -> Basis:
        """Say where a part of the numbers is and what makes it; each kind of page has parts of its own."""
        raise NotImplementedError

    def linked(self, text: str) -> Markup:
        """Give a text as HTML; a page that tells its words leads to them."""
        return escape(text)

    def named_in(self, texts: Iterable[str]) -> Markup:
        """Give links to the words that texts name; none where a page does not tell them."""
        return Markup()

    def note(self, key: str, style: str = "", **values: object) -> Note:
        """Give a text that tells no result."""
        return Note(self.texts(key, **values), style)

    def claim(self, key: str, part: str, **values: object) -> Claim:
        """Fill a text with numbers of a part."""
        return Claim(key, self.texts(key, **values), self.basis(part))

    def table(
        self,
        key: str,
        head: Row,
        rows: Sequence[Row],
        part: str,
        style: str = "plain",
        *,
        note: str = "",
        folded: bool = False,
        over: Row = (),
        values: Mapping[str, object] | None = None,
    ) -> Table:
        """Give a table of a part under a text filled with values; `note` is the key of a text below it."""
        label, told = self.texts(key, **(values or {})), self.texts(note) if note else ""
        return Table(key, label, head, rows, self.basis(part), style, told, folded, over)

    def figure(
        self,
        key: str,
        panels: Sequence[Panel],
        part: str,
        keys: Sequence[Key] = (),
        note: str = "",
        **values: object,
    ) -> Figure:
        """Give a figure of a part under the text of a key; `note` is the key of a text beside that."""
        title, told = self.texts(key, **values), self.texts(note) if note else ""
        return Figure(key, title, panels, self.basis(part), keys, told)

    def draw(self, chart: str, figure: Any, title: str, alt: str, style: str = "small") -> Panel:
        """Keep a drawing for the page, and give the panel that shows it; `chart` names it on the page.

        Raises TwinTrackError for a second drawing of that name.
        """
        if self.drawn.setdefault(chart, figure) is not figure:
            message = f'two drawings of the page are called "{chart}"; give one of them another name'
            raise TwinTrackError(message)
        return Panel(chart, title, alt, style)


V = TypeVar("V", bound=View)


@dataclass(frozen=True)
class Section(Generic[V]):
    """A part of a page under one heading, the text KEY_heading.

    Attributes:
        key: Its name, to which links lead.
        place: Sections stand in the order of these numbers.
        blocks: Makes what it shows.
        shown: Says whether a page has it at all.
        files: Makes the data that is written beside the page, by name; written whether it is shown or not.
        title: Makes the heading, where it is a finding; the heading above is then the question.
        folded: Whether readers open it.
    """

    key: str
    place: int
    blocks: Callable[[V], Iterable[Block]]
    shown: Callable[[V], bool] = lambda _: True
    files: Mapping[str, Callable[[V], str]] = field(default_factory=dict)
    title: Callable[[V], str] | None = None
    folded: bool = False


def sections_in(package: str) -> list[Section[Any]]:
    """Give the sections of a package in order: every module of it holds one, named SECTION.

    Raises TwinTrackError for a module without one, and for two of one key.
    """
    paths = importlib.import_module(package).__path__
    modules = [importlib.import_module(f"{package}.{entry.name}") for entry in pkgutil.iter_modules(paths)]
    found: dict[str, Section[Any]] = {}
    for module in modules:
        section = getattr(module, "SECTION", None)
        if not isinstance(section, Section):
            message = f"{module.__name__} has no SECTION; helpers of sections live beside their folder"
            raise TwinTrackError(message)
        if section.key in found:
            message = f'two modules of {package} hold a section "{section.key}"; give one of them another key'
            raise TwinTrackError(message)
        found[section.key] = section
    return sorted(found.values(), key=lambda section: section.place)
