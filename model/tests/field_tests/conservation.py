"""What is neither made nor lost: stocks with their flows, and shares that are parts of a whole.

Runs with the step as long as the interval of saved results: each saved flow is then the one that was
integrated, and from one saved time to the next a stock changes by its flows and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from twintrack.equations.structure import Array
from twintrack.errors import Fault, InputError
from twintrack.names import split_element

if TYPE_CHECKING:
    import pandas as pd

    from twintrack.model import Model
    from twintrack.runs.results import Run

SHARES = (
    *("route_share", "public_stage_share", "entry_mix", "development_cost_share"),
    *("plan", "target_share", "evidence_share", "private_mix", "own_mix"),
)
FLOWS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    # people
    "students become juniors": (("students", "juniors"), ("enrolment",), ("skilling",)),
    "skilled staff": (("skilled_staff",), ("skilled_entry",), ("skilled_exit",)),
    "top talent of the world": (
        ("top_talent_at_home", "top_talent_abroad", "top_talent_elsewhere"),
        ("top_formation",),
        ("top_exits",),
    ),
    "displaced people": (("displaced_share",), ("displacement",), ("reemployment",)),
    # money
    "debt of regions": (("local_debt",), ("local_money",), ("debt_worked_off",)),
    # chips
    "accelerators": (("accelerator_stock",), ("accelerator_purchases",), ("accelerators_retired",)),
    "chip plants": (
        ("capacity_pipeline", "domestic_capacity"),
        ("capacity_start",),
        ("capacity_lost",),
    ),
    # firms
    "projects": (("projects",), ("project_starts",), ("project_completions",)),
    "models on the market": (("active_models", "zombie_models"), ("registrations",), ("model_exits",)),
    "registered models": (("registered_models",), ("registrations",), ()),
    # others
    "knowledge on its way": (("pipeline",), ("creation",), ("ripening",)),
    "organisations that use AI": (("organisation_use",), ("organisation_uptake",), ("organisations_lost",)),
}
"""What is kept: stocks, what flows into them from outside and out of them; moves among them cancel."""


def conservation_run(model: Model, strategy: str, scenario: str = "decoupling") -> Run:
    """Simulate at the step of saved results, NumPy engine."""
    step = model.equations.time.save_step
    return model.run(strategy, scenario=scenario, time_step=step, engine="numpy")


def with_inner_flows(run: Run) -> pd.DataFrame:
    """Give all variables, and flows that the model writes inside its stocks."""
    values = run.variables
    further = {
        "top_exits": values["top_turnover"] * values["top_talent_of_the_world"],
        "debt_worked_off": values["local_debt"] / values["burden_time"],
        "capacity_lost": values["capacity_loss_rate"] * values["domestic_capacity"],
    }
    for label in values:
        name, places = split_element(str(label))
        if name == "skilled_staff":
            country, stage = places
            at = f"{country},{stage}"
            leaving = values[f"exit_rate_of_skilled[{country}]"]
            further[f"skilled_entry[{at}]"] = values[f"skilling[{country}]"] * values[f"entry_mix[{at}]"]
            further[f"skilled_exit[{at}]"] = leaving * values[str(label)]
        elif name == "accelerator_stock":
            at = ",".join(places)
            further[f"accelerators_retired[{at}]"] = values[str(label)] / values["accelerator_life"]
        elif name == "organisation_use":
            further[f"organisations_lost[{places[0]}]"] = values["abandonment_rate"] * values[str(label)]
    return values.assign(**further)


def total(variables: pd.DataFrame, names: tuple[str, ...]) -> Array:
    """Sum variables with all their elements, shape (saves,). Raises InputError for names the model lacks."""
    elements = [name for name in variables if str(name).split("[")[0] in names]
    missing = set(names) - {str(name).split("[")[0] for name in elements}
    if missing:
        raise InputError([Fault(name, "the model has no such variable") for name in sorted(missing)])
    return variables[elements].sum(axis=1).to_numpy(np.float64)


def residual(variables: pd.DataFrame, what: str, step: float) -> float:
    """Give the largest change of some stocks that their flows do not explain, over the largest amount."""
    stocks, entries, exits = FLOWS[what]
    amount = total(variables, stocks)
    change = total(variables, entries) - (total(variables, exits) if exits else 0.0)
    return float(np.abs(np.diff(amount) - change[:-1] * step).max() / np.abs(amount).max())


def share_error(variables: pd.DataFrame, name: str) -> float:
    """Give how far shares are from summing to one over their last axis, the worst of all countries."""
    shares = variables.filter(regex=rf"^{name}\[")
    wholes = shares.T.groupby(lambda label: split_element(str(label))[1][:-1]).sum()
    return float((wholes - 1.0).abs().to_numpy().max())
