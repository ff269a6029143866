"""The engine in JavaScript beyond its numbers: how models are loaded, set, cancelled and gone on with."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from twintrack.engines.wasm.module import module_of
from twintrack.equations import load_equations
from twintrack.errors import InputError

CHECKS = Path(__file__).with_name("engine_checks.mjs")
MODEL = """{UTF-8}
region: North, South Bay ~~|
Infectious[region] = INTEG(infection[region] - Infectious[region]/duration, start[region]) ~ person ~ |
start[region] = 1, 2 ~ person [0,10,1] ~ Sick at first. |
infection[region] = infectivity*Infectious[region]*(1 - Infectious[region]/100) ~ person/Day ~|
infectivity = 0.5 ~ 1/Day [0,?] ~|
duration = 4 ~ Day ~|
lag = 1 ~ Day ~|
late = DELAY FIXED(Time, lag, -1) ~ Day ~|
price :INTERPOLATE: ~~|
cost = price*2 ~~|
total = SUM(Infectious[region!]) ~ person ~|
FINAL TIME = 10 ~~|
INITIAL TIME = 0 ~~|
SAVEPER = 1 ~~|
TIME STEP = 0.25 ~ Day ~|
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "region.mdl"
    path.write_text(MODEL, encoding="utf-8")
    return path


def test_the_engine_keeps_its_promises(path: Path) -> None:
    module_of(load_equations(path)).write(path.parent)
    node = shutil.which("node")
    assert node, "Node is needed to test WebAssembly; install it (apt-get install nodejs)"
    words = [node, str(CHECKS), str(path.parent)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["failed"] == [] and told["checked"] == 7


def test_inputs_are_told_with_units_ranges_and_places(path: Path) -> None:
    told = module_of(load_equations(path), ["total", "cost"], ["duration"]).description
    inputs = {item["name"]: item for item in told["inputs"]}
    assert list(inputs) == ["infectivity", "start", "duration", "price"]
    assert inputs["start"] == {
        "name": "start",
        "title": "start",
        "labels": ["start[North]", "start[South Bay]"],
        "units": "person",
        "group": "",
        "documentation": "Sick at first.",
        "kind": "constant",
        "place": 1,
        "limits": [0, 10, 1],
        "values": [1, 2],
    }
    assert inputs["infectivity"]["limits"] == [0, None, None]
    assert inputs["duration"]["limits"] == [None, None, None]
    assert (inputs["price"]["kind"], inputs["price"]["values"]) == ("series", [None])
    assert (inputs["duration"]["kind"], inputs["duration"]["values"]) == ("series", [4])
    assert [item["name"] for item in told["outputs"]] == ["total", "cost"]
    alone = module_of(load_equations(path), ["total"]).description
    assert "price" not in {item["name"] for item in alone["inputs"]}, (
        "nothing that is asked for follows from it"
    )
    assert told["time"] == {
        "initial": 0,
        "step": 0.25,
        "steps": 40,
        "rows": list(range(0, 41, 4)),
        "saved": list(range(11)),
        "units": "Day",
    }
    assert told["model"]["file"] == "region.mdl"
    json.dumps(told, allow_nan=False)


def test_what_would_need_other_code_cannot_be_set(path: Path) -> None:
    equations = load_equations(path)
    told = module_of(equations).description
    assert "lag" not in {item["name"] for item in told["inputs"]}
    with pytest.raises(InputError) as raised:
        module_of(equations, series=["lag", "total", "price"], constants=["lag", "start"])
    assert [(fault.where, fault.message) for fault in raised.value.faults] == [
        ("series", "lag sets the length of a delay"),
        ("series", "total is no constant"),
        ("constants", "lag sets the length of a delay"),
    ]
    few = module_of(equations, constants=["start"])
    assert [item["name"] for item in few.description["inputs"]] == ["start", "price"]
    path.write_text(
        MODEL.replace("FINAL TIME = 10", "FINAL TIME = IF THEN ELSE(Time > 5, 8, 10)"), encoding="utf-8"
    )
    with pytest.raises(InputError, match="FINAL TIME: changes while the model runs"):
        module_of(load_equations(path))


def test_files_of_others_are_not_written_over(path: Path) -> None:
    module = module_of(load_equations(path))
    folder = path.parent / "out"
    assert [file.name for file in module.write(folder)] == ["model.wasm", "model.json", "engine.js"]
    before = (folder / "model.wasm").read_bytes()
    module.write(folder)
    (folder / "model.json").write_text('{"mine": 1}')
    (folder / "engine.js").write_text("mine")
    with pytest.raises(InputError) as raised:
        module.write(folder)
    assert {Path(fault.where).name for fault in raised.value.faults} == {"model.json", "engine.js"}
    assert (folder / "engine.js").read_text() == "mine"
    assert (folder / "model.wasm").read_bytes() == before
    (path.parent / "file").write_text("")
    with pytest.raises(InputError, match=r"cannot be made: .* is a file"):
        module.write(path.parent / "file" / "out")
