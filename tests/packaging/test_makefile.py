"""The Makefile: what it offers, what it rebuilds, what it leaves alone.

The real Makefile runs in a small project whose installed program is a stub: it copies the strategy that a
definition names, where that differs from the page. So rules are tested without installation or simulation.
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
# twintrack report reports/NAME.yaml --output build/reports/NAME --if-changed; twintrack report --state
if [ "$2" = --state ]; then
  for definition in reports/*.yaml; do
    page=build/reports/$(basename "$definition" .yaml)/index.html
    if cmp -s "$page" "strategies/$(cat "$definition").yaml"
    then echo "Report: file://$PWD/$page"; else missing=1; fi
  done
  exit ${missing:-0}
fi
strategy=strategies/$(cat "$2").yaml
cmp -s "$strategy" "$4/index.html" && [ "$5" = --if-changed ] && exit 0
echo "$2" >> calls
grep -q broken "$strategy" && exit 2
if [ -f meet ]; then  # wait for another one that is at work
  touch "meet.$(basename "$2")"
  for _ in 1 2 3 4 5 6 7 8 9 10; do [ "$(ls meet.* | wc -l)" -ge 2 ] && break; sleep 0.2; done
  [ "$(ls meet.* | wc -l)" -ge 2 ] || exit 1
fi
mkdir -p "$4"
cp "$strategy" "$4/index.html"
"""


class Project:
    """A folder with the Makefile, two reports of one strategy each, and a finished installation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copy(ROOT / "Makefile", folder)
        self.write("pyproject.toml", "")
        for report, strategy in (("first", "a"), ("second", "b")):
            self.write(f"reports/{report}.yaml", strategy)
            self.write(f"strategies/{strategy}.yaml", f"strategy {strategy}")
        for stamp in ("pyvenv.cfg", ".installed", ".installed-dev", ".installed-notebook"):
            self.write(f".venv/{stamp}", "")
        self.write(".venv/bin/twintrack", STUB).chmod(0o755)

    def write(self, path: str, text: str) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
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
        ("test", "--nbmake --nbmake-timeout=300"),
        ("test-quick", "-p no:nbmake -m not slow"),
        ("parity", "--all-strategies tests/parity"),
        ("durations", "-p no:nbmake -m not slow --durations=0 --durations-min=3"),
    ],
)
def test_every_target_for_tests_says_which_tests_it_wants(project: Project, target: str, given: str) -> None:
    project.write(".venv/bin/python", '#!/bin/sh\necho "$@" >> calls\n').chmod(0o755)
    assert project.make(target, "WORKERS=3").returncode == 0
    calls = (project.folder / "calls").read_text().splitlines()
    (tests,) = (call for call in calls if call.startswith("-m pytest"))
    assert tests == f"-m pytest -n 3 --dist loadfile --no-loadscope-reorder {given}".strip()
    checks = {"-m mypy", "-m ruff check", "-m ruff format --check", "-m vulture", "tools/import_circles.py"}
    assert {*calls} - {tests} == (checks if target == "test" else set())


@pytest.mark.parametrize("failing", ["mypy", "vulture", "pytest"])
def test_a_check_that_fails_fails_the_tests(project: Project, failing: str) -> None:
    project.write(".venv/bin/python", f'#!/bin/sh\ncase "$*" in *{failing}*) exit 1;; esac\n').chmod(0o755)
    assert project.make("test").returncode == 2


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
        ("strategies/unused.yaml", "strategy c", []),
    ],
)
def test_a_change_rebuilds_the_pages_that_use_it(
    project: Project, changed: str, text: str, expected: list[str]
) -> None:
    project.reports_built_by("report")
    project.write(changed, text)
    assert project.reports_built_by("report") == expected


def test_a_new_definition_becomes_a_page(project: Project) -> None:
    project.reports_built_by("reports")
    project.write("reports/third.yaml", "a")
    assert project.reports_built_by("reports") == ["reports/third.yaml"]


@pytest.mark.parametrize("target", ["reports", "report"])
def test_a_failed_report_keeps_its_page_and_stops_no_other(project: Project, target: str) -> None:
    project.make("reports")
    for name, text in (("a", "broken"), ("b", "strategy b, changed")):
        project.write(f"strategies/{name}.yaml", text)
    done = project.make(target)
    assert done.returncode != 0
    assert project.page("first").read_text() == "strategy a"
    assert project.page("second").read_text() == "strategy b, changed"
    assert f"Report: file://{project.page('second')}" in done.stdout


def test_one_report_can_be_asked_for(project: Project) -> None:
    assert project.reports_built_by("report-second") == ["reports/second.yaml"]


@pytest.mark.parametrize("arguments", [("-j2",), ()])
def test_two_reports_are_built_at_once(project: Project, arguments: tuple[str, ...]) -> None:
    project.write("meet", "")
    assert project.reports_built_by("reports", *arguments) == ["reports/first.yaml", "reports/second.yaml"]


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
