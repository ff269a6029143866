"""What equations hold beside functions of single elements: whole vectors, reductions, lookups and states.

Functions of whole vectors have their forms in the engines, under the names that stand here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from twintrack.equations import units_rules as units

REDUCERS = {"sum": "add", "prod": "multiply", "vmin": "min", "vmax": "max"}
"""Functions of all elements along marked subscripts, and the operation that joins two of them."""


@dataclass(frozen=True)
class VectorFunction:
    """A function of whole vectors.

    Attributes:
        arguments: What the arguments are called, as users write them.
        documentation: One line for users.
        units: Gives the unit of the result and tells faults; None where simpler functions take its place when
            the equation is read, so that engines never meet it.
        called: It is written as other functions are; the rest has a syntax of its own.
        jumps: It jumps where two elements change places.
    """

    arguments: tuple[str, ...]
    documentation: str
    units: units.Rule | None
    called: bool = True
    jumps: bool = False


VECTORS = {
    "vector_select": VectorFunction(
        ("selection", "vector", "missing", "action", "error action"), "what is selected, put together", None
    ),
    "vector_elm_map": VectorFunction(("element", "offset"), "the element that lies so far behind", None),
    "vector_lookup": VectorFunction(
        ("vector", "x", "xmin", "xmax", "mode"), "the array as a lookup of evenly spaced points", None
    ),
    "vector_sort_order": VectorFunction(
        ("vector", "direction"), "where the first, second, ... stands, from 0", units.truth, jumps=True
    ),
    "vector_rank": VectorFunction(
        ("vector", "direction"), "which each element is in order, from 1", units.truth, jumps=True
    ),
    "vector_reorder": VectorFunction(("vector", "order"), "the elements in another order", units.first),
    "invert_matrix": VectorFunction(("matrix", "size"), "the inverse of a square matrix", units.inverse),
    "allocate_available": VectorFunction(
        ("request", "priority", "available"),
        "what each gets at the price that clears",
        units.first,
        called=False,
    ),
    "allocate_by_priority": VectorFunction(
        ("request", "priority", "size", "width", "supply"),
        "what each gets in turn",
        units.first,
        called=False,
    ),
    "marketp": VectorFunction(
        ("request", "priority", "size", "width", "supply"),
        "the priority that gives out the supply",
        units.priced,
    ),
    "alloc_p": VectorFunction(
        ("request", "priority", "width", "market"), "what a request gets at a market priority", None
    ),
    "find_market_price": VectorFunction(
        ("demand", "curve", "supply", "curve"), "the price at which demand and supply are equal", units.priced
    ),
    "demand_at_price": VectorFunction(("quantity", "curve", "price"), "what is asked for at a price", None),
    "supply_at_price": VectorFunction(("capacity", "curve", "price"), "what is supplied at a price", None),
}
"""Functions of whole vectors by name."""

_Form = TypeVar("_Form")


def forms_of_vectors(forms: Mapping[str, _Form]) -> dict[str, _Form]:
    """Give an engine's forms. Raises TypeError that names a function that has none, or a form without one."""
    wanted = {name for name, item in VECTORS.items() if item.units is not None}
    for name in sorted(wanted ^ forms.keys()):
        message = (
            f"{name} has no form in an engine" if name in wanted else f"{name} is no function of vectors"
        )
        raise TypeError(message)
    return dict(forms)


@dataclass(frozen=True)
class Remembering:
    """A function with a memory that is written as others are: its arguments, and a line for users."""

    arguments: tuple[str, ...]
    documentation: str


MEMORY = {
    "random_pink_noise": Remembering(
        ("mean", "deviation", "time", "seed"), "normal noise that is correlated over a time"
    ),
    "random_lookup": Remembering(
        ("lookup", "min", "max", "shift", "stretch", "seed"), "as dense as a lookup is high"
    ),
    "sinteg": Remembering(
        ("rate", "initial", "min", "max", "quant", "spec", "thresh"),
        "a stock within limits, at multiples of quant, and at spec where it is near it; `:NA:` for no limit",
    ),
    "npv": Remembering(
        ("stream", "rate", "initial", "factor"), "present value of a stream up to now, this step with it"
    ),
    "npve": Remembering(
        ("stream", "rate", "initial", "factor"), "the same, each step counted at its end as spreadsheets do"
    ),
    "depreciate_straightline": Remembering(
        ("stream", "life", "period", "initial"), "what is spent, written off evenly by fiscal periods"
    ),
    "depreciate_by_schedule": Remembering(
        ("stream", "schedule", "initial", "life", "start"),
        "what is spent, written off by a schedule of periods",
    ),
    "internal_rate_of_return": Remembering(
        ("stream", "period", "initial", "time"),
        "the rate for a fiscal period at which all until now is worth nothing; `:NA:` where there is none",
    ),
    "delayp": Remembering(
        ("input", "time: pipeline"), "a delay of order 3; behind the colon the name of what is under way"
    ),
    "delay_conveyor": Remembering(
        ("input", "time", "leakage", "profile", "initial", "initial time"),
        "a conveyor: what is on it leaks, and what was on it at first comes out by a profile",
    ),
    "shift_if_true": Remembering(
        ("stock", "condition", "size", "gathered", "entering"), "elements of a stock move on by one"
    ),
    "delay_information": Remembering(
        ("input", "time", "initial"), "a pipeline whose time may change; the latest counts, and is held"
    ),
    "delay_material": Remembering(
        ("input", "time", "initial", "missing"), "a pipeline whose time may change; what meets is added up"
    ),
}
"""Functions with a memory by name; those that PySD's grammar knows are told on the page itself."""

LOOKUP_FUNCTIONS = (
    "lookup_area",
    "lookup_backward",
    "lookup_extrapolate",
    "lookup_forward",
    "lookup_invert",
    "lookup_slope",
)
"""Functions whose first argument is a lookup."""

_UNSETTLED = "Vensim's manual gives no formula for it; "
_SOLVED = "equations that need one another are not solved; write the solution as a formula"
_QUEUES = "queues and batches are not computed; write stocks and flows"

REFUSED = {
    "a_function_of": "the equation is not finished; write it",
    "get_vdf_": "write GET DIRECT DATA, or name the .vdf by --data",
    "get_123_": "save the file as .xlsx, and write GET XLS",
    "get_odbc_": "save the numbers as .csv, and write GET DIRECT",
    "get_data_median": "write GET DATA MEAN, or a constant",
    "get_": "this function of data is not computed; write GET DIRECT DATA, or name the file by --data",
    "time_shift": "write GET DATA BETWEEN TIMES(data, Time + shift, 0)",
    "find_zero": _SOLVED,
    "simultaneous": _SOLVED,
    "queue": _QUEUES,
    "delay_batch": _QUEUES,
    "random": "this distribution is not drawn; write RANDOM UNIFORM or another one",
    "delay_profile": _UNSETTLED + "write a sum of DELAY FIXED with weights",
    "sshape": _UNSETTLED + "write a lookup or a formula with EXP",
    "sample_until": "write SAMPLE IF TRUE(Time <= last time, input, initial)",
    "reinitial": "write INITIAL",
    "cumulate": "write INTEG",
    "net_present_value": _UNSETTLED + "write NPV or NPVE",
    "message": "messages are not shown; leave it out",
}
"""Functions of Vensim that are known and not computed, and what is said of them.

A name that ends in `_`, or has words behind it, means all functions that begin so.
"""
