"""A model as large as the world models of the 1970s, made up here, for which no file has to be had.

It has 27 stocks that grow and decline, 50 lookups of 5 to 11 points, 180 equations that change with time,
and 400 steps. Its one outcome needs all of them. The text is the same on every machine.
"""

from __future__ import annotations

from collections import deque
from pathlib import Path
from random import Random

STOCKS, LOOKUPS, FACTORS = 27, 50, 48
OUTCOME = "mean_level"

_CONTROL = """INITIAL TIME = 1900 ~ Year ~ |
FINAL TIME = 2100 ~ Year ~ |
TIME STEP = 0.5 ~ Year ~ |
SAVEPER = 1 ~ Year ~ |
"""


def write_synthetic(path: Path) -> Path:
    """Write the model file and give its path."""
    path.write_text(synthetic_text(), encoding="utf-8")
    return path


def synthetic_text() -> str:
    """Give the text of the model file."""
    random = Random(1972)
    levels = [f"level {number}" for number in range(1, STOCKS + 1)]
    known = list(levels)
    unused = deque(levels)
    lines = []

    def constant(name: str, low: float, high: float) -> str:
        lines.append(f"{name} = {random.uniform(low, high):.4f}")
        return name

    kinds = ["effect"] * LOOKUPS + ["factor"] * FACTORS
    random.shuffle(kinds)
    for number, kind in enumerate(kinds, 1):
        # The first input is something that nothing has needed so far: in the end everything is needed.
        name, first, second = f"{kind} {number}", unused.popleft(), random.choice(known)
        if kind == "effect":
            lines.append(f"table {number}({_points(random)})")
            lines.append(f"{name} = table {number}({first})")
        else:
            weight = constant(f"weight {number}", 0.2, 0.8)
            lines.append(f"{name} = {_factor(random, first, second, weight)}")
        known.append(name)
        unused.append(name)
    for number, level in enumerate(levels, 1):
        rate, start = constant(f"rate {number}", 0.01, 0.05), constant(f"start {number}", 0.5, 1.5)
        lines.append(f"growth {number} = {rate}*{level}*{unused.popleft()}")
        lines.append(f"decline {number} = {rate}*{level}*{level}*{random.choice(known)}")
        lines.append(f"{level} = INTEG(growth {number} - decline {number}, {start})")
    lines.append(f"{OUTCOME.replace('_', ' ')} = ({' + '.join(levels)})/{STOCKS}")
    return "{UTF-8}\n" + "".join(f"{line} ~ Dmnl ~ |\n" for line in lines) + _CONTROL


def _factor(random: Random, first: str, second: str, weight: str) -> str:
    """Give a formula of two positive inputs whose value stays of their size."""
    return random.choice(
        [
            f"{weight}*{first} + (1-{weight})*{second}",
            f"2*{first}/({first} + {weight}*{second})",
            f"MIN({first}, {second} + {weight})",
            f"MAX({weight}*{first}, {second}/2)",
            f"IF THEN ELSE({first} > {second}, {first}, {weight} + {second}/2)",
        ]
    )


def _points(random: Random) -> str:
    count = random.randint(5, 11)
    return ", ".join(f"({3 * k / (count - 1):.4f},{random.uniform(0.4, 1.6):.4f})" for k in range(count))
