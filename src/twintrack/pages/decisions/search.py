"""What a search for better mixes found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from twintrack.core import Core
from twintrack.decisions.search import Front, Judged
from twintrack.formats import date, share, signed, significant
from twintrack.pages.decisions.words import Line, Rows, Words
from twintrack.pages.texts import Texts


def search_lines(core: Core, front: Front, folder: str, language: str) -> Iterator[Line]:
    """Tell the front, how far named strategies are from it, dates, limits, and the price of few levers."""
    words = Words(core, Texts(language))
    texts, search, simple = words.texts, front.search, front.simple
    outcomes = list(search.outcomes)
    yield texts(
        "told_search",
        evaluations=f"{search.evaluations:,}",
        training=search.training,
        held_out=search.held_out,
        origin=texts(f"told_origin_{front.origin}"),
        seed=search.seed,
        year=date(search.year),
    )
    rows = [
        [
            one.strategy.name,
            *(f"{_more(one.gains[name])} ± {significant(one.error[name], 2)}" for name in outcomes),
            f"{one.effort:.2f}",
            str(len(one.settings)) if one.settings else "",
            _dates(one),
        ]
        for one in (*front.mixes, simple.judged, *front.named)
    ]
    heads = [words.headed(words.outcome(name), name) for name in outcomes]
    yield Rows(
        [*words.heads("strategy"), *heads, *words.heads("effort", "moved", "begins")],
        rows,
    )
    yield Rows(
        words.heads("strategy", "dominated_by", "behind", "by", "worlds_better"),
        [
            [one.name, str(one.dominated_by), f"{one.behind:+.2f}", one.mix, share(one.worlds_better)]
            for one in front.distances
        ],
    )
    yield texts(
        "told_dominated",
        free=len(front.undominated),
        mixes=len(front.mixes),
        dominated=sum(one.dominated_by > 0 for one in front.distances),
        named=len(front.distances),
    )
    yield texts("told_limits", levers=_limits(words, front.mixes) or texts("told_no_lever"))
    yield texts(
        "told_simple",
        name=simple.judged.strategy.name,
        count=len(simple.steps),
        levers=words.listed(simple.steps),
        price=f"{simple.price:.2f}",
    )
    yield texts("told_optimism", outcomes=_optimism(words, front))
    yield texts("told_search_written", folder=folder)


def _more(value: float) -> str:
    return signed(value, ".3g") if value and abs(value) < 1 else signed(value, ",.1f")


def _dates(one: Judged) -> str:
    """Give the first and the last date at which a mix begins to move a group of levers."""
    dates = sorted({when for _, when in one.settings.values()})
    return "–".join(date(when) for when in dict.fromkeys((dates[0], dates[-1]))) if dates else ""


def _limits(words: Words, mixes: Sequence[Judged]) -> str:
    """Name the levers that stand at a limit in half of the mixes or more."""
    count = sorted({(lever, end) for one in mixes for lever, end in one.bounds.items()})
    often = [
        words.texts(f"told_limit_{end}", lever=words.change(lever), share=share(part))
        for lever, end in count
        if (part := sum(one.bounds.get(lever) == end for one in mixes) / len(mixes)) >= 0.5
    ]
    return words.texts("list_comma").join(often)


def _optimism(words: Words, front: Front) -> str:
    """Say by how much mixes gain more, on average, in the worlds in which they evolved than in others."""
    told = []
    for name in front.search.outcomes:
        pairs = [
            (front.training_gains[one.strategy.name][name], one.gains[name])
            for one in front.mixes
            if one.strategy.name in front.training_gains
        ]
        lost = sum(trained - held for trained, held in pairs) / len(pairs)
        told.append(f"{words.outcome(name)} {words.amount(lost, name, _more)}")
    return words.texts("list_comma").join(told)
