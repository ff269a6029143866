"""Parameter settings in which the effect of a change of levers has one sign, or the other.

A claim whose sign no setting inside the ranges can turn is decided by the form of the equations, not by what
is known of the world.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from question.felt.spreads import SIGNS, judged, simulated
from twintrack.decisions.robustness import NEGLIGIBLE, ROUNDING, rank_correlations
from twintrack.equations.structure import Array
from twintrack.inputs.strategies import BASELINE, Strategy
from twintrack.model import Model
from twintrack.worlds.sampling import quantiles, sampled

Values = dict[str, float]
"""World parameters that are set; all others have their central values."""

TODAY = "today"
"""What the baseline is called in results."""
MOST = 4
"""So many parameters a setting may set."""
CANDIDATES = 40
"""So many parameters are tried: those whose ranks go most with the effect over prior worlds."""
LEVELS = ((0.1, 0.9), (0.0, 1.0))
"""What parameters are set to: so much of the distribution lies below; ends of the range only if they must."""
BEAM = 6
"""So many settings are kept, from which those of one parameter more are made."""
DRAWN = 3
"""So many drawn worlds are thinned: those with the largest effects."""
KEPT = (96, 64, 48, 36, 24, 16, 12, 10, 8, 7, 6, 5, 4)
"""How many parameters of a drawn world are kept, one round after another; the others become central."""
YEARS = (slice(None), slice(-1, None))
"""In which of the years a sign must be: in all of them, or in the last one alone."""


@dataclass(frozen=True)
class Change:
    """A change of levers, all else as in the baseline.

    Attributes:
        name: What it is called in results.
        plan: The strategy with the levers changed.
    """

    name: str
    plan: Strategy


@dataclass(frozen=True)
class Setting:
    """A world in which the effect of a change is looked at.

    Attributes:
        values: The parameters that are set; all of them where a drawn world is taken as it is.
        world: Label of that drawn world; None for a setting of a few parameters.
        effects: The relative effect in each of `asked.YEARS`, above zero where more is better.
    """

    values: Values
    world: int | None
    effects: tuple[float, ...]

    def has(self, sign: float, years: slice = YEARS[0], margin: float = ROUNDING) -> bool:
        """Tell whether the effect has a sign, 1.0 or -1.0, by more than a margin in some of the years."""
        return all(sign * effect > margin for effect in self.effects[years])


@dataclass(frozen=True)
class Effect:
    """One effect that is looked for: of a change on an outcome, to one side.

    Attributes:
        model: The model.
        change: The change.
        outcome: Name of the outcome.
        sign: 1.0 for better, -1.0 for worse.
    """

    model: Model
    change: Change
    outcome: str
    sign: float

    def settings(self, tried: Sequence[Mapping[str, float]]) -> list[Setting]:
        """Measure the effect in several settings of parameters, all else central."""
        central = {name: self.model.world[name].value for name in sampled(self.model.world)}
        worlds = pd.DataFrame([{**central, **values} for values in tried])
        effects = relative_effects(self.model, [self.change], worlds)[self.change.name, self.outcome]
        return [
            Setting(dict(values), None, tuple(map(float, column)))
            for values, column in zip(tried, effects.T, strict=True)
        ]

    def size(self, setting: Setting, years: slice) -> float:
        """Give the smallest effect over some of the years, counted to the side that is looked for."""
        found = min(self.sign * effect for effect in setting.effects[years])
        return found if np.isfinite(found) else -np.inf


def relative_effects(
    model: Model, changes: Sequence[Change], worlds: pd.DataFrame
) -> dict[tuple[str, str], Array]:
    """Give effects of changes against the baseline, by change and outcome, shape (years, worlds).

    An effect is a share of the outcome's size under the baseline; above zero it is better, NaN where the
    baseline has nothing. Outcomes are those that `judged` gives, the years are `asked.YEARS`.
    """
    found = simulated(model, {TODAY: BASELINE, **{change.name: change.plan for change in changes}}, worlds)
    effects: dict[tuple[str, str], Array] = {}
    for row, outcome in enumerate(judged(model)):
        sign, today = SIGNS.get(model.outcomes[outcome].better, 1.0), found[TODAY][row]
        for change in changes:
            lead = sign * (found[change.name][row] - today)
            effects[change.name, outcome] = lead / np.where(today == 0, np.nan, np.abs(today))
    return effects


def turned(effect: Effect, worlds: pd.DataFrame, effects: Array) -> Setting | None:
    """Find a setting in which an effect lies on the side that is looked for; None if there is none.

    `worlds` are drawn from the prior, `effects` those in them, shape (years, worlds). Settings of few
    parameters come first, the fewest first: those that move the effect most, one added after another; and
    drawn worlds with the largest effects, thinned to what keeps them there. The sign must hold in all years
    by 0.1 % (NEGLIGIBLE), else in the last year. Where none of them does, a drawn world is taken as it is;
    where there is none either, any sign counts.
    """
    tried: list[tuple[Setting, slice]] = []
    for find in (_few, _drawn):
        for years in YEARS:
            for setting in find(effect, worlds, effects, years):
                if setting.has(effect.sign, years, NEGLIGIBLE):
                    return setting
                tried.append((setting, years))
    return next((setting for setting, years in tried if setting.has(effect.sign, years)), None)


def _few(effect: Effect, worlds: pd.DataFrame, effects: Array, years: slice) -> Iterator[Setting]:
    """Yield settings of few parameters, in the order in which they are taken."""
    names = _candidates(effect.model, worlds, effects[years])
    for levels in LEVELS:
        yield from _path(effect, names, levels, years)
    for drawn in _drawn(effect, worlds, effects, years):
        yield _thinned(effect, drawn.values, years)


def _drawn(effect: Effect, worlds: pd.DataFrame, effects: Array, years: slice) -> Iterator[Setting]:
    """Yield the drawn worlds in which the effect is largest, as far as it has the sign."""
    sizes = (effect.sign * effects[years]).min(axis=0)
    for place in np.argsort(-sizes)[:DRAWN]:
        if sizes[place] > ROUNDING:
            values = {str(name): float(value) for name, value in worlds.iloc[place].items()}
            yield Setting(values, int(worlds.index[place]), tuple(map(float, effects[:, place])))


def _candidates(model: Model, worlds: pd.DataFrame, effects: Array) -> list[str]:
    """Give the parameters that are tried: those that go most with the mean effect over the years."""
    mean = pd.Series(effects.mean(axis=0), worlds.index)
    finite = mean[np.isfinite(mean)]
    ranked = rank_correlations(finite, worlds.loc[finite.index, sampled(model.world)]).index
    return [str(name) for name in ranked[:CANDIDATES]]


def _path(effect: Effect, names: Sequence[str], levels: tuple[float, ...], years: slice) -> Iterator[Setting]:
    """Yield settings of none, one, two, ... parameters: the best that add one to the best of those before."""
    best = effect.settings([{}])
    yield best[0]
    for _ in range(min(MOST, len(names))):
        tried = {
            frozenset(values.items()): values
            for setting in best
            for name in names
            if name not in setting.values
            for value in quantiles(effect.model.world[name], levels)
            for values in [{**setting.values, name: float(value)}]
        }
        found = effect.settings([*tried.values()])
        best = sorted(found, key=lambda setting: effect.size(setting, years))[-BEAM:]
        yield best[-1]


def _thinned(effect: Effect, values: Values, years: slice) -> Setting:
    """Make parameters of a world central, those first without which the effect is left largest."""
    for kept in KEPT:
        tried = [{name: values[name] for name in values if name != left_out} for left_out in values]
        found = zip(values, effect.settings(tried), strict=True)
        sizes = {name: effect.size(setting, years) for name, setting in found}
        values = {name: values[name] for name in sorted(sizes, key=lambda name: sizes[name])[:kept]}
    return effect.settings([values])[0]
