"""Sliders and curves in Jupyter: move a lever or a belief about the world and see what follows.

Needs the notebook extra (ipywidgets and anywidget). Every event costs one run of the model (two when the
world changes, for the baseline lives in the same world) and replaces only the y values of the curves.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twintrack.errors import Fault, InputError, TwinTrackError
from twintrack.hands_on.curves import FIGURE_WIDTH, WORDS, Curves
from twintrack.hands_on.sectors import lever_sectors, world_sectors
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.paths import TimePath
from twintrack.inputs.schema_kinds import Bilingual
from twintrack.inputs.strategies import BASELINE
from twintrack.inputs.strategy_files import save_strategy
from twintrack.inputs.validation import FaultList
from twintrack.names import suggest
from twintrack.runs.asked import tell_notes
from twintrack.runs.ranges import found_ranges
from twintrack.runs.single import run_strategy

if TYPE_CHECKING:
    import ipywidgets
    import plotly.graph_objects as go

    from twintrack.core import Core
    from twintrack.hands_on.controls import Control
    from twintrack.inputs.world import WorldValue
    from twintrack.runs.ranges import Ranges
    from twintrack.runs.results import Run

REPRESENTATIVE = "representative"
"""The world of the posterior that lies nearest to the medians, as a choice."""
SHOWN_AT_FIRST = 4
"""Outcomes whose curves are shown before others are chosen."""
CONTROLS_WIDTH = 355
"""Pixels of the column with the sliders."""
ROWS_SHOWN = 6
"""Sliders that are seen without scrolling; more are folded into sections."""


def explore(
    model: Core,
    levers: Sequence[str] | None = None,
    world: Sequence[str] | None = None,
    outcomes: Sequence[str] | None = None,
) -> Explorer:
    """Give sliders for levers and world parameters, and curves against the baseline; Jupyter shows them.

    Args:
        model: The model, from `twintrack.load()`.
        levers: Names of the levers that get a slider; by default all.
        world: Names of the world parameters that get a slider; by default all that are uncertain.
        outcomes: Names of the outcomes drawn at first; by default the first headline outcomes.

    Raises:
        InputError: A name is not known; all of them are in the message.
        TwinTrackError: The notebook extra is not installed.
    """
    _require_notebook_extra()
    uncertain = [name for name, parameter in model.world.items() if parameter.distribution != "fixed"]
    chosen = {
        "levers": list(model.levers) if levers is None else list(levers),
        "world": uncertain if world is None else list(world),
        "outcomes": list(model.headline[:SHOWN_AT_FIRST]) if outcomes is None else list(outcomes),
    }
    known = {"levers": model.levers, "world": model.world, "outcomes": model.outcomes}
    faults = FaultList(
        Fault(f"explore: {kind}", f'"{name}" is not known{suggest(name, known[kind])}')
        for kind, names in chosen.items()
        for name in names
        if name not in known[kind]
    )
    faults.raise_any()
    return Explorer(model, **chosen)


def _require_notebook_extra() -> None:
    try:
        import anywidget  # noqa: F401
        import ipywidgets  # noqa: F401
    except ImportError as error:
        message = (
            f'{error.name} is not installed; install the notebook extra: pip install "twintrack[notebook]"'
        )
        raise TwinTrackError(message) from error


class Explorer:
    """The sliders, the curves, and what happens between them.

    Attributes:
        levers: The controls of the levers by name.
        world: The controls of the world parameters by name.
        strategy: The choice of the strategy that the exploration starts from.
        start: The choice of the world that it starts in: the representative one, where it is known, or the
            central one.
        scenario: The choice of the outside world.
        outcomes: The choice of what is drawn.
        figure: The figure widget: for each outcome the explored curve, then the baseline's.
        widget: All of it.
    """

    def __init__(self, model: Core, levers: list[str], world: list[str], outcomes: list[str]) -> None:
        import ipywidgets as widgets

        self.model = model
        self._quiet = False
        self.levers = {name: self._lever_control(name) for name in levers}
        self.world = {name: self._world_control(name) for name in world}
        self._told: set[str] = set()
        self._make_choices(outcomes)
        self._make_buttons()
        self.canvas = widgets.VBox()
        self._mark_world()
        self._baseline = self._run_baseline()
        self._current = self._run()
        self._draw()
        self.widget = self._layout()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Show the widget when the explorer is the last line of a cell."""
        return self.widget._repr_mimebundle_(**options)

    def _lever_control(self, name: str) -> Control:
        from twintrack.hands_on.controls import Control, Quantity

        lever = self.model.levers[name]
        title, unit = lever.title.en, WORDS.unit(lever.unit)
        note = lever.effort.en if lever.effort else ""
        quantity = Quantity(title, unit, lever.low, lever.high, lever.baseline, note)
        return Control(quantity, lambda: self._follow(world_changed=False))

    def _world_control(self, name: str) -> Control:
        from twintrack.hands_on.controls import Control, Quantity

        parameter = self.model.world[name]
        title, unit = parameter.title.en, WORDS.unit(parameter.unit)
        ends = parameter.low, parameter.high
        quantity = Quantity(title, unit, *ends, parameter.value, parameter.source, mark=CENTRAL)
        return Control(quantity, lambda: self._follow(world_changed=True))

    def _make_choices(self, outcomes: list[str]) -> None:
        import ipywidgets as widgets

        look = {"layout": widgets.Layout(width="auto"), "style": {"description_width": "70px"}}
        self.strategy = widgets.Dropdown(
            options=self.model.strategies, value=BASELINE, description="Start from", **look
        )
        self.scenario = widgets.Dropdown(
            options=self.model.scenarios, value=CENTRAL, description="Scenario", **look
        )
        worlds = [CENTRAL] if self.model_ranges is None else [REPRESENTATIVE, CENTRAL]
        self.start = widgets.Dropdown(options=worlds, value=worlds[0], description="World", **look)
        titles = [(outcome.title.en, name) for name, outcome in self.model.outcomes.items()]
        self.outcomes = widgets.SelectMultiple(
            options=titles, value=outcomes, rows=6, description="Outcomes", **look
        )
        self.strategy.observe(self._restart, names="value")
        self.start.observe(self._restart, names="value")
        self.scenario.observe(self._restart, names="value")
        self.outcomes.observe(lambda _: self._draw(), names="value")

    def _make_buttons(self) -> None:
        import ipywidgets as widgets

        self.reset_button = widgets.Button(
            description="Reset", icon="undo", tooltip="Back to the baseline, exactly"
        )
        self.file_name = widgets.Text(
            value="my_strategy",
            description="Name",
            layout=widgets.Layout(width="190px"),
            style={"description_width": "50px"},
        )
        self.save_button = widgets.Button(description="Save as strategy", icon="save")
        self.message = widgets.HTML()
        self.reset_button.on_click(lambda _: self.reset())
        self.save_button.on_click(lambda _: self._save_clicked())

    @property
    def current(self) -> Run:
        """The run that the solid curves show."""
        return self._current

    @property
    def baseline(self) -> Run:
        """The baseline in the same world, which the dashed curves show."""
        return self._baseline

    @property
    def changed_levers(self) -> dict[str, float]:
        """The levers that were moved, with their values."""
        return {name: control.value for name, control in self.levers.items() if control.touched}

    @property
    def changed_world(self) -> dict[str, float]:
        """The world parameters that were moved, with their values."""
        return {name: control.value for name, control in self.world.items() if control.touched}

    @property
    def model_ranges(self) -> Ranges | None:
        """What strategies bring in worlds that agree with history; None where that is not stored."""
        return found_ranges(self.model).ranges

    def _run(self) -> Run:
        return self._simulated(self.strategy.value, dict(self.changed_levers))

    def _run_baseline(self) -> Run:
        return self._simulated(BASELINE, {})

    def _simulated(self, strategy: str, levers: dict[str, Any]) -> Run:
        """Run a strategy in the world as it stands; what is to be known is told once, not at every move."""
        return run_strategy(
            self.model,
            strategy,
            self.scenario.value,
            world=self.changed_world,
            levers=levers,
            representative=self.start.value == REPRESENTATIVE,
            tell=self._tell_once,
        )

    def _tell_once(self, notes: Iterable[str]) -> None:
        new = [note for note in notes if note not in self._told]
        self._told.update(new)
        tell_notes(new)

    def _begun_world(self) -> Mapping[str, WorldValue]:
        """Give the values in which the chosen world differs from the central one, without the scenario's."""
        ranges = self.model_ranges
        return ranges.about.world if ranges and self.start.value == REPRESENTATIVE else {}

    def _mark_world(self) -> None:
        """Mark where the chosen world stands, and put the sliders there."""
        begun = self._begun_world()
        for name, control in self.world.items():
            value = begun.get(name, self.model.world[name].value)
            assert not isinstance(value, TimePath)
            control.mark_at(value, self.start.value)
            control.begin_at(value)

    def _follow(self, *, world_changed: bool) -> None:
        """Run again and move the curves; a setting that the model refuses leaves them and says why."""
        if self._quiet:
            return
        try:
            self._current = self._run()
        except TwinTrackError as error:
            self._say(str(error), good=False)
            return
        if world_changed:
            self._baseline = self._run_baseline()
        self._curves.move(self._current, self._baseline, both=world_changed)
        self._say("")

    def _restart(self, _: Any) -> None:
        """Put all sliders to where the chosen strategy and scenario stand at the end."""
        if self._quiet:
            return
        chosen, at_start = self.strategy.value, self.start.value == REPRESENTATIVE
        run = run_strategy(
            self.model, chosen, self.scenario.value, representative=at_start, tell=self._tell_once
        )
        overrides = {**self._begun_world(), **self.model.scenario(self.scenario.value).world}
        self._mark_world()
        for name, control in self.levers.items():
            control.begin_at(run.paths[name].values[-1])
        for name, control in self.world.items():
            value = overrides.get(name, self.model.world[name].value)
            control.begin_at(value.values[-1] if isinstance(value, TimePath) else value)
        self._follow(world_changed=True)

    def reset(self) -> None:
        """Go back to the baseline in the world that was begun with, exactly."""
        self._quiet = True
        self.strategy.value, self.scenario.value = BASELINE, CENTRAL
        self._quiet = False
        self._restart(None)

    def save(self, path: Path) -> None:
        """Write the levers as they stand to a strategy file; the world is no part of a strategy.

        Raises InputError when the file exists or its name is no name for a strategy.
        """
        strategy = self.model.strategy(self.strategy.value, **self.changed_levers)
        title = path.stem.replace("_", " ")
        moved = ", ".join(f"{name} {value:g}" for name, value in self.changed_levers.items()) or "nothing"
        description = f"{self.strategy.value} with these levers moved: {moved}"
        named = replace(
            strategy,
            title=Bilingual(en=title, zh=title),
            description=Bilingual(en=description, zh=description),
            notes="",
            references=(),
        )
        save_strategy(path, named, self.model.lever_table)

    def _save_clicked(self) -> None:
        try:
            path = _strategy_file(self.file_name.value.strip())
            self.save(path)
        except InputError as error:
            self._say(str(error), good=False)
            return
        left_out = "; the world you set is not part of it" if self.changed_world else ""
        self._say(f"saved as {path}{left_out}", good=True)

    def _say(self, text: str, *, good: bool = True) -> None:
        colour = "#0b6b3a" if good else "#a32020"
        self.message.value = f'<span style="color:{colour}">{html.escape(text)}</span>' if text else ""

    def _draw(self) -> None:
        """Build the figure anew for the chosen outcomes."""
        self._curves = Curves(self.model, list(self.outcomes.value), self._current, self._baseline)
        self.canvas.children = [self._curves.figure]

    @property
    def figure(self) -> go.FigureWidget:
        """The figure widget: for each outcome the explored curve, then the baseline's."""
        return self._curves.figure

    def _layout(self) -> ipywidgets.VBox:
        import ipywidgets as widgets

        tabs = widgets.Tab(
            [
                _column(self.levers, lever_sectors(self.model)),
                _column(self.world, world_sectors(self.model)),
            ],
            titles=["Levers", "World"],
        )
        saving = widgets.HBox([self.file_name, self.save_button])
        left = widgets.VBox(
            [self.strategy, self.scenario, self.start, tabs, self.reset_button, saving, self.message],
            layout=widgets.Layout(width=f"{CONTROLS_WIDTH}px", flex="0 0 auto"),
        )
        right = widgets.VBox(
            [self.canvas, self.outcomes],
            layout=widgets.Layout(width=f"{FIGURE_WIDTH}px", flex="0 0 auto"),
        )
        box = widgets.HBox([left, right], layout=widgets.Layout(width="100%", flex_flow="row wrap"))
        return widgets.VBox([box])


def _strategy_file(name: str) -> Path:
    path = Path("strategies") / f"{name}.yaml"
    if path.stem != name:
        raise InputError(Fault(name or "name", "write a plain name, such as my_strategy"))
    return path


def _column(controls: Mapping[str, Control], sectors: Mapping[str, str]) -> ipywidgets.VBox:
    """Stack the controls; of many, those of each sector in a section that can be folded."""
    import ipywidgets as widgets

    from twintrack.hands_on.controls import ROW_HEIGHT, sections

    if len(controls) <= ROWS_SHOWN:
        return widgets.VBox([control.box for control in controls.values()])
    groups: dict[str, list[Control]] = {}
    for sector in dict.fromkeys(sectors.values()):
        members = [control for name, control in controls.items() if sectors[name] == sector]
        if members:
            groups[sector] = members
    return sections(groups, ROW_HEIGHT * ROWS_SHOWN)
