"""The rooms of the package: data flows one way through them, and no imports go round in a circle."""

from __future__ import annotations

import re
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "twintrack"
TOOL = runpy.run_path(str(ROOT / "tools" / "import_circles.py"))
read_imports, circle_faults, room_faults, ROOMS = (
    TOOL[name] for name in ("read_imports", "circle_faults", "room_faults", "ROOMS")
)

Package = Callable[..., Path]


@pytest.fixture
def package(tmp_path: Path) -> Package:
    """Writes a package "twintrack" from the texts of its modules, named without their ending."""

    def package(modules: dict[str, str]) -> Path:
        root = tmp_path / "twintrack"
        for name, text in {"__init__": "", **modules}.items():
            path = root / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return root

    return package


@pytest.fixture(scope="module")
def imports() -> Any:
    """The imports of the package, read once."""
    return read_imports(PACKAGE)


def test_no_imports_of_the_package_go_round_in_a_circle(imports: Any) -> None:
    assert circle_faults(imports) == []


def test_every_room_uses_only_rooms_above_it(imports: Any) -> None:
    assert room_faults(imports) == []


def test_the_page_for_newcomers_lists_the_rooms_in_the_same_order() -> None:
    """In the first column of a table, as `stored.py` or `runs/`."""
    lines = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").splitlines()
    cells = [line.split("|")[1] for line in lines if line.startswith("| `")]
    named = [name for cell in cells for name in re.findall(r"`(\w+)(?:\.py|/)`", cell) if name in ROOMS]
    assert list(dict.fromkeys(named)) == [room for room in ROOMS if room != "__init__"]


def test_every_path_on_the_page_for_newcomers_exists() -> None:
    """In code style, seen from the package or from the root; NAME stands for any name."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    words = re.findall(r"`([^`\s]+)`", re.sub(r"^```.*?^```$", "", page, flags=re.M | re.S))
    paths = [word for word in words if re.fullmatch(r"[\w./-]+(?:/|\.[a-z]+)", word)]
    patterns = [path.rstrip("/").replace("NAME", "*") for path in paths]

    assert "equations/structure.py" in paths
    assert [p for p in patterns if not any(any(root.glob(p)) for root in (PACKAGE, ROOT))] == []


def test_every_room_says_what_lives_there() -> None:
    folders = [path for path in PACKAGE.iterdir() if any(path.glob("*.py"))]
    assert folders
    for folder in folders:
        assert (folder / "__init__.py").read_text(encoding="utf-8").startswith('"""'), folder.name


@pytest.mark.parametrize(
    "text",
    [
        "from twintrack.runs.one import x",
        "import twintrack.runs.one",
        "def late():\n    from twintrack.runs import one",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from twintrack.runs.one import X",
    ],
)
def test_imports_of_every_kind_close_a_circle(package: Package, text: str) -> None:
    root = package(
        {"runs/one": "import os\nfrom twintrack.runs import two\n", "runs/two": text, "runs/__init__": ""}
    )

    (fault,) = circle_faults(read_imports(root))

    one, two = "twintrack.runs.one", "twintrack.runs.two"
    ways = {f"{one} -> {two} -> {one}", f"{two} -> {one} -> {two}"}
    assert fault.partition(": circle of imports ")[2] in ways


def test_all_circles_are_told_and_one_of_three_by_its_whole_path(package: Package) -> None:
    uses = {"a": "b", "b": "c", "c": "a", "d": "e", "e": "d", "f": "a"}
    texts = {f"runs/{name}": f"from twintrack.runs import {other}" for name, other in uses.items()}

    faults = circle_faults(read_imports(package({**texts, "runs/__init__": ""})))

    assert sorted(fault.count(" -> ") for fault in faults) == [2, 3]


def test_the_package_itself_is_above_nothing(package: Package) -> None:
    root = package({"names": "from twintrack import __version__\n"})

    assert room_faults(read_imports(root)) == [
        "twintrack.names, line 1: names may not use __init__ (twintrack)"
    ]


def test_a_lower_room_and_an_unknown_one_are_told(package: Package) -> None:
    texts = {
        "inputs/levers": "from twintrack.errors import Fault\nfrom twintrack.runs.store import Store\n",
        "runs/store": "from twintrack.inputs.levers import Lever\n",
        "errors": "",
        "attic": "",
    }

    assert room_faults(read_imports(package(texts))) == [
        "attic: no room of this name stands in ROOMS",
        "twintrack.inputs.levers, line 2: inputs may not use runs (twintrack.runs.store)",
    ]
