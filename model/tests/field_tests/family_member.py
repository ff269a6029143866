"""Test 9, family member: another country in the same equations, learnt from its own history, predicted blind.

Beside that, it is run with the values of its file and held against expectations written down before.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from field_tests.bounds import SHARES, amounts, infinite, outside
from field_tests.expectations import EXPECTATIONS, STRATEGIES
from field_tests.member_forecast import Found, forecast_measures, forecast_summary, forecast_tables
from twintrack.calibration.field_results import (
    Evidence,
    FieldTest,
    Text,
    at_least,
    at_most,
    columns,
    told,
)
from twintrack.calibration.members import foreseen

if TYPE_CHECKING:
    from twintrack.model import Model

MEMBER = Path("model") / "family" / "korea.yaml"
LEAST_HELD = 0.75


def family_member(model: Model, found: Found | None = None, workers: int | None = 1) -> FieldTest:
    """Judge blind forecasts of Korea, computed where none are given, and its runs beside those at home."""
    if found is None:
        found = foreseen(model, MEMBER.stem, workers=workers)
    path = str(model.content / MEMBER)
    scenario = model.scenario(path)
    other = {name: model.run(name, path) for name in STRATEGIES}
    home = {name: model.run(name) for name in STRATEGIES}
    base = other["baseline"]
    stocks = amounts(model.equations)
    variables = [item.name for item in model.equations.variables.values() if item.kind != "lookup"]
    broken = infinite({name: base[name] for name in variables})
    below = [name for name in stocks if base[name].min() < 0]
    shares = outside({name: base[name] for name in SHARES})
    held = [item.holds(other, home) for item in EXPECTATIONS]
    measures = (
        *forecast_measures(found),
        told(Text("Values that differ from the home country", "与本国不同的取值"), len(scenario.world) + 1),
        told(
            Text("Of these with a source beside judgement", "其中有来源支持"),
            sum(1 for ground in scenario.grounds.values() if ground.source != "assumption"),
        ),
        at_most(Text("Variables that are not finite", "非有限的变量"), len(broken), 0),
        at_most(Text("Amounts below zero", "低于零的存量"), len(below), 0),
        at_most(Text("Shares outside 0 to 1", "超出0至1的份额"), len(shares), 0),
        at_least(
            Text("Expectations written before the run that hold", "事前写下的预期成立的比例"),
            sum(held) / len(held),
            LEAST_HELD,
            "share",
        ),
    )
    number = len(scenario.world) + 1
    blind = forecast_summary(found)
    return FieldTest(
        9,
        "family_member",
        Text("Family member", "同族系统"),
        Text(
            f"{blind.en} With {number} values of Korea set by hand {sum(held)} of {len(held)} expectations"
            " hold.",
            f"{blind.zh}代入人工设定的韩国{number}项取值后，{len(held)}项预期中{sum(held)}项成立。",
        ),
        measures,
        (
            *forecast_tables(found),
            Evidence(
                Text("Expectations, written before the run", "运行之前写下的预期"),
                columns("expectation|预期", "Korea|韩国", "compared with|比较对象", "holds|成立"),
                tuple(
                    (it.text, it.member(other, home), it.reference(other, home), true)
                    for it, true in zip(EXPECTATIONS, held, strict=True)
                ),
            ),
            Evidence(
                Text("Outcomes of the baseline in 2030", "基准战略2030年的结果"),
                columns("outcome|结果", "Korea|韩国", "home country|本国"),
                tuple(
                    (name, float(base.at(name, [2030])[0]), float(home["baseline"].at(name, [2030])[0]))
                    for name in model.headline
                ),
            ),
        ),
        "twintrack validate --only family",
    )
