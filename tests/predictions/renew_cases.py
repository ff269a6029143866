"""Write the sentence `Found: ...` and the margins of the cases of predictions anew, as the model is now.

    python tests/predictions/renew_cases.py [p01 ...]

A margin becomes half of the least that is found on the side that the case names. Where something is found on
the other side the margin stays and the case is named: a person decides what the model now says.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import twintrack

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))

from prediction_cases import (
    Agreement,
    Bench,
    Case,
    Change,
    Foremost,
    Interaction,
    Judge,
    Level,
    Near,
    read_case,
)

CASES = Path(__file__).parents[1] / "cases" / "predictions"
WIDTH = 100
FOUND = re.compile(r"Found: .*?\.(?= [A-Z]|$)")
MARGIN = re.compile(r"by:\s+[\d.e+-]+")


def in_words(values: Sequence[Any]) -> str:
    """Give "a", "a and b" or "a, b and c"."""
    *first, last = map(str, values)
    return f"{', '.join(first)} and {last}" if first else last


def rounded(value: float, digits: int = 2) -> float:
    """Round to a number of significant digits."""
    return float(f"{value:.{digits}g}")


def signed(values: np.ndarray) -> str:
    """Give differences with their signs, two digits each."""
    return in_words([f"{rounded(value):+,.6g}" for value in values])


def differences(comparison: Any, bench: Judge) -> np.ndarray:
    """Give what the comparison looks at, one for each year, before its sign and margin."""
    names = [name for key in ("a", "b", "c", "d") if (name := getattr(comparison, key, None))]
    values: list[np.ndarray] = [
        np.asarray(bench.values(name, comparison.outcome, comparison.years)) for name in names
    ]
    if isinstance(comparison, Change):
        return values[0] - np.asarray(bench.values(names[0], comparison.outcome, [comparison.since]))
    if isinstance(comparison, Interaction):
        return (values[0] - values[1]) - (values[2] - values[3])
    return values[0] - values[1]


def told(comparison: Any, bench: Judge) -> str:
    """Give what one comparison finds."""
    if isinstance(comparison, Agreement | Foremost):
        share = comparison.excess(bench)[0] * (1 if comparison.relation == "higher" else -1) + comparison.than
        kind = "the middling order" if isinstance(comparison, Agreement) else "the commonest best road"
        return f"{kind} in {share:.0%} of draws"
    years = in_words([f"{year:g}" for year in comparison.years])
    if isinstance(comparison, Level):
        values = bench.values(comparison.a, comparison.outcome, comparison.years)
        return f"{comparison.outcome} {in_words([f'{rounded(v, 3):g}' for v in values])} in {years}"
    found = differences(comparison, bench)
    if isinstance(comparison, Near):
        return f"within {rounded(float(np.abs(found).max())):g} in {comparison.outcome} in {years}"
    if isinstance(comparison, Interaction):
        return f"an interaction of {signed(found)} in {comparison.outcome} in {years}"
    start = f"{comparison.outcome} {signed(found)} in {years}"
    if isinstance(comparison, Change):
        return f"{start} against {comparison.since:g} ({comparison.a})"
    return f"{start} ({comparison.a} less {comparison.b})"


def margin(comparison: Any, bench: Judge) -> float:
    """Give half of the least that is found on the named side; today's margin where that is not above 0."""
    least = float((differences(comparison, bench) * (1 if comparison.relation == "higher" else -1)).min())
    half = rounded(np.nextafter(least / 2, 0))
    return half if half > 0 else float(comparison.by)


def renewed(text: str, case: Case, bench: Judge) -> str:
    """Give the text of a case with the sentence and the margins that the model finds today."""
    before, why, after = re.split(r"(?<=\nwhy: >-\n)((?:  .*\n)+)", text, maxsplit=1)
    found = f"Found: {'; '.join(told(one, bench) for one in case.comparisons)}."
    said = FOUND.sub(lambda _: found, " ".join(why.split()), count=1)
    lines = textwrap.wrap(
        said,
        WIDTH,
        initial_indent="  ",
        subsequent_indent="  ",
        break_on_hyphens=False,
        break_long_words=False,
    )
    margins = iter([margin(one, bench) for one in case.comparisons if hasattr(one, "by")])
    return before + "\n".join(lines) + "\n" + MARGIN.sub(lambda _: f"by: {next(margins):g}", after)


def main(asked: Sequence[str]) -> None:
    """Renew the cases whose names begin with one of those asked for, or all."""
    model = twintrack.load()
    for path in sorted(CASES.glob("*.yaml")):
        if not path.stem.startswith(tuple(asked) or ""):
            continue
        case = read_case(path)
        bench = Bench(model, case)
        path.write_text(renewed(path.read_text(encoding="utf-8"), case, bench), encoding="utf-8")
        holds = all((one.excess(bench) > 0).all() for one in read_case(path).comparisons)
        if holds == (case.unreachable is not None):
            turned = "holds, and is said to be unreachable" if holds else "does not hold"
            sys.stdout.write(f"{path.stem}: {turned}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
