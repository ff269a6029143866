"""Which variable fills or drains which stock."""

from __future__ import annotations

from model_helpers import PEOPLE, EquationsOf, equations_of

from twintrack.pages.model.flows import Flow, FlowMap, read_flows

__all__ = ["equations_of"]


def _named(flows: FlowMap) -> set[tuple[str, str, str]]:
    return {(flow.variable, flow.source, flow.target) for flow in flows.flows}


def test_terms_of_a_stock_are_flows_and_the_rest_is_a_flow_without_a_name(equations_of: EquationsOf) -> None:
    assert _named(read_flows(equations_of(PEOPLE))) == {
        ("enrolment", "", "students"),
        ("graduation", "students", "staff"),
        ("leaving", "staff", ""),
        ("", "staff", ""),
        ("", "", "skill"),
        ("building", "", "houses"),
        ("building", "", "built_in_all"),
    }


def test_a_gap_to_a_target_runs_either_way_and_a_loss_does_not(equations_of: EquationsOf) -> None:
    nameless = {flow.target or flow.source: flow for flow in read_flows(equations_of(PEOPLE)).flows}
    assert nameless["skill"].both_ways
    assert not nameless["staff"].both_ways


def test_a_flow_summed_over_elements_is_still_the_flow(equations_of: EquationsOf) -> None:
    text = """
    field: arts, law ~~ Fields. |
    all= INTEG (SUM(entry[field!])-exit, 0) ~ persons ~ |
    by field[field]= INTEG (entry[field], 0) ~ persons ~ |
    entry[field]= Time ~ persons/Year ~ |
    exit= all/4 ~ persons/Year ~ |
    """
    assert _named(read_flows(equations_of(text))) == {
        ("entry", "", "all"),
        ("entry", "", "by_field"),
        ("exit", "all", ""),
    }


def test_initial_values_are_no_causes(equations_of: EquationsOf) -> None:
    flows = read_flows(equations_of(PEOPLE))
    assert flows.expressions("students") == ()
    skill = next(flow for flow in flows.flows if flow.target == "skill")
    assert flows.causes(skill.expressions) == ("target_skill", "skill", "skill_time")
    assert flows.causes(flows.expressions("enrolment")) == ("places", "skill")


def test_a_constant_in_a_rate_is_no_flow(equations_of: EquationsOf) -> None:
    equations = equations_of("x= INTEG (speed, 0) ~ Dmnl ~ |\nspeed= 2 ~ 1/Year ~ |\n")
    (flow,) = read_flows(equations).flows
    assert flow == Flow("", "", "x", flow.expressions) and flow.expressions
