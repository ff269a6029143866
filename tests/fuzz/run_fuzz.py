"""`make fuzz`: many inputs of each kind, with counts of them and of faults; Ctrl-C ends early."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

from fuzz_kinds import FEWER, KINDS
from fuzz_place import Case, FaultError, Place, judge, working_in
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.configuration import set_hypothesis_home_dir


class Tally:
    """What was tried of one kind, and what it brought to light."""

    def __init__(self) -> None:
        self.tried = 0
        self.wrong = 0
        self.faults: Counter[str] = Counter()
        self.first: dict[str, str] = {}

    def add(self, case: Case, fault: FaultError | None) -> None:
        """Count one input."""
        self.tried += 1
        self.wrong += bool(case.wrong)
        if fault is not None:
            self.faults[fault.kind] += 1
            shown = f"{fault}\n  {case!r}"
            key = f"{fault.kind} {str(fault)[:60]}"
            if len(shown) < len(self.first.get(key, shown + "x")):
                self.first[key] = shown


def fuzz(kind: str, place: Place, inputs: int, first: int, tally: Tally) -> None:
    """Try inputs of a kind; all faults are counted, and none ends the search."""

    @seed(first)
    @settings(
        max_examples=inputs,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(KINDS[kind])
    def one(case: Case) -> None:
        fault = None
        try:
            judge(place, case)
        except FaultError as found:
            fault = found
        tally.add(case, fault)

    one()


def main() -> int:
    """Fuzz the kinds that are asked for, all by default; 1 where there are faults."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("inputs", type=int, nargs="?", default=10_000, help="inputs of each kind")
    parser.add_argument("--kinds", nargs="*", choices=KINDS, default=list(KINDS))
    parser.add_argument("--seed", type=int, default=int(time.time()), help="by default another one each time")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"seed {asked.seed}", flush=True)
    faults = 0
    try:
        with tempfile.TemporaryDirectory() as folder:
            set_hypothesis_home_dir(Path(folder) / "hypothesis")
            place = Place(Path(folder) / "place")
            with working_in(place):
                for kind in asked.kinds:
                    faults += _told(kind, place, max(1, asked.inputs // FEWER.get(kind, 1)), asked.seed)
    except KeyboardInterrupt:
        print("interrupted")
        return 130
    return 1 if faults else 0


def _told(kind: str, place: Place, inputs: int, first: int) -> int:
    tally, begin = Tally(), time.monotonic()
    try:
        fuzz(kind, place, inputs, first, tally)
    finally:
        found = ", ".join(f"{count} {name}" for name, count in tally.faults.items()) or "0 faults"
        seconds = time.monotonic() - begin
        print(
            f"{kind}: {tally.tried} tried, {tally.wrong} known to be wrong, {found}, {seconds:.0f} s",
            flush=True,
        )
        for shown in tally.first.values():
            print(f"  {shown}", flush=True)
    return sum(tally.faults.values())


if __name__ == "__main__":
    sys.exit(main())
