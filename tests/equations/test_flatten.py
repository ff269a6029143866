"""A model without subscripts computes the same, and keeps what is said about every element."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from twintrack.engines import NumpyEngine
from twintrack.equations import Equations, load_equations
from twintrack.equations.flatten import FlatModel, flat_names, flatten, flatten_file
from twintrack.equations.vensim import WIDTH
from twintrack.errors import EquationError
from twintrack.names import snake
from twintrack.resources import MODEL_FILE

DATA = Path(__file__).parents[1] / "data"
CONTROL = "FINAL TIME = 4 ~ ~ |\nINITIAL TIME = 0 ~ ~ |\nSAVEPER = 0.5 ~ ~ |\nTIME STEP = 0.25 ~ ~ |\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "model.mdl"
    path.write_text("{UTF-8}\n" + text + CONTROL, encoding="utf-8")
    return path


def flat_equations(flat: FlatModel, folder: Path) -> Equations:
    path = folder / "flat.mdl"
    path.write_text(flat.text, encoding="utf-8")
    return load_equations(path)


def assert_computes_the_same(path: Path, folder: Path, rtol: float = 0.0) -> Equations:
    flat = flatten_file(path)
    equations, without = load_equations(path), flat_equations(flat, folder)
    expected, found = NumpyEngine(equations).run({}, {}), NumpyEngine(without).run({}, {})
    assert len(without.variables) == sum(len(variable.labels) for variable in equations.variables.values())
    for name, values in expected.items():
        columns = values.reshape(len(values), -1).T
        for label, column in zip(equations.variables[name].labels, columns, strict=True):
            mine = found[snake(flat.names[label])][:, 0]
            np.testing.assert_allclose(mine, column, rtol=rtol, atol=0, err_msg=label)
    return without


@pytest.mark.parametrize("model", ["arrays", "functions"])
def test_every_element_has_exactly_the_same_values(model: str, tmp_path: Path) -> None:
    assert_computes_the_same(DATA / f"{model}.mdl", tmp_path)


def test_mapped_and_excepted_elements_have_the_same_values(tmp_path: Path) -> None:
    """NumPy adds over two axes in the order in which it stores them: the last digit may differ."""
    assert_computes_the_same(DATA / "subscripts.mdl", tmp_path, rtol=1e-15)


FORMULAS = """
a = 3.7 ~ ~ |
b = 0.30000000000000004 ~ ~ |
c = Time + 1e-07 ~ ~ |
differences = a - (b - c) - (a - b) + (a + (b + c)) ~ ~ |
quotients = a/(b/c)/(a*b)*(c*a) ~ ~ |
powers = (a^b)^c + a^b^c + (-a)^2 - 2^2 + (a*b)^(c+1) ~ ~ |
signs = -a*-b - -c + (-2)*(-a - b) ~ ~ |
conditions = IF THEN ELSE(:NOT: (c > 1 :AND: c < 3) :AND: (a > 3 :OR: b > 9) :OR: c = 2, 1, 2) ~ ~ |
truths = (c > 1)*3 + IF THEN ELSE((c > 1) = (c > 2), 5, 7) ~ ~ |
trend in a formula = a*(1 + TREND(c, 2, 0.1)*3) ~ ~ |
forecast in a formula = b*(1 + FORECAST(c, 2, 1.5)*3) ~ ~ |
delays in a formula = DELAY3(c, a)/a + IF THEN ELSE(c > 2, a, SAMPLE IF TRUE(c < 1, c, 2.0)) ~ ~ |
growing = ACTIVE INITIAL(MAX(c, b), a) ~ ~ |
stock = INTEG(-stock/a, -b) ~ ~ |
"""


def test_formulas_mean_the_same_without_the_brackets_that_were_not_needed(tmp_path: Path) -> None:
    assert_computes_the_same(write(tmp_path, FORMULAS), tmp_path)


def test_wide_sums_are_broken_into_lines_and_read_again(tmp_path: Path) -> None:
    text = """
    item: (item1-item70) ~ ~ |
    size[item] = item/7 ~ ~ |
    "odd, a + b"[item] = size[item]^2 ~ ~ |
    whole = SUM("odd, a + b"[item!]) ~ ~ |
    most = VMAX("odd, a + b"[item!]) ~ ~ |
    product = PROD(size[item!]) ~ ~ |
    """
    path = write(tmp_path, text)
    lines = flatten_file(path).text.splitlines()
    assert max(map(len, lines)) <= WIDTH + 30
    assert [line for line in lines if line.count('"') % 2] == [], "a name is broken"
    assert_computes_the_same(path, tmp_path, rtol=1e-14)


@pytest.fixture(scope="module")
def flat(content: Path) -> FlatModel:
    """The model of this checkout without subscripts."""
    return flatten_file(content / MODEL_FILE)


@pytest.fixture(scope="module")
def without(flat: FlatModel, tmp_path_factory: pytest.TempPathFactory) -> Equations:
    """Its equations, read again."""
    return flat_equations(flat, tmp_path_factory.mktemp("flat"))


@pytest.mark.slow
def test_nothing_is_left_of_subscripts(equations: Equations, flat: FlatModel, without: Equations) -> None:
    assert "[" not in flat.text
    assert without.ranges == {}
    assert {variable.shape for variable in without.variables.values()} == {()}
    assert list(flat.names) == [label for item in equations.variables.values() for label in item.labels]
    assert flat.names["knowledge[home,scale,basic]"].lower() == "knowledge home scale basic"


@pytest.mark.slow
def test_units_groups_and_words_are_kept(equations: Equations, flat: FlatModel, without: Equations) -> None:
    for variable in equations.variables.values():
        alone = len(equations.components[variable.name]) == 1
        for label in variable.labels:
            element = without.variables[snake(flat.names[label])]
            assert (element.units, element.group) == (variable.units, variable.group), label
            if alone:
                assert element.kind == variable.kind, label
                assert (element.documentation, element.source) == (variable.documentation, variable.source)
    groups = list(dict.fromkeys(variable.group for variable in equations.variables.values()))
    assert list(dict.fromkeys(variable.group for variable in without.variables.values())) == groups


def test_each_element_keeps_the_comment_of_its_own_equation(tmp_path: Path) -> None:
    text = """
    ****************************************
        .Land
    ****************************************~
        What grows.
        |
    side: left, right, middle ~ ~ |
    x[left] = 1 ~ Year [0,9] ~ One. Source: a2020. |
    x[right] = 2 ~ ~ Two. Source: b2020. |
    x[middle] = 3 ~ ~ |
    \\\\\\---/// Sketch information - do not modify anything except names
    V300  Do not put anything below this section - it will be ignored
    """
    path = tmp_path / "model.mdl"
    path.write_text(CONTROL + text.replace("\n    ", "\n"), encoding="utf-8")
    flat = flatten_file(path)
    variables = flat_equations(flat, tmp_path).variables
    said = {name: variables[f"x_{name}"] for name in ("left", "right", "middle")}
    assert {name: (item.documentation, item.source, item.units) for name, item in said.items()} == {
        "left": ("One.", "a2020", "Year"),
        "right": ("Two.", "b2020", "Year"),
        "middle": ("One. Two.", "a2020; b2020", "Year"),
    }
    assert "What grows." in flat.text
    assert flat.text.endswith("it will be ignored\n")
    assert "\\\\\\---/// Sketch" in flat.text


def test_names_with_odd_characters_are_quoted(tmp_path: Path) -> None:
    path = write(tmp_path, 'side: left, right ~ ~ |\n"R&D spent"[side] = 1, 2 ~ ~ |\n')
    assert flatten_file(path).names["r_d_spent[right]"] == "R&D spent right"
    assert_computes_the_same(path, tmp_path)


def test_elements_that_would_share_a_name_are_told(tmp_path: Path) -> None:
    text = "side: left, right ~ ~ |\nx[side] = 1, 2 ~ ~ |\nX left = 3 ~ ~ |\nX Right = 4 ~ ~ |\n"
    path = write(tmp_path, text)
    with pytest.raises(EquationError) as raised:
        flat_names(load_equations(path))
    assert f'{path}:4: x_left: x_left and x[left] would both be called "X left"; rename one' in str(
        raised.value
    )
    assert f"{path}:5: x_right" in str(raised.value)


def test_the_missing_value_is_written_as_it_was(tmp_path: Path) -> None:
    path = write(tmp_path, "good = 1 ~ ~ |\nmissing = MAX(good, :NA:) ~ ~ |\n")
    assert "MAX(good, :NA:)" in flatten(load_equations(path), path.read_text("utf-8")).text


def test_what_cannot_be_written_names_the_variable(tmp_path: Path) -> None:
    path = write(tmp_path, "good = 1 ~ ~ |\nmissing ~ ~ |\n")
    with pytest.raises(EquationError, match=r"model.mdl:3: missing: this construct has no form .*\(nan\)"):
        flatten(load_equations(path), path.read_text(encoding="utf-8"))
