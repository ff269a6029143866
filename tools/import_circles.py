"""Whether imports inside the package go one way: no circles, and each room uses only those above it.

Imports inside functions and under TYPE_CHECKING count as any other: a circle that is only met late, or only
by the type checker, ties its modules together all the same. Prints what is wrong and ends with 1.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOMS = (
    *(
        "errors",
        "names",
        "version",
        "formats",
        "plotly_library",
        "shown_figure",
        "charts",
        "scratch",
        "resources",
        "folders",
        "plain_data",
        "stored",
    ),
    *("equations", "engines", "inputs", "core", "worlds", "runs", "calibration", "decisions"),
    *("pages", "hands_on", "model", "cli", "__init__", "__main__"),
)
"""Folders and single modules of the package: each uses only itself and those before it."""

Imports = Mapping[str, Mapping[str, int]]
"""For each module the modules that it imports, each with the line of the first import."""


def read_imports(package: Path) -> dict[str, dict[str, int]]:
    """Read which modules of a package import which others of it; a package stands for its `__init__`."""
    files = {_module(path, package): path for path in sorted(package.rglob("*.py"))}
    found: dict[str, dict[str, int]] = {}
    for module, path in files.items():
        found[module] = {}
        for name, line in _imported(path):
            target = name
            while target and target not in files:
                target = target.rpartition(".")[0]
            if target and target != module:
                found[module].setdefault(target, line)
    return found


def circle_faults(imports: Imports) -> list[str]:
    """Describe circles, each by its path; when the first import of each is gone, there is none left."""
    graph = {module: set(targets) for module, targets in imports.items()}
    faults = []
    while circle := _circle(graph):
        first, second = circle[:2]
        graph[first].discard(second)
        faults.append(f"{first}, line {imports[first][second]}: circle of imports {' -> '.join(circle)}")
    return faults


def room_faults(imports: Imports) -> list[str]:
    """Describe rooms that are not in ROOMS, and imports of a room from one that stands after it."""
    rooms = dict.fromkeys(_room(module) for module in imports)
    faults = [f"{room}: no room of this name stands in ROOMS" for room in rooms if room not in ROOMS]
    for module, targets in imports.items():
        for target, line in targets.items():
            user, used = _room(module), _room(target)
            if user in ROOMS and used in ROOMS and ROOMS.index(used) > ROOMS.index(user):
                faults.append(f"{module}, line {line}: {user} may not use {used} ({target})")
    return faults


def _module(path: Path, package: Path) -> str:
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(path: Path) -> Iterator[tuple[str, int]]:
    """Give every name that a file imports, whole, with its line; relative imports are not in use here."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def _circle(graph: Mapping[str, set[str]]) -> list[str]:
    """Give a circle from importer to imported, its first module again at the end; none is empty."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle[::-1]
    return []


def _room(module: str) -> str:
    return module.split(".")[1] if "." in module else "__init__"


if __name__ == "__main__":
    imports = read_imports(Path(__file__).parents[1] / "src" / "twintrack")
    sys.exit("\n".join([*circle_faults(imports), *room_faults(imports)]) or None)
