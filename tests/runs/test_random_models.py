"""Ensembles of models with random functions: the numbers of a world follow from its place alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import twintrack
from twintrack import Experiment
from twintrack.engines.registry import BatchEngineName
from twintrack.model import Model

NOISE = "noise=\n\tRANDOM NORMAL(-9, 9, 0, 1, 4)\n\t~\tmonths/Year\n\t~\tSource: assumption.\n\t|\n\n"
ASKED = ("noise", "frontier_gap_months")


@pytest.fixture
def noisy(small_content: Path, tmp_path: Path) -> Model:
    """The small model with noise in the pace of the leader."""
    folder = shutil.copytree(small_content, tmp_path / "content")
    path = folder / "model" / "twintrack.mdl"
    text = path.read_text(encoding="utf-8").replace("INTEG(pace-", "INTEG(pace+noise-")
    path.write_text(text.replace("pace=\n", NOISE + "pace=\n", 1), encoding="utf-8")
    return twintrack.load(folder)


def experiment(model: Model, worlds: int, engine: BatchEngineName = "native") -> Experiment:
    return Experiment(
        ["fast", "turning"], worlds=worlds, model=model, prior=True, outputs=ASKED, engine=engine
    )


@pytest.mark.slow
def test_numbers_are_the_same_for_every_engine_and_number_of_workers_and_parts(
    noisy: Model, tmp_path: Path
) -> None:
    whole = experiment(noisy, 600).dataset()  # in three parts
    noise = whole["noise"].to_numpy()[0]
    assert len(np.unique(noise[0])) == noise[0].size, "each world and time has numbers of its own"
    np.testing.assert_array_equal(noise[0], noise[1], err_msg="a world is the same under each strategy")
    others: dict[str, xr.Dataset] = {
        f"{workers} workers": experiment(noisy, 600).run(tmp_path / f"{workers}", workers=workers).dataset()
        for workers in (1, 3)
    }
    others["NumPy"] = experiment(noisy, 600, "numpy").dataset()
    for way, found in others.items():
        for name in ASKED:
            wanted = whole[name].to_numpy()
            np.testing.assert_allclose(found[name].to_numpy(), wanted, rtol=1e-12, atol=1e-9, err_msg=way)
    fewer = experiment(noisy, 250).dataset()["noise"].to_numpy()[0]
    np.testing.assert_array_equal(fewer, noise[:, :250], err_msg="worlds in one part")
