"""No strategy changes the past: what moves a lever before policies start is refused, with what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from twintrack.inputs.content import Content
from twintrack.inputs.paths import TimePath

Faults = Callable[..., list[str]]
Write = Callable[[str, str], Path]

TOO_EARLY = "is before policies start in 2026; date it 2026 or later."
ADVICE = (
    "What was done until then is the same in all strategies: change it in strategies/baseline.yaml, after"
    " which the posterior must be learnt anew (twintrack calibrate)"
)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("levers:\n  fiscal_ai_rd:\n    2018: 300\n    2026: [300, 60]\n", ":3: fiscal_ai_rd: the date 2018"),
        ("levers:\n  fiscal_ai_rd: {2025-12-31: 90}\n", ":2: fiscal_ai_rd: the date 2025-12-31"),
        ("levers:\n  fiscal_ai_rd: {2025.99: 90, 2030: 60}\n", ":2: fiscal_ai_rd: the date 2025.99"),
        ("mix: {baseline: 1}\nlevers:\n  catchup_share: {2020: 0.9}\n", ":3: catchup_share: the date 2020"),
        ("switch:\n  to: pure_catchup\n  when: {date: 2020}\n", ":3: 2020"),
        (
            "switch:\n  to: baseline\n  levers:\n    catchup_share: {2020: 0.1}\n  when: {date: 2030}\n",
            ":4: catchup_share: the date 2020",
        ),
    ],
)
def test_a_file_with_an_early_date_is_refused_at_its_line(
    write: Write, content: Content, faults: Faults, text: str, place: str
) -> None:
    write("strategies/early.yaml", text)

    (told,) = faults(content.strategies.resolve, "early")

    assert told == f"strategies/early.yaml{place} {TOO_EARLY} {ADVICE}"


def test_a_parent_with_an_early_date_is_refused_in_every_child(
    write: Write, content: Content, faults: Faults
) -> None:
    write("strategies/early.yaml", "levers: {fiscal_ai_rd: {2020: 90}}\n")
    write("strategies/child.yaml", "extends: early\nlevers: {catchup_share: 0.5}\n")
    for reference in ("child", "0.5 early + 0.5 baseline", "early + pure_catchup"):
        assert (
            f"strategies/early.yaml:1: fiscal_ai_rd: the date 2020 {TOO_EARLY}"
            in faults(content.strategies.resolve, reference)[0]
        )


@pytest.mark.parametrize("value", [{2018: 300, 2026: 60}, "{2025: 90}"])
def test_an_early_date_set_on_top_is_refused(content: Content, faults: Faults, value: Any) -> None:
    for reference in ("baseline", "pure_catchup", content.strategies.resolve("pure_catchup")):
        (told,) = faults(content.strategies.resolve, reference, {"fiscal_ai_rd": value})
        assert told.startswith(f"--set fiscal_ai_rd={value}: fiscal_ai_rd: the date 20")
        assert told.endswith(f"{TOO_EARLY} {ADVICE}")


def test_a_strategy_made_in_python_with_another_past_is_refused(content: Content, faults: Faults) -> None:
    plan = content.strategies.resolve("pure_catchup")
    for path in (
        TimePath.constant(99),
        TimePath.through([(2018, 60), (2019, 80), (2020, 60)]),
        TimePath.through([(2025.9, 60), (2030, 80)]),
    ):
        other = replace(plan, paths={**plan.paths, "fiscal_ai_rd": path})
        (told,) = faults(content.strategies.resolve, other)
        assert told.startswith(
            'strategy "pure_catchup": differs from the baseline before policies start in 2026'
        )
        assert "in fiscal_ai_rd" in told and told.endswith(ADVICE)


def test_another_file_called_baseline_does_not_change_the_past(
    write: Write, content: Content, faults: Faults
) -> None:
    write("elsewhere/baseline.yaml", "levers: {fiscal_ai_rd: {2018: 99}}\n")

    (told,) = faults(content.strategies.resolve, "elsewhere/baseline.yaml")

    assert "differs from the baseline before policies start in 2026, in fiscal_ai_rd" in told


def test_the_baseline_may_change_its_past_and_takes_all_along(write: Write, content: Content) -> None:
    write("strategies/baseline.yaml", "levers: {fiscal_ai_rd: {2018: 20, 2026: 60}}\n")

    for reference in ("baseline", "pure_catchup", "0.5 pure_catchup + 0.5 baseline"):
        plan = content.strategies.resolve(reference)
        assert float(plan.paths["fiscal_ai_rd"].at(2018)) == 20
        assert float(plan.paths["fiscal_ai_rd"].at(2022)) == 40


def test_a_date_at_the_start_of_policies_is_allowed(content: Content) -> None:
    plan = content.strategies.resolve("baseline", {"fiscal_ai_rd": {2026: 90, "2030-01-01": 60}})

    assert (plan.paths["fiscal_ai_rd"].before(2026), float(plan.paths["fiscal_ai_rd"].at(2026))) == (60, 90)
