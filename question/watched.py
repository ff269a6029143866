"""Variables along two ways of effects: from what a run costs to home, and from what the leader sees."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Watched:
    """A variable along a way of effects.

    Attributes:
        title: What readers see, with the unit.
        name: Name of the variable.
        form: Format of a median.
        orders: Whether the decimal logarithm is shown.
    """

    title: str
    name: str
    form: str = ".2f"
    orders: bool = False


YEARS = (2028.0, 2030.0, 2032.0, 2035.0, 2040.0)
GAP = Watched("capability gap, OOM", "capability_gap")
HOME = Watched("capability at home, OOM", "capability_index")
LEADERS_RUN = Watched("leader's run, log10 FLOP", "largest_run[leader,scale]", orders=True)
WAY_OF_COST = (
    Watched("cost of the leader's run, log10 MUSD", "frontier_run_cost", orders=True),
    LEADERS_RUN,
    Watched("bill of parity, share of AI money", "parity_bill"),
    GAP,
    Watched("private capital at home, bn CNY/Year", "private_capital[home]", ".0f"),
    Watched("run at home, log10 FLOP", "largest_run[home,scale]", orders=True),
    HOME,
)
"""From what the leader pays to what home can do."""
WAY_OF_ANSWER = (
    Watched("threat as the leader sees it", "threat"),
    Watched("how far the leader lets others read", "leader_openness_policy"),
    Watched("control of chip exports", "export_control"),
    Watched("leader's capital, bn CNY/Year", "private_capital[leader]", ".0f"),
    LEADERS_RUN,
    Watched("capability of the leader, OOM", "leader_capability_index"),
    HOME,
    GAP,
)
"""From what the leader sees to how far it is ahead."""
