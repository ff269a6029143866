"""Sections are computed once, for the files that they depend on, and hold what JSON can hold."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import twintrack
from twintrack.calibration import validate as module
from twintrack.calibration.agreement import agreement
from twintrack.calibration.calibrate import Calibration, calibrate
from twintrack.calibration.holdout import SeriesPrediction
from twintrack.calibration.publish import publish
from twintrack.calibration.sampler import Settings
from twintrack.calibration.validate import SECTIONS, Validation, content_digest, plain, validate
from twintrack.errors import InputError
from twintrack.model import Model
from twintrack.resources import POSTERIOR_FILE

ASKED = Calibration(3, 2, 200, Settings(members=512, rounds=1, moves=3, last_rounds=2))


@dataclass(frozen=True)
class Inner:
    number: float
    names: tuple[str, ...]


@pytest.fixture
def root(small_content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the small content with a posterior, and a cache of its own."""
    folder = tmp_path / "copy"
    shutil.copytree(small_content, folder)
    monkeypatch.chdir(tmp_path)
    model = twintrack.load(folder)
    found = calibrate(model, ASKED, 1)
    found.checkpoints.clear()
    agreed = agreement(model, found.target, found.populations)
    publish(folder / POSTERIOR_FILE, model, ASKED, found, agreed)
    return folder


def test_everything_becomes_what_json_holds() -> None:
    given = {
        "inner": Inner(np.float64(1.5), ("a", "b")),
        2: [np.int64(3), np.float32(0.5), float("nan"), np.inf, -np.inf],
        "none": None,
        "yes": True,
        "deep": ({"of": Inner(np.nan, ())},),
    }
    found = plain(given)
    assert found == {
        "inner": {"number": 1.5, "names": ["a", "b"]},
        "2": [3, 0.5, None, None, None],
        "none": None,
        "yes": True,
        "deep": [{"of": {"number": None, "names": []}}],
    }
    assert type(found["2"][0]) is int and type(found["2"][1]) is float and found["yes"] is True
    assert json.loads(json.dumps(found, allow_nan=False)) == found


@pytest.mark.parametrize("value", [np.bool_(True), np.array([1.0, np.nan])])
def test_other_things_of_numpy_too(value: Any) -> None:
    json.dumps(plain({"value": value}), allow_nan=False)


def test_names_and_workers_that_are_wrong_are_told_at_once(small_model: Model) -> None:
    with pytest.raises(InputError) as told:
        validate(Validation(small_model, workers=0), ["fit", "rankin", "everything"])
    assert [str(fault) for fault in told.value.faults] == [
        'section: there is no section "rankin"; did you mean "ranking"?',
        'section: there is no section "everything"',
        "workers: at least 1 worker is needed, not 0",
    ]


def test_without_a_posterior_it_is_said_how_to_make_one(small_model: Model) -> None:
    with pytest.raises(InputError, match=r"posterior\.parquet: .*; run `twintrack calibrate`"):
        validate(Validation(small_model), ["identification"])


def test_forecasts_from_past_origins_need_no_posterior(
    small_model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINTRACK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("twintrack.calibration.planting.looked_at.__defaults__", (0.5, 300, 50))
    found = validate(Validation(small_model, workers=1), ["lookahead"])["lookahead"]
    json.dumps(found, allow_nan=False)
    assert found["settings"]["runs"] == 300 and found["origins"][-1]["origin"] == 2023


def test_the_power_is_a_setting_that_sections_of_the_prior_depend_on(
    small_model: Model, computed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SECTIONS", {"lookahead": module.SECTIONS["fit"]})
    for power in (0.5, 1.0, 1.0):
        validate(Validation(small_model, power=power), ["lookahead"])
    assert computed == ["fit", "fit"]
    for power in (0.0, 1.5):
        with pytest.raises(InputError, match=r"power: the power must be above 0 and at most 1"):
            validate(Validation(small_model, power=power), [])


def test_what_never_falls_belongs_to_what_forecasts_are_made_of(
    root: Path, computed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SECTIONS", {"lookahead": module.SECTIONS["fit"]})
    validate(Validation(twintrack.load(root)), ["lookahead"])
    validate(Validation(twintrack.load(root)), ["lookahead"])
    assert computed == ["fit"]
    series = root / "model" / "history" / "series.yaml"
    text = series.read_text(encoding="utf-8")
    series.write_text(text.replace("bound: upper", "bound: upper\n    course: maximum"), encoding="utf-8")
    validate(Validation(twintrack.load(root)), ["lookahead"])
    assert computed == ["fit", "fit"]


def test_the_planted_study_is_made_only_by_name(small_model: Model, computed: list[str]) -> None:
    assert "planted" not in SECTIONS
    assert [*module.APART] == ["planted", "family"]
    with pytest.raises(InputError, match='no section "plante"; did you mean "planted"'):
        validate(Validation(small_model), ["plante"])


def test_field_tests_that_are_not_at_hand_are_left_out_with_a_word_and_refused_by_name(
    small_model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(module, "SECTIONS", {"field_tests": SECTIONS["field_tests"]})
    assert validate(Validation(small_model, tell=said.append)) == {}
    assert len(said) == 1 and "come with its repository" in said[0]
    with pytest.raises(InputError, match=r"field_tests: .*come with its repository"):
        validate(Validation(small_model), ["field_tests"])


def test_a_section_is_computed_once_for_each_seed(root: Path, computed: list[str]) -> None:
    shown: list[str] = []
    asked = Validation(twintrack.load(root), show=shown.append)
    assert validate(asked)["fit"] == {"name": "fit", "seed": 1}
    assert validate(asked, ["ranking"]) == {"ranking": {"name": "ranking", "seed": 1}}
    assert computed == shown == ["fit", "ranking"]
    assert validate(Validation(twintrack.load(root), seed=2), ["fit"])["fit"]["seed"] == 2
    assert computed == ["fit", "ranking", "fit"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("copy/strategies/more.yaml", "title: {en: More, zh: 多}\nextends: fast\n"),
        ("strategies/mine.yaml", "title: {en: Mine, zh: 我}\nextends: fast\n"),
        ("copy/model/scenarios/central.yaml", "title: {en: Centre, zh: 基准}\nworld: {}\n"),
        ("copy/reports/strategy_comparison.yaml", "strategies: [baseline, fast]\n"),
    ],
)
def test_what_depends_on_the_content_is_computed_again_when_it_changes(
    root: Path, computed: list[str], file: str, text: str
) -> None:
    validate(Validation(twintrack.load(root)))
    Path(file).parent.mkdir(exist_ok=True)
    Path(file).write_text(text, encoding="utf-8")
    validate(Validation(twintrack.load(root)))
    assert computed == ["fit", "ranking", "ranking"]


def test_files_that_are_no_content_change_nothing(root: Path) -> None:
    model = twintrack.load(root)
    before = content_digest(model)
    (root / "model" / ".posterior.parquet.1234.tmp").write_bytes(b"half")
    (root / "notes.txt").write_text("", encoding="utf-8")
    assert content_digest(model) == before
    (root / "model" / "history" / "gap.csv").rename(root / "model" / "history" / "gap2.csv")
    assert content_digest(model) != before


def test_sections_of_the_small_model_are_whole(root: Path) -> None:
    names = ["calibration", "fit", "identification", "projection", "ranking"]
    found = validate(Validation(twintrack.load(root), workers=1), names)
    json.dumps(found, allow_nan=False)
    assert list(found) == names and set(names) < set(SECTIONS)
    assert (found["calibration"]["worlds"], found["calibration"]["seed"]) == (200, 3)
    assert found["calibration"]["settings"]["populations"] == 2 and found["calibration"]["observations"] == 7
    fit = found["fit"]
    assert [item["name"] for item in fit["series"]] == ["gap", "gap_of_the_year", "most"]
    assert fit["bounds"] == ["most"] and fit["expected"]["points"] == 6  # bounds are not counted
    assert fit["series"][0]["error"] < fit["series"][0]["error_prior"]
    assert fit["series"][0]["inside_expected"] == 4
    assert {item["name"] for item in found["identification"]["parameters"]} == {"pace", "strength"}
    assert "pace" not in found["identification"]["as_before"]
    assert len(found["projection"]["series"]) == 3 * 2
    assert [item["outcome"] for item in found["ranking"]["outcomes"]] == [
        "frontier_gap_months",
        "public_cost_pv",
    ]
    # Without the report that compares strategies there is no contest.
    assert (found["ranking"]["compared"], found["ranking"]["contests"]) == ([], [])


def prediction(name: str, **changes: Any) -> SeriesPrediction:
    given = {
        "name": name, "bound": False, "known": 2, "points": (None,) * 4,
        "inside_said": 1, "inside_expected": 3,
        "error": 0.5, "error_prior": 0.6, "error_naive": 0.7, "crps": 0.3, "crps_prior": 0.2,
    }  # fmt: skip
    return SeriesPrediction(**(given | changes))


def test_rivals_are_counted_where_there_are_any_and_bounds_not_at_all() -> None:
    found = module._scored(
        [
            prediction("one"),
            prediction("two", error=0.9, crps=0.1),
            prediction("three", error_naive=None),
            prediction("four", error=0.65),
            prediction("bound", bound=True, error=0.0, crps=0.0),
        ]
    )
    assert (found["compared"], found["compared_naive"]) == (4, 3)
    assert found["beats_prior"] == ["one", "three"] and found["beats_prior_crps"] == ["two"]
    assert found["beats_naive"] == ["one", "four"]
    assert (found["said"].inside, found["expected"].inside, found["said"].points) == (4, 12, 16)
    assert len(found["series"]) == 5
