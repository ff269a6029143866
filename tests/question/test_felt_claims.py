"""Claims about signs of levers: settings in which they hold and fail, and how these are found."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import twintrack
from question import asked
from question.felt.__main__ import main
from question.felt.claims import (
    CLAIMS,
    SIDES,
    TURNS,
    Claim,
    Turn,
    change_of,
    claim_answers,
    claim_table,
    turns,
)
from question.felt.turning import MOST, Change, Effect, Setting, relative_effects, turned
from twintrack.inputs.strategies import BASELINE
from twintrack.model import Model

pytestmark = pytest.mark.slow

AGAIN = "no longer turns; look for another setting with `python -m question.felt signs --prior --write`"


@dataclass(frozen=True)
class Kept:
    """A setting of turns.json.

    Attributes:
        claim: Name of the claim.
        outcome: The outcome.
        side: A key of SIDES.
        drawn: Whether it is a drawn world as it is.
        values: The parameters that are set, by name.
    """

    claim: str
    outcome: str
    side: str
    drawn: bool
    values: dict[str, float]


def read_turns(path: Path) -> list[Kept]:
    return [Kept(**row) for row in json.loads(path.read_text(encoding="utf-8"))]


def test_each_claim_holds_in_one_kept_setting_and_fails_in_another(model: Model) -> None:
    changes = {claim.name: change_of(model, claim) for claim in CLAIMS}
    kept = read_turns(TURNS)
    asked_for = {(claim.name, side) for claim in CLAIMS for side in SIDES}
    assert {(one.claim, one.side) for one in kept} == asked_for, "of some outcome of the claim"
    for one in kept:
        effect = Effect(model, changes[one.claim], one.outcome, SIDES[one.side])
        last = effect.settings([one.values])[0].effects[-1]
        assert effect.sign * last > 0, f"{one.claim}, {one.outcome}, {one.side}: {last:.2g} {AGAIN}"


def test_kept_settings_set_few_parameters_inside_their_ranges(model: Model) -> None:
    kept = read_turns(TURNS)
    for one in kept:
        assert one.drawn or len(one.values) <= MOST
        for name, value in one.values.items():
            assert model.world[name].low <= value <= model.world[name].high
    assert sum(one.drawn for one in kept) <= 2, "most signs should turn with four parameters"


def test_an_effect_in_a_setting_is_that_of_two_runs(model: Model) -> None:
    """Measured in a batch of worlds, it is what anybody finds who sets the same parameters and levers."""
    claim = CLAIMS[0]
    change, outcome = change_of(model, claim), claim.outcomes[0]
    world = {"misuse_rate": model.world["misuse_rate"].low}
    effect = Effect(model, change, outcome, 1.0).settings([{}, world])[1]
    up, today = (model.run(plan, world=world).outcomes[outcome] for plan in (change.plan, BASELINE))
    expected = [(up.loc[year] - today.loc[year]) / today.loc[year] for year in asked.YEARS]
    assert effect.effects == pytest.approx(expected, rel=1e-4, abs=1e-7)


def faster(model: Model) -> tuple[Change, pd.DataFrame]:
    """Give a change that closes the gap of the small model, and worlds."""
    change = Change("more", model.strategy(BASELINE, catchup_share=0.9))
    return change, model.draw_worlds(20, seed=1, prior=True)


def test_what_no_parameter_turns_is_told(small_model: Model) -> None:
    change, worlds = faster(small_model)
    effects = relative_effects(small_model, [change], worlds)["more", "frontier_gap_months"]
    holds = turned(Effect(small_model, change, "frontier_gap_months", 1.0), worlds, effects)
    fails = turned(Effect(small_model, change, "frontier_gap_months", -1.0), worlds, effects)
    assert holds is not None and not holds.values and holds.world is None and min(holds.effects) > 0
    assert fails is None
    claim = Claim("more", ("catchup_share",), ("frontier_gap_months",), "nobody")
    shares = {"prior": tuple(np.ones(len(asked.YEARS)))}
    turn = Turn(claim, "frontier_gap_months", shares, {"holds": holds, "fails": fails})
    told, settings = claim_answers([turn])
    assert told.rows[0][-3:] == ("1.00",) * 3
    assert [row[3] for row in settings.rows] == ["nothing", "none"]
    assert claim_table([turn])["effect_fails"].isna().all()


def test_the_one_parameter_that_turns_a_sign_is_found(small_content: Path, tmp_path: Path) -> None:
    """Effort closes the gap where strength is above ten, its central value, and widens it below."""
    drive = "pace-strength*catchup share"
    folder = tmp_path / "content"
    shutil.copytree(small_content, folder)
    file = folder / "model" / "twintrack.mdl"
    text = file.read_text(encoding="utf-8")
    assert drive in text
    file.write_text(text.replace(drive, "pace-(strength-10)*catchup share"), encoding="utf-8")
    model = twintrack.load(folder)
    change, worlds = faster(model)
    effects = relative_effects(model, [change], worlds)["more", "frontier_gap_months"]
    found = {
        sign: turned(Effect(model, change, "frontier_gap_months", sign), worlds, effects) for sign in (1, -1)
    }
    holds, fails = found[1], found[-1]
    assert holds is not None and set(holds.values) == {"strength"} and holds.values["strength"] > 10
    assert fails is not None and set(fails.values) == {"strength"} and fails.values["strength"] < 10


def test_shares_are_told_of_prior_and_of_further_worlds(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("question.felt.claims.turned", lambda *_: None)
    prior = model.draw_worlds(8, seed=1, prior=True)
    found = list(turns(model, prior, {"posterior": prior.iloc[:4]}))
    assert [(turn.claim, turn.outcome) for turn in found] == [
        (claim, outcome) for claim in CLAIMS for outcome in claim.outcomes
    ]
    for turn in found:
        assert list(turn.shares) == ["prior", "posterior"]
        assert all(0 <= share <= 1 for shares in turn.shares.values() for share in shares)
    header = claim_answers(found)[0].header
    assert "prior 2030" in header and "posterior 2040" in header


def test_the_command_writes_settings_only_when_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    kept = Setting({"misuse_rate": 0.1234567}, None, (0.1, 0.1, 0.1))
    monkeypatch.setattr("question.felt.claims.turned", lambda *_: kept)
    monkeypatch.setattr("question.felt.__main__.TURNS", tmp_path / "turns.json")
    asked_for = ["signs", "--worlds", "8", "--prior"]
    result = CliRunner().invoke(main, asked_for)
    assert result.exit_code == 0 and "misuse_rate=0.1235" in result.output
    assert not (tmp_path / "turns.json").exists()
    CliRunner().invoke(main, [*asked_for, "--write"])
    written = read_turns(tmp_path / "turns.json")
    assert len(written) == 2 * sum(len(claim.outcomes) for claim in CLAIMS)
    assert written[0].values == {"misuse_rate": 0.123457} and not written[0].drawn
