"""The table of mechanisms: rows that are whole, and names that exist."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from twintrack.inputs.check import check_content
from twintrack.inputs.check_files import check_file, content_files
from twintrack.inputs.content import Content
from twintrack.inputs.cross_checks import mechanism_faults
from twintrack.inputs.mechanisms import cut_names, load_mechanisms

Write = Callable[[str, str], Path]
Faults = Callable[..., list[str]]

HEAD = (
    "id,seed,sector,claim_en,variables,lever,outcome,scenario,world,cut,felt_outcome,felt_effect,felt_share,"
    "status,reason\n"
)
GOOD = (
    'KN01,jiang2025,Knowledge,"Much is known, little used",stock rate[a],catchup_share,adoption_rate,closed,'
    "discount_rate=0.02 route_ceiling[lean]=5,pull=0; speed[a]=1@2030,adoption_rate,0.4,0.93,felt,\n"
)
OUT = "KN02,jiang2025,Knowledge,Prices,,,,,,,,,,out,No number for it\n"


@pytest.fixture
def equations() -> SimpleNamespace:
    """A model with two variables and two constants in one sector."""
    labels = {"stock": ["stock"], "rate": ["rate[a]", "rate[b]"]}
    constants = {"pull": ["pull"], "speed": ["speed[a]", "speed[b]"]}
    variables = {
        name: SimpleNamespace(name=name, kind=kind, labels=names, group="Knowledge")
        for kind, several in (("auxiliary", labels), ("constant", constants))
        for name, names in several.items()
    }
    return SimpleNamespace(variables=variables)


def test_rows_are_read_by_id(write: Write, content: Content, equations: SimpleNamespace) -> None:
    path = write("model/mechanisms.csv", HEAD + GOOD + "\n" + OUT)
    found = load_mechanisms(path)
    assert list(found) == ["KN01", "KN02"]
    first = found["KN01"]
    assert first.claim_en == "Much is known, little used"
    assert (first.seed, first.variables) == (("jiang2025",), ("stock", "rate[a]"))
    assert (first.lever, first.outcome, first.scenario) == (("catchup_share",), "adoption_rate", "closed")
    assert first.world == {"discount_rate": 0.02, "route_ceiling[lean]": 5.0}
    assert (first.cut, first.felt_outcome, first.status) == (
        "pull=0; speed[a]=1@2030",
        "adoption_rate",
        "felt",
    )
    assert (first.felt_effect, first.felt_share, found["KN02"].felt_share) == (0.4, 0.93, None)
    assert found["KN02"].reason == "No number for it"
    assert mechanism_faults(path, content, equations) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("KN01", "K1", "2: K1: an id is two capitals and two digits"),
        ("adoption_rate", "", "2: KN01: a lever needs the outcome that it moves, and an outcome the lever"),
        ("stock rate[a]", "", "2: KN01: is in the model: name the variables that carry it"),
        ("pull=0; speed[a]=1@2030", "", "2: KN01: is in the model: name the variables that carry it"),
        ("out,No number for it", "out,", "3: KN02: is out: give the reason"),
        ("Prices,,", "Prices,stock,", "3: KN02: is out: cut, variables, lever and outcome stay empty"),
        ("Prices,,,,,,", "Prices,,,,,,pull=0", "3: KN02: is out: cut, variables, lever and outcome stay"),
        ("0.4", "much", "2: felt_effect"),
        ("KN02,jiang2025", "KN02,", "3: KN02: needs a seed: the source that makes the claim"),
        ("KN02", "KN01", "3: KN01: the id is used twice"),
        ("KN02,jiang2025,Knowledge", "KN02,jiang2025,Talent", '3: KN02: the sector of KN is "Knowledge"'),
        ("felt,\n", "done,\n", "2: status must be 'felt', 'weak', 'nil' or 'out', not the text \"done\""),
        ("=0.02", "=much", '2: world is "discount_rate=much'),
        ('"Much is known, little used"', "Much is known, little used", "2: has 16 cells, not 15; put texts"),
        ('"Much is known', 'Much is "known', "2: has 16 cells"),
        ("claim_en", "claim", "1: the first line must name the columns id, seed, sector, claim_en"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    write: Write, faults: Faults, old: str, new: str, fault: str
) -> None:
    text = HEAD + GOOD + OUT
    assert old in text
    lines = faults(load_mechanisms, write("model/mechanisms.csv", text.replace(old, new, 1)))
    assert len(lines) == 1
    assert lines[0].startswith(f"model/mechanisms.csv:{fault}")


@pytest.mark.parametrize(
    ("cut", "names"),
    [
        ("", []),
        ("pull=0", ["pull"]),
        ("pull = 0;speed[a]=1@2030 ; patience=10", ["pull", "speed[a]", "patience"]),
        ("patience 1..10; pull 0.4..0", ["patience", "pull"]),
    ],
)
def test_a_cut_names_constants_and_levers(cut: str, names: list[str]) -> None:
    assert cut_names(cut) == names


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("jiang2025", "jiang2024", 'there is no source "jiang2024"; did you mean "jiang2025"?'),
        ("catchup_share", "catchup", 'there is no lever "catchup"; did you mean "catchup_share"?'),
        ("adoption_rate", "adoption", 'there is no outcome "adoption"; did you mean "adoption_rate"?'),
        (",closed,", ",opened,", 'there is no scenario "opened"'),
        (
            "discount_rate",
            "discount",
            'there is no world parameter "discount"; did you mean "discount_rate"?',
        ),
        ("rate,0.4", "rat,0.4", 'there is no outcome "adoption_rat"; did you mean "adoption_rate"?'),
        ("pull=", "pul=", 'there is no constant of the model "pul"; did you mean "pull"?'),
        ("pull=", "stock=", '"stock" is of the kind auxiliary, not a constant of the model'),
        ("speed[a]", "speed[c]", '"speed[c]" is not one of the elements speed[a], speed[b]'),
        ("stock", "stocks", 'there is no variable of the model "stocks"; did you mean "stock"?'),
        ("rate[a]", "rate[c]", '"rate[c]" is not one of the elements rate[a], rate[b]'),
        ("Knowledge", "Knowing", 'there is no sector of the model "Knowing"; did you mean "Knowledge"?'),
    ],
)
def test_names_are_looked_up(
    write: Write, content: Content, equations: SimpleNamespace, old: str, new: str, fault: str
) -> None:
    assert old in GOOD
    path = write("model/mechanisms.csv", HEAD + GOOD.replace(old, new, 1))
    lines = [str(found) for found in mechanism_faults(path, content, equations)]
    assert lines == [f"model/mechanisms.csv:2: KN01: {fault}"]


def test_the_check_reads_the_table(tree: Path, write: Write, content: Content) -> None:
    path = write("model/mechanisms.csv", HEAD + GOOD.replace("catchup_share", "catchup"))
    assert path in content_files(tree)
    lines = [str(fault) for fault in check_content(tree)]
    assert lines == [str(fault) for fault in check_file(path, content)]
    assert len(lines) == 1 and lines[0].startswith("model/mechanisms.csv:2: KN01: there is no lever")
    path.unlink()
    assert [fault.where for fault in check_content(tree)] == ["model/mechanisms.csv"]
