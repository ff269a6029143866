"""Random functions: numbers of many distributions, made of uniform ones.

Each function reads the arguments that users write, then the number of its stream, that of the run, and the
time. Where the distribution has an inverse, one uniform number gives one of it, cut to a range exactly. Where
it has none, numbers are drawn until one lies in the range; after some turns without success it is the mean,
kept in the range.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from twintrack.equations import counts
from twintrack.equations.draws import B, Stream, V, between, gamma_trial, placed, ranged, spread
from twintrack.equations.special import gamma_ln, normal_quantile, normal_share

_LEAST = -700.0
"""What stands for the logarithm of nothing."""


@dataclass(frozen=True)
class Distribution:
    """A random function: its arguments as users write them, what it computes, and a line for users.

    `tried`: it compares, so that the last digit of what it compares counts.
    """

    arguments: tuple[str, ...]
    meaning: Callable[..., V]
    documentation: str
    tried: bool = False


def _uniform(b: B, low: V, high: V, seed: V, stream: V, run: V, now: V, step: V) -> V:
    del step
    return spread(b, Stream(stream, seed, run, now).uniform(b), low, high)


def _standard(b: B, seed: V, stream: V, run: V, now: V, step: V) -> V:
    return _uniform(b, b.literal(0.0), b.literal(1.0), seed, stream, run, now, step)


def _normal_within(b: B, low: V, high: V, share: V) -> V:
    """Give a number of the standard normal distribution within a range, from the side of its thin tail."""
    above = b.apply("greater", b.apply("add", low, high), b.literal(0.0))
    start = b.select(above, b.apply("negative", high), low)
    end = b.select(above, b.apply("negative", low), high)
    z = normal_quantile(b, spread(b, share, normal_share(b, start), normal_share(b, end)))
    return b.select(above, b.apply("negative", z), z)


def _normal(b: B, low: V, high: V, mean: V, sd: V, seed: V, stream: V, run: V, now: V, step: V) -> V:
    del step
    share = Stream(stream, seed, run, now).uniform(b)
    wide = b.apply("greater", sd, b.literal(0.0))
    width = b.select(wide, sd, b.literal(1.0))
    first, last = _moved(b, low, high, mean, width)
    drawn = b.apply("add", mean, b.apply("multiply", width, _normal_within(b, first, last, share)))
    return between(b, b.select(wide, drawn, mean), low, high)


def _lognormal(b: B, low: V, high: V, mean: V, sd: V, seed: V, stream: V, run: V, now: V, step: V) -> V:
    """Give a number whose logarithm is normal; `mean` and `sd` are those of the number itself."""
    ratio = b.apply("divide", sd, mean)
    grown = b.apply("add", b.literal(1.0), b.apply("multiply", ratio, ratio))
    variance = b.apply("ln", grown)
    middle = b.apply("subtract", b.apply("ln", mean), b.apply("multiply", b.literal(0.5), variance))
    first, last = (
        b.select(b.apply("greater", end, b.literal(0.0)), b.apply("ln", end), b.literal(_LEAST))
        for end in (low, high)
    )
    log = _normal(b, first, last, middle, b.apply("sqrt", variance), seed, stream, run, now, step)
    return between(b, b.apply("exp", log), low, high)


def _exponential_within(b: B, low: V, high: V, share: V) -> V:
    """Give a number of the exponential distribution of mean 1 within a range."""
    zero = b.literal(0.0)
    left = [b.apply("exp", b.apply("negative", b.apply("max", end, zero))) for end in (high, low)]
    return b.apply("negative", b.apply("ln", spread(b, share, *left)))


def _moved(b: B, low: V, high: V, shift: V, stretch: V) -> tuple[V, V]:
    """Give the ends of a range before it was stretched and shifted."""
    first, last = (b.apply("divide", b.apply("subtract", end, shift), stretch) for end in (low, high))
    return first, last


def _exponential(
    b: B, low: V, high: V, shift: V, stretch: V, seed: V, stream: V, run: V, now: V, step: V
) -> V:
    del step
    share = Stream(stream, seed, run, now).uniform(b)
    first, last = _moved(b, low, high, shift, stretch)
    value = _exponential_within(b, first, last, share)
    return between(b, placed(b, value, shift, stretch), low, high)


def _weibull(
    b: B, low: V, high: V, shape: V, shift: V, stretch: V, seed: V, stream: V, run: V, now: V, step: V
) -> V:
    """Give a number of the Weibull distribution of mean 1, stretched and shifted."""
    del step
    share, one = Stream(stream, seed, run, now).uniform(b), b.literal(1.0)
    power = b.apply("divide", one, shape)
    scale = b.apply("exp", b.apply("negative", gamma_ln(b, b.apply("add", one, power))))
    first, last = (
        b.apply("power", b.apply("max", b.apply("divide", end, scale), b.literal(0.0)), shape)
        for end in _moved(b, low, high, shift, stretch)
    )
    value = b.apply("multiply", scale, b.apply("power", _exponential_within(b, first, last, share), power))
    return between(b, placed(b, value, shift, stretch), low, high)


def _triangular(
    b: B, low: V, high: V, start: V, peak: V, stop: V, seed: V, stream: V, run: V, now: V, step: V
) -> V:
    del step
    apply, zero, one = b.apply, b.literal(0.0), b.literal(1.0)
    whole, rise, fall = (
        apply("subtract", end, begin) for begin, end in ((start, stop), (start, peak), (peak, stop))
    )
    before, behind = apply("multiply", whole, rise), apply("multiply", whole, fall)

    def over(x: V, size: V) -> V:
        """Divide by what may be nothing, where the quotient then counts for nothing."""
        return apply("divide", x, b.select(apply("greater", size, zero), size, one))

    def below(x: V) -> V:
        """Give the share below a value."""
        inside = between(b, x, start, stop)
        left, right = apply("subtract", inside, start), apply("subtract", stop, inside)
        up = over(apply("multiply", left, left), before)
        down = apply("subtract", one, over(apply("multiply", right, right), behind))
        return b.select(apply("less", inside, peak), up, b.select(apply("greater", fall, zero), down, one))

    share = spread(b, Stream(stream, seed, run, now).uniform(b), below(low), below(high))
    left = apply("add", start, apply("sqrt", apply("multiply", share, before)))
    right = apply("subtract", stop, apply("sqrt", apply("multiply", apply("subtract", one, share), behind)))
    drawn = b.select(apply("less", share, over(rise, whole)), left, right)
    return between(b, b.select(apply("greater", whole, zero), drawn, peak), low, high)


def _gamma(
    b: B, low: V, high: V, order: V, shift: V, stretch: V, seed: V, stream: V, run: V, now: V, step: V
) -> V:
    """Give a number of the gamma distribution; as in Vensim, an order below 1 counts as 1."""
    del step
    source, ends = Stream(stream, seed, run, now), (low, high, shift, stretch)
    order = b.apply("max", order, b.literal(1.0))
    return ranged(b, source, order, ends, [order], lambda b, s, given: gamma_trial(b, s, *given))


def _beta(
    b: B, low: V, high: V, one: V, other: V, shift: V, stretch: V, seed: V, stream: V, run: V, now: V, step: V
) -> V:
    del step

    def trial(b: B, stream: Stream, given: Sequence[V]) -> tuple[V, V]:
        left, good = gamma_trial(b, stream, given[0], 1)
        right, also = gamma_trial(b, stream, given[1], 5)
        return b.apply("divide", left, b.apply("add", left, right)), b.apply("and", good, also)

    source, ends = Stream(stream, seed, run, now), (low, high, shift, stretch)
    mean = b.apply("divide", one, b.apply("add", one, other))
    return ranged(b, source, mean, ends, [one, other], trial)


_MOVED = ("shift", "stretch", "seed")

DISTRIBUTIONS: dict[str, Distribution] = {
    "random_0_1": Distribution((), _standard, "uniform within 0 and 1"),
    "random_uniform": Distribution(("min", "max", "seed"), _uniform, "uniform between two values"),
    "random_normal": Distribution(
        ("min", "max", "mean", "deviation", "seed"), _normal, "normal, cut to a range"
    ),
    "random_lognormal": Distribution(
        ("min", "max", "mean", "deviation", "seed"),
        _lognormal,
        "its logarithm is normal; mean and standard deviation are those of the number itself",
    ),
    "random_exponential": Distribution(("min", "max", *_MOVED), _exponential, "exponential from 0, mean 1"),
    "random_weibull": Distribution(("min", "max", "shape", *_MOVED), _weibull, "Weibull from 0, mean 1"),
    "random_triangular": Distribution(
        ("min", "max", "start", "peak", "stop", "seed"), _triangular, "triangle between start and stop"
    ),
    "random_gamma": Distribution(
        ("min", "max", "order", *_MOVED), _gamma, "gamma of an order of 1 or more", tried=True
    ),
    "random_beta": Distribution(
        ("min", "max", "alpha", "beta", *_MOVED), _beta, "beta between 0 and 1", tried=True
    ),
    "random_poisson": Distribution(("min", "max", "mean", *_MOVED), counts.poisson, "Poisson", tried=True),
    "random_binomial": Distribution(
        ("min", "max", "chance", "trials", *_MOVED), counts.binomial, "successes among trials", tried=True
    ),
    "random_negative_binomial": Distribution(
        ("min", "max", "chance", "successes", *_MOVED),
        counts.negative_binomial,
        "trials until there are so many successes",
        tried=True,
    ),
}
"""Random functions by name. `min` and `max` cut what is stretched and shifted."""
