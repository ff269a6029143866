"""Why should one believe this? In a few sentences, the last one on what not to use it for."""

from __future__ import annotations

from twintrack.pages.blocks import Block, Section
from twintrack.pages.validation.statements import covered, looked_back, recovered, statuses_of
from twintrack.pages.validation.view import ValidationView


def blocks(view: ValidationView) -> list[Block]:
    """Give a sentence on each of the sections below."""
    learnt, years = view["calibration"], view["years"]
    identified = view["identification"]
    return [
        looked_back(view),
        view.claim(
            "answer_learnt",
            "calibration",
            observations=learnt["observations"],
            series=learnt["series"],
            parameters=learnt["parameters"],
            runs=f"{learnt['runs']:,}",
            worlds=f"{learnt['worlds']:,}",
        ),
        covered(view, "answer_coverage", "fit"),
        view.claim(
            "answer_skill",
            "years",
            year=f"{years['from']:g}",
            prior=len(years["beats_prior"]),
            compared=years["compared"],
            naive=len(years["beats_naive"]),
            compared_naive=years["compared_naive"],
            expected=view.count(years["expected"]["inside"], years["expected"]["points"]),
        ),
        recovered(view),
        view.claim(
            "answer_identified",
            "identification",
            before=view.count(len(identified["as_before"]), len(identified["parameters"])),
            parameters=len(identified["parameters"]),
        ),
        *_tested(view),
        view.note("answer_not_for"),
    ]


def _tested(view: ValidationView) -> list[Block]:
    """Count the tests of the field by status, where there are any."""
    tests = view.tests()
    if not tests:
        return []
    counts = {status.replace(" ", "_"): count for status, count in statuses_of(tests).items()}
    return [view.claim("answer_tests", "field_tests", tests=len(tests), **counts)]


SECTION = Section("answer", 10, blocks)
