"""The frozen table: shares of worlds by pair, year and ceiling of the scale route, which tests compare with.

It is a regression test of what the model concludes. Worlds are drawn from the prior, so that the table
follows from equations, priors, strategies and levers alone, and not from a calibration. A change of one of
them that moves a share renews the table, and `docs/model_book.md` says why.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import pandas as pd

import twintrack
from question.asked import OUTCOMES, PAIRS, SCALE, YEARS
from twintrack.decisions.pairs import PairQuestion, shares_by_setting
from twintrack.model import Model
from twintrack.resources import atomic_write

FILE = Path(__file__).parents[1] / "tests" / "data" / "frozen_shares.csv"
CEILINGS = (11.0, 14.0, 18.0, 26.0)
WORLDS = 300
SEED = 1

HEADER = "first,second,outcome,year,scale_ceiling,worlds,share"


def frozen_table(model: Model) -> str:
    """Give the table of a model as CSV: the share of worlds in which the first is better, to two decimals.

    Ties count one half; `worlds` counts those in which both strategies have a number.
    """
    question = PairQuestion(PAIRS, OUTCOMES, YEARS)
    worlds = model.draw_worlds(WORLDS, SEED, prior=True)
    settings = {f"{ceiling:g}": {SCALE: ceiling} for ceiling in CEILINGS}
    table = shares_by_setting(model, question, worlds, settings)
    return "\n".join([HEADER, *_lines(table)]) + "\n"


def differences(before: str, now: str) -> list[str]:
    """Give a line for each row that differs between two tables; what stands in one only is told too."""
    old, new = before.splitlines(), now.splitlines()
    if [_key(line) for line in old] == [_key(line) for line in new]:
        changed = [(a, b) for a, b in zip_longest(old, new) if a != b]
        return [f"{_key(a)}: {_value(a)}, now {_value(b)}" for a, b in changed]
    gone = [f"no longer there: {line}" for line in old if line not in new]
    return gone + [f"new: {line}" for line in new if line not in old]


def _lines(table: pd.DataFrame) -> Iterator[str]:
    ordered = table.sort_values(["first", "second", "outcome", "year"], kind="stable")
    for row in ordered.to_dict("records"):
        names = [row["first"], row["second"], row["outcome"], f"{row['year']:.0f}", row["setting"]]
        yield ",".join([*names, str(row["worlds"]), f"{row['share']:.2f}"])


def _key(line: str) -> str:
    return ",".join(line.split(",")[:5])


def _value(line: str) -> str:
    worlds, share = line.split(",")[5:]
    return f"{share} of {worlds}"


def main() -> None:
    """Write the table of this checkout's model, and tell what moved."""
    before = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
    now = frozen_table(twintrack.load(FILE.parents[2]))
    atomic_write(FILE, now)
    sys.stdout.writelines(f"{line}\n" for line in differences(before, now))


if __name__ == "__main__":
    main()
