"""Random counts: Poisson, binomial and negative binomial numbers.

Small ones are found by adding up probabilities, large ones by W. Hörmann's methods PTRS (Insurance:
Mathematics and Economics 12 (1993), 39-45) and BTRS (Journal of Statistical Computation and Simulation 46
(1993), 101-110).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twintrack.equations.draws import B, Stream, V, again, all_of, between, floor, gamma_trial, ranged
from twintrack.equations.special import gamma_ln

_TERMS = 80
"""Terms of a sum of probabilities whose mean is at most `_FEW`."""
_FEW = 10.0
_NESTED = 1024.0
"""How many turns the streams of trials within a trial lie behind all others."""


def _counted(b: B, start: V, share: V, given: Sequence[V], ratio: Callable[..., V]) -> V:
    """Give a count by adding up probabilities, of which `start` is the first, until they pass a share.

    `ratio` gives the quotient of the probability of a count and that of the one before.
    """

    def turn(b: B, held: Sequence[V], given: Sequence[V]) -> list[V]:
        count, pending, number, chance, total = held
        pending = b.number(b.apply("less_equal", total, given[0]))
        number = b.apply("add", number, b.literal(1.0))
        chance = b.apply("multiply", chance, ratio(b, number, *given[1:]))
        return [b.apply("add", count, pending), pending, number, chance, b.apply("add", total, chance)]

    zero = b.literal(0.0)
    return b.iterate(_TERMS, [zero, b.literal(1.0), zero, start, start], [share, *given], turn)


def _hat(b: B, stream: Stream, width: V, slope: V, middle: V, limit: V) -> tuple[V, V, V, V]:
    """Give a count under Hörmann's hat, whether it lies under the squeeze, and what the exact test needs."""
    apply, literal = b.apply, b.literal
    u = apply("subtract", stream.uniform(b, 1.0), literal(0.5))
    v = stream.uniform(b, 2.0)
    us = apply("subtract", literal(0.5), apply("abs", u))
    lean = apply("add", apply("divide", apply("multiply", literal(2.0), slope), us), width)
    count = floor(b, apply("add", apply("multiply", lean, u), middle))
    inside = all_of(b, apply("greater_equal", us, literal(0.07)), apply("less_equal", v, limit))
    scaled = apply("add", apply("divide", slope, apply("multiply", us, us)), width)
    return count, inside, v, scaled


def _log_factorial(b: B, count: V) -> V:
    return gamma_ln(b, b.apply("add", b.apply("max", count, b.literal(0.0)), b.literal(1.0)))


def _poisson_trial(b: B, stream: Stream, mean: V) -> tuple[V, V]:
    """Try one number of a Poisson distribution of a large mean (PTRS)."""
    apply, literal = b.apply, b.literal
    mean = apply("max", mean, literal(_FEW))
    width = apply("add", literal(0.931), apply("multiply", literal(2.53), apply("sqrt", mean)))
    slope = apply("add", literal(-0.059), apply("multiply", literal(0.02483), width))
    alpha = apply("divide", literal(1.1328), apply("subtract", width, literal(3.4)))
    alpha = apply("add", literal(1.1239), alpha)
    limit = apply("divide", literal(3.6224), apply("subtract", width, literal(2.0)))
    limit = apply("subtract", literal(0.9277), limit)
    middle = apply("add", mean, literal(0.43))
    count, inside, v, scaled = _hat(b, stream, width, slope, middle, limit)
    left = apply("ln", apply("divide", apply("multiply", v, alpha), scaled))
    right = apply("subtract", apply("multiply", count, apply("ln", mean)), mean)
    exact = apply("less_equal", left, apply("subtract", right, _log_factorial(b, count)))
    good = apply("greater_equal", count, literal(0.0))
    return count, apply("and", good, apply("or", inside, exact))


def _small_poisson(b: B, stream: Stream, mean: V) -> V:
    few = between(b, mean, b.literal(0.0), b.literal(_FEW))
    start = b.apply("exp", b.apply("negative", few))
    ratio = lambda b, number, mean: b.apply("divide", mean, number)  # noqa: E731
    return _counted(b, start, stream.uniform(b, 3.0), [few], ratio)


def _any_poisson(b: B, stream: Stream, given: Sequence[V]) -> tuple[V, V]:
    """Try one number of a Poisson distribution."""
    large = b.apply("greater_equal", given[0], b.literal(_FEW))
    count, good = _poisson_trial(b, stream, given[0])
    value = b.select(large, count, _small_poisson(b, stream, given[0]))
    return value, b.apply("or", good, b.apply("not", large))


def poisson(
    b: B, low: V, high: V, mean: V, shift: V, stretch: V, seed: V, stream: V, run: V, now: V, step: V
) -> V:
    """Give a Poisson number."""
    del step
    source, ends = Stream(stream, seed, run, now), (low, high, shift, stretch)
    return ranged(b, source, b.apply("trunc", mean), ends, [mean], _any_poisson)


def _binomial_trial(b: B, stream: Stream, trials: V, chance: V) -> tuple[V, V]:
    """Try one number of a binomial distribution of many successes (BTRS); the chance is at most a half."""
    apply, literal, one = b.apply, b.literal, b.literal(1.0)
    missed = apply("subtract", one, chance)
    mean = apply("multiply", trials, chance)
    spread = apply("sqrt", apply("max", apply("multiply", mean, missed), literal(_FEW / 2)))
    width = apply("add", literal(1.15), apply("multiply", literal(2.53), spread))
    slope = apply("add", literal(-0.0873), apply("multiply", literal(0.0248), width))
    slope = apply("add", slope, apply("multiply", literal(0.01), chance))
    limit = apply("subtract", literal(0.92), apply("divide", literal(4.2), width))
    alpha = apply("multiply", apply("add", literal(2.83), apply("divide", literal(5.1), width)), spread)
    count, inside, v, scaled = _hat(b, stream, width, slope, apply("add", mean, literal(0.5)), limit)
    peak = floor(b, apply("multiply", apply("add", trials, one), chance))
    odds = apply("ln", apply("divide", chance, missed))
    left = apply("ln", apply("divide", apply("multiply", v, alpha), scaled))
    right = apply("add", _ways(b, trials, peak), apply("multiply", apply("subtract", count, peak), odds))
    exact = apply("less_equal", left, apply("subtract", right, _ways(b, trials, count)))
    good = all_of(b, apply("greater_equal", count, literal(0.0)), apply("less_equal", count, trials))
    return count, apply("and", good, apply("or", inside, exact))


def _ways(b: B, trials: V, count: V) -> V:
    """Give the logarithm of k! (n - k)!."""
    return b.apply("add", _log_factorial(b, count), _log_factorial(b, b.apply("subtract", trials, count)))


def _any_binomial(b: B, stream: Stream, given: Sequence[V]) -> tuple[V, V]:
    """Try one number of a binomial distribution, of successes or failures, whichever are fewer."""
    apply, one = b.apply, b.literal(1.0)
    trials, chance = given
    turned = apply("greater", chance, b.literal(0.5))
    chance = b.select(turned, apply("subtract", one, chance), chance)
    large = apply("greater_equal", apply("multiply", trials, chance), b.literal(_FEW))
    count, good = _binomial_trial(b, stream, trials, b.select(large, chance, b.literal(0.5)))
    few = b.select(large, b.literal(0.0), chance)
    odds = apply("divide", few, apply("subtract", one, few))
    start = apply("exp", apply("multiply", trials, apply("ln", apply("subtract", one, few))))

    def ratio(b: B, number: V, trials: V, odds: V) -> V:
        left = b.apply("add", b.apply("subtract", trials, number), b.literal(1.0))
        left = b.apply("max", left, b.literal(0.0))
        return b.apply("multiply", odds, b.apply("divide", left, number))

    small = _counted(b, start, stream.uniform(b, 3.0), [trials, odds], ratio)
    value = b.select(large, count, apply("min", small, trials))
    value = b.select(turned, apply("subtract", trials, value), value)
    return value, apply("or", good, apply("not", large))


def binomial(
    b: B,
    low: V,
    high: V,
    chance: V,
    trials: V,
    shift: V,
    stretch: V,
    seed: V,
    stream: V,
    run: V,
    now: V,
    step: V,
) -> V:
    """Give the successes among some trials."""
    del step
    source, ends = Stream(stream, seed, run, now), (low, high, shift, stretch)
    chance = between(b, chance, b.literal(0.0), b.literal(1.0))
    mean = b.apply("trunc", b.apply("multiply", trials, chance))
    return ranged(b, source, mean, ends, [trials, chance], _any_binomial)


def negative_binomial(
    b: B,
    low: V,
    high: V,
    chance: V,
    wanted: V,
    shift: V,
    stretch: V,
    seed: V,
    stream: V,
    run: V,
    now: V,
    step: V,
) -> V:
    """Give the trials that it takes to succeed so often: a Poisson number whose mean is a gamma one."""
    del step

    def trial(b: B, stream: Stream, given: Sequence[V]) -> tuple[V, V]:
        wanted, odds = given
        order, good = gamma_trial(b, stream, wanted, 4)
        mean = b.apply("multiply", order, odds)
        most = b.apply("max", mean, b.literal(_FEW))
        within = stream.moved(b, b.literal(_NESTED))
        large = again(b, within, most, (), [most], lambda b, s, given: _poisson_trial(b, s, *given))
        few = b.apply("less", mean, b.literal(_FEW))
        failures = b.select(few, _small_poisson(b, stream, mean), large)
        return b.apply("add", wanted, failures), good

    source, ends = Stream(stream, seed, run, now), (low, high, shift, stretch)
    odds = b.apply("divide", b.apply("subtract", b.literal(1.0), chance), chance)
    mean = b.apply("trunc", b.apply("divide", wanted, chance))
    return ranged(b, source, mean, ends, [wanted, odds], trial)
