"""The mechanisms of model/mechanisms.csv: nothing is lost, and what is carried can be traced and moved."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import mechanism_effects
import numpy as np
import pytest
from mechanism_effects import ROUNDING, Effect, effects, reach

from question.felt.cuts import Cut, read_cut
from twintrack.errors import EquationError
from twintrack.inputs.mechanisms import cut_names
from twintrack.inputs.structure_schemas import Mechanism
from twintrack.model import Model

PER_SECTOR = {
    "FC": 13, "CP": 16, "DT": 15, "KN": 19, "RT": 18, "TL": 19, "FN": 21, "FE": 26, "OG": 18, "RG": 24,
    "DF": 18, "IN": 16,
}  # fmt: skip


@pytest.fixture(scope="module")
def mechanisms(model: Model) -> dict[str, Mechanism]:
    """The mechanisms of the checkout by id."""
    return model.inputs.mechanisms


@pytest.fixture(scope="module")
def carried(mechanisms: dict[str, Mechanism]) -> list[Mechanism]:
    """Those that have a link in the model."""
    return [entry for entry in mechanisms.values() if entry.status != "out"]


@pytest.fixture(scope="module")
def found(model: Model, mechanisms: dict[str, Mechanism]) -> list[Effect]:
    """What the levers of the mechanisms do."""
    return effects(model, mechanisms)


def test_no_mechanism_is_lost(mechanisms: dict[str, Mechanism]) -> None:
    expected = [
        f"{sector}{number:02}" for sector, count in PER_SECTOR.items() for number in range(1, count + 1)
    ]
    assert list(mechanisms) == expected
    assert len(expected) == 223


def test_most_have_a_link_that_is_felt_and_the_others_say_why_not(mechanisms: dict[str, Mechanism]) -> None:
    count = Counter(entry.status for entry in mechanisms.values())
    assert count["felt"] > len(mechanisms) / 2
    assert count["felt"] > 3 * (count["weak"] + count["nil"])
    assert all(entry.reason for entry in mechanisms.values() if entry.status == "out")


def test_a_link_that_carries_two_mechanisms_is_told(carried: list[Mechanism]) -> None:
    by_cut: dict[str, list[Mechanism]] = {}
    for entry in carried:
        by_cut.setdefault(entry.cut, []).append(entry)
    for entries in by_cut.values():
        others = [entry.id for entry in entries]
        assert len(entries) == 1 or all(name in entry.reason for entry in entries for name in others)


def test_a_cut_is_read_and_its_link_lies_before_what_carries_the_mechanism(
    model: Model, carried: list[Mechanism]
) -> None:
    equations = model.equations
    for entry in carried:
        assert read_cut(entry.cut, model, entry.id) != Cut()
        for name in cut_names(entry.cut):
            assert any(reach(equations, name, variable) for variable in entry.variables), (entry.id, name)


def test_each_lever_reaches_its_outcome_through_what_carries_the_mechanism(
    model: Model, carried: list[Mechanism]
) -> None:
    equations = model.equations
    for entry in carried:
        for lever in entry.lever:
            assert any(
                reach(equations, lever, name) and reach(equations, name, entry.outcome)
                for name in entry.variables
            ), (entry.id, lever)


def test_every_variable_of_a_mechanism_lies_on_the_way(model: Model, carried: list[Mechanism]) -> None:
    equations = model.equations
    for entry in carried:
        for name in entry.variables if entry.lever else ():
            heard = any(reach(equations, lever, name) for lever in entry.lever)
            assert heard or reach(equations, name, entry.outcome), (entry.id, name)


def test_each_lever_moves_its_outcome(found: list[Effect], carried: list[Mechanism]) -> None:
    assert len(found) == sum(len(entry.lever) for entry in carried)
    assert [effect for effect in found if not effect.moves] == []


class ToyModel:
    """One lever, `money`; it counts its runs."""

    levers: ClassVar = {"money": SimpleNamespace(range=(0.0, 10.0), baseline=2.0)}

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, float], dict[str, float]]] = []

    def run(
        self, *, scenario: str, world: dict[str, float], levers: dict[str, float]
    ) -> dict[str, np.ndarray]:
        """Let output follow money where the world is open."""
        self.asked.append((scenario, world, levers))
        money = levers.get("money", 2.0) * world.get("openness", 0.0)
        return {"output": np.array([20.0, 20.0 - money, 20.0 - money / 2]), "nothing": np.zeros(3)}


@pytest.fixture(autouse=True)
def toys_run_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    real = mechanism_effects.run_strategy

    def run_strategy(core: Model | ToyModel, **asked: Any) -> Any:
        return core.run(**asked) if isinstance(core, ToyModel) else real(core, **asked)

    monkeypatch.setattr(mechanism_effects, "run_strategy", run_strategy)


def mechanism(**values: object) -> Mechanism:
    usual: dict[str, object] = {
        "id": "FC01",
        "seed": ("a",),
        "sector": "s",
        "claim_en": "c",
        "variables": ("v",),
        "scenario": "",
    }
    usual |= {"cut": "pull=0", "felt_outcome": "output", "felt_effect": 1.0, "felt_share": 1.0}
    filled = {"lever": ("money",), "outcome": "output", "world": {}, "status": "felt", "reason": ""}
    return Mechanism.model_validate({**usual, **filled, **values})


def changes(toy: ToyModel, *entries: Mechanism) -> list[float]:
    found = effects(cast("Model", toy), {str(place): entry for place, entry in enumerate(entries)})
    return [effect.change for effect in found]


def test_a_change_is_the_largest_one_as_a_share_of_the_outcome() -> None:
    assert changes(ToyModel(), mechanism(world={"openness": 1.0})) == [0.5]


def test_a_lever_without_effect_is_found() -> None:
    toy = ToyModel()
    assert changes(toy, mechanism(), mechanism(outcome="nothing")) == [0.0, 0.0]
    assert not Effect("FC01", "money", "output", 0.0).moves
    assert not Effect("FC01", "money", "output", ROUNDING / 2).moves
    assert Effect("FC01", "money", "output", ROUNDING * 2).moves


def test_one_run_serves_all_mechanisms_of_a_world() -> None:
    toy = ToyModel()
    changes(toy, mechanism(), mechanism(), mechanism(scenario="closed"), mechanism(lever=(), outcome=""))
    places = [(scenario, levers["money"]) for scenario, _, levers in toy.asked]
    assert places == [("central", 0.0), ("central", 10.0), ("closed", 0.0), ("closed", 10.0)]


def test_a_chain_leads_from_cause_to_effect_through_stocks_and_initial_values(model: Model) -> None:
    equations = model.equations
    chain = reach(equations, "catchup_share", "route_share[scale]")
    assert chain[0] == "catchup_share" and chain[-1] == "route_share"
    assert all(one in equations.causes(other) for one, other in pairwise(chain))
    assert reach(equations, "initial_route_share", "route_share") == ("initial_route_share", "route_share")
    assert reach(equations, "capability_index", "catchup_share") == ()
    assert reach(equations, "gdp", "gdp") == ("gdp",)
    with pytest.raises(EquationError, match="no variable"):
        reach(equations, "catch_up", "gdp")
