"""What the tests of constructs share: a clock, the type of a result, and how titles are compared."""

from __future__ import annotations

import numpy as np

from twintrack.equations.naming import same_name

Table = dict[str, np.ndarray]
"""Values over time of each element, by its title."""

CONTROL = """
FINAL TIME = 6 ~ Month ~ |
INITIAL TIME = 0 ~ Month ~ |
SAVEPER = TIME STEP ~ Month [0,?] ~ |
TIME STEP = 0.5 ~ Month [0,?] ~ |
"""
TIMES = np.arange(13) * 0.5


def key(title: str) -> str:
    """Give a title in a form in which this package and PySD agree."""
    name, _, elements = title.partition("[")
    return same_name(name) + "[" * bool(elements) + elements.lower()
