"""What lowers each construct that has a way of its own, gathered from the modules that know them."""

from __future__ import annotations

from twintrack.equations import (
    calendar,
    composites,
    conveyors,
    data_functions,
    lookup_functions,
    markets,
    random_calls,
    returns,
    schedules,
    stateful,
    vectors,
)
from twintrack.equations.constructs import LOOKUP_FUNCTIONS, VECTORS
from twintrack.equations.expressions import Constructs

CONSTRUCTS = Constructs(
    trees={**stateful.HANDLERS, **markets.HANDLERS},
    calls={
        **{name: vectors.function for name, item in VECTORS.items() if item.called},
        **dict.fromkeys(LOOKUP_FUNCTIONS, vectors.lookup_function),
        **dict.fromkeys(data_functions.FUNCTIONS, data_functions.function),
        "get_time_value": calendar.time_value,
        "time_base": calendar.time_base,
        **random_calls.CALLS,
        **stateful.CALLS,
        **markets.CALLS,
        **lookup_functions.CALLS,
        **composites.CALLS,
        **conveyors.CALLS,
        **schedules.CALLS,
        **returns.CALLS,
    },
)
"""What lowers stateful constructs, functions of whole vectors, of lookups, of data and of the calendar."""
