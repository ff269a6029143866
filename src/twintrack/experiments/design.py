"""Which worlds to try: a Latin hypercube over the uncertain parameters.

Every parameter's range is cut into as many slices of equal probability as there are worlds, and each slice is
drawn from once (McKay, Beckman and Conover 1979, Technometrics 21(2)). Every parameter has its own stream of
random numbers, made from the seed and its name: a further parameter in world.yaml leaves the draws of the
others as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from twintrack.errors import Fault, InputError

if TYPE_CHECKING:
    import pandas as pd

    from twintrack.inputs.world import WorldParameter

FIXED = "fixed"


def sample_worlds(parameters: Mapping[str, WorldParameter], worlds: int, seed: int = 1) -> pd.DataFrame:
    """Draw worlds: one row each, one column for each parameter that is not fixed, in the parameters' units.

    The same parameters, number and seed give the same bytes. Raises InputError when `worlds` is less than one
    or `seed` is negative.
    """
    import pandas as pd

    faults = []
    if worlds < 1:
        faults.append(Fault("worlds", f"at least 1 world is needed, not {worlds}"))
    if seed < 0:
        faults.append(Fault("seed", f"the seed must be 0 or more, not {seed}"))
    if faults:
        raise InputError(faults)
    columns = {
        name: _quantiles(parameter, _stratified(name, worlds, seed))
        for name, parameter in parameters.items()
        if parameter.distribution != FIXED
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(worlds, name="world"))


def _stratified(name: str, worlds: int, seed: int) -> NDArray[np.float64]:
    """Give one number from each of `worlds` equal slices of 0 to 1, in random order, shape (worlds,)."""
    from scipy.stats import qmc

    stream = np.random.default_rng([seed, crc32(name.encode())])
    column: NDArray[np.float64] = qmc.LatinHypercube(1, rng=stream).random(worlds)[:, 0]
    return column


def _quantiles(parameter: WorldParameter, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the parameter's values below which the given shares of its distribution lie, same shape."""
    from scipy import stats

    low, high = parameter.low, parameter.high
    if parameter.distribution == "uniform":
        distribution = stats.uniform(low, high - low)
    elif parameter.distribution == "loguniform":
        distribution = stats.loguniform(low, high)
    else:
        distribution = stats.triang((parameter.value - low) / (high - low), low, high - low)
    # Rounding must not carry a value out of the range.
    values: NDArray[np.float64] = np.clip(distribution.ppf(shares), low, high)
    return values
