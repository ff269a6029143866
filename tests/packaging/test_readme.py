"""What the README shows works as shown: its commands, its Python, its strategy and its scenario."""

from __future__ import annotations

import io
import re
import shlex
import shutil
from collections import Counter
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

import twintrack
from twintrack.names import split_element

if TYPE_CHECKING:
    from twintrack.model import Model

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FEW = "20"
"""Worlds of a command: it does the same with more of them."""


def blocks(language: str) -> list[str]:
    """Code blocks of the README in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def block(language: str, first_line: str) -> str:
    """The code block that begins with a line."""
    return next(text for text in blocks(language) if text.startswith(first_line))


def commands() -> list[str]:
    """The lines of the first ten minutes that are commands."""
    return [line for line in block("sh", "# one model").splitlines() if line.startswith("twintrack ")]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder that looks like the checkout, where commands may write."""
    for name in ("model", "strategies", "reports"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "seen.csv").write_text(
        "series,period,value,unit,publisher\nadoption,2025,0.5,1,made up\n", encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TWINTRACK_CONTENT", str(tmp_path))
    return tmp_path


@pytest.mark.slow
def test_the_commands(folder: Path) -> None:
    from twintrack import load
    from twintrack.cli import main
    from twintrack.decisions.whatif_question import read_question

    for line in commands():
        fewer = re.sub(r"--runs \d+", f"--runs {FEW}", line)
        command, *arguments = shlex.split(fewer, comments=True)[1:]
        if command == "report":  # the tests of the report build the same page
            assert arguments[0] == "--sheet" or (folder / arguments[0]).is_file()
            continue
        if command in ("calibrate", "validate"):  # they take minutes, and have tests of their own
            assert not arguments
            continue
        if command == "whatif":  # it takes a minute, and has tests of its own
            assert read_question(arguments[0], load())
            continue
        if command in ("search", "watch", "site", "dashboard"):  # minutes, too
            assert arguments[0] == "--out"
            continue
        if command == "explain-difference":  # cutting loops takes a minute, and has tests of its own
            arguments += ["--no-loops", "--runs", FEW]
        if command == "analyse":  # each of several processes would compile the model for itself
            arguments += ["--workers", "1"]
        result = CliRunner().invoke(main, [command, *arguments])
        assert result.exit_code == 0, f"{line}\n{result.output}"
    assert (folder / "strategies" / "my_strategy.yaml").is_file()


def shares(table: str, row: str, column: str) -> float:
    """A share of docs/question.md: of the table under a line of text."""
    text = (ROOT / "docs" / "question.md").read_text(encoding="utf-8").partition(f"{table}\n")[2]
    head, _, *rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    found = next(cells for cells in rows if cells[0] == row)
    return float(found[head.index(column) + (len(found) - len(head))])


def test_the_answer_of_today_is_what_the_tables_say() -> None:
    both, doors = (
        "`explore_base` against `pure_catchup`:",
        "`catchup_explore_closed` against `explore_open`: doors alone.",
    )
    expected = [
        shares(both, "as drawn", "Income from AI 2040"),
        shares(both, "as drawn", "Capability 2040"),
        shares(both, "as drawn", "Capability 2030"),
        shares(both, "scale ceiling 11", "Capability 2040"),
        shares(both, "scale ceiling 26", "Capability 2040"),
        1 - shares(doors, "as drawn", "Capability 2040"),
        shares(doors, "as drawn", "Income from AI 2040"),
        1 - shares(doors, "reciprocity 0", "Capability 2040"),
    ]
    answer = " ".join(README.partition("**The answer of today**")[2].partition("\n\n")[0].split())
    told = answer.partition("[The question")[0]
    assert re.findall(r"(\d+) of 100", told) == [f"{100 * share:.0f}" for share in expected]
    assert (
        expected[0] > 0.6
        and expected[2] < 0.4
        and expected[3] > 0.6
        and expected[5] > 0.6 > 0.5 > expected[7]
    )


def test_the_make_targets_it_names_are_there() -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z_-]+)", README, re.MULTILINE))
    offered = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert {"reports", "test", "test-quick", "parity"} <= {*named} and named - set(offered) <= {
        "report-strategy_comparison"
    }


def test_the_commands_are_all_there_are() -> None:
    from twintrack.cli import main

    shown = {line.split()[1] for line in commands()}
    assert shown == set(main.commands)


@pytest.mark.slow
def test_the_python_example() -> None:
    names: dict[str, object] = {}
    exec(block("python", "import twintrack"), names)
    assert names["worlds"].sizes["world"] == 500  # type: ignore[attr-defined]


def test_the_size_of_the_model_is_the_one_that_is_counted() -> None:
    text = io.StringIO()
    with redirect_stdout(text):
        exec(block("python", "from collections import Counter"), {})
    assert [text.getvalue()] == blocks("text")


def test_the_drawn_constants_and_the_claims_are_those_that_are_counted(model: Model) -> None:
    drawn = {split_element(name)[0] for name, entry in model.world.items() if entry.distribution != "fixed"}
    status = Counter(entry.status for entry in model.inputs.mechanisms.values())
    text = " ".join(README.split())
    assert f"Of these constants {len(drawn)} are drawn." in text
    assert (
        f"Of {status.total()} claims of the five papers (`model/mechanisms.csv`) {status['felt']} have a link"
        in text
    )
    assert f"most worlds, {status['weak']} have one that is weak, and {status['out']} have none" in text


def test_the_example_of_another_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from twintrack.cli import main
    from twintrack.engines import Simulator

    monkeypatch.chdir(tmp_path)
    (tmp_path / "bench").mkdir()
    shutil.copy(ROOT / "bench" / "world3.mdl", tmp_path / "bench")
    corpus = ROOT / "tests" / "corpus"
    shutil.copy(corpus / "xmile" / "teacup.stmx", tmp_path / "market.stmx")
    shutil.copy(corpus / "data" / "excel.xlsx", tmp_path / "prices.xlsx")
    for line in block("sh", "twintrack model simulate").splitlines():
        result = CliRunner().invoke(main, shlex.split(line, comments=True)[1:])
        assert result.exit_code == 0, result.output
    assert (tmp_path / "results.csv").read_text().splitlines()[-1].startswith("4.0,")
    assert (tmp_path / "world3" / "engine.js").is_file() and (tmp_path / "world3.html").is_file()
    names: dict[str, Any] = {}
    exec(block("python", "from twintrack.engines import Simulator"), names)
    as_written = Simulator(tmp_path / "bench" / "world3.mdl").run()
    assert names["frame"].loc[2100, "population"] < 0.5 * as_written.loc[2100, "population"]


def test_the_strategy_example(model: Model, tmp_path: Path) -> None:
    example = tmp_path / "my_strategy.yaml"
    example.write_text(block("yaml", "# strategies/my_strategy.yaml"), encoding="utf-8")
    shown, parent = model.run(str(example)), model.run("pure_catchup")
    assert not shown.outcomes.equals(parent.outcomes)
    assert shown.outcomes.loc[:2025].equals(parent.outcomes.loc[:2025])


@pytest.mark.slow
def test_the_scenario_example(folder: Path) -> None:
    text = block("yaml", "# model/scenarios/cheaper_frontier.yaml")
    (folder / "model" / "scenarios" / "cheaper_frontier.yaml").write_text(text, encoding="utf-8")
    model = twintrack.load(folder)
    cheaper, central = (
        model.run("baseline", scenario).outcomes["frontier_run_cost"].loc[2030]
        for scenario in ("cheaper_frontier", "central")
    )
    assert cheaper < central


def test_the_example_of_an_uncertain_parameter_is_the_one_in_the_file(model: Model) -> None:
    from ruamel.yaml import YAML

    (shown,) = YAML(typ="safe").load(block("yaml", "# an entry of model/world.yaml")).items()
    entry = model.world[shown[0]].model_dump(mode="json")
    assert shown[1] == {key: entry[key] for key in shown[1]}
