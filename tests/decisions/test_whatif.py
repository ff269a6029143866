"""Asking backwards with a small model: against brute force over its two beliefs, and over its two levers."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from twintrack import Experiment
from twintrack.calibration.unknowns import Unknowns
from twintrack.cli import main
from twintrack.decisions.whatif import ask, lengthened
from twintrack.decisions.whatif_answers import WhatIf
from twintrack.decisions.whatif_margins import Ends, over_worlds
from twintrack.decisions.whatif_question import Question, read_question
from twintrack.decisions.whatif_solver import Change
from twintrack.errors import InputError
from twintrack.inputs.paths import TimePath
from twintrack.model import Model

GAP = "frontier_gap_months"


# Questions


def test_both_forms_are_read(small_model: Model) -> None:
    beats = read_question(f" fast beats  open on {GAP} in 2035", small_model)
    keeps = read_question(
        f"0.5 fast + 0.5 open keeps {GAP} under 1,000 in 2035.25 in 80 % of worlds", small_model
    )

    assert beats == Question("fast", GAP, 2035, higher=False, rival="open")
    assert keeps == Question("0.5 fast + 0.5 open", GAP, 2035.25, higher=False, bound=1000, share=0.8)
    assert read_question(f"fast keeps {GAP} above 3 in 2035 in 5% of the worlds", small_model).higher


def test_all_that_is_wrong_with_a_question_is_told(small_model: Model) -> None:
    with pytest.raises(InputError) as caught:
        read_question("fst beats opn on frontier_gap in 2035.1 in 120 % of worlds", small_model)

    told = str(caught.value)
    for part in ('"fst"', '"opn"', '"frontier_gap"; did you mean', "2035.1", "below 100 %, not 120"):
        assert part in told
    for text in ("fast wins", f"fast beats fast on {GAP} in 2035", f"fast keeps {GAP} under low in 2035"):
        with pytest.raises(InputError, match=r"whatif"):
            read_question(text, small_model)


# Margins


def test_a_share_of_worlds_reaches_an_ordered_margin() -> None:
    margins = np.array([[3.0, 1.0, 2.0, np.nan, 5.0], [-1, -2, -3, -4, -5]])

    assert over_worlds(margins, 0.8).tolist() == [1, -4]
    assert over_worlds(margins, 0.2).tolist() == [5, -1]


def test_a_path_moves_to_an_end_and_not_beyond(small_model: Model) -> None:
    table = small_model.lever_table
    path = TimePath.through([(2026, 60), (2030, 60), (2036, 120)])
    ends = Ends.of(table.levers["fiscal_ai_rd"], path, table)

    higher = ends.moved(path, ends.up / 2, table)

    assert ends.moved(path, ends.up, table).at([2028.0, 2040]).tolist() == [600, 600]
    assert higher.at([2025.0, 2026, 2040]).tolist() == [60, 60, 360]
    grown = np.linspace(2028, 2040, 49)
    change = (higher.at(grown) - path.at(grown)).mean() / 600
    assert change == pytest.approx(ends.up / 2, rel=0.01)


# Answers


def brute_beliefs(model: Model, middle: np.ndarray, below: float) -> float:
    """Distance from the middle to the nearest world of a fine grid in which "fast" keeps the gap low."""
    line = np.linspace(-3, 3, 201)
    scores = np.stack([axis.ravel() for axis in np.meshgrid(line, line)])
    worlds = pd.DataFrame(Unknowns(model.world).worlds(scores))
    found = Experiment(["fast"], worlds=worlds, outputs=[GAP], times=[2035], model=model).dataset()
    works = found[GAP].values.ravel() <= below
    return float(np.linalg.norm(scores[:, works] - middle[:, None], axis=0).min())


def test_beliefs_are_within_two_percent_of_brute_force(small_model: Model) -> None:
    found = ask(small_model, f"fast keeps {GAP} under -20 in 2035", worlds=200, prior=True)

    assert not found.already and found.margin < 0 and 0 < found.share_before < 0.5
    best = brute_beliefs(small_model, np.zeros(2), -20.0)
    shortest, fewest = found.answers[:2]
    assert (shortest.kind, fewest.kind) == ("shortest", "fewest")
    assert shortest.distance == pytest.approx(best, rel=0.02)
    assert len(fewest.moved) == 1 and fewest.distance >= shortest.distance
    for answer in found.answers:
        run = small_model.run("fast", world=answer.world)
        assert run.at(GAP, [2035])[0] == pytest.approx(answer.values["fast"], rel=1e-9)
        assert 0 <= answer.margin < 0.2 and answer.share_after > found.share_before


@pytest.mark.slow
def test_two_beliefs_about_the_whole_model_are_within_two_percent_of_brute_force(model: Model) -> None:
    """Rays from where the search begins, 2 degrees apart: the nearest place on any of them is the best."""
    names = ["route_ceiling[scale]", "route_ceiling[lean]"]
    text = "pure_exploration beats pure_catchup on capability_index in 2040"

    found = ask(model, text, worlds=300, prior=True, only=names)

    assert not found.already
    shortest = found.answers[0]
    assert shortest.world is not None
    before = {moved.name: np.array([moved.before]) for moved in shortest.moved}
    unknowns = Unknowns({name: model.world[name] for name in names})
    middle = unknowns.parameter_scores({name: before[name] for name in names})
    turns = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    steps = shortest.distance * np.linspace(0.5, 1.5, 51)
    ways = np.stack([np.outer(np.cos(turns), steps).ravel(), np.outer(np.sin(turns), steps).ravel()])
    changed = unknowns.worlds(middle + ways)
    worlds = pd.DataFrame({name: np.full(ways.shape[1], value) for name, value in shortest.world.items()})
    worlds[names] = np.stack([changed[name] for name in names], axis=1)
    run = Experiment(
        ["pure_exploration", "pure_catchup"],
        worlds=worlds,
        outputs=["capability_index"],
        times=[2040],
        model=model,
    ).dataset()
    ahead = run["capability_index"].sel(strategy="pure_exploration") - run["capability_index"].sel(
        strategy="pure_catchup"
    )
    works = ahead.to_numpy().ravel() > 0
    best = np.linalg.norm(ways[:, works], axis=0).min()
    assert 0.98 * best <= shortest.distance <= 1.02 * best


def test_beliefs_reach_a_share_of_all_worlds(small_model: Model) -> None:
    text = f"fast keeps {GAP} under -20 in 2035 in 70 % of worlds"

    found = ask(small_model, text, changing="beliefs", worlds=200, prior=True)

    assert found.share_before < 0.6 and found.answers
    assert all(0.7 <= answer.share_after < 0.75 and answer.world is None for answer in found.answers)


def test_a_change_becomes_as_long_as_it_must_and_no_longer() -> None:
    change = Change(np.array([1.0, 0.0]), 0.0)

    def found(needed: float) -> Change | None:
        return lengthened(lambda points: points[0] - needed, change, np.full(2, -3.0), np.full(2, 3.0))

    for needed in (0.95, 1.0, 1.33):
        longer = found(needed)
        assert longer is not None and needed <= longer.values[0] < needed + 0.015
    assert found(2.0) is None


def test_at_equal_cost_every_run_costs_what_the_baseline_does(small_model: Model) -> None:
    text = f"fast keeps {GAP} under -20 in 2035"

    found = ask(small_model, text, worlds=50, prior=True, equal_cost=True)

    equal = replace(small_model.strategy("fast"), budget="equal")
    assert found.answers
    for answer in found.answers:
        run = small_model.run(equal, world=answer.world)
        assert run.at(GAP, [2035])[0] == pytest.approx(answer.values["fast"], rel=1e-6)


def test_only_the_named_beliefs_change(small_model: Model) -> None:
    text = f"fast keeps {GAP} under -20 in 2035"

    found = ask(small_model, text, worlds=50, prior=True, only=["pace"])

    assert found.answers and {moved.name for one in found.answers for moved in one.moved} == {"pace"}
    with pytest.raises(InputError, match='no uncertain world parameter "strenght"; did you mean'):
        ask(small_model, text, only=["strenght"])


def test_the_same_question_has_the_same_answer(small_model: Model) -> None:
    text = f"open beats fast on {GAP} in 2035"

    first = ask(small_model, text, worlds=50, prior=True, seed=3)
    second = small_model.whatif(text, worlds=50, prior=True, seed=3)

    assert first.answers == second.answers


def test_what_is_true_already_needs_no_change(small_model: Model) -> None:
    found = ask(small_model, f"fast beats open on {GAP} in 2035", worlds=50, prior=True)

    assert found.already and not found.answers and found.share_before == 1


def test_what_cannot_be_is_told_with_what_was_reached(small_model: Model) -> None:
    found = ask(small_model, f"open beats fast on {GAP} in 2035", worlds=50, prior=True)

    assert not found.answers and found.share_before == 0
    assert found.reached is not None and found.reached.margin < 0
    assert found.margin < found.reached.margin and found.reached.worlds_margin <= found.reached.margin


def holding(found: WhatIf, model: Model, below: float) -> list[float]:
    """Share of the question's worlds in which the strategy of each answer keeps the gap below a bound."""
    frame = model.draw_worlds(found.asked.worlds, found.asked.seed, prior=True)
    shares = []
    for answer in found.answers:
        assert answer.strategy is not None
        data = Experiment([answer.strategy], worlds=frame, outputs=[GAP], times=[2035], model=model).dataset()
        shares.append(float((data[GAP].values <= below).mean()))
    return shares


def test_levers_reach_the_share_of_all_worlds_and_no_more_than_they_must(small_model: Model) -> None:
    found = ask(small_model, f"open keeps {GAP} under 10 in 2035 in 70 % of worlds", worlds=400, prior=True)

    assert found.asked.changing == "levers" and found.share_before < 0.7
    shares = holding(found, small_model, 10.0)
    assert shares == [answer.share_after for answer in found.answers]
    assert all(0.7 <= share < 0.73 for share in shares)
    fewest = next(answer for answer in found.answers if answer.kind == "fewest")
    assert [moved.name for moved in fewest.moved] == ["catchup_share"]
    assert fewest.cost is not None and fewest.cost[0] == pytest.approx(fewest.cost[1])


@pytest.mark.slow
def test_what_a_strategy_switches_to_is_changed_as_well(small_model: Model) -> None:
    found = ask(
        small_model, f"turning keeps {GAP} under 12 in 2038 in 60 % of worlds", worlds=100, prior=True
    )

    (answer, *_) = found.answers
    assert answer.strategy is not None and answer.strategy.switch is not None
    before = small_model.strategy("turning").switch
    assert before is not None
    moved = answer.moved[0].name
    assert answer.strategy.switch.paths[moved] != before.paths[moved]


def test_levers_in_the_middle_world_are_told_with_the_share_of_all(small_model: Model) -> None:
    text = f"open beats fast on {GAP} in 2035"

    found = ask(small_model, text, changing="levers", worlds=50, prior=True)

    assert found.share_before == 0 and found.answers
    for answer in found.answers:
        assert answer.values["open"] < answer.values["fast"] and answer.share_after > 0.9
    with pytest.raises(InputError, match="own cost"):
        ask(small_model, text, changing="levers", equal_cost=True)


# The command


def test_the_command_writes_what_proves_its_answers(
    small_content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TWINTRACK_CONTENT", str(small_content))
    asked = f"open keeps {GAP} under 10 in 2035 in 70 % of worlds"

    done = CliRunner().invoke(main, ["whatif", asked, "--prior", "--worlds", "100", "--out", "found"])

    assert done.exit_code == 0, done.output
    assert "1. shortest way:" in done.output and "public cost:" in done.output
    table = pd.read_csv(tmp_path / "found" / "changes.csv")
    assert table.columns.tolist() == ["answer", "kind", "name", "unit", "before", "after", "change"]
    chinese = CliRunner().invoke(main, ["whatif", asked, "--prior", "--worlds", "100", "--language", "zh"])
    assert "1. 最短途径：" in chinese.output and "寻找最短途径" in chinese.output
    assert not re.search("[a-z]{3}", chinese.output.replace("open", "")), "strategies are as they are typed"
    checked = CliRunner().invoke(main, ["check", "found/whatif_1.yaml"])
    assert checked.exit_code == 0, checked.output
    wrong = CliRunner().invoke(main, ["whatif", "fast wins"])
    assert wrong.exit_code == 2 and "A beats B on OUTCOME in YEAR" in wrong.output
