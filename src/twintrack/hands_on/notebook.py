"""The component in Jupyter: a widget that answers to Python, and a frame that needs no kernel."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twintrack.errors import TwinTrackError
from twintrack.hands_on.compiled_model import module_for
from twintrack.hands_on.links import Shown, link_of, read_link
from twintrack.hands_on.page import WORLDS, component_code, dashboard_page, lean, read_part, write_page
from twintrack.hands_on.told import REPRESENTATIVE, drawn, told_of
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.strategies import BASELINE
from twintrack.inputs.strategy_files import save_strategy
from twintrack.runs.asked import tell_notes
from twintrack.runs.single import run_strategy

if TYPE_CHECKING:
    import anywidget

    from twintrack.core import Core
    from twintrack.runs.results import Run

HEIGHT = 920
"""Pixels of a frame."""


@dataclass(frozen=True)
class Dashboard:
    """The page of `twintrack dashboard`; a notebook shows it in a frame, also where no kernel runs."""

    page: str

    def _repr_html_(self) -> str:
        told = html.escape(self.page, quote=True)
        return f'<iframe srcdoc="{told}" style="width:100%;height:{HEIGHT}px;border:0"></iframe>'

    def save(self, path: Path | str) -> None:
        """Write the page to a file. Raises InputError when it cannot be written."""
        write_page(Path(path), self.page)


class Explorer:
    """Sliders in a notebook, and what stands on them in Python; `link` goes both ways.

    Attributes:
        widget: What Jupyter shows.
    """

    def __init__(self, core: Core, link: str, worlds: int, seed: int) -> None:
        self._core = core
        self._draw = worlds, seed
        self.widget = _widget(core, link, worlds, seed)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self.widget._repr_mimebundle_(**options)

    @property
    def link(self) -> str:
        """All that is set, as the fragment of an address; setting it moves the sliders."""
        return str(self.widget.link)

    @link.setter
    def link(self, link: str) -> None:
        read_link(self._core, link)
        self.widget.link = link

    @property
    def shown(self) -> Shown:
        """What stands on the sliders."""
        return read_link(self._core, self.link)

    def run(self) -> Run:
        """Simulate what stands on the sliders, in the world that the curves stand in.

        Raises TwinTrackError where that is one of the draws: `draw_worlds` has those.
        """
        shown = self.shown
        if shown.home.isdigit():
            message = "the curves stand in a drawn world; choose the representative or the central one"
            raise TwinTrackError(message)
        homes = [REPRESENTATIVE, CENTRAL] if self._core_has_ranges() else [CENTRAL]
        representative = (shown.home or homes[0]) == REPRESENTATIVE
        return run_strategy(
            self._core, shown.strategy, shown.scenario, world=shown.world, representative=representative
        )

    def dashboard(self) -> Dashboard:
        """Give the page with what stands on the sliders now, in a frame that needs no kernel.

        An exported notebook shows it without a network, where it shows no widget.
        """
        return dashboard(self._core, *self._draw, self.link)

    def save(self, path: Path | str) -> None:
        """Write the strategy on the sliders to a file that `twintrack run` reads; never over another one.

        Raises InputError when the name is none for a strategy, or the file exists or cannot be written.
        """
        plan = self.shown.strategy
        save_strategy(Path(path), replace(plan, name=Path(path).stem), self._core.lever_table)

    def _core_has_ranges(self) -> bool:
        return REPRESENTATIVE in self.widget.told["homes"]


def dashboard(core: Core, worlds: int = WORLDS, seed: int = 1, link: str = "") -> Dashboard:
    """Give the page with sliders for a notebook that is passed on; see `Model.dashboard`."""
    page, notes = dashboard_page(core, worlds, seed, link)
    tell_notes(notes)
    return Dashboard(page)


def explore(
    core: Core,
    strategy: str = BASELINE,
    scenario: str = CENTRAL,
    *,
    worlds: int = WORLDS,
    seed: int = 1,
    **levers: float,
) -> Explorer:
    """Give sliders that Python can read and move; see `Model.explore`."""
    return Explorer(core, link_of(core, strategy, scenario, levers=levers), worlds, seed)


def _widget(core: Core, link: str, worlds: int, seed: int) -> anywidget.AnyWidget:
    """Make the widget: the component's code, the model and worlds, and the link, which goes both ways."""
    try:
        import anywidget
        import traitlets
    except ImportError:
        message = "the notebook extra is not installed; run: pip install 'twintrack[notebook]'"
        raise TwinTrackError(message) from None

    class Sliders(anywidget.AnyWidget):
        _esm = read_part("widget.mjs")
        _css = read_part("style.css")
        link = traitlets.Unicode().tag(sync=True)
        code = traitlets.Unicode().tag(sync=True)
        module = traitlets.Bytes().tag(sync=True)
        draws = traitlets.Bytes().tag(sync=True)
        told = traitlets.Dict().tag(sync=True)
        description = traitlets.Dict().tag(sync=True)
        names: Any = traitlets.List().tag(sync=True)

    names, _, values, notes = drawn(core, worlds, seed)
    tell_notes(notes)
    module = module_for(core)
    return Sliders(
        link=link,
        code=component_code(),
        module=module.code,
        draws=values,
        told=told_of(core),
        description=lean(module.description),
        names=names,
    )
