"""How regions rival: strategies and levers alone, world by world."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from question import asked
from question.felt.__main__ import main
from question.felt.rivalry import (
    BETTER,
    ENOUGH,
    LEVERS,
    OUTCOMES,
    STRATEGIES,
    TOGETHER,
    WORSE,
    rivalry_answers,
    rivalry_table,
)
from twintrack.inputs.strategies import BASELINE, Strategy
from twintrack.model import Model

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def central(model: Model) -> pd.DataFrame:
    """The table of one world: the central one."""
    world = {name: item.value for name, item in model.world.items() if item.distribution != "fixed"}
    return rivalry_table(model, pd.DataFrame([world])).set_index(["contrast", "outcome", "year"])


def lead(model: Model, more: Strategy | str, less: Strategy | str, outcome: str, year: float) -> float:
    high, low = (model.run(plan).outcomes[outcome].loc[year] for plan in (more, less))
    return float((high - low) / abs(low))


def test_strategies_and_their_levers_alone_are_compared(model: Model, central: pd.DataFrame) -> None:
    both = (model.strategy(BETTER), model.strategy(WORSE))
    levers = [{name: plan.paths[name].values[-1] for name in LEVERS} for plan in both]
    alone = [model.strategy(BASELINE, **values) for values in levers]
    for outcome in OUTCOMES:
        for contrast, (more, less) in {STRATEGIES: both, TOGETHER: alone}.items():
            expected = lead(model, more, less, outcome, 2040.0)
            found = central.loc[(contrast, outcome, 2040)]
            assert found["median"] == pytest.approx(expected, rel=1e-4)
            assert found["share"] == (expected > 0) and found["enough"] == (expected >= ENOUGH)


def test_every_contrast_has_every_outcome_and_year(central: pd.DataFrame) -> None:
    assert len(central) == (2 + len(LEVERS)) * len(OUTCOMES) * len(asked.YEARS)
    assert np.isfinite(central["median"]).all()


def test_years_in_which_it_matters_are_told() -> None:
    medians = {2030: -0.1, 2035: 0.02, 2040: 0.3}
    table = pd.DataFrame(
        [
            {
                "contrast": STRATEGIES,
                "outcome": "ai_income",
                "year": year,
                "median": median,
                "share": 0.5,
                "enough": median >= ENOUGH,
            }
            for year, median in medians.items()
        ]
    )
    row = rivalry_answers(table)[0].rows[0]
    assert row[2:5] == ("−10.0%", "2.0%", "30.0%") and row[-1] == "2035, 2040"


def test_co_opetition_adds_output_in_the_end(model: Model) -> None:
    """What lin2025 says of regions: in most worlds the programme as a whole adds output by 2040."""
    table = rivalry_table(model, model.draw_worlds(60, seed=1, prior=True))
    found = table.set_index(["contrast", "outcome", "year"]).loc[(STRATEGIES, "ai_enabled_output", 2040)]
    assert found["enough"] and found["share"] > 0.5


def test_the_command_prints_and_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["regions", "--worlds", "10", "--prior", "--out", "regions.csv"])
    assert result.exit_code == 0 and "(10 worlds, prior)" in result.output
    assert set(pd.read_csv("regions.csv")["contrast"]) == {STRATEGIES, TOGETHER, *LEVERS}
