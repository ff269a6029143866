"""The loops of model/loops.yaml, followed through the equations link by link."""

from __future__ import annotations

import pytest
from loop_signs import link_signs

from twintrack.inputs.loops import links
from twintrack.inputs.structure_schemas import LoopEntry
from twintrack.model import Model
from twintrack.names import split_element

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def loops(model: Model) -> dict[str, LoopEntry]:
    """The loops of the checkout by id."""
    return model.inputs.loops


def changed(loop: LoopEntry, **values: object) -> LoopEntry:
    return LoopEntry.model_validate({**loop.model_dump(exclude={"parts"}), **values})


def test_every_loop_is_closed_in_the_equations(model: Model, loops: dict[str, LoopEntry]) -> None:
    cycles = [cycle for loop in loops.values() for cycle in loop.cycles]
    assert 25 <= len(loops) <= 35
    assert len(cycles) > len(loops)
    for cycle in cycles:
        for cause, effect in links(cycle):
            assert split_element(cause)[0] in model.equations.causes(split_element(effect)[0]), cycle.id


def test_every_link_has_the_sign_that_is_stated(model: Model, loops: dict[str, LoopEntry]) -> None:
    found = link_signs(model, *loops.values())
    assert len(found) == sum(len(cycle.signs) for loop in loops.values() for cycle in loop.cycles)
    assert [link for link in found if not link.agrees] == []


def test_a_wrong_sign_is_found(model: Model, loops: dict[str, LoopEntry]) -> None:
    loop = loops["B3"]
    swapped = {"+": "-", "-": "+"}
    wrong = changed(loop, signs=(swapped[loop.signs[0]], swapped[loop.signs[1]], *loop.signs[2:]))
    assert [link.agrees for link in link_signs(model, wrong)] == [False, False] + [True] * (
        len(loop.signs) - 2
    )


def test_the_sign_of_a_link_depends_on_the_state(model: Model, loops: dict[str, LoopEntry]) -> None:
    """Imitation rises with the distance to the leader, and falls where that is too large to bridge."""
    variables = ("knowledge_distance[home,scale,basic]", "imitation_growth[home,scale,basic]")
    near = changed(loops["B3"], variables=variables, signs=("+", "-"))
    far = changed(near, state={"year": 2030, "world": {"imitation_distance": 0.05}})
    found = {link.found for link in link_signs(model, near) if link.cause == variables[0]}
    assert found == {"+"}
    found = {link.found for link in link_signs(model, far) if link.cause == variables[0]}
    assert found == {"-"}


def test_a_variable_that_does_not_answer_gives_no_sign(model: Model, loops: dict[str, LoopEntry]) -> None:
    loop = changed(loops["B3"], variables=("gdp", "export_control"), signs=("+", "-"))
    assert [(link.found, link.elasticity) for link in link_signs(model, loop)] == [("0", 0.0), ("0", 0.0)]


def test_an_array_without_elements_moves_as_a_whole(model: Model, loops: dict[str, LoopEntry]) -> None:
    loop = changed(
        loops["B3"],
        variables=("knowledge", "ln_base", "route_attraction", "evidence_share"),
        signs=("+", "+", "+", "-"),
    )
    base, _, shares, _ = link_signs(model, loop)
    assert base.found == "+"
    # Shares add up to one: what one route gains the others lose.
    assert shares.found == "0"


def test_a_switch_answers_when_its_cause_passes_the_mark(model: Model, loops: dict[str, LoopEntry]) -> None:
    """A breakthrough comes with the hazard where luck has it near, and not where it is far away."""
    variables = ("hazard_sum[home]", "found[home]")
    near = changed(loops["R28"], variables=variables, signs=("+", "-"))
    world = {**near.state.world, "breakthrough_draw[home]": 0.001}
    far = changed(near, state={**near.state.model_dump(), "world": world})
    assert [link_signs(model, loop)[0].found for loop in (near, far)] == ["+", "0"]
