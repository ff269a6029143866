"""Scores of links and loops against the answers that the papers give, and those found by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twintrack.decisions.loops import Loops, loops_of
from twintrack.engines.registry import batch_engine_of
from twintrack.equations import load_equations
from twintrack.errors import EquationError, InputError
from twintrack.inputs.loops import links
from twintrack.inputs.structure_schemas import Cycle
from twintrack.model import Model

CLOCK = """INITIAL TIME = 0 ~~|
FINAL TIME = {final} ~~|
TIME STEP = {step} ~~|
SAVEPER = TIME STEP ~~|
"""
ONE_FLOW = """{UTF-8}
P = INTEG(growth, 5) ~~|
growth = r*P*room ~~|
room = 1 - P/K ~~|
r = 0.12 ~~|
K = 1000 ~~|
"""
TWO_FLOWS = """{UTF-8}
P = INTEG(births - deaths, 5) ~~|
births = r*P ~~|
deaths = r*P^2/K ~~|
r = 0.12 ~~|
K = 1000 ~~|
"""
BASS = """{UTF-8}
Potential = INTEG(-adoption, 999999) ~~|
Adopters = INTEG(adoption, 1) ~~|
adoption = Adopters*meeting*contagion ~~|
contagion = 100*0.015 ~~|
meeting = Potential/1000000 ~~|
"""
YEAST = """{UTF-8}
Cells = INTEG(births - deaths, 1) ~~|
Alcohol = INTEG(making, 0) ~~|
births = Cells/division ~~|
division = 15/(1.1 - 0.1*Alcohol) ~~|
deaths = Cells/lifetime ~~|
lifetime = EXP(11 - Alcohol) ~~|
making = 0.01*Cells ~~|
"""

Measured = Callable[..., Loops]


@pytest.fixture
def measured(tmp_path: Path) -> Measured:
    """Give the loops of a model, each a text of its variables: R="P growth"."""

    def measure(model: str, final: float = 100, step: float = 1, **cycles: str) -> Loops:
        path = tmp_path / "model.mdl"
        path.write_text(model + CLOCK.format(final=final, step=step), encoding="utf-8")
        equations = load_equations(path)
        names = [name for name, item in equations.variables.items() if item.kind != "lookup"]
        run = batch_engine_of(equations, "numpy").run({}, {}, names)
        values = {name: array[..., 0] for name, array in run.items()}
        named = [cycle(name, *text.lower().split()) for name, text in cycles.items()]
        return Loops(equations, values, named, np.arange(equations.time.steps))

    return measure


def cycle(name: str, *variables: str) -> Cycle:
    return Cycle.model_validate(
        {"id": name, "sign": "+", "variables": variables, "signs": ("+",) * len(variables)}
    )


@pytest.mark.parametrize(
    ("formula", "causes", "expected"),
    [
        ("2*x + y", "x = 5 + 2*Time ~~| y = 4 + Time ~~|", [0.8, 0.2]),
        ("(w + x)/y", "w = 7 + 3*Time ~~| x = 2 + 2*Time ~~| y = 3 + 2*Time ~~|", [5, 10 / 3, -6]),
        ("INTEG(x - y, 0)", "x = 5 + 5*Time ~~| y = 4 + Time ~~|", [1.25, -0.25]),
        ("3*x", "x = 5 ~~|", [0]),
        ("IF THEN ELSE(x > 5.5, 10, 0)*y", "x = 5 + Time ~~| y = 2 - Time ~~|", [2, 0]),
    ],
)
def test_a_link_is_what_its_cause_alone_brings(
    measured: Measured, formula: str, causes: str, expected: list[float]
) -> None:
    found = measured(f"{{UTF-8}}\nz = {formula} ~~|\n{causes}\n", final=1)
    names = [part.split("=")[0].strip() for part in causes.split("~~|")[:-1]]
    assert [found.link(name, "z")[0] for name in names] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("step", [0.0625, 0.25, 1])
def test_a_loop_by_itself_is_one_at_any_step(measured: Measured, step: float) -> None:
    model = "{UTF-8}\nS = INTEG(births, 10) ~~|\nbirths = 0.1*S ~~|\n"
    found = measured(model, 4, step, R="S births")
    np.testing.assert_allclose(found.scores["R"], 1, rtol=1e-9)
    assert found.ranked == [], "alone it has all of its partition, whatever it does"
    balancing = measured(model.replace("INTEG(births", "INTEG(-births"), 4, step, B="S births")
    np.testing.assert_allclose(balancing.scores["B"], -1, rtol=1e-9)


def test_two_flows_share_by_their_changes(measured: Measured) -> None:
    model = "{UTF-8}\nS = INTEG(births - deaths, 10) ~~|\nbirths = 0.1*S ~~|\ndeaths = 0.05*S ~~|\n"
    found = measured(model, 10, 0.5, R="S births", B="S deaths")
    np.testing.assert_allclose(found.scores["R"], 2, rtol=1e-9)
    np.testing.assert_allclose(found.scores["B"], -1, rtol=1e-9)


def test_logistic_growth_turns_where_half_is_full(measured: Measured) -> None:
    found = measured(ONE_FLOW, R="P growth", B="P room growth")
    full = found_values(found, "p") / 1000
    np.testing.assert_allclose(found.shares["R"], 1 - full, rtol=1e-8)
    np.testing.assert_allclose(found.shares["B"], -full, rtol=1e-8)
    # The published figures of Simlin, which stamps an interval with its beginning too.
    told = [100 * found.shares[name][row] for row in (46, 47) for name in ("R", "B")]
    assert told == pytest.approx([50.1, -49.9, 47.1, -52.9], abs=0.05)


def test_the_same_growth_written_as_two_flows_shares_otherwise_and_turns_there_too(
    measured: Measured,
) -> None:
    found = measured(TWO_FLOWS, R="P births", B="P deaths")
    stock = found_values(found, "p", every=True)
    middle = (stock[1:] + stock[:-1]) / 2
    np.testing.assert_allclose(found.shares["R"], 1 / (1 + 2 * middle / 1000), rtol=1e-8)


def test_the_diffusion_of_bass_turns_through_a_peak(measured: Measured) -> None:
    found = measured(BASS, 15, 0.0625, R="Adopters adoption", B="Potential meeting adoption")
    for time, up, down in ((9.5, 11.46, -9.958), (9.5625, 9806, -9358), (9.625, 10.41, -10.91)):
        row = round(time / 0.0625)
        assert found.scores["R"][row] == pytest.approx(up, rel=2e-3)
        assert found.scores["B"][row] == pytest.approx(down, rel=2e-3)


def test_the_loops_of_yeast_follow_one_another(measured: Measured) -> None:
    """Growth, then alcohol that keeps cells from dividing, then alcohol that kills, then death by age."""
    found = measured(
        YEAST,
        100,
        0.5,
        R="Cells births",
        B1="Cells deaths",
        B2="Cells making Alcohol division births",
        B3="Cells making Alcohol lifetime deaths",
    )
    names = ["R", "B1", "B2", "B3"]
    sizes = np.stack([np.abs(found.shares[name]) for name in names])
    first = [names[row] for row in sizes.argmax(axis=0)]
    turns = [name for k, name in enumerate(first) if k == 0 or name != first[k - 1]]
    assert turns == ["R", "B2", "B3", "B1"]


def test_only_a_stock_may_keep_something(measured: Measured) -> None:
    with pytest.raises(EquationError, match="SMOOTH has no score; write it as a stock"):
        measured("{UTF-8}\nx = Time ~~|\nz = SMOOTH(x, 3) ~~|\n", 4)


def test_what_was_given_from_outside_follows_no_link(measured: Measured) -> None:
    found = measured(ONE_FLOW, R="P growth")
    values = {name: np.array(array) for name, array in run_of(found).items()}
    values["room"] = np.linspace(0.2, 0.1, 101)
    values["growth"] = 0.12 * values["p"] * values["room"]
    given = Loops(found.equations, values, [cycle("B", "p", "room", "growth")], np.arange(100))
    assert found.link("p", "room").any() and not given.link("p", "room").any()
    assert given.link("p", "growth").any()


def test_a_link_of_arrays_is_one_of_elements(measured: Measured) -> None:
    model = """{UTF-8}
place: north, south ~~|
S[place] = INTEG(in[place] - out[place], 10) ~~|
in[north] = 0.1*S[north] + 0.02*S[south] ~~|
in[south] = 0.1*S[south] ~~|
out[place] = S[place]*total/2000 ~~|
total = SUM(S[place!]) ~~|
"""
    found = measured(model, 10, 0.25, R="S[north] in[north]", B="S[north] total out[north]")
    assert found.link("s[south]", "in[north]").all() and not found.link("s[north]", "in[south]").any()
    for effect in ("total", "in[north]"):
        total = found.link("s[north]", effect) + found.link("s[south]", effect)
        np.testing.assert_allclose(total, 1, rtol=1e-9)
    assert (found.scores["R"] > 0).all() and (found.scores["B"] < 0).all()


def test_a_loop_drives_an_outcome_as_far_as_a_path_leads_there(measured: Measured) -> None:
    model = (
        TWO_FLOWS
        + """Q = INTEG(more - less, 1) ~~|
more = 0.2*Q ~~|
less = 0.01*Q^2 ~~|
both = 3*P + Q ~~|
only = 2*Q ~~|
"""
    )
    found = measured(model, 20, 1, R="P births", B="P deaths", RQ="Q more", BQ="Q less")
    assert len(set(found.partitions.values())) == 2
    hold = found.hold("both")
    np.testing.assert_allclose(hold["R"] + hold["RQ"], 1, rtol=1e-9)
    drives = found.drives("only")
    assert not drives["R"].any() and not drives["B"].any()
    np.testing.assert_allclose(np.abs(drives["RQ"]) + np.abs(drives["BQ"]), 1, rtol=1e-9)
    first, second = found.periods("only", (0, 10, 20))
    assert first.leading == "RQ" and first.shares["RQ"] > 0 > first.shares["BQ"]
    assert abs(second.shares["BQ"]) > abs(first.shares["BQ"])
    with pytest.raises(InputError, match='bath: no element of the model has this name; did you mean "both"'):
        found.drives("bath")


def test_a_run_in_balance_is_driven_by_nothing(measured: Measured) -> None:
    model = "{UTF-8}\nS = INTEG(in - out, 10) ~~|\nin = 0.1*S ~~|\nout = 0.1*S ~~|\n"
    found = measured(model, 5, 1, R="S in", B="S out")
    assert not found.links and not found.drives("s")
    assert found.periods("s", (0, 5))[0].leading == ""


def test_simlin_finds_the_same_scores(measured: Measured, tmp_path: Path) -> None:
    simlin = pytest.importorskip("simlin")
    found = measured(YEAST, 80, 0.5, R="Cells births")
    with simlin.load(str(tmp_path / "model.mdl")).simulate(enable_ltm=True) as run:
        run.run_to_end()
        theirs = {(link.from_var, link.to_var): link.score for link in run.get_links()}
    ours = {(cause[0], effect[0]): scores for (cause, effect), scores in found.links.items()}
    assert len(ours) == 10 and ours.keys() <= theirs.keys()
    for ends, scores in ours.items():
        np.testing.assert_allclose(theirs[ends][1:], scores, rtol=1e-6, err_msg=str(ends))


@pytest.mark.slow
def test_the_named_loops_of_the_model_are_measured_in_a_run(model: Model) -> None:
    cycles = [item for loop in model.inputs.loops.values() for item in loop.cycles]
    found = loops_of(model.run("pure_catchup"), cycles)
    assert len(found.times) == 96 and len(found.ranked) > 30
    total = sum(np.abs(part) for part in found.drives("capability_index").values())
    np.testing.assert_allclose(total, 1, rtol=1e-9)
    # Where its links have the signs that the file states, a loop has its sign.
    for item in cycles:
        stated = np.stack([found.link(*ends) for ends in links(item)])
        right = [1.0 if sign == "+" else -1.0 for sign in item.signs]
        as_stated = (np.sign(stated) == np.array(right)[:, None]).all(axis=0)
        signs = np.sign(found.scores[item.id][as_stated])
        assert (signs == (1.0 if item.sign == "+" else -1.0)).all(), item.id


def run_of(found: Loops) -> dict[str, Any]:
    names = [name for name, item in found.equations.variables.items() if item.kind != "lookup"]
    run = batch_engine_of(found.equations, "numpy").run({}, {}, names)
    return {name: array[..., 0] for name, array in run.items()}


def found_values(found: Loops, name: str, *, every: bool = False) -> np.ndarray:
    values: np.ndarray = run_of(found)[name]
    return values if every else values[:-1]
