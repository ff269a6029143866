import pytest

from twintrack.names import join_element, snake, split_element, suggest


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Frontier Run Cost", "frontier_run_cost"),
        ("frontier run cost", "frontier_run_cost"),
        ("  R&D  share (basic) ", "r_d_share_basic"),
        ("frontier_run_cost", "frontier_run_cost"),
        ('"quoted name"', "quoted_name"),
        ("odd,_a_+_b", "odd_a_b"),  # as PySD's reader gives "odd, a + b"
    ],
)
def test_names_become_snake_case(text: str, name: str) -> None:
    assert snake(text) == name


@pytest.mark.parametrize(
    ("label", "parts"),
    [
        ("x", ("x", ())),
        ("knowledge[scale,basic]", ("knowledge", ("scale", "basic"))),
        ("knowledge[ scale , basic ]", ("knowledge", ("scale", "basic"))),
    ],
)
def test_elements_are_split_and_joined(label: str, parts: tuple[str, tuple[str, ...]]) -> None:
    assert split_element(label) == parts
    assert join_element(*parts) == label.replace(" ", "")


@pytest.mark.parametrize("label", ["x[", "x]", "x[]", "x[a,]", "[a]", "x[a][b]", "x[a]b"])
def test_broken_elements_are_refused(label: str) -> None:
    with pytest.raises(ValueError, match="is not a name"):
        split_element(label)


def test_the_nearest_name_is_suggested() -> None:
    options = ["catchup_share", "trade_openness"]

    assert suggest("catchup_shar", options) == '; did you mean "catchup_share"?'
    assert suggest("Catchup_Share", options) == '; did you mean "catchup_share"?'
    assert suggest("zzz", options) == ""
    assert suggest("anything", []) == ""
