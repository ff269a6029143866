"""What stands behind a name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from twintrack.errors import InputError
from twintrack.inputs.renamed import OldNames, Renamed
from twintrack.model import Model


def test_an_equation_is_shown_as_it_stands_in_the_model_file(model: Model) -> None:
    text = (model.content / "model" / "twintrack.mdl").read_text(encoding="utf-8")
    lines = text.splitlines()
    for name, variable in model.equations.variables.items():
        told = model.explain(name)
        # A variable with several equations has them joined; each of their lines stands in the file.
        first, *others = told.equation.splitlines()
        assert lines[int(told.place.rpartition(":")[2]) - 1].strip() == first.strip(), name
        assert all(line in text for line in others), name
        assert told.units == variable.units


def test_the_place_names_no_folder_of_this_machine(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A notebook runs in a folder of its own, and what it prints is handed on."""
    for folder in (tmp_path, model.content, model.content / "model"):
        monkeypatch.chdir(folder)
        file = "twintrack.mdl" if folder.name == "model" else "model/twintrack.mdl"
        assert model.explain("capability_index").place.rpartition(":")[0] == file


def test_causes_and_uses_are_each_other_turned_round(model: Model) -> None:
    for name in model.equations.variables:
        for cause in model.explain(name).depends_on:
            assert name in model.explain(cause).used_by


def test_sources_are_resolved_to_citations(model: Model) -> None:
    for name in model.equations.variables:
        for text in model.explain(name).sources:
            assert text not in model.inputs.sources, f"{name}: {text} is a bare key"


@pytest.mark.parametrize("asked", ["frontier_gap_months", "Frontier Gap Months", "frontier gap months"])
def test_a_variable_is_found_by_both_of_its_names(model: Model, asked: str) -> None:
    assert model.explain(asked).name == "frontier_gap_months"


def test_an_outcome_is_found_by_its_title_in_both_languages(model: Model) -> None:
    for name, outcome in model.outcomes.items():
        assert model.explain(outcome.title.en).name == name
        assert model.explain(outcome.title.zh).name == name


def test_levers_and_world_parameters_tell_range_and_baseline(model: Model) -> None:
    assert "range 0 to 600, baseline 60" in str(model.explain("fiscal_ai_rd"))
    ceiling = model.world["route_ceiling[scale]"]
    assert f"central value {ceiling.value:g}" in str(model.explain("route_ceiling[scale]"))
    assert "route_ceiling[lean]" not in str(model.explain("route_ceiling[scale]"))
    assert "route_ceiling[lean]" in str(model.explain("route_ceiling"))


@pytest.mark.parametrize("asked", ["frontier_gap_month", "route_ceiling[scael]", "Gap to the fronteer"])
def test_a_misspelt_name_is_told_with_the_nearest(model: Model, asked: str) -> None:
    with pytest.raises(InputError, match="did you mean"):
        model.explain(asked)


def test_brackets_out_of_order_are_told(model: Model) -> None:
    with pytest.raises(InputError, match="not a name or an element"):
        model.explain("knowledge[home,scale")


def test_an_outcome_tells_its_targets_and_who_set_them(model: Model) -> None:
    assert "target of 2030: 1000 bn CNY/Year (statecouncil2017)" in model.explain("ai_industry_size").roles
    assert "target of 2035: 24 months (assumption)" in model.explain("frontier_gap_months").roles


def test_a_lognormal_parameter_tells_its_spread(model: Model) -> None:
    told = " ".join(str(model.explain("cost_growth_factor")).split())
    assert (
        "range 1.5 to 3.84 (lognormal, standard deviation of the logarithm 0.24), central value 2.4" in told
    )
    assert "standard deviation" not in str(model.explain("initial_run_cost"))


def test_an_element_is_found_by_its_name_of_before(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    array = next(variable for variable in model.equations.variables.values() if len(variable.labels) > 1)
    old = OldNames("outcome", {f"{array.name}[before]": array.labels[-1]}, {array.name: "it has a new name"})
    inputs = replace(model.inputs, renamed=Renamed(outcomes=old))
    monkeypatch.setitem(vars(model), "inputs", inputs)

    assert model.explain(f"{array.name}[before]").name == array.labels[-1]
    assert model.explain(array.name).name == array.name, "a variable of the model is no name of before"


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("gap", "frontier_gap_months"),
        ("gap to leader", "capability_gap"),
        ("Cost", "public_cost_pv"),
        ("blockade", "compute_kept"),
    ],
)
def test_an_outcome_is_found_by_words_of_its_title(model: Model, asked: str, name: str) -> None:
    assert model.explain(asked).name == name


def test_words_that_several_outcomes_have_are_answered_with_all_of_them(model: Model) -> None:
    with pytest.raises(InputError, match=r"several outcomes .*frontier_gap_months \(Gap to the frontier\)"):
        model.explain("差距")


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("Growth of frontier run cost", "cost_growth_factor"),
        ("run cost growth", "cost_growth_factor"),
        ("前沿训练成本年增长倍数", "cost_growth_factor"),
        ("talent training", "talent_training"),
        ("subsidy rate", "subsidy_rate"),
    ],
)
def test_levers_and_world_parameters_are_found_by_their_titles(model: Model, asked: str, name: str) -> None:
    assert model.explain(asked).name == name


def test_several_of_them_are_told(model: Model) -> None:
    several = r"several levers and world parameters .*knowledge_depreciation\[basic\] \("
    with pytest.raises(InputError, match=several):
        model.explain("Obsolescence of knowledge")
