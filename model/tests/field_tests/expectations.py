"""What is expected of another country, written down before it was simulated.

Each expectation compares Korea in these equations (model/family/korea.yaml) with the home country, in the
central world. They are sentences about directions, not about sizes, apart from the size of the market.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from twintrack.calibration.field_results import Text
from twintrack.runs.results import Run

Runs = Mapping[str, Run]
"""Runs of one country by strategy."""

STRATEGIES = ("baseline", "catchup_open", "catchup_closed", "pure_catchup", "pure_exploration")


@dataclass(frozen=True)
class Expectation:
    """A direction that is expected, and the two numbers that decide it.

    `member` gives the number of the other country and `reference` that of the home country (or zero);
    expected is `member` > `reference` where `larger`, else the opposite.
    """

    text: Text
    member: Callable[[Runs, Runs], float]
    reference: Callable[[Runs, Runs], float]
    larger: bool

    def holds(self, other: Runs, home: Runs) -> bool:
        """Whether the runs are as expected."""
        member, reference = self.member(other, home), self.reference(other, home)
        return member > reference if self.larger else member < reference


def _imports_per_money(runs: Runs) -> float:
    """Give imported accelerators a year over all money spent on accelerators, H100e per bn CNY, in 2025."""
    run = runs["baseline"]
    return float(
        run.at("accelerator_purchases[home,world_chips]", [2025])[0] / run.at("accelerator_outlay", [2025])[0]
    )


def _value(name: str, year: float) -> Callable[[Runs], float]:
    return lambda runs: float(runs["baseline"].at(name, [year])[0])


def _difference(first: str, second: str, year: float) -> Callable[[Runs], float]:
    """Give how far the first strategy is ahead of the second in capability, OOM."""

    def difference(runs: Runs) -> float:
        ends = [float(runs[name].at("capability_index", [year])[0]) for name in (first, second)]
        return ends[0] - ends[1]

    return difference


def _compared(text: Text, quantity: Callable[[Runs], float], *, larger: bool) -> Expectation:
    return Expectation(text, lambda other, _: quantity(other), lambda _, home: quantity(home), larger)


EXPECTATIONS = (
    _compared(
        Text(
            "Without controls, a billion spent on accelerators brings more imported ones (2025).",
            "没有管制，同样的加速器支出能买到更多进口加速器（2025年）。",
        ),
        _imports_per_money,
        larger=True,
    ),
    Expectation(
        Text(
            "The industry on the smaller home market is less than a quarter as large (2024).",
            "本国市场较小，产业规模不到四分之一（2024年）。",
        ),
        lambda other, _: _value("ai_industry_size", 2024)(other),
        lambda _, home: 0.25 * _value("ai_industry_size", 2024)(home),
        larger=False,
    ),
    _compared(
        Text(
            "With a tenth of people and money, the capability gap to the leader is larger (2030).",
            "人才和资金约为十分之一，与领先者的能力差距更大（2030年）。",
        ),
        _value("capability_gap", 2030),
        larger=True,
    ),
    _compared(
        Text(
            "A more literate public uses AI more widely (2030).",
            "公众素养更高，AI使用更广（2030年）。",
        ),
        _value("adoption_rate", 2030),
        larger=True,
    ),
    _compared(
        Text(
            "Nothing pushes to domestic accelerators, so that the domestic share is lower (2030).",
            "没有外力推向国产加速器，国产份额更低（2030年）。",
        ),
        _value("domestic_stack_share", 2030),
        larger=False,
    ),
    _compared(
        Text(
            "More of its progress comes from abroad: the share of own origin is lower (2030).",
            "更多进步来自国外：自主来源份额更低（2030年）。",
        ),
        _value("own_origin_share", 2030),
        larger=False,
    ),
    _compared(
        Text(
            "Open catch-up is ahead of closed catch-up by more than at home (capability, 2040).",
            "开放追赶对封闭追赶的领先幅度大于本国（能力，2040年）。",
        ),
        _difference("catchup_open", "catchup_closed", 2040),
        larger=True,
    ),
    _compared(
        Text(
            "Spreading a small effort costs more: pure catch-up is ahead of pure exploration by more (2035).",
            "小规模投入分散的代价更高：纯追赶对纯探索的领先幅度更大（2035年）。",
        ),
        _difference("pure_catchup", "pure_exploration", 2035),
        larger=True,
    ),
    _compared(
        Text(
            "In an open market home suppliers provide less of the services used at home (2030).",
            "市场开放，国内使用的AI服务中本国供应商所占更少（2030年）。",
        ),
        _value("home_service_share", 2030),
        larger=False,
    ),
    _compared(
        Text(
            "A small effort in basic research finds new roads less often (2030).",
            "基础研究规模小，发现新路线的机会更少（2030年）。",
        ),
        _value("breakthrough_hazard[home]", 2030),
        larger=False,
    ),
    _compared(
        Text(
            "In one market late regions are less behind in use by organisations (2035).",
            "在统一市场中，后发地区组织应用的落后程度更小（2035年）。",
        ),
        _value("regional_gap", 2035),
        larger=False,
    ),
    _compared(
        Text(
            "A more literate country with the leader's services at hand gains more for its size (2035).",
            "素养更高、可使用领先者的服务，AI带来的产出占比更大（2035年）。",
        ),
        _value("ai_output_share", 2035),
        larger=True,
    ),
)
