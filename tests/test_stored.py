"""Results on disk: read again when nothing has changed, made again when something has, never in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from twintrack.stored import stored


class Maker:
    """Counts how often it had to work."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> list[int]:
        self.calls += 1
        return [1, 2, 3]


@pytest.fixture
def maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Maker:
    monkeypatch.setenv("TWINTRACK_CACHE", str(tmp_path / "cache"))
    return Maker()


def test_the_second_call_reads_what_the_first_has_made(maker: Maker) -> None:
    first = stored("lists", "a", ("inputs",), list, maker)
    assert stored("lists", "a", ("inputs",), list, maker) == first
    assert maker.calls == 1


def test_another_description_or_other_code_is_another_result(maker: Maker) -> None:
    stored("lists", "a", ("inputs",), list, maker)
    stored("lists", "b", ("inputs",), list, maker)
    stored("lists", "a", ("engines",), list, maker)
    assert maker.calls == 3


@pytest.mark.parametrize(
    "content", [b"", b"no pickle", b"\x80\x04K\x01."], ids=["empty", "damaged", "foreign"]
)
def test_a_file_that_is_not_ours_is_made_again(maker: Maker, tmp_path: Path, content: bytes) -> None:
    stored("lists", "a", ("inputs",), list, maker)
    (path,) = (tmp_path / "cache" / "lists").iterdir()
    path.write_bytes(content)
    assert stored("lists", "a", ("inputs",), list, maker) == [1, 2, 3]
    assert maker.calls == 2


def test_a_failure_is_passed_on_and_not_stored(maker: Maker, tmp_path: Path) -> None:
    def fail() -> list[int]:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        stored("lists", "a", ("inputs",), list, fail)
    assert not (tmp_path / "cache" / "lists").exists()


def test_a_cache_that_cannot_be_written_does_no_harm(maker: Maker, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "lists").write_text("a file where the folder should be")
    assert stored("lists", "a", ("inputs",), list, maker) == [1, 2, 3]
