"""Tables of worlds, tables of observations, and stores."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from fuzz_place import Case, FaultError, Place, last_line
from hypothesis import strategies as st

WRONG_CELLS = ("", "nan", "inf", "-inf", "1e999", "abc", "3,4", "{a}", "60%", "--", "NULL", "1 2", "#DIV/0!")
TEXTS = (*WRONG_CELLS, "3", "2.4", "1e-3", " 3 ", '"3"', "差距", "1e308", "-5", "0x10", "1_0", "٣", "True")
_TORN = (b"", b",", b"\n", b'"', b"\xff", b"\x00", b";", b"\r", b"\xef\xbb\xbf", b"nan")


@st.composite
def _torn(draw: st.DrawFn, content: bytes) -> bytes:
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(content)))
        end = min(len(content), begin + draw(st.integers(0, 8)))
        content = content[:begin] + draw(st.sampled_from(_TORN) | st.binary(max_size=5)) + content[end:]
    return content


@st.composite
def table_cases(draw: st.DrawFn) -> Case:
    """Draw a table of worlds."""
    rows = [["pace", "strength"], *(["3", "10"], ["2.4", "9"], ["8", "11.5"])]
    way = draw(st.sampled_from(("cell", "column", "bytes", "whole", "any cell", "torn", "good")))
    known = way in ("cell", "column", "bytes", "whole")
    if way in ("cell", "any cell"):
        texts = WRONG_CELLS if known else TEXTS
        rows[draw(st.integers(1, 3))][draw(st.integers(0, 1))] = draw(st.sampled_from(texts))
    if way == "column":
        rows[0][1] = draw(
            st.sampled_from(("pace", "nobody", "catchup_share", "", "{a}", "差距", "strength[x]"))
        )
    content = "\n".join(map(",".join, rows)).encode() + b"\n"
    if way == "bytes":
        content = draw(
            st.sampled_from(
                (content.replace(b"pace", "步伐".encode("gbk")), content.decode().encode("utf-16"))
            )
        )
    if way == "whole":
        content = draw(
            st.sampled_from(
                (b"", b"\n\n", b"pace,strength\n", b"PAR1" + content, b"\x00" * 50, b"pace\n3,4,5\n6\n")
            )
        )
    if way == "torn":
        content = draw(_torn(content))
    command = ("ensemble", "fast", "--worlds", "w.csv", "--years", "2030", "--workers", "1", "--out", "store")
    return Case({"work/w.csv": content}, (command,), wrong="w.csv" if known else "", what=way)


_HISTORY_WRONG: tuple[tuple[int, str], ...] = (
    *((0, text) for text in ("", "abc", "nan", "2024-13-01", "1e999", "1800", "2031")),
    *((1, text) for text in ("", "abc", "nan", "inf", "1e999", "60%")),
    *((2, text) for text in ("abc", "30", "nan", "inf")),
    *((3, text) for text in ("abc", "5", "-inf")),
    *((4, text) for text in ("", "bn CNY", "{a}")),
    *((6, text) for text in ("", "nobody2030")),
)


@st.composite
def history_cases(draw: st.DrawFn) -> Case:
    """Draw a table of observations."""
    rows = [
        ["year", "value", "low", "high", "unit", "definition", "source"],
        ["2024", "24", "20", "28", "months", "months behind", "lee2024"],
        ["2024.5", "22", "18", "26", "months", "months behind", "assumption"],
    ]
    way = draw(st.sampled_from(("cell", "column", "twice", "whole", "any cell", "torn", "good")))
    if way == "cell":
        column, text = draw(st.sampled_from(_HISTORY_WRONG))
        rows[draw(st.integers(1, 2))][column] = text
    if way == "any cell":
        rows[draw(st.integers(1, 2))][draw(st.integers(0, 6))] = draw(st.sampled_from(TEXTS))
    if way == "column":
        rows[0][draw(st.integers(0, 6))] = draw(st.sampled_from(("zz", "run", "", "{a}", "Value", "值")))
    if way == "twice":
        rows[2][0] = "2024"
    content = "\n".join(map(",".join, rows)).encode() + b"\n"
    if way == "whole":
        content = draw(
            st.sampled_from(
                (
                    b"",
                    b"\n",
                    content.decode().encode("utf-16"),
                    content + "差".encode("gbk"),
                    content + b"\x00",
                )
            )
        )
    if way == "torn":
        content = draw(_torn(content))
    known = way in ("cell", "column", "twice", "whole")
    return Case(
        {"content/model/history/gap.csv": content}, (("check",),), wrong="gap.csv:" if known else "", what=way
    )


_OBSERVED_WRONG: tuple[tuple[int, str], ...] = (
    *((0, text) for text in ("", "nobody", "{a}", "Gap")),
    *((1, text) for text in ("", "abc", "nan", "2024-13-01", "1e999", "2031", "2024Q5", "2025.5")),
    *((2, text) for text in ("", "abc", "nan", "inf", "1e999", "60%")),
    *((3, text) for text in ("", "bn CNY", "{a}")),
    *((4, "") for _ in range(1)),
)


@st.composite
def observed_cases(draw: st.DrawFn) -> Case:
    """Draw a table of further observations."""
    rows = [
        ["series", "date", "value", "unit", "publisher"],
        ["gap", "2023.5", "21", "months", "me"],
        ["gap", "2024.25", "22", "months", "you"],
    ]
    way = draw(st.sampled_from(("cell", "column", "whole", "any cell", "torn")))
    if way == "cell":
        column, text = draw(st.sampled_from(_OBSERVED_WRONG))
        rows[draw(st.integers(1, 2))][column] = text
    if way == "any cell":
        rows[draw(st.integers(1, 2))][draw(st.integers(0, 4))] = draw(st.sampled_from(TEXTS))
    if way == "column":
        rows[0][draw(st.integers(0, 4))] = draw(st.sampled_from(("zz", "low", "", "{a}", "Value", "值")))
    content = "\n".join(map(",".join, rows)).encode() + b"\n"
    if way == "whole":
        content = draw(
            st.sampled_from((b"", b"\n", content.decode().encode("utf-16"), content + "差".encode("gbk")))
        )
    if way == "torn":
        content = draw(_torn(content))
    known = way in ("cell", "column", "whole")
    command = ("project", "--observations", "obs.csv", "--at", "2025", "--out", "p.json")
    return Case({"work/obs.csv": content}, (command,), wrong="obs.csv:" if known else "", what=way)


OTHERS: tuple[Any, ...] = (
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
    {},
    {"x": 1},
    10**30,
    "../..",
    "{a}",
)


@st.composite
def store_cases(draw: st.DrawFn) -> Case:
    """Draw a damage to a store: in its manifest, or in some bytes of any file."""
    if draw(st.booleans()):
        keys, other = (
            draw(st.lists(st.integers(0, 30), min_size=1, max_size=5)),
            draw(st.sampled_from(OTHERS)),
        )
        remove = draw(st.booleans())
        return Case(
            call=lambda place: _read(place, _with_manifest(place, keys, other, remove=remove)),
            what="manifest",
        )
    file, where = draw(st.integers(0, 30)), draw(st.floats(0, 1))
    new = draw(st.binary(max_size=8))
    cut = draw(st.sampled_from((False, False, True)))
    return Case(call=lambda place: _read(place, _with_bytes(place, file, where, new, cut=cut)), what="bytes")


def _whole(place: Place) -> dict[str, bytes]:
    """Give the files of a small store, made once for a place."""
    found: dict[str, bytes] | None = getattr(place, "store", None)
    if found is None:
        told = place.program("ensemble", "fast", "open", "--runs", "5", "--workers", "1", "--out", "store")
        assert told.code == 0, told.text
        folder = place.work / "store"
        found = {
            str(one.relative_to(folder)): one.read_bytes()
            for one in sorted(folder.rglob("*"))
            if one.is_file()
        }
        place.store = found  # type: ignore[attr-defined]
    return found


def _with_manifest(place: Place, keys: list[int], other: Any, *, remove: bool) -> dict[str, bytes]:
    files = dict(_whole(place))
    name = next(one for one in files if one.endswith(".json"))
    data = json.loads(files[name])
    here: Any = data
    for step, number in enumerate(keys):
        places = (
            list(here) if isinstance(here, dict) else list(range(len(here))) if isinstance(here, list) else []
        )
        if not places:
            break
        key = places[number % len(places)]
        if step == len(keys) - 1 or not isinstance(here[key], dict | list) or not here[key]:
            if remove:
                del here[key]
            else:
                here[key] = other
            break
        here = here[key]
    return {**files, name: json.dumps(data).encode()}


def _with_bytes(place: Place, file: int, where: float, new: bytes, *, cut: bool) -> dict[str, bytes]:
    files = dict(_whole(place))
    name = sorted(files)[file % len(files)]
    begin = int(where * len(files[name]))
    rest = b"" if cut else files[name][begin + len(new) :]
    return {**files, name: files[name][:begin] + new + rest}


def _read(place: Place, files: dict[str, bytes]) -> None:
    """Read a store by Python, and continue it by the program. Raises FaultError for other numbers."""
    from twintrack import EnsembleResult
    from twintrack.errors import TwinTrackError

    folder = place.work / "store"
    whole = _frame(place)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    try:
        found = EnsembleResult.open(folder).frame()
    except TwinTrackError as error:
        if not str(error).strip():
            raise FaultError("no message", repr(error)) from None
    except Exception as error:
        raise FaultError("traceback", f"{type(error).__name__}: {error} in {last_line(error)}") from error
    else:
        _same_numbers(found, whole)
    words = ("fast", "open", "--runs", "5", "--workers", "1", "--out", "store", "--resume")
    told = place.program("ensemble", *words)
    if told.code not in (0, 1, 2) or (told.code and not told.text.strip()):
        raise FaultError("exit code", f"{told.code}: {told.text[:300]}")


def _frame(place: Place) -> Any:
    from twintrack import EnsembleResult

    found = getattr(place, "frame", None)
    if found is None:
        files, folder = _whole(place), place.work / "store"
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        found = EnsembleResult.open(folder).frame()
        place.frame = found  # type: ignore[attr-defined]
    return found


def _same_numbers(found: Any, whole: Any) -> None:
    """Raise FaultError where a damaged store gives other numbers than the whole one, for the same runs.

    A store whose list of strategies or times was shortened may give fewer rows.
    """
    import numpy as np

    keys = [name for name in ("scenario", "strategy", "world", "time") if name in found.columns]
    one, other = (
        table.astype({"scenario": str, "strategy": str}).set_index(keys) for table in (found, whole)
    )
    shared = one.index.intersection(other.index)
    for column in set(one.columns) & set(other.columns):
        values = [table.loc[shared, column].to_numpy() for table in (one, other)]
        if values[0].dtype.kind == "f" and not np.array_equal(*values, equal_nan=True):
            raise FaultError("silence", f"other numbers in {column}")


@st.composite
def posterior_cases(draw: st.DrawFn) -> Case:
    """Draw a damage to the stored worlds that agree with history."""
    where, new, cut = draw(st.floats(0, 1)), draw(st.binary(max_size=8)), draw(st.integers(0, 4)) == 0
    return Case(call=lambda place: _with_posterior(place, where, new, cut=cut), what="posterior")


def _with_posterior(place: Place, where: float, new: bytes, *, cut: bool) -> None:
    name = "content/model/posterior.parquet"
    whole = _posterior(place)
    begin = int(where * len(whole))
    content = whole[:begin] + new + (b"" if cut else whole[begin + len(new) :])
    with place.holding({name: content}):
        checked = place.program("check")
        if checked.code not in (0, 2) or (checked.code == 2 and "posterior.parquet" not in checked.text):
            raise FaultError("no place", f"check ended with {checked.code}: {checked.text[:300]}")
        ran = place.program("ensemble", "fast", "--runs", "3", "--workers", "1", "--out", "store")
        if ran.code not in (0, 1, 2) or (ran.code and "posterior" not in ran.text):
            raise FaultError("no place", f"ensemble ended with {ran.code}: {ran.text[:300]}")


def _posterior(place: Place) -> bytes:
    """Give the file of a small posterior, made once for a place."""
    found: bytes | None = getattr(place, "posterior", None)
    if found is None:
        import numpy as np
        import pandas as pd

        import twintrack
        from twintrack.worlds.basis import basis_of
        from twintrack.worlds.posterior import PosteriorRecord, write_posterior
        from twintrack.worlds.sampling import sampled

        model = twintrack.load(place.content)
        rows = np.linspace(0.5, 1, 20)
        world = {name: model.world[name] for name in sampled(model.world)}
        table = pd.DataFrame({name: one.low + (one.high - one.low) * rows for name, one in world.items()})
        path = place.work / "posterior.parquet"
        write_posterior(path, table, PosteriorRecord(**asdict(basis_of(model)), seed=7))
        found = path.read_bytes()
        path.unlink()
        place.posterior = found  # type: ignore[attr-defined]
    return found
