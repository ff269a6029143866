"""Every label in both languages."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from string import Formatter

import pytest
from ruamel.yaml import YAML

from twintrack.errors import TwinTrackError
from twintrack.model import Model
from twintrack.pages.texts import FILES, LANGUAGES, Texts

FOLDER = Path(str(resources.files("twintrack.pages")))
FILED = {name: YAML(typ="safe").load(FOLDER.joinpath(name).read_text(encoding="utf-8")) for name in FILES}
ENTRIES = {key: entry for entries in FILED.values() for key, entry in entries.items()}


def _fields(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field}


def test_both_languages_say_the_same_values() -> None:
    assert [key for key, entry in ENTRIES.items() if set(entry) != set(LANGUAGES)] == []
    assert [key for key, entry in ENTRIES.items() if _fields(entry["en"]) != _fields(entry["zh"])] == []


def test_no_text_is_in_two_files() -> None:
    assert len(ENTRIES) == sum(map(len, FILED.values()))


def test_chinese_texts_are_chinese() -> None:
    untranslated = [
        key
        for key, entry in ENTRIES.items()
        if re.search("[a-z]{3}", re.sub(r"\{.*?\}|\S+\.mdl|\.csv|sha256", "", entry["en"]))
        and not re.search("[\u4e00-\u9fff]", entry["zh"])
    ]
    assert untranslated == []


def test_every_text_is_used_by_a_page() -> None:
    files = [path for path in FOLDER.rglob("*") if path.suffix in (".py", ".jinja")]
    files += (FOLDER.parent / "hands_on").glob("*.py")
    code = "".join(path.read_text(encoding="utf-8") for path in files)
    prefixes = (
        *("unit ", "sector ", "better_", "tercile_", "provenance_", "site_"),
        *("kind_", "distribution_", "confidence_", "switch_on_"),
        *("sheet_sign_", "sheet_origin_", "sheet_finding_", "sheet_when_", "derivation_"),
        *("unit_", "amount_", "count_", "goal_", "clause_", "read_dots_", "spans_", "hero_row_"),
        *(
            "grid_turns_",
            "verdict_",
            "words_",
            "mixed_",
            "when_start_",
            "state_",
            "stems_one_",
            "sure_",
            "behind_worlds_",
        ),
        *(
            "limits_",
            "variant_",
            "panel_",
            "reading ",
            "status ",
            "said_",
            "expected_",
            "standing_",
            "theil_",
        ),
        *("lookahead_prior_", "lookahead_told_", "lookahead_reason_", "forecast_", "finding_", "told_"),
    )
    built = {f"{section}_heading" for section in re.findall(r'Section\(\s*"(\w+)"', code)}
    # Columns are named by their keys alone, and a list of nothing by that of the list.
    named = set(re.findall(r'"(\w+)"', code))
    built |= (
        {f"col_{key}" for key in named}
        | {f"col_theil_{key}" for key in named}
        | {f"{key}_none" for key in named}
    )
    built |= {f"{key}_axis" for key in named}
    unused = [
        key
        for key in ENTRIES
        if not key.startswith(prefixes) and key not in built and not re.search(rf"[\"']{key}[\"']", code)
    ]
    assert unused == []


def test_reports_and_sheets_call_a_world_a_future_and_say_so_once() -> None:
    files = ("texts.yaml", "story_texts.yaml", "sheet_texts.yaml", "glossary_texts.yaml")
    other = r"\{\w+\}|model/world\.yaml|[Oo]utside world|外部世界"
    said = {
        key: re.sub(other, "", f"{entry['en']} {entry['zh']}")
        for name in files
        for key, entry in FILED[name].items()
        if not key.startswith("loops_")  # of the pages of the model
    }
    assert [key for key, text in said.items() if re.search(r"\b[Ww]orlds?\b|世界", text)] == [
        "words_future_told"
    ]


def test_a_missing_text_is_an_error_and_not_an_empty_label() -> None:
    with pytest.raises(TwinTrackError, match="no such text"):
        Texts("en")("no such text")


def test_every_unit_of_the_model_that_a_page_shows_is_translated(model: Model) -> None:
    texts = Texts("zh")
    shown = [*model.outcomes.values(), *model.levers.values(), *model.world.values()]
    missing = {item.unit for item in shown if texts.unit(item.unit) == item.unit}
    assert missing == set()


@pytest.mark.parametrize(
    ("unit", "told"),
    [
        ("dollar/person/Year", "美元/人/年"),
        ("Dollars / Month", "美元/月"),
        ("1/day", "每天"),
        ("pollution unit/Year", "pollution unit/Year"),
        ("1/pollution unit", "1/pollution unit"),
        ("widget", "widget"),
    ],
)
def test_a_fraction_is_told_in_chinese_where_all_its_units_are(unit: str, told: str) -> None:
    assert Texts("zh").unit(unit) == told
    assert Texts("en").unit("dollar/person/Year") == "dollar/person/Year"


def test_lists_end_as_each_language_ends_them() -> None:
    assert Texts("en").join(["a", "b", "c"]) == "a, b and c"
    assert Texts("zh").join(["a", "b", "c"]) == "a、b和c"
    assert Texts("en").join(["a"]) == "a"
