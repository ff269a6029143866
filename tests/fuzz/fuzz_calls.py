"""Calls of the Python interface with arguments of any type."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from fuzz_place import Case, FaultError, Place, has_place, last_line
from hypothesis import strategies as st

NUMBERS: tuple[Any, ...] = (
    0.5,
    1,
    Decimal("0.5"),
    Fraction(1, 2),
    np.float32(0.5),
    np.array(0.5),
    np.int64(1),
)
DATED: tuple[Any, ...] = (
    {2026: 0.5, 2030: 0.6},
    pd.Series({2026: 0.5, 2030: 0.6}),
    {"2026-07-01": 0.5},
    {2026: Decimal("0.5")},
)
WRONG: tuple[Any, ...] = (
    *(
        None,
        True,
        np.True_,
        "abc",
        "{a}",
        b"0.5",
        float("nan"),
        float("inf"),
        1e300,
        -1,
        1j,
        [],
        [0.5],
        (1, 2),
        {},
        set(),
        object(),
    ),
    *(
        np.array([0.5, 0.6]),
        np.array("a"),
        pd.Series(dtype=float),
        pd.Series({"a": 1.0}),
        pd.DataFrame({"a": [1]}),
        pd.NaT,
    ),
    *(
        pd.NA,
        {2026: None},
        {None: 0.5},
        {2026: [1]},
        {2026: 0.5, "2026": 0.6},
        {2020: 0.5},
        {float("nan"): 0.5},
        Decimal("NaN"),
        len,
    ),
)
"""What cannot be the value of a share."""
TABLES: tuple[Any, ...] = (
    pd.DataFrame({"pace": [3.0, 4.0]}),
    pd.DataFrame({"pace": [3.0, np.nan]}),
    pd.DataFrame({"pace": [np.inf]}),
    pd.DataFrame({"pace": ["a"]}),
    pd.DataFrame({"pace": [None]}),
    pd.DataFrame({"pace": [1j]}),
    pd.DataFrame({"pace": [True]}),
    pd.DataFrame({"nobody": [1.0]}),
    pd.DataFrame({1: [1.0]}),
    pd.DataFrame([[1.0, 2.0]], columns=["pace", "pace"]),
    pd.DataFrame({"pace": []}),
    pd.DataFrame({"pace": pd.array([3, None], dtype="Int64")}),
    pd.DataFrame(),
)
WRONG_TABLES = frozenset({1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12})
ANY: tuple[Any, ...] = (
    *WRONG,
    *NUMBERS,
    *DATED,
    *(
        "fast",
        "open",
        "baseline",
        "central",
        "0.6 fast + 0.4 open",
        "native",
        "numpy",
        "",
        "a" * 3000,
        "差距",
        "\udcff",
        Path("x"),
    ),
    *(
        ["fast"],
        ["fast", "fast"],
        ("fast", "open"),
        {"mine": "fast"},
        {"mine": 5},
        [None],
        iter(["fast"]),
        ["fast", 5],
        10**30,
    ),
    *(
        {"pace": 3},
        {"pace": None},
        {"nobody": 1},
        {1: 2},
        {"pace": {2026: 3}},
        3,
        2026,
        2030.5,
        "yearly",
        ["frontier_gap_months"],
    ),
)


def values() -> st.SearchStrategy[Any]:
    """Any value that somebody could give."""
    return (
        st.sampled_from(ANY)
        | st.floats()
        | st.integers()
        | st.text(max_size=8)
        | st.lists(st.integers(), max_size=2)
    )


def _model(place: Place) -> Any:
    import twintrack

    found = getattr(place, "model", None)
    if found is None:
        found = twintrack.load(place.content)
        place.model = found  # type: ignore[attr-defined]
    return found


METHODS: dict[str, tuple[str, ...]] = {
    "run": ("strategy", "scenario", "world", "engine", "time_step", "catchup_share", "representative"),
    "compare": ("strategies", "scenario", "world", "catchup_share"),
    "ensemble": ("strategies", "scenarios", "worlds", "seed", "outputs", "prior"),
    "draw_worlds": ("worlds", "seed", "prior"),
    "sample_worlds": ("worlds", "seed"),
    "explain": ("name",),
}
NEEDED: dict[str, dict[str, Any]] = {
    "compare": {"strategies": ["fast"]},
    "ensemble": {"strategies": ["fast"], "worlds": 3},
    "draw_worlds": {"worlds": 3},
    "sample_worlds": {"worlds": 3},
    "explain": {"name": "gap"},
}


@st.composite
def call_cases(draw: st.DrawFn) -> Case:
    """Draw a call."""
    way = draw(st.sampled_from(("wrong lever", "wrong table", "good lever", "any", "any", "any", "any")))
    if way == "wrong lever":
        value = draw(st.sampled_from(WRONG))
        return _called("run", {"catchup_share": value}, wrong="catchup_share")
    if way == "good lever":
        return _called("run", {"catchup_share": draw(st.sampled_from((*NUMBERS, *DATED)))}, good=True)
    if way == "wrong table":
        place = draw(st.sampled_from(sorted(WRONG_TABLES)))
        return _called("ensemble", {"strategies": "fast", "worlds": TABLES[place]}, wrong="worlds")
    method = draw(st.sampled_from(sorted(METHODS)))
    names = draw(st.lists(st.sampled_from(METHODS[method]), min_size=1, max_size=3, unique=True))
    given = {**NEEDED.get(method, {}), **{name: draw(values()) for name in names}}
    # So many worlds are no fault, but take their time.
    given = {name: 5 if _many(name, value) else value for name, value in given.items()}
    return _called(method, given)


def _many(name: str, value: Any) -> bool:
    return name == "worlds" and isinstance(value, int | np.integer) and value > 1000


def _called(method: str, given: dict[str, Any], *, wrong: str = "", good: bool = False) -> Case:
    what = f"{method}({', '.join(f'{name}={_shown(value)}' for name, value in given.items())})"
    return Case(call=_call(method, given, what, wrong=wrong, good=good), wrong=wrong, what=what)


def _shown(value: Any) -> str:
    return f"{type(value).__name__} {value!r}"[:120]


def _call(
    method: str, given: dict[str, Any], what: str, *, wrong: str, good: bool
) -> Callable[[Place], None]:
    def call(place: Place) -> None:
        from twintrack.errors import InputError, TwinTrackError

        try:
            getattr(_model(place), method)(**given)
        except InputError as error:
            if good or not all(map(has_place, str(error).split("\n"))):
                raise FaultError("wrong refusal" if good else "no place", f"{what}: {error}") from None
            if wrong and wrong not in str(error):
                raise FaultError("no place", f"{what}: {error}") from None
        except TwinTrackError as error:
            if wrong or good:
                raise FaultError("exit code", f"{what}: {error}") from None
        except Exception as error:
            raise FaultError(
                "traceback", f"{what}: {type(error).__name__}: {error} in {last_line(error)}"
            ) from error
        else:
            if wrong:
                raise FaultError("silence", what)

    return call
