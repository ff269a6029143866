"""Equations as HTML."""

from __future__ import annotations

import re

from twintrack.equations import Equations
from twintrack.pages.model.equations import typeset

KNOWN = {"skilled_staff", "staff", "net_drain", "stage_move", "tiny"}


def _set(text: str) -> str:
    return str(typeset(text, KNOWN, lambda name: f"#{name}"))


def test_names_are_links_functions_and_subscripts_are_marked() -> None:
    assert _set("staff=\n\tMAX(tiny, 2*skilled staff[stage])") == (
        '<a href="#staff">staff</a> = <span class="fn">MAX</span>(<a href="#tiny">tiny</a>, '
        '2*<a href="#skilled_staff">skilled staff</a>[<span class="sub">stage</span>])'
    )


def test_several_equations_of_one_variable_stay_apart() -> None:
    text = _set(
        "stage move[basic]=\n\t-net drain\nstage move[applied]=\n\t0\nstage move[industrial]=\n\tnet drain"
    )
    assert re.sub("<.*?>", "", text) == (
        "stage move[basic] = -net drain\nstage move[applied] = 0\nstage move[industrial] = net drain"
    )
    assert text.count('href="#stage_move"') == 3 and text.count('href="#net_drain"') == 2


def test_what_html_would_take_for_markup_is_text() -> None:
    assert _set("IF THEN ELSE(staff<1e-06, 1, 2)").endswith("&lt;1e-06, 1, 2)")
    assert '<span class="fn">IF THEN ELSE</span>' in _set("IF THEN ELSE(staff<1e-06, 1, 2)")


def test_no_character_of_an_equation_of_the_model_is_lost(equations: Equations) -> None:
    import html

    for variable in equations.variables.values():
        shown = typeset(variable.equation, equations.variables, lambda name: f"#{name}")
        plain = html.unescape(re.sub("<[^>]*>", "", str(shown)))
        assert re.sub(r"\s+", "", plain) == re.sub(r"\s+", "", variable.equation)


def test_an_equation_links_to_all_its_causes(equations: Equations) -> None:
    for name, variable in equations.variables.items():
        shown = str(typeset(variable.equation, equations.variables, lambda cause: f"#{cause}"))
        links = set(re.findall(r'href="#(\w+)"', shown))
        assert set(equations.causes(name)) <= links | {"time_step", "initial_time", "final_time", "saveper"}
