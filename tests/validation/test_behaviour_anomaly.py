"""Test 8: cutting a link cuts it and nothing else; named loops matter."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from field_tests.behaviour_anomaly import NOTICED
from field_tests.knockout import cut_inputs, with_switches
from twintrack.calibration.field_results import FieldTest, Measure
from twintrack.engines import NativeEngine, NumpyEngine
from twintrack.equations import load_equations
from twintrack.errors import InputError
from twintrack.model import Model

LOGISTIC = """{UTF-8}
place: a, b ~ ~ |
rate= 0.4 ~ 1/Year ~ |
room= 100 ~ people ~ |
people[place]= INTEG(births[place], 1) ~ people ~ |
crowding[place]= people[place]/room ~ Dmnl ~ |
births[place]= rate*people[place]*(1-crowding[place]) ~ people/Year ~ |
seen= SUM(crowding[place!]) ~ Dmnl ~ |
INITIAL TIME= 0 ~ Year ~ |
FINAL TIME= 30 ~ Year ~ |
TIME STEP= 0.5 ~ Year ~ |
SAVEPER= 0.5 ~ Year ~ |
"""
LINKS = [("crowding", "births"), ("people", "births"), ("births", "people")]


@pytest.fixture
def logistic(tmp_path: Path) -> Path:
    path = tmp_path / "logistic.mdl"
    path.write_text(LOGISTIC, encoding="utf-8")
    return path


@pytest.mark.parametrize("engine", [NativeEngine, NumpyEngine])
def test_a_cut_link_holds_its_cause_for_its_effect_alone(
    logistic: Path, engine: type[NativeEngine | NumpyEngine]
) -> None:
    """Without crowding growth is exponential, with births held at 0.2 linear; crowding goes on being seen."""
    equations = load_equations(logistic)
    start = {"crowding": np.full(2, 0.01), "people": np.ones(2), "births": np.full(2, 0.2)}
    given = cut_inputs(LINKS, start, [-1, 0, 1, 2])
    found = engine(with_switches(equations, LINKS)).run(given, {}, ["people", "seen"], runs=4)
    whole = engine(equations).run({}, {}, ["people", "seen"])
    np.testing.assert_array_equal(found["people"][..., 0], whole["people"][..., 0])
    steps = np.arange(61)
    np.testing.assert_allclose(found["people"][:, 0, 1], (1 + 0.5 * 0.4 * 0.99) ** steps)
    # With people held in births, only crowding still answers.
    assert (np.diff(found["people"][:, 0, 2]) <= 0.2).all()
    np.testing.assert_allclose(found["people"][:, 0, 3], 1 + 0.1 * steps)
    np.testing.assert_allclose(found["seen"], found["people"].sum(axis=1) / 100)


def test_links_that_do_not_exist_are_all_told(logistic: Path) -> None:
    with pytest.raises(InputError) as error:
        with_switches(load_equations(logistic), [("births", "crowding"), ("rate", "seen"), LINKS[0]])
    assert len(error.value.faults) == 2


@pytest.mark.slow
def test_switches_change_nothing_while_no_link_is_cut(model: Model) -> None:
    links = [("problems", "ln_problem_supply"), ("ln_knowledge", "knowledge_distance")]
    run = model.run("baseline")
    start = {cause: run[cause][0] for cause, _ in links}
    times = model.equations.time.times
    levers = {name: path.at(times) for name, path in model.strategy("baseline").paths.items()}
    engine = NativeEngine(with_switches(model.equations, links))
    found = engine.run(cut_inputs(links, start, [-1, 1]), levers, ["capability_index"], runs=2)
    np.testing.assert_allclose(found["capability_index"][:, 0], run["capability_index"], rtol=1e-9)
    assert np.abs(found["capability_index"][-1, 1] - run["capability_index"][-1]) > 0.1


def test_every_named_loop_has_a_link_that_matters(model: Model, result: Callable[[str], FieldTest]) -> None:
    widest = {row[0]: row[-1] for row in result("behaviour_anomaly").tables[0].rows}
    assert set(widest) == {cycle.id for loop in model.inputs.loops.values() for cycle in loop.cycles}
    assert [loop for loop, change in widest.items() if change < NOTICED] == []


def test_four_loops_in_five_matter_by_themselves(measured: Callable[[str, str], Measure]) -> None:
    """The others are told by name on the page; they work in other conditions, or hardly at all."""
    assert measured("behaviour_anomaly", "Loops whose narrowest cut is noticed").value >= 0.75
