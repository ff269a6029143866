"""Asking backwards with the whole model, over two beliefs that meet at a kink: against brute force."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from twintrack import Experiment
from twintrack.calibration.unknowns import Unknowns
from twintrack.model import Model

PAIR = ("route_ceiling[scale]", "route_leverage[lean]")
RIVALS = ("pure_exploration", "pure_catchup")
PLACES = 61


@pytest.mark.slow
def test_two_beliefs_are_within_two_percent_of_brute_force(model: Model) -> None:
    texts = [f"{one} beats {other} on capability_index in 2040" for one, other in (RIVALS, RIVALS[::-1])]
    both = [model.whatif(text, worlds=200, prior=True, only=PAIR) for text in texts]
    found = next(one for one in both if not one.already)

    unknowns = Unknowns(model.world)
    places = [unknowns.names.index(name) for name in PAIR]
    frame = model.draw_worlds(200, 1, prior=True)
    middle = np.median(unknowns.parameter_scores({name: frame[name].to_numpy() for name in frame}), axis=1)
    line = np.linspace(-3, 3, PLACES)
    pair = np.stack([axis.ravel() for axis in np.meshgrid(line, line)])
    scores = np.repeat(middle[:, None], pair.shape[1], axis=1)
    scores[places] = pair
    worlds = pd.DataFrame(unknowns.worlds(scores))
    data = Experiment(
        RIVALS, worlds=worlds, outputs=["capability_index"], times=[2040], model=model
    ).dataset()["capability_index"]
    ahead = (data.sel(strategy=RIVALS[0]) - data.sel(strategy=RIVALS[1])).values.ravel()
    works = ahead > 0 if found.asked.question.strategy == RIVALS[0] else ahead < 0
    lengths = np.linalg.norm(pair - middle[places][:, None], axis=0)[works]

    assert len(lengths), "a question with an answer is needed"
    nearest = min(answer.distance for answer in found.answers)
    assert nearest <= 1.02 * lengths.min()
    assert nearest > lengths.min() - 1.5 * (line[1] - line[0])
