"""Subscript ranges: their elements, positions and mappings, and which elements an index names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from twintrack.equations.structure import Index
from twintrack.names import snake


class Ranges:
    """The subscript ranges of a model, all names in snake_case.

    `elements`: elements of each range, in order. `mains`: the ranges that are no part of another one.
    """

    def __init__(
        self,
        elements: Mapping[str, Sequence[str]],
        mains: Iterable[str],
        mappings: Mapping[str, Sequence[str]],
    ) -> None:
        self.elements = {
            snake(name): tuple(snake(item) for item in items) for name, items in elements.items()
        }
        self.mains = tuple(snake(name) for name in mains)
        self._mappings = {snake(name): {snake(item) for item in items} for name, items in mappings.items()}
        self._known = {item for items in self.elements.values() for item in items}

    def is_range(self, name: str) -> bool:
        """Tell whether a name is that of a range."""
        return name in self.elements

    def is_element(self, name: str) -> bool:
        """Tell whether a name is that of an element of some range."""
        return name in self._known

    def names(self) -> list[str]:
        """Give the names of all ranges and elements."""
        return [*self.elements, *self._known]

    def members(self, name: str) -> tuple[str, ...]:
        """Give the elements of a range, or the element itself. Raises KeyError for other names."""
        if name in self.elements:
            return self.elements[name]
        if name in self._known:
            return (name,)
        raise KeyError(name)

    def mapped(self, one: str, other: str) -> bool:
        """Tell whether two ranges stand for each other by position (a mapping, or a copy)."""
        linked = other in self._mappings.get(one, ()) or one in self._mappings.get(other, ())
        return linked and len(self.elements[one]) == len(self.elements[other])

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
