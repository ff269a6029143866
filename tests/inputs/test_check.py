import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from twintrack.equations import load_equations
from twintrack.inputs.check import check_content, same_units
from twintrack.inputs.yaml_files import shown
from twintrack.resources import MODEL_FILE, content_root


def variable(
    name: str,
    units: str,
    *,
    labels: list[str] | None = None,
    kind: str = "auxiliary",
    source: str = "assumption",
    line: int = 1,
) -> SimpleNamespace:
    return SimpleNamespace(
        name=name,
        title=name,
        units=units,
        labels=labels or [name],
        kind=kind,
        source=source,
        line=line,
        group="A",
    )


@pytest.fixture
def equations() -> SimpleNamespace:
    """What the small content tree says of its model."""
    constants = {
        "fiscal_ai_rd": ("bn CNY/Year", 60), "catchup_share": ("Dmnl", 0.8), "stage_share_basic": ("1", 0.2),
        "demand_driven_share": ("1", 0.45), "capital_patience": ("Year", 4),
        "cost_growth_factor": ("1/Year", 2.4), "discount_rate": ("1/Year", 0.03),
    }  # fmt: skip
    outcomes = {
        "capability_index": "OOM", "capability_gap": "OOM", "frontier_gap_months": "months",
        "adoption_rate": "Dmnl", "public_cost": "bn CNY/Year", "registered_models": "models",
    }  # fmt: skip
    variables = [
        *(variable(name, units, kind="constant", line=7) for name, (units, _) in constants.items()),
        variable(
            "route_ceiling", "OOM", labels=["route_ceiling[scale]", "route_ceiling[lean]"], kind="constant"
        ),
        *(variable(name, units, line=9, source="jiang2025; assumption") for name, units in outcomes.items()),
        variable(
            "accelerator_stock",
            "H100e",
            labels=["accelerator_stock[imported]", "accelerator_stock[domestic]"],
        ),
        variable("final_time", "Year", kind="control", source=""),
    ]
    defaults = {name: np.array(float(value)) for name, (_, value) in constants.items()}
    defaults["route_ceiling"] = np.array([8.0, 6.0])
    return SimpleNamespace(
        variables={item.name: item for item in variables},
        defaults=defaults,
        uses=lambda _: ("capability_gap",),
        components={},
    )


def lines(root: Path, equations: SimpleNamespace | None = None) -> list[str]:
    return [str(fault) for fault in check_content(root, equations)]


def test_good_content_has_no_faults(tree: Path, equations: SimpleNamespace) -> None:
    assert lines(tree) == []
    assert lines(tree, equations) == []


def test_every_folder_is_checked(tree: Path, write: Callable[..., Path]) -> None:
    write("model/scenarios/a.yaml", "title: A\nworld: {x: 1}\n")
    write("strategies/a.yaml", "levers: {x: 1}\nreferences: [jiang2024, a free text]\n")
    write("strategies/b.yaml", "references:\n- jiang2025\n- jiang2024\n")
    write("reports/a.yaml", "")

    assert lines(tree) == [
        'model/scenarios/a.yaml:2: there is no world parameter "x"',
        'strategies/a.yaml:1: there is no lever "x"',
        'strategies/b.yaml:3: there is no source "jiang2024"; did you mean "jiang2025"?',
        "reports/a.yaml:1: the file is empty; write at least one key",
    ]


def test_a_country_does_not_hide_behind_a_scenario(tree: Path, write: Callable[..., Path]) -> None:
    write("model/family/closed.yaml", "title: Another country\nworld: {}\n")

    assert lines(tree) == ['model/family/closed.yaml: "closed" is a scenario too; rename one']


def test_a_country_s_series_are_checked_and_belong_to_a_country(
    tree: Path, write: Callable[..., Path]
) -> None:
    write("model/family/small.yaml", "title: Another country\nworld: {}\nshared:\n- gdp\n")
    write("model/family/small/series.yaml", "series: {}\n")
    write("model/family/small/gdp.csv", "year\n")
    write("model/family/alone/series.yaml", "series: {}\n")

    assert [line.partition(";")[0] for line in lines(tree)] == [
        'model/family/small.yaml:4: there is no series of model/history "gdp"',
        'model/family/alone: there is no country "alone.yaml" beside this folder',
        'model/family/small/gdp.csv: no series of series.yaml is named "gdp"',
    ]


def test_a_country_sets_only_what_the_model_has(
    tree: Path, write: Callable[..., Path], equations: SimpleNamespace
) -> None:
    write(
        "model/family/small.yaml",
        "title: Another country\nworld: {}\nconstants:\n  adoption_rate: 0.1\n  adoption_rat: 0.1\n",
    )

    (line,) = lines(tree, equations)
    assert line.startswith('model/family/small.yaml:5: there is no variable of the model "adoption_rat"; did')


def test_broken_tables_are_told(tree: Path, write: Callable[..., Path]) -> None:
    write("model/world.yaml", "parameters: {}\nx: 1\n")

    assert lines(tree) == ['model/world.yaml:2: unknown key "x"; known keys: parameters']


def replaced(tree: Path, file: str, old: str, new: str) -> None:
    path = tree / "model" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        (
            "levers.yaml",
            "catchup_share:",
            "catchup_shar:",
            'model/levers.yaml:11: there is no constant of the model "catchup_shar"; did you mean',
        ),
        (
            "levers.yaml",
            "catchup_share:",
            "capability_index:",
            'model/levers.yaml:11: "capability_index" is of the kind auxiliary, not a constant',
        ),
        (
            "levers.yaml",
            "baseline: 0.8",
            "baseline: 0.7",
            "model/levers.yaml:15: baseline of catchup_share is 0.7 here and 0.8 in the model file (line 7)",
        ),
        (
            "levers.yaml",
            "unit: Year",
            "unit: Month",
            'model/levers.yaml:34: unit of capital_patience is "Month" here and "Year" in the model file',
        ),
        (
            "levers.yaml",
            "source: jiang2025\n",
            "source: jiang2024\n",
            'model/levers.yaml:10: there is no source "jiang2024"; did you mean "jiang2025"?',
        ),
        (
            "outcomes.yaml",
            "unit: months, better: lower}",
            "unit: months, better: lower, target: {2035: 24}, target_source: plan2017}",
            'model/outcomes.yaml:5: there is no source "plan2017"',
        ),
        (
            "world.yaml",
            "value: 6",
            "value: 7",
            "model/world.yaml:21: value of route_ceiling[lean] is 7.0 here and 6.0 in the model file (line",
        ),
        (
            "world.yaml",
            "route_ceiling[lean]:",
            "route_ceiling[loan]:",
            'model/world.yaml:18: "route_ceiling[loan]" is not one of the elements',
        ),
        (
            "world.yaml",
            "route_ceiling[lean]:",
            "route_ceiling:",
            'model/world.yaml:18: "route_ceiling" is not one of the elements route_ceiling[scale],',
        ),
        (
            "world.yaml",
            "discount_rate:",
            "catchup_share:",
            'model/world.yaml:26: "catchup_share" is a lever too',
        ),
        (
            "outcomes.yaml",
            "capability_gap: {title: Gap, unit: OOM",
            "capability_gap: {title: Gap, unit: m",
            'model/outcomes.yaml:4: unit of capability_gap is "m" here and "OOM" in the model file (line 9)',
        ),
        (
            "outcomes.yaml",
            '"accelerator_stock[domestic]":',
            '"accelerator_stock[domestc]":',
            'model/outcomes.yaml:7: "accelerator_stock[domestc]" is not one of the elements',
        ),
    ],
)
def test_tables_are_checked_against_the_equations(
    tree: Path, equations: SimpleNamespace, file: str, old: str, new: str, fault: str
) -> None:
    replaced(tree, file, old, new)

    found = lines(tree, equations)

    assert any(line.startswith(fault) for line in found), found


def test_a_lever_that_moves_nothing_is_told(tree: Path, equations: SimpleNamespace) -> None:
    equations.uses = lambda name: () if name == "catchup_share" else ("capability_gap",)

    (line,) = lines(tree, equations)
    assert line.startswith('model/levers.yaml:11: nothing in the model depends on "catchup_share"; ')


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"units": ""}, "model/twintrack.mdl:9: capability_gap has no units"),
        ({"source": ""}, "model/twintrack.mdl:9: capability_gap has no source"),
        (
            {"source": "jiang2024"},
            'model/twintrack.mdl:9: capability_gap: there is no source "jiang2024"; did you',
        ),
    ],
)
def test_every_equation_has_units_and_a_source(
    tree: Path, equations: SimpleNamespace, change: dict[str, str], fault: str
) -> None:
    vars(equations.variables["capability_gap"]).update(change)

    assert any(line.startswith(fault) for line in lines(tree, equations))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1", "Dmnl", True),
        ("1/year", "1/Year", True),
        ("Dmnl/Year", "1/year", True),
        ("bn CNY / Year", "bn CNY/Year", True),
        ("bn CNY", "bn USD", False),
        ("Year", "1/Year", False),
    ],
)
def test_units_are_compared_by_meaning(one: str, other: str, same: bool) -> None:
    assert same_units(one, other) is same


def test_a_closed_form_of_the_time_with_a_world_parameter_is_told(
    tmp_path: Path, small_content: Path
) -> None:
    root = tmp_path / "content"
    shutil.copytree(small_content, root)
    planted = (
        "level= EXP(pace*(Time-2016)) ~ Dmnl ~ Source: assumption. |\n"
        "other= EXP(future start*Time) ~ Dmnl ~ Source: assumption. |\n"
    )
    file = root / MODEL_FILE
    before = file.read_text(encoding="utf-8")
    file.write_text(before.replace("{UTF-8}\n", "{UTF-8}\n" + planted), encoding="utf-8")

    told = [line for line in lines(root, load_equations(file)) if "formula of the time" in line]

    (line,) = told
    begin = f'{shown(file)}:2: level is a formula of the time and of "pace", a world parameter; make what'
    assert line.startswith(begin)
    assert line.endswith("so that a dated value changes only what comes after its date")


def test_a_closed_form_of_the_time_with_a_lever_is_told(tmp_path: Path, small_content: Path) -> None:
    root = tmp_path / "content"
    shutil.copytree(small_content, root)
    file = root / MODEL_FILE
    planted = "level= 5+catchup share*(Time-2016) ~ Dmnl ~ Source: assumption. |\n"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("{UTF-8}\n", "{UTF-8}\n" + planted), encoding="utf-8")

    (line,) = (line for line in lines(root, load_equations(file)) if "formula of the time" in line)

    assert line.startswith(
        f'{shown(file)}:2: level is a formula of the time and of "catchup share", a lever; '
    )


def test_the_content_of_the_checkout_has_no_faults() -> None:
    root = content_root()

    assert lines(root, load_equations(root / MODEL_FILE)) == []
