"""Some inputs of each kind, the same each time, bring no fault to light. `make fuzz` tries others too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fuzz_kinds import FEWER, KINDS, YAML_KINDS
from fuzz_place import Case, Place, judge, working_in
from fuzz_yaml import emit
from hypothesis import HealthCheck, Phase, given, settings

pytestmark = pytest.mark.slow
INPUTS = 40
"""Of each kind; half a minute on two cores."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("fuzz") / "place")
    with working_in(made):
        yield made


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", KINDS)
def test_no_input_brings_a_fault_to_light(kind: str, place: Place) -> None:
    @settings(
        max_examples=max(2, INPUTS // FEWER.get(kind, 1)),
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(KINDS[kind])
    def one(case: Case) -> None:
        judge(place, case)

    one()


@pytest.mark.parametrize("kind", YAML_KINDS)
def test_what_is_changed_is_good_to_begin_with(kind: str, place: Place) -> None:
    one = YAML_KINDS[kind]
    for base in one.bases:
        case = Case({one.file: emit(base).encode()}, one.commands)
        with place.holding(case.files):
            told = [place.program(*words) for words in case.commands]
        assert [found.code for found in told] == [0] * len(told), told
