"""What the component needs to tell which loops drive an outcome: a second module, and loops by cells.

A cell is an element of what the second module is given. It computes every equation that loops and outcomes
follow from, each alone, so that the component can move one cause after the other; see `links.mjs`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from twintrack.engines.base import check_inputs
from twintrack.engines.layout import Layout
from twintrack.engines.llvm.engine import NativeEngine
from twintrack.engines.llvm.target import SHORT
from twintrack.engines.scalar.lowering import scalar_program
from twintrack.engines.wasm.module import compiled
from twintrack.equations.alone import NOW, alone, each_alone, keeps_first
from twintrack.equations.subscripts import flat_place
from twintrack.hands_on.compiled_model import behind_loops, page_inputs
from twintrack.pages.texts import LANGUAGES
from twintrack.runs.arrays import place_of, world_arrays
from twintrack.stored import stored

if TYPE_CHECKING:
    from twintrack.core import Core
    from twintrack.inputs.structure_schemas import LoopEntry


@dataclass(frozen=True)
class LoopPart:
    """The code of the second module, and what is told of it as plain data for JSON."""

    code: bytes
    told: dict[str, Any]


def loop_part(core: Core) -> LoopPart | None:
    """Give what tells of loops; None where the content names none. Kept in the cache.

    Raises EquationError where an equation cannot be computed alone; see `each_alone`.
    """
    if not core.inputs.names_loops:
        return None
    loops = [entry.model_dump(mode="json") for entry in core.inputs.loops.values()]
    described = f"{core.equations.numbered} {core.equations.hash} {[*core.levers]} {[*core.world]} {loops}"
    described += f" {world_arrays(core).dated} {core.catalogue.ordered_outcomes}"
    return stored("loop_part", described, ("equations", "engines", "hands_on"), LoopPart, _Writer(core).part)


class _Writer:
    """Writes the second module of a content and tells what lies where in it."""

    def __init__(self, core: Core) -> None:
        self.core = core
        needed = behind_loops(core)
        self.effects = [name for name in needed if not keeps_first(core.equations, name)]
        self.alone = each_alone(core.equations, self.effects)
        known = page_inputs(core)
        causes = {cause for name in needed for cause in core.equations.causes(name)}
        set_by_page = causes.intersection((*known.constants, *known.series))
        values = {name: self.alone.defaults[name] for name in (*needed, *set_by_page, NOW)}
        outputs = [alone(name) for name in self.effects]
        self.inputs = check_inputs(self.alone, values, {}, outputs, 1, self.alone.time)
        self.moving = {*self.effects, *causes.intersection(known.series)}

    def part(self) -> LoopPart:
        """Compile the module and tell all about it."""
        module = compiled(self.alone, self.inputs, target=SHORT)
        outputs = sorted(module.description["outputs"], key=lambda told: int(told["place"]))
        computed = [str(told["name"]).removesuffix(alone("")) for told in outputs]
        cells = {label: self._cell(label) for label in self._labels()}
        told = {
            "layout": module.description["layout"],
            "inputs": [[name, stop - start] for name, (start, stop) in self._layout.places.items()],
            "computed": computed,
            "levels": [name for name in computed if self.core.equations.variables[name].kind == "stock"],
            "weight": page_inputs(self.core).weight,
            "now": self._layout.places[NOW][0],
            "causes": list(self._causes(computed)),
            "cells": cells,
            "loops": [loop for entry in self.core.inputs.loops.values() for loop in _told(entry)],
        }
        return LoopPart(module.code, told)

    @cached_property
    def _layout(self) -> Layout:
        """Where each input lies."""
        return NativeEngine(self.alone).layouts(self.inputs).constants

    def _labels(self) -> Iterator[str]:
        """Yield the labels of outcomes and of the variables of loops."""
        yield from self.core.catalogue.ordered_outcomes
        for entry in self.core.inputs.loops.values():
            for cycle in entry.cycles:
                yield from cycle.variables

    def _cell(self, label: str) -> int:
        name, at = place_of(self.core.equations, label)
        return self._layout.places[name][0] + flat_place(at, self.core.equations.variables[name].shape)

    def _causes(self, computed: Iterable[str]) -> Iterator[list[int]]:
        """Yield the cells that each computed element follows from and that may move.

        In place of a number stands how much it is above the one before, which packs better.
        """
        engine, inputs = NativeEngine(self.alone), self.inputs
        given, names = engine.layouts(inputs), [alone(name) for name in computed]
        program = scalar_program(self.alone, given, names, inputs.grid, engine.sizes.find(inputs))
        places = self._layout.places
        moving = {place for name in self.moving for place in range(*places[name])}
        for name in names:
            for node in program.outputs[name]:
                leaves = (program.graph[n] for n in program.graph.needed([node]))
                found = sorted({leaf.place for leaf in leaves if leaf.op == "constant"} & moving)
                yield [place - before for place, before in zip(found, [0, *found], strict=False)]


def _told(entry: LoopEntry) -> Iterator[dict[str, Any]]:
    """Yield the loops of an entry in the words of readers; parts of an entry have its title and words."""
    words = {key: {one: getattr(entry, key).get(one) for one in LANGUAGES} for key in ("title", "reading")}
    for cycle in entry.cycles:
        yield {"id": cycle.id, "variables": list(cycle.variables), **words}
