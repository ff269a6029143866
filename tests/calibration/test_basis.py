"""What history was held against: what makes a posterior, checkpoints and sections stale."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import twintrack
from twintrack.calibration import calibrate
from twintrack.calibration.calibrate import Calibration
from twintrack.calibration.validate import Validation, validate
from twintrack.worlds.basis import basis_of

HELD = """
  future_start:
    title: {en: Start, zh: 起点}
    unit: Year
    range: [2020, 2030]
    value: 2026
    distribution: fixed
    source: assumption
    confidence: assumption
"""
BASELINE = "title: {{en: Baseline, zh: 基准}}\nlevers: {{{0}}}\n"
OTHER = "title: {en: Other, zh: 其他}\nlevers: {fiscal_ai_rd: {2026: 60, 2030: 65, 2036: 60}}\n"

Put = Callable[..., Path]
Change = tuple[str, str, str]
"""A file, a pattern that it holds, and what stands there instead; without a pattern the whole text."""

SAME: dict[str, Change] = {
    "a comment of the model": ("model/twintrack.mdl", "How fast the leader", "How quickly the leader"),
    "blanks of the model": ("model/twintrack.mdl", r"pace-strength\*", "pace  -  strength * "),
    "order of the model": ("model/twintrack.mdl", r"(?s)(\nstrength=.*?\|\n)(\ncatchup.*?\|\n)", r"\2\1"),
    "a comment of the world": ("model/world.yaml", "parameters:", "# Beliefs.\nparameters:"),
    "a title of a series": ("model/history/series.yaml", "en: Gap, zh: 差距", "en: Distance, zh: 差距"),
    "a remark on an observation": ("model/history/gap.csv", "made up", "counted"),
    "an observation after what is learnt from": (
        "model/history/gap.csv", r"(2024,13.5.*)", r"\1\n2025.25,12,,,months,made up,assumption",
    ),
    "a comment of the baseline": ("strategies/baseline.yaml", "levers", "# As it is.\nlevers"),
    "the baseline after the last observation": (
        "strategies/baseline.yaml", "", BASELINE.format("fiscal_ai_rd: {2024: 60, 2025: 99}"),
    ),
    "the same past in other words": (
        "strategies/baseline.yaml", "", BASELINE.format("fiscal_ai_rd: {2016: 60}"),
    ),
    "another strategy": ("strategies/fast.yaml", "", OTHER),
}  # fmt: skip
OTHERS: dict[str, tuple[Change, str]] = {
    "an equation": (("model/twintrack.mdl", r"pace-strength\*", "pace-0.5*strength*"), "equations"),
    "a unit": (("model/twintrack.mdl", r"(catchup share=\s+0\.5\s+~\s+)Dmnl", r"\1Year"), "equations"),
    "a constant": (("model/twintrack.mdl", r"(switch ramp=\s+)2", r"\g<1>3"), "equations"),
    "an initial value": (("model/twintrack.mdl", r"catchup share, 24\)", "catchup share, 25)"), "equations"),
    "a range of the prior": (("model/world.yaml", r"range: \[2, 9\]", "range: [2, 8]"), "world.yaml"),
    "a value of the prior": (("model/world.yaml", "value: 3\n", "value: 4\n"), "world.yaml"),
    "a value that is not drawn": (("model/world.yaml", "value: 2026", "value: 2027"), "world.yaml"),
    "an observation": (("model/history/gap.csv", "2018,22.5", "2018,22.4"), "observations"),
    "an error of observation": (("model/history/series.yaml", "error: 1\n", "error: 2\n"), "observations"),
    "the past of the baseline": (
        ("strategies/baseline.yaml", "", BASELINE.format("fiscal_ai_rd: {2016: 60, 2024: 61}")), "baseline",
    ),
    "a step between two observations": (
        ("strategies/baseline.yaml", "", BASELINE.format("catchup_share: {2019: 0.5, 2020: 0.6, 2021: 0.5}")),
        "baseline",
    ),
    "the level that levers start from": (("model/levers.yaml", "baseline: 60", "baseline: 61"), "baseline"),
}  # fmt: skip


@pytest.fixture
def root(small_content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the small content with a file for the baseline and a parameter that is not drawn."""
    folder = tmp_path / "copy"
    shutil.copytree(small_content, folder)
    (folder / "strategies" / "baseline.yaml").write_text(BASELINE.format(""), encoding="utf-8")
    with (folder / "model" / "world.yaml").open("a", encoding="utf-8") as file:
        file.write(HELD)
    monkeypatch.chdir(tmp_path)
    return folder


def change(root: Path, asked: Change) -> None:
    name, pattern, new = asked
    text = (root / name).read_text(encoding="utf-8")
    other = re.sub(pattern, new, text) if pattern else new
    assert other != text
    (root / name).write_text(other, encoding="utf-8")


def key(root: Path) -> str:
    return calibrate._key(Calibration(), basis_of(twintrack.load(root)))


@pytest.mark.parametrize("asked", SAME.values(), ids=SAME)
def test_what_history_was_not_held_against_may_change(
    root: Path, put_posterior: Put, computed: list[str], asked: Change
) -> None:
    put_posterior(root)
    before = key(root)
    validate(Validation(twintrack.load(root)), ["fit"])
    change(root, asked)
    model = twintrack.load(root)
    assert model.posterior is not None, model.found_posterior.reason
    assert key(root) == before
    validate(Validation(model), ["fit"])
    assert computed == ["fit"]


@pytest.mark.parametrize(("asked", "reason"), OTHERS.values(), ids=OTHERS)
def test_all_that_history_was_held_against_makes_stale(
    root: Path, put_posterior: Put, computed: list[str], asked: Change, reason: str
) -> None:
    put_posterior(root)
    before = key(root)
    validate(Validation(twintrack.load(root)), ["fit"])
    change(root, asked)
    model = twintrack.load(root)
    assert model.posterior is None and reason in model.found_posterior.reason
    assert " and " not in model.found_posterior.reason, "one thing has changed, and one is told"
    assert key(root) != before
    put_posterior(root)
    validate(Validation(twintrack.load(root)), ["fit"])
    assert computed == ["fit", "fit"]


def test_a_model_in_use_sees_another_past(root: Path, put_posterior: Put) -> None:
    put_posterior(root)
    model = twintrack.load(root)
    assert model.posterior is not None
    change(root, OTHERS["the past of the baseline"][0])
    assert model.posterior is None
    (root / "strategies" / "baseline.yaml").unlink()
    assert model.posterior is not None, "without a file the baseline is what the levers are"
    folder = Path("strategies")
    folder.mkdir()
    (folder / "baseline.yaml").write_text(
        BASELINE.format("fiscal_ai_rd: {2016: 60, 2024: 61}"), encoding="utf-8"
    )
    assert model.posterior is None, "that of the current folder comes first"


def test_without_observations_no_past_is_asked_about(root: Path, put_posterior: Put) -> None:
    shutil.rmtree(root / "model" / "history")
    put_posterior(root)
    basis = basis_of(twintrack.load(root))
    assert (basis.history_hash, basis.past_hash) == ("", "")
    change(root, OTHERS["the past of the baseline"][0])
    assert twintrack.load(root).posterior is not None
