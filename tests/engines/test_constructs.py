"""Constructs that PySD computes wrongly or not at all, against solutions by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from engine_helpers import EngineOf

from twintrack.engines import Engine


def values(engine: Engine, name: str) -> np.ndarray:
    return engine.run({}, {}, [name])[name][..., 0]


def test_lookups_hold_their_ends_and_hit_their_points(engine_for: EngineOf) -> None:
    engine = engine_for(
        "table((1,10),(2,30),(3,20)) ~ Dmnl ~ |\nfound = table(Time) ~ Dmnl ~ |\n"
        "inline = WITH LOOKUP(-Time, ([(0,0)-(1,1)],(-3,1),(-1,5))) ~ Dmnl ~ |\n"
    )
    np.testing.assert_allclose(values(engine, "found"), [10, 10, 10, 20, 30, 25, 20, 20, 20], rtol=1e-14)
    np.testing.assert_allclose(values(engine, "inline"), [5, 5, 5, 4, 3, 2, 1, 1, 1], rtol=1e-14)


def test_a_smooth_from_a_whole_number_is_not_cut_to_whole_numbers(engine_for: EngineOf) -> None:
    engine = engine_for("slow = SMOOTHI(2.7, 2, 1) ~ Dmnl ~ |\n")
    steps = np.arange(0, 17, 2)
    np.testing.assert_allclose(values(engine, "slow"), 2.7 - 1.7 * (1 - 0.25 / 2) ** steps, rtol=1e-13)


def test_simlin_agrees_on_smooths_and_delays(engine_for: EngineOf, tmp_path: Path) -> None:
    simlin = pytest.importorskip("simlin")
    text = (
        "wave = 5 + 3*SIN(Time) ~ Dmnl ~ |\nslow = SMOOTH3I(wave, 2, 1) ~ Dmnl ~ |\n"
        "late = DELAY3I(wave, 2, 1) ~ Dmnl ~ |\nlevel = INTEG(wave - level/3, 2) ~ Dmnl ~ |\n"
    )
    engine = engine_for(text)
    frame = simlin.load(tmp_path / "model.mdl").run().results
    for name in ("slow", "late", "level"):
        np.testing.assert_allclose(values(engine, name), frame[name], rtol=1e-9)


def test_elements_of_a_variable_may_use_one_another(engine_for: EngineOf) -> None:
    engine = engine_for(
        "land: north, middle, south ~ ~ |\n"
        "rent[north] = 2 + Time ~ Dmnl ~ |\nrent[middle] = rent[north]*3 ~ Dmnl ~ |\n"
        "rent[south] = rent[middle] + rent[north] ~ Dmnl ~ |\n"
    )
    np.testing.assert_allclose(values(engine, "rent")[-1], [6, 18, 24])


def test_mapped_ranges_stand_for_each_other_by_position(engine_for: EngineOf) -> None:
    engine = engine_for(
        "land: north, south ~ ~ |\nowner: first, second -> land ~ ~ |\n"
        "area[land] = 3, 5 ~ ha ~ |\nwealth[owner] = 10*area[land] ~ Dmnl ~ |\n"
        "back[land] = wealth[owner] + Time ~ Dmnl ~ |\n"
    )
    np.testing.assert_allclose(values(engine, "back")[0], [30, 50])


def test_literal_arrays_keep_all_their_digits(engine_for: EngineOf) -> None:
    engine = engine_for("land: north, south ~ ~ |\npart[land] = 0.333333333333333, 0.1 ~ Dmnl ~ |\n")
    np.testing.assert_array_equal(values(engine, "part")[0], [0.333333333333333, 0.1])


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("-2^2", -4.0),
        ("2^3^2", 512.0),
        ("2 - 3 - 4", -5.0),
        ("(-2)^3 * Time / Time", -8.0),
        ("IF THEN ELSE(1 > 2 :AND: 1 > 2 :OR: 2 > 1, 1, 0)", 1.0),
        ("IF THEN ELSE(2 > 1 :OR: 1 > 2 :AND: 1 > 2, 1, 0)", 1.0),
        ("ZIDZ(3, 1e-7) + XIDZ(1, 0, 5)", 5.0),
        ("SQRT(0) + 0^0.5 + (Time - 4)^0.3", 0.0),
        ("LN(EXP(-700)) + LN(1e300*EXP(1)/1e300)", -699.0),
    ],
)
def test_formulas(formula: str, expected: float, engine_for: EngineOf) -> None:
    found = values(engine_for(f"x = {formula} ~ Dmnl ~ |\n"), "x")
    assert found[-1] == pytest.approx(expected, abs=1e-12)


def test_runge_kutta_follows_the_exact_solution(tmp_path: Path) -> None:
    from twintrack.engines import NumpyEngine
    from twintrack.equations import load_equations

    path = tmp_path / "model.mdl"
    path.write_text(
        "{UTF-8}\nlevel = INTEG(-level + Time, 1) ~ ~ |\nFINAL TIME = 4 ~ ~ |\nINITIAL TIME = 0 ~ ~ |\n"
        "SAVEPER = 0.5 ~ ~ |\nTIME STEP = 0.125 ~ ~ |\n",
        encoding="utf-8",
    )
    equations = load_equations(path)
    t = equations.time.saved
    found = NumpyEngine(equations, method="rk4").run({}, {}, ["level"])["level"][:, 0]
    np.testing.assert_allclose(found, t - 1 + 2 * np.exp(-t), rtol=3e-6)
