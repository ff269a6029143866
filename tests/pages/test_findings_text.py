"""Findings in words: both languages, numbers with units, another world another text."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

import twintrack
from twintrack.decisions.analysis import Analysis, analyse
from twintrack.decisions.gathering import AnalysisSettings, run_compared
from twintrack.model import Model
from twintrack.pages.findings import findings_text, with_sentences

SETTINGS = AnalysisSettings(["fast", "turning", "open"], worlds=300, prior=True, costs=("own",))


def analysed(model: Model) -> Analysis:
    return analyse(run_compared(model, SETTINGS), ["contests", "robustness", "failing"])


def test_findings_are_told_in_both_languages_with_numbers_units_conditions_and_tables(
    small_model: Model,
) -> None:
    text = findings_text(small_model, analysed(small_model))
    english, chinese = text.split("\n# ")
    assert english.startswith("# What the analysis finds") and "300 worlds" in english
    statements = re.findall(r"^\d+\. .*", english, re.M)
    assert 3 <= len(statements) <= 10
    assert len(re.findall(r"^\d+\. ", chinese, re.M)) == len(statements)
    first = statements[0]
    assert "Gap to the leader in 2040, at own budget" in first and "months" in first
    assert "“Fast” is best" in first and first.endswith("(contests.csv)")
    assert "与领先者的差距" in chinese and "个月" in chinese
    assert "{" not in text


def test_a_changed_parameter_file_changes_the_findings(
    small_content: Path, tmp_path: Path, small_model: Model
) -> None:
    shutil.copytree(small_content, tmp_path / "other")
    path = tmp_path / "other" / "model" / "world.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("range: [2, 9]", "range: [2.9, 3.1]"), encoding="utf-8")
    before = findings_text(small_model, analysed(small_model))
    after = findings_text(twintrack.load(tmp_path / "other"), analysed(twintrack.load(tmp_path / "other")))
    assert before != after


def test_every_box_has_a_sentence_and_no_box_says_so(small_model: Model) -> None:
    boxes = with_sentences(small_model, analysed(small_model).tables)["boxes"]
    heads = boxes[boxes["en"] != ""]
    asked = boxes.groupby(["outcome", "kind", "strategy", "rival"], dropna=False).ngroups
    assert len(heads) == asked and (heads["zh"] != "").all()
    found, none = heads[heads["parameter"] != ""], heads[heads["parameter"] == ""]
    assert none["en"].str.contains("no box").all()
    turning = found[(found["strategy"] == "turning") & (found["outcome"] == "frontier_gap_months")]
    assert (
        "months per year" in turning["en"].iloc[0] or "Pace of the leader is at most" in turning["en"].iloc[0]
    )


def test_a_strategy_that_the_content_does_not_have_is_called_what_it_was_called(small_model: Model) -> None:
    boxes = pd.DataFrame(
        [
            {"cost": "own", "scenario": "central", "outcome": "frontier_gap_months", "year": 2040.0}
            | {"kind": "not the best", "strategy": "gone", "rival": "fast", "target": float("nan")}
            | {"base": 0.5, "coverage": 0.5, "density": 0.9, "parameter": "pace", "low": 3.0, "high": 5.0}
        ]
    )
    row = with_sentences(small_model, {"boxes": boxes})["boxes"].iloc[0]
    assert "gone" in row["en"] and "at least 3" in row["en"] and "at most 5" in row["en"]
    assert with_sentences(small_model, {}) == {}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
