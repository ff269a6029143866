"""What each mechanism does: all worlds with its link and without it, world by world."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from question.answers import Answer
from question.felt.cuts import Cut, read_cut
from question.felt.inputs import Bench, Given
from question.felt.mechanism_file import CUT, EFFECT, ID, OUTCOME, REASON, SHARE, STATUS, MechanismFile
from question.felt.spreads import FELT, Yardstick
from twintrack.equations.structure import Array
from twintrack.errors import Fault, InputError
from twintrack.formats import number
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.strategies import BASELINE
from twintrack.inputs.validation import FaultList
from twintrack.inputs.world import WorldValue, laid_over
from twintrack.model import Model
from twintrack.names import split_element
from twintrack.runs.arrays import along_time, place_of
from twintrack.runs.parts import part_ranges

STATUSES = {"felt": 0.5, "weak": 0.05, "nil": 0.0}
"""What a mechanism is called, by the share of worlds from which on it is."""
OUT = "out"
"""What a mechanism is called that has no cut: the model does not have it, and the row says why."""


@dataclass(frozen=True)
class Context:
    """Where a mechanism is looked at: a scenario, and world parameters that are set in all worlds."""

    scenario: str = CENTRAL
    world: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Measured:
    """What a mechanism does to the outcome that it moves in most worlds.

    Attributes:
        outcome: Name of the outcome; "" where none is moved at all.
        effect: Median over worlds of the effect in spreads, the largest over the years.
        share: Share of worlds in which that effect is more than a twentieth.
        broken: Share of worlds in which some outcome is no finite number; it counts as not moved there.
    """

    outcome: str
    effect: float
    share: float
    broken: float = 0.0

    @property
    def status(self) -> str:
        """What the mechanism is called."""
        return next(name for name, least in STATUSES.items() if self.share >= least)

    @property
    def cells(self) -> dict[str, str]:
        """What is written into the row of the mechanism."""
        told = {EFFECT: f"{self.effect:.3g}", SHARE: f"{self.share:.3f}"}
        return {OUTCOME: self.outcome, **told, STATUS: self.status}


NOT_CUT: Mapping[str, str] = {OUTCOME: "", EFFECT: "", SHARE: "", STATUS: OUT}
"""What is written into a row without a cut."""

Task = tuple[Context, Cut]


def measured_rows(
    model: Model, worlds: pd.DataFrame, stick: Yardstick, table: MechanismFile
) -> list[Measured | None]:
    """Measure all mechanisms, and tell of each row of the table what it does; None without a cut.

    A cut sets its constants in every world from the start of policies on, so that history stays as it is, or
    from the year that it says; what counts only at the beginning is set from the start of the model. A lever
    goes from one value to the other at the start of policies, all others staying at the baseline or where the
    cut sets them. Raises InputError with the faults of all cuts.
    """
    tasks = _tasks(model, table)
    found = cut_effects(model, worlds, stick, [task for task in tasks if task is not None])
    return [None if task is None else found[task] for task in tasks]


def cells_of(found: Sequence[Measured | None]) -> list[Mapping[str, str]]:
    """Give the cells that are written into each row."""
    return [NOT_CUT if item is None else item.cells for item in found]


def cut_effects(
    model: Model, worlds: pd.DataFrame, stick: Yardstick, tasks: Iterable[Task]
) -> dict[Task, Measured]:
    """Measure what cuts do in their contexts; a cut that several mechanisms have is measured once."""
    by_context: dict[Context, list[Cut]] = defaultdict(list)
    for context, cut in dict.fromkeys(tasks):
        by_context[context].append(cut)
    cuts = [cut for several in by_context.values() for cut in several]
    bench = Bench(model, stick.outcomes, _dated(model, cuts))
    found: dict[Task, Measured] = {}
    for context, several in by_context.items():
        sizes = np.concatenate([*_parts(bench, worlds, stick, context, several)], axis=-1)
        found |= {(context, cut): _measured(stick, size) for cut, size in zip(several, sizes, strict=True)}
    return found


def mechanism_answers(table: MechanismFile, found: Sequence[Measured | None]) -> list[Answer]:
    """Give counts, what has no reason, cuts that several mechanisms have, and what is hardly felt."""
    rows = [{**row, **cells} for row, cells in zip(table.rows, cells_of(found), strict=True)]
    count = Counter(row[STATUS] for row in rows)
    silent = [row[ID] for row in rows if row[STATUS] == OUT and not row[REASON]]
    used: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        used[" ".join(row[CUT].split())].append(row[ID])
    shared = [(cut, str(len(ids)), " ".join(ids)) for cut, ids in used.items() if cut and len(ids) > 1]
    columns = (ID, STATUS, CUT, OUTCOME, EFFECT, SHARE)
    weak = [tuple(row[name] for name in columns) for row in rows if row[STATUS] in ("weak", "nil")]
    broken = [
        (row[ID], row[CUT], number(item.broken, ".3f"))
        for row, item in zip(rows, found, strict=True)
        if item is not None and item.broken
    ]
    return [
        Answer("Mechanisms", ("status", "how many"), [(name, str(count[name])) for name in (*STATUSES, OUT)]),
        Answer(
            "Out without a reason", ("how many", "which"), [(str(len(silent)), ", ".join(silent) or "none")]
        ),
        Answer("Cuts of several mechanisms", ("cut", "how many", "mechanisms"), shared),
        Answer("Weak, or not felt", columns, weak),
        Answer("Cuts after which an outcome is no number", ("id", "cut", "share of worlds"), broken),
    ]


def _tasks(model: Model, table: MechanismFile) -> list[Task | None]:
    """Read the cut and the context of each row, None where there is no cut. Raises InputError."""
    faults = FaultList()
    tasks: list[Task | None] = []
    for place, row in enumerate(table.rows):
        with faults:
            cut = read_cut(row[CUT], model, f"{table.where(place)}: {row[ID]}")
            tasks.append((_context(row, table.where(place)), cut) if cut != Cut() else None)
    faults.raise_any()
    return tasks


def _context(row: Mapping[str, str], where: str) -> Context:
    """Read the scenario and the world of a row; the table need not have these columns. Raises InputError."""
    pairs = [part.partition("=") for part in row.get("world", "").split()]
    try:
        world = tuple((name, float(value)) for name, _, value in pairs)
    except ValueError:
        message = f'world is "{row["world"]}"; write NAME=NUMBER, several with blanks between'
        raise InputError(Fault(where, message)) from None
    return Context(row.get("scenario", "").strip() or CENTRAL, world)


def _dated(model: Model, cuts: Iterable[Cut]) -> set[str]:
    """Give the constants that some cut sets from a date on."""
    start = model.equations.time.initial
    return {split_element(name)[0] for cut in cuts for name, _, year in cut.constants if year > start}


def _parts(
    bench: Bench, worlds: pd.DataFrame, stick: Yardstick, context: Context, cuts: Sequence[Cut]
) -> Iterator[Array]:
    """Give the sizes of effects in some of the worlds at a time, shape (cuts, outcomes, worlds)."""
    overrides = _overrides(bench.model, context)
    for part in part_ranges(len(worlds)):
        draws = {str(name): worlds[name].to_numpy()[part.start : part.stop] for name in worlds}
        given = bench.given(overrides, draws, len(part))
        runs = _Runs(bench, context, given, len(part))
        yield np.stack([_sizes(stick, runs.difference(cut)) for cut in cuts])


def _overrides(model: Model, context: Context) -> Mapping[str, WorldValue]:
    return laid_over(model.scenario(context.scenario).world, model.world_values(dict(context.world)))


@dataclass(frozen=True)
class _Runs:
    """Runs of some worlds in one context; those with all links are kept, for many cuts need them."""

    bench: Bench
    context: Context
    given: Given
    worlds: int
    _kept: dict[tuple[tuple[str, float], ...], Array] = field(default_factory=dict)

    def difference(self, cut: Cut) -> Array:
        """Give what is there with a mechanism less what is there without it."""
        if cut.levers:
            lows = tuple((name, low) for name, low, _ in cut.levers)
            highs = tuple((name, high) for name, _, high in cut.levers)
            return self._with(cut.settings + highs) - self._with(cut.settings + lows)
        return self._with(cut.settings) - self._run(_without(self.bench, self.given, cut), cut.settings)

    def _with(self, levers: tuple[tuple[str, float], ...]) -> Array:
        if levers not in self._kept:
            self._kept[levers] = self._run(self.given, levers)
        return self._kept[levers]

    def _run(self, given: Given, levers: tuple[tuple[str, float], ...]) -> Array:
        strategy = self.bench.model.strategy(BASELINE, **dict(levers))
        plan, _ = self.bench.model.at_budget(strategy, self.context.scenario)
        return self.bench.run(given, plan, self.worlds)


def _without(bench: Bench, given: Given, cut: Cut) -> Given:
    """Give all constants with those of a cut set, from their dates on."""
    changed = dict(given)
    for name, value, year in cut.constants:
        constant, place = place_of(bench.model.equations, name)
        values = changed[constant].copy()
        if constant in bench.dated:
            later = values[np.searchsorted(bench.times, year) :]
            along_time(later, place)[...] = value
        else:
            values[place] = value
        changed[constant] = values
    return changed


def _sizes(stick: Yardstick, differences: Array) -> Array:
    """Give the largest effect over the years, shape (outcomes, worlds); NaN where one is not finite."""
    sizes = np.abs(stick.effects(differences)).max(axis=1)
    return np.where(np.isfinite(sizes), sizes, np.nan)


def _measured(stick: Yardstick, sizes: Array) -> Measured:
    """Find the outcome that is moved in most worlds; of several the one that is moved most."""
    broken = float(np.isnan(sizes).any(axis=0).mean())
    known = np.nan_to_num(sizes)
    shares, effects = (known > FELT).mean(axis=-1), np.median(known, axis=-1)
    row = max(range(len(shares)), key=lambda at: (shares[at], effects[at]))
    outcome = stick.outcomes[row] if known[row].any() else ""
    return Measured(outcome, float(effects[row]), float(shares[row]), broken)
