"""Which worlds to try: designs over the uncertain parameters.

A Latin hypercube cuts every parameter's range into as many slices of equal probability as there are worlds,
and draws from each slice once (McKay, Beckman and Conover 1979, Technometrics 21(2)). Every parameter has its
own stream of random numbers, made from the seed and its name: a further parameter in world.yaml leaves the
draws of the others as they are. A scrambled Sobol sequence (Owen 1998, ACM TOMS 8(1)) also spreads the worlds
evenly over pairs and larger groups of parameters.

Designs give their columns one by one, or some rows at a time: a million worlds of two hundred parameters
would fill 1.7 GB of memory.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal
from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike

from twintrack.equations.structure import Array
from twintrack.errors import Fault, InputError
from twintrack.inputs.validation import FaultList

if TYPE_CHECKING:
    import pandas as pd

    from twintrack.inputs.world import WorldParameter

Piece = tuple[str, int, Array]
"""Values of one parameter in consecutive worlds: its name, the first of the worlds, and the values."""

Sampling = Literal["latin", "sobol"]
SAMPLINGS: tuple[Sampling, ...] = ("latin", "sobol")
FIXED = "fixed"

MOST_WORLDS = 100_000_000
"""Some 24,000 parts and half a terabyte for each strategy."""

_SOBOL_ROWS = 1 << 15
"""Worlds that are drawn from the Sobol sequence at a time."""


def sample_worlds(parameters: Mapping[str, WorldParameter], worlds: int, seed: int = 1) -> pd.DataFrame:
    """Draw a Latin hypercube: a row for each world, a column for each parameter that is drawn, in its unit.

    The same parameters, number and seed give the same bytes. Raises InputError when `worlds` is less than one
    or more than MOST_WORLDS, or `seed` is negative.
    """
    import pandas as pd

    FaultList(sampling_faults(worlds, seed)).raise_any()
    columns = {name: values for name, _, values in pieces(parameters, worlds, seed, "latin")}
    return pd.DataFrame(columns, index=pd.RangeIndex(worlds, name="world"))


def sampling_faults(worlds: int, seed: int) -> list[Fault]:
    """Say what is wrong with a number of worlds and a seed."""
    faults = []
    if worlds < 1:
        faults.append(Fault("worlds", f"at least 1 world is needed, not {worlds}"))
    if worlds > MOST_WORLDS:
        faults.append(Fault("worlds", f"at most {MOST_WORLDS:,} worlds fit in an ensemble, not {worlds:,}"))
    if seed < 0:
        faults.append(Fault("seed", f"the seed must be 0 or more, not {seed}"))
    return faults


def sampled(parameters: Mapping[str, WorldParameter]) -> list[str]:
    """Give the names of the parameters that differ from world to world."""
    return [name for name, parameter in parameters.items() if parameter.distribution != FIXED]


def parameter_entry(parameter: WorldParameter) -> dict[str, Any]:
    """Describe a world parameter: its central value and what it is drawn from."""
    return {
        "unit": parameter.unit,
        "value": parameter.value,
        "distribution": parameter.distribution,
        **({} if parameter.spread is None else {"spread": parameter.spread}),
        "range": [parameter.low, parameter.high],
    }


def pieces(
    parameters: Mapping[str, WorldParameter], worlds: int, seed: int, sampling: Sampling
) -> Iterator[Piece]:
    """Draw worlds piece by piece; see `sample_worlds`. Each value is given once, in any order."""
    names = sampled(parameters)
    if sampling == "latin":
        for name in names:
            yield name, 0, _quantiles(parameters[name], _stratified(name, worlds, seed))
        return
    for start, rows in _sobol(len(names), worlds, seed):
        for name, shares in zip(names, rows.T, strict=True):
            yield name, start, _quantiles(parameters[name], np.ascontiguousarray(shares))


def _stratified(name: str, worlds: int, seed: int) -> Array:
    """Give one number from each of `worlds` equal slices of 0 to 1, in random order, shape (worlds,).

    Bit for bit the one column of `scipy.stats.qmc.LatinHypercube`, which takes half a second to import.
    """
    (own,) = np.random.SeedSequence([seed, crc32(name.encode())]).spawn(1)
    stream = np.random.default_rng(own)
    inside, slices = stream.random(worlds), np.arange(1, worlds + 1)
    stream.shuffle(slices)
    column: Array = (slices - inside) / worlds
    return column


def _sobol(dimensions: int, worlds: int, seed: int) -> Iterator[tuple[int, Array]]:
    """Give the first worlds of a scrambled sequence, some at a time: the first one's number, and rows."""
    from scipy.stats import qmc

    sequence = qmc.Sobol(max(dimensions, 1), scramble=True, rng=np.random.default_rng(seed))
    for start in range(0, worlds, _SOBOL_ROWS):
        with warnings.catch_warnings():
            # It warns of numbers that are no power of two; whoever asks for one is told when it is chosen.
            warnings.simplefilter("ignore", UserWarning)
            rows = sequence.random(min(_SOBOL_ROWS, worlds - start))
        yield start, rows[:, :dimensions]


def quantiles(parameter: WorldParameter, shares: ArrayLike) -> Array:
    """Give the parameter's values below which the given shares of its distribution lie, same shape and unit.

    A share gives the same bits alone and among others. A fixed parameter has its central value everywhere.
    Raises InputError when a share is not from 0 to 1.
    """
    given = np.asarray(shares, dtype=np.float64)
    if not np.all((given >= 0) & (given <= 1)):
        raise InputError(Fault("shares", "shares of a distribution must be numbers from 0 to 1"))
    return _quantiles(parameter, given)


def _quantiles(parameter: WorldParameter, shares: Array) -> Array:
    """Give the quantiles of shares that are known to be such.

    Bit for bit what `scipy.stats` gives, without the ten copies of a column that it makes on its way.
    """
    low, high = parameter.low, parameter.high
    if parameter.distribution == FIXED:
        return np.full(shares.shape, parameter.value)
    if parameter.distribution == "uniform":
        values = shares * (high - low) + low
    elif parameter.distribution == "loguniform":
        values = np.exp(np.log(low) + shares * (np.log(high) - np.log(low)))
    elif parameter.distribution == "lognormal":
        values = _lognormal(parameter, shares)
    else:
        peak = (parameter.value - low) / (high - low)
        rising, falling = np.sqrt(peak * shares), 1 - np.sqrt((1 - peak) * (1 - shares))
        values = np.where(shares < peak, rising, falling) * (high - low) + low
    # Rounding must not carry a value out of the range.
    return np.clip(values, low, high)


def _lognormal(parameter: WorldParameter, shares: Array) -> Array:
    """Give quantiles of a normal distribution of the logarithm that is cut off at the ends of the range."""
    from scipy.special import ndtr, ndtri

    if parameter.spread is None:
        raise InputError(Fault(parameter.name, 'a lognormal distribution needs "spread:"'))
    middle = np.log(parameter.value)
    ends = ndtr((np.log([parameter.low, parameter.high]) - middle) / parameter.spread)
    values: Array = np.exp(ndtri(ends[0] + shares * (ends[1] - ends[0])) * parameter.spread + middle)
    return values
