"""Random numbers follow from seed, variable, element, run and time, and from nothing else."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from construct_helpers import TIMES, Table
from wasm_node import Node, NodeModel

from twintrack.engines import Simulator
from twintrack.engines.wasm.module import module_of
from twintrack.equations.streams import stream_number, threefry, uniform

Write = Callable[[str], Path]
MODEL = """
r: a, b ~~|
k = 1 ~~|
u[r] = RANDOM UNIFORM(0, 1, 5) ~~|
twice = RANDOM UNIFORM(0, 1, 5) - RANDOM UNIFORM(0, 1, 5) ~~|
n = RANDOM NORMAL(-6, 6, 0, 1, 0) ~~|
p = k*RANDOM POISSON(0, 100, 12, 0, 1, 3) ~~|
g = RANDOM NEGATIVE BINOMIAL(0, 1000, 0.2, 3, 0, 1, 3) ~~|
s = INTEG(u[a], 0) ~~|
"""
OUTPUTS = ["u", "twice", "n", "p", "g", "s"]
RUNS = 150


def test_the_generator_gives_its_published_answers() -> None:
    """The known answers of Random123 for Threefry of two words and twenty rounds."""
    for bits, answer in (
        (0, (0xC2B6E3A8C2C69865, 0x6F81ED42F350084D)),
        (2**64 - 1, (0xE02CB7C4D95D277A, 0xD06633D0893B8B68)),
    ):
        word = np.array([bits], np.uint64)
        with np.errstate(over="ignore"):
            found = threefry((word, word), (word, word))
        assert tuple(int(part[0]) for part in found) == answer


def test_uniform_numbers_are_within_their_ends_and_do_not_follow_one_another() -> None:
    runs = np.arange(100_000.0)
    one, other = (uniform(stream_number(name), 1.0, runs, 2.0) for name in ("x", "y"))
    assert 0 < one.min() < 1e-4
    assert 1 - 1e-4 < one.max() < 1
    for values in (other, np.roll(one, 1), uniform(stream_number("x"), 1.0, runs, 2.25)):
        assert abs(np.corrcoef(one, values)[0, 1]) < 0.012


def numbers(path: Path, engine: str, parts: int) -> dict[str, np.ndarray]:
    """Run a model in some parts, each of which knows the number of its first run."""
    model, found = Simulator(path), []
    for part in np.array_split(np.arange(RUNS), parts):
        asked = {"k": np.ones(len(part))}
        data = model.batch(asked, OUTPUTS, engine=engine, first_run=int(part[0]))  # type: ignore[arg-type]
        found.append({name: data[name].to_numpy() for name in OUTPUTS})
    return {name: np.concatenate([part[name] for part in found], axis=-1) for name in OUTPUTS}


def test_every_engine_number_of_parts_and_of_workers_gives_the_same(write: Write) -> None:
    path = write(MODEL)
    expected = numbers(path, "native", 1)
    for engine, parts in (("native", 3), ("native", 7), ("numpy", 1), ("numpy", 4)):
        found = numbers(path, engine, parts)
        for name in OUTPUTS:
            np.testing.assert_allclose(found[name], expected[name], rtol=1e-13, atol=1e-13, err_msg=name)
    with ProcessPoolExecutor(2) as workers:
        for found in workers.map(numbers, [path] * 2, ["native"] * 2, [2, 3]):
            for name in OUTPUTS:
                np.testing.assert_array_equal(found[name], expected[name])


def test_node_gives_the_same_in_each_run(write: Write, node: Node, tmp_path: Path) -> None:
    path = write(MODEL)
    expected = numbers(path, "native", 1)
    model = NodeModel(node, module_of(Simulator(path).equations, OUTPUTS), tmp_path)
    found = model.run({"k": np.ones(RUNS)}, OUTPUTS)
    for name in OUTPUTS:
        wanted = expected[name].reshape(found[name].shape)
        np.testing.assert_allclose(found[name], wanted, rtol=1e-12, atol=1e-12, err_msg=name)
    few = NodeModel(node, module_of(Simulator(path).equations, ["u"], constants=[]), tmp_path / "few")
    np.testing.assert_array_equal(few.run()["u"][..., 0], expected["u"][..., 0])


def test_each_variable_element_call_and_time_has_numbers_of_its_own(write: Write) -> None:
    found = numbers(write(MODEL), "native", 1)
    several = [*np.moveaxis(found["u"], 1, 0), found["twice"], found["n"]]
    for place, one in enumerate(several):
        assert len(np.unique(one)) == one.size  # every run and every time
        for other in several[:place]:
            assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.08
    np.testing.assert_allclose(np.diff(found["s"], axis=0), 0.5 * found["u"][:-1, 0])


def test_another_step_or_end_keeps_the_numbers_of_a_time(write: Write) -> None:
    model = Simulator(write("u = RANDOM UNIFORM(0, 1, 5) ~~|\n"))
    usual = model.table({})["u"]
    np.testing.assert_array_equal(model.table({}, time_step=0.25)["u"], usual)
    np.testing.assert_array_equal(model.table({"FINAL TIME": 3})["u"], usual[:7])


def test_a_seed_counts_and_one_of_zero_means_the_seed_of_the_model(run: Callable[[str], Table]) -> None:
    text = (
        "NOISE SEED = {} ~~|\nu = RANDOM UNIFORM(0, 1, 0) ~~|\nv = RANDOM UNIFORM(0, 1, 3) ~~|\n"
        "w = RANDOM 0 1() ~~|\n"
    )
    one, other = run(text.format(1)), run(text.format(2))
    assert (one["u"] != other["u"]).all()
    assert (one["w"] != other["w"]).all()
    np.testing.assert_array_equal(one["v"], other["v"])
    again = run("u = RANDOM UNIFORM(0, 1, 1) ~~|\n")
    np.testing.assert_array_equal(again["u"], one["u"])


def test_calls_of_a_macro_draw_for_themselves_and_a_given_series_replaces_a_draw(
    run: Callable[[str], Table], write: Write
) -> None:
    macro = ":MACRO: NOISY(x)\nNOISY = x + RANDOM UNIFORM(0, 1, 2) ~~|\n:END OF MACRO:\n"
    found = run(macro + "x = NOISY(2) ~~|\ny = NOISY(2) ~~|\n")
    assert (found["x"] != found["y"]).all()
    assert ((found["x"] > 2) & (found["x"] < 3)).all()
    model = Simulator(write("noise = RANDOM UNIFORM(0, 1, 2) ~~|\nx = INTEG(noise, 0) ~~|\n"))
    np.testing.assert_allclose(model.table({"noise": 3.0})["x"], 3 * TIMES)


@pytest.mark.parametrize("integration", ["rk2", "rk4"])
def test_a_number_holds_through_a_step(integration: str, write: Write) -> None:
    model = Simulator(
        write("u = RANDOM UNIFORM(0, 1, 2) ~~|\ns = INTEG(u, 0) ~~|\n"), integration=integration
    )  # type: ignore[arg-type]
    for engine in ("native", "numpy"):
        found = model.table({}, engine=engine)  # type: ignore[arg-type]
        np.testing.assert_allclose(np.diff(found["s"]), 0.5 * found["u"][:-1], rtol=1e-12)


def test_pink_noise_keeps_its_deviation_and_is_correlated_over_its_time(write: Write) -> None:
    text = "k = 1 ~~|\nx = k*RANDOM PINK NOISE(3, 2, 4, 9) ~~|\n"
    for step in (None, 0.25):
        data = Simulator(write(text)).batch({"k": np.ones(20_000)}, ["x"], time_step=step)["x"].to_numpy()
        np.testing.assert_allclose(data.mean(axis=1), 3, atol=0.06)
        np.testing.assert_allclose(data.std(axis=1), 2, atol=0.06)
        kept = (1 - (step or 0.5) / 4) ** (2 / (step or 0.5))  # over two months
        assert np.corrcoef(data[0], data[4])[0, 1] == pytest.approx(kept, abs=0.03)
