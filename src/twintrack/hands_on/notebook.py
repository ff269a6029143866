"""The component in Jupyter: a widget that answers to Python, and a frame that needs no kernel."""

from __future__ import annotations

import gzip
import html
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twintrack.errors import TwinTrackError
from twintrack.hands_on.compiled_model import module_for
from twintrack.hands_on.exported import HEIGHT, LINK_PLACE, Bundle, link_bundle, page_bundle
from twintrack.hands_on.links import Shown, link_of, read_link
from twintrack.hands_on.page import (
    WORLDS,
    Worlds,
    component_code,
    component_page,
    dashboard_page,
    loops_told,
    packed_parts,
    read_part,
    write_page,
)
from twintrack.hands_on.told import REPRESENTATIVE, drawn, told_of
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.strategies import BASELINE
from twintrack.inputs.strategy_files import save_strategy
from twintrack.runs.asked import tell_notes
from twintrack.runs.single import run_strategy

if TYPE_CHECKING:
    import anywidget

    from twintrack.core import Core
    from twintrack.engines.wasm.module import Module
    from twintrack.hands_on.loop_part import LoopPart
    from twintrack.runs.results import Run


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

    An exported notebook shows the whole page with what stood on the sliders last, without kernel and network.

    Attributes:
        widget: What Jupyter shows.
    """

    def __init__(self, core: Core, link: str, worlds: int, seed: int) -> None:
        sliders = _sliders()
        self._core = core
        self._draw = worlds, seed
        self._given = _Given.of(core, worlds, seed)
        self._displayed = False
        self.widget = sliders(
            key=secrets.token_hex(8),
            link=link,
            code=gzip.compress(component_code().encode(), 9, mtime=0),
            names=self._given.worlds.names,
            **self._given.parts(),
        )
        self.widget.observe(self._follow, "link")

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self.widget._repr_mimebundle_(**options)

    def _ipython_display_(self) -> None:
        key = self.widget.key
        data, metadata = self._repr_mimebundle_()
        # Without a text for HTML, an export would show the name of a class in place of the widget.
        _display({**data, "text/html": ""}, metadata=metadata)
        _display(link_bundle(key, self.link), display_id=key)
        _display(page_bundle(key, self._given.page(LINK_PLACE)))
        self._displayed = True

    def _follow(self, change: Any) -> None:
        """Tell the notebook what stands on the sliders now."""
        if self._displayed:
            key = self.widget.key
            _display(link_bundle(key, change.new), display_id=key, update=True)

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
        """Give the page with what stands on the sliders now, in a frame that needs no kernel."""
        return dashboard(self._core, *self._draw, self.link)

    def save(self, path: Path | str) -> None:
        """Write the strategy on the sliders to a file that `twintrack run` reads; never over another one.

        Raises InputError when the name is none for a strategy, or the file exists or cannot be written.
        """
        plan = self.shown.strategy
        save_strategy(Path(path), replace(plan, name=Path(path).stem), self._core.lever_table)

    def _core_has_ranges(self) -> bool:
        return REPRESENTATIVE in self._given.told["homes"]


@dataclass(frozen=True)
class _Given:
    """What the component works with: what it is told of the model, the compiled model, and worlds."""

    told: dict[str, Any]
    module: Module
    worlds: Worlds
    loops: LoopPart | None

    @classmethod
    def of(cls, core: Core, worlds: int, seed: int) -> _Given:
        names, count, values, notes = drawn(core, worlds, seed)
        tell_notes(notes)
        loops, untold = loops_told(core)
        tell_notes(untold)
        return cls(told_of(core), module_for(core), Worlds(names, count, values), loops)

    def page(self, link: str) -> str:
        return component_page(self.told, self.module, self.worlds, link, self.loops)

    def parts(self) -> dict[str, bytes]:
        return packed_parts(self.told, self.module, self.worlds, self.loops)


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


def _display(bundle: Bundle, **options: Any) -> None:
    from IPython.display import display

    display(bundle, raw=True, **options)  # type: ignore[no-untyped-call]


def _sliders() -> type[anywidget.AnyWidget]:
    """Give the widget: code, model and worlds, packed, and the link, which goes both ways.

    Raises TwinTrackError when the libraries are not there.
    """
    try:
        import anywidget
        import traitlets
    except ImportError:
        message = "the notebook extra is not installed; run: pip install 'twintrack[notebook]'"
        raise TwinTrackError(message) from None

    class Sliders(anywidget.AnyWidget):
        _esm = read_part("widget.mjs")
        _css = read_part("style.css")
        key = traitlets.Unicode().tag(sync=True)
        link = traitlets.Unicode().tag(sync=True)
        code = traitlets.Bytes().tag(sync=True)
        module = traitlets.Bytes().tag(sync=True)
        model = traitlets.Bytes().tag(sync=True)
        draws = traitlets.Bytes().tag(sync=True)
        links = traitlets.Bytes().tag(sync=True)
        loops = traitlets.Bytes().tag(sync=True)
        names: Any = traitlets.List().tag(sync=True)

    return Sliders
