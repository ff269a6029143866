"""Story figures: every future is a dot on its side, words stay on the sheet, the same bytes each time."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree

import numpy as np
import pytest

from twintrack.pages.blocks import Basis
from twintrack.pages.figures.courses import Fan, Line, SharePanel, courses
from twintrack.pages.figures.dots import Axis, DotPanel, DotRow, dot_plots, quantile_dots
from twintrack.pages.figures.drawing import Drawing, width_of, wrapped
from twintrack.pages.figures.dumbbells import DumbbellPanel, dumbbells
from twintrack.pages.figures.effects import BETTER, TIED, WORSE, Effect, EffectRow, effects
from twintrack.pages.figures.look import FILLS, ROWS
from twintrack.pages.figures.mixes import MixPanel, mixes
from twintrack.pages.figures.plane import Plane, plane
from twintrack.pages.figures.scales import Scale, round_ends, ticks
from twintrack.pages.figures.spreads import SpreadPanel, SpreadRow, spreads
from twintrack.pages.figures.story import WIDTHS, Numbers, Story, described
from twintrack.pages.figures.strips import Strip, StripPanel, strips

AXIS = Axis(-10, 30, [(-10.0, "−10"), (0.0, "0"), (30.0, "+30 or more")], "← worse", "months better →")


def _dots(width: float) -> Drawing:
    values = quantile_dots(np.linspace(-8, 40, 500))
    panel = DotPanel(
        "Gap", values, ("17", "83"), ("Red nearer", "Blue nearer"), "of 100", "a tie", AXIS, ROWS[:2]
    )
    return dot_plots([DotRow("Change this only", "that held", [panel, panel])], width)


def _dumbbells(width: float) -> Drawing:
    panel = DumbbellPanel(
        "Gap", ["years"], [[1.0, 2.0], [2.0, 2.1]], [["1", "2"], ["2.0", "2.1"]], [("a v b", "tie")]
    )
    return dumbbells(
        [panel] * 5, [("Catch up", ROWS[0]), ("Both", ROWS[1])], FILLS[2], ["closed", "open"], width
    )


def _courses(width: float) -> Drawing:
    years, fan = [2027.0, 2030.0, 2035.0, 2040.0], [[-4.0] * 4, [-2.0] * 4, [0.0] * 4, [2.0] * 4, [4.0] * 4]
    lines = [Line("gap", "#000", "", [10, 30, 50, 60], [10, 30, 45, 60], [20, 30, 50, 70])] * 2
    ticked = [(0.0, "0"), (4.0, "+4")]
    drawn = Fan(
        "How far",
        "months",
        years,
        [(2030.0, "2030")],
        fan,
        ticked,
        ("90", "half", "median"),
        None,
        "#000",
        ("#eee", "#ccc"),
    )
    return courses([SharePanel("One", "note", years, lines, "tie")] * 2, drawn, width)


def _mixes(width: float) -> Drawing:
    at = [0.0, 0.5, 1.0]
    fan = Fan(
        "Gap",
        "months",
        at,
        [(0.0, "0%"), (1.0, "100%")],
        [[0.0] * 3] * 5,
        [(0.0, "0")],
        ("90", "half", "median"),
        None,
        "#000",
        ("#eee", "#ccc"),
        True,
    )
    panel = MixPanel(
        fan,
        "best in",
        [(50.0, "50"), (0.5, "<1"), (49.0, "49")],
        ["#000"] * 3,
        ("Catch up", "Explore"),
        "share",
    )
    return mixes([panel, panel], width)


def _effects(width: float) -> Drawing:
    row = [
        Effect(2.0, "+2.0", BETTER),
        Effect(-1.0, "−1.0", WORSE),
        Effect(0.1, "+0.1", TIED),
        Effect(3.0, "+3.0", BETTER),
    ]
    rows = [
        EffectRow("More of this", "a note that is long enough to be broken", row),
        EffectRow("All", "", row, total=True),
    ]
    return effects([("Gap", "months"), ("Income", "trn"), ("Cost", "trn"), ("Harm", "")], rows, width)


def _plane(width: float) -> Drawing:
    shares = np.linspace(0, 1, 20)[:, None] * np.ones(20)
    marks = [(0.5, "16")]
    corners = [("Both nearer: 97 of 100", (0.0, 1.0), True)]
    points, ahead = np.array([[0.2, 0.9], [0.8, 0.1]]), np.array([True, False])
    return plane(
        Plane(("across", marks), ("up", marks), shares, points, ahead, ROWS[:2], corners, "50"), width
    )


def _spreads(width: float) -> Drawing:
    rows = [SpreadRow("Catch up", ROWS[0], "OPEN"), SpreadRow("Both", ROWS[1])]
    panel = SpreadPanel("Cost", "trn", [(4.0, 5.0, 8.0), (3.0, 4.0, 6.0)], ["5.0", "4.0"])
    return spreads([panel] * 3, rows, ("Best of two", "in … of 100", ["60", "40"]), width)


def _strips(width: float) -> Drawing:
    panel = StripPanel(
        "Portfolio",
        [("Catch up", ROWS[0]), ("Both", ROWS[1])],
        [Strip("Money on one road, %", [(0.9, "90%"), (0.5, "50%")])],
    )
    return strips([panel, panel], width)


KIT: list[Callable[[float], Drawing]] = [
    _dots,
    _dumbbells,
    _courses,
    _mixes,
    _effects,
    _plane,
    _spreads,
    _strips,
]


@pytest.mark.parametrize("draw", KIT)
@pytest.mark.parametrize("width", [*WIDTHS.values(), 700.0])
def test_every_word_stays_on_the_sheet_and_is_large_enough(
    draw: Callable[[float], Drawing], width: float
) -> None:
    svg = draw(width).svg("figure", "Title & more", "What is <read> off it", "wide")
    root = ElementTree.fromstring(svg)
    assert (
        root.get("role") == "img"
        and root[0].text == "Title & more"
        and root[1].text == "What is <read> off it"
    )
    height = float(root.get("height") or 0)
    for text in root.iter("{http://www.w3.org/2000/svg}text"):
        size, words = float(text.get("font-size") or 0), text.text or ""
        room = width_of(words, size, bold=text.get("font-weight") is not None)
        x, y = float(text.get("x") or 0), float(text.get("y") or 0)
        left = x - {"end": room, "middle": room / 2}.get(text.get("text-anchor") or "", 0.0)
        assert size >= 12
        assert left >= -3 and left + room <= width + 6, (words, left, room)
        assert 0 < y <= height, words
    assert draw(width).svg("figure", "Title & more", "What is <read> off it", "wide") == svg


def test_a_hundred_dots_stand_on_the_side_of_their_sign() -> None:
    svg = dot_plots(
        [
            DotRow(
                "One",
                "",
                [
                    DotPanel(
                        "Gap",
                        quantile_dots([-1.0] * 30 + [1.0] * 70),
                        ("30", "70"),
                        ("a", "b"),
                        "",
                        "",
                        AXIS,
                        ROWS[:2],
                    )
                ],
            )
        ],
        358,
    )
    paths = re.findall(r'd="((?:M[\d. ]+h\.01)+)" fill="none" stroke="(#\w+)"', svg.svg("f", "t", "d"))
    places = {colour: [float(x) for x in re.findall(r"M([\d.]+) ", d)] for d, colour in paths}
    zero = Scale(-10, 30, 0, 358)(0.0)
    lost, won = (places[look.colour] for look in ROWS[:2])
    assert (len(lost), len(won)) == (30, 70)
    assert max(lost) < zero < min(won)


def test_axes_end_at_round_numbers() -> None:
    assert round_ends([0.3, 9.2]) == (0.0, 10.0, 5.0)
    assert round_ends([-20.0, 31.0], months=True) == (-24.0, 36.0, 24.0) or round_ends(
        [-20.0, 31.0], months=True
    )[2] in (12.0, 24.0)
    assert ticks(-2.0, 4.0, 2.0) == [-2.0, 0.0, 2.0, 4.0]


def test_chinese_breaks_between_signs_and_never_before_a_comma() -> None:
    lines = wrapped("推演之间的差别，远大于战略之间", 10, 70)
    assert "".join(lines) == "推演之间的差别，远大于战略之间" and len(lines) > 1
    assert not any(line.startswith("，") for line in lines)
    assert wrapped("照旧（照旧）", 10, 55) == ["照旧（照", "旧）"]


def test_a_story_has_a_drawing_for_each_width_and_says_its_numbers() -> None:
    numbers = Numbers(["Goal", "Better in"], [["Gap", "49"], ["Income", ">99"]])
    story = Story("hero", "Title", described(numbers), _dots, numbers, Basis("data/a.csv", "twintrack"))
    assert described(numbers) == "Goal: Gap; Better in: 49. Goal: Income; Better in: >99."
    assert [re.search(r'class="(\w+)"', svg)[1] for svg in story.drawings] == list(WIDTHS)  # type: ignore[index]
    ids = re.findall(r'id="([^"]+)"', "".join(story.drawings))
    assert len(ids) == len(set(ids))
    assert "<style>" in story.alone() and "font-family:Noto" in story.alone(500, "Noto")
