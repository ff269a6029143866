"""What several sections say in the same words: coverage, recovery, names of series, numbers of tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from twintrack.formats import MISSING, share, signed
from twintrack.formats import number as fixed
from twintrack.pages.blocks import Block, Cell, Claim
from twintrack.pages.validation.view import Computed, ValidationView, against, number

RECOVERED = 0.03
"""How far the share of recovered truths may be from nine in ten to be called as it should be."""
STATUSES = ("passed", "passed in part", "not passed", "not done")


def covered(view: ValidationView, key: str, name: str) -> Claim:
    """Tell the coverage of a section twice, and judge it."""
    section = view[name]
    text = view.texts("sentence_gap").join((_coverage(view, key, section), _judged(view, section)))
    return Claim(key, text, view.basis(name))


def _coverage(view: ValidationView, key: str, section: Computed) -> str:
    said, expected = section["said"], section["expected"]
    return view.texts(
        key,
        points=said["points"],
        said=view.count(said["inside"], said["points"]),
        expected=view.count(expected["inside"], expected["points"]),
        said_interval=f"{share(said['low'])} – {share(said['high'])}",
        expected_interval=f"{share(expected['low'])} – {share(expected['high'])}",
    )


def _judged(view: ValidationView, section: Computed) -> str:
    """Say of both bands whether they hold nine in ten, as far as so few series can tell."""
    words = {
        key: view.texts(f"{key}_{against(section[key]['low'], section[key]['high'])}")
        for key in ("said", "expected")
    }
    return view.texts("band_judged", **words)


def looked_back(view: ValidationView) -> Claim:
    """Say whether what was learnt by past years predicted what followed better than the prior did."""
    test = next(test for test in view["lookahead"]["tests"] if test["rival"] == "prior")
    rows = {row["member"]: row for row in view["lookahead"]["table"]}
    return view.claim(
        f"lookahead_prior_{test['verdict']}",
        "lookahead",
        won=test["series_won"],
        series=test["series"],
        points_won=test["points_won"],
        points=test["points"],
        chance=number(test["series_p"]),
        learnt=error(rows["learnt"]["crps"]),
        prior=error(rows["prior"]["crps"]),
    )


def recovered(view: ValidationView) -> Claim:
    """Say how often true values that were made up lay in the intervals that were learnt."""
    recovery = view["recovery"]
    inside = recovery["told_inside"]
    key = against(inside - RECOVERED, inside + RECOVERED)
    keys = {"low": "recovery_low", "right": "recovery_right", "high": "recovery_high"}
    return view.claim(
        keys[key],
        "recovery",
        truths=recovery["truths"],
        inside=share(inside),
        told=f"{recovery['told']:,}",
        all=share(recovery["inside"]),
    )


def listed(
    view: ValidationView, key: str, names: Sequence[str], whole: int, section: str, **values: object
) -> Claim:
    """Fill the text `key` with names of series, or `key`_none where there are none."""
    chosen = key if names else f"{key}_none"
    return view.claim(
        chosen,
        section,
        count=len(names),
        others=whole - len(names),
        whole=whole,
        names=view.series_list(names),
        **values,
    )


def together(view: ValidationView, claims: Iterable[Claim]) -> list[Block]:
    """Put claims that one command repeats, one after another, into a paragraph."""
    found: list[Claim] = []
    for claim in claims:
        if found and found[-1].basis == claim.basis:
            text = view.texts("sentence_gap").join((found[-1].text, claim.text))
            found[-1] = replace(found[-1], text=text)
        else:
            found.append(claim)
    return list(found)


def statuses_of(tests: Iterable[Computed]) -> dict[str, int]:
    """Count tests of the field by status, in the order of STATUSES."""
    counts = Counter(test["status"] for test in tests)
    return {status: counts[status] for status in STATUSES}


def shifted(value: float) -> str:
    """Write a change in standard deviations with its sign."""
    return signed(value, ".2f")


def inside(inside: int, points: int) -> Cell:
    """Write how many points are inside; fewer than nine in ten, rounded down, stands out."""
    return Cell(f"{inside}/{points}", tone="" if inside >= int(0.9 * points) else "poor")


def tone(good: bool) -> str:
    """Give the tone of a cell that is good or poor."""
    return "good" if good else "poor"


def error(value: float | None) -> str:
    """Write an error with two decimals; None as a dash."""
    return MISSING if value is None else fixed(value, ".2f")


def pair(interval: Sequence[float]) -> str:
    """Write the ends of an interval."""
    return f"{number(interval[0])} – {number(interval[1])}"
