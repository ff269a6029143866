"""Test 9, family member: another country in the same equations, against expectations written down before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from field_tests.bounds import SHARES, amounts, infinite, outside
from field_tests.expectations import EXPECTATIONS, STRATEGIES
from twintrack.calibration.field_results import (
    Evidence,
    FieldTest,
    Text,
    at_least,
    at_most,
    columns,
    told,
)

if TYPE_CHECKING:
    from twintrack.model import Model

MEMBER = Path("model") / "family" / "korea.yaml"
LEAST_HELD = 0.75
LEAST_USE = 0.5
EXPERIENCE_2023 = 0.51
"""Share of Koreans who had used an AI service by 2023, told by the Ministry of Science and ICT in 2024."""


def family_member(model: Model) -> FieldTest:
    """Run Korea beside the home country and compare."""
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
    use = float(base.at("adoption_rate", [2024])[0])
    measures = (
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
        at_least(
            Text("Use of AI in 2024 over what was surveyed for 2023", "2024年使用率与2023年调查值之比"),
            use / EXPERIENCE_2023,
            LEAST_USE,
        ),
    )
    number = len(scenario.world) + 1
    en, zh = _on_use(use)
    return FieldTest(
        9,
        "family_member",
        Text("Family member", "同族系统"),
        Text(
            f"With {number} values of Korea {sum(held)} of {len(held)} expectations hold. The values were set"
            f" by hand, not learnt from data of that country. {en}",
            f"代入韩国的{number}项取值后，{len(held)}项预期中{sum(held)}项成立。这些取值由人工设定，并非由该国数据学得。{zh}",
        ),
        measures,
        (
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
        f"twintrack run baseline --scenario {MEMBER.as_posix()}",
    )


def _on_use(use: float) -> tuple[str, str]:
    """Say how people's use of 2024 compares with the survey for 2023, in both languages."""
    en = f"People's use in 2024 is {use:.1%}, and {EXPERIENCE_2023:.0%} had tried AI by 2023"
    zh = f"模型2024年个人使用率为{use:.1%}，调查显示2023年已有{EXPERIENCE_2023:.0%}的人用过AI"
    if use >= LEAST_USE * EXPERIENCE_2023:
        return f"{en}.", f"{zh}。"
    return (
        f"{en}: in the model persons use home services alone; those of an open country use foreign ones too.",
        f"{zh}：模型中个人只使用本国服务，而开放国家的居民也会使用国外服务。",
    )
