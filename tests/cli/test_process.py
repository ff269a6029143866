"""The program as a process: what it imports, how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from twintrack import __version__
from twintrack.model import Model

Process = Callable[..., subprocess.CompletedProcess[str]]

HEAVY = ("llvmlite", "pysd", "pandas", "plotly", "xarray", "scipy", "pyarrow", "distributed")


def imported(*words: str) -> set[str]:
    """Run the program in a fresh process, and tell which of the heavy packages it has imported."""
    code = (
        "import sys, contextlib, os\nfrom twintrack.cli import main\n"
        f"with open(os.devnull, 'w') as out, contextlib.redirect_stdout(out):\n"
        f"    main({list(words)!r}, standalone_mode=False)\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.slow
def test_help_and_check_import_nothing_heavy(model: Model) -> None:
    assert model.equations  # translated once: what `check` needs is then stored
    imported("check")  # finds the posterior good, which is then known as well
    assert imported("--help") == set()
    assert imported("check") == set()
    assert imported("explain", "frontier_gap_months") == set()


def test_a_run_imports_only_the_engine(model: Model) -> None:
    model.run()
    assert imported("run", "pure_catchup", "--json") == {"llvmlite"}


@pytest.mark.slow
def test_a_second_process_compiles_nothing(model: Model, process: Process) -> None:
    """Compilation is told on stderr."""
    model.run()
    process("run", "pure_catchup", "--json")
    done = process("run", "pure_catchup", "--json")
    assert json.loads(done.stdout)["strategy"] == "pure_catchup"
    assert done.stderr == ""


def test_the_version_is_told(process: Process) -> None:
    done = process("--version")
    assert done.returncode == 0 and __version__ in done.stdout


def test_an_error_is_plain_lines_on_stderr(process: Process) -> None:
    done = process("run", "pure_catchp", "--set", "subsidy_rate=7", "--world", "cost_growth=2")
    assert done.returncode == 2 and done.stdout == ""
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 3
    assert 'did you mean "pure_catchup"?' in done.stderr


def test_an_end_with_words_is_told_and_fails() -> None:
    """As Python does it: `sys.exit("text")` prints the text and ends with 1."""
    code = (
        "import sys\nfrom twintrack import cli\n"
        "cli.main = lambda: sys.exit('there is no room left')\ncli.program()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "there is no room left\n")


def test_a_reader_that_goes_away_is_met_quietly() -> None:
    words = "from twintrack.cli import main; main(['list', 'world'])"
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-c", words], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert done.stderr == ""


def test_an_interruption_ends_with_its_own_exit_code() -> None:
    code = (
        "import signal\nfrom twintrack.cli import main\nfrom twintrack import model\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # background jobs start deaf
        "def wait(*_):\n    print('waiting', flush=True)\n    signal.pause()\n"
        "model.load = wait\nmain(['list', 'levers'])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout is not None and started.stderr is not None
        assert started.stdout.readline() == "waiting\n"
        time.sleep(0.1)
        started.send_signal(signal.SIGINT)
        try:
            assert started.wait(20) == 130
            assert started.stderr.read() == "interrupted\n"
        finally:
            started.kill()


SMALL = {
    "model/twintrack.mdl": """{UTF-8}
effort= 1 ~ Dmnl ~ What is done. Source: assumption. |
growth= 0.1 ~ 1/Year ~ What happens. Source: assumption. |
size= INTEG(size*growth*effort, 1) ~ Dmnl ~ What comes of it. Source: assumption. |
INITIAL TIME= 2016 ~ Year ~ Start. |
FINAL TIME= 2040 ~ Year ~ End. |
TIME STEP= 0.5 ~ Year ~ Step. |
SAVEPER= 1 ~ Year ~ Step of saving. |
""",
    "model/levers.yaml": """
policy_start: 2026
ramp_years: 2
levers:
  effort: {title: Effort, unit: Dmnl, range: [0, 2], baseline: 1, kind: index, source: assumption}
""",
    "model/world.yaml": """
parameters:
  growth: {title: Growth, unit: 1/Year, value: 0.1, range: [0, 1], distribution: uniform, source: assumption,
    confidence: low}
""",
    "model/outcomes.yaml": """
outcomes:
  size: {title: Size, unit: Dmnl, better: higher}
headline: [size]
""",
    "model/sources.yaml": "sources: {}\n",
    "model/scenarios/central.yaml": "{title: Central, world: {}}\n",
}


@pytest.mark.slow
def test_compiling_is_announced_once_in_one_line(
    process: Process, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, text in SMALL.items():
        path = tmp_path / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("TWINTRACK_CONTENT", str(tmp_path / "content"))
    monkeypatch.setenv("TWINTRACK_CACHE", str(tmp_path / "cache"))
    first = process("run", "baseline", "--set", "effort=2", "--json")
    assert first.returncode == 0, first.stderr
    assert "compiling the model, once" in first.stderr and len(first.stderr.splitlines()) == 1
    second = process("run", "baseline", "--set", "effort=2", "--json")
    assert (second.stderr, second.stdout) == ("", first.stdout)


@pytest.mark.parametrize(
    ("end", "code", "told"), [("'no way out'", 1, "no way out\n"), ("3", 3, ""), ("None", 0, "")]
)
def test_the_process_ends_as_the_command_says(end: str, code: int, told: str) -> None:
    script = (
        "import click\nfrom twintrack.cli import main, program\n"
        f"@main.command()\ndef leave():\n    raise SystemExit({end})\n"
        "program()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "leave"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (code, told)
