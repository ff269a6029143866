"""Running the program, in this process or as one of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from twintrack.cli import main

Program = Callable[..., Result]
PROGRAM = [str(Path(sys.executable).with_name("twintrack"))]


@pytest.fixture
def program() -> Program:
    """Runs the program with some words; an error that is not meant for users fails the test."""

    def program(*words: object) -> Result:
        result = CliRunner().invoke(main, [str(word) for word in words])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return program


@pytest.fixture
def answer(program: Program) -> Callable[..., Any]:
    """Runs the program with --json, and gives what it says."""

    def answer(*words: object) -> Any:
        result = program(*words, "--json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    return answer


@pytest.fixture
def process() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the program as a process of its own."""

    def process(*words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*PROGRAM, *map(str, words)], capture_output=True, text=True, check=False)

    return process
