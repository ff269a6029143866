"""A store that is damaged, or made by a stranger, ends in a message and never in other numbers."""

from __future__ import annotations

import copy
import json
import multiprocessing
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from store_helpers import content_of, parts_of

from twintrack import EnsembleResult
from twintrack.errors import InputError, TwinTrackError
from twintrack.runs.manifest_shape import shape_faults
from twintrack.runs.store import MANIFEST, Store

pytestmark = pytest.mark.slow

Run = Callable[..., EnsembleResult]
OTHERS: list[Any] = [
    None,
    "x",
    "",
    -1,
    0,
    3.5,
    1e308,
    True,
    [],
    [1],
    [[1]],
    [["x", "y"]],
    {},
    {"x": 1},
    10**30,
]


@pytest.fixture
def small(run: Run) -> EnsembleResult:
    return run("small", worlds=5)


def places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in a manifest; of long lists, and of the many parameters, the first ones."""
    items = list(
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, inner in items[:3] if above else items:
        yield (*above, key)
        yield from places(inner, (*above, key))


def changed(manifest: Any, place: tuple[Any, ...], value: Any, *, remove: bool = False) -> Any:
    result = copy.deepcopy(manifest)
    inner = result
    for key in place[:-1]:
        inner = inner[key]
    if remove:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    return result


def used(folder: Path) -> np.ndarray[Any, Any]:
    """Everything that a reader asks of a store."""
    store = EnsembleResult.open(folder)
    repr(store)
    store.runs_not_finite()
    store.worlds()
    store.frame()
    return np.concatenate([array.to_numpy().ravel() for array in store.dataset().values()])


def test_a_manifest_that_the_program_wrote_has_the_shape(small: EnsembleResult) -> None:
    assert list(shape_faults(small.manifest)) == []


def test_every_damage_of_a_manifest_ends_in_a_message_or_changes_no_number(
    small: EnsembleResult, run: Run
) -> None:
    path = small.folder / MANIFEST
    whole = path.read_text(encoding="utf-8")
    manifest, numbers = json.loads(whole), used(small.folder)
    told = 0
    for place in places(manifest):
        others = random.Random(str(place)).sample(OTHERS, 4)
        cases = [changed(manifest, place, None, remove=True)]
        cases += [changed(manifest, place, value) for value in others]
        for case in cases:
            path.write_text(json.dumps(case), encoding="utf-8")
            try:
                assert set(used(small.folder)) <= set(numbers)  # fewer where a name is gone, never others
            except TwinTrackError as error:
                told += 1
                assert str(small.folder) in str(error)
    assert told > 100


def test_every_damage_of_a_manifest_is_told_when_it_is_continued(small: EnsembleResult, run: Run) -> None:
    path = small.folder / MANIFEST
    whole = path.read_text(encoding="utf-8")
    manifest = json.loads(whole)
    for place in places(manifest):
        if place[0] in ("created", "machine", "python", "replaced files"):
            continue
        for value in random.Random(str(place)).sample(OTHERS, 2):
            case = changed(manifest, place, value)
            if case == manifest:
                continue
            path.write_text(json.dumps(case), encoding="utf-8")
            with pytest.raises(InputError):
                run("small", worlds=5, resume=True)
    path.write_text(whole, encoding="utf-8")
    run("small", worlds=5, resume=True)


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, "null", "[]", "1", '"x"', "{}", "\ufeff{}", '{"format": 1}']
)
def test_a_manifest_that_is_none_is_told(small: EnsembleResult, run: Run, text: str) -> None:
    (small.folder / MANIFEST).write_text(text, encoding="utf-8")
    for call in (lambda: EnsembleResult.open(small.folder), lambda: run("small", worlds=5, resume=True)):
        with pytest.raises(InputError, match=r"manifest\.json"):
            call()


@pytest.mark.parametrize("name", ["worlds.parquet", "part"])
def test_every_damage_of_a_table_ends_in_a_message_and_is_mended(
    small: EnsembleResult, run: Run, name: str
) -> None:
    path = small.folder / name if name != "part" else parts_of(small.folder)[0]
    whole, numbers, files = path.read_bytes(), used(small.folder), content_of(small.folder)
    draw = random.Random(name)
    cases = [b"", b"PAR1", whole[: len(whole) // 2], whole[:-9], b"PAR1" + whole[4:-4][::-1] + b"PAR1"]
    for _ in range(100):
        case = bytearray(whole)
        for _ in range(draw.choice((1, 1, 8))):
            case[draw.randrange(len(case))] ^= 1 << draw.randrange(8)
        cases.append(bytes(case))
    told = 0
    for case in cases:
        path.write_bytes(case)
        try:
            np.testing.assert_array_equal(used(small.folder), numbers)
        except TwinTrackError as error:
            told += 1
            assert "mend it with --resume" in str(error)
    assert told > 50
    run("small", worlds=5, resume=True)
    assert content_of(small.folder) == files


def test_worlds_of_another_store_are_refused(small: EnsembleResult, run: Run) -> None:
    other = run("other", worlds=7)
    shutil.copy(other.folder / "worlds.parquet", small.folder / "worlds.parquet")
    with pytest.raises(TwinTrackError, match=r"7 worlds in 1 groups, which are others"):
        small.worlds()


def test_what_others_put_into_a_store_stays(small: EnsembleResult, run: Run) -> None:
    deep = parts_of(small.folder)[0].parent
    mine = [
        small.folder / ".notes.tmp",
        small.folder / "notes.txt",
        deep / "part-00000-mine.parquet",
        deep / ".part-00000-mine.parquet.tmp",
        deep / "part-x-y.parquet",
    ]
    for path in mine:
        path.write_text("mine")
    numbers = used(small.folder)
    run("small", worlds=5, resume=True)
    assert all(path.read_text() == "mine" for path in mine)
    np.testing.assert_array_equal(used(small.folder), numbers)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_link_in_a_store_leads_nothing_outside(
    small: EnsembleResult, run: Run, tmp_path: Path, level: int
) -> None:
    folder = [small.folder / "runs", *(parts_of(small.folder)[0].parents[place] for place in (1, 0))][level]
    outside = tmp_path / "outside"
    outside.mkdir()
    shutil.rmtree(folder)
    folder.symlink_to(outside)
    with pytest.raises(InputError, match="is a link"):
        run("small", worlds=5, resume=True)
    assert not list(outside.iterdir())


def _enter(folder: Path, manifest: Any, start: Any, results: Any) -> None:
    start.wait()
    try:
        with Store.writing(folder, manifest, resume=False, tell=lambda _: None):
            results.put("in")
            start.wait()
    except TwinTrackError as error:
        results.put(str(error))
        start.wait()


def test_of_two_that_begin_a_store_at_once_one_gets_in(small: EnsembleResult, tmp_path: Path) -> None:
    methods = multiprocessing.get_context("fork")
    for number in range(20):
        start, results = methods.Barrier(2), methods.Queue()
        given = (tmp_path / f"store{number}", small.manifest, start, results)
        both = [methods.Process(target=_enter, args=given) for _ in range(2)]
        for process in both:
            process.start()
        answers = [results.get(timeout=20) for _ in both]
        for process in both:
            process.join(20)
        assert answers.count("in") == 1, answers
        assert "another process is writing to this store" in "".join(answers)
