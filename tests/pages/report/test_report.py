"""The report, built from the model."""

from __future__ import annotations

import base64
import gzip
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import twintrack
from twintrack.errors import InputError
from twintrack.folders import LIST
from twintrack.inputs.reports import load_report
from twintrack.model import Model
from twintrack.pages.numbers import count
from twintrack.pages.report.computing import compute
from twintrack.pages.report.data import WASTE_PARTS
from twintrack.pages.report.files import INPUTS
from twintrack.pages.report.page import build_report

pytestmark = pytest.mark.slow

PAGES = ("index.html", "index.zh.html")
LARGEST = 1_500_000
WORLDS = 40
"""Of the report that the tests share."""


def _page(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8")


def _body(folder: Path, name: str) -> str:
    """The page without scripts and styles."""
    return re.sub(r"<(script|style).*?</\1>", "", _page(folder, name), flags=re.DOTALL)


def _figures(folder: Path, name: str) -> dict[str, Any]:
    """The figures that folds draw, unpacked."""
    packed = re.search(r'id="figures">(.*?)</script>', _page(folder, name), re.DOTALL)
    assert packed is not None
    found: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(packed[1])))
    return found


def _table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / "data" / name)


def _read_files(folder: Path) -> set[Path]:
    """What the report says that it was made from."""
    found = json.loads((folder / INPUTS).read_text(encoding="utf-8"))["files"]
    return {(folder / name).resolve() for name, state in found.items() if state}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_one_file_below_1500_kb_that_loads_nothing(report_folder: Path, name: str) -> None:
    page = _page(report_folder, name)
    assert len(page.encode()) < LARGEST
    assert page.count('id="library"') == 1
    assert not re.search(r"<(script|img|iframe)[^>]*\ssrc=", page)
    assert not re.search(r"<link[^>]*href=\"(?!data:)", page)


@pytest.mark.parametrize(("name", "language", "other"), [(*PAGES, "zh-Hans"), (*PAGES[::-1], "en")])
def test_pages_name_their_language_and_link_to_each_other(
    report_folder: Path, name: str, language: str, other: str
) -> None:
    assert ('<html lang="en">' in _page(report_folder, name)) == (name == "index.html")
    assert f'href="{language}"' in _page(report_folder, name)
    assert f'hreflang="{ {"en": "en", "zh-Hans": "zh"}[other] }"' in _page(report_folder, name)


def test_the_parts_of_waste_add_up_to_waste(report_folder: Path, model: Model) -> None:
    parts = _table(report_folder, "waste.csv").set_index(["part", "scenario", "strategy"])["mean_per_year"]
    assert set(parts.index.get_level_values("part")) == set(WASTE_PARTS)
    total = parts.groupby(["scenario", "strategy"]).sum()
    waste = model.ensemble(["pure_catchup"], worlds=WORLDS, seed=1)["waste"]
    mean = float(waste.sel(time=slice(2026, None)).mean())
    assert total.loc[("central", "pure_catchup")] == pytest.approx(mean, rel=1e-6)


def test_the_worst_tenth_of_worlds_stands_under_capability(report_folder: Path) -> None:
    worlds = _table(report_folder, "values_by_world.csv")
    values = worlds.query("outcome == 'capability_index' and scenario == 'central'")["pure_catchup"]
    body = _body(report_folder, "index.html")
    rows = body[body.index("Capability in the worst tenth") :]
    assert f"<td>{values.quantile(0.1):.2f}</td>" in rows[: rows.index("</tbody>")]


def test_the_share_of_worlds_that_lead_on_a_route_stands_under_the_lead(report_folder: Path) -> None:
    worlds = _table(report_folder, "values_by_world.csv")
    values = worlds.query("outcome == 'lead_on_a_route' and scenario == 'central' and year == 2040")
    share = (values["pure_exploration"] > 0).mean()
    body = _body(report_folder, "index.html")
    rows = body[body.index("Worlds in which the home country leads") :]
    assert f"<td>{share:.0%}</td>" in rows[: rows.index("</tbody>")]
    told = _table(report_folder, "statistics.csv").set_index(["statistic", "scenario", "year", "strategy"])
    place = ("route_lead_share", "central", 2040, "pure_exploration")
    assert told["value"].loc[place] == pytest.approx(share)


def test_printed_numbers_are_those_of_the_csv(grid_folder: Path) -> None:
    """Of every row of the table of the first figure: share and median, recomputed from the worlds."""
    worlds = _table(grid_folder, "values_by_world.csv").query("scenario == 'central' and year == 2040")
    told = _table(grid_folder, "contrasts.csv").query(
        "scenario == 'central' and year == 2040 and budget == 'own'"
    )
    body = _body(grid_folder, "index.html")
    figure = body[body.index('id="figure-hero"') :]
    printed = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", figure[: figure.index("</table>")])
    assert len(printed) == len(told) >= 20
    for cells, row in zip(printed, told.to_dict("records"), strict=True):
        values = worlds[worlds["outcome"] == row["outcome"]]
        sign = 1 if values["better"].iloc[0] == "higher" else -1
        difference = values[row["first"]] - values[row["second"]]
        share = (sign * difference > 0).mean()
        assert row["share_better"] == pytest.approx(share, abs=1 / WORLDS)
        assert row["median_difference"] == pytest.approx(difference.median(), rel=1e-6)
        assert f"<td>{count(row['share_better'])}</td>" in cells


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


@pytest.mark.parametrize("name", PAGES)
def test_a_page_on_all_strategies_has_a_row_for_each(overview_folder: Path, model: Model, name: str) -> None:
    body = _body(overview_folder, name)
    assert len(_page(overview_folder, name).encode()) < LARGEST
    language = "en" if name == "index.html" else "zh"
    table = re.search(r'<table class="matrix".*?</table>', body, re.DOTALL)
    assert table is not None
    titles = re.findall(r'<th scope="row">(.*?)</th>', table[0])
    assert sorted(titles) == sorted(model.strategy(plan).title.get(language) for plan in model.strategies)
    anchors = set(re.findall(r'\sid="([^"]+)"', body))
    assert set(re.findall(r'href="#([^"]+)"', body)) <= anchors


def test_a_switch_is_told_with_the_share_of_worlds_in_which_it_happens(overview_folder: Path) -> None:
    found = re.search(
        r"under 6 months for 1 year: in (\d+)% of the worlds", _body(overview_folder, "index.html")
    )
    assert found is not None
    assert 0 < int(found[1]) < 100
    decisions = _table(overview_folder, "decisions.csv").query("strategy == 'sequenced'")
    assert set(decisions["phase"]) == {"start", "after_switch"}


@pytest.mark.parametrize("name", PAGES)
def test_every_link_and_figure_of_a_page_exists(report_folder: Path, name: str) -> None:
    body = _body(report_folder, name)
    anchors = set(re.findall(r'\sid="([^"]+)"', body))
    for target in re.findall(r'<a [^>]*href="([^"]+)"', body):
        assert target[1:] in anchors if target.startswith("#") else (report_folder / target).is_file(), target
    figures = _figures(report_folder, name)
    assert set(re.findall(r'data-figure="([^"]+)"', body)) == set(figures)
    assert all(figure["data"] for figure in figures.values())


@pytest.mark.parametrize("name", PAGES)
def test_every_chart_and_table_can_be_read_without_seeing_it(report_folder: Path, name: str) -> None:
    body = _body(report_folder, name)
    charts = re.findall(r'<div class="chart[^>]*>', body)
    assert len(charts) >= 2 * 2 * 8
    assert all(re.search(r'role="img" aria-label="[^"]{20,}"', chart) for chart in charts)
    assert body.count("<table") == len(re.findall(r'<table[^>]*aria-label="[^"]+"', body))
    assert "<th>" not in body


def test_bars_are_labelled_with_the_minus_sign_of_their_axis(report_folder: Path) -> None:
    figures = _figures(report_folder, "index.html")
    bars = [figure for name, figure in figures.items() if name.startswith("driver-")]
    labels = [label for figure in bars for label in figure["data"][0]["text"]]
    assert any(label.startswith("\N{MINUS SIGN}") for label in labels)
    assert not any("-" in label for label in labels)


def test_both_scenarios_show_at_least_eight_outcomes(report_folder: Path) -> None:
    body = _body(report_folder, "index.html")
    for scenario in ("central", "decoupling"):
        assert len(set(re.findall(rf'data-figure="path-(\d+)-{scenario}"', body))) >= 8


def test_the_page_says_how_many_worlds_and_where_it_comes_from(report_folder: Path, model: Model) -> None:
    body = _body(report_folder, "index.html")
    assert f"{WORLDS} futures" in body
    assert f"{WORLDS} worlds, seed 1" in body
    assert model.equations.hash[:12] in body
    assert f"TwinTrack {twintrack.__version__}" in body


SAID = {
    "posterior": (
        "which agree with what was observed",
        "drawn from those that reproduce what was observed",
        "from those in model/posterior.parquet that agree",
        "推演均与已有观测相符",
        "取自model/posterior.parquet",
    ),
    "prior": (
        "drawn from all that the assumptions allow. A dot",
        "futures drawn from all that the assumptions allow; every",
        "from the ranges in model/world.yaml",
        "推演取自假设所允许的全部范围",
        "取自model/world.yaml所列范围",
    ),
}


@pytest.mark.parametrize(
    ("there", "line", "origin"),
    [(True, "", "posterior"), (True, ", prior: true", "prior"), (False, "", "prior")],
)
def test_both_pages_say_whether_the_worlds_agree_with_history(
    content: Path,
    report_definition: Path,
    tmp_path: Path,
    put_posterior: Callable[..., Path],
    there: bool,
    line: str,
    origin: str,
) -> None:
    root = tmp_path / "content"
    for folder in ("model", "strategies"):
        shutil.copytree(content / folder, root / folder, ignore=shutil.ignore_patterns("*.parquet"))
    model = twintrack.load(root)
    posterior = put_posterior(root) if there else root / "none"
    definition = tmp_path / "few.yaml"
    text = report_definition.read_text(encoding="utf-8")
    few = re.sub(r"(outcomes:\n(?:  - .*\n){8})(?:  - .*\n)+", r"\1", text)  # as few as a report may have
    few = re.sub(r"(goals|failing):.*\n", "", few)
    few = few.replace("scenarios: [central, decoupling]", "scenarios: [central]")
    few = few.replace(", pure_exploration, catchup_explore_open]", "]")
    definition.write_text(
        few.replace(f"worlds: {WORLDS}, seed: 1", f"worlds: 10, seed: 1{line}"), encoding="utf-8"
    )
    built = build_report(definition, tmp_path / "built", model).parent
    pages = _body(built, "index.html") + _body(built, "index.zh.html")
    other = "prior" if origin == "posterior" else "posterior"
    assert all(said in pages for said in SAID[origin])
    assert not any(said in pages for said in SAID[other])
    named = [path.name for path in _read_files(built)]
    assert ("posterior.parquet" in named) == (origin == "posterior")
    expected = model.draw_worlds(10, 1, prior=bool(line))
    np.testing.assert_allclose(_table(built, "worlds.csv").set_index("world"), expected, rtol=1e-9)
    if origin == "posterior":
        assert posterior.is_file() and model.posterior is not None
        assert model.posterior.digest[:12] in pages


def test_a_report_that_asks_for_the_prior_says_true(
    report_definition: Path, model: Model, tmp_path: Path
) -> None:
    text = report_definition.read_text(encoding="utf-8")
    path = tmp_path / "wrong.yaml"
    path.write_text(text.replace("seed: 1", "seed: 1, prior: 2"), encoding="utf-8")
    with pytest.raises(InputError, match="prior must be true or false"):
        load_report(path, model.inputs)


@pytest.mark.parametrize("folder", ["report_folder", "overview_folder", "grid_folder"])
def test_the_chinese_page_has_no_english_labels(folder: str, request: pytest.FixtureRequest) -> None:
    body = re.sub(r"<[^>]*>", " ", _body(request.getfixturevalue(folder), "index.zh.html"))
    shown = re.sub(r"\S+\.(csv|yaml|mdl|parquet|d)(?![a-z])|sha256 \S+", " ", body)
    words = set(re.findall(r"[A-Za-z]{4,}", shown))
    names = "TwinTrack English Spearman JavaScript Python llvmlite numpy pysd xarray plotly twintrack report"
    assert words - set(names.split()) == set()


def test_paths_and_results_of_the_csv_are_the_engines(report_folder: Path, model: Model) -> None:
    name = "frontier_gap_months"
    values = model.ensemble(["pure_catchup"], ["decoupling"], WORLDS, 1)[name].to_numpy()[0, 0]
    found = _table(report_folder, "time_paths.csv").query(
        f"outcome == '{name}' and scenario == 'decoupling' and strategy == 'pure_catchup'"
    )
    np.testing.assert_allclose(found["time"], model.equations.time.saved)
    np.testing.assert_allclose(
        found[["p5", "p50", "p95"]].T, np.percentile(values, (5, 50, 95), axis=0), rtol=1e-8
    )
    results = _table(report_folder, "results.csv").query(
        f"outcome == '{name}' and scenario == 'decoupling' and strategy == 'pure_catchup' and year == 2035"
    )
    place = model.equations.time.saved.tolist().index(2035.0)
    assert results["p50"].item() == pytest.approx(np.median(values[:, place]), rel=1e-8)


def test_one_world_of_the_csv_is_a_run_of_the_model(report_folder: Path, model: Model) -> None:
    drawn = _table(report_folder, "worlds.csv").set_index("world").loc[7].to_dict()
    run = model.run("catchup_explore_open", world=drawn)
    row = _table(report_folder, "values_by_world.csv").query(
        "outcome == 'capability_index' and scenario == 'central' and world == 7"
    )
    # The parameters went through the ten digits of the CSV.
    assert row["catchup_explore_open"].item() == pytest.approx(run["capability_index"][-1], rel=1e-6)


def test_regret_can_be_recomputed_from_the_values_of_each_world(report_folder: Path) -> None:
    worlds = _table(report_folder, "values_by_world.csv")
    table = _table(report_folder, "regret.csv").query("year == 2040")
    strategies = list(worlds.columns[5:])
    checked = 0
    for (outcome, scenario), rows in worlds[worlds["better"] != "neutral"].groupby(["outcome", "scenario"]):
        sign = 1 if rows["better"].iloc[0] == "higher" else -1
        values = sign * rows[strategies]
        losses = values.rsub(values.max(axis=1), axis=0)
        found = table.query(f"outcome == '{outcome}' and scenario == '{scenario}'").set_index("strategy")
        np.testing.assert_allclose(
            found["mean"], losses.mean(), rtol=1e-6, atol=1e-6 * abs(values).max().max()
        )
        np.testing.assert_allclose(found["max"], losses.max(), rtol=1e-6, atol=1e-6 * abs(values).max().max())
        checked += 1
    assert checked >= 2 * 6


def test_the_headline_table_shows_the_medians_of_the_csv(report_folder: Path, model: Model) -> None:
    outcome = model.outcomes["own_origin_share"]
    rows = _table(report_folder, "results.csv").query(
        "outcome == 'own_origin_share' and scenario == 'central'"
    )
    body = _body(report_folder, "index.html")
    for value in rows["p50"]:
        assert re.search(rf"<td[^>]*>{format(value, outcome.format)} ?<span", body)


def test_at_equal_public_cost_every_strategy_costs_as_much_as_the_baseline(report_folder: Path) -> None:
    table = _table(report_folder, "equal_cost_factors.csv").set_index(["scenario", "strategy", "world"])
    factors = table["factor"].dropna()
    assert (factors.xs("baseline", level="strategy") == 1).all()
    others = factors.drop("baseline", level="strategy")
    assert (others < 1).mean() > 0.9 and others.nunique() > 0.9 * len(others)


def test_the_same_inputs_give_the_same_bytes(
    model: Model,
    report_definition: Path,
    report_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    folders = [report_folder, build_report(report_definition, tmp_path / "again", model).parent]
    names = sorted(path.relative_to(folders[0]) for path in folders[0].rglob("*") if path.is_file())
    assert len(names) > 10
    for name in names:
        if name.name not in {INPUTS, LIST}:  # one names the folder, the other has its digest
            assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes(), name
    assert "2023-11-14" in _body(folders[0], "index.html")


def test_the_page_depends_on_what_it_read_and_on_nothing_else(report_folder: Path, content: Path) -> None:
    read = _read_files(report_folder)
    assert content / "model" / "twintrack.mdl" in read
    assert content / "model" / "scenarios" / "decoupling.yaml" in read
    assert content / "strategies" / "pure_catchup.yaml" in read
    assert content / "src" / "twintrack" / "pages" / "templates" / "page.html.jinja" in read
    assert all(path.is_file() for path in read)
    named = {path.stem for path in read if path.parent == content / "strategies"}
    assert named == {"baseline", "pure_catchup", "pure_exploration", "catchup_explore_open"}
    assert content / "strategies" / "parts" / "doors_open.yaml" in read


def test_a_changed_strategy_changes_the_results(
    model: Model,
    content: Path,
    report_definition: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("model", "strategies"):
        shutil.copytree(content / name, tmp_path / name)
    path = tmp_path / "strategies" / "pure_catchup.yaml"
    path.write_text("title: Changed\nextends: baseline\nlevers: {catchup_share: 0.7}\n", encoding="utf-8")

    few = tmp_path / "few.yaml"
    text = report_definition.read_text(encoding="utf-8")
    few.write_text(text.replace(f"worlds: {WORLDS}", "worlds: 10"), encoding="utf-8")

    def capability(content: Model) -> xr.DataArray:
        return compute(load_report(few, content.inputs), few, content).own["capability_index"]

    before = capability(model)
    monkeypatch.chdir(tmp_path)
    after = capability(twintrack.load(tmp_path))
    same = (before == after).all(["scenario", "world", "time"])
    assert same.sel(strategy=["baseline", "pure_exploration"]).all()
    assert not same.sel(strategy="pure_catchup")


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
