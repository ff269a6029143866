"""What the left-hand sides of a model say, and what right-hand sides add to it while they are lowered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from twintrack.equations.naming import Names
from twintrack.equations.structure import State, Table
from twintrack.equations.subscripts import Ranges
from twintrack.errors import EquationError


@dataclass
class Frame:
    """What the left-hand sides say, filled before any right-hand side is lowered.

    `names` finds variables by what is written. `axes`: the range that describes each axis of each variable.
    `lookups`: for each lookup variable, the table of each of its cells. `tables`, `states` and `faults` grow
    while right-hand sides are lowered; `broken` are variables of which a fault is told already, `empty` those
    that must be given numbers.
    """

    ranges: Ranges
    names: Names
    axes: dict[str, tuple[str, ...]]
    lookups: dict[str, dict[tuple[int, ...], int]] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    empty: dict[str, None] = field(default_factory=dict)
    faults: list[EquationError] = field(default_factory=list)

    def add_table(self, xs: Sequence[float], ys: Sequence[float]) -> int:
        """Store a lookup's points once, without repetitions, and give their number.

        Raises ValueError when x does not ascend.
        """
        points = dict.fromkeys((float(x), float(y)) for x, y in zip(xs, ys, strict=True))
        table = Table(tuple(x for x, _ in points), tuple(y for _, y in points))
        if any(right < left for left, right in zip(table.x, table.x[1:], strict=False)):
            message = "the x values of a lookup must ascend"
            raise ValueError(message)
        if table not in self.tables:
            self.tables.append(table)
        return self.tables.index(table)
