"""What each mechanism does: all worlds with its link and without it, world by world."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from question.answers import Answer
from question.felt.cuts import Cut, read_cut
from question.felt.inputs import Bench, Given
from question.felt.mechanism_file import CUT, EFFECT, ID, OUTCOME, REASON, SHARE, STATUS, MechanismFile
from question.felt.spreads import FELT, Yardstick, medians
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
    """

    outcome: str
    effect: float
    share: float

    @property
    def status(self) -> str:
        """What the mechanism is called."""
        return next(name for name, least in STATUSES.items() if self.share >= least)


Task = tuple[Context, Cut]


def measured_rows(
    model: Model, worlds: pd.DataFrame, stick: Yardstick, table: MechanismFile
) -> list[dict[str, str]]:
    """Measure all mechanisms, and give the measured cells of each row of the table.

    A cut sets its constants in every world from the start of policies on, so that history stays as it is, or
    from the year that it says; what counts only at the beginning is set from the start of the model. A lever
    goes from one value to the other at the start of policies, all others staying at the baseline. Raises
    InputError with the faults of all cuts.
    """
    tasks = _tasks(model, table)
    found = cut_effects(model, worlds, stick, [task for task in tasks if task is not None])
    return [_cells(None if task is None else found[task]) for task in tasks]


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


def mechanism_answers(table: MechanismFile, cells: Sequence[Mapping[str, str]]) -> list[Answer]:
    """Give counts, what has no reason, and cuts that several mechanisms have."""
    status = [row[STATUS] for row in cells]
    silent = [
        row[ID] for row, found in zip(table.rows, status, strict=True) if found == OUT and not row[REASON]
    ]
    count = Counter(status)
    counts = [(name, str(count[name])) for name in (*STATUSES, OUT)]
    told = ", ".join(silent) or "none"
    shared: dict[str, list[str]] = defaultdict(list)
    for row in table.rows:
        shared[" ".join(row[CUT].split())].append(row[ID])
    rows = [
        (cut, str(len(names)), " ".join(names)) for cut, names in shared.items() if cut and len(names) > 1
    ]
    weak = [
        (row[ID], found[STATUS], row[CUT], found[OUTCOME], found[EFFECT], found[SHARE])
        for row, found in zip(table.rows, cells, strict=True)
        if found[STATUS] in ("weak", "nil")
    ]
    return [
        Answer("Mechanisms", ("status", "how many"), counts),
        Answer("Out without a reason", ("how many", "which"), [(str(len(silent)), told)]),
        Answer("Cuts of several mechanisms", ("cut", "how many", "mechanisms"), rows),
        Answer("Weak, or not felt", ("mechanism", "status", "cut", "outcome", "spreads", "share"), weak),
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
        today = _run(bench, context, given, {}, len(part))
        yield np.stack([_sizes(stick, _difference(bench, context, given, today, cut)) for cut in cuts])


def _overrides(model: Model, context: Context) -> Mapping[str, WorldValue]:
    return laid_over(model.scenario(context.scenario).world, model.world_values(dict(context.world)))


def _difference(bench: Bench, context: Context, given: Given, today: Array, cut: Cut) -> Array:
    """Give what is there with a mechanism less what is there without it."""
    runs = today.shape[-1]
    if cut.levers:
        lows = {name: low for name, low, _ in cut.levers}
        highs = {name: high for name, _, high in cut.levers}
        low, high = (_run(bench, context, given, levers, runs) for levers in (lows, highs))
        return high - low
    return today - _run(bench, context, _without(bench, given, cut), {}, runs)


def _run(bench: Bench, context: Context, given: Given, levers: Mapping[str, float], runs: int) -> Array:
    plan, _ = bench.model.at_budget(bench.model.strategy(BASELINE, **levers), context.scenario)
    return bench.run(given, plan, runs)


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
    """Give the largest effect over the years, shape (outcomes, worlds); what is not finite counts as none."""
    sizes: Array = np.abs(np.nan_to_num(stick.effects(differences), posinf=0.0, neginf=0.0)).max(axis=1)
    return sizes


def _measured(stick: Yardstick, sizes: Array) -> Measured:
    """Find the outcome that is moved in most worlds; of several the one that is moved most."""
    shares, effects = (sizes > FELT).mean(axis=-1), medians(sizes)
    row = max(range(len(shares)), key=lambda at: (shares[at], effects[at]))
    outcome = stick.outcomes[row] if sizes[row].any() else ""
    return Measured(outcome, float(effects[row]), float(shares[row]))


def _cells(found: Measured | None) -> dict[str, str]:
    if found is None:
        return {OUTCOME: "", EFFECT: "", SHARE: "", STATUS: OUT}
    told = {EFFECT: f"{found.effect:.3g}", SHARE: number(found.share, ".3f")}
    return {OUTCOME: found.outcome, **told, STATUS: found.status}
