"""Starting a new strategy."""

from __future__ import annotations

from pathlib import Path

import pytest

from twintrack.errors import InputError
from twintrack.inputs.check_files import check_file
from twintrack.inputs.content import Content
from twintrack.inputs.strategy_template import start_strategy
from twintrack.inputs.yaml_files import yaml_files


def parents(tree: Path) -> list[str]:
    """Names of the strategies that the small content has."""
    return [path.stem for path in yaml_files(tree / "strategies")]


def test_a_new_strategy_is_good_and_does_what_its_parent_does(tree: Path, content: Content) -> None:
    for parent in parents(tree):
        path = Path("strategies") / f"after_{parent}.yaml"
        start_strategy(path, parent, content)
        assert check_file(path, content) == []
        made, base = content.strategies.resolve(path.stem), content.strategies.resolve(parent)
        assert (dict(made.paths), made.budget) == (dict(base.paths), base.budget)


def test_notes_and_references_are_offered_and_good_once_uncommented(tree: Path, content: Content) -> None:
    path = Path("strategies/mine.yaml")
    start_strategy(path, "baseline", content)
    text = path.read_text(encoding="utf-8")
    assert "\n# notes: " in text and "\n# references: " in text
    path.write_text(text.replace("# notes: ", "notes: ").replace("# references: ", "references: "), "utf-8")
    assert check_file(path, content) == []


def test_a_mix_may_be_a_parent(tree: Path, content: Content) -> None:
    mix = f"0.3 {parents(tree)[-1]} + 0.7 baseline"
    start_strategy(Path("strategies/blend.yaml"), mix, content)
    assert dict(content.strategies.resolve("blend").paths) == dict(content.strategies.resolve(mix).paths)


def test_parts_may_be_parents(tree: Path, content: Content) -> None:
    parts = tree / "strategies" / "parts"
    parts.mkdir()
    (parts / "rich.yaml").write_text("levers: {fiscal_ai_rd: 150}\nbudget: equal\n", encoding="utf-8")
    (parts / "slow.yaml").write_text("levers: {capital_patience: 9}\n", encoding="utf-8")
    start_strategy(Path("strategies/joint.yaml"), "rich + slow", content)
    made = content.strategies.resolve("joint")
    assert made.parents == ("rich", "slow") and made.budget == "equal"
    assert dict(made.paths) == dict(content.strategies.resolve("rich + slow").paths)


def test_every_lever_is_offered_and_works_once_uncommented(tree: Path, content: Content) -> None:
    path = Path("strategies/mine.yaml")
    start_strategy(path, "baseline", content)
    text = path.read_text(encoding="utf-8")
    head, levers = text.split("# levers:\n")
    active = "".join(line.removeprefix("#") for line in levers.splitlines(keepends=True))
    path.write_text(f"{head}levers:\n{active}", encoding="utf-8")
    assert check_file(path, content) == []
    assert all(f"  {name}: " in active for name in content.levers.levers)


def test_nothing_is_overwritten_and_no_name_is_taken_twice(tree: Path, content: Content) -> None:
    path = tree / "elsewhere.yaml"
    path.write_text("my own words", encoding="utf-8")
    with pytest.raises(InputError, match="exists already"):
        start_strategy(path, "baseline", content)
    assert path.read_text(encoding="utf-8") == "my own words"
    with pytest.raises(InputError, match=r"the name is taken by strategies/baseline\.yaml"):
        start_strategy(tree / "other" / "baseline.yaml", "baseline", content)


@pytest.mark.parametrize("name", ["Mine.yaml", "my strategy.yaml", "mine.yml", "mine", "0.5 a + 0.5 b.yaml"])
def test_a_name_that_is_none_is_refused(tree: Path, content: Content, name: str) -> None:
    with pytest.raises(InputError, match="small letters"):
        start_strategy(tree / name, "baseline", content)


def test_an_unknown_parent_is_told_and_nothing_is_written(tree: Path, content: Content) -> None:
    with pytest.raises(InputError, match='did you mean "baseline"'):
        start_strategy(tree / "mine.yaml", "basline", content)
    with pytest.raises(InputError, match="not its file"):
        start_strategy(tree / "mine.yaml", "strategies/baseline.yaml", content)
    assert not (tree / "mine.yaml").exists()
