"""What a page was made from, and whether that is still so."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

import twintrack
from twintrack.folders import renewed_folder
from twintrack.pages.report import files
from twintrack.pages.report.files import INPUTS, Inputs, inputs_of, up_to_date


@pytest.fixture
def content(small_content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the small content with a definition, in the current folder."""
    shutil.copytree(small_content, tmp_path / "content")
    (tmp_path / "content" / "report.yaml").write_text("title: Small", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "content"


@pytest.fixture
def page(content: Path, tmp_path: Path) -> Path:
    """The folder of a page on one strategy of the content."""
    write(tmp_path / "page", inputs(content, "fast"))
    return tmp_path / "page"


def inputs(content: Path, name: str, prior: bool = False) -> Inputs:
    model = twintrack.load(content)
    plans, scenarios = {name: model.strategy(name)}, {"central": model.scenario("central")}
    return inputs_of(model, content / "report.yaml", plans, scenarios, prior=prior)


def write(folder: Path, made_from: Inputs) -> None:
    with renewed_folder(folder, "report") as fresh:
        (fresh / INPUTS).write_text(made_from.text(folder), encoding="utf-8")
        (fresh / "index.html").write_text("page", encoding="utf-8")


def test_nothing_has_changed_when_only_times_have(page: Path, content: Path) -> None:
    assert up_to_date(page)
    for path in content.rglob("*.yaml"):
        os.utime(path, (2e9, 2e9))
    assert up_to_date(page)


@pytest.mark.parametrize(
    "changed",
    [
        "report.yaml",
        "strategies/fast.yaml",
        "model/scenarios/central.yaml",
        "model/world.yaml",
        "model/twintrack.mdl",
    ],
)
def test_a_changed_input_is_noticed(page: Path, content: Path, changed: str) -> None:
    with (content / changed).open("a", encoding="utf-8") as file:
        file.write("\n# changed\n")
    assert not up_to_date(page)


def test_what_the_page_does_not_use_may_change(page: Path, content: Path) -> None:
    (content / "strategies" / "turning.yaml").write_text("broken: [", encoding="utf-8")
    (content / "strategies" / "new.yaml").write_text("broken: [", encoding="utf-8")
    assert up_to_date(page)


@pytest.mark.parametrize("place", ["strategies/fast.yaml", "content/model/posterior.parquet"])
def test_a_file_that_would_now_be_read_first_is_noticed(page: Path, tmp_path: Path, place: str) -> None:
    path = tmp_path / place
    path.parent.mkdir(exist_ok=True)
    path.write_text("new", encoding="utf-8")
    assert not up_to_date(page)


def test_a_page_of_prior_worlds_does_not_wait_for_a_posterior(content: Path, tmp_path: Path) -> None:
    write(tmp_path / "page", inputs(content, "fast", prior=True))
    (content / "model" / "posterior.parquet").write_text("new", encoding="utf-8")
    assert up_to_date(tmp_path / "page")


def test_the_code_that_makes_pages_counts_and_other_code_does_not(content: Path) -> None:
    package = Path(files.__file__).parents[2]
    read = set(inputs(content, "fast").files)
    assert {package / "pages" / "blocks.py", package / "pages" / "texts.yaml"} <= read
    assert package / "runs" / "experiment.py" in read and package / "pages" / "templates" / "page.css" in read
    assert package / "cli" / "score.py" not in read


@pytest.mark.parametrize("harm", ["index.html", INPUTS, ".twintrack.json"])
def test_a_page_that_is_not_whole_is_made_again(page: Path, harm: str) -> None:
    (page / harm).unlink()
    assert not up_to_date(page)


def test_a_page_that_someone_changed_is_not_up_to_date(page: Path) -> None:
    (page / "index.html").write_text("mine", encoding="utf-8")
    assert not up_to_date(page)


def test_a_page_whose_renewal_was_broken_off_is_not_up_to_date(page: Path) -> None:
    listed = json.loads((page / ".twintrack.json").read_text(encoding="utf-8"))
    listed["files"]["index.html"].append("0" * 64)  # the list names the old and the new one meanwhile
    (page / ".twintrack.json").write_text(json.dumps(listed), encoding="utf-8")
    assert not up_to_date(page)


def test_strategies_are_told_with_all_that_they_inherit(page: Path) -> None:
    found = json.loads((page / INPUTS).read_text(encoding="utf-8"))
    model = twintrack.load(page.parent / "content")
    assert found["strategies"]["fast"]["levers"].keys() == model.levers.keys()
    assert found["scenarios"].keys() == {"central"}
