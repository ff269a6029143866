"""What the seed papers claim about the signs of levers: how often each holds, and where it turns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from question import asked
from question.answers import Answer
from question.felt.turning import Change, Effect, Setting, relative_effects, turned
from twintrack.decisions.robustness import ROUNDING
from twintrack.equations.structure import Array
from twintrack.formats import number
from twintrack.inputs.strategies import BASELINE
from twintrack.model import Model
from twintrack.resources import atomic_write

ROOM = 0.5
"""A lever goes up by this part of the room that the baseline leaves above it."""
TURNS = Path(__file__).with_name("turns.json")
"""The settings that were found last: `python -m question.felt signs --write` writes them."""
SIDES: Mapping[str, float] = {"holds": 1.0, "fails": -1.0}
"""What a claim does, by the sign of the effect."""


@dataclass(frozen=True)
class Claim:
    """A lever does good, say papers.

    Attributes:
        name: What readers see.
        levers: The levers that go up.
        outcomes: What gets better then; each is asked for by itself.
        source: Names of the papers.
    """

    name: str
    levers: tuple[str, ...]
    outcomes: tuple[str, ...]
    source: str


CLAIMS = (
    Claim(
        "open release",
        ("open_source_release",),
        ("adoption_rate", "organisation_adoption"),
        "jiang2025; economic_daily2025",
    ),
    Claim("safety", ("safety_governance",), ("ai_income",), "economic_daily2025"),
    Claim("tournament", ("kpi_quality_weight",), ("ai_enabled_output",), "lin2025"),
    Claim("coordination", ("central_coordination",), ("ai_enabled_output", "waste"), "lin2025; mei2025"),
    Claim("patient capital", ("patient_capital", "capital_patience"), ("capability_index",), "mei2025"),
    Claim("literacy", ("inclusive_support",), ("ai_income",), "jiang2025"),
)


@dataclass(frozen=True)
class Turn:
    """One claim about one outcome.

    Attributes:
        claim: The claim.
        outcome: The outcome.
        shares: Share of worlds in which the sign holds, by where the worlds come from and by year.
        settings: A setting in which it holds and one in which it fails, by name of the side; None where the
            ranges have none.
    """

    claim: Claim
    outcome: str
    shares: Mapping[str, tuple[float, ...]]
    settings: Mapping[str, Setting | None]


def change_of(model: Model, claim: Claim) -> Change:
    """Give the baseline with the levers of a claim up."""
    levers = {name: model.levers[name] for name in claim.levers}
    up = {name: lever.baseline + ROOM * (lever.high - lever.baseline) for name, lever in levers.items()}
    return Change(claim.name, model.strategy(BASELINE, **up))


def turns(model: Model, prior: pd.DataFrame, further: Mapping[str, pd.DataFrame]) -> Iterator[Turn]:
    """Yield each claim and outcome: shares in prior and further worlds, and settings on both sides.

    `further` are worlds by where they come from. Settings are found as `turned` says, with the prior worlds.
    """
    changes = {claim.name: change_of(model, claim) for claim in CLAIMS}
    drawn = {"prior": prior, **further}
    effects = {
        origin: relative_effects(model, [*changes.values()], worlds) for origin, worlds in drawn.items()
    }
    for claim in CLAIMS:
        for outcome in claim.outcomes:
            cell = (claim.name, outcome)
            shares = {origin: _shares(found[cell]) for origin, found in effects.items()}
            settings = {
                side: turned(Effect(model, changes[claim.name], outcome, sign), prior, effects["prior"][cell])
                for side, sign in SIDES.items()
            }
            yield Turn(claim, outcome, shares, settings)


def write_turns(path: Path, found: list[Turn]) -> None:
    """Write all settings into a JSON file, in the order of the claims.

    A list of objects: `claim`, `outcome`, `side`; `drawn`, whether it is a drawn world as it is; `values`,
    the parameters that are set, to six digits.
    """
    rows = [
        {
            "claim": turn.claim.name,
            "outcome": turn.outcome,
            "side": side,
            "drawn": setting.world is not None,
            "values": {name: float(f"{value:.6g}") for name, value in setting.values.items()},
        }
        for turn in found
        for side, setting in turn.settings.items()
        if setting is not None
    ]
    atomic_write(path, json.dumps(rows, indent=1) + "\n")


def claim_table(found: list[Turn]) -> pd.DataFrame:
    """Give a row for each claim, outcome and year.

    Columns: `claim`; `levers` with blanks between; `outcome`; `source`; `year`; for each origin of worlds
    "share_" and its name, the share in which the sign holds by more than a relative 1e-6; for each side
    "set_to_" and "effect_" with "holds" or "fails": the setting and the relative effect in it, NaN and "none"
    where there is no setting.
    """
    return pd.DataFrame([row for turn in found for row in _rows(turn)])


def claim_answers(found: list[Turn]) -> list[Answer]:
    """Give shares of worlds, and the settings in which the signs turn."""
    years = [f"{year:.0f}" for year in asked.YEARS]
    origins = [*found[0].shares] if found else []
    header = ("claim", "levers up", "better", "papers", *(f"{o} {year}" for o in origins for year in years))
    shares = [
        (
            turn.claim.name,
            ", ".join(turn.claim.levers),
            turn.outcome,
            turn.claim.source,
            *(number(share, ".2f") for origin in origins for share in turn.shares[origin]),
        )
        for turn in found
    ]
    settings = [_setting_row(turn, side) for turn in found for side in SIDES]
    told = ("claim", "outcome", "side", "set to, all else central", *(f"effect {year}" for year in years))
    return [
        Answer("Share of worlds in which a claimed sign holds", header, shares),
        Answer("Where it holds, and where not", (*told, "in all years"), settings),
    ]


def set_to(setting: Setting | None) -> str:
    """Write a setting: parameters and values, or the drawn world."""
    if setting is None:
        return "none"
    if setting.world is not None:
        return f"world {setting.world} of the draw from the prior, as it is"
    return "; ".join(f"{name}={value:.4g}" for name, value in setting.values.items()) or "nothing"


def _setting_row(turn: Turn, side: str) -> tuple[str, ...]:
    setting = turn.settings[side]
    effects = ["" for _ in asked.YEARS] if setting is None else [number(e, ".2%") for e in setting.effects]
    always = "" if setting is None else ("yes" if setting.has(SIDES[side]) else "no")
    return turn.claim.name, turn.outcome, side, set_to(setting), *effects, always


def _shares(effects: Array) -> tuple[float, ...]:
    return tuple(float(share) for share in (effects > ROUNDING).mean(axis=1))


def _rows(turn: Turn) -> Iterator[dict[str, object]]:
    for at, year in enumerate(asked.YEARS):
        row: dict[str, object] = {
            "claim": turn.claim.name,
            "levers": " ".join(turn.claim.levers),
            "outcome": turn.outcome,
            "source": turn.claim.source,
            "year": int(year),
        }
        row |= {f"share_{origin}": shares[at] for origin, shares in turn.shares.items()}
        for side, setting in turn.settings.items():
            row[f"set_to_{side}"] = set_to(setting)
            row[f"effect_{side}"] = float("nan") if setting is None else setting.effects[at]
        yield row
