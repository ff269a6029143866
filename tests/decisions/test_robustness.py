"""Robustness: strategies compared world by world, checked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import stats

from twintrack.decisions import robustness
from twintrack.errors import TwinTrackError

# Four worlds; a is best in two, b in one, a and c share the third.
VALUES = pd.DataFrame({"a": [5.0, 4.0, 3.0, 1.0], "b": [1.0, 3.0, 2.0, 9.0], "c": [0.0, 0.0, 3.0, 0.0]})


def test_shares_split_worlds_in_which_strategies_are_equal_and_sum_to_one() -> None:
    shares = robustness.share_best(VALUES, "higher")
    assert shares.to_dict() == {"a": 0.625, "b": 0.25, "c": 0.125}
    assert shares.sum() == 1


def test_a_difference_of_rounding_is_no_difference() -> None:
    values = pd.DataFrame({"a": [1e6, 2e6], "b": [1e6 * (1 + 1e-14), 2e6 * (1 - 1e-14)]})
    assert robustness.share_best(values, "higher").to_list() == [0.5, 0.5]
    assert robustness.win_shares(values, "higher").loc["a", "b"] == 0.5
    assert robustness.same_for_all(values)
    assert not robustness.same_for_all(VALUES)


def test_values_within_a_millionth_of_the_best_share_the_world() -> None:
    values = pd.DataFrame({"a": [1.0, 1.0], "b": [1.0 - 9e-7, 1.0 - 2e-6]})
    assert robustness.share_best(values, "higher").to_list() == [0.75, 0.25]


def test_an_outcome_is_the_same_for_all_when_medians_and_most_worlds_agree_to_a_thousandth() -> None:
    level = np.full(10, 100.0)
    assert robustness.same_for_all(pd.DataFrame({"a": level, "b": level + 0.09}))
    assert not robustness.same_for_all(pd.DataFrame({"a": level, "b": level + 0.11}))
    turns = np.where(np.arange(10) % 2, 20.0, -20.0)
    assert not robustness.same_for_all(pd.DataFrame({"a": level + turns, "b": level - turns}))


def test_regret_is_the_distance_to_the_best_in_the_same_world() -> None:
    assert robustness.regret(VALUES, "higher")["a"].to_list() == [0, 0, 0, 8]
    assert robustness.regret(VALUES, "lower")["a"].to_list() == [5, 4, 1, 1]


def test_the_summary_of_regret_says_how_much_is_lost_when_not_best() -> None:
    table = robustness.regret_summary(VALUES, "higher")
    assert table.loc["a"].to_dict() == pytest.approx(
        {"share_best": 0.625, "mean": 2, "p90": 5.6, "max": 8, "when_not_best": 8}
    )
    always = robustness.regret_summary(VALUES.assign(a=10.0), "higher")
    assert np.isnan(always.loc["a", "when_not_best"])


def test_turning_the_direction_turns_the_comparison() -> None:
    wins = robustness.win_shares(VALUES, "higher")
    assert wins.loc["a", "b"] == 0.75
    assert wins.loc["b", "a"] == 0.25
    assert wins.loc["a", "c"] == 0.875
    pd.testing.assert_frame_equal(robustness.win_shares(VALUES, "lower"), 1 - wins)
    pd.testing.assert_frame_equal(robustness.win_shares(-VALUES, "lower"), wins)


def test_an_outcome_without_direction_cannot_be_ranked() -> None:
    with pytest.raises(TwinTrackError, match="neutral"):
        robustness.share_best(VALUES, "neutral")


def test_the_best_beats_every_other_and_ties_lie_between_40_and_60_percent() -> None:
    worlds = np.arange(10)
    clear = pd.DataFrame({"a": np.ones(10), "b": np.where(worlds < 7, 0, 2)})
    assert robustness.best_and_ties(clear, "higher") == ("a", ())
    level = pd.DataFrame({"a": np.ones(10), "b": np.where(worlds < 6, 0, 2)})
    assert robustness.best_and_ties(level, "higher") == ("a", ("b",))
    assert robustness.best_and_ties(level, "lower") == ("b", ("a",))


def test_a_lead_below_a_thousandth_of_the_level_is_a_tie_in_either_direction() -> None:
    level = np.full(10, 100.0)
    for lead, ties in ((0.09, ("b",)), (0.2, ())):
        assert robustness.best_and_ties(pd.DataFrame({"a": level + lead, "b": level}), "higher") == (
            "a",
            ties,
        )
        assert robustness.best_and_ties(pd.DataFrame({"a": level - lead, "b": level}), "lower") == ("a", ties)


def test_of_rivals_beaten_as_often_the_nearest_counts() -> None:
    values = pd.DataFrame({"a": [9.0, 9.0], "far": [1.0, 2.0], "near": [8.0, 7.0]})
    assert robustness.nearest_rival(values, "higher", "a") == "near"
    assert robustness.nearest_rival(-values, "lower", "a") == "near"
    often = values.assign(far=[10.0, 1.0])
    assert robustness.nearest_rival(often, "higher", "a") == "far"


def test_paired_worlds_decide_where_bands_overlap() -> None:
    noise = np.linspace(0, 100, 200)
    values = pd.DataFrame({"a": noise, "b": noise + 0.1})
    assert robustness.best_and_ties(values, "higher") == ("b", ())


def test_contenders_are_the_two_most_often_best_or_the_closest_to_one_that_always_is() -> None:
    assert robustness.contenders(VALUES, "higher") == ("a", "b")
    assert robustness.contenders(VALUES.assign(a=10.0), "higher") == ("a", "b")


def test_rank_correlations_are_spearmans_and_sorted_by_size() -> None:
    rng = np.random.default_rng(1)
    worlds = pd.DataFrame({"weak": rng.random(200), "strong": rng.random(200), "fixed": 1.0})
    difference = pd.Series(-np.exp(5 * worlds["strong"]) + worlds["weak"])
    found = robustness.rank_correlations(difference, worlds)
    assert found.index[0] == "strong"
    assert found["strong"] < -0.95
    assert found["weak"] == pytest.approx(stats.spearmanr(difference, worlds["weak"])[0])
    assert found["fixed"] == 0


def test_worlds_of_other_results_are_refused() -> None:
    worlds = pd.DataFrame({"luck": [0.1, 0.2, 0.3]}, index=[5, 6, 7])
    difference = pd.Series([1.0, 2.0, 3.0], index=[5, 6, 7])
    assert robustness.rank_correlations(difference, worlds)["luck"] == 1
    for other in (difference.iloc[:2], difference.set_axis([0, 1, 2])):
        with pytest.raises(TwinTrackError, match="take both from the same results"):
            robustness.rank_correlations(other, worlds)


def test_unrelated_parameters_stay_below_the_noise_level() -> None:
    rng = np.random.default_rng(2)
    worlds = pd.DataFrame(rng.random((300, 200)))
    found = robustness.rank_correlations(pd.Series(rng.random(300)), worlds)
    assert 0.90 < (found.abs() < robustness.noise_level(300)).mean() < 0.99


def test_thirds_follow_the_parameter_and_hold_all_worlds() -> None:
    parameter = pd.Series([0.9, 0.1, 0.5, 0.2, 0.8, 0.6])
    values = pd.DataFrame({"a": (parameter < 0.3).astype(float), "b": (parameter > 0.7).astype(float)})
    table = robustness.share_best_by_third(values, "higher", parameter)
    assert table["a"].to_list() == [1, 0.5, 0]
    assert table["b"].to_list() == [0, 0.5, 1]
    assert table["worlds"].sum() == 6
    assert table.loc["middle", ["from", "to"]].to_list() == [0.5, 0.6]


def test_percentiles_are_taken_over_worlds_only() -> None:
    values = xr.DataArray(np.arange(202.0).reshape(2, 101), dims=("strategy", "world"))
    found = robustness.percentiles(values)
    assert found.dims == ("percentile", "strategy")
    assert found.sel(percentile=95).to_numpy().tolist() == [95, 196]


def test_clearly_better_is_often_and_by_more_than_a_thousandth() -> None:
    often = pd.DataFrame({"a": [2.0] * 7 + [0.0] * 3, "b": [1.0] * 10, "c": [0.9999] * 10})
    clear = robustness.clearly_better(often, "higher")
    assert clear.loc["a", "b"] and not clear.loc["b", "a"]
    assert not clear.loc["b", "c"]  # in every world, but by too little
    assert robustness.clearly_better(often, "lower").equals(clear.T)
    seldom = often.assign(a=[2.0] * 6 + [0.0] * 4)
    assert not robustness.clearly_better(seldom, "higher").loc["a", "b"]
