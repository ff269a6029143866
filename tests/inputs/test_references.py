"""Mixes as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

import twintrack
from twintrack.errors import InputError
from twintrack.inputs.references import mix_terms, part_names
from twintrack.model import Model
from twintrack.resources import content_root


@pytest.fixture(scope="module")
def model() -> Model:
    """The whole model: other tests of this folder have a content of their own."""
    return twintrack.load(content_root())


@pytest.mark.parametrize(
    "text",
    [
        *("0.6 a + 0.4 b", "0.6 a+0.4 b", "60% a + 40% b", "60%a+40%b", "60 % a + 40 % b"),
        *("3/5 a + 2/5 b", "0.6*a + .4*b", "6/10 a+4/10 b", " 0.6  a  +  0.4  b "),
        *("0.6×a + 0.4×b", "６０％ａ＋４０％ｂ", "60\u3000%\u3000a ＋ 40% b", "⅗ a + ⅖ b", "０．６ a＋0.4 b"),
    ],
)
def test_a_mix_is_read_in_every_plain_form(text: str) -> None:
    assert mix_terms(text, "here") == pytest.approx({"a": 0.6, "b": 0.4})


@pytest.mark.parametrize(
    "text", ["a", "a + b", "a+b", "60%", "0.6a + 0.4b", "0.6 + 0.4", "", "0.5", "- 0.5 a + 1.5 b"]
)
def test_what_is_no_mix_is_none(text: str) -> None:
    assert mix_terms(text, "here") is None


def test_parts_stand_together_with_and_without_blanks() -> None:
    assert part_names("a + b") == part_names("a+b") == ("a", "b")
    assert part_names("a") == part_names("60% a + b") == ()


def test_thirds_make_a_whole(model: Model) -> None:
    third = model.strategy("1/3 pure_catchup + 2/3 baseline").paths["catchup_share"]
    written = model.strategy("0.33333333333333333 pure_catchup + 0.66666666666666667 baseline").paths[
        "catchup_share"
    ]
    assert third.at(2035.0) == pytest.approx(written.at(2035.0), rel=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        *("60%", "0.6pure_catchup + 0.4baseline", "60% + 40%", "0.5 nobody + 0.5 baseline"),
        *("0.6 pure_catchup 0.4 baseline", "pure_catchup 60％", "纯 ＋ 0.4"),
    ],
)
def test_what_may_be_meant_as_a_mix_is_told_how_one_is_written(model: Model, text: str) -> None:
    with pytest.raises(InputError) as caught:
        model.strategy(text)
    assert "there is no strategy" in str(caught.value)
    assert ("a mix is written" in str(caught.value)) == ("nobody" not in text)


def test_a_file_that_is_called_as_a_mix_is_written_is_found(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "strategies").mkdir()
    for name in ("0.5 x", "c++"):
        (tmp_path / "strategies" / f"{name}.yaml").write_text("title: Mine\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("0.5 x", "c++"):
        assert model.strategy(name).title.en == "Mine"


def test_a_strategy_file_of_the_current_folder_is_named(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.yaml").write_text("title: Mine\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"for the file in the current folder, write mine\.yaml"):
        model.strategy("mine")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("60%", "a share is written as 0.6"),
        ("12.5 %", "a share is written as 0.125"),
        ("150bn", "write the number alone (150)"),
        ("1,500 bn CNY", "write the number alone (1500)"),
        ("much", 'not the text "much"'),
        ("9" * 400 + "x", "…"),
    ],
)
def test_a_number_with_a_sign_or_unit_is_told_how_it_is_written(model: Model, value: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        model.strategy("baseline", fiscal_ai_rd=f'"{value}"')
    assert told in str(caught.value)
    assert len(str(caught.value)) < 700
