from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from twintrack.inputs.content import Content
from twintrack.inputs.strategy_files import save_strategy, strategy_yaml


def random_setting(draw: np.random.Generator) -> float | dict[float, float]:
    """One number, or up to four dated ones."""
    values = draw.random(5)
    dates = np.unique(draw.integers(2026 * 8, 2040 * 8 + 1, draw.integers(0, 5)) / 8)
    return dict(zip(dates.tolist(), values.tolist(), strict=False)) if len(dates) else float(values[0])


def test_a_saved_strategy_reads_back_the_same(tree: Path, content: Content) -> None:
    library = content.strategies
    strategy = library.resolve("0.6 pure_catchup + 0.4 pure_exploration", {"capital_patience": 6})

    save_strategy(tree / "strategies" / "saved.yaml", strategy, content.levers)

    saved = library.resolve("saved")
    assert saved.paths == strategy.paths
    assert saved.own == strategy.own
    assert saved.title == strategy.title


def test_a_copy_of_the_baseline_is_the_baseline(tree: Path, content: Content) -> None:
    save_strategy(tree / "strategies" / "mine.yaml", content.strategies.resolve("baseline"), content.levers)

    assert "extends: baseline" in (tree / "strategies" / "mine.yaml").read_text()
    assert content.strategies.resolve("mine").own == {}


def test_what_planners_wrote_is_kept(tree: Path, content: Content) -> None:
    library = content.strategies
    for name in ("pure_catchup", "pure_exploration"):
        save_strategy(tree / f"{name}_copy.yaml", library.resolve(name), content.levers)

        written, read = library.resolve(name), library.resolve(str(tree / f"{name}_copy.yaml"))
        for part in ("title", "description", "budget", "notes", "references", "paths"):
            assert getattr(read, part) == getattr(written, part)


def test_a_number_stays_a_number_and_dates_stay_dates(content: Content) -> None:
    text = strategy_yaml(content.strategies.resolve("pure_catchup"), content.levers)

    assert "  capital_patience: 3\n" in text
    assert "  fiscal_ai_rd: {2026: 60, 2030: 150}\n" in text
    assert "stage_share_basic" not in text


@pytest.mark.parametrize("seed", range(20))
def test_any_path_reads_back_exactly(tree: Path, content: Content, seed: int) -> None:
    library, draw = content.strategies, np.random.default_rng(seed)
    parent = library.resolve("pure_exploration", {"catchup_share": random_setting(draw)})
    save_strategy(tree / "strategies" / "one.yaml", parent, content.levers)
    weight = draw.integers(0, 11) / 10
    mix = library.resolve(
        f"{weight} one + {1 - weight} pure_catchup", {"catchup_share": random_setting(draw)}
    )
    strategy = library.resolve(mix, {"catchup_share": random_setting(draw)} if seed % 2 else {})

    save_strategy(tree / "strategies" / "two.yaml", strategy, content.levers)

    assert library.resolve("two").paths == strategy.paths


def test_a_file_is_not_overwritten_unasked(
    tree: Path, content: Content, faults: Callable[..., list[str]]
) -> None:
    strategy = content.strategies.resolve("pure_catchup")
    path = tree / "strategies" / "pure_exploration.yaml"
    before = path.read_bytes()

    found = faults(save_strategy, path, strategy, content.levers)

    assert found == [
        "strategies/pure_exploration.yaml: exists already; choose another name, or ask to overwrite it"
    ]
    assert path.read_bytes() == before
    save_strategy(path, strategy, content.levers, overwrite=True)
    assert path.read_bytes() != before


@pytest.mark.parametrize(
    "name", ["a.yml", "a", ".yaml", "baseline.yaml", "strategies/pure_catchup.yaml/a.yaml"]
)
def test_names_that_cannot_be_strategies_are_refused(
    tree: Path, content: Content, faults: Callable[..., list[str]], name: str
) -> None:
    faults(save_strategy, tree / name, content.strategies.resolve("pure_catchup"), content.levers)
