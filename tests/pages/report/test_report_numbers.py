"""What a report prints and writes is what the engine computed."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from built_report import WORLDS, body_of, table_of

from twintrack.model import Model
from twintrack.pages.numbers import count
from twintrack.pages.report.data import WASTE_PARTS

pytestmark = pytest.mark.slow


def test_the_parts_of_waste_add_up_to_waste(report_folder: Path, model: Model) -> None:
    parts = table_of(report_folder, "waste.csv").set_index(["part", "scenario", "strategy"])["mean_per_year"]
    assert set(parts.index.get_level_values("part")) == set(WASTE_PARTS)
    total = parts.groupby(["scenario", "strategy"]).sum()
    waste = model.ensemble(["pure_catchup"], worlds=WORLDS, seed=1)["waste"]
    mean = float(waste.sel(time=slice(2026, None)).mean())
    assert total.loc[("central", "pure_catchup")] == pytest.approx(mean, rel=1e-6)


def test_the_worst_tenth_of_worlds_stands_under_capability(report_folder: Path) -> None:
    worlds = table_of(report_folder, "values_by_world.csv")
    values = worlds.query("outcome == 'capability_index' and scenario == 'central'")["pure_catchup"]
    body = body_of(report_folder, "index.html")
    rows = body[body.index("Capability in the worst tenth") :]
    assert f"<td>{values.quantile(0.1):.2f}</td>" in rows[: rows.index("</tbody>")]


def test_the_share_of_worlds_that_lead_on_a_route_stands_under_the_lead(report_folder: Path) -> None:
    worlds = table_of(report_folder, "values_by_world.csv")
    values = worlds.query("outcome == 'lead_on_a_route' and scenario == 'central' and year == 2040")
    share = (values["pure_exploration"] > 0).mean()
    body = body_of(report_folder, "index.html")
    rows = body[body.index("Futures in which the home country leads") :]
    assert f"<td>{share:.0%}</td>" in rows[: rows.index("</tbody>")]
    told = table_of(report_folder, "statistics.csv").set_index(["statistic", "scenario", "year", "strategy"])
    place = ("route_lead_share", "central", 2040, "pure_exploration")
    assert told["value"].loc[place] == pytest.approx(share)


def test_printed_numbers_are_those_of_the_csv(grid_folder: Path) -> None:
    """Of every row of the table of the first figure: share and median, recomputed from the worlds."""
    worlds = table_of(grid_folder, "values_by_world.csv").query("scenario == 'central' and year == 2040")
    told = table_of(grid_folder, "contrasts.csv").query(
        "scenario == 'central' and year == 2040 and budget == 'own'"
    )
    body = body_of(grid_folder, "index.html")
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


def test_paths_and_results_of_the_csv_are_the_engines(report_folder: Path, model: Model) -> None:
    name = "frontier_gap_months"
    values = model.ensemble(["pure_catchup"], ["decoupling"], WORLDS, 1)[name].to_numpy()[0, 0]
    found = table_of(report_folder, "time_paths.csv").query(
        f"outcome == '{name}' and scenario == 'decoupling' and strategy == 'pure_catchup'"
    )
    np.testing.assert_allclose(found["time"], model.equations.time.saved)
    np.testing.assert_allclose(
        found[["p5", "p50", "p95"]].T, np.percentile(values, (5, 50, 95), axis=0), rtol=1e-8
    )
    results = table_of(report_folder, "results.csv").query(
        f"outcome == '{name}' and scenario == 'decoupling' and strategy == 'pure_catchup' and year == 2035"
    )
    place = model.equations.time.saved.tolist().index(2035.0)
    assert results["p50"].item() == pytest.approx(np.median(values[:, place]), rel=1e-8)


def test_one_world_of_the_csv_is_a_run_of_the_model(report_folder: Path, model: Model) -> None:
    drawn = table_of(report_folder, "worlds.csv").set_index("world").loc[7].to_dict()
    run = model.run("catchup_explore_open", world=drawn)
    row = table_of(report_folder, "values_by_world.csv").query(
        "outcome == 'capability_index' and scenario == 'central' and world == 7"
    )
    # The parameters went through the ten digits of the CSV.
    assert row["catchup_explore_open"].item() == pytest.approx(run["capability_index"][-1], rel=1e-6)


def test_regret_can_be_recomputed_from_the_values_of_each_world(report_folder: Path) -> None:
    worlds = table_of(report_folder, "values_by_world.csv")
    table = table_of(report_folder, "regret.csv").query("year == 2040")
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
    rows = table_of(report_folder, "results.csv").query(
        "outcome == 'own_origin_share' and scenario == 'central'"
    )
    body = body_of(report_folder, "index.html")
    for value in rows["p50"]:
        assert re.search(rf"<td[^>]*>{format(value, outcome.format)} ?<span", body)


def test_at_equal_public_cost_every_strategy_costs_as_much_as_the_baseline(report_folder: Path) -> None:
    table = table_of(report_folder, "equal_cost_factors.csv").set_index(["scenario", "strategy", "world"])
    factors = table["factor"].dropna()
    assert (factors.xs("baseline", level="strategy") == 1).all()
    others = factors.drop("baseline", level="strategy")
    assert (others < 1).mean() > 0.9 and others.nunique() > 0.9 * len(others)
