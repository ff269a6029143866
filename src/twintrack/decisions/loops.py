"""Which of the named loops drive an outcome when, in one run: Loops That Matter.

A loop is as strong as the product of the scores of its links (`engines.links`), and its share is that
strength among the named loops of the same cycle partition, a part of the model where everything depends on
everything (Schoenberg, Davidsen and Eberlein, System Dynamics Review 36 (2020) 158). It drives an outcome by
its share times its hold: how much of the outcome's change comes over the strongest path from the loop, each
link weighed by its part in all that moves its effect. Loops that nobody has named count nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from twintrack.engines.links import Cell, Link, LinkScores, steps_of
from twintrack.equations.structure import Array
from twintrack.errors import Fault, InputError
from twintrack.inputs.loops import links
from twintrack.inputs.structure_schemas import Cycle
from twintrack.names import suggest
from twintrack.runs.arrays import place_of

if TYPE_CHECKING:
    from twintrack.equations import Equations
    from twintrack.runs.results import Run

OUTSIDE = -1
"""The partition of a loop with a link that never carries anything."""
_NEXT_TO_NOTHING = 1e-12
"""The least weight that a path still follows."""


@dataclass(frozen=True)
class Period:
    """What loops do to an outcome between two times.

    `shares` are the mean shares of the loops that are ranked, by id, with the sign of the loop in that time:
    their sizes add up to one, or to nothing where nothing moves. `leading` is the loop with the largest.
    """

    begin: float
    end: float
    shares: Mapping[str, float]

    @property
    def leading(self) -> str:
        """The id of the strongest loop; empty where none moves the outcome."""
        strongest = max(self.shares, key=lambda name: abs(self.shares[name]), default="")
        return strongest if strongest and self.shares[strongest] else ""


class Loops:
    """Scores of links and of loops in one run.

    Attributes:
        cycles: The loops by id, in the order of the file.
        times: When the steps begin that scores are of, shape (steps,).
        links: The scores of all links of the model that carry anything, shape (steps,) each.
    """

    def __init__(
        self,
        equations: Equations,
        values: Mapping[str, Array],
        cycles: Iterable[Cycle],
        chosen: NDArray[np.int64],
    ) -> None:
        """Measure the steps `chosen`, by number, of a run that saved every step: shape (steps + 1,) + axes.

        Raises EquationError where a link has no score; see `LinkScores.into`.
        """
        self.equations = equations
        self.cycles = {cycle.id: cycle for cycle in cycles}
        measured = LinkScores(equations, steps_of(equations, values, chosen))
        self.times = measured.steps.times
        self.links: dict[Link, Array] = {}
        for name in values:
            self.links |= measured.into(name)
        self._numbers = {
            cell: number for number, cell in enumerate(dict.fromkeys(c for link in self.links for c in link))
        }

    def link(self, cause: str, effect: str) -> Array:
        """Give the scores of a link between two elements, shape (steps,); 0 where nothing comes over it."""
        cells = place_of(self.equations, cause), place_of(self.equations, effect)
        return self.links.get(cells, np.zeros(len(self.times)))

    @cached_property
    def scores(self) -> dict[str, Array]:
        """The score of every loop, shape (steps,): above 0 where it reinforces."""
        return {
            name: np.prod([self.link(*ends) for ends in links(cycle)], axis=0)
            for name, cycle in self.cycles.items()
        }

    @cached_property
    def partitions(self) -> dict[str, int]:
        """The partition of every loop; `OUTSIDE` where it is open in this run."""
        _, found = connected_components(self._matrix(np.ones(len(self.links))), connection="strong")
        parts: dict[str, int] = {}
        for name, cycle in self.cycles.items():
            numbers = [self._numbers.get(place_of(self.equations, label)) for label in cycle.variables]
            inside = {OUTSIDE if number is None else int(found[number]) for number in numbers}
            parts[name] = inside.pop() if len(inside) == 1 else OUTSIDE
        return parts

    @cached_property
    def ranked(self) -> list[str]:
        """The loops with others beside them; one alone in its partition has all of it by construction."""
        counted = list(self.partitions.values())
        return [name for name, part in self.partitions.items() if part != OUTSIDE and counted.count(part) > 1]

    @property
    def not_ranked(self) -> dict[str, str]:
        """The other loops, each with the reason."""
        return {
            name: "a link of it carries nothing in this run"
            if part == OUTSIDE
            else "it is alone in its part of the model"
            for name, part in self.partitions.items()
            if name not in self.ranked
        }

    @cached_property
    def shares(self) -> dict[str, Array]:
        """The share of every ranked loop among the named ones of its partition, shape (steps,)."""
        totals: dict[int, Array] = {}
        for name in self.ranked:
            part = self.partitions[name]
            totals[part] = totals.get(part, 0.0) + np.abs(self.scores[name])
        return {name: _over(self.scores[name], totals[self.partitions[name]]) for name in self.ranked}

    def hold(self, outcome: str) -> dict[str, Array]:
        """Give how much of the outcome's change comes over the strongest path from each ranked loop.

        Between 0 and 1, shape (steps,); 1 for a loop that the outcome is part of. Raises InputError for a
        name that the model does not have.
        """
        target = self._numbers.get(self._element(outcome))
        if target is None:
            return {name: np.zeros(len(self.times)) for name in self.ranked}
        weights = -np.log(np.maximum(np.abs(self._parts), _NEXT_TO_NOTHING)) + _NEXT_TO_NOTHING  # 0: no link
        reach = np.stack(
            [np.exp(-dijkstra(self._matrix(row).T.tocsr(), indices=target)) for row in weights.T], axis=-1
        )
        members = {
            name: [self._numbers[place_of(self.equations, label)] for label in self.cycles[name].variables]
            for name in self.ranked
        }
        return {name: reach[numbers].max(axis=0) for name, numbers in members.items()}

    def drives(self, outcome: str) -> dict[str, Array]:
        """Give the share of every ranked loop in what drives an outcome, shape (steps,), signed as the loop.

        The sizes add up to one at each step, or to nothing where nothing moves. Raises InputError for a name
        that the model does not have.
        """
        hold = self.hold(outcome)
        found = {name: share * hold[name] for name, share in self.shares.items()}
        total = sum((np.abs(part) for part in found.values()), np.zeros(len(self.times)))
        return {name: _over(part, total) for name, part in found.items()}

    def periods(self, outcome: str, years: Sequence[float]) -> list[Period]:
        """Give what drives an outcome between one year and the next; raises InputError as `drives` does."""
        found = self.drives(outcome)
        periods = []
        for begin, end in pairwise(years):
            inside = (self.times >= begin - 1e-9) & (self.times < end - 1e-9)
            means = {name: _mean(part[inside]) for name, part in found.items()}
            periods.append(Period(begin, end, means))
        return periods

    def _element(self, name: str) -> Cell:
        variables = self.equations.variables
        try:
            cell = place_of(self.equations, name)
        except (KeyError, ValueError):
            cell = (name, ())
        if cell[0] in variables and len(cell[1]) == len(variables[cell[0]].shape):
            return cell
        options = [label for variable in variables.values() for label in variable.labels]
        message = f"no element of the model has this name{suggest(name, options)}"
        raise InputError(Fault(name, message))

    def part(self, cause: str, effect: str) -> Array:
        """Give the part of a link in all that moves its effect, signed as the link, shape (steps,)."""
        link = place_of(self.equations, cause), place_of(self.equations, effect)
        return self._parts[self._rows[link]] if link in self._rows else np.zeros(len(self.times))

    @cached_property
    def _rows(self) -> dict[Link, int]:
        return {link: row for row, link in enumerate(self.links)}

    @cached_property
    def _parts(self) -> Array:
        """The parts of all links, shape (links, steps)."""
        scores = np.stack(list(self.links.values()))
        effects = np.array([self._numbers[effect] for _, effect in self.links])
        totals = np.zeros((len(self._numbers), scores.shape[1]))
        np.add.at(totals, effects, np.abs(scores))
        return _over(scores, totals[effects])

    def _matrix(self, values: Array) -> coo_array:
        ends = [[self._numbers[cell] for cell in link] for link in self.links]
        rows, columns = np.array(ends, np.int64).reshape(-1, 2).T
        return coo_array((values, (rows, columns)), shape=(len(self._numbers),) * 2)


def loops_of(run: Run, cycles: Iterable[Cycle]) -> Loops:
    """Measure loops in a run, in the steps that begin at saved times.

    Raises EquationError where a link has no score; see `LinkScores.into`.
    """
    equations, values = run.every_step()
    every = (len(equations.time.times) - 1) // (len(run.time) - 1)
    return Loops(equations, values, cycles, np.arange(0, equations.time.steps, every))


def _over(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _mean(shares: Array) -> float:
    """Give the mean size of a share, with the sign that it has on the whole."""
    if not shares.size:
        return 0.0
    return float(np.abs(shares).mean() * (np.sign(shares.sum()) or 1.0))
