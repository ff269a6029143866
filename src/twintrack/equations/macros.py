"""Macros: every call becomes a set of equations of its own, so that nothing later knows of macros.

A name inside a macro means what goes into the call, another equation of the macro, or a variable of the model
(Vensim writes `name$` for it). An array that calls a macro has its equations once for each element.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from twintrack.equations.naming import Names, same_name
from twintrack.equations.parsing import Definition, Macro, Unread

_DEEPEST = 20
"""Macros that call one another more deeply than this call themselves."""


def expand(
    definitions: Sequence[Definition],
    macros: Sequence[Macro],
    is_range: Callable[[str], bool],
    file: str,
) -> tuple[list[Definition], list[Unread]]:
    """Give the equations of a model and of all calls of macros in it, without such calls, and wrong calls.

    `is_range` tells the name of a subscript range from that of an element.
    """
    if not macros:
        return list(definitions), []
    expander = _Expander(definitions, macros, is_range, file)
    found = [expander.expanded(definition, 0) for definition in definitions]
    wrong = {fault.name for fault in expander.faults}
    return [item for item in [*found, *expander.added] if item.name not in wrong], expander.faults


class _Expander:
    """Expands calls; `added` holds the equations that this makes, `faults` those whose calls are wrong."""

    def __init__(
        self,
        definitions: Sequence[Definition],
        macros: Sequence[Macro],
        is_range: Callable[[str], bool],
        file: str,
    ) -> None:
        self.macros = {same_name(macro.title): macro for macro in macros}
        self.is_range = is_range
        self.file = file
        self.faults: list[Unread] = []
        self.added: list[Definition] = []
        self._names = Names()
        for definition in definitions:
            self._names.add(definition.name)
        self._calls = 0

    def expanded(self, definition: Definition, depth: int) -> Definition:
        """Give an equation in which the calls of macros are references to their results."""

        def visit(node: Any) -> Any | None:
            macro = self._called(node)
            if macro is None:
                return None
            arguments = [rewritten(argument, visit) for argument in node.arguments]
            return self._call(macro, arguments, definition, depth)

        return replace(definition, tree=rewritten(definition.tree, visit))

    def _called(self, node: Any) -> Macro | None:
        if type(node).__name__ != "CallStructure":
            return None
        return self.macros.get(same_name(node.function.reference))

    def _call(self, macro: Macro, arguments: list[Any], caller: Definition, depth: int) -> Any:
        """Add the equations of one call and give the reference to its result."""
        results: list[str] = []
        if arguments and isinstance(arguments[-1], str):
            results = [name.strip() for name in arguments.pop().split(",")]
        counts = (len(arguments), len(results))
        if macro.unread:
            self.faults += [Unread(name, macro.unread[0]) for name in (caller.name, *results)]
            return 0.0
        if depth > _DEEPEST:
            return self._fault(macro, caller, "a macro calls itself")
        if counts[0] != len(macro.inputs) or counts[1] > len(macro.outputs):
            wanted = f"{len(macro.inputs)} arguments and at most {len(macro.outputs)} further results"
            return self._fault(macro, caller, f"{wanted} are needed, {counts[0]} and {counts[1]} are given")
        self._calls += 1
        axes = tuple(name for name in caller.subscripts if self.is_range(name))
        instance = _Instance(f"{macro.title} {self._calls}", macro, arguments, axes, self.macros)
        if same_name(macro.title) not in instance.own:
            return self._fault(macro, caller, "no equation of the macro gives its result")
        for definition in macro.definitions:
            tree = rewritten(definition.tree, instance.visit)
            inner = replace(
                definition,
                name=instance.own[same_name(definition.name)],
                subscripts=(*definition.subscripts, *axes),
                excepted=tuple((*group, *axes) for group in definition.excepted),
                tree=tree,
                internal=True,
            )
            self.added.append(self.expanded(inner, depth + 1))
        for written, output in zip(results, macro.outputs, strict=False):
            self._result(written, instance, output, caller)
        return instance.reference(macro.title)

    def _result(self, written: str, instance: _Instance, output: str, caller: Definition) -> None:
        """Add the variable that a call gives beside its value, unless the model has an equation for it."""
        name, _, subscripts = written.partition("[")
        if self._names.knows(name):
            return
        if same_name(output) not in instance.own:
            self._fault(instance.macro, caller, f"no equation of the macro gives {output}")
            return
        left = tuple(item.strip() for item in subscripts.rstrip("] ").split(",") if item.strip())
        entry = replace(caller.entry, title=" ".join(name.split()).strip('"'))
        tree = instance.reference(output)
        self.added.append(Definition(entry, name.strip(), left, (), tree))

    def _fault(self, macro: Macro, caller: Definition, message: str) -> float:
        self.faults.append(Unread(caller.name, caller.entry.fault(message, self.file, macro.title)))
        return 0.0


class _Instance:
    """One call: `own` gives the names in the model of the macro's equations, `axes` their subscripts.

    `macros` are the names of all macros, which mean calls also where the macro has an equation of that name.
    """

    def __init__(
        self,
        label: str,
        macro: Macro,
        arguments: Sequence[Any],
        axes: tuple[str, ...],
        macros: Container[str],
    ) -> None:
        self.macro = macro
        self.macros = macros
        self.axes = axes
        self.arguments = dict(zip(map(same_name, macro.inputs), arguments, strict=True))
        self.own = {same_name(item.name): f'"{label}: {item.entry.title}"' for item in macro.definitions}

    def reference(self, name: str, subscripts: Sequence[str] = ()) -> Any:
        """Give the syntax tree of a reference to an equation of this call."""
        from pysd.translators.structures import abstract_expressions as trees

        taken = [*subscripts, *self.axes]
        inside = trees.SubscriptsReferenceStructure(tuple(taken)) if taken else None
        return trees.ReferenceStructure(self.own[same_name(name)], inside)

    def visit(self, node: Any) -> Any | None:
        """Give what stands for a name inside the macro; None for everything else."""
        kind = type(node).__name__
        if kind == "CallStructure":
            arguments = tuple(rewritten(argument, self.visit) for argument in node.arguments)
            called = node.function
            if same_name(called.reference) not in self.macros:
                found = self.visit(called)  # a lookup that is handed in, or one of the macro's own
                called = found if type(found).__name__ == "ReferenceStructure" else called
            return replace(node, function=called, arguments=arguments)
        if kind != "ReferenceStructure":
            return None
        key = same_name(node.reference)
        if key in self.arguments:
            return self.arguments[key]
        subscripts = node.subscripts.subscripts if node.subscripts else ()
        if key in self.own:
            return self.reference(key, subscripts)
        return replace(node, reference=node.reference.rstrip("$"))


def rewritten(node: Any, visit: Callable[[Any], Any | None]) -> Any:
    """Copy a syntax tree; where `visit` gives something for a node, that stands in its place."""
    found = visit(node)
    if found is not None:
        return found
    if isinstance(node, tuple | list):
        return type(node)(rewritten(item, visit) for item in node)
    if isinstance(node, Mapping) or not is_dataclass(node) or isinstance(node, type):
        return node
    return replace(node, **{item.name: rewritten(getattr(node, item.name), visit) for item in fields(node)})
