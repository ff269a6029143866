"""Another country is learnt from its own history up to a date, and what came later has no part in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_history import series, write_history

import twintrack
from twintrack.calibration import members
from twintrack.calibration.members import ORIGIN, foreseen, learnable, member_of
from twintrack.calibration.sampler import Settings
from twintrack.errors import InputError
from twintrack.model import Model

QUICK = Settings(members=512, rounds=1, last_rounds=2)
COUNTRY = """
title: {en: Another, zh: 另}
world: {pace: 2, strength: 6}
public_money: 0.5
ranges: {strength: [2, 10]}
shared: [gap_of_the_year]
"""
GAPS = {2018: 22.0, 2020: 20.0, 2022: 18.0, 2024: 16.0}
"""What a strength of six brings: a month less each year, from 24 in 2016."""

Written = Callable[..., Model]


@pytest.fixture
def written(small_content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Written:
    """Write a country "other" into a copy of the small content, with results that are kept for this test."""
    monkeypatch.setenv("TWINTRACK_CACHE", str(tmp_path / "cache"))

    def write(country: str = COUNTRY, gaps: dict[int, float] | None = None) -> Model:
        root = tmp_path / "content"
        if not root.exists():
            shutil.copytree(small_content, root)
        folder = root / "model" / "family" / "other"
        folder.mkdir(parents=True, exist_ok=True)
        (folder.parent / "other.yaml").write_text(country, encoding="utf-8")
        write_history(folder, series("own_gap", error=0.2, discrepancy=0.3), {"own_gap": gaps or GAPS})
        return twintrack.load(root)

    return write


def found_for(model: Model) -> dict[str, Any]:
    return foreseen(model, "other", workers=1, settings=QUICK)


def test_what_has_a_range_is_drawn_from_it_and_what_has_none_is_the_country_s(written: Written) -> None:
    target = member_of(written(), "other").target
    assert target.unknowns.names == ["strength"]
    drawn = target.unknowns.worlds(np.array([[-6.0, 0.0, 6.0]]))["strength"]
    assert drawn.tolist() == pytest.approx([2, np.sqrt(20), 10], rel=1e-3)
    row = [item.name for item, _ in target.observed.placed].index("own_gap")
    said = target.said({"strength": np.array([6.0, 8.0])}, 2)[target.observed.placed[row][1]]
    # Two months are lost a year and half the strength is won, from 24 in 2016.
    assert said[:, 0] == pytest.approx([22, 20, 18, 16])
    assert said[:, 1] == pytest.approx([20, 16, 12, 8])


def test_money_is_of_the_country_s_size(written: Written) -> None:
    model = written()
    half = member_of(model, "other").target.strategy.paths["fiscal_ai_rd"].at([2020.0])
    assert half == pytest.approx(0.5 * model.strategy("baseline").paths["fiscal_ai_rd"].at([2020.0]))


def test_shared_series_teach_and_only_own_ones_are_predicted(written: Written) -> None:
    model = written()
    member = member_of(model, "other")
    assert member.target.observed.names == ["gap_of_the_year", "own_gap"] and member.own == ("own_gap",)
    found = found_for(model)
    assert (found["own"], found["taught"], found["learnt"]) == (["own_gap"], ["own_gap"], 3)
    assert [(one["series"], one["year"], one["known"]) for one in found["predictions"]] == [
        ("own_gap", 2024, 3)
    ]


def test_what_is_learnt_is_better_than_the_prior(written: Written) -> None:
    found = found_for(written(COUNTRY.replace("shared: [gap_of_the_year]\n", "")))
    (row,) = found["series"]
    assert row["crps"]["learnt"] < 0.5 * row["crps"]["prior"]
    low, _, middle, _, high = found["predictions"][0]["quantiles"]["learnt"]
    assert low < 16 < high and middle == pytest.approx(16, abs=0.6)


def test_what_came_after_the_origin_changes_no_forecast(written: Written) -> None:
    first = found_for(written())
    second = found_for(written(gaps=GAPS | {2024: 11.0}))
    assert first["predictions"][0]["quantiles"] == second["predictions"][0]["quantiles"]
    assert first["series"][0]["crps"] != second["series"][0]["crps"]
    known = found_for(written(gaps=GAPS | {2022: 14.0}))
    assert known["predictions"][0]["quantiles"] != first["predictions"][0]["quantiles"]
    assert max(year for year in GAPS if year <= ORIGIN) == 2022


def test_a_forecast_is_made_once(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr(members, "_foreseen", lambda *_: made.append(1) or {})
    for _ in range(2):
        found_for(written())
    found_for(written(COUNTRY.replace("[2, 10]", "[2, 9]")))
    found_for(written(gaps=GAPS | {2024: 11.0}))
    assert len(made) == 3


def test_drafts_and_countries_without_a_history_are_not_learnt(written: Written) -> None:
    assert learnable(written()) == ["other"]
    model = written(COUNTRY + "draft: true\n")
    assert learnable(model) == []
    (model.content / "model" / "family" / "bare.yaml").write_text(COUNTRY, encoding="utf-8")
    assert learnable(model) == []
    with pytest.raises(InputError, match="no observed series of bare to learn from"):
        member_of(model, "bare")


@pytest.mark.parametrize("name", ["gap_of_the_yea", "own_gap"])
def test_shared_series_are_those_of_the_first_country(written: Written, name: str) -> None:
    model = written(COUNTRY.replace("[gap_of_the_year]", f"[{name}]"))
    with pytest.raises(InputError, match=f"not in model/history, or the country has its own: {name}"):
        member_of(model, "other")
