"""Subscript ranges: their elements, positions and mappings, and which elements an index names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from twintrack.equations.naming import Names
from twintrack.equations.structure import Index


@dataclass(frozen=True)
class RangeText:
    """A subscript range as it is written.

    `items` are names of elements or of other ranges; `copied` is the range that it copies (`<->`) instead.
    `mappings` are the ranges it is mapped to, each with what its elements stand for, or with nothing where
    they follow one another.
    """

    name: str
    items: tuple[str, ...]
    copied: str = ""
    mappings: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Ranges:
    """The subscript ranges of a model, all names as identifiers.

    `elements`: elements of each range, in order. `mains`: the ranges that are no part of another one.
    `names` finds identifiers. Raises ValueError for a range that holds itself or copies nothing.
    """

    def __init__(self, texts: Sequence[RangeText]) -> None:
        self.names = Names()
        self._texts = {self.names.add(text.name): text for text in texts}
        self.elements: dict[str, tuple[str, ...]] = {}
        for name in self._texts:
            self.elements[name] = self._resolved(name, ())
        self._known = {item for items in self.elements.values() for item in items}
        self.mains = [name for name in self.elements if self._is_main(name)]
        # For each mapping, the elements of the second range that each element of the first stands for.
        self._images: dict[tuple[str, str], list[set[str]]] = {}
        for name, text in self._texts.items():
            if text.copied:
                self._map(name, self.names.find(text.copied), ())
            for target, items in text.mappings:
                self._map(name, self.names.find(target), items)

    def _resolved(self, name: str, path: tuple[str, ...]) -> tuple[str, ...]:
        """Give the elements of a range, those of ranges it is made of written out."""
        if name in path:
            message = f"the subscript range {self._texts[name].name} holds itself"
            raise ValueError(message)
        text = self._texts[name]
        if text.copied and self.names.find(text.copied) not in self._texts:
            message = f"the subscript range {text.name} copies {text.copied}, which is none"
            raise ValueError(message)
        found: dict[str, None] = {}
        for item in (text.copied,) if text.copied else text.items:
            key = self.names.add(item)
            # A range may bear the name of one of its own elements.
            made_of = key in self._texts and (key != name or bool(text.copied))
            inner = self._resolved(key, (*path, name)) if made_of else (key,)
            found.update(dict.fromkeys(inner))
        return tuple(found)

    def _is_main(self, name: str) -> bool:
        """Tell whether a range is part of no other; of equal ones the first in the alphabet is."""
        own = set(self.elements[name])
        rank = (bool(self._texts[name].copied), name)
        return not any(
            own < set(items) or (own == set(items) and (bool(self._texts[other].copied), other) < rank)
            for other, items in self.elements.items()
            if other != name
        )

    def _map(self, one: str, other: str, items: Sequence[str]) -> None:
        """Note that the elements of one range stand for those of another, in order or as `items` says."""
        if other not in self.elements:
            return
        images = [set(self._members(self.names.find(item))) for item in items]
        if not items:
            images = [{item} for item in self.elements[other]]
        if len(images) == len(self.elements[one]):
            self._images[one, other] = images

    def is_range(self, name: str) -> bool:
        """Tell whether a name is that of a range."""
        return name in self.elements

    def is_element(self, name: str) -> bool:
        """Tell whether a name is that of an element of some range."""
        return name in self._known

    def title(self, name: str) -> str:
        """Give the name of a range or an element as the file writes it."""
        return self.names.title(name)

    def all_names(self) -> list[str]:
        """Give the names of all ranges and elements."""
        return [*self.elements, *self._known]

    def _members(self, name: str) -> tuple[str, ...]:
        return self.elements.get(name, (name,))

    def members(self, name: str) -> tuple[str, ...]:
        """Give the elements of a range, or the element itself. Raises KeyError for other names."""
        if name not in self.elements and name not in self._known:
            raise KeyError(name)
        return self._members(name)

    def mapped(self, left: str, right: str) -> tuple[int, ...] | None:
        """Give the position in the range `right` that each element of `left` stands for; None if it has none.

        A mapping works in both directions, and for parts of the range that it leads to.
        """
        wanted = self.elements[left]
        if left == right:
            return tuple(range(len(wanted)))
        direct = self._images.get((left, right))
        within = set(self.elements[right])
        if direct is not None and all(len(image) == 1 and image <= within for image in direct):
            return tuple(self.elements[right].index(next(iter(image))) for image in direct)
        for (source, target), images in self._images.items():
            if source == right and set(wanted) <= set(self.elements[target]):
                places = [[i for i, image in enumerate(images) if item in image] for item in wanted]
                if all(places):
                    return tuple(found[0] for found in places)
        return None

    def axis(self, used: Sequence[str]) -> str:
        """Choose the range that describes one axis, given the ranges and elements its equations name.

        It is the range that has exactly these elements (one that is named, if possible), else the smallest
        range that contains them. Raises KeyError when there is none.
        """
        union = {item for name in used for item in self.members(name)}
        named = [name for name in used if name in self.elements]
        for name in [*named, *self.elements]:
            if set(self.elements[name]) == union:
                return name
        wider = [name for name, items in self.elements.items() if union <= set(items)]
        if not wider:
            raise KeyError(", ".join(used))
        return min(wider, key=lambda name: len(self.elements[name]))

    def index(self, axis: str, name: str) -> Index:
        """Give what `name` takes of the axis described by range `axis`: one position, or several.

        Raises KeyError when the axis lacks one of the elements.
        """
        place = {item: i for i, item in enumerate(self.elements[axis])}
        if name in self.elements:
            return tuple(place[item] for item in self.elements[name])
        return place[name]

    def positions(self, name: str) -> tuple[float, ...]:
        """Give the 1-based positions of a range's elements, or of one element, in their main range."""
        members = self.members(name)
        main = next(main for main in self.mains if set(members) <= set(self.elements[main]))
        return tuple(float(self.elements[main].index(item) + 1) for item in members)


def flat_place(cell: Sequence[int], shape: Sequence[int]) -> int:
    """Give where an element stands in C order."""
    position = 0
    for index, length in zip(cell, shape, strict=True):
        position = position * length + index
    return position


def positions(box: Iterable[Index]) -> list[tuple[int, ...]]:
    """Give the positions that are taken of each axis, one for a single element."""
    return [index if isinstance(index, tuple) else (index,) for index in box]
