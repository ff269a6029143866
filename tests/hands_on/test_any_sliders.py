"""Which constants of any model become sliders, from where to where, and under which heading."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from twintrack.engines.registry import batch_engine_of
from twintrack.equations import load_equations
from twintrack.errors import InputError
from twintrack.hands_on.any_model import equations_with_factors, model_page
from twintrack.hands_on.any_sliders import Slider, sliders_of
from twintrack.hands_on.page import dashboard_page
from twintrack.inputs.page_options import PageOptions, read_page_options
from twintrack.model import Model

MODEL = r"""{UTF-8}
region: North, South Bay ~~|
Stock[region] = INTEG(inflow - DELAY3(Stock[region], lag)*share*slow switch, start[region]) ~ t ~ |
start[region] = 10, 20 ~ t ~ |
inflow = 2 ~ t/Year [0,8,0.5] ~ |
growth = 3 ~ 1/Year [1,?] ~ |
share = 0.2 ~ Dmnl ~ |
debt = -4 ~ t ~ |
nothing = 0 ~ t ~ |
slow switch = 1 ~ Dmnl ~ |
policy year = 4000 ~ Year ~ |
end year = 4000 ~ Year [2005,2020,1] ~ |
reform year = 2010 ~ Year ~ |
lag = 3 ~ Year ~ |
stages = 3 ~ Dmnl ~ |
late = DELAY N(growth*debt*nothing, lag, 0, stages) + policy year + reform year + end year ~ t ~ |
INITIAL TIME = 2000 ~ Year ~ |
FINAL TIME = 2020 ~ Year ~ |
TIME STEP = 0.25 ~ Year ~ |
SAVEPER = 0.25 ~ Year ~ |
\\\---/// Sketch information - do not modify anything except names
*Goods
10,1,inflow,500,300,40,20,3,3,0,0,0,0,0,0
10,2,"Share",400,200,40,20,8,3,0,0,0,0,0,0
*Money
10,1,debt,500,300,40,20,3,3,0,0,0,0,0,0
10,2,inflow,400,200,40,20,8,3,0,0,0,0,0,0
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "goods.mdl"
    path.write_text(MODEL, encoding="utf-8")
    return path


def sliders(path: Path, **options: object) -> dict[str, Slider]:
    found, _ = sliders_of(load_equations(path), PageOptions.model_validate(options), {"stages"})
    return {slider.label: slider for slider in found}


def data_of(page: str) -> dict[str, Any]:
    """Give what the component of a page is told."""
    packed = page.partition('id="model">')[2].partition("<")[0]
    found: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(packed)))["data"]
    return found


def test_limits_of_the_author_come_first_and_the_rest_is_guessed(path: Path) -> None:
    found = sliders(path)
    ends = {label: (one.low, one.high, one.step) for label, one in found.items()}
    assert list(found)[:3] == ["inflow", "growth", "end year"], "those with limits come first"
    assert ends["inflow"] == (0, 8, 0.5) and ends["growth"][:2] == (1, 4.5)
    assert ends["share"] == (0, 1, 0.01) and ends["debt"][:2] == (-6, -2)
    assert ends["start[South Bay]"][:2] == (10, 30) and ends["reform year"][:2] == (2000, 2020)
    assert ends["slow switch"] == (0, 1, 1) and found["slow switch"].toggle
    assert not found.keys() & {"nothing", "policy year", "stages"}, "no guess is possible, or none is allowed"


def test_dates_are_told_from_spans_of_time_and_never_lies_beyond_the_slider(path: Path) -> None:
    found = sliders(path)
    assert [label for label, one in found.items() if one.date] == ["end year", "reform year"]
    never = found["end year"]
    assert (never.value, never.low, never.high, never.step) == (4000, 2005, 2020, 1)


def test_dates_and_switches_are_certain_and_other_numbers_stand_in_one_order(path: Path) -> None:
    made = model_page(path, PageOptions(), worlds=10, seed=1)
    names = [one["name"].removesuffix(":factor") for one in data_of(made.text)["world"]]
    assert names == ["inflow", "growth", "start", "share", "debt", "lag"], (
        "the order of the sliders, in every process"
    )


def test_a_page_without_named_loops_has_no_second_module(path: Path, small_model: Model) -> None:
    pages = model_page(path, PageOptions(), worlds=4, seed=1).text, dashboard_page(small_model, worlds=4)[0]
    for text in pages:
        assert 'id="module"' in text
        assert 'id="links"' not in text and 'id="loops"' not in text


def test_options_name_sliders_and_headings_of_both_halves_of_the_page(path: Path) -> None:
    title, group = {"en": "Share lost", "zh": "损失比例"}, {"en": "Losses", "zh": "损失"}
    options = PageOptions.model_validate({"sliders": {"share": {"title": title, "group": group}}})
    data = data_of(model_page(path, options, worlds=10, seed=1).text)
    assert data["groups"] == data["sectors"] == [{"name": "Losses", "title": group}]
    assert data["levers"][0]["title"] == title
    assert data["world"][0]["title"] == {"en": "Share lost: factor", "zh": "损失比例：系数"}


def test_units_are_chinese_where_there_are_words_and_else_as_the_author_has_them(path: Path) -> None:
    data = data_of(model_page(path, PageOptions(), worlds=10, seed=1).text)
    units = {one["name"]: one["units"] for one in data["levers"]}
    assert units["lag"] == {"en": [[0.0, 1.0, "Year"]], "zh": [[0.0, 1.0, "年"]]}
    assert units["growth"]["zh"] == [[0.0, 1.0, "每年"]] and units["growth"]["en"] == [[0.0, 1.0, "1/Year"]]
    assert units["inflow"]["zh"] == units["inflow"]["en"] == [[0.0, 1.0, "t/Year"]]
    assert units["share"]["zh"] == units["share"]["en"] == [[0.0, 1.0, ""]]


def test_headings_are_views_where_there_are_no_groups(path: Path) -> None:
    groups = {label: one.group for label, one in sliders(path).items()}
    assert groups["inflow"] == "Goods" and groups["share"] == "Goods" and groups["debt"] == "Money"
    assert groups["growth"] == ""


def test_options_say_which_and_how_far(path: Path) -> None:
    told = {"Start[north]": {"range": (0.0, 50.0)}, "nothing": {"range": (0.0, 1.0), "title": "Nothing"}}
    found = sliders(path, sliders=told)
    assert list(found) == ["start[North]", "nothing"] and found["start[North]"].high == 50
    wrong = {"stages": {}, "late": {}, "nothing": {}, "debts": {}}
    with pytest.raises(InputError) as caught:
        sliders(path, sliders=wrong)
    told_faults = [str(fault) for fault in caught.value.faults]
    assert len(told_faults) == 4 and 'did you mean "debt"' in " ".join(told_faults)


def test_an_options_file_is_read_with_all_its_faults(tmp_path: Path) -> None:
    path = tmp_path / "options.yaml"
    path.write_text("spread: 2\nsliders: {a: {range: [3, 1]}}\noutcome: {}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_page_options(path)
    assert [fault.where.rpartition(":")[2] for fault in caught.value.faults].count("1") == 1
    assert len(caught.value.faults) == 3


def test_factors_of_one_leave_a_model_alone_and_others_move_what_reads_the_constant(path: Path) -> None:
    equations = load_equations(path)
    changed = equations_with_factors(equations, {"start", "inflow", "share"})
    assert changed.hash != equations.hash
    wanted = ["stock", "late"]
    plain = batch_engine_of(equations, "numpy").run({}, {}, wanted)
    same = batch_engine_of(changed, "numpy").run({}, {}, wanted)
    assert all((plain[name] == same[name]).all() for name in wanted)
    given = {"start": [20.0, 40.0], "share": 0.3}
    asked = batch_engine_of(equations, "numpy").run(given, {}, wanted)
    moved = batch_engine_of(changed, "numpy").run({"start:factor": 2.0, "share:factor": 1.5}, {}, wanted)
    assert abs(asked["stock"] - moved["stock"]).max() < 1e-12 * abs(asked["stock"]).max()


@pytest.mark.parametrize(
    ("model", "told"),
    [("x = 1 ~~|\n", "no constant that could be moved"), ("x :RAW: ~~|\ny = x ~~|\n", "has no numbers")],
)
def test_what_makes_no_page_is_told(tmp_path: Path, model: str, told: str) -> None:
    path = tmp_path / "bare.mdl"
    clock = "INITIAL TIME=0~~|\nFINAL TIME=1~~|\nTIME STEP=1~~|\nSAVEPER=1~~|\n"
    path.write_text("{UTF-8}\n" + model + clock, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        model_page(path, PageOptions(), worlds=10, seed=1)
