"""Mechanisms: what a cut is, what it does, and what is written into the table."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from question.felt.__main__ import main
from question.felt.cuts import Cut, read_cut
from question.felt.mechanism_file import read_mechanism_file
from question.felt.mechanisms import Context, cells_of, cut_effects, measured_rows, mechanism_answers
from question.felt.spreads import yardstick
from twintrack.errors import InputError
from twintrack.model import Model

pytestmark = pytest.mark.slow

HEAD = "id,seed,claim_en,cut,scenario,world,status,reason\n"
ROWS = (
    'AA01,s,"The gap closes, slowly",strength=0,,,carried,\n'
    "AA02,s,The leader goes ahead,pace = 0,,,carried,\n"
    "AA03,s,The same again,strength=0,,,carried,\n"
    "AA04,s,Nothing follows from it,slowing=0,,,carried,\n"
    "AA05,s,Where effort goes,catchup_share 0..1,,,carried,\n"
    "AA06,s,Left out,,,,left_out,No number\n"
    "AA07,s,Left out,,,,left_out,\n"
)


@pytest.fixture
def worlds(small_model: Model) -> pd.DataFrame:
    return small_model.draw_worlds(20, seed=1, prior=True)


def table(folder: Path, text: str = HEAD + ROWS) -> Path:
    path = folder / "mechanisms.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_cut_moves_the_outcome_from_the_start_of_policies_on(
    small_model: Model, worlds: pd.DataFrame
) -> None:
    """Without the pace, the gap of 2040 lacks what the leader would have gained in fourteen years."""
    stick = yardstick(small_model, worlds)
    task = (Context(), Cut((("pace", 0.0, 2026.0),)))
    found = cut_effects(small_model, worlds, stick, [task])[task]
    place = stick.outcomes.index("frontier_gap_months")
    lost = np.stack(
        [worlds["pace"] * (year - 2026) / stick.spread[place, at] for at, year in enumerate(stick.years)]
    )
    assert found.outcome == "frontier_gap_months" and found.share == 1 and found.status == "felt"
    assert found.effect == pytest.approx(float(np.median(lost.max(axis=0))), rel=1e-3)


def test_a_cut_may_say_from_when_on(small_model: Model, worlds: pd.DataFrame) -> None:
    """Years of the pace count that are cut: sixteen, fourteen, five."""
    stick = yardstick(small_model, worlds)
    texts = ("pace=0@2024", "pace=0", "pace=0@2035")
    tasks = [(Context(), read_cut(text, small_model, "here")) for text in texts]
    found = cut_effects(small_model, worlds, stick, tasks)
    early, today, late = (found[task].effect for task in tasks)
    assert early > today > late > 0


def test_a_cut_that_leaves_no_number_is_told(
    small_model: Model, worlds: pd.DataFrame, tmp_path: Path
) -> None:
    file = read_mechanism_file(table(tmp_path, "id,cut\nAA01,strength=inf\nAA02,pace=1\n"))
    found = measured_rows(small_model, worlds, yardstick(small_model, worlds), file)
    *_, broken = mechanism_answers(file, found)
    assert broken.rows == [("AA01", "strength=inf", "1.000")]


def test_levers_go_from_end_to_end(small_model: Model, worlds: pd.DataFrame) -> None:
    stick = yardstick(small_model, worlds)
    narrow, wide = (
        (Context(), Cut(levers=(("catchup_share", low, high),))) for low, high in ((0.4, 0.6), (0.0, 1.0))
    )
    found = cut_effects(small_model, worlds, stick, [narrow, wide])
    assert found[wide].effect == pytest.approx(5 * found[narrow].effect, rel=1e-6)


def test_a_link_is_cut_while_a_lever_stands_where_the_cut_says(
    small_model: Model, worlds: pd.DataFrame
) -> None:
    """The follower gains strength times its lever: the more it is set to, the more the cut takes away."""
    stick = yardstick(small_model, worlds)
    texts = ("strength=0; catchup_share=0", "strength=0; catchup_share=0.5", "strength=0; catchup_share=1")
    tasks = [(Context(), read_cut(text, small_model, "here")) for text in texts]
    assert tasks[1][1].settings == (("catchup_share", 0.5),)
    found = cut_effects(small_model, worlds, stick, tasks)
    none, half, full = (found[task].effect for task in tasks)
    assert 0 <= none < half < full
    assert half == pytest.approx(full / 2, rel=0.1)


def test_a_mechanism_is_looked_at_where_its_row_says(small_model: Model, worlds: pd.DataFrame) -> None:
    stick = yardstick(small_model, worlds)
    cut = read_cut("strength=0", small_model, "here")
    tasks = [(Context(), cut), (Context(world=(("strength", 0.0),)), cut), (Context("fast_leader"), cut)]
    found = cut_effects(small_model, worlds, stick, tasks)
    effects = [found[task].effect for task in tasks]
    assert effects[1] == 0 < effects[0] and found[tasks[1]].status == "nil" and effects[2] > 0


def test_what_is_measured_is_written_beside_what_was_there(
    small_model: Model, worlds: pd.DataFrame, tmp_path: Path
) -> None:
    file = read_mechanism_file(table(tmp_path))
    found = measured_rows(small_model, worlds, yardstick(small_model, worlds), file)
    file.write(cells_of(found))
    again = read_mechanism_file(file.path)
    assert [row["status"] for row in again.rows] == ["felt"] * 3 + ["nil", "felt", "out", "out"]
    assert again.columns[-2:] == ["status", "reason"] and "felt_share" in again.columns
    kept = ("id", "seed", "claim_en", "cut", "reason")
    assert [[row[name] for name in kept] for row in again.rows] == [
        [row[name] for name in kept] for row in file.rows
    ]
    counts, silent, shared, weak, broken = mechanism_answers(file, found)
    assert dict(counts.rows) == {"felt": "4", "weak": "0", "nil": "1", "out": "2"}
    assert silent.rows == [("1", "AA07")] and shared.rows == [("strength=0", "2", "AA01 AA03")]
    assert [row[0] for row in weak.rows] == ["AA04"]
    assert not broken.rows
    file.write(cells_of(found))
    assert read_mechanism_file(file.path).rows == again.rows


def test_the_table_of_the_model_is_not_rewritten_where_nothing_is_measured(
    content: Path, tmp_path: Path
) -> None:
    path = tmp_path / "mechanisms.csv"
    shutil.copy(content / "model" / "mechanisms.csv", path)
    file = read_mechanism_file(path)
    file.write(file.rows)
    new = set(file.columns) - set(path.read_text(encoding="utf-8").splitlines()[0].split(","))
    assert not new
    assert [dict(row) for row in read_mechanism_file(path).rows] == [dict(row) for row in file.rows]


@pytest.mark.parametrize(
    ("cut", "message"),
    [
        ("strenght=0", "did you mean"),
        ("strength=much", "is no number"),
        ("strength=1@soon", "is no number"),
        ("frontier_gap_months=0", "no constant"),
        ("catchup_share=0", "cuts nothing"),
        ("catchup_share=0@2030; strength=0", "takes no year"),
        ("strength=0; catchup_share=3", "3"),
        ("catchup_share 0..3", "3"),
        ("catchup_share", "is no cut"),
        ("strength=0; catchup_share 0..1", "one of the two"),
    ],
)
def test_what_is_no_cut_is_told_with_its_place(
    small_model: Model, worlds: pd.DataFrame, tmp_path: Path, cut: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read_cut(cut, small_model, "here")
    file = read_mechanism_file(table(tmp_path, f"id,cut\nAA01,strength=0\nAA02,{cut}\n"))
    with pytest.raises(InputError, match=r"mechanisms\.csv:3: AA02"):
        measured_rows(small_model, worlds, yardstick(small_model, worlds), file)


def test_the_command_writes_the_table_and_prints_counts(
    small_content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "content"
    shutil.copytree(small_content, folder)
    path = table(folder / "model")
    monkeypatch.setenv("TWINTRACK_CONTENT", str(folder))
    monkeypatch.chdir(tmp_path)
    asked = ["mechanisms", "--worlds", "20", "--prior", "--out", "felt.csv"]
    kept = CliRunner().invoke(main, [*asked, "--no-write"])
    assert kept.exit_code == 0, kept.output
    assert "| felt | 4 |" in kept.output and path.read_text(encoding="utf-8") == HEAD + ROWS
    written = CliRunner().invoke(main, asked)
    assert written.output == kept.output and ",felt," in path.read_text(encoding="utf-8")
    assert list(pd.read_csv("felt.csv")["id"]) == [f"AA0{number}" for number in range(1, 8)]


@pytest.mark.parametrize(
    ("command", "told"), [("constants", "Move nothing, by sector"), ("levers", "Each lever")]
)
def test_commands_print_tables_and_write_rows(
    small_content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, told: str
) -> None:
    monkeypatch.setenv("TWINTRACK_CONTENT", str(small_content))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, [command, "--worlds", "20", "--prior", "--out", "felt.csv"])
    assert result.exit_code == 0 and f"## {told} (20 worlds, prior)" in result.output
    assert len(pd.read_csv("felt.csv")) > 3
