"""Later points are met by what the weighed worlds say, and these know nothing but what came before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from calibration_helpers import straight, with_values

from twintrack.calibration.lookahead import Look, forms_of
from twintrack.calibration.observations import Observations
from twintrack.calibration.unseen import MODEL, RIVALS, Unseen, met, unseen
from twintrack.model import Model

FORMS = {name: form for name, form in forms_of().items() if name in MODEL}


def found(observed: Observations, said: np.ndarray) -> Unseen:
    return met(Look(observed, said, 3, 400, forms=FORMS))


def test_a_true_model_beats_the_prior_and_holds_later_points() -> None:
    observed, said = straight(6, 2000, 11, discrepancy=0.3, error=0.1)
    later = found(with_values(observed, said[:, 0]), said[:, 1:])
    assert [len(later.series), later.runs] == [6, 1999]
    assert later.points == sum(item.points for item in later.series)
    assert later.skill("prior") > 0.3 and later.won("prior") == 6
    assert later.covered > 0.9
    assert set(later.series[0].crps) == {"learnt", *RIVALS}
    assert 1 <= later.effective < 1999


def test_no_fitted_error_carries_the_last_miss_on() -> None:
    """A level that no world has is missed at later points as well: the last value predicts it better."""
    observed, said = straight(6, 2000, 11, discrepancy=0.3, error=0.1)
    values = said[:, 0] + 20 * said.std()
    later = found(with_values(observed, values), said[:, 1:])
    assert later.skill("last") < 0 and later.covered < 0.2 and later.won("last") == 0


def test_scores_add_up_in_the_unit_of_each_series() -> None:
    observed, said = straight(2, 500, 11)
    later = found(with_values(observed, said[:, 0]), said[:, 1:])
    one, two = later.series
    crps = {**{name: 1.0 for name in one.crps}, "last": 2.0}
    made = replace(
        later,
        series=(replace(one, unit=1.0, crps=crps), replace(two, unit=10.0, crps=crps | {"learnt": 10.0})),
    )
    assert made.skill("last") == pytest.approx(1 - 2 / 2.2)
    assert made.won("last") == 1 and made.won("prior") == 0


def test_what_cannot_be_run_or_is_a_bound_is_left_out() -> None:
    observed, said = straight(3, 500, 11)
    item = observed.series[0]
    bound = replace(item, series=item.series.model_copy(update={"bound": "upper"}))
    values = with_values(observed, said[:, 0])
    others = Observations((replace(bound, values=values.series[0].values), *values.series[1:]))
    broken = said[:, 1:].copy()
    broken[-1, :50] = np.nan
    later = found(others, broken)
    assert [one.name for one in later.series] == [one.name for one in observed.series[1:]]
    assert all(np.isfinite(list(one.crps.values())).all() for one in later.series)


@pytest.mark.slow
def test_the_model_s_own_runs_are_weighed(model: Model) -> None:
    from twintrack.calibration.target import prepare_target
    from twintrack.inputs.history import LEARNT_UNTIL

    later = unseen(prepare_target(model, LEARNT_UNTIL + 1), 1, 1, runs=256)
    assert later.runs == 256 and later.origins == tuple(sorted(later.origins))
    assert later.points > 50
