"""A report follows from its inputs, from all of them and from nothing else."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from built_report import WORLDS, body_of, read_files, table_of

import twintrack
from twintrack.folders import LIST
from twintrack.inputs.reports import load_report
from twintrack.model import Model
from twintrack.pages.report.computing import compute
from twintrack.pages.report.files import INPUTS
from twintrack.pages.report.page import build_report

pytestmark = pytest.mark.slow


SAID = {
    "posterior": (
        "which agree with what was observed",
        "drawn from those that reproduce what was observed",
        "from those in model/posterior.parquet that agree",
        "推演均与已有观测相符",
        "取自model/posterior.parquet",
    ),
    "prior": (
        "drawn from all that the assumptions allow. A dot",
        "futures drawn from all that the assumptions allow; every",
        "from the ranges in model/world.yaml",
        "推演取自假设所允许的全部范围",
        "取自model/world.yaml所列范围",
    ),
}


@pytest.mark.parametrize(
    ("there", "line", "origin"),
    [(True, "", "posterior"), (True, ", prior: true", "prior"), (False, "", "prior")],
)
def test_both_pages_say_whether_the_worlds_agree_with_history(
    content: Path,
    report_definition: Path,
    tmp_path: Path,
    put_posterior: Callable[..., Path],
    there: bool,
    line: str,
    origin: str,
) -> None:
    root = tmp_path / "content"
    for folder in ("model", "strategies"):
        shutil.copytree(content / folder, root / folder, ignore=shutil.ignore_patterns("*.parquet"))
    model = twintrack.load(root)
    posterior = put_posterior(root) if there else root / "none"
    definition = tmp_path / "few.yaml"
    text = report_definition.read_text(encoding="utf-8")
    few = re.sub(r"(outcomes:\n(?:  - .*\n){8})(?:  - .*\n)+", r"\1", text)  # as few as a report may have
    few = re.sub(r"(goals|failing):.*\n", "", few)
    few = few.replace("scenarios: [central, decoupling]", "scenarios: [central]")
    few = few.replace(", pure_exploration, catchup_explore_open]", "]")
    definition.write_text(
        few.replace(f"worlds: {WORLDS}, seed: 1", f"worlds: 10, seed: 1{line}"), encoding="utf-8"
    )
    built = build_report(definition, tmp_path / "built", model).parent
    pages = body_of(built, "index.html") + body_of(built, "index.zh.html")
    other = "prior" if origin == "posterior" else "posterior"
    assert all(said in pages for said in SAID[origin])
    assert not any(said in pages for said in SAID[other])
    named = [path.name for path in read_files(built)]
    assert ("posterior.parquet" in named) == (origin == "posterior")
    expected = model.draw_worlds(10, 1, prior=bool(line))
    np.testing.assert_allclose(table_of(built, "worlds.csv").set_index("world"), expected, rtol=1e-9)
    if origin == "posterior":
        assert posterior.is_file() and model.posterior is not None
        assert model.posterior.digest[:12] in pages


def test_the_same_inputs_give_the_same_bytes(
    model: Model,
    report_definition: Path,
    report_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    folders = [report_folder, build_report(report_definition, tmp_path / "again", model).parent]
    names = sorted(path.relative_to(folders[0]) for path in folders[0].rglob("*") if path.is_file())
    assert len(names) > 10
    for name in names:
        if name.name not in {INPUTS, LIST}:  # one names the folder, the other has its digest
            assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes(), name
    assert "2023-11-14" in body_of(folders[0], "index.html")


def test_the_page_depends_on_what_it_read_and_on_nothing_else(report_folder: Path, content: Path) -> None:
    read = read_files(report_folder)
    assert content / "model" / "twintrack.mdl" in read
    assert content / "model" / "scenarios" / "decoupling.yaml" in read
    assert content / "strategies" / "pure_catchup.yaml" in read
    assert content / "src" / "twintrack" / "pages" / "templates" / "page.html.jinja" in read
    assert all(path.is_file() for path in read)
    named = {path.stem for path in read if path.parent == content / "strategies"}
    assert named == {"baseline", "pure_catchup", "pure_exploration", "catchup_explore_open"}
    assert content / "strategies" / "parts" / "doors_open.yaml" in read


def test_a_changed_strategy_changes_the_results(
    model: Model,
    content: Path,
    report_definition: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("model", "strategies"):
        shutil.copytree(content / name, tmp_path / name)
    path = tmp_path / "strategies" / "pure_catchup.yaml"
    path.write_text("title: Changed\nextends: baseline\nlevers: {catchup_share: 0.7}\n", encoding="utf-8")

    few = tmp_path / "few.yaml"
    text = report_definition.read_text(encoding="utf-8")
    few.write_text(text.replace(f"worlds: {WORLDS}", "worlds: 10"), encoding="utf-8")

    def capability(content: Model) -> xr.DataArray:
        return compute(load_report(few, content.inputs), few, content).own["capability_index"]

    before = capability(model)
    monkeypatch.chdir(tmp_path)
    after = capability(twintrack.load(tmp_path))
    same = (before == after).all(["scenario", "world", "time"])
    assert same.sel(strategy=["baseline", "pure_exploration"]).all()
    assert not same.sel(strategy="pure_catchup")
