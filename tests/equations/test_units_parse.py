"""Units as text: what is read, how it is written, what is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest

from twintrack.equations.units_parse import SYNONYMS, parse_unit


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("persons", "persons"),
        ("bn  CNY/(Year*persons)", "bn CNY/(Year*persons)"),
        ("bn CNY/Year/persons", "bn CNY/(Year*persons)"),
        ("H100e / (Year*Year)", "H100e/(Year*Year)"),
        ("1/(1/Year)", "Year"),
        ("Year*persons/Year", "persons"),
        ("Year/Year", "Dmnl"),
        ("1/Year", "1/Year"),
    ],
)
def test_units_are_read_and_written(text: str, shown: str) -> None:
    assert str(parse_unit(text)) == shown
    assert parse_unit(shown) == parse_unit(text)


def test_order_does_not_matter_and_exponents_do() -> None:
    assert parse_unit("a*b/c") == parse_unit("b/c*a")
    assert parse_unit("a/b*c") != parse_unit("a/(b*c)")
    assert parse_unit("a*a") != parse_unit("a")


def test_synonyms_are_one_unit_and_other_names_are_not() -> None:
    for several in SYNONYMS.values():
        assert len({parse_unit(text) for text in several}) == 1
    assert parse_unit("1") == parse_unit("Dmnl") == parse_unit("fraction")
    assert parse_unit("Years") == parse_unit("yr") == parse_unit("Year")
    assert parse_unit("Month") == parse_unit("months") != parse_unit("Year")
    assert parse_unit("person") == parse_unit("persons") != parse_unit("employee")
    assert parse_unit("cny") != parse_unit("CNY")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "missing at the end"),
        ("a/", "missing at the end"),
        ("a*/b", r'before "/"'),
        ("(a*b", "not closed"),
        ("a)b", r'"\)" is not expected'),
        ("1000 persons)", "not expected"),
        ("12/Year", '"12" is a number'),
        ("a*b^2", "write a power as a product"),
    ],
)
def test_what_is_no_unit_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_unit(text)


def test_roots_need_even_powers() -> None:
    assert parse_unit("a*a/(b*b*b*b)").root == parse_unit("a/(b*b)")
    assert parse_unit("a*b*b").root is None
    assert str(parse_unit("a*b*b") ** Fraction(1, 2)) == "a^(1/2)*b"
    assert parse_unit("Dmnl").root == parse_unit("Dmnl")
