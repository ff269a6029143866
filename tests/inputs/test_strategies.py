from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twintrack.inputs.content import Content
from twintrack.inputs.paths import TimePath
from twintrack.inputs.references import mix_terms
from twintrack.inputs.strategy_library import StrategyLibrary

HEAD = "title: {en: A, zh: 甲}\n"
PLACE = "strategies/a.yaml"


@pytest.fixture
def library(content: Content) -> StrategyLibrary:
    return content.strategies


@pytest.fixture
def wrong(
    write: Callable[..., Path], library: StrategyLibrary, faults: Callable[..., list[str]]
) -> Callable[[str], list[str]]:
    """Writes strategies/a.yaml and gives the faults of resolving it."""

    def wrong(text: str) -> list[str]:
        return faults(library.resolve, write(PLACE, text))

    return wrong


def test_the_baseline_stays_where_the_levers_stand(library: StrategyLibrary) -> None:
    baseline = library.resolve("baseline")

    assert baseline.own == {}
    assert {name: path.values for name, path in baseline.paths.items()} == {
        "fiscal_ai_rd": (60.0,), "catchup_share": (0.8,), "stage_share_basic": (0.2,),
        "demand_driven_share": (0.45,), "capital_patience": (4.0,),
    }  # fmt: skip


def test_a_strategy_moves_its_own_levers(library: StrategyLibrary) -> None:
    strategy = library.resolve("pure_catchup")

    assert strategy.name == "pure_catchup"
    assert strategy.title.zh == "追赶"
    assert strategy.budget == "own"
    assert strategy.references == ("jiang2025",)
    assert {name: path.knots for name, path in strategy.own.items()} == {
        "catchup_share": ((2026, 0.8), (2028, 0.95)),
        "fiscal_ai_rd": ((2026, 60), (2030, 150)),
        "capital_patience": ((2026, 4), (2028, 3)),
    }


def test_a_child_follows_its_parent_until_it_moves(
    write: Callable[..., Path], library: StrategyLibrary
) -> None:
    write(PLACE, HEAD + "extends: pure_catchup\nlevers: {fiscal_ai_rd: {2028: 80}, catchup_share: 0.5}\n")

    paths = library.resolve("a").paths

    np.testing.assert_allclose(paths["fiscal_ai_rd"].at([2026, 2027, 2028, 2040]), [60, 82.5, 80, 80])
    np.testing.assert_allclose(paths["catchup_share"].at([2026, 2027, 2028]), [0.8, 0.65, 0.5])
    assert paths["capital_patience"].values[-1] == 3


def test_a_mix_is_the_mean_and_takes_further_levers(
    write: Callable[..., Path], library: StrategyLibrary
) -> None:
    write(PLACE, HEAD + "mix: {pure_catchup: 0.6, pure_exploration: 0.4}\nlevers: {fiscal_ai_rd: 0}\n")

    paths = library.resolve("a").paths

    np.testing.assert_allclose(paths["catchup_share"].at([2026, 2028]), [0.8, 0.6 * 0.95 + 0.4 * 0.15])
    np.testing.assert_allclose(paths["capital_patience"].at(2030), 0.6 * 3 + 0.4 * 8)
    np.testing.assert_allclose(paths["fiscal_ai_rd"].at([2026, 2028]), [60, 0])


def test_a_mix_can_be_written_on_the_command_line(
    write: Callable[..., Path], library: StrategyLibrary
) -> None:
    write(PLACE, HEAD + "mix: {pure_catchup: 0.6, pure_exploration: 0.4}\n")

    mix = library.resolve("0.6 pure_catchup + 0.4 pure_exploration")

    assert mix.paths == library.resolve("a").paths
    assert mix.name == "0.6 pure_catchup + 0.4 pure_exploration"
    assert mix.title.en == "0.6 Catch-up + 0.4 Exploration"


def test_without_a_parent_the_baseline_is_the_parent(
    write: Callable[..., Path], library: StrategyLibrary
) -> None:
    write("strategies/baseline.yaml", HEAD + "levers: {fiscal_ai_rd: 90}\n")
    write(PLACE, "levers: {capital_patience: 5}\n")

    strategy = library.resolve("a")

    assert list(strategy.own) == ["capital_patience"]
    assert strategy.paths["fiscal_ai_rd"].values == (60, 90)
    assert strategy.title.en == strategy.title.zh == "a"


def test_files_by_path_find_parents_beside_them(
    tree: Path, write: Callable[..., Path], library: StrategyLibrary
) -> None:
    write("elsewhere/parent.yaml", "levers: {fiscal_ai_rd: 90}\n")
    path = write("elsewhere/child.yaml", "extends: parent\n")

    strategy = library.resolve(str(path))

    assert strategy.name == "child"
    assert strategy.paths["fiscal_ai_rd"].values == (60, 90)
    assert set(strategy.files) == {
        tree / name for name in ("elsewhere/child.yaml", "elsewhere/parent.yaml", "strategies/baseline.yaml")
    }


def test_the_current_folders_strategies_come_first(
    tree: Path, write: Callable[..., Path], content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("mine/strategies/pure_catchup.yaml", "levers: {capital_patience: 12}\n")
    write("mine/strategies/own.yaml", "levers: {}\n")
    monkeypatch.chdir(tree / "mine")

    library = content.strategies

    assert library.resolve("pure_catchup").paths["capital_patience"].values[-1] == 12
    assert library.names() == ["baseline", "own", "pure_catchup", "pure_exploration"]


def test_no_baseline_file_is_needed(tree: Path, content: Content) -> None:
    library = StrategyLibrary(content.levers, [tree / "nowhere"])

    assert library.resolve("baseline").paths == content.levers.constants()


def test_overrides_go_on_top_of_the_strategy(library: StrategyLibrary) -> None:
    strategy = library.resolve(
        "pure_catchup", {"catchup_share": "0.5", "fiscal_ai_rd": {2027: 70, "2030-01-01": 90}}
    )

    assert strategy.name == "pure_catchup"
    assert strategy.paths["catchup_share"].knots == ((2026, 0.8), (2028, 0.5))
    assert strategy.paths["fiscal_ai_rd"].at([2027, 2030]).tolist() == [70, 90]
    assert library.resolve(strategy, {"capital_patience": 5}).paths["capital_patience"].values[-1] == 5


def test_a_merged_strategy_is_given_back(library: StrategyLibrary) -> None:
    strategy = library.resolve("pure_catchup")

    assert library.resolve(strategy) is strategy


@pytest.mark.parametrize(
    "key", ["title", "extends", "mix", "levers", "switch", "budget", "unscaled", "description", "notes"]
)
def test_a_key_that_is_left_empty_is_told_once(
    write: Callable[..., Path], faults: Callable[..., list[str]], library: StrategyLibrary, key: str
) -> None:
    write(PLACE, f"references: [lee2024]\n{key}:\n")
    (told,) = faults(library.resolve, "a")
    assert told.startswith(f"{PLACE}:2: {key} ")
    assert "empty" in told


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "levers:\n  catchup_shar: 0.5\n",
            ':3: there is no lever "catchup_shar"; did you mean "catchup_share"?',
        ),
        ("levers:\n  catchup_share: 1.7\n", ":3: catchup_share must be from 0 to 1 (unit: 1), not 1.7"),
        (
            "levers:\n  fiscal_ai_rd:\n    2026: 60\n    2030: 900\n",
            ":5: fiscal_ai_rd must be from 0 to 600 (unit: bn CNY/Year), not 900",
        ),
        ("levers:\n  catchup_share: NO\n", ':3: catchup_share must be a number, not the text "NO"'),
        ("levers:\n  catchup_share: true\n", ":3: catchup_share must be a number, not true"),
        ("levers:\n  catchup_share: .nan\n", ":3: catchup_share must be a finite number, not nan"),
        ("levers:\n  catchup_share: {2026: .inf}\n", ":3: catchup_share must be a finite number, not inf"),
        ("levers:\n  catchup_share: [0.5]\n", ":3: catchup_share must be a number, not a list"),
        ("levers:\n  catchup_share:\n", ":3: catchup_share must be a number, not empty"),
        ("levers:\n  catchup_share: {2015: 0.5}\n", ":3: catchup_share: the date 2015 is before 2016"),
        (
            "levers:\n  catchup_share:\n    2026: 0.5\n    2041: 0.5\n",
            ":5: catchup_share: the date 2041 is after 2040",
        ),
        ("levers:\n  catchup_share: {soon: 0.5}\n", ':3: catchup_share: "soon" is not a date'),
        (
            "levers:\n  catchup_share:\n    2028: 0.5\n    2026: 0.5\n",
            ":5: catchup_share: the date 2028 comes after 2026",
        ),
        (
            "levers:\n  catchup_share:\n    2026: 0.5\n    2026.0: 0.6\n",
            ":5: catchup_share: the date 2026 is the same as",
        ),
        (
            "levers:\n  catchup_share: 0.5\n  catchup_share: 0.6\n",
            ':4: the key "catchup_share" is given twice',
        ),
        (
            "levers:\ncatchup_share: 0.5\n",
            ':3: unknown key "catchup_share"; it is a lever: write it under "levers:"',
        ),
        ("lever:\n  catchup_share: 0.5\n", ':2: unknown key "lever"; did you mean "levers"?'),
        ("levers: [1]\n", ":2: levers must be indented lines"),
        ("extends: pure_catchp\n", ':2: there is no strategy "pure_catchp"; did you mean "pure_catchup"?'),
        ("extends: ../strategies/baseline\n", ':2: there is no strategy "../strategies/baseline"'),
        ("extends: 3\n", ":2: extends must be a name or a list of names, not the number 3"),
        ("extends: []\n", ":2: extends needs at least 1 entries; it has 0"),
        ("extends: [baseline, 3]\n", ":2: extends.1 must be text in quotes, not the number 3"),
        ("extends:\n- baseline\n- pure_catchp\n", ':4: there is no strategy "pure_catchp"; did you'),
        ("extends: [pure_catchup, pure_catchup]\n", ":2: strategy pure_catchup is named twice; keep one"),
        ("extends: a\n", ":2: strategies refer to one another in a circle: a -> a"),
        (
            "mix:\n  pure_catchup: 0.6\n  pure_exploration: 0.3\n",
            ":2: the weights of the mix must sum to 1; they sum to 0.9",
        ),
        (
            "mix:\n  pure_catchup: 1.5\n  pure_exploration: -0.5\n",
            ":3: the weight of pure_catchup must be from 0 to 1",
        ),
        (
            "mix:\n  pure_catchup: 0.6\n  pure_explration: 0.4\n",
            ':4: there is no strategy "pure_explration"; did you mean',
        ),
        ("mix:\n  pure_catchup: NO\n", ':3: pure_catchup must be a number, not the text "NO"'),
        ("mix: {}\n", ":2: mix needs at least 1 entries"),
        ("mix: {pure_catchup: 1}\nextends: baseline\n", ':3: a strategy has either "extends" or "mix"'),
        ("budget: equall\n", ":2: budget must be 'own', 'equal' or 'equal_central', not the text \"equall\""),
        ("references: jiang2025\n", ":2: references must be a list such as [a, b]"),
        ("notes: 3\n", ":2: notes must be text in quotes, not the number 3"),
        ("description: {en: x}\n", ':2: the key "zh" is missing under description'),
        (
            "description:\n  en: x\n  zh: y\n  levers: {}\n",
            ':5: unknown key "levers" under description; it belongs at',
        ),
    ],
)
def test_each_fault_is_told_with_its_line(wrong: Callable[[str], list[str]], text: str, fault: str) -> None:
    found = wrong(HEAD + text)

    assert any(line.startswith(PLACE + fault) for line in found), found


def test_a_longer_circle_of_parents_names_all_of_it(
    write: Callable[..., Path], library: StrategyLibrary, faults: Callable[..., list[str]]
) -> None:
    write("strategies/a.yaml", "extends: b\n")
    write("strategies/b.yaml", "\nmix: {c: 1}\n")
    write("strategies/c.yaml", "extends: a\n")

    (fault,) = faults(library.resolve, "a")

    assert fault.startswith(
        "strategies/c.yaml:1: strategies refer to one another in a circle: a -> b -> c -> a"
    )


def test_all_faults_of_all_files_are_told_at_once(
    write: Callable[..., Path], library: StrategyLibrary, faults: Callable[..., list[str]]
) -> None:
    write("strategies/parent.yaml", "levels: {}\nlevers: {capital_patience: 1}\n")
    write(PLACE, "mix: {parent: 0.5, nobody: 0.4}\nlevers: {catchup_share: 2, x: 1}\nbudget: 3\n")

    found = faults(library.resolve, "a", {"catchup_share": 3, "y": 1})

    assert sorted(line.split(": ")[0] for line in found) == [
        "--set catchup_share=3", "--set y=1", "strategies/a.yaml:1", "strategies/a.yaml:1",
        "strategies/a.yaml:2", "strategies/a.yaml:2", "strategies/a.yaml:3",
        "strategies/parent.yaml:1", "strategies/parent.yaml:2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("override", "fault"),
    [
        (
            {"catchup_shar": 0.5},
            '--set catchup_shar=0.5: there is no lever "catchup_shar"; did you mean "catchup_share"?',
        ),
        (
            {"catchup_share": 1.7},
            "--set catchup_share=1.7: catchup_share must be from 0 to 1 (unit: 1), not 1.7",
        ),
        (
            {"catchup_share": "NO"},
            '--set catchup_share=NO: catchup_share must be a number, not the text "NO"',
        ),
        ({"catchup_share": ""}, "--set catchup_share=: catchup_share must be a number, not empty"),
        ({"catchup_share": "{2026: 0.5"}, "--set catchup_share={2026: 0.5: cannot be read as YAML"),
        (
            {"catchup_share": "{2015: 0.5}"},
            "--set catchup_share={2015: 0.5}: catchup_share: the date 2015 is before",
        ),
    ],
)
def test_faults_of_overrides_name_the_option(
    library: StrategyLibrary, faults: Callable[..., list[str]], override: dict[str, Any], fault: str
) -> None:
    assert faults(library.resolve, "baseline", override)[0].startswith(fault)


def test_faults_of_references_name_the_reference(
    library: StrategyLibrary, faults: Callable[..., list[str]]
) -> None:
    assert faults(library.resolve, "pure_catchp") == [
        'strategy "pure_catchp": there is no strategy "pure_catchp"; did you mean "pure_catchup"? '
        "(looked in strategies)"
    ]
    mix = "0.6 pure_catchup + 0.3 baseline"
    assert faults(library.resolve, mix)[0].startswith(
        f'strategy "{mix}": the weights of the mix must sum to 1'
    )
    assert faults(library.resolve, "nowhere", where="reports/r.yaml:3")[0].startswith(
        "reports/r.yaml:3: there is no"
    )
    assert "there is no strategy" in faults(library.resolve, "x" * 300)[0]
    assert faults(library.resolve, Path("strategies/b.yaml")) == ["strategies/b.yaml: there is no such file"]
    assert faults(library.resolve, "1 baseline + 0 baseline")[0].endswith(
        "stands in the mix twice; add its weights up"
    )


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("0.6 a + 0.4 b", {"a": 0.6, "b": 0.4}),
        (" .5*a  +  .5 * b ", {"a": 0.5, "b": 0.5}),
        ("1 a", {"a": 1}),
        ("a", None),
        ("a + b", None),
        ("0.6 a + b", None),
        ("2026", None),
    ],
)
def test_mixes_are_told_from_names(text: str, terms: dict[str, float] | None) -> None:
    assert mix_terms(text, "here") == terms


def test_levers_that_agree_in_a_mix_are_not_told_as_own(library: StrategyLibrary) -> None:
    mix = library.resolve("0.7 pure_catchup + 0.3 pure_exploration")

    assert mix.paths["demand_driven_share"] == TimePath.constant(0.45)
    assert "demand_driven_share" not in mix.own
