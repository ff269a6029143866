"""The Makefile: what it offers, what it rebuilds, what it leaves alone.

The real Makefile runs in a small project whose installed program is a stub: it copies what a definition names
and writes inputs.d as the real one does. So the rules are tested without an installation or a simulation.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

STUB = """#!/bin/sh
# twintrack report reports/NAME.yaml --output build/reports/NAME
set -e
echo "$2" >> calls
mkdir -p "$4"
strategies=$(sed 's,.*,strategies/&.yaml,' "$2")
{ printf '%s: \\\\\\n' "$4/index.html"; echo " model/m.mdl" $strategies; for f in model/m.mdl $strategies; do
  printf '%s:\\n' "$f"; done; } > "$4/inputs.d"
cat $strategies > "$4/index.html"
grep -q broken "$4/index.html" && exit 1
exit 0
"""


class Project:
    """A folder with the Makefile, two reports of one strategy each, and a finished installation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copy(ROOT / "Makefile", folder)
        self.write("pyproject.toml", "")
        self.write("model/m.mdl", "x = 1")
        for report, strategy in (("first", "a"), ("second", "b")):
            self.write(f"reports/{report}.yaml", strategy)
            self.write(f"strategies/{strategy}.yaml", f"strategy {strategy}")
        for stamp in ("pyvenv.cfg", ".installed", ".installed-dev", ".installed-notebook"):
            self.write(f".venv/{stamp}", "")
        self.write(".venv/bin/twintrack", STUB).chmod(0o755)

    def write(self, path: str, text: str) -> Path:
        """Write a file later than everything that make has built."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        later = time.time() + 1
        if (self.folder / "calls").exists():
            os.utime(file, (later, later))
        return file

    def page(self, report: str) -> Path:
        return self.folder / "build" / "reports" / report / "index.html"

    def make(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
        return subprocess.run(
            ["make", *arguments], cwd=self.folder, env=clean, capture_output=True, text=True, check=False
        )

    def reports_built_by(self, *arguments: str) -> list[str]:
        """Definitions that the program was called with during one call of make."""
        calls = self.folder / "calls"
        calls.write_text("")
        done = self.make(*arguments)
        assert done.returncode == 0, done.stderr
        return sorted(calls.read_text().split())


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_make_alone_lists_every_target_that_is_meant_for_users(project: Project) -> None:
    shown = project.make().stdout
    tests = ("test", "test-quick", "parity", "recovery", "durations", "lint")
    for target in ("report", "reports", "validation", *tests, "bench", "notebook", "clean", "distclean"):
        assert f"make {target} " in shown


@pytest.mark.parametrize(
    ("target", "given"),
    [
        ("test", ""),
        ("test-quick", "-m not slow"),
        ("parity", "--all-strategies tests/parity"),
        ("durations", "-m not slow --durations=0 --durations-min=10"),
    ],
)
def test_every_target_for_tests_says_which_tests_it_wants(project: Project, target: str, given: str) -> None:
    project.write(".venv/bin/python", '#!/bin/sh\necho "$@" >> calls\n').chmod(0o755)
    assert project.make(target, "WORKERS=3").returncode == 0
    *before, last = (project.folder / "calls").read_text().splitlines()
    assert last == f"-m pytest -n 3 --dist loadfile --no-loadscope-reorder {given}".strip()
    assert bool(before) == (target == "test")  # the linter and the type checker


def test_recovery_is_no_test_and_says_how_many_processes(project: Project) -> None:
    project.write(".venv/bin/python", '#!/bin/sh\necho "$@" >> calls\n').chmod(0o755)
    assert project.make("recovery", "WORKERS=3").returncode == 0
    calls = (project.folder / "calls").read_text().splitlines()
    assert calls[-1] == "tools/recovery.py --workers 3"


def test_report_builds_every_definition_and_says_where_the_pages_are(project: Project) -> None:
    done = project.make("report")
    assert project.page("first").read_text() == "strategy a"
    assert project.page("second").read_text() == "strategy b"
    assert f"file://{project.page('first')}" in done.stdout
    assert f"file://{project.page('second')}" in done.stdout


def test_a_second_call_runs_nothing_but_still_says_where_the_pages_are(project: Project) -> None:
    assert project.reports_built_by("report") == ["reports/first.yaml", "reports/second.yaml"]
    assert project.reports_built_by("report") == []
    assert "Report: " in project.make("report").stdout


@pytest.mark.parametrize(
    ("changed", "text", "expected"),
    [
        ("strategies/a.yaml", "strategy a, changed", ["reports/first.yaml"]),
        ("reports/second.yaml", "a", ["reports/second.yaml"]),
        ("model/m.mdl", "x = 2", ["reports/first.yaml", "reports/second.yaml"]),
        ("strategies/unused.yaml", "strategy c", []),
    ],
)
def test_a_change_rebuilds_the_pages_that_use_it(
    project: Project, changed: str, text: str, expected: list[str]
) -> None:
    project.reports_built_by("report")
    project.write(changed, text)
    assert project.reports_built_by("report") == expected


def test_a_deleted_input_rebuilds_the_page_instead_of_stopping_make(project: Project) -> None:
    project.reports_built_by("report")
    project.write("reports/first.yaml", "b")
    (project.folder / "strategies" / "a.yaml").unlink()
    assert project.reports_built_by("report") == ["reports/first.yaml"]


def test_a_new_definition_becomes_a_page(project: Project) -> None:
    project.reports_built_by("reports")
    project.write("reports/third.yaml", "a")
    assert project.reports_built_by("reports") == ["reports/third.yaml"]


def test_a_failed_report_leaves_no_page_and_fails_make(project: Project) -> None:
    project.write("strategies/a.yaml", "broken")
    done = project.make("report")
    assert done.returncode != 0
    assert not project.page("first").exists()


def test_a_new_library_list_calls_pip_once_and_keeps_the_pages(project: Project) -> None:
    project.reports_built_by("report")
    project.write(".venv/bin/python", '#!/bin/sh\necho "$@" >> pip-calls\n').chmod(0o755)
    later = time.time() - 1
    for stamp in (".installed", ".installed-dev"):
        os.utime(project.folder / ".venv" / stamp, (later - 10, later - 10))
    assert project.reports_built_by("report") == []
    assert project.reports_built_by("report") == []
    assert (project.folder / "pip-calls").read_text().count("--editable .") == 1


def test_an_old_python_is_refused_with_a_way_out(project: Project, tmp_path: Path) -> None:
    shutil.rmtree(project.folder / ".venv")
    old = tmp_path / "old-python"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.8.1" && exit 0\nexit 1\n')
    old.chmod(0o755)
    done = project.make("report", f"PYTHON={old}")
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stderr
    assert "Python 3.8.1" in done.stderr
    assert "make PYTHON=" in done.stderr
    assert not (project.folder / ".venv").exists()


def test_clean_keeps_the_environment_and_distclean_removes_it(project: Project) -> None:
    project.make("report")
    project.make("clean")
    assert not (project.folder / "build").exists()
    assert (project.folder / ".venv" / "bin" / "twintrack").exists()
    project.make("distclean")
    assert not (project.folder / ".venv").exists()
    assert (project.folder / "strategies" / "a.yaml").exists()


def test_the_continuous_integration_requires_the_browser_and_runs_make_test(tmp_path: Path) -> None:
    for name, script in (
        ("id", "echo 1000"),
        ("make", 'echo "make $* $TWINTRACK_REQUIRE_BROWSER"; cat; exit 3'),
    ):
        stub = tmp_path / name
        stub.write_text(f"#!/bin/sh\n{script}\n")
        stub.chmod(0o755)
    done = subprocess.run(
        [ROOT / ".ci" / "run"],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        input="text that nobody reads",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "make test 1\n"
    assert done.returncode == 3


@pytest.mark.parametrize(("user", "option"), [("0", True), ("1000", False)])
def test_the_notebook_starts_as_root_too(project: Project, user: str, option: bool) -> None:
    project.write("bin/id", f"#!/bin/sh\necho {user}\n").chmod(0o755)
    paths = f"{project.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    shown = project.make("-n", "notebook", f"SHELL=env PATH={paths} /bin/sh").stdout
    assert ("--allow-root" in shown) == option
