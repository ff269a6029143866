"""The file of a projection: written the same, read back the same, and not to be changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from projection_helpers import DRAWS, reading, registered, series

from twintrack.calibration.registered import Registered, digest_of, read_registered, write_registered
from twintrack.errors import InputError
from twintrack.inputs.moments import Span

PROJECTION = registered(cost=series(), rate=series({}, reading="mean", window=0.5, bound="upper"))


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_registered(Path("projection.json"), PROJECTION)
    return Path("projection.json")


def refused(path: Path) -> str:
    with pytest.raises(InputError) as error:
        read_registered(path)
    return str(error.value)


def changed(path: Path, change: Callable[[Any], object], *, seal: bool = True) -> str:
    """What is said of a file in which something was changed, and its digest with it."""
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    data["sha256"] = digest_of(data) if seal else data["sha256"]
    path.write_text(json.dumps(data), encoding="utf-8")
    return refused(path)


def test_it_is_read_back_the_same(path: Path) -> None:
    assert read_registered(path) == PROJECTION
    before = path.read_bytes()
    write_registered(path, read_registered(path))
    assert path.read_bytes() == before


def test_it_is_plain_json_with_quantiles_and_draws_on_a_line_each(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert json.loads(text) == PROJECTION.model_dump(mode="json")
    lines = [line.strip() for line in text.splitlines()]
    assert f'"draws": {json.dumps(DRAWS)}' in lines and '"title": {"en": "made up", "zh": "虚构"},' in lines
    assert sum(line.startswith('"quantiles": {"p05": 20.0,') for line in lines) == 2


def test_the_digest_is_that_of_all_but_the_date() -> None:
    def digest(**changes: Any) -> str:
        return digest_of(PROJECTION.model_copy(update=changes).model_dump(mode="json"))

    assert digest() == digest(made="2030-01-01") == PROJECTION.sha256
    assert (
        len({digest(), digest(seed=2), digest(strategy="other"), digest(worlds=(1,)), digest(series={})}) == 5
    )


def first(data: Any) -> Any:
    """The first reading of a file."""
    return data["series"]["cost"]["projected"][0]


def test_a_number_that_was_changed_later_is_noticed(path: Path) -> None:
    def change(data: Any) -> None:
        data["series"]["cost"]["projected"][0]["quantiles"]["p50"] = 61

    assert changed(path, change, seal=False) == (
        "projection.json: the file was changed after it was made: its digest is another one"
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda data: data.update(format=2), "projection.json: is no projection of format 1; name a file"),
        (lambda data: data.pop("seed"), 'projection.json:1: the key "seed" is missing'),
        (lambda data: data.update(sead=1), 'projection.json:1: unknown key "sead"; did you mean "seed"?'),
        (lambda data: data["series"]["cost"].update(scale="logs"), "projection.json:1: scale must be 'log'"),
        (lambda data: first(data).update(draws=[]), "projection.json:1: draws needs at least 1 entries"),
        (lambda data: first(data).update(draws=["x"]), "projection.json:1: "),
    ],
)  # fmt: skip
def test_what_is_no_projection_is_refused(path: Path, change: Callable[[Any], object], told: str) -> None:
    assert changed(path, change).startswith(told)


def test_what_is_no_json_is_refused_with_its_line(path: Path) -> None:
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole[: whole.index('"draws"')], encoding="utf-8")
    line = whole[: whole.index('"draws"')].count("\n") + 1
    assert refused(path).startswith(f"projection.json:{line}: is no JSON (")
    path.write_text("[1]", encoding="utf-8")
    assert "is no projection of format 1" in refused(path)
    assert refused(Path("projektion.json")) == "projektion.json: there is no such file"


def test_readings_are_found_by_the_time_they_speak_of() -> None:
    one = series({}, reading(Span(2026, 2026)), reading(Span(2026.25, 2026.25)))
    assert one.find(Span(2025.997, 2025.997)) is one.projected[0]
    assert one.find(Span(2026.251, 2026.251)) is one.projected[1]
    assert one.find(Span(2026.1, 2026.1)) is None and one.find(Span(2025, 2026)) is None
    two = series({}, reading(Span(2026, 2026)), reading(Span(2026.009, 2026.009)))
    assert two.find(Span(2026.008, 2026.008)) is two.projected[1], "the nearest one"


def test_a_projection_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        PROJECTION.seed = 2  # type: ignore[misc]
    assert isinstance(PROJECTION, Registered)
