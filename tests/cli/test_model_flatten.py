"""`twintrack model flatten`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from twintrack.equations import load_equations
from twintrack.names import snake

Program = Callable[..., Result]
ARRAYS = Path(__file__).parents[1] / "data" / "arrays.mdl"


def test_a_model_is_written_without_subscripts_and_its_names_beside_it(
    program: Program, tmp_path: Path
) -> None:
    out, names = tmp_path / "flat.mdl", tmp_path / "names.json"
    result = program("model", "flatten", ARRAYS, "--out", out, "--names", names)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == f"{out}: 104 variables\n"
    told = json.loads(names.read_text(encoding="utf-8"))
    assert told["knowledge[scale,basic]"] == "Knowledge scale basic"
    assert {snake(name) for name in told.values()} == set(load_equations(out).variables)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["flat.mdl", "names.json"]


def test_the_model_of_the_content_is_taken_where_none_is_named(
    program: Program, content: Path, tmp_path: Path
) -> None:
    out = tmp_path / "flat.mdl"
    assert program("model", "flatten", "--out", out).exit_code == 0
    sketch = (content / "model" / "twintrack.mdl").read_text(encoding="utf-8").partition("\\\\\\---///")[2]
    assert out.read_text(encoding="utf-8").endswith(sketch)


def test_a_bad_model_is_told_with_its_line_and_nothing_is_written(program: Program, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mdl"
    bad.write_text("{UTF-8}\nx = FOO(3) ~ Dmnl ~ |\n", encoding="utf-8")
    result = program("model", "flatten", bad, "--out", tmp_path / "flat.mdl")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{bad}:2: x: this function is not understood")
    assert not (tmp_path / "flat.mdl").exists()


def test_no_file_is_written_over_another_that_counts(program: Program, tmp_path: Path) -> None:
    model, out = tmp_path / "model.mdl", tmp_path / "flat.mdl"
    model.write_bytes(ARRAYS.read_bytes())
    for words in (("--out", model), ("--out", out, "--names", model), ("--out", out, "--names", out)):
        result = program("model", "flatten", model, *words)
        assert (result.exit_code, "name another file" in result.stderr) == (2, True), words
    assert model.read_bytes() == ARRAYS.read_bytes()
    assert not out.exists()


def test_a_place_that_cannot_be_written_is_told(program: Program, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    out = tmp_path / "file" / "flat.mdl"
    result = program("model", "flatten", ARRAYS, "--out", out)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{out}: cannot be written: ")


def test_a_file_that_cannot_be_finished_leaves_the_old_one(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    out = tmp_path / "flat.mdl"
    out.write_text("old", encoding="utf-8")
    monkeypatch.setattr(Path, "replace", full)
    result = program("model", "flatten", ARRAYS, "--out", out)
    assert (result.exit_code, result.stderr) == (2, f"{out}: cannot be written: No space left on device\n")
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["old"]
