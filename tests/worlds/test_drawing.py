"""Where the worlds of an ensemble come from."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import twintrack
from twintrack import EnsembleResult, Experiment
from twintrack.errors import InputError
from twintrack.model import Model
from twintrack.worlds.posterior import posterior_sample

Put = Callable[..., Path]


@pytest.fixture
def root(small_content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A content of its own, without a posterior."""
    shutil.copytree(small_content, tmp_path / "content")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "content"


@pytest.fixture
def held(root: Path, put_posterior: Put) -> Model:
    """The model with a posterior of 40 worlds."""
    put_posterior(root)
    return twintrack.load(root)


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., EnsembleResult]:
    """Runs an experiment in this process."""

    def run(model: Model, out: str = "store", resume: bool = False, **asked: Any) -> EnsembleResult:
        experiment = Experiment(["fast"], **({"worlds": 10} | asked), model=model)
        return experiment.run(tmp_path / out, workers=1, resume=resume)

    return run


Run = Callable[..., EnsembleResult]


def refused(call: Callable[..., Any], *arguments: Any, **named: Any) -> str:
    with pytest.raises(InputError) as caught:
        call(*arguments, **named)
    return str(caught.value)


def test_by_default_worlds_agree_with_history(held: Model, run: Run) -> None:
    result = run(held, worlds=20, seed=5)
    assert held.posterior is not None
    expected = posterior_sample(held.posterior, 20, 5)
    assert result.worlds().equals(expected) and held.draw_worlds(20, 5).equals(expected)
    design = result.manifest["design"]
    assert (design["kind"], design["worlds"], design["seed"], result.origin) == (
        "posterior",
        20,
        5,
        "posterior",
    )
    assert design["posterior"] == held.posterior.described()
    assert design["posterior"]["seed"] == 7 and design["posterior"]["rows"] == 40
    in_memory = held.ensemble(["fast"], worlds=20, seed=5, outputs=result.outputs)
    assert in_memory.attrs == result.dataset().attrs and in_memory.attrs["worlds"] == "posterior"
    for name in result.outputs:
        np.testing.assert_allclose(
            result.dataset()[name], in_memory[name].sel(time=result.times), rtol=1e-12, atol=1e-12
        )


@pytest.mark.parametrize("asked", [{"prior": True}, {"design": "latin"}, {"design": "latin", "prior": True}])
def test_the_prior_can_be_asked_for(
    held: Model, run: Run, asked: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    result = run(held, worlds=20, seed=5, **asked)
    assert result.worlds().equals(held.sample_worlds(20, 5))
    assert result.manifest["design"]["kind"] == "latin" and result.origin == "prior"
    assert held.draw_worlds(20, 5, prior=True).equals(held.sample_worlds(20, 5))
    assert held.ensemble(["fast"], worlds=2, prior=True).attrs["worlds"] == "prior"
    assert "note" not in caplog.text


def test_without_a_posterior_the_prior_is_taken_and_the_reason_told(
    root: Path, run: Run, put_posterior: Put, caplog: pytest.LogCaptureFixture
) -> None:
    model = twintrack.load(root)
    for put, reason in (
        (lambda: None, "there is no model/posterior.parquet"),
        (lambda: put_posterior(root, prior_hash="0" * 64), "world.yaml has other parameters"),
    ):
        put()
        for number, call in enumerate((run, lambda model, _: model.ensemble(["fast"], worlds=10))):
            caplog.clear()
            call(model, f"{reason} {number}")
            assert reason in caplog.text and "--prior" in caplog.text and "calibrate" in caplog.text
    assert run(model, "last").origin == "prior"


def test_a_posterior_asked_for_by_name_must_be_there(root: Path, run: Run) -> None:
    told = refused(run, twintrack.load(root), design="posterior")
    assert told.startswith("design posterior: there is no model/posterior.parquet")


def test_a_damaged_posterior_is_a_fault_and_nothing_else_is_taken(held: Model, root: Path, run: Run) -> None:
    (root / "model" / "posterior.parquet").write_bytes(b"PAR1")
    assert "cannot be read" in refused(run, held)
    assert "cannot be read" in refused(held.ensemble, ["fast"])
    assert run(held, prior=True).origin == "prior"


def test_contradictions_are_faults(held: Model, run: Run) -> None:
    table = pd.DataFrame({"pace": [2.0]})
    assert refused(run, held, prior=True, design="posterior").startswith("prior: ")
    for asked in ({"prior": True}, {"design": "latin"}, {"design": "posterior"}):
        assert "the table" in refused(run, held, worlds=table, **asked)
    assert "the table" in refused(held.ensemble, ["fast"], worlds=table, prior=True)
    assert run(held, worlds=table).origin == "given"
    assert held.ensemble(["fast"], worlds=table).attrs["worlds"] == "given"


def test_more_worlds_than_there_are_is_noted(held: Model, run: Run, caplog: pytest.LogCaptureFixture) -> None:
    assert run(held, worlds=100).worlds()["pace"].nunique() == 40
    assert "only 40 of the 100 worlds are distinct" in caplog.text
    caplog.clear()
    held.draw_worlds(100)
    assert "only 40 of the 100" in caplog.text


def test_a_store_continues_only_with_the_same_posterior(
    held: Model, root: Path, run: Run, put_posterior: Put
) -> None:
    run(held)
    run(held, resume=True)
    assert "design kind: store posterior, now latin" in refused(run, held, resume=True, prior=True)
    put_posterior(root, 41)
    told = refused(run, held, resume=True)
    assert "design posterior sha256" in told and "design posterior rows: store 40, now 41" in told


def test_a_scenario_that_replaces_given_values_is_told(
    held: Model, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    both = ("central", "fast_leader")
    run(held, "posterior", scenarios=both)
    assert "fast_leader sets strength in every world, instead of what the posterior holds" in caplog.text
    assert "central sets" not in caplog.text
    run(held, "table", scenarios=both, worlds=pd.DataFrame({"pace": [2.0], "strength": [9.0]}))
    assert "instead of what the table holds" in caplog.text
    caplog.clear()
    run(held, "other", scenarios=both, worlds=pd.DataFrame({"pace": [2.0]}))
    run(held, "prior", scenarios=both, prior=True)
    assert "instead of" not in caplog.text


def test_what_is_set_by_hand_holds_in_all_worlds(held: Model, run: Run) -> None:
    world = {"pace": 4.0, "strength": {2016: 9, 2026: 9, 2030: 12}}
    result = run(held, worlds=3, world=world, scenarios=("fast_leader",))
    assert result.manifest["scenarios"]["fast_leader"]["strength"][-1] == [2030, 12]
    alone = held.run("fast", "fast_leader", world=world)
    for number in range(3):
        cell = result.dataset().isel(scenario=0, strategy=0, world=number)
        np.testing.assert_allclose(
            cell["frontier_gap_months"], alone.at("frontier_gap_months", result.times), rtol=1e-12
        )
    told = refused(run, held, "other", world={"pac": 1.0}, scenarios=("none",))
    assert 'did you mean "pace"?' in told and "scenario none" in told
    assert "scenario fast_leader: pace" in refused(
        run, held, resume=True, worlds=3, world=world | {"pace": 5.0}, scenarios=("fast_leader",)
    )
