"""The Vensim functions that are understood, by the name that PySD's reader gives them."""

from __future__ import annotations

OPERATORS = {
    "+": "add",
    "-": "subtract",
    "*": "multiply",
    "/": "divide",
    "^": "power",
    "=": "equal",
    "<>": "not_equal",
    "<": "less",
    "<=": "less_equal",
    ">": "greater",
    ">=": "greater_equal",
    ":AND:": "and",
    ":OR:": "or",
    ":NOT:": "not",
    "negative": "negative",
}

LOGICAL = frozenset(
    {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "and", "or", "not"}
)

REDUCERS = frozenset({"sum", "prod", "vmin", "vmax"})

ARGUMENTS = {
    "abs": 1,
    "arccos": 1,
    "arcsin": 1,
    "arctan": 1,
    "cos": 1,
    "cosh": 1,
    "exp": 1,
    "if_then_else": 3,
    "integer": 1,
    "ln": 1,
    "log": 2,
    "max": 2,
    "min": 2,
    "modulo": 2,
    "power": 2,
    "pulse": 2,
    "pulse_train": 4,
    "quantum": 2,
    "ramp": 3,
    "sin": 1,
    "sinh": 1,
    "sqrt": 1,
    "step": 2,
    "tan": 1,
    "tanh": 1,
    "xidz": 3,
    "zidz": 2,
}
"""Number of arguments of each element-by-element function."""

TIME_DEPENDENT = frozenset({"pulse", "pulse_train", "ramp", "step"})
"""Functions that read the current time."""
