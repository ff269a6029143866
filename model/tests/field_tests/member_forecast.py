"""How another country, learnt from its own series to the end of 2022, is predicted for 2023 and 2024.

Limits are those of test 7 (`behaviour_reproduction`), with one more for the central half: a band that holds
nearly everything says as little as one that holds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from field_tests.behaviour_reproduction import LEAST_COVERAGE, RIVAL_NAMES
from twintrack.calibration.field_results import Evidence, Measure, Text, at_least, at_most, columns, told
from twintrack.calibration.scoreboard import SURE
from twintrack.calibration.unseen import RIVALS

LEAST_SERIES = 10
"""Series of its own that a country must have."""

HALF = (0.25, 0.75)
"""Least and largest share of points that the central half of a forecast may hold."""

Found = Mapping[str, Any]
"""What `twintrack.calibration.members.foreseen` gives."""


def skills(found: Found) -> dict[str, float]:
    """Give by rival 1 less the score of what was learnt over the rival's; above nought is better."""
    scores = {row["member"]: row["crps"] for row in found["table"]}
    return {rival: 1 - scores["learnt"] / scores[rival] for rival in RIVALS}


def forecast_measures(found: Found) -> list[Measure]:
    """Judge the number of series, skill, the chance of it, and coverage with and without a past."""
    learnt = _row(found["table"])
    without = _row(found["unseen"])
    band = Text("coverage of the 90 % band", "90%区间覆盖率")
    enough = Text("coverage of the 50 % band", "50%区间覆盖率")
    narrow = Text("50 % band is no wider than need be", "50%区间不过宽")
    measures = [
        at_least(Text("Series of its own", "该国自身的序列数"), len(found["own"]), LEAST_SERIES),
        told(
            Text("Of these with a point to the end of 2022", "其中2022年底前有数据的序列数"),
            len(found["taught"]),
        ),
        told(Text("Points learnt from", "用于学习的点数"), found["learnt"]),
        told(Text("Points of 2023 and 2024 predicted", "预测的2023、2024年点数"), found["points"]),
        *_against_rivals(found),
        at_least(_blind(band), learnt["inside_90"], LEAST_COVERAGE, "share"),
        at_least(_blind(enough), learnt["inside_50"], HALF[0], "share"),
        at_most(_blind(narrow), learnt["inside_50"], HALF[1], "share"),
        told(Text("Blind: weighted interval score", "盲测：加权区间得分"), learnt["wis"]),
    ]
    if without["inside_90"] is not None:
        name = Text(
            f"Series without a past, {found['points_unseen']} points: {band.en}",
            f"此前无数据的序列，{found['points_unseen']}个点：{band.zh}",
        )
        measures.append(at_least(name, without["inside_90"], LEAST_COVERAGE, "share"))
    return measures


def forecast_tables(found: Found) -> tuple[Evidence, Evidence]:
    """Give scores by series, and every point beside what was expected of it."""
    names = [f"{RIVAL_NAMES[rival].en}|{RIVAL_NAMES[rival].zh}" for rival in RIVALS]
    scores = Evidence(
        Text("Blind forecasts of 2023 and 2024: CRPS by series", "2023、2024年盲测：各序列的CRPS"),
        columns("series|序列", "points|点数", "in the 90 % band|在90%区间内", "learnt|学习后", *names),
        tuple(
            (
                row["name"],
                row["points"],
                row["inside_90"],
                row["crps"]["learnt"],
                *(row["crps"][rival] for rival in RIVALS),
            )
            for row in found["series"]
        ),
    )
    points = Evidence(
        Text("What was published, and what was expected of it", "公布值与预期值"),
        columns(
            "series|序列",
            "year|年份",
            "published|公布值",
            "5 %|5%分位",
            "50 %|50%分位",
            "95 %|95%分位",
            "with a past|此前有数据",
        ),
        tuple(
            (
                one["series"],
                one["year"],
                one["published"],
                *(one["quantiles"]["learnt"][place] for place in (0, 2, 4)),
                one["known"] > 0,
            )
            for one in found["predictions"]
        ),
    )
    return scores, points


def forecast_summary(found: Found) -> Text:
    """Say the result in a sentence or two."""
    ours = skills(found)
    learnt = _row(found["table"])
    en = ", ".join(f"{ours[rival]:.0%} against {RIVAL_NAMES[rival].en}" for rival in RIVALS)
    zh = "、".join(f"相对{RIVAL_NAMES[rival].zh}为{ours[rival]:.0%}" for rival in RIVALS)
    taught, points = len(found["taught"]), found["points"]
    return Text(
        f"Learnt from {found['learnt']} points of {taught} series of its own, complete by the end of 2022,"
        f" {points} points of 2023 and 2024 were predicted: skill (1 less the CRPS over a rival's) is {en};"
        f" {learnt['inside_50']:.0%} lie in the 50 % and {learnt['inside_90']:.0%} in the 90 % band. Ranges"
        " were written by people who knew these years.",
        f"以该国{taught}个自身序列截至2022年底的{found['learnt']}个点学习后，预测2023、2024年的{points}个点："
        f"技巧（1减去其CRPS与对手CRPS之比）{zh}；{learnt['inside_50']:.0%}的点落在50%区间内，"
        f"{learnt['inside_90']:.0%}落在90%区间内。参数范围由知晓这些年份的人写定。",
    )


def _against_rivals(found: Found) -> list[Measure]:
    games = {test["rival"]: test for test in found["tests"]}
    measures = []
    for rival, skill in skills(found).items():
        name, game = RIVAL_NAMES[rival], games[rival]
        won, series = game["series_won"], game["series"]
        measures.append(
            at_least(Text(f"Blind: skill against {name.en}", f"盲测：相对{name.zh}的技巧"), skill, 0.0)
        )
        measures.append(
            at_most(
                Text(
                    f"Blind: chance that {won} of {series} series are better than {name.en} by luck",
                    f"盲测：{series}个序列中{won}个优于{name.zh}纯属偶然的概率",
                ),
                game["series_p"] if 2 * won > series else 1.0,
                SURE,
            )
        )
    return measures


def _row(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return next(row for row in rows if row["member"] == "learnt")


def _blind(what: Text) -> Text:
    return Text(f"Blind: {what.en}", f"盲测：{what.zh}")
