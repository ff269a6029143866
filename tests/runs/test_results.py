"""What a simulation gives back."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from twintrack import __version__
from twintrack.errors import InputError
from twintrack.inputs.paths import TimePath
from twintrack.model import Model
from twintrack.runs.experiment import Experiment
from twintrack.runs.results import describe, plain


def test_a_run_as_a_dictionary_keeps_its_contract(model: Model) -> None:
    run = model.run("pure_catchup", "decoupling")
    told = run.to_dict()
    first = ["model_hash", "version", "strategy", "scenario", "world", "ranges", "notes", "switch"]
    assert list(told) == [*first, "budget", "budget_factor", "time", "outcomes"]
    assert (told["world"], told["ranges"]) == ("central", None), "ranges are stored for the central scenario"
    assert (told["budget"], told["budget_factor"]) == ("own", 1.0)
    assert told["model_hash"] == model.equations.hash and told["version"] == __version__
    assert (told["strategy"], told["scenario"], told["switch"]) == ("pure_catchup", "decoupling", None)
    assert list(told["outcomes"]) == list(model.outcomes)
    gap = told["outcomes"]["frontier_gap_months"]
    assert gap["unit"] == "months" and gap["values"] == run["frontier_gap_months"].tolist()
    variables = run.to_dict(all_variables=True)["variables"]
    assert variables["frontier_run_cost"]["unit"] == "MUSD"
    assert len(variables["knowledge[home,scale,basic]"]["values"]) == len(told["time"])
    json.dumps(run.to_dict(all_variables=True), allow_nan=False)


def test_what_is_not_finite_has_no_value_in_json() -> None:
    assert plain(np.array([1.5, np.nan, np.inf])) == [1.5, None, None]


NOT_SAVED = ["2030.1: is not saved; times are from 2016 to 2040 in steps of 0.25", "2041: is not saved"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda model, years: model.run().at("frontier_run_cost", years),
        lambda model, years: model.compare(["baseline", "pure_catchup"]).table(years),
        lambda model, years: Experiment("baseline", worlds=2, times=years, model=model).dataset(),
    ],
)
def test_no_value_is_made_up_between_two_saves_whoever_asks(model: Model, ask: Any) -> None:
    with pytest.raises(InputError) as caught:
        ask(model, [2030.25, 2030.1, 2041])
    told = str(caught.value).splitlines()
    assert len(told) == 2 and all(part in line for part, line in zip(NOT_SAVED, told, strict=True))


def test_values_at_saved_times_are_those_of_the_run(model: Model) -> None:
    run = model.run()
    assert run.at("frontier_run_cost", run.time[4:6]).tolist() == run["frontier_run_cost"][4:6].tolist()


@pytest.mark.parametrize(
    "name", ["frontier_gap_month", "knowledge[home,scale,basc]", "knowledge[home,scale", "knowledge[basic]"]
)
def test_an_unknown_name_is_told_with_the_nearest(model: Model, name: str) -> None:
    with pytest.raises(InputError, match="did you mean"):
        model.run()[name]


def test_an_array_without_elements_is_given_whole(model: Model) -> None:
    knowledge = model.run()["knowledge"]
    assert knowledge.shape[1:] == model.equations.variables["knowledge"].shape


def test_differences_are_to_the_first_strategy_and_swapping_flips_their_sign(model: Model) -> None:
    one = model.compare(["pure_catchup", "pure_exploration"])
    other = model.compare(["pure_exploration", "pure_catchup"])
    forth, back = one.differences["pure_exploration"], other.differences["pure_catchup"]
    np.testing.assert_array_equal(forth.to_numpy(), -back.to_numpy())
    assert np.abs(forth.to_numpy()).max() > 0
    values = one.to_dict()["differences"]["pure_exploration"]["public_cost_pv"]["values"]
    assert values == forth["public_cost_pv"].tolist()


def test_the_table_has_every_outcome_for_every_strategy_and_the_baseline(model: Model) -> None:
    comparison = model.compare(["pure_catchup"])
    table = comparison.table(years=(2026, 2040))
    assert list(table.columns) == [
        (name, year) for name in ("pure_catchup", "baseline") for year in (2026, 2040)
    ]
    assert list(table.index) == [(name, outcome.unit) for name, outcome in model.outcomes.items()]
    assert (
        table.loc[("public_cost_pv", "bn CNY"), ("baseline", 2040)]
        == comparison.baseline["public_cost_pv"][-1]
    )


def test_only_the_levers_that_differ_are_listed(model: Model) -> None:
    changed = model.strategy("baseline", catchup_share=0.5, fiscal_ai_rd={2026: 60, 2030: 90})
    named = {"baseline": model.run(), "changed": model.run(changed)}
    comparison = type(model.compare(["baseline"]))(named, named["baseline"])
    assert comparison.differing == ["catchup_share", "fiscal_ai_rd"]
    assert list(comparison.levers.index) == [("catchup_share", "Dmnl"), ("fiscal_ai_rd", "bn CNY/Year")]
    assert comparison.levers.loc[("fiscal_ai_rd", "bn CNY/Year")].tolist() == ["60", "60 in 2026, 90 in 2030"]
    told = comparison.to_dict()["levers"]["fiscal_ai_rd"]["strategies"]["changed"]
    assert told == {"time": [2026.0, 2030.0], "values": [60.0, 90.0]}


def test_a_path_is_described_by_its_knots() -> None:
    assert describe(TimePath.constant(0.8)) == "0.8"
    assert describe(TimePath.through([(2026.0, 0.8), (2028.5, 0.95)])) == "0.8 in 2026, 0.95 in 2028.5"


def test_a_figure_shows_the_headline_or_what_is_named(model: Model) -> None:
    run = model.run("pure_catchup")
    assert [trace.name for trace in run.plot().data] == ["pure_catchup", "baseline"] * 4
    assert len(model.run().plot().data) == 4
    assert [trace.name for trace in model.run(catchup_share=0.5).plot("adoption_rate").data] == [
        "baseline, changed",
        "baseline",
    ]
    assert len(model.compare(["pure_catchup"]).plot("frontier_gap_months").data) == 2
    line, beside = run.plot("knowledge[home,scale,basic]").data
    np.testing.assert_array_equal(beside.y, model.run()["knowledge[home,scale,basic]"])
    np.testing.assert_array_equal(line.y, run["knowledge[home,scale,basic]"])
    with pytest.raises(InputError, match="frontier_gap_months"):
        run.plot("frontier_gap_month")
