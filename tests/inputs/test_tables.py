"""Levers, world, outcomes, sources: the tables under model/."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from twintrack.inputs.content import load_content
from twintrack.inputs.levers import load_levers
from twintrack.inputs.outcomes import load_outcomes
from twintrack.inputs.paths import TimePath
from twintrack.inputs.sources import citation_faults, load_sources
from twintrack.inputs.world import load_world

LEVER = "title: x, unit: 1, range: [0, 1], baseline: 0.5, kind: share, source: assumption"
PARAMETER = "title: x, unit: m, range: [1, 3], value: 2, distribution: uniform, source: y, confidence: low"
OUTCOME = "title: x, unit: m, better: lower"
GAP = f"outcomes: {{gap: {{{OUTCOME}}}}}\nheadline: []\n"


def test_levers_have_names_limits_and_a_ramp(tree: Path) -> None:
    table = load_levers(tree / "model" / "levers.yaml")

    lever = table.levers["fiscal_ai_rd"]
    assert (table.policy_start, table.ramp_years) == (2026, 2)
    assert (lever.name, lever.unit, lever.low, lever.high, lever.baseline) == (
        "fiscal_ai_rd",
        "bn CNY/Year",
        0,
        600,
        60,
    )
    assert lever.title.get("zh") == "公共研发经费"
    assert table.levers["stage_share_basic"].unit == "1"
    assert table.constants()["catchup_share"] == TimePath.constant(0.8)


def test_tables_cannot_be_changed(tree: Path) -> None:
    lever = load_levers(tree / "model" / "levers.yaml").levers["fiscal_ai_rd"]

    with pytest.raises(ValueError, match="frozen"):
        lever.baseline = 3


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("baseline: 0.5", "baseline: 2", ":4: x has a baseline that must be from 0 to 1 (unit: 1), not 2"),
        ("range: [0, 1]", "range: [1, 0]", ":4: x has a range that does not rise"),
        ("range: [0, 1]", "range: [1]", ':4: the key "1" is missing under levers.x.range'),
        ("range: [0, 1]", "range: [0, .nan]", ":4: levers.x.range.1 must be a finite number, not nan"),
        ("kind: share", "kind: shares", ":4: kind must be 'share', 'money', 'index' or 'years', not"),
        ("unit: 1", "unit: 2", ":4: unit must be text in quotes, not the number 2"),
        ("title: x", "title: {en: x}", ':4: the key "zh" is missing under levers.x.title'),
        ("title: x", "titel: x", ':4: unknown key "titel" under levers.x; did you mean "title"?'),
        ("baseline: 0.5", "baseline: true", ":4: baseline must be a number, not true"),
        ("baseline: 0.5", 'baseline: "{a}"', ':4: baseline must be a number, not the text "{a}"'),
        ("source: assumption", "source: ''", ":4: source must not be empty"),
        (LEVER, "", ':4: the key "range" is missing under levers.x'),
    ],
)
def test_faults_of_levers_have_their_line(
    write: Callable[..., Path], faults: Callable[..., list[str]], old: str, new: str, fault: str
) -> None:
    entry = LEVER.replace(old, new)
    path = write("model/levers.yaml", f"policy_start: 2026\nramp_years: 2\nlevers:\n  x: {{{entry}}}\n")

    found = faults(load_levers, path)

    assert any(line.startswith("model/levers.yaml" + fault) for line in found), found


def test_the_ramp_is_checked(write: Callable[..., Path], faults: Callable[..., list[str]]) -> None:
    path = write("model/levers.yaml", f"policy_start: 2050\nramp_years: -1\nlevers: {{x: {{{LEVER}}}}}\n")

    assert faults(load_levers, path) == [
        "model/levers.yaml:1: policy_start is wrong: the date 2050 is after 2040; "
        "dates are from 2016 to 2040",
        "model/levers.yaml:2: ramp_years must be at least 0, not the number -1",
    ]


def test_world_parameters_have_ranges_and_distributions(tree: Path) -> None:
    world = load_world(tree / "model" / "world.yaml")

    assert list(world) == [
        "cost_growth_factor",
        "route_ceiling[scale]",
        "route_ceiling[lean]",
        "discount_rate",
    ]
    ceiling = world["route_ceiling[scale]"]
    assert (ceiling.name, ceiling.value, ceiling.low, ceiling.high) == ("route_ceiling[scale]", 8, 4, 12)
    assert world["cost_growth_factor"].title.zh == "Cost growth"


def test_a_lognormal_parameter_has_a_spread_and_others_have_none(write: Callable[..., Path]) -> None:
    lognormal = PARAMETER.replace("uniform", "lognormal, spread: 0.2")
    world = load_world(
        write("model/world.yaml", f"parameters:\n  x: {{{lognormal}}}\n  y: {{{PARAMETER}}}\n")
    )

    assert (world["x"].distribution, world["x"].spread) == ("lognormal", 0.2)
    assert world["y"].spread is None


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("value: 2", "value: 5", "x has a value, 5, outside its range 1 to 3"),
        ("range: [1, 3]", "range: [0, 3]", "x has a loguniform distribution, which needs a range above zero"),
        (
            "uniform",
            "normal",
            "distribution must be 'uniform', 'loguniform', 'triangular', 'lognormal' or 'fixed', not",
        ),
        (
            "uniform",
            "lognormal",
            "x has a lognormal distribution and no spread; write the standard deviation",
        ),
        ("uniform", "lognormal, spread: 0", "x has a spread that must be above 0, not 0"),
        ("uniform", "lognormal, spread: wide", 'spread must be a number, not the text "wide"'),
        ("uniform", "uniform, spread: 0.2", "x has a spread, which a uniform distribution has no use for"),
        (
            "value: 2, distribution: uniform",
            "value: 0.5, distribution: lognormal",
            "x has a value, 0.5, outside its range 1 to 3; and has a lognormal distribution and no spread",
        ),
        (
            "confidence: low",
            "confidence: NO",
            "confidence must be 'high', 'medium', 'low' or 'assumption', not",
        ),
    ],
)
def test_faults_of_parameters_have_their_line(
    write: Callable[..., Path], faults: Callable[..., list[str]], old: str, new: str, fault: str
) -> None:
    entry = PARAMETER.replace(old, new)
    if "range: [0" in entry:
        entry = entry.replace("uniform", "loguniform")
    path = write("model/world.yaml", f"parameters:\n  x: {{{entry}}}\n")

    assert faults(load_world, path)[0].startswith(f"model/world.yaml:2: {fault}")


def test_outcomes_have_a_headline(tree: Path) -> None:
    table = load_outcomes(tree / "model" / "outcomes.yaml")

    assert table.headline == ("capability_index", "accelerator_stock[imported]")
    assert table.outcomes["accelerator_stock[imported]"].name == "accelerator_stock[imported]"
    assert table.outcomes["capability_index"].format == ".2f"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            f"outcomes:\n  gap: {{{OUTCOME}}}\nheadline: [gap, gep]\n",
            ':3: there is no outcome "gep"; did you mean "gap"?',
        ),
        (
            f"outcomes:\n  gap: {{{OUTCOME}}}\nheadline: [gap, gap]\n",
            ":3: outcome gap is named twice; keep one",
        ),
        (
            f"outcomes:\n  gap: {{{OUTCOME}, format: .1q}}\nheadline: []\n",
            ':2: gap has a format ".1q" that does not',
        ),
        (
            f"outcomes:\n  gap: {{{OUTCOME}, format: '>999999999.3f'}}\nheadline: []\n",
            ':2: gap has a format ">999999999.3f" that writes hundreds of signs',
        ),
        ("outcomes: {}\n", ':1: the key "headline" is missing'),
        (
            f"{GAP}statistics:\n  often: {{{OUTCOME}, of: gap}}\n",
            ':4: often must have either "quantile" or "above", not neither',
        ),
        (
            f"{GAP}statistics:\n  often: {{{OUTCOME}, of: gap, quantile: 0.1, above: 0}}\n",
            ':4: often must have either "quantile" or "above", not both',
        ),
        (
            f"{GAP}statistics:\n  often: {{{OUTCOME}, of: gep, above: 0}}\n",
            ':4: there is no outcome "gep"; did you mean "gap"?',
        ),
    ],
)
def test_faults_of_outcomes_have_their_line(
    write: Callable[..., Path], faults: Callable[..., list[str]], text: str, fault: str
) -> None:
    assert faults(load_outcomes, write("model/outcomes.yaml", text))[0].startswith(
        "model/outcomes.yaml" + fault
    )


def test_a_statistic_is_a_quantile_or_the_share_of_worlds_above_a_number(write: Callable[..., Path]) -> None:
    entries = f"  low: {{{OUTCOME}, of: gap, quantile: 0.25}}\n  often: {{{OUTCOME}, of: gap, above: 2}}\n"
    found = load_outcomes(write("model/outcomes.yaml", f"{GAP}statistics:\n{entries}")).statistics
    nan = float("nan")
    worlds = pd.DataFrame({"first": [1, 2, 3, 4, 5], "second": [2.5] * 5, "broken": [3, 3, 3, 3, nan]})
    assert found["low"].over_worlds(worlds).fillna(-1).to_dict() == {"first": 2, "second": 2.5, "broken": -1}
    assert found["often"].over_worlds(worlds).fillna(-1).to_dict() == {
        "first": 0.6,
        "second": 1,
        "broken": -1,
    }


def test_sources_are_cited_by_key(tree: Path) -> None:
    sources = load_sources(tree / "model" / "sources.yaml")

    assert sources["jiang2025"].year == 2025
    assert citation_faults(["jiang2025", "assumption", "https://example.org", "two words"], sources) == []
    assert citation_faults(["jiang2024"], sources) == [
        'there is no source "jiang2024"; did you mean "jiang2025"?'
    ]


def test_the_faults_of_all_tables_are_told_at_once(
    tree: Path, write: Callable[..., Path], faults: Callable[..., list[str]]
) -> None:
    write("model/levers.yaml", "")
    write("model/world.yaml", "parameters: 3\n")
    (tree / "model" / "sources.yaml").unlink()

    found = faults(load_content, tree)

    assert [line.split(":")[0] for line in found] == [
        "model/levers.yaml",
        "model/world.yaml",
        "model/sources.yaml",
    ]


GROUPS = "ramp_years: 2\ngroups:\n  money: {title: Money, levers: [fiscal_ai_rd]}\n  rest:\n    title: Rest\n"
MEMBERS = "catchup_share, stage_share_basic, demand_driven_share, capital_patience"


def grouped(tree: Path, members: str) -> Path:
    """Write groups into model/levers.yaml; the second has these members."""
    path = tree / "model" / "levers.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("ramp_years: 2\n", f"{GROUPS}    levers: [{members}]\n"), encoding="utf-8")
    return path


def test_each_lever_is_in_one_group(tree: Path) -> None:
    table = load_levers(grouped(tree, MEMBERS))

    assert table.groups["money"].levers == ("fiscal_ai_rd",)
    assert table.groups["rest"].title.zh == "Rest"
    assert {name: table.group_of(name) for name in table.levers} == {
        name: "money" if name == "fiscal_ai_rd" else "rest" for name in table.levers
    }


def test_without_groups_levers_have_none(tree: Path) -> None:
    table = load_levers(tree / "model" / "levers.yaml")

    assert table.groups == {} and {table.group_of(name) for name in table.levers} == {""}


def test_a_lever_in_no_or_two_groups_and_one_unknown_are_told_at_once(
    tree: Path, faults: Callable[..., list[str]]
) -> None:
    path = grouped(
        tree, "fiscal_ai_rd, catchup_shar, stage_share_basic, demand_driven_share, capital_patience"
    )

    assert faults(load_levers, path) == [
        "model/levers.yaml:7: fiscal_ai_rd stands at model/levers.yaml:4 already; keep it in one group",
        'model/levers.yaml:7: there is no lever "catchup_shar"; did you mean "catchup_share"?',
        'model/levers.yaml:16: catchup_share is in no group; add it to one under "groups:"',
    ]
