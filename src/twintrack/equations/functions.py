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

ROUNDING = frozenset({"integer", "modulo", "quantum"})
"""Functions that jump where their argument passes a whole number: its last digit counts."""

VECTOR_FUNCTIONS = {
    "invert_matrix": 2,
    "vector_elm_map": 2,
    "vector_rank": 2,
    "vector_reorder": 2,
    "vector_select": 5,
    "vector_sort_order": 2,
}
"""Number of arguments of each function of whole vectors."""

LOOKUP_FUNCTIONS = ("lookup_backward", "lookup_extrapolate", "lookup_forward", "lookup_invert")
"""Functions whose first argument is a lookup."""

REFUSED = {
    "random": "random numbers are not drawn, and what is in a macro cannot be given",
    "get_time_value": "clock and calendar are not read; write a formula of Time instead",
    "get_": "functions of data are not computed",
    "a_function_of": "the equation is not finished",
}
"""Beginnings of functions that are known and not computed, and what is said of them."""

STATEFUL_FUNCTIONS = (
    *("integ", "initial", "sample_if_true", "trend", "forecast"),
    *("smooth", "smoothi", "smooth3", "smooth3i", "smooth_n"),
    *("delay1", "delay1i", "delay3", "delay3i", "delay_n", "delay_fixed"),
)
"""Functions that become states; PySD's reader tells them apart by the kinds of their syntax trees."""

SPECIAL_FUNCTIONS = (
    *("active_initial", "elmcount", "game", "tabbed_array", "with_lookup"),
    *("allocate_available", "allocate_by_priority"),
)
"""Functions with a syntax of their own."""
