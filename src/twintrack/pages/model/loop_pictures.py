"""What drives an outcome as pictures: its course over a strip of loops, and the loops with their links."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from twintrack.charts import COLOURS
from twintrack.folders import renewed_folder
from twintrack.formats import number, share
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.loops import links
from twintrack.names import split_element
from twintrack.pages.figures.scales import Scale, round_ends, ticks
from twintrack.pages.model import svg as model_svg
from twintrack.pages.model.drawing import draw
from twintrack.pages.model.svg import FONT, INK, SOFT
from twintrack.pages.model.views import Item, Link, View
from twintrack.pages.numbers import table_scale
from twintrack.pages.texts import LANGUAGES, Texts

if TYPE_CHECKING:
    from twintrack.decisions.loops import Loops
    from twintrack.equations.structure import Array
    from twintrack.inputs.structure_schemas import LoopEntry
    from twintrack.inputs.world import Scenario
    from twintrack.runs.results import Run

SHOWN = 6
"""Loops with a colour of their own in the strip; the others share a grey."""
DRAWN = 3
"""Loops in the diagram."""
OTHERS = "#d5dae0"
WIDTH, LEFT, RIGHT = 760.0, 64.0, 22.0
CURVE, STRIP, BAR, ROW = 130.0, 170.0, 22.0, 19.0
"""Heights of the parts of the picture, in px."""
LONG_ENOUGH = 34.0
"""Width in px from which on a stretch of the bar holds the name of its loop."""


@dataclass(frozen=True)
class Strip:
    """What drives an outcome in a run, ready to be drawn.

    Attributes:
        outcome: Name of the outcome.
        run: The run.
        times: When the steps begin that shares are of, shape (steps,).
        drives: Share of every loop in what drives the outcome, shape (steps,) each.
        titles: What a loop is called.
        scenario: Title of the scenario; none where it is the central one.
    """

    outcome: str
    run: Run
    times: Array
    drives: Mapping[str, Array]
    titles: Mapping[str, str]
    scenario: str = ""

    @property
    def order(self) -> list[str]:
        """The loops that move the outcome, that with the largest mean share first."""
        sizes = {name: float(np.abs(part).mean()) for name, part in self.drives.items()}
        return sorted((name for name, size in sizes.items() if size), key=lambda name: -sizes[name])

    @property
    def stretches(self) -> list[tuple[float, float, str]]:
        """When which loop is the strongest: from, to, name."""
        names = list(self.drives)
        if not names:
            return []
        sizes = np.abs(np.stack([self.drives[name] for name in names]))
        first = [names[row.argmax()] if row.max() > 0 else "" for row in sizes.T]
        starts = [k for k, name in enumerate(first) if k == 0 or name != first[k - 1]]
        ends = [*(float(self.times[k]) for k in starts[1:]), float(self.run.time[-1])]
        return [(float(self.times[k]), end, first[k]) for k, end in zip(starts, ends, strict=True)]


def strip_svg(strip: Strip, texts: Texts) -> str:
    """Draw the course of the outcome, under it the shares of loops, and who is strongest when."""
    shown = strip.order[:SHOWN]
    first, last = float(strip.run.time[0]), float(strip.run.time[-1])
    rows = len(shown) + (len(strip.order) > SHOWN)
    top = 44.0
    places = top, top + CURVE + 30, top + CURVE + 30 + STRIP + 8
    height = places[2] + BAR + 34 + ROW * rows + 24

    def x(time: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (time - first) / (last - first)

    title = texts("loops_strip", outcome=_title(strip, texts), strategy=_strategy(strip, texts))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {WIDTH:.0f} {height:.0f}" role="img" class="diagram" font-family="{escape(FONT)}" '
        f'font-size="12" fill="{INK}">',
        f"<title>{escape(title)}</title>",
        _text(0, 16, title, size=15, weight=700),
        *_curve(strip, x, places[0], texts),
        *_areas(strip, shown, x, places[1], texts),
        *_bar(strip, shown, x, places[2]),
        *_years(x, first, last, places[2] + BAR + 15),
        *_legend(strip, shown, places[2] + BAR + 36, texts),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _title(strip: Strip, texts: Texts) -> str:
    known = strip.run.catalogue.outcomes
    return (
        texts.of(known[strip.outcome].title)
        if strip.outcome in known
        else strip.run.catalogue.title(strip.outcome)
    )


def _strategy(strip: Strip, texts: Texts) -> str:
    """Name the strategy, and the scenario where it is not the central one."""
    title = texts.of(strip.run.plan.title) or strip.run.strategy
    return texts("loops_under", strategy=title, scenario=strip.scenario) if strip.scenario else title


def _curve(strip: Strip, x: Callable[[float], float], top: float, texts: Texts) -> list[str]:
    scale = table_scale(strip.run.catalogue.unit(strip.outcome), texts)
    values = scale.factor * strip.run[strip.outcome]
    known = strip.run.catalogue.outcomes
    spec = known[strip.outcome].format if strip.outcome in known else ".3g"
    low, high, step = round_ends([0.0, float(values.min()), float(values.max())], 3)
    y = Scale(low, high, top + CURVE, top)

    points = " ".join(f"{x(t):.1f},{y(v):.1f}" for t, v in zip(strip.run.time, values, strict=True))
    marks = [
        f'<path d="M{LEFT:g},{y(value):.1f} H{WIDTH - RIGHT:g}" stroke="#e3e6ea"/>'
        + _text(LEFT - 6, y(value) + 4, _tick(value, spec), anchor="end", colour=SOFT)
        for value in ticks(low, high, step)
    ]
    line = f'<polyline points="{points}" fill="none" stroke="{INK}" stroke-width="2"/>'
    unit = _text(LEFT, top - 6, scale.unit, colour=SOFT, size=11)
    return [*marks, line, unit]


def _tick(value: float, spec: str) -> str:
    """Write a round number with as many digits as it needs."""
    return f"{number(100 * value, '.4g')}%" if "%" in spec else number(value, ".6g")


def _areas(
    strip: Strip, shown: Sequence[str], x: Callable[[float], float], top: float, texts: Texts
) -> list[str]:
    """Stack the sizes of the shares, each from where its step begins to where the next one does."""
    edges = [*map(float, strip.times), float(strip.run.time[-1])]
    stacked = np.zeros(len(strip.times))
    parts = [_text(LEFT, top - 6, texts("loops_shares"), colour=SOFT, size=11)]
    others = [name for name in strip.order if name not in shown]
    grey = sum((np.abs(strip.drives[name]) for name in others), np.zeros(len(strip.times)))
    layers = [*((COLOURS[k], np.abs(strip.drives[name])) for k, name in enumerate(shown)), (OTHERS, grey)]
    for colour, size in layers:
        below, stacked = stacked, stacked + size
        upper = [(time, value) for value, pair in zip(stacked, pairwise(edges), strict=True) for time in pair]
        lower = [(time, value) for value, pair in zip(below, pairwise(edges), strict=True) for time in pair]
        points = " ".join(f"{x(t):.1f},{top + STRIP * (1 - v):.1f}" for t, v in [*upper, *lower[::-1]])
        parts.append(f'<polygon points="{points}" fill="{colour}"/>')
    parts += [
        _text(LEFT - 6, top + STRIP * (1 - part) + 4, f"{part:.0%}", anchor="end", colour=SOFT)
        for part in (0.0, 0.5, 1.0)
    ]
    frame = f'<rect x="{LEFT:g}" y="{top:g}" width="{WIDTH - LEFT - RIGHT:g}" height="{STRIP:g}"'
    return [*parts, f'{frame} fill="none" stroke="#b6bdc4"/>']


def _bar(strip: Strip, shown: Sequence[str], x: Callable[[float], float], top: float) -> list[str]:
    """Say in a bar which loop is the strongest when; its name stands in it where there is room."""
    parts = []
    for begin, end, name in strip.stretches:
        colour = COLOURS[shown.index(name)] if name in shown else OTHERS
        left, width = x(begin), x(end) - x(begin)
        parts.append(
            f'<rect x="{left:.1f}" y="{top:g}" width="{width:.1f}" height="{BAR:g}" fill="{colour}" '
            f'stroke="#fff" stroke-width=".7"><title>{escape(name)} {begin:g}–{end:g}</title></rect>'
        )
        if width >= LONG_ENOUGH:
            ink = "#fff" if colour in ("#0072B2", "#000000") else "#000"
            middle = left + width / 2
            parts.append(_text(middle, top + 15.5, name, anchor="middle", weight=700, colour=ink))
    return parts


def _years(x: Callable[[float], float], first: float, last: float, y: float) -> list[str]:
    count = max(1, round((last - first) / 6))
    years = np.arange(first, last + 1e-9, count)
    return [_text(x(float(year)), y, f"{year:g}", anchor="middle", colour=SOFT) for year in years]


def _legend(strip: Strip, shown: Sequence[str], top: float, texts: Texts) -> list[str]:
    rows = [(COLOURS[k], name, _kind(strip.drives[name], texts)) for k, name in enumerate(shown)]
    parts = []
    for place, (colour, name, kind) in enumerate(rows):
        y = top + ROW * place
        mean = share(float(np.abs(strip.drives[name]).mean()))
        text = texts("loops_row", id=name, title=strip.titles[name], kind=kind, share=mean)
        parts += [_square(colour, y), _text(LEFT + 18, y + 10, text)]
    others = len(strip.order) - len(shown)
    if others > 0:
        y = top + ROW * len(rows)
        parts += [_square(OTHERS, y), _text(LEFT + 18, y + 10, texts("loops_others", count=others))]
    below = top + ROW * (len(rows) + (others > 0)) + 14
    return [*parts, _text(LEFT, below, texts("loops_note"), colour=SOFT, size=11)]


def _kind(part: Array, texts: Texts) -> str:
    return texts("loop_reinforcing" if part.sum() > 0 else "loop_balancing")


def _square(colour: str, y: float) -> str:
    return f'<rect x="{LEFT:g}" y="{y:g}" width="12" height="12" fill="{colour}"/>'


def _text(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    colour: str = INK,
    size: float = 12,
    weight: int = 400,
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size:g}" '
        f'font-weight="{weight}" fill="{colour}">{escape(text)}</text>'
    )


def diagram_svg(
    loops: Loops,
    names: Sequence[str],
    title: str,
    texts: Texts,
    called: Mapping[str, str],
    href: Callable[[str], str] | None = None,
) -> str:
    """Draw loops with every link as thick as its mean part in all that moves its effect.

    Under the picture stands through which stocks each loop runs, so that it is found there; `called` are
    titles of loops, `href` gives the address of a variable's equation.
    """
    variables = loops.equations.variables
    view = View("", ())
    about, titles = {}, {}
    for name in names:
        for cause, effect in links(loops.cycles[name]):
            for label in (cause, effect):
                plain, elements = split_element(label)
                variable = variables[plain]
                kind = "stock" if variable.kind == "stock" else "auxiliary"
                view.items.setdefault(label, Item(label, kind, label))
                titles[label] = f"{variable.title} [{', '.join(elements)}]" if elements else variable.title
                about[label] = f"{titles[label]} [{variable.units}]: {variable.documentation}"
            part = loops.part(cause, effect)
            sign = "+" if part.sum() > 0 else "-" if part.sum() < 0 else ""
            link = Link(cause, effect, sign, float(np.abs(part).mean()))
            if link not in view.links:
                view.links.append(link)
    element = None if href is None else (lambda label: href(split_element(label)[0]))
    stocks = {label for label, item in view.items.items() if item.kind == "stock"}
    through = {name: [cause for cause, _ in links(loops.cycles[name]) if cause in stocks] for name in names}
    rows = (f"{name} {called[name]}: {' → '.join(titles[one] for one in through[name])}" for name in names)
    legend = (*rows, texts("loops_legend"))
    return model_svg.svg(draw(view, titles), title, about, element, legend)


def strip_of(
    loops: Loops, run: Run, outcome: str, entries: Iterable[LoopEntry], scenario: Scenario, texts: Texts
) -> Strip:
    """Give what a strip is drawn from; raises InputError for a name that the model does not have."""
    titles = {cycle.id: texts.of(entry.title) for entry in entries for cycle in entry.cycles}
    under = "" if scenario.name == CENTRAL else texts.of(scenario.title)
    return Strip(outcome, run, loops.times, loops.drives(outcome), titles, under)


def write_loop_pictures(
    loops: Loops, run: Run, outcome: str, entries: Sequence[LoopEntry], scenario: Scenario, folder: Path
) -> list[Path]:
    """Write strip and diagram in every language as SVG; give their paths.

    Raises InputError for a name that the model does not have, and for files that would be lost.
    """
    files: dict[str, str] = {}
    for language in LANGUAGES:
        texts = Texts(language)
        strip = strip_of(loops, run, outcome, entries, scenario, texts)
        end = ".svg" if language == LANGUAGES[0] else f".{language}.svg"
        files[f"strip{end}"] = strip_svg(strip, texts)
        title, names = drawn_title(strip, texts), strip.order[:DRAWN]
        files[f"loops{end}"] = diagram_svg(loops, names, title, texts, strip.titles)
    with renewed_folder(folder, "pictures of loops", shared=True, obsolete=files.__contains__) as fresh:
        for name, text in files.items():
            (fresh / name).write_text(text, encoding="utf-8")
    return [folder / name for name in files]


def drawn_title(strip: Strip, texts: Texts) -> str:
    """Say which loops the diagram shows."""
    return texts("loops_drawn", outcome=_title(strip, texts), names=texts.join(strip.order[:DRAWN]))
