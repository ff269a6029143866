"""The map over two assumptions, on a model whose line is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from twintrack.decisions.compared import Case
from twintrack.decisions.decision_map import decision_map, switch_line
from twintrack.model import Model


def test_the_line_lies_where_the_median_is_zero_and_says_who_is_better_on_each_side() -> None:
    across, down = np.array([0.0, 1, 2]), np.array([10.0, 20])
    median = np.array([[1.0, -3, -4], [5, 6, 7]])
    line = switch_line(median, across, down, ("a", "b"), ("x", "y"))
    assert line.to_dict("records") == [{"y": 10, "x": 0.25, "below": "a", "above": "b"}]


def test_two_strategies_over_two_assumptions(small_model: Model) -> None:
    # Turning gives up catching up where it was below six months for a year: it falls behind where the
    # leader is slow enough and the own strength large enough for that to happen.
    worlds = pd.DataFrame({"pace": [3.0, 4.0], "strength": [9.0, 10.0]})
    case = Case("own", "central", "frontier_gap_months", 2040.0)
    found = decision_map(small_model, case, ("fast", "turning"), ("pace", "strength"), worlds, points=5)
    assert len(found.table) == 25 and (found.table["median"] >= 0).all()
    slow, quick = (
        found.table[found.table["pace"] == value]["median"]
        for value in (found.table["pace"].min(), found.table["pace"].max())
    )
    assert (slow > 1).all() and (quick.iloc[0] == 0) and found.line.empty
    at = found.table[(found.table["pace"] == found.table["pace"].min())]
    run = small_model.run("fast", world={"pace": at["pace"].iloc[0], "strength": at["strength"].iloc[0]})
    other = small_model.run("turning", world={"pace": at["pace"].iloc[0], "strength": at["strength"].iloc[0]})
    lead = other["frontier_gap_months"][-1] - run["frontier_gap_months"][-1]
    assert at["median"].iloc[0] == pytest.approx(lead)
