"""What every test may use: the content of the checkout, its equations, the model, a browser."""

from __future__ import annotations

import gc
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

# Two test processes keep two cores busy. Threads of linear algebra would only wait for each other: they take
# ten times as long over a matrix of two hundred rows. NumPy reads this when it is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from small_history import SMALL, STRENGTH, give_public_cost

if TYPE_CHECKING:
    from wasm_node import Node

    from twintrack.equations import Equations
    from twintrack.model import Model

ROOT = Path(__file__).resolve().parents[1]
SCENARIO = "title: {en: Fast leader, zh: 快}\nworld:\n  strength: {2026: 10, 2030: 11}\n"

# One cache for all test processes and for the commands they start: what one has compiled, all use.
os.environ.setdefault("TWINTRACK_CACHE", str(ROOT / "build" / "test-cache"))
# The tests are about this checkout, whatever the environment they are started from says.
os.environ.pop("TWINTRACK_CONTENT", None)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer what takes minutes: all strategies in other programs, all tables of a page."""
    told = "compare all strategies with other programs, not only three that are far apart"
    parser.addoption("--all-strategies", action="store_true", help=told)
    told = "compute every table of docs/question.md, also those of many settings; open every report"
    parser.addoption("--whole-pages", action="store_true", help=told)
    told = "how often each command is killed in tests/faults/test_kills.py"
    parser.addoption("--kills", type=int, default=1, metavar="N", help=told)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark notebooks as slow, and begin with the files that hold slow tests, so that workers end together."""
    for item in items:
        if item.path.suffix == ".ipynb":
            item.add_marker("slow")
    long = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)


def pytest_collection_finish() -> None:
    """Search for garbage less often, and never in what stays until the end: modules and tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the files of slow tests alone where those are not wanted: they are not even imported."""
    wanted = config.getoption("markexpr") != "not slow" or collection_path.suffix != ".py"
    return None if wanted or not ALL_SLOW.search(collection_path.read_text(encoding="utf-8")) else True


ALL_SLOW = re.compile(r"^pytestmark = .*\bpytest\.mark\.slow\b", re.MULTILINE)
"""How a file says that all its tests are slow."""
TOGETHER = (
    ("tests/validation/",),
    (
        "tests/pages/report/test_report_html.py",
        "tests/pages/report/test_report_numbers.py",
        "tests/pages/report/test_report_inputs.py",
        "tests/browser/test_report_page.py",
    ),
)
"""Beginnings of the names of files whose tests share what takes long to make: one worker gets them all."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Distribute whole files, and files that share something together."""
    from xdist.scheduler import LoadFileScheduling

    gone = [begin for begins in TOGETHER for begin in begins if not (ROOT / begin).exists()]
    assert gone == [], "no such tests"

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return next(
                (begins[0] for begins in TOGETHER if nodeid.startswith(begins)), super()._split_scope(nodeid)
            )

    return Scheduling(config, log)


@pytest.fixture(scope="session")
def content() -> Path:
    """Folder with model/, strategies/ and reports/ of this checkout."""
    from twintrack.resources import content_root

    found = content_root()
    assert found == ROOT, "the tests must run against the checkout: install it with pip install --editable"
    return found


@pytest.fixture(scope="session")
def equations(content: Path) -> Equations:
    """Equations of model/twintrack.mdl."""
    from twintrack.equations import load_equations

    return load_equations(content / "model" / "twintrack.mdl")


@pytest.fixture(scope="session")
def model(content: Path) -> Model:
    """The whole model, as `twintrack.load()` gives it."""
    import twintrack

    return twintrack.load(content)


@pytest.fixture(scope="session")
def small_content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A content whose model compiles at once: two levers, two uncertain parameters, two scenarios."""
    folder = tmp_path_factory.mktemp("content") / "small"
    shutil.copytree(SMALL, folder)
    with (folder / "model" / "world.yaml").open("a", encoding="utf-8") as file:
        file.write(STRENGTH)
    (folder / "model" / "scenarios" / "fast_leader.yaml").write_text(SCENARIO, encoding="utf-8")
    return folder


@pytest.fixture
def small_model(small_content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    """The model of the small content, used from a folder that has no strategies of its own."""
    monkeypatch.chdir(tmp_path)
    import twintrack

    return twintrack.load(small_content)


@pytest.fixture(scope="session")
def put_posterior() -> Callable[..., Path]:
    """Writes a made-up posterior into a content folder: every parameter in the upper half of its range.

    `rows` is the number of worlds, `changes` are fields of the record that differ from what they should be.
    """
    import pandas as pd

    import twintrack
    from twintrack.resources import POSTERIOR_FILE
    from twintrack.worlds.basis import basis_of
    from twintrack.worlds.posterior import PosteriorRecord, write_posterior
    from twintrack.worlds.sampling import sampled

    def put(root: Path, rows: int = 40, **changes: Any) -> Path:
        model = twintrack.load(root)
        upper = np.linspace(0.5, 1, rows)
        world = {name: model.world[name] for name in sampled(model.world)}
        frame = pd.DataFrame(
            {name: item.low + (item.high - item.low) * upper for name, item in world.items()}
        )
        about = replace(PosteriorRecord(**asdict(basis_of(model)), seed=7), **changes)
        write_posterior(root / POSTERIOR_FILE, frame, about)
        return root / POSTERIOR_FILE

    return put


@pytest.fixture
def validation_sections() -> dict[str, Any]:
    """Sections of a validation with few series, parameters, strategies and tests, shaped as computed ones."""
    path = ROOT / "tests" / "data" / "validation_sections.json"
    sections: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return sections


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    """Node, which runs modules of WebAssembly."""
    from wasm_node import Node

    process = Node()
    yield process
    process.close()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of an installed Chromium or Chrome; skips where there is none, unless one is required."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        message = "no Chromium or Chrome is installed"
        if os.environ.get("TWINTRACK_REQUIRE_BROWSER"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of all test processes of this call."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def report_definition(content: Path, shared_folder: Path) -> Path:
    """reports/strategy_comparison.yaml with four strategies in place of the grid, and fewer worlds."""
    text = (content / "reports" / "strategy_comparison.yaml").read_text(encoding="utf-8")
    named = "strategies: [baseline, pure_catchup, pure_exploration, catchup_explore_open]\n"
    start, end = text.index("grid:"), text.index("goals:")
    return _with_fewer_worlds(shared_folder / "four.yaml", text[:start] + named + text[end:])


@pytest.fixture(scope="session")
def grid_folder(model: Model, content: Path, shared_folder: Path) -> Path:
    """Folder of reports/strategy_comparison.yaml with fewer worlds and one scenario."""
    text = (content / "reports" / "strategy_comparison.yaml").read_text(encoding="utf-8")
    text = text.replace("scenarios: [central, decoupling]", "scenarios: [central]")
    return _built_once(_with_fewer_worlds(shared_folder / "strategy_comparison.yaml", text), model)


@pytest.fixture(scope="session")
def report_folder(model: Model, report_definition: Path) -> Path:
    """Folder of the report, with its pages in both languages and its data; built on 14 November 2023."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1700000000")
        return _built_once(report_definition, model)


@pytest.fixture(scope="session")
def overview_folder(model: Model, content: Path, shared_folder: Path) -> Path:
    """Folder of the report on all strategies, with fewer worlds."""
    text = (content / "reports" / "all_strategies.yaml").read_text(encoding="utf-8")
    return _built_once(_with_fewer_worlds(shared_folder / "all_strategies.yaml", text), model)


def _with_fewer_worlds(path: Path, text: str) -> Path:
    from twintrack.resources import atomic_write

    atomic_write(path, text.replace("worlds: 500", "worlds: 40").encode())  # another process may be reading
    return path


def _built_once(definition: Path, model: Model) -> Path:
    """Build a report beside its definition, in the first test process that asks; the others wait for it."""
    from twintrack.pages.report.page import build_report
    from twintrack.scratch import locked

    folder = definition.with_suffix("")
    folder.mkdir(exist_ok=True)
    with locked(folder.parent):
        if not (folder / "index.html").is_file():
            build_report(definition, folder, model)
    return folder


PLAIN_OUTCOMES = """
  scale_pace:
    title: {en: Pace of the leader, zh: 领先者的步伐}
    unit: OOM/Year
    better: higher
headline:"""
PLAIN_REPORT = """
title: {en: "Fast or open?", zh: 快还是开？}
strategies: [open, fast]
contrasts: [{title: {en: Going fast, zh: 求快}, of: fast, against: open}]
scenarios: [central]
ensemble: {worlds: 100, seed: 1}
outcomes: [frontier_gap_months, public_cost_pv, scale_pace]
years: [2030, 2040]
languages: [en, zh]
"""


@pytest.fixture(scope="session")
def plain_folder(small_content: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a report on a content of one's own: two strategies in three outcomes, no grid."""
    import twintrack
    from twintrack.pages.report.page import build_report

    root = tmp_path_factory.mktemp("plain") / "content"
    shutil.copytree(small_content, root)
    outcomes = root / "model" / "outcomes.yaml"
    text = outcomes.read_text(encoding="utf-8")
    assert "\nheadline:" in text
    outcomes.write_text(text.replace("\nheadline:", PLAIN_OUTCOMES), encoding="utf-8")
    give_public_cost(root)
    definition = root / "reports" / "plain.yaml"
    definition.parent.mkdir()
    definition.write_text(PLAIN_REPORT, encoding="utf-8")
    return build_report(definition, root / "built", twintrack.load(root)).parent
