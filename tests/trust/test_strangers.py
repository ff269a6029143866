"""Files of strangers whose payload would run if they were read carelessly: it never does.

Each payload makes a folder. A cache, a store, a posterior, tables, checkpoints, models and YAML are
poisoned, and what reads them ends well or in a message.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import twintrack
from twintrack import EnsembleResult
from twintrack.calibration.checkpoints import Checkpoints
from twintrack.calibration.truths import Kept
from twintrack.engines import Simulator
from twintrack.equations.flatten import flatten_file
from twintrack.errors import TwinTrackError
from twintrack.inputs.check_files import check_file
from twintrack.model import Model
from twintrack.worlds.posterior import read_posterior
from twintrack.worlds.tables import open_table

SMALL = """
x = 2 ~~|
y = x*3 ~~|
INITIAL TIME = 0 ~~|
FINAL TIME = 2 ~~|
TIME STEP = 1 ~~|
SAVEPER = 1 ~~|
"""


class Payload:
    """Makes a file when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.target),)


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    """Where the payload leaves its trace."""
    return tmp_path / "ran"


@pytest.fixture
def payload(ran: Path) -> bytes:
    content = pickle.dumps(Payload(ran))
    pickle.loads(content)
    assert ran.is_dir(), "the payload works"
    ran.rmdir()
    return content


def _program(cache: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TWINTRACK_CACHE": str(cache)}
    command = [sys.executable, "-m", "twintrack", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def simulate(tmp_path: Path) -> Callable[[], subprocess.CompletedProcess[str]]:
    """Runs a small model by the engine that writes and runs Python, with the cache in tmp_path/cache."""
    (tmp_path / "small.mdl").write_text(SMALL, encoding="utf-8")
    words = ("model", "simulate", str(tmp_path / "small.mdl"), "--json", "--engine", "numpy")
    return lambda: _program(tmp_path / "cache", *words)


@pytest.mark.slow
def test_pickles_in_the_cache_are_never_read(
    simulate: Callable[[], subprocess.CompletedProcess[str]], tmp_path: Path, payload: bytes, ran: Path
) -> None:
    first = simulate()
    files = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert first.returncode == 0, first.stderr
    assert {path.parent.name for path in files} == {"equations", "programs"}
    for path in files:
        path.write_bytes(payload)
        path.with_suffix(".pickle").write_bytes(payload)
    assert simulate().stdout == first.stdout
    assert not ran.exists()


@pytest.mark.slow
@pytest.mark.parametrize("place", ["cache", "cache/programs", "cache/programs/*.json"])
def test_code_in_a_cache_that_others_can_write_to_is_not_run(
    simulate: Callable[[], subprocess.CompletedProcess[str]], tmp_path: Path, ran: Path, place: str
) -> None:
    first = simulate()
    (program,) = (tmp_path / "cache" / "programs").iterdir()
    poison = f"__import__('os').mkdir({str(ran)!r})\n"
    document = json.loads(program.read_text())
    (number,) = [i for i, node in enumerate(document["nodes"]) if isinstance(node, str) and "def " in node]
    document["nodes"][number] = poison + document["nodes"][number]
    program.write_text(json.dumps(document))
    simulate()
    assert ran.exists(), "the payload works where the cache is the user's own"
    ran.rmdir()
    (open_to_all,) = tmp_path.glob(place)
    open_to_all.chmod(open_to_all.stat().st_mode | 0o022)
    assert simulate().stdout == first.stdout
    assert not ran.exists()


def _extension(table: pa.Table, payload: bytes) -> pa.Table:
    """Give a table whose columns claim to be of a type that old versions of pyarrow unpickled."""
    about = {"ARROW:extension:name": "arrow.py_extension_type", "ARROW:extension:metadata": payload}
    fields = [field.with_metadata(about) for field in table.schema]
    poisoned = pa.schema(fields, metadata={**(table.schema.metadata or {}), b"payload": payload})
    return pa.table(table.columns, schema=poisoned)


@pytest.mark.parametrize("kind", ["pickle", "extension"])
def test_a_poisoned_store_runs_nothing(
    small_model: Model, tmp_path: Path, payload: bytes, ran: Path, kind: str
) -> None:
    asked = twintrack.Experiment(["fast"], worlds=5, model=small_model, prior=True)
    store = asked.run(tmp_path / "store", workers=1)
    for path in [store.folder / "worlds.parquet", *store.folder.rglob("part-*.parquet")]:
        if kind == "pickle":
            path.write_bytes(payload)
        else:
            pq.write_table(_extension(pq.read_table(path), payload), path)
        for use in (
            lambda opened: opened.frame(),
            lambda opened: opened.dataset(),
            lambda opened: opened.worlds(),
        ):
            try:
                use(EnsembleResult.open(store.folder))
            except TwinTrackError as error:
                assert "cannot be read" in str(error)
    assert not ran.exists()
    asked.run(tmp_path / "store", workers=1, resume=True)
    (store.folder / "manifest.json").write_bytes(payload)
    with pytest.raises(TwinTrackError, match=r"manifest\.json"):
        EnsembleResult.open(store.folder)
    assert not ran.exists()


@pytest.mark.parametrize("kind", ["pickle", "extension"])
def test_a_poisoned_posterior_and_table_of_worlds_run_nothing(
    model: Model, tmp_path: Path, payload: bytes, ran: Path, kind: str
) -> None:
    path = tmp_path / "posterior.parquet"
    whole = pq.read_table(model.content / "model" / "posterior.parquet")
    if kind == "pickle":
        path.write_bytes(payload)
    else:
        pq.write_table(_extension(whole, payload), path)
    for read in (lambda: read_posterior(path, model.world), lambda: open_table(path, model.world)):
        try:
            read()
        except TwinTrackError as error:
            assert str(path) in str(error)
    assert not ran.exists()


def test_poisoned_checkpoints_run_nothing(tmp_path: Path, ran: Path) -> None:
    content = io.BytesIO()
    np.savez(content, scores=np.array([Payload(ran)], dtype=object), allow_pickle=True)
    sealed = hashlib.sha256(content.getvalue()).digest() + content.getvalue()
    for name in ("population-1.npz", "truth-1.npz"):
        (tmp_path / name).write_bytes(sealed)
    assert Checkpoints(tmp_path).find("population-1") is None
    assert Kept(tmp_path).find(0) is None
    assert not ran.exists()


TAGS = [
    '!!python/object/apply:os.mkdir ["{ran}"]',
    '!!python/object/new:os.mkdir ["{ran}"]',
    "!!python/name:os.system",
    '!<tag:yaml.org,2002:python/object/apply:os.mkdir> ["{ran}"]',
    '"{{ran.__class__.__mro__}}"',
    '"{{0.__init__.__globals__}}"',
]


@pytest.mark.slow
@pytest.mark.parametrize("text", TAGS)
@pytest.mark.parametrize("file", ["strategies/dutch", "model/scenarios/thaw", "reports/all_strategies"])
def test_yaml_runs_nothing(model: Model, tmp_path: Path, ran: Path, file: str, text: str) -> None:
    whole = (model.content / f"{file}.yaml").read_text(encoding="utf-8")
    path = tmp_path / "strange.yaml"
    lines = whole.splitlines()
    for number, line in enumerate(lines):
        key, colon, _ = line.partition(":")
        if not colon or line.startswith("#"):
            continue
        changed = [*lines[:number], f"{key}: {text.format(ran=ran)}", *lines[number + 1 :]]
        path.write_text("\n".join(changed), encoding="utf-8")
        try:
            check_file(path, model.inputs)
        except TwinTrackError as error:
            assert "strange.yaml" in str(error)
    assert not ran.exists()


@pytest.mark.parametrize(
    "name",
    [
        "__import__('os').mkdir('{ran}')",
        "x\\n__import__('os').mkdir('{ran}')",
        "x'''+__import__('os').mkdir('{ran}')+'''",
        "x); __import__('os').mkdir('{ran}'); (",
        "${{jndi}} {{{{7*7}}}} %s",
        "@x }} define i32 @evil() {{",
    ],
)
def test_names_in_a_model_are_never_code(tmp_path: Path, ran: Path, name: str) -> None:
    path = tmp_path / "strange.mdl"
    quoted = '"' + name.format(ran=ran) + '"'
    text = SMALL.replace("x", quoted).replace("y =", '"y" =')
    path.write_text(text, encoding="utf-8")
    for use in (
        lambda: Simulator(path).run(engine="numpy"),
        lambda: Simulator(path).run(engine="native"),
        lambda: flatten_file(path),
    ):
        try:
            use()
        except TwinTrackError as error:
            assert str(error)
    assert not ran.exists()


@pytest.mark.parametrize("how", ["above", "absolute", "link", "alias"])
@pytest.mark.parametrize("what", ["constant", "data", "lookup", "subscript"])
def test_a_model_reads_no_file_outside_its_folder(tmp_path: Path, how: str, what: str) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    secret = tmp_path / "secret.csv"
    secret.write_text("t,0,1,2\nv,4711,4712,4713\n", encoding="utf-8")
    (folder / "link.csv").symlink_to(secret)
    name = {"above": "../secret.csv", "absolute": str(secret), "link": "link.csv", "alias": "?s"}[how]
    line = {
        "constant": f"z = GET DIRECT CONSTANTS('{name}', ',', 'B2') ~~|",
        "data": f"z := GET DIRECT DATA('{name}', ',', '1', 'B2') ~~|",
        "lookup": f"t = GET DIRECT LOOKUPS('{name}', ',', '1', 'B2') ~~|\nz = t(Time) ~~|",
        "subscript": f"r: GET DIRECT SUBSCRIPT('{name}', ',', 'A2', 'A2', '') ~~|\nz[r] = 4711 ~~|",
    }[what]
    path = folder / "strange.mdl"
    text = line + SMALL
    if how == "alias":
        text += "\\\\\\---/// Sketch\n///---\\\\\\\n:L<%^E!@\n30:?s=../secret.csv\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(
        TwinTrackError, match=r"needs --allow-outside, .* outside the folder of the model"
    ) as caught:
        Simulator(path).run()
    assert "4711" not in str(caught.value)
    allowed = Simulator(path, allow_outside=True).run().filter(regex="^z")
    assert float(allowed.to_numpy()[0, 0]) == 4711
    with pytest.raises(TwinTrackError, match="outside"):  # also after it was allowed, and kept in the cache
        Simulator(path)


@pytest.mark.slow
def test_the_option_is_there_for_every_command_on_models(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "secret.csv").write_text("t,0\nv,4711\n", encoding="utf-8")
    path = tmp_path / "model" / "m.mdl"
    path.write_text("z = GET DIRECT CONSTANTS('../secret.csv', ',', 'B2') ~~|" + SMALL, encoding="utf-8")
    for words in (
        ("simulate", str(path), "--json"),
        ("units", str(path)),
        ("flatten", str(path), "--out", f"{path}.out"),
    ):
        refused = _program(tmp_path / "cache", "model", *words)
        assert (refused.returncode, "--allow-outside" in refused.stderr) == (2, True)
        allowed = _program(tmp_path / "cache", "model", *words, "--allow-outside")
        assert "outside" not in allowed.stderr


def test_no_module_of_the_package_unpickles() -> None:
    package = Path(twintrack.__file__).parent
    found = [
        (path.name, word)
        for path in package.rglob("*.py")
        for word in (
            "import pickle",
            "pickle.load",
            "cloudpickle",
            "joblib",
            "allow_pickle=True",
            "marshal",
            "shelve",
            "read_pickle",
        )
        if word in path.read_text(encoding="utf-8")
    ]
    assert found == []


def test_a_table_of_worlds_that_was_pickled_is_refused(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "worlds.pkl"
    pd.DataFrame({"cost_growth_factor": [2.4]}).to_pickle(path)
    with pytest.raises(TwinTrackError, match=r"worlds\.pkl"):
        open_table(path, model.world)
