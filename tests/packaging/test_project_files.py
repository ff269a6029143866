"""pyproject.toml, CITATION.cff and CHANGELOG.md agree with each other and with the code."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

import twintrack

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return table


def distribution(requirement: str) -> str:
    """Name of a requirement in the form that all spellings share: "ruamel.yaml>=0.19" -> "ruamel-yaml"."""
    found = re.match(r"[\w.-]+", requirement)
    assert found
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def imported() -> set[str]:
    """Distributions outside the standard library that src/twintrack imports, wherever in a file."""
    modules: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                modules.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module)
    top = {module.split(".")[0] for module in modules} - set(sys.stdlib_module_names) - {"twintrack"}
    owners = packages_distributions()
    # Several distributions share the name space "ruamel"; pydantic brings its core in the version that fits.
    known = {"ruamel": "ruamel.yaml", "pydantic_core": "pydantic"}
    return {distribution(known.get(name) or owners[name][0]) for name in top}


@pytest.mark.slow
def test_every_library_that_the_code_imports_is_required(project: dict[str, Any]) -> None:
    extras = project["optional-dependencies"]
    used = (lines for name, lines in extras.items() if name != "dev")
    users = [*project["dependencies"], *(line for lines in used for line in lines)]
    # Dask brings its other half in the version that fits.
    assert any(line.startswith("dask[distributed]") for line in users)
    assert imported() <= {*map(distribution, users), "distributed"}


@pytest.mark.slow
def test_every_required_library_is_imported(project: dict[str, Any]) -> None:
    bounded = {"chardet"}  # named for its bounds only: it is a part of pysd
    assert set(map(distribution, project["dependencies"])) - bounded <= imported()


def test_every_requirement_has_a_lower_and_an_upper_bound(project: dict[str, Any]) -> None:
    extras = [line for extra in project["optional-dependencies"].values() for line in extra]
    lines = [line for line in [*project["dependencies"], *extras] if not line.startswith("twintrack")]
    assert [line for line in lines if not re.search(r">=[^,]+,<", line)] == []


def test_citation_and_changelog_name_the_version_of_the_code() -> None:
    citation = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    changes = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert citation
    assert changes
    assert citation[1] == changes[1] == twintrack.__version__


GUIDES = ("README.md", "CONTRIBUTING.md")


@pytest.mark.parametrize("guide", GUIDES)
def test_the_files_that_a_guide_links_to_exist(guide: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / guide).read_text())
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("guide", GUIDES)
def test_what_a_guide_makes_can_be_made(guide: str) -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z_-]+)", (ROOT / guide).read_text(), re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    targets |= {f"report-{path.stem}" for path in (ROOT / "reports").glob("*.yaml")}
    assert named
    assert named - targets == set()
