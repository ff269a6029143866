"""Sets of levers without a price of their own against strategies, at the same public cost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import twintrack
from question.felt.lunch import Table, greedy, lunch_answers, lunch_table
from question.felt.spreads import yardstick
from twintrack.errors import InputError
from twintrack.model import Model

pytestmark = pytest.mark.slow

LEVERS = ("gift", "luxury", "harm")
EQUATIONS = """
gift=0 ~ Dmnl ~ Source: assumption. |
luxury=0 ~ Dmnl ~ Source: assumption. |
harm=0 ~ Dmnl ~ Source: assumption. |
capability index=10-frontier gap months/20+gift+luxury-harm ~ OOM ~ Source: assumption. |
ai income=fiscal ai rd+pace*(1+100*gift) ~ bn CNY ~ Source: assumption. |
"""
ENTRY = """
  {}:
    title: {{en: Lever, zh: 杠杆}}
    unit: Dmnl
    range: [0, 1]
    baseline: 0
    kind: index
    source: assumption"""
OUTCOMES = """
  capability_index:
    title: {en: Capability, zh: 能力}
    unit: OOM
    better: higher
  ai_income:
    title: {en: Income, zh: 收入}
    unit: bn CNY
    better: higher
"""
PRICE = 100
"""What the luxury costs a year: more than the 60 that the public pays."""


@pytest.fixture
def priced(small_content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    """The small model with a lever that helps at no price, one with a price, and one that harms."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "content"
    shutil.copytree(small_content, folder)
    model, levers, outcomes = (
        folder / "model" / name for name in ("twintrack.mdl", "levers.yaml", "outcomes.yaml")
    )
    text = model.read_text(encoding="utf-8")
    text = text.replace("INTEG(fiscal ai rd, 0)", f"INTEG(fiscal ai rd+{PRICE}*luxury, 0)")
    model.write_text(text + EQUATIONS, encoding="utf-8")
    levers.write_text(
        levers.read_text(encoding="utf-8").rstrip() + "".join(map(ENTRY.format, LEVERS)), encoding="utf-8"
    )
    told = outcomes.read_text(encoding="utf-8")
    outcomes.write_text(told.replace("headline:", OUTCOMES.rstrip().lstrip("\n") + "\nheadline:"), "utf-8")
    return twintrack.load(folder)


def test_a_gift_is_found_and_what_cannot_be_paid_is_told(priced: Model) -> None:
    worlds = priced.draw_worlds(20, seed=1, prior=True)
    table = lunch_table(priced, worlds, yardstick(priced, worlds), random_sets=12)
    capability = table[table["outcome"] == "capability_index"].set_index(["set", "pool"])
    taken = capability.loc[("greedy", "with doors")]
    assert taken["levers"] == "gift" and taken["factor"] == 1
    assert taken["lead"] > capability.loc[("none", "with doors"), "lead"]
    everything = capability.loc[("all", "with doors")]
    assert everything["size"] == 3 and everything[["factor", "beats_best", "lead"]].isna().all()
    drawn = table[table["set"] == "random"]
    assert len(drawn) == 12 * 2 * 2
    assert (drawn["factor"].isna() == drawn["levers"].str.contains("luxury")).all()
    assert str(lunch_answers(table)[2]).count("gift") == 4


def test_shares_are_of_worlds_in_which_a_set_is_better(priced: Model) -> None:
    worlds = priced.draw_worlds(20, seed=1, prior=True)
    table = lunch_table(priced, worlds, yardstick(priced, worlds), random_sets=0)
    income = table[(table["outcome"] == "ai_income") & (table["pool"] == "with doors")].set_index("set")
    assert income.loc["none", "beats_all"] == 0
    assert income.loc["greedy", "beats_all"] == income.loc["greedy", "beats_best"] == 1


def test_a_larger_purse_pays_for_more(priced: Model) -> None:
    worlds = priced.draw_worlds(5, seed=1, prior=True)
    assert Table(priced, worlds).of(["luxury"]) is None
    rich = Table(priced, worlds, "fast")
    assert rich.named["fast"].factor == 1 and rich.named["baseline"].factor > 1
    assert rich.of(["gift"]) is not None and "gift" in greedy(rich, LEVERS, 0)
    with pytest.raises(InputError, match="fats"):
        Table(priced, worlds, "fats")
