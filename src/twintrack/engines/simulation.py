"""The function that JAX traces: a whole run of a program over a block of runs, packed on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from twintrack.engines.emit import Program
from twintrack.engines.jax_functions import jax_functions
from twintrack.engines.methods import METHODS, Method
from twintrack.engines.packing import Layout
from twintrack.equations import TimeGrid

_MANY = 500
"""From this number of outputs on they are packed at every step, which compiles in a third of the time; fewer
run faster one by one."""


@dataclass(frozen=True)
class Simulation:
    """What to run, and where everything lies in the packed arrays.

    `constants` and `series` hold two layouts each: of those that all runs share, and of those that vary;
    `second` the same for the series that have second values, and nothing when none has.
    `repr` of a simulation says everything that the compiled code depends on.
    """

    program: Program
    grid: TimeGrid
    method: Method
    runs: int
    constants: tuple[Layout, Layout]
    series: tuple[Layout, Layout]
    second: tuple[Layout, ...]
    moving: Layout
    still: Layout

    @property
    def argument_shapes(self) -> list[tuple[int, ...]]:
        """Shapes of the packed inputs: constants, series and second values, each shared and then varying."""
        rows = self.grid.steps + 1
        layouts = [(self.constants, ()), (self.series, (rows,)), (self.second, (rows,))]
        return [
            (*before, layout.width, runs)
            for both, before in layouts
            for layout, runs in zip(both, (1, self.runs), strict=False)
        ]

    def __call__(self, *packed: Any) -> tuple[Any, Any]:
        """Run on JAX tracers of `argument_shapes`.

        Gives the outputs that change, shape (saves, width, runs), and those that do not, shape (width, runs).
        """
        functions = dict(jax_functions())
        exec(compile(self.program.source, "<model>", "exec"), functions)
        values = dict(
            pair
            for layout, part in zip(self.constants, packed, strict=False)
            for pair in layout.unpack(part, 0)
        )
        given = [values[name] for name in self.program.constants]
        start = self._rows_at(packed, 0)[: len(self.program.series)]
        flows, memory, fixed = functions["init"](given, start, self.runs)
        held = functions["constants"](given, fixed)
        model = _Model(self, functions, (given, held, fixed), packed)
        still = self.pack(functions["still"](given, held, fixed), self.still)
        return model.saved_rows(tuple(flows), tuple(memory)), still

    def _rows_at(self, packed: Sequence[Any], i: Any) -> list[Any]:
        """Give each series at step `i`, then the second values; the last row is held beyond the end."""
        from jax import lax

        rows = [lax.dynamic_index_in_dim(part, i, keepdims=False) for part in packed[2:]]
        found = []
        for names, layouts, of_kind in (
            (self.program.series, self.series, rows[:2]),
            (self.program.second, self.second, rows[2:]),
        ):
            pairs = zip(layouts, of_kind, strict=True)
            values = dict(pair for layout, row in pairs for pair in layout.unpack(row, 0))
            found += [values[name] for name in names]
        return found

    def pack(self, values: Sequence[Any], layout: Layout, rows: tuple[int, ...] = ()) -> Any:
        """Join values that broadcast to rows + axes + (runs,) into one array of rows + (width, runs)."""
        import jax.numpy as jnp

        pieces = [jnp.empty((*rows, 0, self.runs), jnp.float64)]
        for value, shape in zip(values, layout.shapes.values(), strict=True):
            whole = jnp.broadcast_to(jnp.asarray(value, jnp.float64), (*rows, *shape, self.runs))
            pieces.append(whole.reshape((*rows, -1, self.runs)))
        return jnp.concatenate(pieces, axis=len(rows))

    def full(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """Give the outputs of one step, each with all its axes and runs."""
        import jax.numpy as jnp

        shapes = [(*shape, self.runs) for shape in self.moving.shapes.values()]
        return tuple(
            jnp.broadcast_to(jnp.asarray(v, jnp.float64), s) for v, s in zip(values, shapes, strict=True)
        )


@dataclass(frozen=True)
class _Model:
    """The running model: `fixed` are the given constants, the held values and the fixed initial values."""

    simulation: Simulation
    functions: dict[str, Any]
    fixed: tuple[Any, Any, Any]
    packed: Sequence[Any]

    def saved_rows(self, flows: Any, memory: Any) -> Any:
        """Scan over the saved rows, and within each over the steps to the next one.

        Gives the packed outputs, shape (saves, width, runs).

        The steps after the last row are computed in vain: one shape of loop compiles faster than two. Outputs
        are computed at every step and kept from the first of each row: in one loop the compiler shares what
        they have in common with the step, which halves the code.
        """
        import jax.numpy as jnp
        from jax import lax

        simulation = self.simulation
        grid, moving = simulation.grid, simulation.moving
        many = len(moving.shapes) >= _MANY

        def step(carry: tuple[Any, Any], i: Any) -> Any:
            outputs = self._call("outputs", self._rows(i), carry[0], carry[1], self._time(i), i)
            kept = (simulation.pack(outputs, moving),) if many else simulation.full(outputs)
            return self._advance(carry[0], carry[1], i), kept

        def row(carry: tuple[Any, Any], first: Any) -> Any:
            carry, kept = lax.scan(step, carry, first + jnp.arange(grid.save_every))
            return carry, tuple(values[0] for values in kept)

        rows = lax.scan(row, (tuple(flows), tuple(memory)), jnp.asarray(grid.saved_index))[1]
        return rows[0] if many else simulation.pack(rows, moving, (len(grid.saved_index),))

    def _advance(self, flows: Any, memory: Any, i: Any) -> Any:
        def slope(rows: Any, state: Any, held_memory: Any, t: Any) -> Any:
            return self._call("step", rows, state, held_memory, t, i)

        method = METHODS[self.simulation.method]
        following = self._rows(i + 1) if self.simulation.method == "rk4" else ()
        return method(
            slope, self._rows(i), following, flows, memory, self._time(i), self.simulation.grid.step
        )

    def _call(self, name: str, rows: Any, flows: Any, memory: Any, t: Any, i: Any) -> Any:
        given, held, fixed = self.fixed
        series = self.simulation.program.series_at(rows, flows)
        return self.functions[name](given, series, held, fixed, flows, memory, t, i)

    def _rows(self, i: Any) -> list[Any]:
        return self.simulation._rows_at(self.packed, i)

    def _time(self, i: Any) -> Any:
        # From the number of the step, never accumulated: no rounding error builds up.
        return self.simulation.grid.initial + i * self.simulation.grid.step
