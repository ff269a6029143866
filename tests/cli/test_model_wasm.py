"""`twintrack model wasm`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Program = Callable[..., Result]
MODEL = """{UTF-8}
region: North, South Bay ~~|
level[region] = INTEG(inflow, start[region]) ~~|
start[region] = 1, 2 ~~|
inflow = 0.5 ~ 1/Year [0,2,0.1] ~|
double = 2*inflow ~~|
FINAL TIME = 2 ~~|
INITIAL TIME = 0 ~~|
SAVEPER = 1 ~~|
TIME STEP = 0.25 ~~|
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.mdl"
    path.write_text(MODEL, encoding="utf-8")
    return path


def test_three_files_are_written(program: Program, model: Path) -> None:
    out = model.parent / "out"
    result = program(
        "model", "wasm", model, "--out", out, "--outputs", "Level[North],double", "--series", "inflow"
    )
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{out}: 2 inputs, 2 outputs, ")
    assert {path.name for path in out.iterdir() if path.name[0] != "."} == {
        "engine.js",
        "model.json",
        "model.wasm",
    }
    told = json.loads((out / "model.json").read_text(encoding="utf-8"))
    assert [(item["name"], item["kind"]) for item in told["inputs"]] == [
        ("start", "constant"),
        ("inflow", "series"),
    ]
    assert [item["name"] for item in told["outputs"]] == ["level", "double"]
    assert told["inputs"][1]["limits"] == [0, 2, 0.1]


def test_all_faults_of_what_is_asked_are_told_and_nothing_is_written(program: Program, model: Path) -> None:
    out = model.parent / "out"
    result = program("model", "wasm", model, "--out", out, "--outputs", "levl", "--series", "inflo")
    assert (result.exit_code, out.exists()) == (2, False)
    assert '--outputs: there is no variable "levl"; did you mean "level"?' in result.stderr
    assert '--series: there is no variable "inflo"; did you mean "inflow"?' in result.stderr
    result = program("model", "wasm", model, "--out", out, "--series", "double")
    assert (result.exit_code, result.stderr) == (2, "series: double is no constant\n")
    assert "cannot be read" in program("model", "wasm", model.with_name("none.mdl"), "--out", out).stderr
    out.mkdir()
    (out / "model.json").write_text("{}", encoding="utf-8")
    result = program("model", "wasm", model, "--out", out)
    assert (result.exit_code, list(out.iterdir())) == (2, [out / "model.json"])
    assert "is no file that TwinTrack wrote" in result.stderr
