"""Openness at home and abroad: they complete or replace one another, by world; what openness costs."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from twintrack.model import Model

World = Mapping[str, float]
CHANNELS_MEET = {"reciprocity": 1.0, "recombination_gain": 0.0, "imitation_rate": 2.0}
"""Foreign knowledge is reached only through exchange and taken up slowly, so that reading more is of use to
the end; openness gives nothing at home."""

CHANNELS_COMPETE = {"reciprocity": 0.0, "recombination_gain": 0.6}
"""Foreign knowledge comes without exchange, and openness yields ideas at home."""


def final(model: Model, outcome: str, world: World, openness: float, release: float | None = None) -> float:
    levers = {"knowledge_openness": openness}
    if release is not None:
        levers["open_source_release"] = release
    return float(model.run("baseline", world=world, **levers).outcomes[outcome].iloc[-1])


def opening(model: Model, outcome: str, world: World) -> float:
    """Give what openness and release at 0.8 add against 0.2."""
    return final(model, outcome, world, 0.8, 0.8) - final(model, outcome, world, 0.2, 0.2)


@pytest.mark.parametrize(
    ("world", "sign", "outcome", "least"),
    [
        (CHANNELS_MEET, 1, "capability_index", 0.1),
        (CHANNELS_MEET, 1, "ai_enabled_output", 100.0),
        (CHANNELS_COMPETE, -1, "capability_index", 0.03),
        (CHANNELS_COMPETE, -1, "ai_enabled_output", 2.0),
    ],
)
def test_own_and_foreign_openness_are_complements_here_and_substitutes_there(
    model: Model, world: World, sign: int, outcome: str, least: float
) -> None:
    """What openness at home adds when the world is open, less what it adds when the world is closed."""
    closed, opened = (
        final(model, outcome, {**world, "foreign_openness_future": abroad}, 0.9)
        - final(model, outcome, {**world, "foreign_openness_future": abroad}, 0.1)
        for abroad in (0.05, 0.75)
    )
    assert sign * (opened - closed) > least


@pytest.mark.parametrize(
    ("parameter", "high", "outcome", "least"),
    [
        # Rents: what is given away cannot be sold.
        ("rent_loss", 0.8, "capability_index", 0.07),
        # Misuse: open models are misused, incidents call rules, rules slow use.
        ("misuse_rate", 0.45, "ai_enabled_output", 300.0),
        # People: open doors work both ways.
        ("emigration_by_openness", 1.6, "top_talent_at_home", 500.0),
    ],
)
def test_openness_has_a_price(model: Model, parameter: str, high: float, outcome: str, least: float) -> None:
    """Opening yields less where the price is charged than where it is not."""
    assert opening(model, outcome, {parameter: 0.0}) - opening(model, outcome, {parameter: high}) > least


def test_what_is_shown_calls_the_answer_of_the_leader(model: Model) -> None:
    """Success that can be seen makes the leader close and run faster: opening closes less of the gap."""
    answered = opening(model, "capability_gap", {"race_response": 1.0})
    assert answered > opening(model, "capability_gap", {"race_response": 0.0}) + 0.03


def test_openness_makes_what_is_borrowed_a_larger_loss_when_it_is_cut_off(model: Model) -> None:
    """Where foreign knowledge comes through exchange, an open country leans on it more."""

    def loss(openness: float) -> float:
        read, cut_off = (
            final(model, "capability_index", {**CHANNELS_MEET, "foreign_openness_future": abroad}, openness)
            for abroad in (0.4, 0.0)
        )
        return read - cut_off

    assert loss(0.8) > 1.1 * loss(0.2)


@pytest.mark.parametrize("openness", [0.2, 0.8])
def test_cutting_off_the_foreign_commons_costs_and_most_those_who_cannot_fork(
    model: Model, openness: float
) -> None:
    def loss(stack: float) -> float:
        runs = (
            model.run(
                "baseline",
                world={"open_source_cutoff": cut},
                knowledge_openness=openness,
                software_stack_support=stack,
            ).outcomes["capability_index"]
            for cut in (0.0, 0.5)
        )
        before, after = (float(run.iloc[-1]) for run in runs)
        return before - after

    assert loss(0.0) > loss(1.0) > 0
