"""The wheel: built through the source archive, installed apart from the checkout, used elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
CONTENT = ("model", "strategies", "reports")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source archive as an index would get it, with nothing downloaded."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(folder.glob("*.tar.gz"))
    return next(folder.glob("*.whl"))


class Installation:
    """A virtual environment with the wheel, which borrows the other libraries from the running one."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.home = folder / "home"
        self.work = folder / "elsewhere"
        self.home.mkdir()
        self.work.mkdir()
        environment = folder / "environment"
        venv.create(environment, with_pip=False)
        self.python = environment / "bin" / "python"
        self.program = environment / "bin" / "twintrack"
        pip = [sys.executable, "-m", "pip", "--python", str(self.python), "install", "--quiet"]
        subprocess.run([*pip, "--no-deps", "--no-index", "--no-compile", str(wheel)], check=True)
        self.site = next((environment / "lib").glob("python*/site-packages"))
        # A plain path in a .pth file shows the libraries, but not the .pth files beside them: the editable
        # installation of the checkout, which is one of these, stays out of sight.
        (self.site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")

    def run(self, *command: str | Path) -> str:
        """Run a command from the other folder, in a bare environment; give what it printed."""
        environment = {
            "HOME": str(self.home),
            "PATH": os.environ["PATH"],
            "PYTHONDONTWRITEBYTECODE": "1",
            "TWINTRACK_CACHE": os.environ["TWINTRACK_CACHE"],
        }
        done = subprocess.run(
            list(map(str, command)),
            cwd=self.work,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def files(self) -> dict[Path, int]:
        """Every file of the installation with the time of its last change."""
        return {path: path.stat().st_mtime_ns for path in self.site.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def installation(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return Installation(tmp_path_factory.mktemp("user"), wheel)


def test_the_wheel_holds_the_content_as_it_stands_in_the_checkout(wheel: Path) -> None:
    expected = {
        f"twintrack/_data/{path.relative_to(ROOT).as_posix()}": path.read_bytes()
        for folder in CONTENT
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
        if not path.is_relative_to(ROOT / "model" / "tests")
    }
    with zipfile.ZipFile(wheel) as archive:
        packed = {name: archive.read(name) for name in archive.namelist() if "/_data/" in name}
    assert packed == expected


def test_the_wheel_holds_what_a_run_and_a_report_need(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    content = ("model/twintrack.mdl", "model/levers.yaml", "model/world.yaml", "model/outcomes.yaml")
    more = ("model/scenarios/central.yaml", "strategies/baseline.yaml", "reports/strategy_comparison.yaml")
    assert {f"twintrack/_data/{path}" for path in (*content, *more)} <= names
    assert "twintrack/py.typed" in names
    assert any(name.startswith("twintrack/pages/templates/") for name in names)
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert all(name.startswith(("twintrack/", "twintrack-")) for name in names)
    assert len(names) == len(set(names))
    assert not [name for name in names if "__pycache__" in name or "/." in name]
    beside = {"bench", "question", "tests", "field_tests"}
    assert not [name for name in names if beside & set(name.split("/"))]
    assert not [name for name in names if "/_data/" in name and name.endswith(".py")]


def test_an_editable_wheel_has_no_copy_of_the_content(tmp_path: Path) -> None:
    code = "import sys; from hatchling.build import build_editable; print(build_editable(sys.argv[1]))"
    command = [sys.executable, "-c", code, str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as archive:
        assert not [name for name in archive.namelist() if "_data" in name]


def test_the_installed_package_uses_its_own_content_and_not_the_checkout(installation: Installation) -> None:
    code = "import twintrack, twintrack.resources as r; print(twintrack.__file__); print(r.content_root())"
    package, content = installation.run(installation.python, "-c", code).split()
    assert Path(package).is_relative_to(installation.site)
    assert Path(content) == installation.site / "twintrack" / "_data"


def test_the_installed_package_knows_that_the_tests_of_the_model_are_not_there(
    installation: Installation,
) -> None:
    code = (
        "from twintrack.calibration.field_tests import has_field_tests as has;"
        "from twintrack.resources import content_root; print(has(content_root()))"
    )
    assert installation.run(installation.python, "-c", code).strip() == "False"


def test_the_installed_program_works_from_another_folder_and_writes_nothing_into_itself(
    installation: Installation,
) -> None:
    before = installation.files()
    installation.run(installation.program, "check")
    listed = json.loads(installation.run(installation.program, "list", "strategies", "--json"))
    answer = json.loads(installation.run(installation.program, "run", "pure_catchup", "--json"))
    assert {"baseline", "pure_catchup"} <= {row["name"] for row in listed}
    assert answer["strategy"] == "pure_catchup"
    assert len(answer["outcomes"]["frontier_gap_months"]["values"]) == len(answer["time"])
    assert installation.files() == before
    assert not list(installation.work.iterdir())


def test_a_strategy_of_the_users_own_folder_is_found(installation: Installation) -> None:
    installation.run(installation.program, "new", "my_own", "--from", "pure_catchup")
    own = installation.run(installation.program, "run", "my_own", "--json")
    parent = installation.run(installation.program, "run", "pure_catchup", "--json")
    assert json.loads(own)["outcomes"] == json.loads(parent)["outcomes"]
