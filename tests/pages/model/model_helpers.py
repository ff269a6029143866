"""Small models written out as text, and what the pages of a model read from them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import pytest
from numpy.typing import ArrayLike

from twintrack.equations import Equations, load_equations
from twintrack.pages.model.flows import read_flows
from twintrack.pages.model.polarity import Polarity
from twintrack.pages.model.views import Structure

CONTROL = """
********************************************************
	.Control
********************************************************~
		Simulation control
	|
INITIAL TIME= 0 ~ Year ~ |
FINAL TIME= 4 ~ Year ~ |
TIME STEP= 1 ~ Year ~ |
SAVEPER= 1 ~ Year ~ |
"""

PEOPLE = """
********************************************************
	.People
********************************************************~
		Who there is.
	|
students= INTEG (enrolment-graduation, initial students) ~ persons ~ At university. Source: assumption. |
staff= INTEG (graduation-leaving-staff*death rate, 10) ~ persons ~ At work. Source: assumption. |
skill= INTEG ((target skill-skill)/skill time, target skill) ~ Dmnl ~ What they know. Source: assumption. |
initial students= 100 ~ persons ~ Source: assumption. |
enrolment= places*skill ~ persons/Year ~ Source: assumption. |
places= 30 ~ persons/Year ~ A lever. Source: assumption. |
graduation= students/study time ~ persons/Year ~ Source: assumption. |
leaving= staff*leaving rate*pressure ~ persons/Year ~ Source: assumption. |
leaving rate= 0.1 ~ 1/Year ~ Source: assumption. |
death rate= 0.02 ~ 1/Year ~ Source: assumption. |
study time= 4 ~ Year ~ Source: assumption. |
skill time= 3 ~ Year ~ Source: assumption. |
twice= 2*study time ~ Year ~ Follows from a constant. Source: assumption. |
********************************************************
	.Places
********************************************************~
		Where they are.
	|
pressure= 1/(1+houses/staff) ~ Dmnl ~ Source: assumption. |
target skill= 1+0.1*houses/twice ~ Dmnl ~ Source: assumption. |
houses= INTEG (building, 5) ~ Dmnl ~ Source: assumption. |
built in all= INTEG (building, 0) ~ Dmnl ~ Source: assumption. |
building= 2 + staff*0 ~ Dmnl/Year ~ Source: assumption. |
"""

EquationsOf = Callable[[str], Equations]


@pytest.fixture
def equations_of(tmp_path: Path) -> EquationsOf:
    """Translates equations given as text."""

    def equations_of(text: str) -> Equations:
        path = tmp_path / "small.mdl"
        path.write_text("{UTF-8}\n" + text + CONTROL, encoding="utf-8")
        return load_equations(path)

    return equations_of


def structure_of(
    equations: Equations,
    levers: Collection[str] = (),
    moments: Mapping[float, Mapping[str, ArrayLike]] | None = None,
) -> Structure:
    """Give the structure of a model; without values of a run only signs that hold anywhere are known."""
    return Structure(read_flows(equations), Polarity(equations, moments or {}), levers)
