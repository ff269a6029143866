"""One constant at a time, a fifth up and a fifth down: which ones move an outcome, and which move none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from question import asked
from question.answers import Answer
from question.felt.inputs import Bench, Given
from question.felt.reasons import DEFINED, STILL, reason
from question.felt.spreads import FELT, STRONG, Yardstick, judged, yardstick
from twintrack.equations.structure import Array
from twintrack.formats import number
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.strategies import BASELINE
from twintrack.model import Model
from twintrack.names import split_element
from twintrack.runs.switching import SWITCH_VARIABLES

FIFTH = 0.2
SIGNS = (1, -1)
STRATEGIES = ("catchup_explore_open", "inward", "new_national_system")
SCENARIOS = ("plateau", "fresh_road")
YEARS = (2020.0, 2025.0, *asked.YEARS)
RUNS = 512
"""Runs of a batch: one in which nothing is changed, and one for each constant and sign."""
FAR = 100.0
"""A constant in years that lies at most so many years from the model's time is a date."""

ALLOWED = 0.1
"""Share of constants that may move nothing."""
ORDINARY = ("number", "date")
"""Kinds of constants that count; the others are told apart."""


@dataclass(frozen=True)
class Setting:
    """A strategy in a scenario, in the central world of it."""

    strategy: str
    scenario: str

    def __str__(self) -> str:
        return f"{self.strategy}, {self.scenario}"


def settings(model: Model) -> list[Setting]:
    """Give the settings in which constants are changed: those of the six whose names the model has."""
    found = [Setting(BASELINE, CENTRAL)]
    found += [Setting(name, CENTRAL) for name in STRATEGIES if name in model.strategies]
    return found + [Setting(BASELINE, name) for name in SCENARIOS if name in model.scenarios]


def whole_yardstick(model: Model, worlds: pd.DataFrame) -> Yardstick:
    """Measure the spreads of all outcomes, also of the past: a constant may be felt in any of them."""
    years = tuple(year for year in YEARS if year >= model.equations.time.initial)
    return yardstick(model, worlds, tuple(model.outcomes), years)


def constant_effects(model: Model, stick: Yardstick) -> pd.DataFrame:
    """Change each constant and give a row for each, in the order of the file.

    A constant with subscripts is scaled as a whole, a dated one at all times. A date is moved by a fifth of
    its distance from the start of the model. Money is what it is in the setting without the change.

    Columns: `constant`; `kind` ("number", "date"; "unit" and "control", which are told apart; "zero", which
    scaling does not change); `drawn`, whether it or an element of it stands in world.yaml; `sector`;
    `effect`, the largest one in spreads over outcomes, years, settings and signs, with `outcome`, `year`,
    `setting` and `sign`; `judged_effect`, that over outcomes that can be better and the years that are
    asked about, and `headline_effect` with `headline`, over those of them that are shown first;
    `not_finite`, in how many settings and signs some outcome is no finite number: these do not count.
    """
    bench = Bench(model, stick.outcomes, years=stick.years)
    cells = [(setting, *_of_setting(bench, stick, setting)) for setting in settings(model)]
    largest = _Largest(
        stick, [setting for setting, _, _ in cells], np.stack([found for _, found, _ in cells])
    )
    broken = np.stack([found for _, _, found in cells]).sum(axis=(0, 2))
    drawn = {split_element(name)[0] for name in model.world}
    goals, first = stick.rows(judged(model)), stick.rows(model.headline)
    everything, years = range(len(stick.outcomes)), range(len(stick.years))
    late = [column for column in years if stick.years[column] in asked.YEARS]
    rows = []
    for place, name in enumerate(bench.constants):
        effect, outcome, year, setting, sign = largest.of(place, everything, years)
        headline_effect, headline, *_ = largest.of(place, first, late)
        rows.append(
            {
                "constant": name,
                "kind": _kind(model, name),
                "drawn": name in drawn,
                "sector": model.equations.variables[name].group,
                "effect": effect,
                "outcome": outcome,
                "year": year,
                "setting": setting,
                "sign": sign,
                "judged_effect": largest.of(place, goals, late)[0],
                "headline_effect": headline_effect,
                "headline": headline,
                "not_finite": int(broken[place]),
            }
        )
    return pd.DataFrame(rows)


def constant_answers(table: pd.DataFrame) -> list[Answer]:
    """Give the summary, what moves nothing, and what moves a headline without being drawn, with reasons."""
    counted, still, loud = told(table)
    apart = table[~table["kind"].isin(ORDINARY)]
    unjudged = _still(counted, "judged_effect")
    summary = [
        ("constants that count", str(len(counted))),
        ("of these drawn", str(int(counted["drawn"].sum()))),
        (f"move no outcome by {FELT:g} of its spread", _share(still, counted)),
        ("the same of outcomes that can be better, from 2030 on", _share(unjudged, counted)),
        ("may be", number(ALLOWED, ".0%")),
        ("of these without a reason", _unexplained(still, STILL)),
        (f"not drawn, and move a headline by {STRONG:g} of its spread", str(len(loud))),
        ("of these without a reason, too", _unexplained(loud, DEFINED)),
        ("some outcome is no number, and may move or not", str(int((counted["not_finite"] > 0).sum()))),
    ]
    by_sector = counted.assign(still=counted.index.isin(still.index)).groupby("sector")["still"]
    sizes = by_sector.agg(["sum", "size"])
    sectors = [(str(name), str(row["sum"]), str(row["size"])) for name, row in sizes.iterrows()]
    loudest = loud.sort_values("headline_effect", ascending=False)
    return [
        Answer("Constants", ("what", "how many"), summary),
        Answer("Move nothing, by sector", ("sector", "move nothing", "of"), sectors),
        _listed("Move nothing", still.sort_values(["sector", "effect"]), STILL),
        _listed("Not drawn, and move a headline", loudest, DEFINED, "headline_effect", "headline"),
        Answer("Apart", ("kind", "constants"), [*_by_kind(apart)]),
    ]


def told(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Give the rows that count, of these what moves nothing, and what moves a headline but is not drawn."""
    counted = table[table["kind"].isin(ORDINARY)]
    still = _still(counted, "effect")
    loud = counted[~counted["drawn"] & (counted["headline_effect"] >= STRONG)]
    return counted, still, loud


def _still(counted: pd.DataFrame, effect: str) -> pd.DataFrame:
    return counted[(counted[effect] < FELT) & (counted["not_finite"] == 0)]


def _share(still: pd.DataFrame, counted: pd.DataFrame) -> str:
    return f"{len(still)} ({number(len(still) / max(len(counted), 1), '.1%')})"


def _unexplained(rows: pd.DataFrame, reasons: Mapping[str, str]) -> str:
    return ", ".join(name for name in rows["constant"] if not reason(name, reasons)) or "none"


def _by_kind(table: pd.DataFrame) -> Iterator[tuple[str, str]]:
    for kind, rows in table.groupby("kind"):
        yield str(kind), ", ".join(rows["constant"])


def _listed(
    title: str,
    rows: pd.DataFrame,
    reasons: Mapping[str, str],
    effect: str = "effect",
    outcome: str = "outcome",
) -> Answer:
    header = ("constant", "sector", "drawn", "spreads", "outcome", "reason")
    cells = [
        (
            row["constant"],
            row["sector"],
            "yes" if row["drawn"] else "no",
            number(row[effect], ".3f"),
            row[outcome],
            reason(row["constant"], reasons),
        )
        for row in rows.to_dict("records")
    ]
    return Answer(title, header, cells)


def _kind(model: Model, name: str) -> str:
    known = model.equations.variables[name]
    if name in SWITCH_VARIABLES:
        return "control"
    told = known.documentation.startswith(("Unit constant", "Unit of"))
    if told or name.endswith("_unit") or np.all(model.equations.defaults[name] == log(10)):
        return "unit"
    if not np.any(model.equations.defaults[name]):
        return "zero"
    return "date" if _is_date(model, name) else "number"


def _is_date(model: Model, name: str) -> bool:
    time, value = model.equations.time, model.equations.defaults[name]
    in_years = model.equations.variables[name].units == "Year"
    return in_years and bool(np.all((value > time.initial - FAR) & (value < time.final + FAR)))


def _of_setting(bench: Bench, stick: Yardstick, setting: Setting) -> tuple[Array, NDArray[np.bool_]]:
    """Give effects in spreads, shape (outcomes, years, constants, signs), and which are not finite.

    The second tells for which constants and signs an outcome is no finite number; effects are 0 there.
    """
    model = bench.model
    plan, _ = model.at_budget(model.strategy(setting.strategy), setting.scenario)
    base = bench.given(model.scenario(setting.scenario).world)
    changes = [(name, sign) for name in bench.constants for sign in SIGNS]
    found = []
    for start in range(0, len(changes), RUNS - 1):
        part = changes[start : start + RUNS - 1]
        values = bench.run(_changed(bench, base, part), plan, RUNS)[..., : len(part) + 1]
        found.append(stick.effects(values[..., 1:] - values[..., :1]))
    effects = np.concatenate(found, axis=-1)
    effects = effects.reshape(*effects.shape[:2], len(bench.constants), len(SIGNS))
    finite = np.isfinite(effects).all(axis=(0, 1))
    sizes: Array = np.abs(effects)
    sizes[:, :, ~finite] = 0.0
    return sizes, np.logical_not(finite, dtype=np.bool_)


def _changed(bench: Bench, base: Given, changes: Sequence[tuple[str, int]]) -> Given:
    """Give all constants for RUNS runs: the first as they are, the others each with one of them changed."""
    given = {name: np.repeat(value[..., None], RUNS, axis=-1) for name, value in base.items()}
    start = bench.model.equations.time.initial
    for run, (name, sign) in enumerate(changes, start=1):
        origin = start if _is_date(bench.model, name) else 0.0
        given[name][..., run] += sign * FIFTH * (given[name][..., run] - origin)
    return given


class _Largest:
    """The largest effect of each constant, and where it is."""

    def __init__(self, stick: Yardstick, where: Sequence[Setting], effects: Array) -> None:
        """Take effects of shape (settings, outcomes, years, constants, signs)."""
        self._stick, self._where, self._effects = stick, where, effects

    def of(
        self, constant: int, outcomes: Sequence[int], years: Sequence[int]
    ) -> tuple[float, str, int, str, str]:
        """Give the effect, and the outcome, year, setting and sign that it is found in."""
        if not len(outcomes):
            return 0.0, "", 0, "", ""
        part = self._effects[..., constant, :][:, list(outcomes)][:, :, list(years)]
        setting, row, column, sign = map(int, np.unravel_index(part.argmax(), part.shape))
        return (
            float(part.max()),
            self._stick.outcomes[outcomes[row]],
            int(self._stick.years[years[column]]),
            str(self._where[setting]),
            "+" if SIGNS[sign] > 0 else "-",
        )
