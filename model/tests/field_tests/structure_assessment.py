"""Test 2, structure assessment: stocks change by their flows alone, and loops are closed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from field_tests.bounds import amounts
from field_tests.conservation import (
    FLOWS,
    SHARES,
    conservation_run,
    residual,
    share_error,
    with_inner_flows,
)
from field_tests.names_zh import named
from twintrack.calibration.field_results import Evidence, FieldTest, Text, at_most, columns, told
from twintrack.inputs.loops import loop_faults

if TYPE_CHECKING:
    from twintrack.model import Model

STRATEGIES = ("baseline", "catchup_explore_open")
LARGEST_RESIDUAL = 1e-9
LARGEST_SHARE_ERROR = 1e-6


def structure_assessment(model: Model) -> FieldTest:
    """Count what the model is made of, and compare stocks with their flows in two runs under decoupling."""
    equations, step = model.equations, model.equations.time.save_step
    loops = model.inputs.loops
    cycles = [cycle for loop in loops.values() for cycle in loop.cycles]
    open_loops = loop_faults(model.content / "model" / "loops.yaml", equations)
    runs = {name: conservation_run(model, name) for name in STRATEGIES}
    tables = {name: with_inner_flows(run) for name, run in runs.items()}
    residuals = {what: max(residual(table, what, step) for table in tables.values()) for what in FLOWS}
    shares = max(share_error(table, name) for table in tables.values() for name in SHARES)
    below = {name for run in runs.values() for name in amounts(equations) if run[name].min() < 0}
    kinds = Counter(variable.kind for variable in equations.variables.values())
    worst = max(residuals.values())
    measures = (
        told(Text("Stocks", "存量"), kinds["stock"]),
        told(Text("Flows and auxiliaries", "流量与辅助变量"), kinds["auxiliary"]),
        told(Text("Constants", "常数"), kinds["constant"]),
        told(Text("Named feedback loops", "已命名的反馈回路"), len(cycles)),
        at_most(Text("Loops that are not closed in the equations", "方程中未闭合的回路"), len(open_loops), 0),
        at_most(Text("Largest change without a flow", "无流量对应的最大变化"), worst, LARGEST_RESIDUAL),
        at_most(Text("Shares that miss one by", "份额之和与一的最大偏差"), shares, LARGEST_SHARE_ERROR),
        at_most(Text("Amounts that fall below zero", "低于零的存量"), len(below), 0),
    )
    return FieldTest(
        2,
        "structure_assessment",
        Text("Structure assessment", "结构评价"),
        Text(
            f"{kinds['stock']} stocks and {len(cycles)} named loops; {len(open_loops)} are not closed."
            f" {len(FLOWS)} balances of people, money, chips and firms hold to {worst:.1e} of their size.",
            f"共{kinds['stock']}个存量、{len(cycles)}条已命名回路，其中{len(open_loops)}条未闭合。"
            f"{len(FLOWS)}项人员、资金、芯片与企业的平衡误差不超过其规模的{worst:.1e}。",
        ),
        measures,
        (
            Evidence(
                Text("Balances: change without a flow, over the amount", "平衡：无流量对应的变化占总量之比"),
                columns("what|对象", "stocks|存量", "residual|残差"),
                tuple((named(what), ", ".join(FLOWS[what][0]), value) for what, value in residuals.items()),
            ),
        ),
        "pytest tests/model/test_conservation.py tests/model/test_loops.py",
    )
