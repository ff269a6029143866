"""`twintrack list`: sectors, loops and mechanisms, and how much of the world is assumed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from twintrack.cli.listing import FRAME, KINDS, NOTES
from twintrack.model import Model
from twintrack.resources import content_root

Program = Callable[..., Result]
Answer = Callable[..., Any]


def test_every_variable_is_counted_in_its_sector(model: Model, answer: Answer) -> None:
    sectors = answer("list", "sectors")
    counted = ("stocks", "flows", "auxiliaries", "constants", "lookups")
    variables = [item for item in model.equations.variables.values() if item.group not in FRAME]
    assert len(sectors) == 15
    assert [entry["name"] for entry in sectors] == list(dict.fromkeys(item.group for item in variables))
    for entry in sectors:
        inside = [item for item in variables if item.group == entry["name"]]
        assert sum(entry[kind] for kind in counted) == len(inside)
        assert entry["stocks"] == sum(item.kind == "stock" for item in inside)
    assert sum(entry["flows"] for entry in sectors) > 20


@pytest.mark.slow
def test_other_countries_are_listed_and_run_by_name(program: Program, answer: Answer) -> None:
    france, korea = answer("list", "family")
    assert korea["name"] == "korea" and korea["title"]["en"] == "Another country: Korea"
    assert not korea["draft"] and len(korea["series"]) >= 10
    assert france["draft"] and "gdp" in france["series"]
    assert "korea" not in [entry["name"] for entry in answer("list", "scenarios")]
    assert "name one as the scenario of a run" in program("list", "family").stdout
    by_name = answer("run", "baseline", "--scenario", "korea", "--json")
    path = content_root() / "model" / "family" / "korea.yaml"
    assert by_name == answer("run", "baseline", "--scenario", str(path), "--json")


def test_strategies_say_what_they_are_made_of(model: Model, program: Program, answer: Answer) -> None:
    entries = {entry["name"]: entry for entry in answer("list", "strategies")}
    assert list(entries) == model.strategies and not entries.keys() & set(model.inputs.strategies.parts())
    assert entries["explore_open"]["extends"] == [
        "portfolio_mix",
        "doors_open",
        "programmes_today",
        "money_mix",
    ]
    assert entries["sequenced"]["extends"] == ["pure_catchup"] and entries["baseline"]["extends"] == []
    assert "portfolio_mix, doors_open" in program("list", "strategies").stdout


def test_parts_are_listed_with_all_levers_that_they_set(program: Program, answer: Answer) -> None:
    entries = {entry["name"]: entry for entry in answer("list", "parts")}
    assert set(entries["doors_today"]["levers"]) == set(entries["doors_open"]["levers"])
    assert entries["money_chips"]["levers"] == ["domestic_chip_invest"]
    assert '"extends: [a, b]"' in program("list", "parts").stdout


def test_levers_are_listed_with_their_groups(model: Model, program: Program, answer: Answer) -> None:
    groups = {entry["name"]: entry["group"] for entry in answer("list", "levers")}
    assert groups == {name: model.lever_table.group_of(name) for name in model.levers}
    assert groups["trade_openness"] == "doors" and "" not in groups.values()
    assert "programmes" in program("list", "levers").stdout


def test_a_part_and_parts_together_are_run_by_name(answer: Answer) -> None:
    several = answer("run", "portfolio_mix + doors_open")
    assert several["strategy"] == "portfolio_mix + doors_open"
    assert answer("run", "doors_open")["strategy"] == "doors_open"


def test_loops_are_listed_with_sign_and_variables(model: Model, program: Program, answer: Answer) -> None:
    entries = {entry["id"]: entry for entry in answer("list", "loops")}
    assert list(entries) == list(model.inputs.loops)
    assert entries["R1"]["sign"] == "+"
    assert entries["R1"]["variables"] == list(model.inputs.loops["R1"].variables)
    assert entries["R1"]["title"]["en"] == "Route lock-in"
    several = next(loop for loop in model.inputs.loops.values() if len({c.sign for c in loop.cycles}) == 2)
    listed = entries[several.id]
    assert set(listed["sign"]) == {"+", "-", "/"}
    assert [part["id"] for part in listed["parts"]] == [cycle.id for cycle in several.cycles]
    assert set(listed["variables"]) == {name for cycle in several.cycles for name in cycle.variables}
    shown = program("list", "loops").stdout
    assert "Route lock-in" in shown and "perceived_payoff[home,scale]" in shown


def test_mechanisms_are_listed(model: Model, program: Program, answer: Answer) -> None:
    entries = answer("list", "mechanisms")
    assert [entry["id"] for entry in entries] == list(model.inputs.mechanisms)
    first = entries[0]
    assert first["title"]["en"] == model.inputs.mechanisms[first["id"]].claim_en
    assert {"name", "seed", "sector", "variables", "lever", "outcome", "status", "reason"} <= set(first)
    assert first["title"]["en"] in program("list", "mechanisms").stdout


def test_the_share_of_the_world_that_is_assumed_is_told(program: Program) -> None:
    entries = [
        {"source": source}
        for source in ("assumption", "assumption.", "jiang2025; assumption", "jiang2025", "a; b")
    ]
    assert NOTES["world"](entries) == (
        "Of 5 parameters, 2 (40%) rest on assumption alone, 1 (20%) partly, and 2 (40%) on sources alone."
    )
    assert NOTES["world"]([]).startswith("Of 0 parameters, 0 (0%)")
    result = program("list", "world")
    assert result.stdout.splitlines()[-1].startswith("Of ")


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_help_names_every_kind(program: Program, kind: str) -> None:
    assert kind in " ".join(program("list", "--help").stdout.split())


def test_the_world_is_listed_with_its_distributions(model: Model, program: Program, answer: Answer) -> None:
    entries = {entry["name"]: entry for entry in answer("list", "world")}
    assert {name: entry["distribution"] for name, entry in entries.items()} == {
        name: entry.distribution for name, entry in model.world.items()
    }
    assert entries["cost_growth_factor"]["spread"] == model.world["cost_growth_factor"].spread
    assert entries["initial_run_cost"]["spread"] is None
    shown = program("list", "world").stdout
    assert all(kind in shown for kind in ("lognormal", "loguniform", "uniform"))
