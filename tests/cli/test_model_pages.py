"""`twintrack model docs` and `twintrack model graph`: where the files go, and which sectors there are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from twintrack.folders import LIST, renewed_folder
from twintrack.model import Model
from twintrack.pages.model import diagrams as model_diagrams
from twintrack.pages.model import docs as model_docs
from twintrack.pages.model.flows import read_flows
from twintrack.pages.model.polarity import Polarity
from twintrack.pages.model.views import Structure

Program = Callable[..., Result]


@pytest.fixture(autouse=True)
def without_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signs without a run of the model, which takes long."""

    def structure(model: Model) -> Structure:
        return Structure(read_flows(model.equations), Polarity(model.equations, {}), model.levers)

    monkeypatch.setattr(model_diagrams, "model_structure", structure)
    monkeypatch.setattr(model_docs, "model_structure", structure)


@pytest.mark.slow
def test_docs_are_written_to_a_folder_and_the_index_is_told(program: Program, tmp_path: Path) -> None:
    target = tmp_path / "book"
    result = program("model", "docs", "--out", target)
    assert result.exit_code == 0 and result.stdout == f"{target / 'index.html'}\n"
    assert (target / "index.zh.html").is_file() and (target / "talent.html").is_file()
    assert list((target / "diagrams").glob("talent*.svg"))


def test_docs_go_to_build_model_unless_told(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []

    def build_docs(_model: Model, folder: Path) -> Path:
        asked.append(folder)
        return folder / "index.html"

    monkeypatch.setattr(model_docs, "build_docs", build_docs)
    program("model", "docs")
    assert asked == [Path("build/model")]


def test_one_sector_is_drawn_by_its_name_in_any_form(program: Program, tmp_path: Path) -> None:
    with renewed_folder(tmp_path, "diagrams") as earlier:
        (earlier / "talent_9.svg").write_text("from a larger model")
        (earlier / "markets.svg").write_text("of another sector")
    (tmp_path / "talent_8.svg").write_text("not ours")
    (tmp_path / "talent_notes.svg").write_text("not a diagram of ours")
    result = program("model", "graph", "--out", tmp_path, "--sector", "talent")
    assert result.exit_code == 0
    written = result.stdout.split()
    assert written and all(Path(name).read_text(encoding="utf-8").startswith("<svg") for name in written)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {Path(name).name for name in written} | {
        *("talent_notes.svg", "talent_8.svg", "markets.svg", LIST)
    }


@pytest.mark.slow
def test_all_sectors_that_vary_are_drawn(program: Program, model: Model, tmp_path: Path) -> None:
    result = program("model", "graph", "--out", tmp_path)
    assert sorted(result.stdout.split()) == sorted(str(path) for path in tmp_path.glob("*.svg"))
    drawn = "".join(path.read_text(encoding="utf-8") for path in tmp_path.glob("*.svg"))
    for name, variable in model.equations.variables.items():
        if variable.kind == "stock":
            assert f'<g class="stock" data-variable="{name}">' in drawn


def test_a_sector_that_does_not_exist_is_told_with_the_nearest(program: Program, tmp_path: Path) -> None:
    result = program("model", "graph", "--out", tmp_path, "--sector", "Tallent")
    assert result.exit_code == 2
    assert 'did you mean "Talent"?' in result.stderr and not list(tmp_path.iterdir())
