"""What was learnt and what was not, in sentences that can be repeated."""

from __future__ import annotations

from collections import Counter

from twintrack.formats import share
from twintrack.pages.blocks import Block, Claim, Section
from twintrack.pages.validation.contests import contests, told
from twintrack.pages.validation.statements import looked_back, statuses_of, together
from twintrack.pages.validation.view import ValidationView, number

NAMED = 3
"""Parameters that a sentence names."""


def blocks(view: ValidationView) -> list[Block]:
    """Give a paragraph on what was learnt, on what was not, on the decision and on the tests."""
    return [
        looked_back(view),
        *together(view, [*_learnt(view), _before(view)]),
        *_open(view),
        *([told(view)] if contests(view) else []),
        _covered(view),
        *_tested(view),
        view.note("answer_not_for"),
    ]


def _learnt(view: ValidationView) -> list[Claim]:
    """Name the parameters that history says most about, with what it says."""
    items = [item for item in view["identification"]["parameters"] if not item["as_before"]][:NAMED]
    if not items:
        return []
    parts = [
        view.texts(
            "answer_parameter",
            name=view.texts("quoted", text=view.parameter(item["name"])),
            median=number(item["median"]),
            narrower=share(item["contraction"]),
        )
        for item in items
    ]
    return [view.claim("answer_learnt", "identification", parts=view.texts.join(parts))]


def _before(view: ValidationView) -> Claim:
    found = view["identification"]
    count, whole = len(found["as_before"]), len(found["parameters"])
    return view.claim(
        "answer_identified", "identification", before=view.count(count, whole), parameters=whole
    )


def _open(view: ValidationView) -> list[Block]:
    """Name what decides between the best strategies most often and history says nothing of."""
    before = set(view["identification"]["as_before"])
    outcomes = view["ranking"]["outcomes"]
    found = Counter(name for item in outcomes for name, _ in item["contest"]["parts"] if name in before)
    if not found:
        return []
    names = [view.texts("quoted", text=view.parameter(name)) for name, _ in found.most_common(NAMED)]
    return [view.claim("answer_open", "ranking,identification", names=view.texts.join(names))]


def _covered(view: ValidationView) -> Claim:
    said, expected = view["fit"]["said"], view["fit"]["expected"]
    return view.claim(
        "answer_coverage",
        "fit",
        points=said["points"],
        said=view.count(said["inside"], said["points"]),
        expected=view.count(expected["inside"], expected["points"]),
    )


def _tested(view: ValidationView) -> list[Block]:
    """Count the tests of the field by status, where there are any."""
    tests = view.tests()
    if not tests:
        return []
    counts = {status.replace(" ", "_"): count for status, count in statuses_of(tests).items()}
    return [view.claim("answer_tests", "field_tests", tests=len(tests), **counts)]


SECTION = Section("answer", 10, blocks)
