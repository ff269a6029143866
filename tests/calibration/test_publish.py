"""A sample is written with the evidence for it, and read back as the same scores."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import twintrack
from twintrack.calibration.agreement import Agreement, agreement
from twintrack.calibration.calibrate import Calibrated, Calibration, calibrate, runs
from twintrack.calibration.publish import publish, sample_of, summary
from twintrack.calibration.sampler import Settings
from twintrack.calibration.target import Target
from twintrack.errors import InputError
from twintrack.model import Model
from twintrack.resources import POSTERIOR_FILE
from twintrack.worlds.posterior import read_posterior, stale

ASKED = Calibration(3, 2, 300, Settings(members=512, rounds=1, moves=3, last_rounds=2))


@pytest.fixture
def found(small_model: Model) -> Calibrated:
    found = calibrate(small_model, ASKED, 1)
    found.checkpoints.clear()
    return found


@pytest.fixture
def agreed(small_model: Model, found: Calibrated) -> list[Agreement]:
    return agreement(small_model, found.target, found.populations)


def test_what_is_published_belongs_to_the_model_and_is_read_as_the_same_scores(
    small_model: Model, found: Calibrated, agreed: list[Agreement], tmp_path: Path
) -> None:
    path = tmp_path / "posterior.parquet"
    about = publish(path, small_model, ASKED, found, agreed)
    read = read_posterior(path, small_model.world)
    assert asdict(read.about) == json.loads(json.dumps(asdict(about)))
    assert stale(read.about, small_model) == []
    assert len(read.frame) == 300 and list(read.frame) == ["pace", "strength"]
    sample = sample_of(read, found.target)
    assert sample.scores == pytest.approx(found.sample.scores, abs=1e-4)
    assert (sample.walks == found.sample.walks).all()
    again = path.with_name("again.parquet")
    publish(again, small_model, ASKED, found, agreed)
    assert again.read_bytes() == path.read_bytes()


def test_the_summary_says_what_came_of_it(found: Calibrated, agreed: list[Agreement]) -> None:
    told = summary(ASKED, found, agreed)
    json.dumps(told, allow_nan=False)
    sizes = {name: told[name] for name in ("power", "parameters", "series", "observations")}
    assert sizes == {"power": 0.5, "parameters": 2, "series": 3, "observations": 7}
    assert [*told["walks"]] == ["0", "0.5", "1", "2", "4"]
    assert sum(told["walks"].values()) == pytest.approx(1)
    assert told["runs"] == sum(runs(ASKED.settings, one) for one in found.populations)
    evidence = [one.stages[-1].evidence for one in found.populations]
    assert told["log_evidence"] == evidence
    assert told["log_evidence_sd"] == pytest.approx(abs(evidence[0] - evidence[1]) / np.sqrt(2))
    assert told["largest_deviation"] == max(abs(one) for item in agreed for one in item.deviations)
    assert [len(stages) for stages in told["stages"]] == [len(one.stages) for one in found.populations]
    assert told["stages"][0][-1]["power"] == 1
    assert {"effective", "distinct", "accepted", "steps", "directions"} < set(told["stages"][0][0])
    assert len(told["agreement"]) == 2 * 3 and told["agreement"][0]["outcome"] == "frontier_gap_months"


def test_the_record_says_how_it_was_made(
    small_model: Model, found: Calibrated, agreed: list[Agreement], tmp_path: Path
) -> None:
    about = publish(tmp_path / "posterior.parquet", small_model, ASKED, found, agreed)
    assert about.seed == 3 and about.settings["populations"] == 2 and about.settings["power"] == 0.5
    assert about.settings["settings"] == {"members": 512, "rounds": 1, "moves": 3, "last_rounds": 2}
    assert {"numpy", "twintrack"} <= set(about.settings["versions"])


def test_a_posterior_that_does_not_say_how_far_the_discrepancy_walks_is_refused(
    small_content: Path, small_target: Target, put_posterior: Callable[..., Path], tmp_path: Path
) -> None:
    root = tmp_path / "copy"
    shutil.copytree(small_content, root)
    path = put_posterior(root)
    posterior = read_posterior(path, twintrack.load(root).world)
    with pytest.raises(InputError, match=r"how far the discrepancy walks .*; run `twintrack calibrate`"):
        sample_of(posterior, small_target)
    other = replace(posterior, errors=pd.DataFrame({"walk": np.full(len(posterior.frame), 3.0)}))
    with pytest.raises(InputError, match="does not hold how far the discrepancy walks"):
        sample_of(other, small_target)


@pytest.mark.slow
def test_the_whole_model_is_calibrated_and_its_ensembles_draw_from_that(
    content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "content"
    for folder in ("model", "strategies"):
        shutil.copytree(content / folder, root / folder)
    path = root / POSTERIOR_FILE
    path.unlink(missing_ok=True)
    monkeypatch.chdir(tmp_path)
    whole = twintrack.load(root)
    asked = Calibration(1, 2, 200, Settings(members=512, rounds=1, moves=2, last_rounds=1))
    found = calibrate(whole, asked, 1)
    found.checkpoints.clear()
    agreed = agreement(whole, found.target, found.populations)
    about = publish(path, whole, asked, found, agreed)
    assert (about.summary["series"], about.summary["observations"]) == (30, 88)
    assert len(agreed) == 3 * len(whole.headline)
    read = read_posterior(path, whole.world)
    assert stale(read.about, whole) == [] and len(read.frame.drop_duplicates()) > 50
    drawn = whole.draw_worlds(30, 2)
    assert drawn.attrs["worlds"] == "posterior"
    assert set(drawn["cost_growth_factor"]) <= set(read.frame["cost_growth_factor"])
    assert np.isfinite(whole.ensemble(["baseline"], worlds=30, seed=2)[whole.headline[0]]).all()
