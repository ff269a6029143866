"""SHIFT IF TRUE: moving what stands in the elements of a stock on by one, as cohorts grow older.

It changes the stock that it names. Its equations are therefore written anew, before they are read: in a
step in which the condition holds, each element becomes what the one before it would have become.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from twintrack.equations.naming import same_name
from twintrack.equations.parsing import Definition
from twintrack.equations.subscripts import Ranges
from twintrack.names import snake

_NAME = "shift_if_true"
_ARGUMENTS = 5


def with_shifts(definitions: Sequence[Definition], ranges: Ranges, file: str) -> list[Definition]:
    """Give definitions in which stocks are shifted. Raises EquationError for a call that is wrong."""
    found = list(definitions)
    for call in definitions:
        if type(call.tree).__name__ == "CallStructure" and snake(call.tree.function.reference) == _NAME:
            found = _Shift(call, found, ranges, file).written()
    return found


class _Shift:
    """One call, the stock that it shifts, and the names of what is added."""

    def __init__(self, call: Definition, every: Sequence[Definition], ranges: Ranges, file: str) -> None:
        self.call, self.every, self.ranges, self.file = call, every, ranges, file
        if len(call.tree.arguments) != _ARGUMENTS:
            count = len(call.tree.arguments)
            self._refuse(f"{_ARGUMENTS} arguments are needed, {count} are given")
        self.stock, self.condition, _, self.gathered, self.entering = call.tree.arguments
        subscripts: Sequence[str] = getattr(getattr(self.stock, "subscripts", None), "subscripts", ())
        if not subscripts:
            self._refuse("the first argument is no element of a stock")
        self.lead, first = tuple(subscripts[:-1]), subscripts[-1]
        name = same_name(self.stock.reference)
        self.parts = [item for item in every if same_name(item.name) == name]
        if not self.parts or any(type(item.tree).__name__ != "IntegStructure" for item in self.parts):
            self._refuse("the first argument is no stock")
        find = ranges.names.find
        axis = ranges.axis([find(item.subscripts[-1]) for item in self.parts])
        self.elements = [ranges.title(element) for element in ranges.elements[axis]]
        keys = list(ranges.elements[axis])
        self.first = keys.index(find(first)) if find(first) in keys else 0
        self.shown = self.stock.reference.strip('"')

    def _refuse(self, message: str) -> None:
        raise self.call.entry.fault(message, self.file, "SHIFT IF TRUE")

    def written(self) -> list[Definition]:
        """Give all definitions anew."""
        added = [self._added("shifts", self.lead, self._choice(self.condition, 1, 0))]
        added.append(self._added("enters", self.lead, self.entering))
        for part in self.parts:
            added.append(
                replace(self._added("flow", part.subscripts, part.tree.flow), excepted=part.excepted)
            )
        for place, element in enumerate(self.elements):
            added.append(self._added("shifted", (*self.lead, element), self._following(place)))
        last = self._unshifted(len(self.elements) - 1)
        leaving = self._choice(self._unequal(self.gathered, 0), 0, last)
        here = self._unequal(self._reference("shifts", self.lead), 0)
        changed = {id(part): self._shifted(part) for part in self.parts}
        changed[id(self.call)] = replace(self.call, tree=self._choice(here, leaving, 0))
        return [changed.get(id(item), item) for item in self.every] + added

    def _shifted(self, part: Definition) -> Definition:
        """Give an equation of the stock; its own value is what it moves away from."""
        from pysd.translators.structures import abstract_expressions as trees

        here = self._unequal(self._reference("shifts", part.subscripts[:-1]), 0)
        difference = self._joined(
            "-", self._reference("shifted", part.subscripts), self._own(part.subscripts)
        )
        jump = self._joined("/", difference, trees.ReferenceStructure("TIME STEP"))
        flow = self._choice(here, jump, self._reference("flow", part.subscripts))
        return replace(part, tree=replace(part.tree, flow=flow))

    def _following(self, place: int) -> Any:
        """Give what an element becomes where all are shifted."""
        if place < self.first:
            return self._unshifted(place)
        if place == self.first:
            return self._reference("enters", self.lead)
        before = self._unshifted(place - 1)
        if place < len(self.elements) - 1:
            return before
        return self._choice(
            self._unequal(self.gathered, 0), self._joined("+", before, self._unshifted(place)), before
        )

    def _unshifted(self, place: int) -> Any:
        """Give what an element becomes by its own flow."""
        from pysd.translators.structures import abstract_expressions as trees

        subscripts = (*self.lead, self.elements[place])
        grown = self._joined("*", trees.ReferenceStructure("TIME STEP"), self._reference("flow", subscripts))
        return self._joined("+", self._own(subscripts), grown)

    # Syntax trees

    def _added(self, what: str, subscripts: Sequence[str], tree: Any) -> Definition:
        return Definition(
            self.call.entry, f'"{self.shown}: {what}"', tuple(subscripts), (), tree, internal=True
        )

    def _reference(self, what: str, subscripts: Sequence[str]) -> Any:
        return self._named(f'"{self.shown}: {what}"', subscripts)

    def _own(self, subscripts: Sequence[str]) -> Any:
        return self._named(self.stock.reference, subscripts)

    @staticmethod
    def _named(name: str, subscripts: Sequence[str]) -> Any:
        from pysd.translators.structures import abstract_expressions as trees

        inside = trees.SubscriptsReferenceStructure(tuple(subscripts)) if subscripts else None
        return trees.ReferenceStructure(name, inside)

    @staticmethod
    def _joined(operator: str, one: Any, other: Any) -> Any:
        from pysd.translators.structures import abstract_expressions as trees

        return trees.ArithmeticStructure([operator], (one, other))

    @staticmethod
    def _unequal(one: Any, other: Any) -> Any:
        from pysd.translators.structures import abstract_expressions as trees

        return trees.LogicStructure(["<>"], (one, other))

    @staticmethod
    def _choice(condition: Any, yes: Any, no: Any) -> Any:
        from pysd.translators.structures import abstract_expressions as trees

        return trees.CallStructure(trees.ReferenceStructure("if_then_else"), (condition, yes, no))
