"""The book of the model says what is there: names exist, levers and sectors are all in, tables are current.

`python tests/packaging/test_docs.py` writes the tables of the book, and of the pages on history and
calibration, anew from their own Python blocks.
"""

from __future__ import annotations

import ast
import io
import re
import shlex
import sys
from collections.abc import Collection
from contextlib import redirect_stdout
from importlib.util import find_spec
from inspect import signature
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any, get_args

import pytest

from twintrack.inputs.history import COLUMNS, RUN
from twintrack.inputs.history_schemas import Course, Scale, SeriesEntry
from twintrack.inputs.observed_table import OPTIONAL, REQUIRED
from twintrack.inputs.report_schemas import Report
from twintrack.inputs.schemas import ScenarioFile
from twintrack.inputs.sheets import Sheet
from twintrack.inputs.sources import ASSUMPTION
from twintrack.model import Model
from twintrack.names import split_element
from twintrack.pages.validation.sections import identified, ranking
from twintrack.runs.results import Run

if TYPE_CHECKING:
    from twintrack.equations import Equations

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "docs" / "model_book.md"
HISTORY = ROOT / "docs" / "history.md"
CALIBRATION = ROOT / "docs" / "calibration.md"
# A Python block, and the table that stands under it if there is one.
BLOCK = re.compile(
    r"(^```python\n(?P<code>.*?)^```\n)(?P<gap>\n(?=\|))?(?P<table>(?:^\|[^\n]*\n)*)", re.M | re.S
)
OUTSIDE_SECTORS = {"Levers", "Outside world", "Indicators", "Control"}
NUMBER = re.compile(r"^[+\-−]?[\d,]+(\.\d+)?$")


def printed(code: str | CodeType, names: dict[str, Any]) -> str:
    """Run a block among the names of the blocks before it and give what it prints."""
    text = io.StringIO()
    with redirect_stdout(text):
        exec(code, names)
    return text.getvalue()


def prose(text: str) -> str:
    """The book without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)


def code_names(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", prose(text))


def section(text: str, title: str) -> str:
    """What stands under a heading, up to the next one of the same or a higher level."""
    found = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^#{{1,2}} |^\1 |\Z)", text, re.M | re.S)
    assert found, f"no section {title}"
    return found[2]


def exists(name: str, words: Collection[str]) -> bool:
    """Whether something in code style is a known word, a file, a test, a command or a setting of one."""
    if name.startswith(("twintrack ", "make ", "python ")):
        return is_command(name)
    path, _, function = name.partition("::")
    if "/" in path:
        file = ROOT / path
        return file.exists() and (not function or f"def {function}(" in file.read_text(encoding="utf-8"))
    return name in words or split_element(name)[0] in words or name == "budget: equal"


def is_command(line: str) -> bool:
    from twintrack.cli import main

    program, *words = shlex.split(line)
    if program == "python":
        return find_spec(words[1]) is not None if words[0] == "-m" else (ROOT / words[0]).is_file()
    if program == "make":
        return re.search(rf"^{words[0]}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M) is not None
    command: Any = main
    while hasattr(command, "commands") and words:
        command = command.commands.get(words.pop(0))
    options = {option for parameter in getattr(command, "params", ()) for option in parameter.opts}
    return command is not None and {word for word in words if word.startswith("--")} <= options


@pytest.fixture(scope="module")
def book() -> str:
    return BOOK.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def words(model: Model) -> set[str]:
    names = {*model.equations.variables, *model.levers, *model.outcomes, *model.scenarios}
    names |= {*model.inputs.strategies.known(), *model.lever_table.groups}
    names |= {split_element(name)[0] for name in model.world}
    return names | set(model.inputs.sources)


def test_everything_in_code_style_exists(book: str, words: set[str]) -> None:
    found = code_names(book)
    assert len(found) > 200
    assert sorted({name for name in found if not exists(name, words)}) == []


def test_what_does_not_exist_is_noticed(words: set[str]) -> None:
    wrong = [
        "captured_rate",
        "model/twintrack.md",
        "tests/model/test_history.py::test_nothing",
        "make coffee",
        "python -m question.frost",
        "twintrack rum baseline",
        "twintrack run baseline --jsonn",
    ]
    assert [name for name in wrong if exists(name, words)] == []


def test_every_lever_has_its_row(book: str, model: Model) -> None:
    rows = re.findall(r"^\| `(\w+)` \|", section(book, "3 The thirty-four levers"), re.M)
    assert rows == list(model.levers)


def test_every_sector_has_its_section(book: str, equations: Equations) -> None:
    groups = dict.fromkeys(variable.group for variable in equations.variables.values())
    sectors = [name for name in groups if name and name not in OUTSIDE_SECTORS]
    titles = re.findall(r"^### (.+)$", section(book, "2 The fifteen sectors"), re.M)
    assert titles == sectors


def test_every_loop_is_in_the_table(book: str, model: Model) -> None:
    rows = re.findall(
        r"^\| ([RB][\w-]+) \|", section(book, "11 Loops, boundary, surprises, predictions"), re.M
    )
    assert rows == list(model.inputs.loops)


def test_numbers_in_titles_are_those_of_the_model(book: str, model: Model, equations: Equations) -> None:
    groups = {variable.group for variable in equations.variables.values() if variable.group}
    assert len(model.levers) == 34 and len(groups - OUTSIDE_SECTORS) == 15
    assert len(re.findall(r"^\| `\w+` \|", section(book, "9 Thirty-five figures of the seeds"), re.M)) == 35


def test_every_kind_of_mechanism_is_counted(book: str, model: Model) -> None:
    (row,) = re.findall(r"^\| all \|(.*)\|$", section(book, "8 The map of mechanisms"), re.M)
    claims, *kinds = map(int, row.split("|"))
    assert claims == len(model.inputs.mechanisms) == sum(kinds)


@pytest.mark.slow
def test_the_page_on_ensembles_works_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from twintrack.cli import main

    text = (ROOT / "docs" / "ensembles.md").read_text(encoding="utf-8").replace("10000", "70")
    monkeypatch.chdir(tmp_path)
    lines = [
        line for block in re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S) for line in block.splitlines()
    ]
    commands = [line for line in lines if line.startswith("twintrack ")]
    assert len(commands) == 2 and all(map(is_command, commands))
    done = CliRunner().invoke(main, [*shlex.split(commands[0])[1:], "--workers", "1"])
    assert done.exit_code == 0, done.output
    text = text.replace('out="build/crossed"', 'out="build/crossed", workers=1')
    names: dict[str, Any] = {}
    for block in BLOCK.finditer(text):
        exec(block["code"], names)
    assert len(names["runs"]) == 2 * 2 * 70 * 25 and len(names["gap"]) == 2 * 2 * 70 * 2
    assert names["late"].num_rows == 2 * 2 * 70 and len(names["worlds"]) == 70


@pytest.mark.slow
def test_tables_are_what_their_blocks_print(book: str) -> None:
    assert_tables_are_current(book)


def test_tables_of_the_history_are_what_the_files_hold() -> None:
    assert_tables_are_current(HISTORY.read_text(encoding="utf-8"))


def test_the_page_on_calibration_is_current_and_names_what_exists(words: set[str]) -> None:
    text = CALIBRATION.read_text(encoding="utf-8")
    assert_tables_are_current(text)
    known = words | {"walk", "twintrack", "calibrate", "validate", RUN}
    known |= {*signature(Model.run).parameters, *(f"run.{name}" for name in dir(Run))}
    known |= {"twintrack.worlds.posterior", "SOURCE_DATE_EPOCH", *REQUIRED, *OPTIONAL}
    known |= {identified.CSV, ranking.CSV, *ScenarioFile.model_fields}
    assert sorted({name for name in code_names(text) if not exists(name, known)}) == []


def test_the_page_on_the_history_names_every_series_and_every_key(model: Model, words: set[str]) -> None:
    text = HISTORY.read_text(encoding="utf-8")
    table = section(text, "The series")
    for series in model.inputs.history.values():
        assert len(re.findall(rf"^\| {re.escape(series.title.en)} \|", table, re.M)) == 2
    keys = (
        set(SeriesEntry.model_fields)
        | {*COLUMNS, RUN}
        | {"at", "mean", "total", *get_args(Scale), *get_args(Course), "upper"}
    )
    known = words | keys | {"model.inputs.history", ASSUMPTION}
    assert sorted({name for name in code_names(text) if not exists(name, known)}) == []
    form = section(text, "The form")
    assert [key for key in SeriesEntry.model_fields if f"`{key}`" not in form] == []


def test_the_page_on_reports_names_every_definition_key_and_command() -> None:
    text = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|", section(text, "The shipped definitions"), re.M)
    assert sorted(rows) == sorted(path.stem for path in (ROOT / "reports").glob("*.yaml"))
    writing = section(text, "Writing one")
    fields = {*Report.model_fields, *Sheet.model_fields}
    assert [key for key in sorted(fields) if f"`{key}`" not in writing and key != "kind"] == []
    keys = set(re.findall(r"^\| `(\w+)` \|", writing, re.M))
    assert keys <= fields
    commands = re.findall(r"^(twintrack [^#\n]*?)\s*(?:#.*)?$", text, re.M)
    assert len(commands) == 4 and all(map(is_command, commands))


def assert_tables_are_current(text: str) -> None:
    names: dict[str, Any] = {}
    for block in BLOCK.finditer(text):
        assert_same_table(printed(block["code"], names), block["table"])


def assert_same_table(new: str, old: str) -> None:
    """Text alike, numbers alike up to two units of the last digit: another machine may round otherwise."""
    new_rows, old_rows = ([row.split("|") for row in text.splitlines()] for text in (new, old))
    assert len(new_rows) == len(old_rows)
    for new_row, old_row in zip(new_rows, old_rows, strict=True):
        for a, b in zip(new_row, old_row, strict=True):
            assert same_cell(a.strip(), b.strip()), f"{old_row} is now {new_row}"


def same_cell(new: str, old: str) -> bool:
    if not (NUMBER.match(new) and NUMBER.match(old)):
        return new == old
    last_digit = 10.0 ** -len(old.partition(".")[2])
    return abs(_float(new) - _float(old)) <= 2.01 * last_digit


def _float(cell: str) -> float:
    return float(cell.replace(",", "").replace("−", "-"))


class Noted(ast.NodeTransformer):
    """Asserts that note what fails and go on, so that all claims of a page are tried in one run."""

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        said = node.msg or ast.Constant(f"assert {ast.unparse(node.test)}")
        note = ast.Call(ast.Name("note_failed_claim", ast.Load()), [ast.Constant(node.lineno), said], [])
        noted = ast.Expr(ast.BoolOp(ast.Or(), [node.test, note]))
        return ast.fix_missing_locations(ast.copy_location(noted, node))


def refreshed(page: Path, faults: list[str]) -> str:
    """Give a page with the tables that its blocks print now.

    A block with an assertion that fails keeps its old table; `faults` gets the place and the message.
    """
    text = page.read_text(encoding="utf-8")
    failed: dict[int, str] = {}
    names: dict[str, Any] = {"note_failed_claim": failed.setdefault}

    def with_output(block: re.Match[str]) -> str:
        failed.clear()
        above = text.count("\n", 0, block.start("code"))
        tree = Noted().visit(ast.increment_lineno(ast.parse(block["code"]), above))
        output = printed(compile(tree, str(page), "exec"), names)
        faults.extend(f"{page}:{line}: {said}" for line, said in failed.items())
        if failed:
            return block[0]
        return block[1] + ("\n" + output if output else "")

    return BLOCK.sub(with_output, text)


def test_a_claim_that_no_longer_holds_is_named_and_the_rest_of_the_page_goes_on(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    blocks = ['assert 1 > 2, "no"\nprint("| new |")', "a = 1\nassert a == 2", 'print("| new |")']
    page.write_text("Text\n\n" + "\n".join(f"```python\n{code}\n```\n\n| old |\n" for code in blocks))
    faults: list[str] = []
    tables = re.findall(r"^\|.*$", refreshed(page, faults), re.M)
    assert tables == ["| old |", "| old |", "| new |"]
    assert faults == [f"{page}:4: no", f"{page}:12: assert a == 2"]


def main() -> str | None:
    """Renew the pages; give what no longer holds, if anything."""
    faults: list[str] = []
    for page in (BOOK, HISTORY, CALIBRATION):
        page.write_text(refreshed(page, faults), encoding="utf-8")
    return "\n".join(faults) or None


if __name__ == "__main__":
    sys.exit(main())  # a text goes to the error output, with exit code 1
