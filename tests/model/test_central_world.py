"""The central world is an ordinary one: readers of a single run see about what half of the worlds show."""

from __future__ import annotations

import numpy as np
import pytest

from twintrack.inputs.strategies import BASELINE
from twintrack.model import Model

YEARS = (2024.0, 2030.0, 2040.0)
WORLDS = 1000
MIDDLE = (0.3, 0.7)


def places_of_the_central_run(model: Model, *, prior: bool = False) -> dict[tuple[str, int], float]:
    """Give the share of worlds below the central run, by headline outcome and year.

    A tie counts one half; worlds without a number count for nobody.
    """
    central = model.run(BASELINE).outcomes
    worlds = model.ensemble([BASELINE], worlds=WORLDS, seed=1, prior=prior, outputs=list(model.headline))
    places = {}
    for name in model.headline:
        for year in YEARS:
            values = worlds[name].squeeze(["scenario", "strategy"]).sel(time=year).to_numpy()
            known = values[np.isfinite(values)]
            level = float(central[name].loc[year])
            near = np.isclose(known, level, rtol=1e-9, atol=0)
            places[name, int(year)] = float(np.where(near, 0.5, known < level).mean())
    return places


@pytest.mark.slow
def test_the_run_at_central_values_lies_in_the_middle_of_the_posterior(model: Model) -> None:
    assert model.posterior is not None, model.found_posterior.reason
    places = places_of_the_central_run(model)
    low, high = MIDDLE
    outside = {key: round(place, 2) for key, place in places.items() if not low <= place <= high}
    assert not outside
