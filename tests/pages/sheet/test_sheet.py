"""The strategy sheet of a small model: its numbers follow from its tables, its sentences from them."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import twintrack
from twintrack.model import Model
from twintrack.pages.sheet.page import build_sheet

SHEET = """kind: sheet
strategy: {strategy}
ensemble: {{worlds: 120, seed: 1, prior: true}}
goals: [frontier_gap_months, public_cost_pv]
review: 2030
horizon: 2040
languages: [en, zh]
"""


@pytest.fixture(scope="module")
def small(small_content: Path) -> Model:
    return twintrack.load(small_content)


def built(model: Model, folder: Path, strategy: str) -> Path:
    path = folder / f"{strategy}.yaml"
    path.write_text(SHEET.format(strategy=strategy), encoding="utf-8")
    return build_sheet(path, folder / strategy, model).parent


@pytest.fixture(scope="module")
def sheet(small: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(small, tmp_path_factory.mktemp("sheets"), "fast")


def words(folder: Path, name: str = "index.html") -> str:
    """What a page says."""
    return said((folder / name).read_text(encoding="utf-8"))


def said(html: str) -> str:
    """What HTML says."""
    page = re.sub(r"<(style|script|head).*?</\1>", " ", html, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_what_it_delivers_can_be_recomputed_from_the_worlds(sheet: Path) -> None:
    values = pd.read_csv(sheet / "data" / "values_by_world.csv")
    values = values[values["year"] == 2040]
    for row in pd.read_csv(sheet / "data" / "delivers.csv").to_dict("records"):
        own = values[values["outcome"] == row["outcome"]]
        assert row["p50"] == pytest.approx(own["fast"].median(), rel=1e-9)
        change = own["fast"] - own["baseline"]
        assert row["change"] == pytest.approx(change.median(), rel=1e-9)
        better = (change < 0).mean() + 0.5 * (change == 0).mean()  # less is better in both
        assert row["share_better"] == pytest.approx(better)
        assert row["verdict"] == ("better" if better > 0.6 else "worse" if better < 0.4 else "tie")


def test_the_finding_says_where_it_is_better_and_where_worse(sheet: Path) -> None:
    verdicts = pd.read_csv(sheet / "data" / "delivers.csv").set_index("outcome")["verdict"]
    assert set(verdicts) == {"better", "worse"}
    titles = {"frontier_gap_months": "Gap to the leader", "public_cost_pv": "Public cost"}
    (better,), (worse,) = (verdicts.index[verdicts == kind] for kind in ("better", "worse"))
    assert f"Better than policy as it is in {titles[better]}; worse in {titles[worse]}." in words(sheet)


def test_it_lists_the_levers_that_it_moves(sheet: Path, small: Model) -> None:
    told = pd.read_csv(sheet / "data" / "levers.csv")
    assert set(told["lever"]) == set(small.strategy("fast").own)
    assert "It moves 2 of 2 levers. 1 of them are money." in words(sheet)
    assert "0.5 → 0.9, 2026–2028" in words(sheet)


def test_a_strategy_that_switches_says_what_to(small: Model, tmp_path: Path) -> None:
    folder = built(small, tmp_path, "turning")
    assert "It may go over to “Open”" in words(folder)
    assert set(pd.read_csv(folder / "data" / "levers.csv")["phase"]) == {
        "policy_as_it_is",
        "strategy",
        "after_switch",
    }


def test_its_burden_is_counted_world_by_world(sheet: Path) -> None:
    cost = pd.read_csv(sheet / "data" / "cost.csv").query("outcome == 'public_cost_pv'")
    dearer = (cost["fast"] > cost["baseline"]).mean()
    assert dearer == 1 and cost["world"].is_unique
    assert re.search(r"Public cost (?:trn CNY|CNY trn|bn CNY|CNY bn), in 2040 .*? 100 ", words(sheet))


def test_a_sign_is_named_only_where_it_tells_in_the_other_half(sheet: Path) -> None:
    behind = pd.read_csv(sheet / "data" / "behind.csv").set_index("outcome")["share_behind"]
    signs = pd.read_csv(sheet / "data" / "signs.csv")
    assert (signs["hits"] - signs["false_alarms"] >= 0.3).all()
    for goal in behind.index:
        certain = not 0.05 <= behind[goal] <= 0.95
        assert not certain or goal not in set(signs["goal"])
    for sign in signs.to_dict("records"):
        values = pd.read_csv(sheet / "data" / "values_by_world.csv")
        at = (
            values[values["outcome"] == sign["outcome"]]
            .set_index(["year", "world"])["fast"][2030.0]
            .to_numpy()
        )
        goal = values[(values["outcome"] == sign["goal"]) & (values["year"] == 2040)]
        event = (goal["fast"] > goal["baseline"]).to_numpy()
        speaks = at < sign["threshold"] if sign["side"] == "below" else at > sign["threshold"]
        judged = np.arange(len(at)) % 2 == 1
        assert sign["hits"] == pytest.approx(speaks[judged & event].mean())


def test_both_languages_have_every_section_and_no_open_name(sheet: Path) -> None:
    english, chinese = words(sheet), words(sheet, "index.zh.html")
    for heading, title in (
        ("What it delivers", "成效"),
        ("Where it fails", "失败条件"),
        ("When to stop", "何时停止"),
    ):
        assert heading in english and title in chinese
    assert "{" not in english + chinese
    plain = re.sub(r"<(code|cite).*?</\1>", " ", (sheet / "index.zh.html").read_text(encoding="utf-8"))
    left = set(re.findall(r"[A-Za-z]{5,}", re.sub(r"\S+\.\w+|sha256 \S+|twintrack \S+", " ", said(plain))))
    assert left <= {
        "TwinTrack",
        "English",
        "Python",
        "llvmlite",
        "numpy",
        "xarray",
        "report",
        "sheet",
        "twintrack",
        "plotly",
        "world",
    }
