"""Wrong definitions of reports are refused before anything is written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from twintrack.errors import InputError
from twintrack.inputs.reports import load_report
from twintrack.model import Model
from twintrack.pages.report.page import build_report

pytestmark = pytest.mark.slow


def test_the_default_report_mixes_no_factors(model: Model, content: Path, tmp_path: Path) -> None:
    text = (content / "reports" / "strategy_comparison.yaml").read_text(encoding="utf-8")
    mixed = tmp_path / "mixed.yaml"
    mixed.write_text(
        text.replace(
            "both: [catchup_explore_closed, explore_base, explore_open]",
            "both: [catchup_explore_closed, explore_base, catchup_explore_open]",
        ),
        encoding="utf-8",
    )
    with pytest.raises(InputError, match=r"rows and columns both move .*alliance_support"):
        load_report(mixed, model.inputs)
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(
        text.replace("against: catchup\n", "against: open\n").replace(
            "goals: [frontier_gap_months", "goals: [scale_pace"
        ),
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        load_report(wrong, model.inputs)
    assert "take two rows or two columns" in str(caught.value)
    assert 'no outcome of the report "scale_pace"' in str(caught.value)


def test_a_report_that_asks_for_the_prior_says_true(
    report_definition: Path, model: Model, tmp_path: Path
) -> None:
    text = report_definition.read_text(encoding="utf-8")
    path = tmp_path / "wrong.yaml"
    path.write_text(text.replace("seed: 1", "seed: 1, prior: 2"), encoding="utf-8")
    with pytest.raises(InputError, match="prior must be true or false"):
        load_report(path, model.inputs)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("years: [2030, 2035, 2040]", "years: [2030, 2035.1]", "years 2035.1: is not saved"),
        (
            "strategies: [baseline, pure_catchup, pure_exploration, catchup_explore_open]",
            "strategies: [baseline]",
            "two",
        ),
        ("pure_catchup,", "pure_catchup, pure_catchup,", "strategy pure_catchup is named twice; keep one"),
        ("capability_index", "capability_indx", 'did you mean "capability_index"'),
    ],
)
def test_a_wrong_definition_is_refused_and_nothing_is_written(
    model: Model, report_definition: Path, tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "wrong.yaml"
    text = report_definition.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(message)):
        build_report(path, tmp_path / "out", model)
    assert not (tmp_path / "out").exists()
