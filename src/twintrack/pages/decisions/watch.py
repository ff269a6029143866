"""What plans that watch and switch are worth, what waiting costs, and what tells early."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from twintrack.core import Core
from twintrack.decisions.watching import Difference, Watched
from twintrack.decisions.watching_rules import Fixed, Rule
from twintrack.decisions.watching_signposts import Signpost
from twintrack.formats import date, number, share, significant
from twintrack.pages.decisions.words import Line, Rows, Words
from twintrack.pages.texts import Texts

SIGNPOSTS = 6
"""Signposts that are shown."""


def differences(found: Watched) -> Mapping[str, Difference]:
    """Give what is compared, by the keys of its texts and of the table."""
    return {
        "rule against best fixed plan": found.gain,
        "rule against best plan without a date": found.undated[1],
        "switching a year later": found.waiting_to_switch,
        "best fixed plan begun a year later": found.waiting_to_begin,
    }


def watch_lines(core: Core, found: Watched, language: str) -> Iterator[Line]:
    """Tell the best rule and the best fixed plan, what they differ by, and signposts."""
    words = Words(core, Texts(language))
    texts, watch = words.texts, found.watch
    yield texts(
        "told_watch",
        outcome=words.outcome(watch.outcome),
        year=date(watch.year),
        training=watch.training,
        held_out=watch.held_out,
        origin=texts(f"told_origin_{found.origin}"),
        seed=watch.seed,
    )
    yield texts("told_rule", rule=rule_text(words, found.rule))
    alone, _ = found.undated
    yield texts("told_fixed", fixed=fixed_text(words, found.fixed), alone=fixed_text(words, alone))
    yield texts(
        "told_moments", share=share(found.switched), moments=", ".join(date(one) for one in found.moments)
    )
    factor = words.factor(watch.outcome)
    rows = [
        [
            texts(f"told_{name}"),
            f"{significant(factor * one.mean)} ± {significant(factor * one.error, 2)}",
            texts("told_clear" if one.clear else "told_unclear"),
            *(significant(factor * end) for end in (one.band[0], one.band[2])),
            share(one.better),
        ]
        for name, one in differences(found).items()
    ]
    head = words.heads("compared", "mean_error", "told", "low90", "high90", "better_in")
    yield Rows([head[0], words.headed(head[1], watch.outcome), *head[2:]], rows)
    trained = words.amount(found.gain_in_training, watch.outcome)
    yield texts("told_trained", gain=trained)
    yield texts("told_event", first=found.rule.first, to=found.rule.to, share=share(found.event))
    yield Rows(
        words.heads("signpost", "hits", "false_alarms", "interval", "lead", "lead_band"),
        [_post(words, post) for post in found.signposts[:SIGNPOSTS]],
    )


def rule_text(words: Words, rule: Rule) -> str:
    """Put a rule into words."""
    texts = words.texts
    ramp = texts("told_ramp", years=f"{rule.ramp_years:g}") if rule.ramp_years else texts("told_at_once")
    held = texts("told_held", years=f"{rule.for_years:g}") if rule.for_years else ""
    return texts(
        "told_rule_text",
        first=rule.first,
        to=rule.to,
        ramp=ramp,
        outcome=words.outcome(rule.outcome),
        below=words.amount(rule.below, rule.outcome),
        held=held,
    )


def fixed_text(words: Words, plan: Fixed) -> str:
    """Put a plan that waits for nothing into words."""
    if not plan.to:
        return plan.first
    return words.texts("told_fixed_text", first=plan.first, to=plan.to, date=date(plan.date))


def _post(words: Words, post: Signpost) -> list[str]:
    threshold = words.amount(post.threshold, post.outcome)
    low, high = post.false_alarm_band
    first, middle, last = (number(years, ".3g") for years in post.lead)
    return [
        words.texts(f"told_{post.side}", outcome=words.outcome(post.outcome), threshold=threshold),
        share(post.hits),
        share(post.false_alarms),
        f"{share(low)}–{share(high)}",
        middle,
        f"{first}–{last}",
    ]
