"""Robustness: strategies compared world by world, checked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import stats

from twintrack.decisions import robustness
from twintrack.decisions.robustness import FirstPlace
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
    assert robustness.first_place(clear, "higher") == FirstPlace("a")
    level = pd.DataFrame({"a": np.ones(10), "b": np.where(worlds < 6, 0, 2)})
    for better in ("higher", "lower"):
        assert robustness.first_place(level, better) == FirstPlace(None, ("a", "b"))


def test_a_lead_below_a_thousandth_of_the_level_is_a_tie_in_either_direction() -> None:
    level = np.full(10, 100.0)
    for lead, first in ((0.09, FirstPlace(None, ("a", "b"))), (0.2, FirstPlace("a"))):
        higher = pd.DataFrame({"a": level + lead, "b": level})
        assert robustness.first_place(higher, "higher") == first
        assert robustness.first_place(2 * level[0] - higher, "lower") == first


def test_there_is_no_best_in_a_circle() -> None:
    rounds = pd.DataFrame({"a": [3, 2, 1], "b": [2, 1, 3], "c": [1, 3, 2]}, dtype=float)
    assert robustness.first_place(rounds, "higher") == FirstPlace(None)
    assert robustness.first_place(rounds.assign(d=9.0), "higher") == FirstPlace("d")


def test_one_that_nobody_beats_is_not_best_while_it_beats_not_all() -> None:
    above = pd.DataFrame(np.zeros((3, 3), dtype=bool), list("abc"), list("abc"))
    above.loc["a", "c"] = above.loc["c", "b"] = True
    assert robustness.standing(above) == FirstPlace(None, ("a", "b"))


def test_no_challenger_that_falls_far_behind_makes_another_the_best() -> None:
    """A tie stays a tie, whoever else is compared, and a mean that one world raises does not count."""
    worlds = np.arange(100)
    pair = pd.DataFrame({"a": 10.0 + worlds % 2, "b": 10.5 + 0.0 * worlds})
    assert robustness.first_place(pair, "higher").best is None
    for low in (pair.assign(c=0.0), pair.assign(c=-(10.0**worlds % 7))):
        assert robustness.first_place(low, "higher") == FirstPlace(None, ("a", "b"))
    lucky = pair.assign(c=np.where(worlds == 0, 1e6, 0.0))
    assert lucky["c"].mean() > lucky["a"].mean()
    assert robustness.first_place(lucky, "higher") == FirstPlace(None, ("a", "b"))


@pytest.mark.parametrize("seed", range(12))
def test_the_order_of_strategies_does_not_matter(seed: int) -> None:
    draw = np.random.default_rng(seed)
    values = pd.DataFrame(draw.integers(0, 4, (30, 5)).astype(float), columns=list("abcde"))
    values["e"] = values["a"] if seed % 2 else values["e"]
    for better in ("higher", "lower"):
        first = robustness.first_place(values, better)
        shuffled = values[list(draw.permutation(values.columns))]
        other = robustness.first_place(shuffled, better)
        assert (first.best, set(first.ties)) == (other.best, set(other.ties))
        assert robustness.contenders(values, better) == robustness.contenders(shuffled, better)
        for name in values:
            rival = robustness.nearest_rival(values, better, name)
            assert rival == robustness.nearest_rival(shuffled, better, name)
        beaten = robustness.clearly_better(values, better)
        wins = [name for name in values if beaten.loc[name].drop(name).all()]
        assert wins == ([] if first.best is None else [first.best])


def test_worlds_in_which_one_has_no_number_count_for_nobody() -> None:
    values = pd.DataFrame({"a": [2.0, 2.0, 0.0, 0.0, 0.0], "b": [1.0] * 5, "c": [0.5, 0.5, *[np.nan] * 3]})
    assert robustness.first_place(values, "higher") == FirstPlace("a")
    assert robustness.first_place(values[["a", "b"]], "higher").best is None


def test_of_rivals_beaten_as_often_the_nearest_counts() -> None:
    values = pd.DataFrame({"a": [9.0, 9.0], "far": [1.0, 2.0], "near": [8.0, 7.0]})
    assert robustness.nearest_rival(values, "higher", "a") == "near"
    assert robustness.nearest_rival(-values, "lower", "a") == "near"
    often = values.assign(far=[10.0, 1.0])
    assert robustness.nearest_rival(often, "higher", "a") == "far"


def test_paired_worlds_decide_where_bands_overlap() -> None:
    noise = np.linspace(0, 100, 200)
    values = pd.DataFrame({"a": noise, "b": noise + 0.1})
    assert robustness.first_place(values, "higher") == FirstPlace("b")


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


def test_measures_of_robustness_by_hand() -> None:
    values = pd.DataFrame({"a": [1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10], "b": [5.0] * 9 + [0]})
    table = robustness.robustness_measures(values, "higher", target=5)
    assert table.loc["a"].to_dict() == pytest.approx(
        {
            "laplace": 5.5,
            "worst_decile": 1,
            "maximin": 1,
            "maximax": 10,
            "hurwicz": 5.5,
            "regret_max": 4,
            "regret_p90": 3.1,
            "starr": 0.6,
            "starr_baseline": 1,
        }
    )
    assert table.loc["b", "starr"] == 0.9 and table.loc["b", "starr_baseline"] == 0.5
    best = robustness.best_by_measure(table, "higher")
    assert (best["maximin"], best["starr"], best["regret_max"]) == ("a", "b", "a")


def test_where_lower_is_better_the_worst_is_the_highest_and_a_target_is_a_ceiling() -> None:
    values = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [2.5, 2.5, 2.5, 2.5]})
    table = robustness.robustness_measures(values, "lower", target=2.5)
    assert table.loc["a", ["maximin", "maximax", "worst_decile", "starr"]].to_list() == [4, 1, 4, 0.5]
    assert table.loc["b", "starr"] == 1
    assert robustness.best_by_measure(table, "lower")["maximin"] == "b"


def test_without_a_target_or_a_world_there_is_no_share() -> None:
    table = robustness.robustness_measures(VALUES, "higher")
    assert table["starr"].isna().all() and "starr" not in robustness.best_by_measure(table, "higher")
    assert robustness.robustness_measures(VALUES * np.nan, "higher").isna().all(axis=None)
