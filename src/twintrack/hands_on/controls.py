"""Sliders whose baseline is marked, for notebooks."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import ipywidgets

from twintrack.formats import plain

NEAR = 0.01
"""Two values closer than this share of a step are the same."""

STEPS = 100
"""A slider has about this many steps."""

ROW_HEIGHT = 68
"""Pixels that every slider takes with its label, so that a list of them can show whole rows."""

_HANDLE = 8
"""Half the width of a slider's handle in pixels: its track is that much shorter on both sides."""


@dataclass(frozen=True)
class Quantity:
    """What a slider sets: `baseline` is the value marked on it and `mark` its name there.

    `note` is what a reader sees on hovering.
    """

    title: str
    unit: str
    low: float
    high: float
    baseline: float
    note: str = ""
    mark: str = "baseline"


class Control:
    """A slider with its title, value and baseline above it; the value is highlighted where it differs.

    `start` is the value that counts as untouched: the baseline's, or that of the strategy or scenario the
    exploration started from.
    """

    def __init__(self, quantity: Quantity, on_change: Callable[[], None]) -> None:
        self.quantity = quantity
        self.start = quantity.baseline
        self.slider = ipywidgets.FloatSlider(
            value=quantity.baseline,
            min=quantity.low,
            max=quantity.high,
            step=nice_step(quantity.low, quantity.high),
            readout=False,
            layout=ipywidgets.Layout(width="100%", margin="0"),
        )
        self.label = ipywidgets.HTML(layout=ipywidgets.Layout(width="100%", margin="0"))
        self.box = ipywidgets.VBox(
            [self.label, self.slider],
            layout=ipywidgets.Layout(height=f"{ROW_HEIGHT}px", overflow="hidden"),
        )
        self._on_change = on_change
        self._write_label()
        self.slider.observe(self._moved, names="value")

    @property
    def value(self) -> float:
        """Where the slider stands, in the quantity's unit.

        A browser rounds to whole steps with an error in the last digits: what is that close to the start
        or to the baseline is meant to be it.
        """
        value, near = float(self.slider.value), NEAR * float(self.slider.step)
        marks = (mark for mark in (self.start, self.quantity.baseline) if abs(value - mark) < near)
        return next(marks, round(value, 9))

    @property
    def touched(self) -> bool:
        """Whether the slider stands elsewhere than where the exploration started."""
        return self.value != self.start

    def mark_at(self, value: float, mark: str) -> None:
        """Mark another value, by another name; it is within the slider's range."""
        self.quantity = replace(self.quantity, baseline=value, mark=mark)

    def begin_at(self, value: float) -> None:
        """Put the slider to a new starting value, which need not be the baseline; nothing is run."""
        self.slider.unobserve(self._moved, names="value")
        # A scenario may lie outside the range that is thought likely.
        self.slider.min = min(self.quantity.low, value)
        self.slider.max = max(self.quantity.high, value)
        self.slider.value = value
        self.start = value
        self.slider.observe(self._moved, names="value")
        self._write_label()

    def _moved(self, _: dict[str, Any]) -> None:
        # The curves first: whoever moves a slider looks at them.
        self._on_change()
        self._write_label()

    def _write_label(self) -> None:
        quantity = self.quantity
        low, high = float(self.slider.min), float(self.slider.max)
        place = (quantity.baseline - low) / (high - low)
        differs = self.value != quantity.baseline
        look = "font-weight:700;color:#b3470a" if differs else "color:#333d47"
        unit = f" {html.escape(quantity.unit)}" if quantity.unit else ""
        title, line = html.escape(quantity.title), "overflow:hidden;text-overflow:ellipsis;white-space:nowrap"
        hover = f"{title}: {html.escape(quantity.note)}" if quantity.note else title
        self.label.value = (
            f'<div style="line-height:15px;font-size:12px" title="{hover}">'
            f'<div style="{line}">{title}</div>'
            f'<div style="{line}"><span style="{look}">{plain(self.value)}{unit}</span>'
            f'<span style="color:#5c656e"> ({quantity.mark} {plain(quantity.baseline)})</span></div>'
            f'<div style="position:relative;height:7px;margin:0 {_HANDLE}px">'
            f'<span style="position:absolute;left:{place:.2%};transform:translateX(-50%);'
            'font-size:8px;line-height:7px;color:#333d47">▼</span></div></div>'
        )


def sections(groups: Mapping[str, Sequence[Control]], height: int) -> ipywidgets.VBox:
    """Stack groups of controls as sections that open one at a time, in a box `height` pixels high.

    Titles tell how many sliders a section has. The first section is open.
    """
    stacks = [
        ipywidgets.VBox([control.box for control in controls], layout=ipywidgets.Layout(padding="0"))
        for controls in groups.values()
    ]
    titles = [f"{title} ({len(controls)})" for title, controls in groups.items()]
    folded = ipywidgets.Accordion(stacks, titles=titles, selected_index=0)
    layout = ipywidgets.Layout(height=f"{height}px", overflow="hidden scroll", display="block")
    return ipywidgets.VBox([folded], layout=layout)


def nice_step(low: float, high: float) -> float:
    """Give a step of 1, 2 or 5 times a power of ten that divides a range into about a hundred."""
    rough = (high - low) / STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= rough * (1 - 1e-9))
