"""model/posterior.parquet of this checkout belongs to its model, and says that its populations agree.

When a test here fails after the equations, world.yaml or the history have changed, the file has to be made
again: run `twintrack calibrate`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from twintrack.calibration.publish import sample_of
from twintrack.calibration.target import Target
from twintrack.model import Model
from twintrack.resources import POSTERIOR_FILE
from twintrack.worlds.posterior import Posterior, read_posterior, stale

REMEDY = "run `twintrack calibrate`"


@pytest.fixture(scope="module")
def posterior(model: Model) -> Posterior:
    path = model.content / POSTERIOR_FILE
    assert path.is_file(), f"there is no {POSTERIOR_FILE}; {REMEDY}"
    return read_posterior(path, model.world)


@pytest.fixture(scope="module")
def summary(posterior: Posterior) -> Mapping[str, Any]:
    return posterior.about.summary


def test_it_is_that_of_these_equations_this_prior_and_this_history(
    model: Model, posterior: Posterior
) -> None:
    reasons = stale(posterior.about, model)
    assert not reasons, f"{POSTERIOR_FILE} is stale: {'; '.join(reasons)}; {REMEDY}"


def test_it_holds_2000_distinct_worlds(model: Model, posterior: Posterior, target: Target) -> None:
    assert len(posterior.frame) == 2000
    assert not posterior.frame.duplicated().any()
    assert list(posterior.frame) == target.unknowns.names
    assert list(posterior.errors) == ["walk"]
    assert set(posterior.errors["walk"]) <= {*target.grid.walks}


def test_its_populations_agree(summary: Mapping[str, Any]) -> None:
    assert len(summary["stages"]) == len(summary["log_evidence"]) == 4
    assert summary["largest_deviation"] < 0.1, f"populations disagree; {REMEDY} with more --members"
    assert np.ptp(summary["log_evidence"]) < 1


def test_every_step_left_enough_members_and_moved_them(
    posterior: Posterior, summary: Mapping[str, Any]
) -> None:
    members = posterior.about.settings["settings"]["members"]
    for stages in summary["stages"]:
        assert stages[-1]["power"] == 1
        for stage in stages:
            assert stage["effective"] >= 0.499 * members and stage["distinct"] > members / 4
            assert min(stage["accepted"]) > 0.1


@pytest.mark.slow
def test_its_worlds_have_the_likelihood_of_a_posterior(posterior: Posterior, target: Target) -> None:
    scores = sample_of(posterior, target).scores
    learnt = target.log_likelihood(scores)
    drawn = target.log_likelihood(np.random.default_rng(1).standard_normal(scores.shape))
    assert np.isfinite(learnt).all()
    assert np.quantile(learnt, 0.05) > np.quantile(drawn, 0.95), f"not learnt from this history; {REMEDY}"


@pytest.mark.slow
def test_parameters_without_influence_are_as_wide_as_before(posterior: Posterior, target: Target) -> None:
    """Their narrowing can only be chance, of which a defect of the sampler would make more."""
    scores = sample_of(posterior, target).scores
    names = target.unknowns.names
    silent = [row for row, name in enumerate(names) if _is_silent(target, scores[:, :64], row)]
    assert len(silent) > 30
    variances = scores[silent].var(axis=1)
    error = variances.std(ddof=1) / np.sqrt(len(silent))
    assert abs(variances.mean() - 1) < 3 * error, f"{variances.mean():.3f} +- {error:.3f}; {REMEDY}"


def _is_silent(target: Target, scores: np.ndarray, row: int) -> bool:
    """Whether nothing that is observed changes with a parameter."""
    changed = scores.copy()
    changed[row] = np.roll(changed[row], 1)
    said = [target.said(target.unknowns.worlds(one), one.shape[1]) for one in (scores, changed)]
    return bool((said[0] == said[1]).all())
