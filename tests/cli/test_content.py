"""`twintrack check`, `explain`, `new` and `list`."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from twintrack.inputs.check_files import content_files
from twintrack.model import Model

Program = Callable[..., Result]
Answer = Callable[..., Any]


@pytest.fixture
def copy(content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the content, which the program reads; an empty folder is the current one."""
    root = tmp_path / "content"
    for folder in ("model", "strategies", "reports"):
        shutil.copytree(content / folder, root / folder, ignore=shutil.ignore_patterns("*.ipynb"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setenv("TWINTRACK_CONTENT", str(root))
    monkeypatch.chdir(elsewhere)
    return root


@pytest.fixture
def small(small_content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the small content, which the program reads; an empty folder is the current one."""
    root = tmp_path / "content"
    shutil.copytree(small_content, root)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setenv("TWINTRACK_CONTENT", str(root))
    monkeypatch.chdir(elsewhere)
    return root


def test_all_content_is_good(program: Program, content: Path) -> None:
    result = program("check")
    assert result.stdout == f"{len(content_files(content))} files are good\n", result.stderr
    assert result.exit_code == 0


@pytest.mark.slow
def test_every_fault_of_every_file_is_told_with_its_line(program: Program, copy: Path) -> None:
    levers = copy / "model" / "levers.yaml"
    text = levers.read_text(encoding="utf-8").replace("policy_start:", "policy_begin:", 1)
    levers.write_text(text, encoding="utf-8")
    outcomes = copy / "model" / "outcomes.yaml"
    outcomes.write_text(outcomes.read_text(encoding="utf-8") + "surplus: 1\n", encoding="utf-8")
    result = program("check")
    assert result.exit_code == 2 and result.stdout == ""
    assert 'levers.yaml:9: the key "policy_start" is missing' in result.stderr
    assert 'unknown key "policy_begin"' in result.stderr
    assert 'unknown key "surplus"' in result.stderr


@pytest.mark.slow
def test_a_fault_in_the_equations_hides_no_other(program: Program, copy: Path) -> None:
    mdl = copy / "model" / "twintrack.mdl"
    text = mdl.read_text(encoding="utf-8")
    mdl.write_text(text.replace("LN(", "UNHEARD OF(", 1), encoding="utf-8")
    (copy / "strategies" / "wrong.yaml").write_text("extends: baseline\nlevrs: {}\n", encoding="utf-8")
    result = program("check")
    assert result.exit_code == 2
    assert "twintrack.mdl:" in result.stderr
    assert 'wrong.yaml:2: unknown key "levrs"; did you mean "levers"?' in result.stderr


@pytest.mark.slow
def test_a_posterior_is_checked(program: Program, copy: Path, put_posterior: Callable[..., Path]) -> None:
    (copy / "model" / "posterior_ranges.npz").unlink(missing_ok=True)  # of another posterior
    count = len(content_files(copy))
    path = copy / "model" / "posterior.parquet"
    count -= path.is_file()
    put_posterior(copy, 3)
    good = program("check")
    assert good.stdout == f"{count + 1} files are good\n"
    assert all(line.startswith("note: ") for line in good.stderr.splitlines())  # of scenarios
    assert program("check", path).stdout == "1 file is good\n"
    put_posterior(copy, 3, model_hash="0" * 64)
    for words in (("check",), ("check", path)):
        stale = program(*words)
        assert stale.exit_code == 0
        assert stale.stderr.startswith("warning: ") and "equations are others" in stale.stderr
    path.write_bytes(path.read_bytes()[:500])
    (copy / "strategies" / "wrong.yaml").write_text("extends: baseline\nlevrs: {}\n", encoding="utf-8")
    broken = program("check")
    assert broken.exit_code == 2 and "posterior.parquet: it cannot be read" in broken.stderr
    assert "levrs" in broken.stderr


def test_single_files_are_checked(program: Program, copy: Path) -> None:
    good, bad = Path("good.yaml"), Path("bad.yaml")
    good.write_text("extends: pure_catchup\n", encoding="utf-8")
    bad.write_text(
        "extends: pure_catchup\nlevers:\n  catchup_shar: 0.5\n  subsidy_rate: 5\n", encoding="utf-8"
    )
    assert program("check", good).stdout == "1 file is good\n"
    result = program("check", good, bad)
    assert result.exit_code == 2
    first, second = result.stderr.splitlines()
    assert first.startswith("bad.yaml:3: ") and 'did you mean "catchup_share"?' in first
    assert second.startswith("bad.yaml:4: ")


@pytest.mark.parametrize(
    "text",
    [b"", b"\x00\x01\x02", b"levers: {a: 1, a: 2}\n", b"levers:\n catchup_share: 0.5\n  subsidy_rate: 0.2\n"],
)
def test_a_file_that_cannot_be_read_is_told_with_its_line(program: Program, copy: Path, text: bytes) -> None:
    Path("bad.yaml").write_bytes(text)
    for words in (["check", "bad.yaml"], ["run", "bad.yaml"]):
        result = program(*words)
        assert result.exit_code == 2
        assert result.stderr.startswith("bad.yaml:")
    assert Path("bad.yaml").read_bytes() == text


def test_the_equation_is_explained(program: Program, answer: Answer, content: Path) -> None:
    text = program("explain", "frontier_gap_months").stdout
    mdl = (content / "model" / "twintrack.mdl").read_text(encoding="utf-8").splitlines()
    line = next(index for index, found in enumerate(mdl) if found.startswith("frontier gap months="))
    assert f"twintrack.mdl:{line + 1}" in text
    assert mdl[line + 1].strip() in text
    for head in ("units", "meaning", "source", "depends on", "used by"):
        assert f"\n{head}" in text
    assert answer("explain", "frontier_gap_months")["units"] == "months"


def test_a_misspelt_name_is_suggested(program: Program) -> None:
    result = program("explain", "frontier_gap_month")
    assert result.exit_code == 2
    assert 'did you mean "frontier_gap_months"?' in result.stderr


def test_a_new_strategy_passes_the_check_and_reproduces_its_parent_exactly(
    program: Program, answer: Answer, small: Path
) -> None:
    assert program("new", "mine", "--from", "fast").stdout == "strategies/mine.yaml\n"
    assert program("check", "strategies/mine.yaml").exit_code == 0
    mine, parent = answer("run", "mine"), answer("run", "fast")
    assert mine["strategy"] == "mine"
    assert mine["outcomes"] == parent["outcomes"]


def test_new_takes_a_name_and_no_path(program: Program, copy: Path) -> None:
    for name in ("../mine", "parts/mine", "/mine", "", ".", ".."):
        result = program("new", name)
        assert (result.exit_code, result.stdout) == (2, "")
    assert not (copy / "mine.yaml").exists()


def test_new_overwrites_nothing(program: Program, copy: Path) -> None:
    path = Path("mine.yaml")
    path.write_text("my own words", encoding="utf-8")
    result = program("new", "mine", "--output", path)
    assert result.exit_code == 2 and "exists already" in result.stderr
    assert path.read_text(encoding="utf-8") == "my own words"


@pytest.mark.parametrize(
    "kind", ["strategies", "scenarios", "levers", "world", "outcomes", "context", "variables", "reports"]
)
def test_everything_can_be_listed(model: Model, program: Program, answer: Answer, kind: str) -> None:
    entries = answer("list", kind)
    names = [entry["name"] for entry in entries]
    table = model.inputs.outcomes
    known: dict[str, Iterable[str]] = {
        "variables": model.equations.variables,
        "reports": [path.stem for path in sorted((model.content / "reports").glob("*.yaml"))],
        "outcomes": [*table.goals, *table.statistics],
        "context": [name for name in table.outcomes if name not in table.goals],
    }
    assert names == list(known.get(kind) or getattr(model, kind))
    assert all(set(entry["title"]) == {"en", "zh"} for entry in entries)
    if kind in ("levers", "world", "outcomes", "variables"):
        assert all("unit" in entry for entry in entries)
    shown = program("list", kind).stdout
    assert all(name in shown for name in names)


def test_an_unknown_kind_is_told(program: Program) -> None:
    result = program("list", "lever")
    assert result.exit_code == 2 and "levers" in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("named", [True, False])
def test_values_of_a_scenario_outside_their_range_are_noted(
    program: Program, copy: Path, named: bool
) -> None:
    path = copy / "model" / "scenarios" / "central.yaml"
    path.write_text("title: {en: Three, zh: 三}\nworld:\n  discount_rate: 3\n", encoding="utf-8")
    result = program("check", *([path] if named else []))
    assert result.exit_code == 0
    assert "central.yaml: discount_rate is set outside its range, 0 to 0.06" in result.stderr
    run = program("run", "baseline")
    assert "note: scenario central: discount_rate is set outside its range, 0 to 0.06" in run.stderr
