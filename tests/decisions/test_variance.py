"""Morris and Sobol on functions whose indices are known."""

from __future__ import annotations

import numpy as np
import pytest

from twintrack.decisions.variance import morris, morris_design, sobol, sobol_design
from twintrack.equations.structure import Array
from twintrack.errors import TwinTrackError
from twintrack.model import Model


def ishigami(shares: Array) -> Array:
    x = (2 * shares - 1) * np.pi
    found: Array = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    return found


def test_sobol_indices_of_a_known_function_lie_in_their_intervals() -> None:
    design = sobol_design(["x1", "x2", "x3", "idle"], 2048, seed=3)
    found = sobol(design, ishigami(design.shares))
    table = found.table.set_index("parameter")
    # Ishigami and Homma (1990) with a = 7, b = 0.1.
    known = {"x1": (0.3139, 0.5576), "x2": (0.4424, 0.4424), "x3": (0, 0.2437), "idle": (0, 0)}
    for name, (first, total) in known.items():
        row = table.loc[name]
        assert abs(row["first_order"] - first) <= row["first_order_conf"] + 1e-9, name
        assert abs(row["total"] - total) <= row["total_conf"] + 1e-9, name
    assert list(found.table["parameter"][:3]) == ["x1", "x2", "x3"] and found.left_out == 0


def test_too_few_samples_are_said_not_to_have_converged_and_enough_to_have() -> None:
    few = sobol_design(["x1", "x2", "x3"], 16)
    found = sobol(few, ishigami(few.shares))
    assert not found.converged and "not converged at 16 base samples" in found.statement
    many = sobol_design(["x1", "x2"], 4096)
    linear = sobol(many, many.shares @ np.array([2.0, 1.0]))
    assert linear.converged, linear.statement
    assert linear.table["total"].to_list() == pytest.approx([0.8, 0.2], abs=0.03)


def test_base_samples_without_a_number_are_left_out() -> None:
    design = sobol_design(["x1", "x2"], 256)
    output = design.shares @ np.array([2.0, 1.0])
    output[5] = np.nan
    found = sobol(design, output)
    assert found.left_out == 1 and found.table["total"].sum() == pytest.approx(1, abs=0.1)
    with pytest.raises(TwinTrackError, match="power of two"):
        sobol_design(["x1"], 100)
    with pytest.raises(TwinTrackError, match="does not vary"):
        sobol(design, np.ones(len(design.shares)))


def test_elementary_effects_of_a_linear_model_are_its_slopes() -> None:
    design = morris_design(["a", "b", "idle"], 12)
    output = design.shares @ np.array([3.0, -5.0, 0.0])
    output[0] = np.nan  # its trajectory is left out
    table = morris(design, output).set_index("parameter")
    assert list(table.index) == ["b", "a", "idle"]
    assert table["mu"].to_list() == pytest.approx([-5, 3, 0]) and table["mu_star"]["b"] == pytest.approx(5)
    assert table["sigma"].to_list() == pytest.approx([0, 0, 0], abs=1e-9)


def test_worlds_follow_the_prior_and_hold_only_what_is_asked_about(small_model: Model) -> None:
    design = sobol_design(["pace"], 4)
    worlds = design.worlds(small_model.world)
    assert list(worlds) == ["pace"]
    assert worlds["pace"].to_list() == pytest.approx(list(2 + 7 * design.shares[:, 0]))
