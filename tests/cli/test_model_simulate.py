"""`twintrack model simulate`."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Program = Callable[..., Result]
MODEL = """{UTF-8}
region: North, South Bay ~~|
level[region] = INTEG(inflow, start[region]) ~~|
start[region] = 1, 2 ~~|
inflow = 0.5 ~~|
gone = IF THEN ELSE(Time > 1, :NA:, 1) ~~|
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


@pytest.mark.parametrize("engine", ["auto", "native", "numpy"])
def test_a_table_is_written(engine: str, program: Program, model: Path) -> None:
    out = model.with_name("results.csv")
    settings = ("--set", "inflow=0:1,2:3", "--set", "start[south bay]=7", "--time-step", "0.5")
    result = program("model", "simulate", model, "--out", out, *settings, "--engine", engine)
    assert (result.exit_code, result.stdout) == (0, f"{out}: 3 times, 10 columns\n")
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][:6] == [
        "time",
        "level[North]",
        "level[South Bay]",
        "start[North]",
        "start[South Bay]",
        "inflow",
    ]
    assert [row[0] for row in rows[1:]] == ["0.0", "1.0", "2.0"]
    assert [row[1] for row in rows[1:]] == ["1.0", "2.25", "4.5"]
    assert rows[1][4] == "7.0"
    assert rows[3][6] == "nan"


def test_data_are_read_from_the_files_that_are_named(
    answer: Callable[..., Any], program: Program, model: Path
) -> None:
    model.write_text(MODEL.replace("inflow = 0.5", "inflow"), encoding="utf-8")
    data = model.with_name("inflow.csv")
    data.write_text("Time,inflow\n0,1\n2,3\n", encoding="utf-8")
    assert answer("model", "simulate", model, "--data", data)["inflow"] == [1, 2, 3]
    refused = program("model", "simulate", model, "--json")
    assert refused.exit_code == 2
    assert refused.stderr.startswith(f"inflow: has no numbers in the model ({model}:5); name a file of data")
    missing = program("model", "simulate", model, "--json", "--data", model.with_name("none.csv"))
    assert (missing.exit_code, "none.csv: there is no such file" in missing.stderr) == (2, True)


def test_json_is_printed_for_chosen_outputs(answer: Callable[..., Any], model: Path) -> None:
    told = answer("model", "simulate", model, "--outputs", "level[North,],gone".replace(",]", "]"))
    assert told == {"time": [0, 1, 2], "level[North]": [1, 1.5, 2], "gone": [1, 1, None]}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--set", "inflw=1"), 'did you mean "inflow"?'),
        (("--set", "inflow=much"), "--set inflow=much: write a number"),
        (("--set", "inflow"), "--set inflow: write NAME=VALUE"),
        (("--outputs", "nothing"), 'outputs: there is no variable "nothing"'),
        (("--time-step", "0.3"), "does not go evenly into SAVEPER"),
    ],
)
def test_wrong_input_is_told_and_nothing_is_written(
    words: tuple[str, ...], message: str, program: Program, model: Path
) -> None:
    out = model.with_name("results.csv")
    result = program("model", "simulate", model, "--out", out, *words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not out.exists()


def test_wrong_files_are_told(program: Program, model: Path) -> None:
    out = model.with_name("results.csv")
    assert "name the file to write" in program("model", "simulate", model).stderr
    assert "is the model itself" in program("model", "simulate", model, "--out", model).stderr
    assert "cannot be read" in program("model", "simulate", model.with_name("none.mdl"), "--out", out).stderr
    blocked = model / "results.csv"
    result = program("model", "simulate", model, "--out", blocked)
    assert (result.exit_code, "cannot be written" in result.stderr) == (2, True)
    model.write_text(MODEL.replace("inflow = 0.5", "inflow"), encoding="utf-8")
    result = program("model", "simulate", model, "--out", out)
    assert result.exit_code == 2
    assert result.stderr.startswith("inflow: has no numbers in the model")
    assert not out.exists()
