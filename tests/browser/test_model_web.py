"""Any model as a page: what it computes is what the engine computes, and nothing is asked of a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bench.workloads import SIR, WORLD3
from twintrack.engines import Simulator
from twintrack.hands_on.any_model import model_page
from twintrack.inputs.page_options import PageOptions, read_page_options

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow
SUBSCRIPTS = """{UTF-8}
region: North, South Bay ~~|
age: young, old ~~|
Population[region,age] = INTEG(births[region,age] - Population[region,age]/life[age], start[region,age]) ~~|
start[region,young] = 10, 20 ~~|
start[region,old] = 5, 8 ~~|
birth rate[region] = 0.03, 0.02 ~ 1/Year [0,0.1] ~|
births[region,young] = birth rate[region]*SUM(Population[region,age!]) ~~|
births[region,old] = 0 ~~|
life[age] = 60, 20 ~ Year ~|
INITIAL TIME = 1900 ~ Year ~|
FINAL TIME = 2100 ~ Year ~|
TIME STEP = 0.25 ~ Year ~|
SAVEPER = 0.25 ~ Year ~|
"""
STATE = """async ([levers, outcomes]) => {
  const app = window.twintrack;
  app.change({ l: levers, k: outcomes, o: outcomes[0] });
  app.commit();
  const pause = (time) => new Promise((done) => setTimeout(done, time));
  await pause(100);
  const ready = () => !app.stale() && app.same != null && app.found(outcomes.at(-1));
  for (let i = 0; i < 400 && !ready(); i++) await pause(50);
  const bands = Object.fromEntries(outcomes.map((name) => [name, app.found(name)?.at]));
  const mine = outcomes.map((name) => [...app.curves(name).mine]);
  const wide = document.documentElement.scrollWidth;
  return { times: [...app.lab.times], mine, bands, same: app.same, wide };
}"""


def model_file(name: str, folder: Path) -> Path:
    if name in ("sir", "world3"):
        return SIR if name == "sir" else WORLD3
    path = folder / "people.mdl"
    path.write_text(SUBSCRIPTS, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["sir", "people", "world3"])
def test_the_page_computes_what_the_engine_does(browser: Browser, tmp_path: Path, name: str) -> None:
    path = model_file(name, tmp_path)
    made = model_page(path, PageOptions(), worlds=40, seed=1)
    (tmp_path / "page.html").write_text(made.text, encoding="utf-8")
    page = browser.new_page(viewport={"width": 390, "height": 800})
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"file://{tmp_path}/page.html")
    page.wait_for_function("window.twintrack?.ready")
    assert page.locator(".panel").count() == 3, "nothing tells of loops where none has a name"
    data: dict[str, Any] = page.evaluate("JSON.parse(JSON.stringify(window.twintrack.data))")
    moved = {one["name"]: 0.25 * one["low"] + 0.75 * one["high"] for one in data["levers"][:5]}
    outcomes = [one["name"] for one in data["outcomes"]][:20]
    found = page.evaluate(STATE, [moved, outcomes])
    page.close()

    model = Simulator(path)
    expected = model.run(moved, outputs=outcomes, engine="numpy").loc[found["times"]]
    assert 20 < len(found["times"]) <= 200 and found["times"][-1] == expected.index[-1]
    for label, values in zip(outcomes, found["mine"], strict=True):
        scale = np.abs(expected[label]).max()
        np.testing.assert_allclose(values, expected[label], rtol=0, atol=1e-9 * scale, err_msg=label)
    factors = np.random.default_rng(1).uniform(0.9, 1.1, (len(data["world"]), 40))
    rows = {one["name"].removesuffix(":factor"): row for one, row in zip(data["world"], factors, strict=True)}
    ensemble = model.batch(drawn_values(model, moved, rows), [expected_variable(outcomes[0])], engine="numpy")
    last = next(iter(ensemble.values())).to_numpy()[-1].reshape(-1, 40)[0]
    assert found["bands"][outcomes[0]]["mine"] == pytest.approx(float(np.median(last)), rel=1e-9)
    assert faults == [] and [url for url in asked if not url.startswith(("file:", "blob:"))] == []
    assert found["wide"] == 390 and found["same"] is True


def drawn_values(
    model: Simulator, moved: dict[str, float], rows: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Give every constant that was moved or has a factor, in all worlds; what has none is certain."""
    places = {label: model.labels.find(label) for label in moved}
    names = {*rows, *(name for name, _ in places.values())}
    constants = {name: model.equations.defaults[name].copy() for name in names}
    for label, (name, cell) in places.items():
        constants[name][() if cell is None else cell] = moved[label]
    return {name: value[..., None] * rows.get(name, np.ones(40)) for name, value in constants.items()}


def expected_variable(label: str) -> str:
    return label.partition("[")[0]


SET = """async ([name, value]) => {
  const slider = document.getElementById(`slider-l-${name}`);
  slider.value = value === "end" ? slider.max : value;
  slider.dispatchEvent(new Event("input"));
  await new Promise((done) => setTimeout(done, 200));
  return [slider.getAttribute("aria-valuetext"), slider.max, window.twintrack.state.l[name] ?? null];
}"""


def test_a_date_is_told_as_a_year_and_never_stands_at_the_end(browser: Browser, tmp_path: Path) -> None:
    options = read_page_options(WORLD3.with_suffix(".yaml"))
    made = model_page(WORLD3, options, worlds=10, seed=1)
    (tmp_path / "page.html").write_text(made.text, encoding="utf-8")
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(f"file://{tmp_path}/page.html")
    page.wait_for_function("window.twintrack?.ready")
    name = "zero population growth year"
    before = page.get_attribute(f"[id='slider-l-{name}']", "aria-valuetext")
    found = [page.evaluate(SET, [name, value]) for value in (1975, "end")]
    page.close()
    assert (made.sliders, made.outcomes) == (len(options.sliders), len(options.outcomes))
    assert before == "never" and found == [["1975", "2100", 1975], ["never", "2100", None]]
