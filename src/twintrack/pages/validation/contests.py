"""What history says about the decision: first places and margins of the compared strategies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median

from twintrack.calibration.first_places import LEARNT
from twintrack.charts import BRIGHT, COLOURS
from twintrack.formats import difference, share
from twintrack.pages.blocks import Bar, Block, Cell, Claim, Key, Legend, Part, Row, Table, grouped
from twintrack.pages.numbers import table_factor, table_unit
from twintrack.pages.validation.view import Computed, ValidationView

NARROWEST_LABEL = 0.25
"""Parts of a bar smaller than this share of it hold no number."""
WORDS = {"prior": "worlds_prior", "posterior": "worlds_posterior"}
UNMOVED = 0.05
"""Learning that moves no share of first places in the middle contest by more than this has hardly spoken."""


def decision(view: ValidationView) -> list[Block]:
    """Give the sentence, its legend and the bars; nothing where no strategies are compared."""
    if not contests(view):
        return []
    keys = [Key(view.strategy(name), colour) for name, colour in _colours(view).items()]
    return [told(view), Legend(keys), _firsts(view)]


def contests(view: ValidationView) -> Sequence[Computed]:
    """Give the contests, one for each outcome and date."""
    found: Sequence[Computed] = view["ranking"].get("contests", ())
    return found


def told(view: ValidationView) -> Claim:
    """Say which strategy is first most often, whether learning changed that, and how small margins are."""
    items = contests(view)
    leaders = Counter(item["posterior"]["leader"] for item in items)
    changed = sum(item["prior"]["leader"] != item["posterior"]["leader"] for item in items)
    moved = median(_moved(item) for item in items)
    narrow = [item["posterior"]["relative"] for item in items if item["posterior"]["relative"] is not None]
    firsts = [
        view.texts("contest_leader", name=view.texts("quoted", text=view.strategy(name)), count=count)
        for name, count in leaders.most_common()
    ]
    return view.claim(
        "contests_hardly" if moved <= UNMOVED else "contests_moved",
        "ranking",
        firsts=view.texts.join(firsts),
        contests=len(items),
        outcomes=len({item["outcome"] for item in items}),
        dates=len({item["year"] for item in items}),
        changed=changed,
        moved=difference(moved, ".0%"),
        lead=share(median(narrow)) if narrow else share(0.0),
    )


def _moved(item: Computed) -> float:
    """Give by how much learning changes the share of first places that it changes most."""
    before, after = ({one["strategy"]: one["first"] for one in item[key]["standings"]} for key in LEARNT)
    return max(abs(float(after[name] - before[name])) for name in after)


def _colours(view: ValidationView) -> Mapping[str, str]:
    return dict(zip(view["ranking"]["compared"], COLOURS, strict=False))


def _firsts(view: ValidationView) -> Table:
    """Bars of the shares of first places before and after learning, with the lead below each."""
    rows: list[Row] = []
    for items in by_outcome(view).values():
        heading = Cell(view.outcome(items[0]["outcome"]), _unit(view, items[0]["outcome"]))
        found: list[Row] = [
            [view.texts(WORDS[key]), *(_bar(view, item, key) for item in items)] for key in LEARNT
        ]
        rows += grouped(heading, found)
    years = [f"{item['year']:g}" for item in next(iter(by_outcome(view).values()))]
    head = [*view.head("outcome", "worlds"), *years]
    return view.table("firsts_table", head, rows, "ranking", style="firsts", note="firsts_note")


def by_outcome(view: ValidationView) -> Mapping[str, Sequence[Computed]]:
    """Give the contests of each outcome, in the order of their dates."""
    found: dict[str, list[Computed]] = {}
    for item in contests(view):
        found.setdefault(item["outcome"], []).append(item)
    return found


def _bar(view: ValidationView, item: Computed, key: str) -> Cell:
    state, colours = item[key], _colours(view)
    shares = {one["strategy"]: one["first"] for one in state["standings"]}
    titles = {name: f"{view.strategy(name)}: {share(value)}" for name, value in shares.items()}
    parts = [
        Part(
            100 * value,
            colours[name],
            _ink(colours[name]),
            share(value) if value >= NARROWEST_LABEL else "",
            titles[name],
        )
        for name, value in shares.items()
        if value > 0
    ]
    return Cell("", _lead(view, item["outcome"], state["lead"]), bar=Bar(parts, "; ".join(titles.values())))


def _lead(view: ValidationView, outcome: str, band: Computed) -> str:
    """Write by how much the first of a world is ahead of the second: median and 90 % band."""
    told = view.model.outcomes[outcome]
    spec, factor = told.format, table_factor(told.unit, view.texts)
    middle, low, high = (difference(factor * band[key], spec) for key in ("p50", "p05", "p95"))
    return f"{middle} ({low} – {high})"


def _unit(view: ValidationView, outcome: str) -> str:
    """Give the unit of differences of an outcome: percentage points of shares."""
    if view.model.outcomes[outcome].format.endswith("%"):
        return view.texts("points_of_percent")
    return table_unit(view.model.outcomes[outcome].unit, view.texts)


def _ink(colour: str) -> str:
    """Give the colour that print on another one is read in."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return "#000000" if 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 > BRIGHT else "#ffffff"
